-- Discounts, rounding and tax of a line, bundles, and the totals of the header.
-- B1, B4 and B5: published examples, recomputed by hand where the note says so.
\set SHOW_CONTEXT never
SELECT opportunity.create_workspace('workspace_discounts', 'EUR');
SET search_path = workspace_discounts;
SELECT new_opportunity('Deal', NULL) AS deal \gset

-- Manual discounts on the line or on each unit: 100 x 200 less 10 is 19990 or 18000, of 11
-- units 1090 or 990; 1000 less 100 x 10 less 100, 15 % tax: 10235 or 9200.
INSERT INTO opportunity_line (opportunity_id, description, quantity, price_per_unit, volume_discount, manual_discount, tax_rate, discount_is_per_unit)
SELECT :deal, v.description, v.quantity, v.price, v.volume, v.manual, v.rate, per_unit
FROM (VALUES ('L1', 200, 100, NULL, 10, NULL), ('L3', 11, 100, NULL, 10, NULL), ('L4', 10, 1000, 100, 100, 15))
    AS v (description, quantity, price, volume, manual, rate), unnest('{false,true}'::boolean[]) AS per_unit;
SELECT description, discount_is_per_unit AS per_unit, base_amount, net_amount, tax, extended_amount FROM opportunity_line ORDER BY description, discount_is_per_unit;
-- 25.20 less 19.05 %, ten: the line rounded is 203.99, the unit rounded (20.40) 204.00,
-- whichever way the discount is said. 9.5 x 124.75 is 1185.125.
INSERT INTO opportunity_line (opportunity_id, description, quantity, price_per_unit, discount_percent, rounding, discount_is_per_unit) VALUES
    (:deal, 'L7', 10, 25.20, 19.05, 'line', false), (:deal, 'L7', 10, 25.20, 19.05, 'unit', false), (:deal, 'L7', 10, 25.20, 19.05, 'unit', true),
    (:deal, 'L11', 9.5, 124.75, NULL, 'line', false);
SELECT description, rounding, discount_is_per_unit AS per_unit, base_amount, manual_discount, net_amount FROM opportunity_line WHERE description IN ('L7', 'L11') ORDER BY id;
SELECT detail_amount = sum(net_amount) AS detail, tax_amount = sum(coalesce(l.tax, 0)) AS tax
FROM opportunity o JOIN opportunity_line l ON l.opportunity_id = o.id GROUP BY o.id;

-- Tax added and tax included: 1000 at 10 % is 1100, or 909.09 and 90.91.
DELETE FROM opportunity_line;
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit, tax_rate, tax_is_included) VALUES
    (:deal, 'added', 1000, 10, false), (:deal, 'included', 1000, 10, true);
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit, tax, tax_is_included) VALUES (:deal, 'an amount, included', 100, 7, true);
SELECT description, base_amount, net_amount, tax, extended_amount FROM opportunity_line ORDER BY description, discount_is_per_unit;
SELECT detail_amount, tax_amount, total_amount FROM opportunity;
SELECT subject, finding, amount FROM opportunity_line l, opportunity.explain_price(l) WHERE description = 'included';

-- Four lines at 8.5 % (835.86 in all): the taxes of the lines are 71.06, that of the document 71.05.
DELETE FROM opportunity_line;
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit, tax_rate)
SELECT :deal, 'TX1', price, 8.5 FROM unnest('{598.89,329.84,-59.89,-32.98}'::numeric[]) AS price;
SELECT detail_amount, tax_amount, total_amount FROM opportunity;
UPDATE opportunity_line SET rounding = 'document';
SELECT detail_amount, tax_amount, total_amount FROM opportunity;
-- Three of 0.335: 1.02 by line, 1.01 (1.005) on the document.
DELETE FROM opportunity_line;
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit) SELECT :deal, 'T4', 0.335 FROM generate_series(1, 3);
SELECT detail_amount FROM opportunity;
UPDATE opportunity_line SET rounding = 'document';
SELECT detail_amount, (SELECT sum(net_amount) FROM opportunity_line) AS of_lines FROM opportunity;
-- A price with the tax in it: 3 x 10 at 20 % is 25.00 net on the document, 8.33 a line.
UPDATE opportunity_line SET price_per_unit = 10, tax_rate = 20, tax_is_included = true;
SELECT detail_amount, tax_amount, total_amount FROM opportunity;
UPDATE opportunity_line SET rounding = 'line';
SELECT detail_amount, tax_amount, total_amount FROM opportunity;
-- The tax within may be an amount; 30 remain 30 in all.
UPDATE opportunity_line SET rounding = 'document', tax_rate = NULL, tax = 1.25;
SELECT detail_amount, tax_amount, total_amount FROM opportunity;
-- What a new line does by itself is the table's default.
ALTER TABLE opportunity_line ALTER rounding SET DEFAULT 'unit';
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit) VALUES (:deal, 'Default', 1) RETURNING rounding;
ALTER TABLE opportunity_line ALTER rounding SET DEFAULT 'line';

