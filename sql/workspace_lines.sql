-- Lines of the workspace: prices from the price list, amounts, totals.
\set SHOW_CONTEXT never
SELECT opportunity.create_workspace('workspace_lines', 'USD');
SET search_path = workspace_lines;
INSERT INTO product (code, name, quantity_rule) VALUES
    ('CAFE-S100', 'Café S-100 semiautomatic', 'whole'), ('BEANS', 'Coffee beans, kg', 'any'), ('CARE', 'Service contract', 'any');
INSERT INTO price_list_item (price_list_id, product_id, amount)
SELECT l.id, p.id, v.amount FROM (VALUES ('CAFE-S100', 4250), ('BEANS', 21.125)) AS v (code, amount) JOIN product p USING (code), price_list l;
SELECT new_opportunity('Espresso bar', NULL) AS deal \gset

-- Two machines at the list's price; 1.5 kg of beans round at the line: 31.6875.
SELECT add_line(:deal, 'CAFE-S100', 2);
SELECT add_line(:deal, 'BEANS', 1.5);
SELECT line_number, quantity, price_per_unit, catalogue_price, is_price_overridden, base_amount, net_amount, extended_amount
FROM opportunity_line ORDER BY line_number;
SELECT line_count, detail_amount, total_amount, estimated_value FROM opportunity;

-- A price given stands, next to the list's; NULL takes the list's again.
UPDATE opportunity_line SET price_per_unit = 4000 WHERE line_number = 1;
SELECT price_per_unit, catalogue_price, is_price_overridden, net_amount FROM opportunity_line WHERE line_number = 1;
UPDATE opportunity_line SET price_per_unit = NULL WHERE line_number = 1;
SELECT price_per_unit, catalogue_price, is_price_overridden, net_amount FROM opportunity_line WHERE line_number = 1;
-- A new price in the list does not touch lines that stand, not even when they change otherwise.
UPDATE price_list_item SET amount = 4300 WHERE amount = 4250;
UPDATE opportunity_line SET quantity = 3 WHERE line_number = 1;
SELECT price_per_unit, catalogue_price, is_price_overridden, net_amount FROM opportunity_line WHERE line_number = 1;
-- Another product brings its own price.
UPDATE opportunity_line SET product_id = (SELECT id FROM product WHERE code = 'BEANS') WHERE line_number = 1;
SELECT price_per_unit, catalogue_price, is_price_overridden, net_amount FROM opportunity_line WHERE line_number = 1;
UPDATE opportunity_line SET product_id = (SELECT id FROM product WHERE code = 'CAFE-S100'), quantity = 2 WHERE line_number = 1;

-- No price: the error names list and product.
SELECT add_line(:deal, 'CARE');
SELECT add_line(:deal, 'CARE', 1, 480);
UPDATE opportunity_line SET product_id = (SELECT id FROM product WHERE code = 'CARE') WHERE line_number = 2;
UPDATE product SET status = 'retired' WHERE code = 'BEANS';
SELECT add_line(:deal, 'BEANS');
UPDATE product SET status = 'active' WHERE code = 'BEANS';
UPDATE price_list SET valid_to = '2020-12-31';
DO $$
BEGIN
    PERFORM add_line(1, 'BEANS');
EXCEPTION WHEN not_null_violation THEN
    RAISE NOTICE '%', replace(sqlerrm, current_date::text, 'today');
END $$;
UPDATE price_list SET valid_to = NULL, is_default = false;
DO $$
BEGIN
    PERFORM add_line(1, 'BEANS');
EXCEPTION WHEN not_null_violation THEN
    RAISE NOTICE '%', replace(sqlerrm, current_date::text, 'today');
END $$;
UPDATE price_list SET is_default = true;
DO $$
DECLARE
    column_name text; table_name text; schema_name text; hint text;
BEGIN
    PERFORM add_line(1, 'CARE');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS column_name = COLUMN_NAME, table_name = TABLE_NAME, schema_name = SCHEMA_NAME, hint = PG_EXCEPTION_HINT;
    RAISE NOTICE '% %.%.%: %', sqlstate, schema_name, table_name, column_name, hint;
