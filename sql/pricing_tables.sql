-- The trigger price_line on tables of one's own, with names of one's own: the price
-- tables are views in a schema of theirs, the lines have other columns.
\set SHOW_CONTEXT never
CREATE SCHEMA "Shop ""prices""";
CREATE SCHEMA pricing_tables;
SET search_path = pricing_tables, opportunity;
CREATE TABLE deals (deal text PRIMARY KEY, state text, list integer);
CREATE TABLE articles (article uuid PRIMARY KEY, code text, price numeric);
CREATE TABLE list_prices (list integer, article uuid, price numeric, pct numeric, PRIMARY KEY (list, article));
CREATE TABLE items (item serial PRIMARY KEY, gone integer, deal text NOT NULL, article uuid, qty numeric(10,3), price numeric(12,4),
    discount numeric, net_amount numeric(12,2), base numeric);
ALTER TABLE items DROP gone;
CREATE VIEW "Shop ""prices""".opportunity AS SELECT deal AS id, 'EUR' AS currency, list AS price_list_id, coalesce(state, 'open') AS outcome FROM deals;
CREATE VIEW "Shop ""prices""".product AS SELECT article AS id, code, 'active' AS status, 'any' AS quantity_rule, NULL::integer AS unit_id,
    price AS list_price, NULL::numeric AS standard_cost, NULL::numeric AS current_cost FROM articles;
CREATE VIEW "Shop ""prices""".unit AS SELECT NULL::integer AS id, NULL::text AS name, NULL::integer AS unit_group_id WHERE false;
CREATE VIEW "Shop ""prices""".price_list AS SELECT DISTINCT list AS id, 'List ' || list AS name, 'EUR' AS currency, NULL::date AS valid_from, NULL::date AS valid_to,
    list = 1 AS is_default FROM list_prices;
CREATE VIEW "Shop ""prices""".price_list_item AS SELECT list AS price_list_id, article AS product_id, NULL::integer AS unit_id,
    CASE WHEN pct IS NULL THEN 'currency_amount' ELSE 'percent_of_list' END AS method, price AS amount, pct AS percentage,
    'none' AS rounding_policy, NULL::text AS rounding_option, NULL::numeric AS rounding_amount, 1 AS discount_list_id FROM list_prices;
CREATE VIEW "Shop ""prices""".discount_list AS SELECT 1 AS id, 'All' AS name, 'percent' AS kind, NULL::text AS currency, true AS is_active;
CREATE VIEW "Shop ""prices""".discount_band AS SELECT 1 AS discount_list_id, 10 AS from_quantity, NULL::numeric AS to_quantity, 2.5 AS discount;
CREATE FUNCTION "Shop ""prices""".base_currency() RETURNS text LANGUAGE sql RETURN 'EUR';
CREATE TRIGGER price_line BEFORE INSERT OR UPDATE ON items FOR EACH ROW EXECUTE FUNCTION opportunity.price_line(
    'tables=Shop "prices"', 'opportunity_id=deal', 'product_id=article', 'quantity=qty', 'price_per_unit=price', 'volume_discount=discount',
    'base_amount=base');

INSERT INTO deals VALUES ('first', NULL, NULL), ('second', 'won', 2);
INSERT INTO articles VALUES ('00000000-0000-0000-0000-00000000000a', 'A', 100), ('00000000-0000-0000-0000-00000000000b', 'B', 10);
INSERT INTO list_prices VALUES (1, '00000000-0000-0000-0000-00000000000a', 90, NULL), (1, '00000000-0000-0000-0000-00000000000b', NULL, 33.3335);
INSERT INTO items (deal, article, qty) VALUES ('first', '00000000-0000-0000-0000-00000000000a', 10), ('first', '00000000-0000-0000-0000-00000000000b', 3);
INSERT INTO items (deal, qty, price) VALUES ('first', 1.5, 9.99);
SELECT deal, qty, price, discount, base, net_amount FROM items ORDER BY item;
-- amounts are computed here, too, though the columns are ordinary ones
UPDATE items SET qty = 12 WHERE item = 1;
UPDATE items SET net_amount = 1 WHERE item = 1;
UPDATE items SET net_amount = net_amount, base = base WHERE item = 1;
SELECT qty, price, trim_scale(discount) AS discount, trim_scale(base) AS base, net_amount FROM items WHERE item = 1;
UPDATE items SET qty = NULL WHERE item = 3 RETURNING qty, base, net_amount;
INSERT INTO items (deal, qty, price) VALUES ('second', 1, 1);
INSERT INTO items (deal, qty, price) VALUES ('third', 1, 1);
INSERT INTO items (deal, article, qty) VALUES ('first', '00000000-0000-0000-0000-00000000000c', 1);
SELECT i.item, e.* FROM items i, opportunity.explain_price(i) e WHERE i.item = 1;

