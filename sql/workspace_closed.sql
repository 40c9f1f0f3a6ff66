-- A closed opportunity keeps its lines and amounts, whoever writes and however.
\set SHOW_CONTEXT never
SELECT opportunity.create_workspace('workspace_closed', 'EUR');
SET search_path = workspace_closed;
SELECT new_opportunity('Won', NULL) AS won \gset
SELECT new_opportunity('Open', NULL) AS open \gset
INSERT INTO opportunity_line (opportunity_id, description, quantity, price_per_unit) VALUES
    (:won, 'Machine', 2, 50), (:won, 'Free', 1, 0), (:open, 'Machine', 1, 70), (:open, 'Free', 1, 0);
INSERT INTO account (name) VALUES ('Fourth Coffee');
UPDATE opportunity SET account_id = 1, customer_need = 'n', proposed_solution = 's', decision_process = 'd', estimated_close = '2027-01-01';
SELECT win(:won);
SELECT id, outcome, line_count, total_amount, actual_value FROM opportunity ORDER BY id;

CREATE FUNCTION refused(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    constraint_name text;
BEGIN
    EXECUTE command;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS constraint_name = CONSTRAINT_NAME;
    RETURN concat_ws(' ', sqlstate, nullif(constraint_name, ''), sqlerrm);
END $$;
-- New lines, also without an amount; changes, also without one; lines that go, and that move.
SELECT command, refused(command) FROM unnest(ARRAY[
    'INSERT INTO opportunity_line (opportunity_id, description, price_per_unit) VALUES (1, ''More'', 10)',
    'INSERT INTO opportunity_line (opportunity_id, description, price_per_unit) VALUES (1, ''Nothing'', 0)',
    'UPDATE opportunity_line SET quantity = 1, price_per_unit = 100 WHERE opportunity_id = 1 AND quantity = 2',
    'UPDATE opportunity_line SET quantity = 3 WHERE opportunity_id = 1',
    'UPDATE opportunity_line SET tax = 1 WHERE opportunity_id = 1',
    'UPDATE opportunity_line SET description = ''Another'' WHERE opportunity_id = 1',
    'UPDATE opportunity_line SET opportunity_id = 2 WHERE opportunity_id = 1 AND description = ''Machine''',
    'UPDATE opportunity_line SET opportunity_id = 2 WHERE opportunity_id = 1 AND description = ''Free''',
    'UPDATE opportunity_line SET opportunity_id = 1 WHERE opportunity_id = 2 AND description = ''Machine''',
    'UPDATE opportunity_line SET opportunity_id = 1 WHERE opportunity_id = 2 AND description = ''Free''',
    'DELETE FROM opportunity_line WHERE opportunity_id = 1',
    'DELETE FROM opportunity_line WHERE opportunity_id = 1 AND price_per_unit = 0',
    'TRUNCATE opportunity_line',
    'MERGE INTO opportunity_line l USING (VALUES (1)) v (id) ON l.opportunity_id = v.id WHEN MATCHED THEN DELETE']) AS command;
-- Amounts and currency of the deal itself; the actual value is frozen.
SELECT command, refused(command) FROM unnest(ARRAY[
    'UPDATE opportunity SET actual_value = 90 WHERE id = 1',
    'UPDATE opportunity SET discount_percent = 5 WHERE id = 1',
    'UPDATE opportunity SET freight_amount = 5 WHERE id = 1',
    'UPDATE opportunity SET user_estimated_value = 5 WHERE id = 1',
    'UPDATE opportunity SET is_revenue_system_calculated = false WHERE id = 1',
    'UPDATE opportunity SET price_list_id = 1 WHERE id = 1',
    'UPDATE opportunity SET exchange_policy = ''current'' WHERE id = 1',
    'UPDATE opportunity SET exchange_rate = 2 WHERE id = 1',
    'UPDATE opportunity SET currency = ''USD'' WHERE id = 1',
    'UPDATE opportunity SET detail_amount = 5 WHERE id = 1']) AS command;
-- What is said about the deal is free, as is what clients write back.
UPDATE opportunity SET name = 'Won at last', next_step = 'Invoice', discount_percent = discount_percent, actual_value = actual_value WHERE id = :won;
SELECT name, next_step, line_count, total_amount, actual_value FROM opportunity WHERE id = :won;

-- Whoever may write lines and no more is held by the same rule, and by the reader's rights on prices.
SET ROLE NONE;
CREATE ROLE regress_clerk;
GRANT USAGE ON SCHEMA workspace_closed TO regress_clerk;
GRANT SELECT ON ALL TABLES IN SCHEMA workspace_closed TO regress_clerk;
GRANT INSERT, UPDATE, DELETE ON workspace_closed.opportunity_line TO regress_clerk;
SET ROLE regress_clerk;
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit) VALUES (:won, 'More', 10);
DELETE FROM opportunity_line WHERE opportunity_id = :won;
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit) VALUES (:open, 'More', 10);
UPDATE opportunity_line SET quantity = 3 WHERE description = 'More';
RESET ROLE;
-- not even one who cannot see that it is closed
ALTER TABLE opportunity ENABLE ROW LEVEL SECURITY;
CREATE POLICY open_ones ON opportunity FOR SELECT TO regress_clerk USING (outcome = 'open');
SET ROLE NONE;
SET ROLE regress_clerk;
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit) VALUES (:won, 'More', 10);
DELETE FROM opportunity_line WHERE opportunity_id = :won;
UPDATE opportunity_line SET quantity = quantity + 1 WHERE opportunity_id = :won;
UPDATE opportunity_line SET description = 'Another' WHERE opportunity_id = :won;
RESET ROLE;
SELECT id, line_count, total_amount FROM opportunity ORDER BY id;
ALTER TABLE opportunity DISABLE ROW LEVEL SECURITY;
-- nor who cannot read the prices
INSERT INTO product (code, name) VALUES ('P', 'Product');
SET ROLE NONE;
REVOKE SELECT ON workspace_closed.price_list_item FROM regress_clerk;
SET ROLE regress_clerk;
INSERT INTO opportunity_line (opportunity_id, product_id, price_per_unit) VALUES (:open, 1, 10);
SET ROLE NONE;
DROP OWNED BY regress_clerk;
DROP ROLE regress_clerk;
RESET ROLE;