END $$;
-- Nor does it take the price of a list in another currency.
INSERT INTO price_list (name, currency, is_default) VALUES ('Europe', 'EUR', true);
INSERT INTO price_list (name, currency, is_default) VALUES ('Europe too', 'EUR', true);
INSERT INTO price_list (name, currency) VALUES ('Nowhere', 'EURO');
SELECT new_opportunity('In euros', NULL, 'EUR') AS euros \gset
SELECT add_line(:euros, 'BEANS');
UPDATE opportunity SET price_list_id = (SELECT id FROM price_list WHERE name = 'Standard') WHERE id = :euros;
INSERT INTO price_list_item (price_list_id, product_id, amount)
SELECT l.id, p.id, 19.5 FROM price_list l, product p WHERE l.name = 'Europe' AND p.code = 'BEANS';
SELECT add_line(:euros, 'BEANS', 2) AS line \gset
SELECT price_per_unit, net_amount FROM opportunity_line WHERE id = :line;
-- The opportunity's own list goes before the default one.
INSERT INTO price_list (name, currency) VALUES ('Partners', 'EUR');
INSERT INTO price_list_item (price_list_id, product_id, amount)
SELECT l.id, p.id, 17 FROM price_list l, product p WHERE l.name = 'Partners' AND p.code = 'BEANS';
UPDATE opportunity SET price_list_id = (SELECT id FROM price_list WHERE name = 'Partners') WHERE id = :euros;
SELECT add_line(:euros, 'BEANS') AS line \gset
SELECT price_per_unit, net_amount FROM opportunity_line WHERE id = :line;

-- Unknown names, and what a line cannot be.
SELECT add_line(:deal, 'TEA');
SELECT add_line(999, 'BEANS');
SELECT add_line(:deal, 'CAFE-S100', 1.5);
\set VERBOSITY terse
INSERT INTO opportunity_line (opportunity_id, price_per_unit) VALUES (:deal, 1);
\set VERBOSITY default
INSERT INTO opportunity_line (opportunity_id, description) VALUES (:deal, 'Installation');
INSERT INTO opportunity_line (opportunity_id, product_id) VALUES (:deal, 999);
INSERT INTO opportunity_line (opportunity_id, product_id, unit_id) VALUES (:deal, 1, 999);
INSERT INTO opportunity_line (product_id) VALUES (1);
INSERT INTO opportunity_line (opportunity_id, product_id, currency) VALUES (:deal, 1, 'JPY');
SELECT new_opportunity('Of no process', NULL, process => 'none');
UPDATE opportunity_line SET net_amount = 1 WHERE line_number = 1;
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit, extended_amount) VALUES (:deal, 'Mine', 10, 11);
-- What is right may be written, as clients do that write back all they have read.
BEGIN;
UPDATE opportunity_line SET quantity = quantity + 1, base_amount = base_amount, net_amount = net_amount, extended_amount = extended_amount
WHERE line_number = 1 RETURNING quantity, net_amount;
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit, net_amount) VALUES (:deal, 'Mine', 10, 10) RETURNING extended_amount;
ROLLBACK;
-- Where no trigger fires the table's own constraint holds.
ALTER TABLE opportunity_line DISABLE TRIGGER USER;
\set VERBOSITY terse
UPDATE opportunity_line SET net_amount = 1 WHERE line_number = 1;
UPDATE opportunity_line SET extended_amount = NULL WHERE line_number = 1;
UPDATE opportunity_line SET quantity = quantity + 1 WHERE line_number = 1;
UPDATE opportunity_line SET tax_rate = 10 WHERE line_number = 1;
\set VERBOSITY default
ALTER TABLE opportunity_line ENABLE TRIGGER USER;

