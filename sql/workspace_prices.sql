-- Price lists: the list, the item of product and unit, the method, the rounding, the
-- discount of the quantity; what a computed column refuses, and explain_price.
\set SHOW_CONTEXT never
SELECT opportunity.create_workspace('workspace_prices', 'USD');
SET search_path = workspace_prices;
INSERT INTO unit_group (name) VALUES ('Pieces'), ('Time');
INSERT INTO unit (unit_group_id, name, base_quantity) VALUES (1, 'piece', 1), (1, 'box', 12), (2, 'hour', 1);
INSERT INTO product (code, name, unit_id, list_price, standard_cost, current_cost) VALUES
    ('GRINDER', 'Grinder', 1, 217.39, 80, 85), ('CUP', 'Cup', 1, 3, NULL, NULL), ('TRAINING', 'Training', 3, NULL, NULL, NULL);
SELECT new_opportunity('Deal', NULL) AS deal \gset
-- The price of the only line, and how it came about.
CREATE FUNCTION priced(quantity numeric DEFAULT 1) RETURNS TABLE (catalogue_price numeric, volume_discount numeric, net_amount numeric)
LANGUAGE sql AS $$
    DELETE FROM opportunity_line;
    SELECT add_line(1, 'GRINDER', quantity);
    SELECT trim_scale(l.catalogue_price), trim_scale(l.volume_discount), l.net_amount FROM opportunity_line l;
$$;

-- The six methods, of list price 217.39, standard cost 80, current cost 85.
INSERT INTO price_list_item (price_list_id, product_id, amount, percentage) VALUES (1, 1, 200, 25);
SELECT u.name AS unit FROM price_list_item i JOIN unit u ON u.id = i.unit_id;
CREATE TABLE prices (method text, catalogue_price numeric);
DO $$
DECLARE
    each text;
BEGIN
    FOREACH each IN ARRAY '{currency_amount,percent_of_list,markup_current_cost,margin_current_cost,markup_standard_cost,margin_standard_cost}'::text[] LOOP
        UPDATE price_list_item SET method = each;
        INSERT INTO prices SELECT each, p.catalogue_price FROM priced() p;
    END LOOP;
END $$;
SELECT * FROM prices;
-- Rounding is for computed prices: 217.39 up and down to .00, then to multiples of 0.25.
UPDATE price_list_item SET method = 'percent_of_list', percentage = 100, rounding_policy = 'up', rounding_option = 'ends_in', rounding_amount = 0;
SELECT * FROM priced();
UPDATE price_list_item SET rounding_policy = 'down';
SELECT * FROM priced();
UPDATE price_list_item SET rounding_policy = 'nearest', rounding_option = 'multiple_of', rounding_amount = 0.25;
SELECT * FROM priced();
UPDATE price_list_item SET method = 'currency_amount';
SELECT * FROM priced();

-- Each unit has a price of its own, or none: it is not computed from another's.
UPDATE price_list_item SET amount = 200, rounding_policy = 'none';
SELECT add_line(:deal, 'GRINDER', 1, unit => 'box');
INSERT INTO price_list_item (price_list_id, product_id, unit_id, amount) VALUES (1, 1, 2, 2100);
SELECT add_line(:deal, 'GRINDER', 1, unit => 'box') AS box \gset
SELECT u.name, l.catalogue_price, l.net_amount FROM opportunity_line l JOIN unit u ON u.id = l.unit_id ORDER BY l.id;
UPDATE opportunity_line SET unit_id = 1 WHERE id = :box;
SELECT u.name, l.catalogue_price, l.price_per_unit FROM opportunity_line l JOIN unit u ON u.id = l.unit_id WHERE l.id = :box;
UPDATE price_list_item SET method = 'percent_of_list', percentage = 1200 WHERE unit_id = 2;
SELECT add_line(:deal, 'GRINDER', 1, unit => 'box');
SELECT add_line(:deal, 'GRINDER', 1, unit => 'hour');
INSERT INTO opportunity_line (opportunity_id, product_id, unit_id, price_per_unit) VALUES (:deal, 1, 3, 10);
INSERT INTO price_list_item (price_list_id, product_id, unit_id, amount) VALUES (1, 1, 1, 1);
SELECT convert_quantity(30, 1, 2) AS boxes, convert_quantity(1, 1, 3) AS hours;
INSERT INTO unit (unit_group_id, name) VALUES (1, 'another base unit');

