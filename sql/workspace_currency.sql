-- Currencies of the workspace: amounts have their decimals, and keep their name.
\set SHOW_CONTEXT never
SELECT opportunity.create_workspace('workspace_currency', 'EUR');
SET search_path = workspace_currency;
INSERT INTO price_list (name, currency, is_default) VALUES ('Japan', 'JPY', true);
INSERT INTO product (code, name) VALUES ('TEA', 'Tea, kg');
INSERT INTO price_list_item (price_list_id, product_id, amount)
SELECT l.id, p.id, CASE l.currency WHEN 'JPY' THEN 333.4 ELSE 2.15 END FROM price_list l, product p;

-- Yen have no decimals. 333 less 2.5 % (325) plus 10 % (32.5) is 358; three at 333.4
-- are 1000; half of 333.4 less 10.4 is 157.
SELECT new_opportunity('Tea house', NULL, 'JPY') AS yen \gset
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit, discount_percent, tax_rate) VALUES (:yen, 'Bowl', 333, 2.5, 10);
SELECT add_line(:yen, 'TEA', 3);
INSERT INTO opportunity_line (opportunity_id, product_id, quantity, manual_discount, tax) VALUES (:yen, 1, 0.5, 10.4, 15.5);
SELECT line_number, currency, quantity, price_per_unit, manual_discount, tax, base_amount, net_amount, extended_amount
FROM opportunity_line ORDER BY line_number;
-- 1482 less 3.3 % (49) less 10 and plus 101 and 49.
UPDATE opportunity SET discount_percent = 3.3, discount_amount = 10.4, freight_amount = 100.5, budget_amount = 2000.5, user_estimated_value = 1500.5;
SELECT detail_amount, discount_amount, freight_amount, tax_amount, total_amount, estimated_value, budget_amount, user_estimated_value FROM opportunity;
-- Weighted: 157.3 and 0.1. Their average: 787.
SELECT new_opportunity('Second house', NULL, 'JPY') AS second \gset
UPDATE opportunity SET user_estimated_value = 0.6 WHERE id = :second;
SELECT name, value, weighted_value FROM pipeline;
SELECT stage, currency, deals, value, weighted_value, average_value FROM pipeline_by_stage;
INSERT INTO opportunity (name, stage, currency, actual_value) VALUES ('Won', 'won', 'JPY', 1234.5);
SELECT actual_value FROM opportunity WHERE name = 'Won';

-- The currency is that of the money in the lines.
UPDATE opportunity SET currency = 'EUR' WHERE id = :yen;
DO $$
DECLARE
    column_name text; table_name text; schema_name text; hint text;
BEGIN
    UPDATE opportunity SET currency = 'EUR';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS column_name = COLUMN_NAME, table_name = TABLE_NAME, schema_name = SCHEMA_NAME, hint = PG_EXCEPTION_HINT;
    RAISE NOTICE '% %.%.%: %', sqlstate, schema_name, table_name, column_name, hint;
END $$;
-- Lines do not say another, and do not move to another.
INSERT INTO opportunity_line (opportunity_id, currency, product_id, price_per_unit) VALUES (:yen, 'EUR', 1, 2);
UPDATE opportunity_line SET currency = 'EUR' WHERE line_number = 1;
SELECT new_opportunity('In euros', NULL) AS euros \gset
UPDATE opportunity_line SET opportunity_id = :euros WHERE line_number = 1;
UPDATE opportunity_line SET currency = NULL WHERE line_number = 1;
SELECT currency FROM opportunity_line WHERE line_number = 1;
-- A statement that adds a line and changes the currency at once.
WITH line AS (INSERT INTO opportunity_line (opportunity_id, product_id) VALUES (:euros, 1) RETURNING opportunity_id)
UPDATE opportunity o SET currency = 'JPY' FROM line WHERE o.id = line.opportunity_id;
SELECT currency, line_count FROM opportunity WHERE id = :euros;
-- Without lines it is free, and amounts are rounded anew.
UPDATE opportunity SET user_estimated_value = 99.50 WHERE id = :euros;
UPDATE opportunity SET currency = 'JPY' WHERE id = :euros;
SELECT currency, estimated_value FROM opportunity WHERE id = :euros;
DELETE FROM opportunity_line WHERE opportunity_id = :yen;
UPDATE opportunity SET currency = 'USD' WHERE id = :yen;
SELECT currency, line_count, detail_amount, total_amount FROM opportunity WHERE id = :yen;

-- Currencies with more decimals than this workspace, or without any measure of them.
\set VERBOSITY terse
SELECT new_opportunity('Kuwait', NULL, 'KWD');
SELECT new_opportunity('Gold', NULL, 'XAU');
SELECT new_opportunity('Lower case', NULL, 'usd');
UPDATE opportunity SET currency = 'BHD' WHERE id = :yen;
INSERT INTO price_list (name, currency) VALUES ('Kuwait', 'KWD');
INSERT INTO price_list (name, currency) VALUES ('Gold', 'XAU');
\set VERBOSITY default

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA workspace_currency CASCADE;
