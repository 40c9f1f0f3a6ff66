-- NaN is no amount: one stored anywhere would make every sum NaN, for everybody.
\set SHOW_CONTEXT never
\set VERBOSITY terse
SELECT opportunity.create_workspace('workspace_numbers', 'EUR');
SET search_path = workspace_numbers;
INSERT INTO product (code, name) VALUES ('P', 'Product');
SELECT new_opportunity('Deal', NULL) AS deal \gset
SELECT add_line(:deal, 'P', 2, 10);

-- Every numeric column that can be written, in an UPDATE and in an INSERT: whatever
-- is said, it is refused.
INSERT INTO account (name) VALUES ('Fourth Coffee');
INSERT INTO price_list_item (price_list_id, product_id, amount) VALUES (1, 1, 10);
INSERT INTO unit_group (name) VALUES ('Pieces');
INSERT INTO unit (unit_group_id, name) VALUES (1, 'piece');
INSERT INTO product (code, name, kind) VALUES ('B', 'Bundle', 'bundle');
INSERT INTO bundle_item (bundle_id, product_id) VALUES (2, 1);
INSERT INTO discount_list (name) VALUES ('Discounts');
INSERT INTO discount_band (discount_list_id, from_quantity, to_quantity, discount) VALUES (1, 10, 20, 5);
INSERT INTO exchange_rate (currency, rate) VALUES ('USD', 1.1);
INSERT INTO opportunity_split (opportunity_id, member_id, percent) VALUES (:deal, 1, 100);
INSERT INTO quota (member_id, period_start, period_end, amount) VALUES (1, '2026-01-01', '2026-12-31', 100);
DO $$
DECLARE
    written record;
    constraint_name text;
BEGIN
    FOR written IN SELECT c.relname, a.attname
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'workspace_numbers'::regnamespace AND c.relkind = 'r'
            AND a.atttypid = 'numeric'::regtype AND a.attgenerated = ''
        ORDER BY c.relname COLLATE "C", a.attnum
    LOOP
        BEGIN
            EXECUTE format('UPDATE %I SET %I = ''NaN''', written.relname, written.attname);
            RAISE NOTICE '%.%: accepted', written.relname, written.attname;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS constraint_name = CONSTRAINT_NAME;
            RAISE NOTICE '%.%: % %', written.relname, written.attname, sqlstate,
                coalesce(nullif(constraint_name, ''), sqlerrm);
        END;
    END LOOP;
END $$;
INSERT INTO opportunity (name, user_estimated_value) VALUES ('NaN', 'NaN');
INSERT INTO opportunity_line (opportunity_id, description, quantity, price_per_unit) VALUES (:deal, 'NaN', 'NaN', 1);
SELECT add_line(:deal, 'P', 'NaN');
SELECT add_line(:deal, 'P', 1, 'NaN');
SELECT win(:deal, 'NaN');
-- Infinity has never fitted the columns.
INSERT INTO opportunity (name, user_estimated_value) VALUES ('Infinite', 'Infinity');
SELECT stage, deals, value, weighted_value FROM pipeline_by_stage;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA workspace_numbers CASCADE;