-- Discount lists (published examples, neilparkhurst.com): 5 % from 101, 10 % from 501, 15 % above 5000, of 150.
UPDATE price_list_item SET amount = 150, discount_list_id = NULL WHERE unit_id = 1;
INSERT INTO discount_list (name) VALUES ('By quantity');
INSERT INTO discount_band (discount_list_id, from_quantity, to_quantity, discount) VALUES (1, 101, 501, 5), (1, 501, 5001, 10), (1, 5001, NULL, 15);
UPDATE price_list_item SET discount_list_id = 1 WHERE unit_id = 1;
SELECT q AS quantity, p.catalogue_price - coalesce(p.volume_discount, 0) AS price, p.net_amount
FROM unnest('{100,101,500,500.5,501,5001,-101}'::numeric[]) AS q, LATERAL priced(q) p;
-- Amounts off a unit: 2 from 300, 5 from 501 to 1000.
INSERT INTO discount_list (name, kind, currency) VALUES ('Off', 'amount', 'USD');
INSERT INTO discount_band (discount_list_id, from_quantity, to_quantity, discount) VALUES (2, 300, 501, 2), (2, 501, 1001, 5);
UPDATE price_list_item SET discount_list_id = 2 WHERE unit_id = 1;
SELECT q AS quantity, coalesce(p.volume_discount, 0) AS discount FROM unnest('{299,300,501,1001}'::numeric[]) AS q, LATERAL priced(q) p;
-- The discount follows quantity and price, and is not written.
SELECT * FROM priced(300);
UPDATE opportunity_line SET quantity = 600;
SELECT price_per_unit, volume_discount, net_amount FROM opportunity_line;
UPDATE price_list_item SET discount_list_id = 1 WHERE unit_id = 1;
UPDATE opportunity_line SET price_per_unit = 140;
SELECT price_per_unit, catalogue_price, is_price_overridden, volume_discount, net_amount FROM opportunity_line;
UPDATE opportunity_line SET volume_discount = 20;
UPDATE opportunity_line SET catalogue_price = 20;
UPDATE opportunity_line SET is_price_overridden = false;
INSERT INTO opportunity_line (opportunity_id, product_id, catalogue_price) VALUES (:deal, 1, 1);
-- Clients that write back what they read are not refused.
UPDATE opportunity_line SET volume_discount = volume_discount, catalogue_price = catalogue_price,
    is_price_overridden = is_price_overridden, quantity = 601;
SELECT quantity, price_per_unit, catalogue_price, is_price_overridden, volume_discount, net_amount FROM opportunity_line;

-- A discount goes when there is no list any more that gives it: taken from the item, or the
-- item taken away, or the price list expired. The price stands.
BEGIN;
UPDATE price_list_item SET discount_list_id = NULL WHERE unit_id = 1;
UPDATE opportunity_line SET line_number = 7;
SELECT quantity, price_per_unit, volume_discount, net_amount FROM opportunity_line;
UPDATE opportunity_line SET quantity = 602;
SELECT quantity, price_per_unit, volume_discount, net_amount FROM opportunity_line;
-- One that is given for want of a list stands until what it was given for changes.
UPDATE opportunity_line SET volume_discount = 2;
UPDATE opportunity_line SET manual_discount = 1;
SELECT volume_discount, net_amount FROM opportunity_line;
SELECT subject, finding, amount FROM opportunity_line l, opportunity.explain_price(l) WHERE subject = 'volume discount';
UPDATE opportunity_line SET quantity = 603, volume_discount = 3;
SELECT volume_discount, net_amount FROM opportunity_line;
UPDATE opportunity_line SET price_per_unit = 150;
SELECT volume_discount, net_amount FROM opportunity_line;
ROLLBACK;
BEGIN;
DELETE FROM price_list_item WHERE unit_id = 1;
UPDATE opportunity_line SET quantity = 602;
SELECT quantity, price_per_unit, volume_discount, net_amount FROM opportunity_line;
ROLLBACK;
BEGIN;
UPDATE price_list SET valid_to = '2020-12-31';
UPDATE opportunity_line SET quantity = 602;
SELECT quantity, price_per_unit, volume_discount, net_amount FROM opportunity_line;
ROLLBACK;
BEGIN;
UPDATE opportunity SET price_list_id = 1;
UPDATE price_list SET valid_to = '2020-12-31';
UPDATE opportunity_line SET quantity = 602;
SELECT quantity, price_per_unit, volume_discount, net_amount FROM opportunity_line;
ROLLBACK;
-- A write-in line's own has no list to follow.
BEGIN;
INSERT INTO opportunity_line (opportunity_id, description, quantity, price_per_unit, volume_discount) VALUES (:deal, 'Write-in', 10, 5, 1);
UPDATE opportunity_line SET quantity = 20 WHERE description = 'Write-in';
SELECT volume_discount, net_amount FROM opportunity_line WHERE description = 'Write-in';
ROLLBACK;

-- Bands and default lists do not overlap.
\set VERBOSITY terse
INSERT INTO discount_band (discount_list_id, from_quantity, to_quantity, discount) VALUES (1, 50, 101.00001, 1);
INSERT INTO discount_band (discount_list_id, from_quantity, to_quantity, discount) VALUES (1, 50, 101, 1);
INSERT INTO price_list (name, is_default) VALUES ('Too', true);
UPDATE price_list SET valid_to = '2020-12-31';
INSERT INTO price_list (name, is_default, valid_from) VALUES ('From 2020', true, '2020-12-31');
INSERT INTO price_list (name, is_default, valid_from) VALUES ('From 2021', true, '2021-01-01');
INSERT INTO price_list (name, is_default, currency) VALUES ('Euros', true, 'EUR');
\set VERBOSITY default
SELECT add_line(:deal, 'GRINDER');
INSERT INTO price_list_item (price_list_id, product_id, amount) SELECT id, 1, 155 FROM price_list WHERE name = 'From 2021';
SELECT * FROM priced();
UPDATE price_list SET is_default = false WHERE name = 'From 2021';
UPDATE price_list SET valid_to = NULL WHERE name = 'Standard';
UPDATE price_list_item SET discount_list_id = 1 WHERE unit_id = 1;