-- The header: 880, 10 % and 50 off, freight 30, tax 44: 816. The discount leaves the tax alone.
DELETE FROM opportunity_line;
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit, manual_discount, tax)
SELECT :deal, 'T1', price, discount, 44.0 / 5
FROM unnest('{20,500,100,300,80}'::numeric[], '{0,100,0,10,10}'::numeric[]) AS v (price, discount);
UPDATE opportunity SET discount_percent = 10, discount_amount = 50, freight_amount = 30;
SELECT detail_amount, tax_amount, total_amount, estimated_value FROM opportunity;
UPDATE opportunity SET total_amount = 1;
UPDATE opportunity SET tax_amount = 1;
UPDATE opportunity SET detail_amount = NULL;
UPDATE opportunity SET lines_net = 1;

-- Bundles: required products are in the bundle's price (500), optional ones added:
-- 5 x 40 and 5 x 50 make 950.
DELETE FROM opportunity_line;
INSERT INTO product (code, name, kind) VALUES
    ('BAR', 'Espresso bar', 'bundle'), ('A', 'A', 'product'), ('B', 'B', 'product'), ('C', 'C', 'product'), ('D', 'D', 'product'), ('BAR2', 'Another', 'bundle');
INSERT INTO price_list_item (price_list_id, product_id, amount)
SELECT 1, p.id, v.amount FROM (VALUES ('BAR', 500), ('A', 50), ('B', 70), ('C', 40), ('D', 50)) AS v (code, amount) JOIN product p USING (code);
INSERT INTO bundle_item (bundle_id, product_id, quantity, is_required)
SELECT b.id, p.id, 5, p.code IN ('A', 'B') FROM product b, product p WHERE b.code = 'BAR' AND p.kind = 'product';
SELECT add_bundle(:deal, 'BAR') AS bundle \gset
SELECT detail_amount FROM opportunity;
DELETE FROM opportunity_line WHERE id = :bundle;
SELECT add_bundle(:deal, 'BAR', optional => '{C,D}') AS bundle \gset
SELECT l.line_number, p.code, l.quantity, l.net_amount, l.bundle_line_id = :bundle AS in_bundle
FROM opportunity_line l JOIN product p ON p.id = l.product_id ORDER BY l.line_number;
SELECT detail_amount FROM opportunity;
SELECT add_bundle(:deal, 'BAR', optional => '{A}');
SELECT add_bundle(:deal, 'A');
INSERT INTO bundle_item (bundle_id, product_id) VALUES (1, 6);
INSERT INTO bundle_item (bundle_id, product_id) VALUES (2, 3);
-- They are of one opportunity, and stay together.
SELECT new_opportunity('Other', NULL) AS other \gset
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit, bundle_line_id) VALUES (:other, 'Theirs', 1, :bundle);
UPDATE opportunity_line SET opportunity_id = :other WHERE bundle_line_id = :bundle;
\set VERBOSITY terse
UPDATE opportunity_line SET bundle_line_id = id WHERE id = :bundle;
\set VERBOSITY default
BEGIN;
UPDATE opportunity_line SET opportunity_id = :other WHERE id = :bundle;
SELECT id = :other AS moved_to, line_count, detail_amount FROM opportunity ORDER BY id;
SELECT * FROM opportunity.check_totals('opportunity');
UPDATE opportunity_line SET opportunity_id = :deal WHERE id = :bundle OR bundle_line_id = :bundle;
SELECT id = :other AS moved_to, line_count, detail_amount FROM opportunity ORDER BY id;
ROLLBACK;
-- Without the bundle its optional products go, too.
DELETE FROM opportunity_line WHERE id = :bundle;
SELECT line_count, detail_amount FROM opportunity WHERE id = :deal;
-- A price of 120.03 that contains 20 % is 100.025 and 20.005: rounded on the document they
-- add up to 120.03 all the same, with taxes on top of other lines beside them.
SELECT new_opportunity('Included', NULL) AS included \gset
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit, tax_rate, tax_is_included, rounding)
    VALUES (:included, 'Gross', 120.03, 20, true, 'document');
SELECT trim_scale(lines_net) AS net, trim_scale(lines_tax) AS tax, trim_scale(lines_tax_included) AS included, detail_amount, tax_amount, total_amount
FROM opportunity WHERE id = :included;
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit, tax_rate, rounding) VALUES (:included, 'Net', 0.012, 20, 'document');
SELECT trim_scale(lines_net) AS net, trim_scale(lines_tax) AS tax, trim_scale(lines_tax_included) AS included, detail_amount, tax_amount, total_amount
FROM opportunity WHERE id = :included;
UPDATE opportunity SET lines_tax_included = 0 WHERE id = :included;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA workspace_discounts CASCADE;
