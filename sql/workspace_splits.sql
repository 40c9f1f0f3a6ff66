-- Splits among sellers: revenue adds up to 100 percent at the end of the transaction, and
-- to the value to the cent; overlay credit is free.
\set SHOW_CONTEXT never
SELECT opportunity.create_workspace('workspace_splits', 'EUR');
SET search_path = workspace_splits;
INSERT INTO member (name) VALUES ('Ann'), ('Ben'), ('Cy');
SELECT new_opportunity('Deal', NULL) AS deal \gset
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit) VALUES (:deal, 'Machine', 100);
CREATE VIEW splits AS SELECT m.name, s.kind, s.percent, s.amount FROM opportunity_split s JOIN member m ON m.id = s.member_id ORDER BY s.id;

-- Half alone is refused, at the end of the transaction.
INSERT INTO opportunity_split (opportunity_id, member_id, percent) VALUES (:deal, 2, 50);
BEGIN;
INSERT INTO opportunity_split (opportunity_id, member_id, percent) VALUES (:deal, 2, 33.3333);
INSERT INTO opportunity_split (opportunity_id, member_id, percent) VALUES (:deal, 3, 33.3333);
SELECT split_percent FROM opportunity;
SELECT * FROM splits;
INSERT INTO opportunity_split (opportunity_id, member_id, percent) VALUES (:deal, 4, 33.3334);
COMMIT;
SELECT * FROM splits;
-- They follow the value, to the cent: 100.01 and 0.02 in three.
UPDATE opportunity_line SET price_per_unit = 100.01;
SELECT * FROM splits;
UPDATE opportunity_line SET price_per_unit = -0.02;
SELECT * FROM splits;
UPDATE opportunity SET is_revenue_system_calculated = false;
SELECT * FROM splits;
UPDATE opportunity SET user_estimated_value = 1000;
-- Overlay credit besides.
INSERT INTO opportunity_split (opportunity_id, member_id, kind, percent) VALUES (:deal, 2, 'overlay', 20), (:deal, 1, 'overlay', 100);
SELECT * FROM splits;
SELECT split_percent FROM opportunity;
-- Amounts are computed, whatever is written.
UPDATE opportunity_split SET amount = 1;
SELECT sum(amount) FILTER (WHERE kind = 'revenue') AS revenue, sum(amount) FILTER (WHERE kind = 'overlay') AS overlay FROM opportunity_split;
-- Changes in one transaction, in one statement, or not at all.
UPDATE opportunity_split SET percent = 40 WHERE member_id = 2 AND kind = 'revenue';
UPDATE opportunity_split SET percent = CASE member_id WHEN 2 THEN 40 ELSE 30 END WHERE kind = 'revenue';
SELECT * FROM splits WHERE kind = 'revenue';
DELETE FROM opportunity_split WHERE member_id = 4;
INSERT INTO opportunity_split (opportunity_id, member_id, percent) VALUES (:deal, 1, 0.0001);
UPDATE opportunity_split SET kind = 'overlay' WHERE member_id = 3;
UPDATE opportunity SET split_percent = 50;
DO $$
DECLARE
    constraint_name text; table_name text; hint text;
BEGIN
    DELETE FROM opportunity_split WHERE member_id = 4;
    SET CONSTRAINTS ALL IMMEDIATE;
EXCEPTION WHEN check_violation THEN
    GET STACKED DIAGNOSTICS constraint_name = CONSTRAINT_NAME, table_name = TABLE_NAME, hint = PG_EXCEPTION_HINT;
    RAISE NOTICE '% % %: %', sqlstate, table_name, constraint_name, hint;
END $$;
-- Yen have no cents: of 100 in three the largest part has 34.
SELECT new_opportunity('Yen', NULL, 'JPY') AS yen \gset
UPDATE opportunity SET user_estimated_value = 100 WHERE id = :yen;
INSERT INTO opportunity_split (opportunity_id, member_id, percent) VALUES (:yen, 2, 33.3333), (:yen, 3, 33.3333), (:yen, 4, 33.3334);
SELECT s.amount FROM opportunity_split s WHERE opportunity_id = :yen ORDER BY id;
-- Columns of one's own, of types without equality too, and ids that change.
ALTER TABLE opportunity_split ADD notes json;
BEGIN;
UPDATE opportunity_split SET id = -id, notes = '{}', amount = 0;
SELECT count(*) AS splits, count(*) FILTER (WHERE amount = 0) AS forged, (SELECT count(*) FROM opportunity.check_totals('opportunity')) AS wrong FROM opportunity_split;
ROLLBACK;

-- Whoever may not see the deal, nor the others' splits, is held by the same sums.
SET ROLE NONE;
CREATE ROLE regress_splitter;
GRANT USAGE ON SCHEMA workspace_splits TO regress_splitter;
GRANT SELECT, INSERT, UPDATE (percent) ON workspace_splits.opportunity_split TO regress_splitter;
RESET ROLE;
ALTER TABLE opportunity_split ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON opportunity_split TO regress_splitter USING (member_id = 2);
SET ROLE NONE;
SET ROLE regress_splitter;
SELECT member_id, amount FROM opportunity_split WHERE kind = 'revenue' ORDER BY id;
UPDATE opportunity_split SET percent = 10 WHERE kind = 'revenue';
INSERT INTO opportunity_split (opportunity_id, member_id, kind, percent) VALUES (:yen, 2, 'overlay', 10);
SELECT amount FROM opportunity_split WHERE kind = 'overlay' AND opportunity_id = :yen;
-- The functions that see to it serve the owner's tables and no other.
CREATE TEMPORARY TABLE opportunity (id bigint, split_percent numeric);
CREATE TRIGGER mine AFTER UPDATE ON opportunity FOR EACH ROW EXECUTE FUNCTION check_splits();
SET ROLE NONE;
GRANT EXECUTE ON FUNCTION workspace_splits.check_splits() TO regress_splitter;
SET ROLE regress_splitter;
CREATE TRIGGER mine AFTER INSERT ON pg_temp.opportunity FOR EACH ROW EXECUTE FUNCTION check_splits();
INSERT INTO pg_temp.opportunity VALUES (1, 50);
DROP TABLE pg_temp.opportunity;
SET ROLE NONE;
DROP OWNED BY regress_splitter;
DROP ROLE regress_splitter;
RESET ROLE;
ALTER TABLE opportunity_split DISABLE ROW LEVEL SECURITY;
-- Without splits, and without the opportunity.
DELETE FROM opportunity_split WHERE opportunity_id = :yen;
SELECT split_percent FROM opportunity WHERE id = :yen;
DELETE FROM opportunity WHERE id = :deal;
SELECT count(*) FROM opportunity_split;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA workspace_splits CASCADE;