-- What stands in the way of a price, with Dynamics' number.
CREATE FUNCTION refused(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    constraint_name text; detail text;
BEGIN
    EXECUTE command;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS constraint_name = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' ', sqlstate, nullif(constraint_name, ''), sqlerrm, substring(detail FROM '\(?error.*'));
END $$;
UPDATE discount_list SET is_active = false;
SELECT refused('SELECT priced(1)');
UPDATE discount_list SET is_active = true, currency = CASE kind WHEN 'amount' THEN 'EUR' END;
UPDATE price_list_item SET discount_list_id = 2 WHERE unit_id = 1;
SELECT refused('SELECT priced(1)');
UPDATE discount_band SET discount = 101 WHERE discount_list_id = 1 AND from_quantity = 50;
UPDATE price_list_item SET discount_list_id = 1 WHERE unit_id = 1;
SELECT refused('SELECT priced(60)');
UPDATE discount_band SET discount = 1 WHERE discount_list_id = 1 AND from_quantity = 50;
UPDATE price_list_item SET discount_list_id = NULL WHERE unit_id = 1;
UPDATE product SET status = 'draft' WHERE code = 'GRINDER';
SELECT refused('SELECT priced(1)'), refused('SELECT add_line(1, ''GRINDER'', 1, 10)') AS with_a_price;
UPDATE product SET status = 'active' WHERE code = 'GRINDER';
UPDATE price_list_item SET method = 'margin_current_cost', percentage = 100 WHERE unit_id = 1;
SELECT refused('SELECT priced(1)');
UPDATE product SET current_cost = NULL;
SELECT refused('SELECT priced(1)');
-- No list, one that is not valid, one in another currency; no price in that unit.
BEGIN;
SELECT new_opportunity('In francs', NULL, 'CHF') AS francs \gset
SELECT replace(refused(format('SELECT add_line(%s, ''GRINDER'')', :francs)), CURRENT_DATE::text, 'today');
INSERT INTO price_list (name, currency, valid_from, valid_to) VALUES ('Swiss', 'CHF', '2020-01-01', '2020-12-31');
UPDATE opportunity SET price_list_id = (SELECT id FROM price_list WHERE name = 'Swiss') WHERE id = :francs;
SELECT replace(refused(format('SELECT add_line(%s, ''GRINDER'')', :francs)), CURRENT_DATE::text, 'today');
UPDATE price_list SET valid_to = NULL WHERE name = 'Swiss';
SELECT refused(format('SELECT add_line(%s, ''GRINDER'')', :francs));
INSERT INTO price_list_item (price_list_id, product_id, method, percentage) SELECT id, 1, 'percent_of_list', 90 FROM price_list WHERE name = 'Swiss';
SELECT refused(format('SELECT add_line(%s, ''GRINDER'')', :francs));
SELECT refused(format('UPDATE opportunity SET price_list_id = 1 WHERE id = %s', :francs));
SELECT refused('INSERT INTO opportunity_line (opportunity_id) VALUES (1)');
ROLLBACK;
-- A product that was retired later stays in its lines, whose quantity may change.
UPDATE price_list_item SET method = 'currency_amount' WHERE unit_id = 1;
SELECT * FROM priced(2);
UPDATE product SET status = 'retired' WHERE code = 'GRINDER';
UPDATE opportunity_line SET quantity = 3;
SELECT refused('UPDATE opportunity_line SET price_per_unit = NULL');
UPDATE product SET status = 'active' WHERE code = 'GRINDER';
SELECT quantity, net_amount FROM opportunity_line;

-- The way to the price, and where it ends.
UPDATE price_list_item SET method = 'percent_of_list', percentage = 90, rounding_policy = 'up', rounding_option = 'ends_in', rounding_amount = 0.99,
    discount_list_id = 1 WHERE unit_id = 1;
SELECT * FROM priced(200);
UPDATE opportunity_line SET discount_percent = 2.5, tax_rate = 22;
SELECT id AS line FROM opportunity_line \gset
SELECT * FROM explain_price(:line);
UPDATE opportunity_line SET price_per_unit = 180;
UPDATE price_list_item SET method = 'markup_current_cost' WHERE unit_id = 1;
SELECT * FROM explain_price(:line);
INSERT INTO opportunity_line (opportunity_id, description, price_per_unit) VALUES (:deal, 'Write-in', 10) RETURNING id AS line \gset
SELECT * FROM explain_price(:line);
SELECT * FROM opportunity.explain_price(ROW(1, 2));
SELECT e.* FROM opportunity.explain_price(NULL::opportunity_line) e;
SELECT * FROM product p, opportunity.explain_price(p);
SELECT * FROM opportunity.check_totals('opportunity');

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA workspace_prices CASCADE;