-- Another path does not give the query another meaning.
CREATE SCHEMA pricing_hostile;
CREATE FUNCTION pricing_hostile.never(text, text) RETURNS boolean LANGUAGE sql RETURN false;
CREATE OPERATOR pricing_hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = pricing_hostile.never);
SET search_path = pricing_hostile, pg_catalog;
INSERT INTO pricing_tables.items (deal, article, qty) VALUES ('first', '00000000-0000-0000-0000-00000000000a', 1) RETURNING price, net_amount;
SET search_path = pricing_tables, opportunity;
-- Columns that come, go and change their type under a warm cache.
ALTER TABLE items ADD catalogue_price numeric;
INSERT INTO items (deal, article, qty, price) VALUES ('first', '00000000-0000-0000-0000-00000000000a', 1, 95) RETURNING price, catalogue_price;
ALTER TABLE items DROP discount;
INSERT INTO items (deal, article, qty) VALUES ('first', '00000000-0000-0000-0000-00000000000a', 10) RETURNING price, net_amount;
DROP TRIGGER price_line ON items;
CREATE TRIGGER price_line BEFORE INSERT OR UPDATE ON items FOR EACH ROW EXECUTE FUNCTION opportunity.price_line(
    'tables=Shop "prices"', 'opportunity_id=deal', 'product_id=article', 'quantity=qty', 'price_per_unit=price');
INSERT INTO items (deal, article, qty) VALUES ('first', '00000000-0000-0000-0000-00000000000a', 10) RETURNING price, net_amount;
ALTER TABLE items ALTER qty TYPE integer;
INSERT INTO items (deal, article, qty) VALUES ('first', '00000000-0000-0000-0000-00000000000a', 10);
ALTER TABLE items ALTER qty TYPE numeric;

-- What cannot be: other arguments, times and callers.
CREATE TRIGGER wrong BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION opportunity.price_line('qty');
INSERT INTO items (deal, qty, price) VALUES ('first', 1, 1);
DROP TRIGGER wrong ON items;
CREATE TRIGGER wrong BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION opportunity.price_line('tables=Shop "prices"', 'unit_id=unit');
INSERT INTO items (deal, qty, price) VALUES ('first', 1, 1);
DROP TRIGGER wrong ON items;
CREATE TRIGGER wrong AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION opportunity.price_line();
INSERT INTO items (deal, qty, price) VALUES ('first', 1, 1);
DROP TRIGGER wrong ON items;
CREATE TRIGGER wrong BEFORE DELETE ON items FOR EACH ROW EXECUTE FUNCTION opportunity.price_line();
DELETE FROM items;
DROP TRIGGER wrong ON items;
SELECT opportunity.price_line();
CREATE TRIGGER wrong AFTER UPDATE ON items FOR EACH STATEMENT EXECUTE FUNCTION opportunity.keep_closed_lines();
UPDATE items SET qty = qty;
DROP TRIGGER wrong ON items;
SELECT opportunity.keep_closed_lines();
-- It reads as the owner of the lines, so not what somebody else has made.
CREATE SCHEMA pricing_view;
CREATE VIEW pricing_view.opportunity AS SELECT 'first'::text AS id, 'open'::text AS outcome;
CREATE TRIGGER wrong AFTER UPDATE ON items REFERENCING NEW TABLE AS updated FOR EACH STATEMENT EXECUTE FUNCTION opportunity.keep_closed_lines('tables=pricing_view', 'opportunity_id=deal', 'product_id=article', 'quantity=qty', 'price_per_unit=price');
UPDATE items SET qty = qty;
DROP TRIGGER wrong ON items;
DROP VIEW pricing_view.opportunity;
DROP SCHEMA pricing_view;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA "Shop ""prices""", pricing_tables, pricing_hostile CASCADE;
