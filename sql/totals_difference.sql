-- Totals that follow by the difference a statement makes, and what makes them be added up anew.
CREATE SCHEMA totals_difference;
SET search_path = totals_difference, opportunity;

CREATE TABLE deals (id integer PRIMARY KEY, amount numeric(12,2), dropped integer, name text);
ALTER TABLE deals DROP dropped;
CREATE TABLE lines (id integer PRIMARY KEY, deal_id integer REFERENCES deals, price numeric(12,2), quantity numeric);
CREATE INDEX ON lines (deal_id);
INSERT INTO deals VALUES (1, 500, 'a'), (2, NULL, 'b'), (3, 0, 'c');

-- Which way was taken shows in a total that was made wrong: the difference leaves it wrong by as much.
CREATE FUNCTION falsify(deal integer, wrong numeric) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	ALTER TABLE deals DISABLE TRIGGER USER;
	UPDATE deals SET amount = amount + wrong WHERE id = deal;
	ALTER TABLE deals ENABLE TRIGGER USER;
END $$;

-- A total of prices, which have no more decimals than it
SELECT attach_totals('deals', 'amount', 'lines', 'deal_id', 'price');
INSERT INTO lines VALUES (1, 1, 10, 1);
INSERT INTO lines VALUES (2, 1, 20, 1), (3, 2, 5, 1), (4, 2, 6, 1), (5, 3, 7, 1);
SELECT * FROM deals ORDER BY id;
SELECT falsify(1, 1000);
INSERT INTO lines VALUES (6, 1, 1, 1);
UPDATE lines SET price = 2 WHERE id = 6;
SELECT amount FROM deals WHERE id = 1;
UPDATE lines SET quantity = 9 WHERE deal_id = 1;
DELETE FROM lines WHERE id = 6;
SELECT amount FROM deals WHERE id = 1;
SELECT * FROM check_totals('deals');
SELECT rebuild_totals('deals');

-- One command with two events, and a statement within another, add up: nothing is counted twice
SELECT falsify(1, 1000);
INSERT INTO lines VALUES (1, 1, 11, 1), (7, 1, 100, 1) ON CONFLICT (id) DO UPDATE SET price = excluded.price;
SELECT amount, (SELECT sum(price) FROM lines WHERE deal_id = 1) FROM deals WHERE id = 1;
CREATE FUNCTION line(integer) RETURNS integer LANGUAGE sql AS 'INSERT INTO lines VALUES ($1, 1, 1000, 1) RETURNING 8';
INSERT INTO lines SELECT line(9), 1, 10000, 1;
SELECT amount, (SELECT sum(price) FROM lines WHERE deal_id = 1) FROM deals WHERE id = 1;
-- after an error nothing is under way any more
DO $$ BEGIN INSERT INTO lines SELECT line(10), 1, 1, 1 / 0; EXCEPTION WHEN division_by_zero THEN NULL; END $$;
SELECT falsify(1, 5);
INSERT INTO lines VALUES (10, 1, 3, 1);
SELECT amount, (SELECT sum(price) FROM lines WHERE deal_id = 1) FROM deals WHERE id = 1;
SELECT rebuild_totals('deals');

-- The first line replaces the deal's own amount, the last one leaves it as it was
UPDATE lines SET deal_id = 1;
SELECT id, amount FROM deals ORDER BY id;
UPDATE deals SET amount = 70 WHERE id = 3;
UPDATE lines SET deal_id = 3 WHERE id = 1;
SELECT id, amount FROM deals ORDER BY id;
INSERT INTO lines VALUES (11, 2, 0, 1);
DELETE FROM lines WHERE id IN (1, 11);
UPDATE deals SET amount = amount + 1 WHERE id IN (2, 3);
SELECT id, amount FROM deals ORDER BY id;

-- Finer amounts are added before they are rounded, and so is what is rounded by the total alone
SELECT attach_totals('deals', 'amount', 'lines', 'deal_id', 'price * quantity');
DELETE FROM lines;
INSERT INTO lines VALUES (1, 2, 1, 0.004);
INSERT INTO lines VALUES (2, 2, 1, 0.004);
INSERT INTO lines VALUES (3, 2, 1, -1);
SELECT amount FROM deals WHERE id = 2;
SELECT falsify(2, 5);
INSERT INTO lines VALUES (4, 2, 1, 3);
SELECT amount FROM deals WHERE id = 2;

