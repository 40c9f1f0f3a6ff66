-- Currencies of three decimals and four, and those of fewer beside them.
\set SHOW_CONTEXT never
SELECT opportunity.create_workspace('workspace_decimals', 'KWD');
SET search_path = workspace_decimals;
SELECT amount_decimals();
INSERT INTO exchange_rate (currency, rate) VALUES ('EUR', 3), ('JPY', 500), ('BHD', 1.25);
INSERT INTO product (code, name) VALUES ('TEA', 'Tea, kg');
INSERT INTO price_list (name, currency, is_default) VALUES ('Europe', 'EUR', true), ('Japan', 'JPY', true);
INSERT INTO price_list_item (price_list_id, product_id, amount)
SELECT l.id, 1, CASE l.currency WHEN 'KWD' THEN 0.6666 WHEN 'EUR' THEN 2 ELSE 333.4 END FROM price_list l;

-- The same lines in each currency, to its own decimals. KWD: 3 x 0.6666 = 1.9998 is 2.000;
-- 12.345 x 1.5 = 18.5175 is 18.518, less 2.5 % (0.463) 18.055, 15 % tax 2.708.
SELECT currency, new_opportunity('In ' || currency, NULL, currency) AS id FROM unnest('{KWD,EUR,JPY,BHD}'::text[]) AS currency;
SELECT add_line(id, 'TEA', 3) FROM opportunity WHERE currency <> 'BHD' ORDER BY id;
INSERT INTO opportunity_line (opportunity_id, description, quantity, price_per_unit, discount_percent, tax_rate)
SELECT id, 'Write-in', 1.5, 12.345, 2.5, 15 FROM opportunity ORDER BY id;
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit, manual_discount, tax)
SELECT id, 'Given amounts', 100, 0.0625, 1.9996 FROM opportunity ORDER BY id;
SELECT currency, price_per_unit, base_amount, manual_discount, net_amount, tax, extended_amount FROM opportunity_line ORDER BY opportunity_id, line_number;
-- Less 3.3 % and an amount, plus freight; totals are sums to the fils, and base amounts in fils, too.
UPDATE opportunity SET discount_percent = 3.3, discount_amount = 1.0004, freight_amount = 2.7185, budget_amount = 99.9995, user_estimated_value = 1.2345;
SELECT currency, detail_amount, discount_amount, freight_amount, tax_amount, total_amount, exchange_rate::numeric(5,2), estimated_value_base, budget_amount, user_estimated_value
FROM opportunity ORDER BY id;
SELECT o.currency, o.detail_amount = sum(l.net_amount) AS detail, o.tax_amount = sum(l.tax) AS tax
FROM opportunity o JOIN opportunity_line l ON l.opportunity_id = o.id GROUP BY o.id ORDER BY o.id;
SELECT name, value, weighted_value FROM pipeline ORDER BY opportunity_id;
SELECT currency, value, weighted_value, average_value FROM pipeline_by_stage;
SELECT * FROM opportunity.check_totals('opportunity');
-- Rounded on the document: 3 of 0.0005 are 0.0015.
SELECT new_opportunity('Small', NULL) AS small \gset
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit, tax_rate, rounding) SELECT :small, 'Small', 0.0005, 50, 'document' FROM generate_series(1, 3);
SELECT lines_net, lines_tax, detail_amount, tax_amount, (SELECT sum(net_amount) FROM opportunity_line WHERE opportunity_id = :small) AS of_lines
FROM opportunity WHERE id = :small;
-- Splits to the fils.
INSERT INTO opportunity_split (opportunity_id, member_id, percent) VALUES (1, 1, 100);
INSERT INTO member (name) VALUES ('Ann'), ('Ben');
BEGIN;
UPDATE opportunity_split SET percent = 33.3334;
INSERT INTO opportunity_split (opportunity_id, member_id, percent) VALUES (1, 2, 33.3333), (1, 3, 33.3333);
COMMIT;
SELECT percent, amount FROM opportunity_split ORDER BY id;
-- Converted, to the decimals of the other currency; and back.
SELECT convert_opportunity(1, 'JPY');
SELECT currency, detail_amount, discount_amount, freight_amount, tax_amount, total_amount, estimated_value_base, budget_amount FROM opportunity WHERE id = 1;
SELECT convert_opportunity(1, 'BHD');
SELECT currency, detail_amount, discount_amount, freight_amount, tax_amount, total_amount, estimated_value_base, budget_amount FROM opportunity WHERE id = 1;
SELECT * FROM opportunity.check_totals('opportunity');

-- Whoever gets past the triggers does not get past the table.
ALTER TABLE opportunity DISABLE TRIGGER USER;
ALTER TABLE opportunity_line DISABLE TRIGGER USER;
\set VERBOSITY terse
UPDATE opportunity SET freight_amount = 0.5 WHERE currency = 'JPY';
UPDATE opportunity SET detail_amount = 0.5 WHERE currency = 'JPY';
UPDATE opportunity SET tax_amount = 0.005 WHERE currency = 'KWD';
UPDATE opportunity_line SET manual_discount = 0.005 WHERE currency = 'EUR';
UPDATE opportunity_line SET tax = 0.5 WHERE currency = 'JPY';
ALTER TABLE opportunity ENABLE TRIGGER USER;
ALTER TABLE opportunity_line ENABLE TRIGGER USER;
-- The columns have three decimals: no currency of four.
SELECT new_opportunity('Chile', NULL, 'CLF');
INSERT INTO price_list (name, currency) VALUES ('Chile', 'CLF');
INSERT INTO quota (member_id, period_start, period_end, amount, currency) VALUES (1, '2026-01-01', '2026-12-31', 1, 'CLF');
DO $$
DECLARE
    column_name text; constraint_name text; hint text;
BEGIN
    PERFORM new_opportunity('Chile', NULL, 'CLF');
EXCEPTION WHEN check_violation THEN
    GET STACKED DIAGNOSTICS column_name = COLUMN_NAME, constraint_name = CONSTRAINT_NAME, hint = PG_EXCEPTION_HINT;
    RAISE NOTICE '% %: %', column_name, constraint_name, hint;
END $$;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA workspace_decimals CASCADE;

-- Four decimals, asked for.
SELECT opportunity.create_workspace('workspace_decimals', 'EUR', amount_decimals => 4);
SET search_path = workspace_decimals;
SELECT new_opportunity('Chile', NULL, 'CLF') AS chile \gset
SELECT new_opportunity('Italy', NULL) AS italy \gset
INSERT INTO opportunity_line (opportunity_id, description, quantity, price_per_unit) SELECT id, 'Rent', 3, 0.333333 FROM opportunity;
SELECT currency, detail_amount, total_amount FROM opportunity ORDER BY id;
SELECT format_type(atttypid, atttypmod), array_agg(attname ORDER BY attname COLLATE "C") FROM pg_attribute
WHERE attrelid = 'opportunity_line'::regclass AND atttypid = 'numeric'::regtype GROUP BY 1 ORDER BY min(attnum);

RESET search_path;
DROP SCHEMA workspace_decimals CASCADE;
