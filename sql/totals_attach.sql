-- Attaching: what is accepted, what is stored, what is refused.
CREATE SCHEMA totals_attach;
SET search_path = totals_attach, opportunity;
\set VERBOSITY terse

CREATE TABLE deals (id bigint PRIMARY KEY, amount numeric(12,2), units numeric, people integer, note text,
	doubled numeric GENERATED ALWAYS AS (amount * 2) STORED);
CREATE TABLE items (id integer PRIMARY KEY, deal_id integer, other_id numeric, code text, price numeric, quantity integer);
CREATE TABLE stakeholders (deal_id bigint, role text);
INSERT INTO deals VALUES (1), (2);

-- Wrong tables, columns, types, options
SELECT attach_totals('deals', 'amount', NULL, 'deal_id', 'price');
SELECT attach_totals('deals', NULL, 'items', 'deal_id', 'price');
CREATE VIEW item_view AS SELECT * FROM items;
SELECT attach_totals('deals', 'amount', 'item_view', 'deal_id', 'price');
SELECT attach_totals('deals', 'amuont', 'items', 'deal_id', 'price');
SELECT attach_totals('deals', 'amount', 'items', 'daal_id', 'price');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'prise');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'price', 'deleted IS NULL');
SELECT attach_totals('deals', 'note', 'items', 'deal_id', 'price');
SELECT attach_totals('deals', 'doubled', 'items', 'deal_id', 'price');
SELECT attach_totals('deals', 'id', 'items', 'deal_id', 'price');
SELECT attach_totals('deals', 'amount, amount', 'items', 'deal_id', 'price, price');
SELECT attach_totals('deals', 'amount, units', 'items', 'deal_id', 'price');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'price, 1');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'code');
SELECT attach_totals('deals', 'amount', 'items', 'other_id', 'price');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id, id', 'price');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'price', 'price');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'price', when_empty => 'zeroes');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'price', outside_writes => 'allow');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', '');
SELECT attach_totals('items', 'price', 'deals', 'note', 'amount');
SELECT check_totals('items');
SELECT rebuild_totals('items');

-- Expressions are expressions, of the line alone
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', '1) + (2');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'price FROM items --');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'price; DROP TABLE deals');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'price AS p');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', '*');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', '(SELECT 1)');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'sum(price)');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'random()');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'price', 'true) OR (true');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'price', 'true ORDER BY 1');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'price', 'items.ctid IS NOT NULL');
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'price', 'items IS NOT NULL');

-- Nothing of all that left a trigger
SELECT count(*) FROM pg_trigger WHERE tgrelid IN ('deals'::regclass, 'items'::regclass);

-- A missing index is said; functions and operators are stored with their schemas
CREATE FUNCTION net(numeric, integer) RETURNS numeric IMMUTABLE LANGUAGE sql RETURN $1 * $2;
\set VERBOSITY default
SELECT attach_totals('deals', 'Amount, "units"', 'items', 'deal_id', 'net(price, quantity), 1');
\set VERBOSITY terse
CREATE INDEX ON items (deal_id);
SELECT tgname, trigger_arguments(tgargs) FROM pg_trigger WHERE tgrelid = 'deals'::regclass AND NOT tgisinternal;
SELECT tgrelid::regclass, tgname FROM pg_trigger
WHERE tgfoid = 'opportunity.maintain_totals'::regproc ORDER BY tgname;

-- A hostile search_path changes nothing
CREATE SCHEMA evil;
CREATE FUNCTION evil.times(numeric, integer) RETURNS numeric IMMUTABLE LANGUAGE sql RETURN 1000000;
CREATE OPERATOR evil.* (FUNCTION = evil.times, LEFTARG = numeric, RIGHTARG = integer);
CREATE FUNCTION evil.same(bigint, bigint) RETURNS boolean IMMUTABLE LANGUAGE sql RETURN true;
CREATE OPERATOR evil.= (FUNCTION = evil.same, LEFTARG = bigint, RIGHTARG = bigint);
CREATE TABLE evil.deals (LIKE deals);
SET search_path = evil, totals_attach, opportunity, pg_catalog;
SELECT attach_totals('totals_attach.deals', 'amount, units', 'totals_attach.items', 'deal_id',
	'net(price, quantity), 1');
INSERT INTO totals_attach.items VALUES (1, 1, 1, 'a', 10, 2);
SELECT id, amount, units FROM totals_attach.deals ORDER BY id;
SET search_path = totals_attach, opportunity;
DROP SCHEMA evil CASCADE;

-- A second call replaces the first; another child takes other columns, not the same
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'price');
SELECT count(*) FROM pg_trigger WHERE tgfoid IN ('guard_totals'::regproc, 'maintain_totals'::regproc);
SELECT attach_totals('deals', 'amount', 'stakeholders', 'deal_id', '1');
SELECT attach_totals('deals', 'people', 'stakeholders', 'deal_id', '1', 'role = ''decision maker''');
INSERT INTO stakeholders VALUES (1, 'decision maker'), (1, 'user'), (2, 'decision maker');
CREATE INDEX ON stakeholders (deal_id);
UPDATE stakeholders SET role = 'user' WHERE deal_id = 2;
SELECT id, amount, people FROM deals ORDER BY id;
UPDATE deals SET people = 1 WHERE id = 2;