-- Write-in lines, discounts and tax. A percentage makes its amount: 10 % of 99.99 is
-- 10.00 (9.999), 22 % tax of 89.99 is 19.80.
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit, discount_percent, tax_rate)
VALUES (:deal, 'Installation', 99.99, 10, 22);
INSERT INTO opportunity_line (opportunity_id, description, quantity, price_per_unit, volume_discount, manual_discount, tax)
VALUES (:deal, 'Cups', 100, 3.5, 0.25, 25, 66);
SELECT line_number, description, quantity, price_per_unit, volume_discount, manual_discount, tax, base_amount, net_amount, extended_amount
FROM opportunity_line WHERE opportunity_id = :deal ORDER BY line_number;
SELECT line_count, detail_amount, tax_amount, total_amount FROM opportunity WHERE id = :deal;
-- Without the percentage its amount goes, too, unless the statement gives another; an
-- amount that no percentage made stays.
BEGIN;
UPDATE opportunity_line SET discount_percent = NULL, tax_rate = NULL WHERE opportunity_id = :deal;
SELECT description, discount_percent, manual_discount, tax_rate, tax, extended_amount
FROM opportunity_line WHERE description IN ('Installation', 'Cups') ORDER BY line_number;
SELECT detail_amount, tax_amount, total_amount FROM opportunity WHERE id = :deal;
ROLLBACK;
BEGIN;
UPDATE opportunity_line SET discount_percent = NULL, manual_discount = 5, tax_rate = NULL, tax = 3 WHERE description = 'Installation';
SELECT manual_discount, tax, extended_amount FROM opportunity_line WHERE description = 'Installation';
-- While there is a percentage its amount is computed.
SAVEPOINT before;
UPDATE opportunity_line SET discount_percent = 10, tax_rate = 22, manual_discount = NULL, tax = NULL WHERE description = 'Installation' RETURNING manual_discount, tax;
SAVEPOINT computed;
UPDATE opportunity_line SET manual_discount = 1 WHERE description = 'Installation';
ROLLBACK TO computed;
UPDATE opportunity_line SET tax = 1 WHERE description = 'Installation';
ROLLBACK TO computed;
UPDATE opportunity_line SET manual_discount = 1, discount_percent = NULL, tax = 1, tax_rate = NULL WHERE description = 'Installation' RETURNING manual_discount, tax;
ROLLBACK TO before;
ROLLBACK;

-- The header: percent first, then the amount, then freight and tax.
-- 9501.68 less 5 % (475.08) less 100 = 8926.60; plus 95 and 85.80 = 9107.40.
UPDATE opportunity SET discount_percent = 5, discount_amount = 100, freight_amount = 95 WHERE id = :deal;
SELECT detail_amount, tax_amount, total_amount, estimated_value FROM opportunity WHERE id = :deal;
-- A person's estimate takes over, and gives way again.
UPDATE opportunity SET is_revenue_system_calculated = false, user_estimated_value = 9000 WHERE id = :deal;
SELECT total_amount, estimated_value FROM opportunity WHERE id = :deal;
UPDATE opportunity SET is_revenue_system_calculated = true WHERE id = :deal;
SELECT total_amount, estimated_value FROM opportunity WHERE id = :deal;
-- Without lines there is nothing to compute from: unknown, or what a person says.
SELECT new_opportunity('Nothing yet', NULL) AS empty \gset
SELECT line_count, detail_amount, estimated_value FROM opportunity WHERE id = :empty;
UPDATE opportunity SET user_estimated_value = 500 WHERE id = :empty;
SELECT line_count, detail_amount, estimated_value FROM opportunity WHERE id = :empty;

-- Nobody writes totals past the lines.
UPDATE opportunity SET detail_amount = 1 WHERE id = :deal;
UPDATE opportunity SET estimated_value = 1 WHERE id = :deal;
SELECT * FROM opportunity.check_totals('opportunity');
INSERT INTO opportunity (name, detail_amount, line_count, tax_amount) VALUES ('Given totals', 100, 2, 20);
SELECT line_count, detail_amount, tax_amount, estimated_value FROM opportunity WHERE name = 'Given totals';
-- They follow lines that move or go.
UPDATE opportunity_line SET opportunity_id = :empty WHERE description = 'Cups';
SELECT id, line_count, detail_amount, tax_amount, estimated_value FROM opportunity WHERE id IN (:deal, :empty) ORDER BY id;
DELETE FROM opportunity_line WHERE opportunity_id = :empty;
SELECT id, line_count, detail_amount, tax_amount, estimated_value FROM opportunity WHERE id = :empty;
-- COPY is a writer like others.
COPY opportunity_line (opportunity_id, product_id, description, quantity, price_per_unit) FROM STDIN (DELIMITER '|', NULL '');
1|2||2|
1||Training|1|750
\.
SELECT line_number, description, quantity, price_per_unit, net_amount FROM opportunity_line WHERE opportunity_id = 1 ORDER BY line_number;
SELECT line_count, detail_amount FROM opportunity WHERE id = 1;
DELETE FROM opportunity WHERE id = :deal;
SELECT count(*) FROM opportunity_line WHERE opportunity_id = :deal;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA workspace_lines CASCADE;