-- Reopened, it takes lines, and is won at its new value. Lost, it is closed as well.
SELECT reopen(:won);
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit) VALUES (:won, 'More', 10);
SELECT win(:won);
SELECT total_amount, actual_value FROM opportunity WHERE id = :won;
SELECT lose(:open, 'Price');
SELECT refused('UPDATE opportunity_line SET quantity = 9 WHERE opportunity_id = 2');
-- No statement closes a deal and changes its lines.
SELECT reopen(:open);
SELECT refused('WITH line AS (INSERT INTO opportunity_line (opportunity_id, description, price_per_unit) VALUES (2, ''More'', 1)) UPDATE opportunity SET stage = ''won'' WHERE id = 2');
SELECT refused('WITH deal AS (UPDATE opportunity SET stage = ''won'' WHERE id = 2) UPDATE opportunity_line SET description = ''Another'' WHERE opportunity_id = 2');
SELECT lose(:open, 'Price');
-- The outcome is not written past the stage.
UPDATE opportunity SET outcome = 'open' WHERE id = :open;
UPDATE opportunity SET outcome = NULL WHERE id = :open;
SELECT outcome FROM opportunity WHERE id = :open;
-- One statement may settle the amounts and close.
SELECT reopen(:open);
UPDATE opportunity SET discount_percent = 10, stage = 'won' WHERE id = :open;
SELECT outcome, discount_percent, total_amount, actual_value FROM opportunity WHERE id = :open;
-- A deal that is deleted takes its lines along.
DELETE FROM opportunity WHERE id = :won;
SELECT opportunity_id, count(*) FROM opportunity_line GROUP BY 1;
SELECT * FROM opportunity.check_totals('opportunity');

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA workspace_closed CASCADE;