-- One pair of tables may have several totals, by other keys or other conditions
CREATE TABLE accounts (id integer PRIMARY KEY, inflow numeric NOT NULL DEFAULT 0, outflow numeric NOT NULL DEFAULT 0, large integer);
CREATE TABLE transfers (src integer REFERENCES accounts, dst integer REFERENCES accounts, amount numeric);
CREATE INDEX ON transfers (src);
CREATE INDEX ON transfers (dst);
INSERT INTO accounts VALUES (1), (2);
SELECT attach_totals('accounts', 'outflow', 'transfers', 'src', 'amount', when_empty => 'zero');
SELECT attach_totals('accounts', 'inflow', 'transfers', 'dst', 'amount', when_empty => 'zero');
SELECT attach_totals('accounts', 'large', 'transfers', 'src', '1', 'amount > 10', when_empty => 'zero');
INSERT INTO transfers VALUES (1, 2, 5), (1, 2, 50);
SELECT * FROM accounts ORDER BY id;
UPDATE accounts SET outflow = 1 WHERE id = 1;
UPDATE accounts SET inflow = 1 WHERE id = 1;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'accounts'::regclass AND NOT tgisinternal ORDER BY tgname;
-- the same once more, then one that takes two columns over
SELECT attach_totals('accounts', 'outflow', 'transfers', 'src', '-amount', when_empty => 'zero');
SELECT attach_totals('accounts', 'inflow, large', 'transfers', 'dst', 'amount, 1', when_empty => 'zero');
SELECT columns, definition FROM attachments WHERE target = 'accounts'::regclass ORDER BY columns;
TRUNCATE transfers;
SELECT * FROM accounts ORDER BY id;
INSERT INTO transfers VALUES (2, 1, 7);
SELECT detach_totals('accounts', 'transfers');
SELECT * FROM accounts ORDER BY id;
DROP TABLE transfers, accounts;

-- Two parents of one child
CREATE TABLE products (code text PRIMARY KEY, sold numeric NOT NULL DEFAULT 0);
INSERT INTO products VALUES ('a'), ('b');
CREATE INDEX ON items (code);
SELECT attach_totals('products', 'sold', 'items', 'code', 'quantity', when_empty => 'zero');
UPDATE items SET quantity = 5, price = 11;
INSERT INTO items VALUES (2, 2, 2, 'b', 20, 3);
UPDATE items SET code = 'b';
SELECT id, amount FROM deals ORDER BY id;
TABLE products ORDER BY code;

-- Renaming is found out and repaired by attaching again
ALTER TABLE items RENAME COLUMN price TO unit_price;
INSERT INTO items VALUES (3, 2, 2, 'b', 1, 1);
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'unit_price');
ALTER TABLE items RENAME TO lines;
INSERT INTO lines VALUES (3, 2, 2, 'b', 1, 1);
SELECT attach_totals('deals', 'amount', 'lines', 'deal_id', 'unit_price');
SELECT attach_totals('products', 'sold', 'lines', 'code', 'quantity', when_empty => 'zero');
ALTER TABLE deals RENAME amount TO value;
INSERT INTO lines VALUES (3, 2, 2, 'b', 1, 1);
SELECT attach_totals('deals', 'value', 'lines', 'deal_id', 'unit_price');
INSERT INTO lines VALUES (3, 2, 2, 'b', 1, 1);
SELECT id, value FROM deals ORDER BY id;

-- nor does a renamed table's trigger serve the one that has its name now
CREATE TABLE quotes (id integer PRIMARY KEY, amount numeric);
CREATE TABLE quote_lines (quote_id integer, price numeric);
CREATE INDEX ON quote_lines (quote_id);
INSERT INTO quotes VALUES (1);
SELECT attach_totals('quotes', 'amount', 'quote_lines', 'quote_id', 'price');
ALTER TABLE quotes RENAME TO old_quotes;
ALTER TABLE quote_lines RENAME TO old_quote_lines;
INSERT INTO old_quote_lines VALUES (1, 10);
SELECT problem FROM check_totals('old_quotes');
CREATE TABLE quotes (id integer PRIMARY KEY, amount numeric);
CREATE TABLE quote_lines (quote_id integer, price numeric);
CREATE INDEX ON quote_lines (quote_id);
INSERT INTO quotes VALUES (1);
INSERT INTO old_quote_lines VALUES (1, 10);
SELECT attach_totals('quotes', 'amount', 'quote_lines', 'quote_id', 'price');
INSERT INTO old_quote_lines VALUES (1, 10);
UPDATE old_quotes SET amount = 3;
SELECT problem FROM check_totals('old_quotes') ORDER BY 1;
SELECT rebuild_totals('old_quotes');
INSERT INTO quote_lines VALUES (1, 7);
SELECT problem FROM check_totals('quotes') ORDER BY 1;
SELECT attach_totals('old_quotes', 'amount', 'old_quote_lines', 'quote_id', 'price');
INSERT INTO old_quote_lines VALUES (1, 10);
INSERT INTO quote_lines VALUES (1, 1);
SELECT o.amount, n.amount FROM old_quotes o, quotes n;
SELECT check_totals('quotes'), check_totals('old_quotes');
DROP TABLE old_quote_lines, old_quotes, quote_lines, quotes;