-- Rounded to the cent where they arise, they follow; with more decimals than the total they do not
SELECT attach_totals('deals', 'amount', 'lines', 'deal_id', 'net_amount(quantity, price)');
SELECT falsify(2, 5);
INSERT INTO lines VALUES (5, 2, 1, 0.005);
SELECT amount, (SELECT sum(round(price * quantity, 2)) FROM lines WHERE deal_id = 2) FROM deals WHERE id = 2;
SELECT attach_totals('deals', 'amount', 'lines', 'deal_id', 'CASE WHEN id > 0 THEN round(quantity, 2) ELSE COALESCE(price, 0) + 1.5 END');
SELECT falsify(2, 5);
INSERT INTO lines VALUES (6, 2, 1, 1);
SELECT amount, (SELECT sum(round(quantity, 2)) FROM lines WHERE deal_id = 2) FROM deals WHERE id = 2;
SELECT attach_totals('deals', 'amount', 'lines', 'deal_id', 'net_amount(quantity, price, scale => 3)');
SELECT falsify(2, 5);
INSERT INTO lines VALUES (7, 2, 1, 1);
SELECT amount, (SELECT round(sum(round(price * quantity, 3)), 2) FROM lines WHERE deal_id = 2) FROM deals WHERE id = 2;
DELETE FROM lines;

-- NaN and infinities come and go; so do numbers wider than 128 bits
CREATE TABLE wide (id integer PRIMARY KEY, amount numeric, whole bigint);
CREATE TABLE wide_lines (id integer PRIMARY KEY, wide_id integer REFERENCES wide, price numeric, n bigint);
CREATE INDEX ON wide_lines (wide_id);
SELECT attach_totals('wide', 'amount, whole', 'wide_lines', 'wide_id', 'price, n', when_empty => 'zero');
INSERT INTO wide VALUES (1);
INSERT INTO wide_lines VALUES (1, 1, 1.5, 1), (2, 1, 'NaN', 2);
SELECT * FROM wide;
UPDATE wide_lines SET price = 'Infinity' WHERE id = 2;
SELECT * FROM wide;
UPDATE wide_lines SET price = 1e60 WHERE id = 2;
SELECT * FROM wide;
UPDATE wide_lines SET price = 1e-20 WHERE id = 2;
SELECT * FROM wide;
UPDATE wide_lines SET price = 1, n = 9223372036854775806 WHERE id = 2;
SELECT * FROM wide;
INSERT INTO wide_lines VALUES (3, 1, 1, 1);
DELETE FROM wide_lines WHERE id <> 1;
SELECT * FROM wide;
DELETE FROM wide_lines;
SELECT * FROM wide;

-- Parents written without the executor: longer rows that leave their page, an index on the total, toasted columns
CREATE TABLE big (id integer PRIMARY KEY, amount numeric(12,2), filler text, toasted text);
CREATE INDEX ON big (amount);
CREATE INDEX ON big USING brin (id, amount);
ALTER TABLE big ALTER toasted SET STORAGE EXTERNAL;
CREATE TABLE big_lines (big_id integer REFERENCES big, price numeric(12,2));
CREATE INDEX ON big_lines (big_id);
INSERT INTO big SELECT n, NULL, repeat('f', 500), repeat('t', 5000) FROM generate_series(1, 100) AS n;
SELECT attach_totals('big', 'amount', 'big_lines', 'big_id', 'price');
INSERT INTO big_lines SELECT 1 + n % 100, n FROM generate_series(1, 1000) AS n;
INSERT INTO big_lines SELECT 1 + n % 100, n FROM generate_series(1, 1000) AS n;
SET enable_seqscan = off;
SELECT count(*), sum(amount), min(length(toasted)) FROM big WHERE amount > 0;
SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_seqscan = on;
SELECT count(*), sum(amount), min(length(toasted)) FROM big WHERE amount > 0;
RESET enable_seqscan; RESET enable_indexscan; RESET enable_bitmapscan;
SELECT * FROM check_totals('big');

-- A foreign key of the deal's own that is checked later is not forgotten
CREATE TABLE accounts (id integer PRIMARY KEY);
CREATE TABLE offers (id integer PRIMARY KEY, account_id integer REFERENCES accounts DEFERRABLE INITIALLY DEFERRED, amount numeric);
CREATE TABLE offer_lines (offer_id integer REFERENCES offers, price numeric);
CREATE INDEX ON offer_lines (offer_id);
SELECT attach_totals('offers', 'amount', 'offer_lines', 'offer_id', 'price');
BEGIN;
INSERT INTO offers VALUES (1, 99);
INSERT INTO offer_lines VALUES (1, 5);
COMMIT;
SELECT * FROM offers;

-- A total that must not be null, a domain with a rule, a check, a rule on the table: the executor sees to them
CREATE DOMAIN small AS numeric(12,2) CHECK (VALUE < 100);
CREATE TABLE strict (id integer PRIMARY KEY, required numeric(12,2) NOT NULL, few small, positive integer CHECK (positive >= 0));
CREATE TABLE strict_lines (strict_id integer REFERENCES strict, price numeric(12,2), n integer);
CREATE INDEX ON strict_lines (strict_id);
INSERT INTO strict VALUES (1, 0, 0, 0);
SELECT attach_totals('strict', 'required', 'strict_lines', 'strict_id', 'price', 'price <> 50', when_empty => 'null', rebuild => false);
INSERT INTO strict_lines VALUES (1, 1, 1);
DELETE FROM strict_lines;
SELECT detach_totals('strict');
TRUNCATE strict_lines;
SELECT attach_totals('strict', 'few, positive', 'strict_lines', 'strict_id', 'price, n');
INSERT INTO strict_lines VALUES (1, 60, 1);
INSERT INTO strict_lines VALUES (1, 60, 1);
INSERT INTO strict_lines VALUES (1, 1, -2);
SELECT * FROM strict;

-- Lines that the end of a transaction takes away fire nothing: totals of temporary lines are added up
CREATE TEMPORARY TABLE baskets (id integer PRIMARY KEY, amount numeric(12,2));
CREATE TEMPORARY TABLE basket_lines (basket_id integer, price numeric(12,2)) ON COMMIT DELETE ROWS;
CREATE INDEX ON basket_lines (basket_id);
SELECT attach_totals('baskets', 'amount', 'basket_lines', 'basket_id', 'price', when_empty => 'zero');
INSERT INTO baskets VALUES (1);
INSERT INTO basket_lines VALUES (1, 10);
BEGIN;
INSERT INTO basket_lines VALUES (1, 5);
SELECT * FROM baskets;
COMMIT;
DROP TABLE basket_lines, baskets;

-- A trigger on the deals that writes lines of another deal of the same statement, after word of a change
-- (the ANALYZE) has given it another definition than the statement around it has
CREATE TABLE told (id integer PRIMARY KEY, amount numeric(12,2));
CREATE TABLE told_lines (told_id integer REFERENCES told, price numeric(12,2));
CREATE INDEX ON told_lines (told_id);
INSERT INTO told SELECT generate_series(1, 50);
SELECT attach_totals('told', 'amount', 'told_lines', 'told_id', 'price');
CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.id = 1 AND pg_trigger_depth() < 3 THEN
		ANALYZE told_lines;
		INSERT INTO told_lines VALUES (2, 100), (3, 1);
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER told AFTER UPDATE ON told FOR EACH ROW EXECUTE FUNCTION told();
INSERT INTO told_lines VALUES (1, 1), (2, 2), (3, 3);
INSERT INTO told_lines SELECT n, 1000 FROM generate_series(1, 50) AS n;
SELECT * FROM told WHERE id < 5 ORDER BY id;
SELECT * FROM check_totals('told');

-- An amount may call what writes lines and is told of changes: the guard's own definition lasts as long as it needs it
CREATE TABLE odd (id integer PRIMARY KEY, amount numeric);
CREATE TABLE odd_lines (odd_id integer REFERENCES odd, price numeric);
CREATE INDEX ON odd_lines (odd_id);
CREATE FUNCTION noted(price numeric) RETURNS numeric LANGUAGE plpgsql AS $$
BEGIN
	ANALYZE totals_difference.odd_lines;
	UPDATE totals_difference.odd_lines SET price = odd_lines.price WHERE false;
	RETURN price;
END $$;
CREATE FUNCTION odd_amount(price numeric) RETURNS numeric IMMUTABLE LANGUAGE plpgsql AS
$$ BEGIN RETURN (SELECT totals_difference.noted(price)); END $$;
SELECT attach_totals('odd', 'amount', 'odd_lines', 'odd_id', 'totals_difference.odd_amount(price)');
INSERT INTO odd VALUES (1);
INSERT INTO odd_lines VALUES (1, 5), (1, 6);
UPDATE odd SET amount = 12;
WITH old AS (DELETE FROM odd RETURNING *) INSERT INTO odd SELECT id, 0 FROM old;
SELECT attach_totals('odd', 'amount', 'odd_lines', 'odd_id', 'totals_difference.odd_amount(price)', outside_writes => 'ignore');
UPDATE odd SET amount = 12;
INSERT INTO odd_lines VALUES (1, 7);
SELECT * FROM odd;

DROP SCHEMA totals_difference CASCADE;