-- Columns dropped, added and retyped under a warm cache
DROP VIEW item_view;
ALTER TABLE deals DROP COLUMN doubled;
ALTER TABLE lines DROP COLUMN other_id, ADD COLUMN discount numeric NOT NULL DEFAULT 0;
ALTER TABLE deals DROP COLUMN note, DROP COLUMN units, ALTER COLUMN value TYPE numeric(14,3);
INSERT INTO lines VALUES (4, 2, 'a', 1.2345, 1);
SELECT id, value FROM deals ORDER BY id;
ALTER TABLE lines ALTER COLUMN unit_price TYPE double precision, ALTER COLUMN deal_id TYPE bigint;
INSERT INTO lines VALUES (5, 2, 'a', 1.0, 1);
SELECT id, value FROM deals ORDER BY id;
SELECT * FROM check_totals('deals');

-- The guard's consent: without it the lines' triggers refuse to write
DROP TRIGGER opportunity_totals_guard_lines ON deals;
DELETE FROM lines WHERE id = 5;
SELECT check_totals('deals');
SELECT detach_totals('deals', 'lines');
DELETE FROM lines WHERE id = 5;
SELECT attach_totals('deals', 'value', 'lines', 'deal_id', 'unit_price');

-- Trigger functions used by hand
CREATE TRIGGER bad AFTER INSERT ON lines EXECUTE FUNCTION maintain_totals();
INSERT INTO lines VALUES (6, 2, 'a', 1, 1);
DROP TRIGGER bad ON lines;
CREATE TRIGGER bad AFTER INSERT ON lines REFERENCING NEW TABLE AS n EXECUTE FUNCTION maintain_totals('x');
INSERT INTO lines VALUES (6, 2, 'a', 1, 1);
DROP TRIGGER bad ON lines;
CREATE TRIGGER bad BEFORE INSERT ON deals FOR EACH ROW EXECUTE FUNCTION guard_totals();
INSERT INTO deals VALUES (6);
DROP TRIGGER bad ON deals;
CREATE TRIGGER bad AFTER INSERT ON stakeholders REFERENCING NEW TABLE AS n EXECUTE FUNCTION
	maintain_totals('totals_attach.nowhere', 'a', 'x.y', 'b', '1', '', 'keep', 'refuse', 'id');
INSERT INTO stakeholders VALUES (1, 'x');
DROP TRIGGER bad ON stakeholders;
SELECT maintain_totals();

-- Detaching one child, then all; the totals stay
SELECT detach_totals('deals', 'stakeholders');
SELECT detach_totals('deals', 'stakeholders');
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'deals'::regclass AND NOT tgisinternal;
SELECT detach_totals('deals');
SELECT detach_totals('products');
SELECT detach_totals('deals');
SELECT count(*) FROM pg_trigger WHERE tgfoid IN ('guard_totals'::regproc, 'maintain_totals'::regproc);
SELECT id, value, people FROM deals ORDER BY id;

-- A parent dropped: the hint tells the way to free its lines; so does detach_all
CREATE TABLE gone (id integer PRIMARY KEY, amount numeric);
CREATE TABLE orphans (gone_id integer, price numeric);
CREATE INDEX ON orphans (gone_id);
SELECT attach_totals('gone', 'amount', 'orphans', 'gone_id', 'price');
DROP TABLE gone;
\set VERBOSITY default
INSERT INTO orphans VALUES (1, 1);
\set VERBOSITY terse
SELECT detach_totals(NULL, 'totals_attach.orphans');
INSERT INTO orphans VALUES (1, 1);
SELECT detach_totals(NULL, 'orphans');
SELECT detach_totals(NULL);
CREATE TABLE gone (id integer PRIMARY KEY, amount numeric);
SELECT attach_totals('gone', 'amount', 'orphans', 'gone_id', 'price');
SELECT detach_all('orphans');
SELECT attach_totals('gone', 'amount', 'orphans', 'gone_id', 'price');
DROP TABLE gone;
SELECT detach_all('orphans');
SELECT count(*) FROM pg_trigger WHERE tgfoid IN ('guard_totals'::regproc, 'maintain_totals'::regproc);
-- a child dropped
CREATE TABLE gone (id integer PRIMARY KEY, amount numeric);
SELECT attach_totals('gone', 'amount', 'orphans', 'gone_id', 'price');
DROP TABLE orphans;
INSERT INTO gone VALUES (1);
SELECT detach_totals('gone');
INSERT INTO gone VALUES (1);
-- a parent of the session, lines for ever
CREATE TEMPORARY TABLE passing (id integer PRIMARY KEY, amount numeric);
CREATE TABLE staying (passing_id integer, price numeric);
SELECT attach_totals('passing', 'amount', 'staying', 'passing_id', 'price');
DROP TABLE passing;

DROP SCHEMA totals_attach CASCADE;
