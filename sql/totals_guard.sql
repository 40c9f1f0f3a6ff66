-- The guard on the parent: nobody but the lines writes a total.
CREATE SCHEMA totals_guard;
SET search_path = totals_guard, opportunity;

CREATE TABLE deals (id integer PRIMARY KEY, note text, amount numeric(12,2) DEFAULT 0);
CREATE TABLE items (deal_id integer REFERENCES deals, price numeric);
CREATE INDEX ON items (deal_id);
INSERT INTO deals VALUES (1), (2);
INSERT INTO items VALUES (1, 10), (1, 20);
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'price');

CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text; state text; tab text; col text; con text; det text; hin text;
BEGIN
	EXECUTE statement;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, state = RETURNED_SQLSTATE, tab = TABLE_NAME, col = COLUMN_NAME,
		con = CONSTRAINT_NAME, det = PG_EXCEPTION_DETAIL, hin = PG_EXCEPTION_HINT;
	RETURN format(E'%s %s\n%s | %s\ntable %s, column %s, constraint %s', state, message, det, hin, tab, col, con);
END $$;
\t on
\pset format unaligned

-- A write that differs is refused; the same value, other columns, and parents without lines are free
SELECT refused('UPDATE deals SET amount = 999 WHERE id = 1');
SELECT refused('UPDATE deals SET amount = NULL WHERE id = 1');
SELECT refused('UPDATE deals SET amount = 30.0, note = ''x''');
SELECT refused('UPDATE deals SET amount = 5 WHERE id = 2');
SELECT refused('INSERT INTO deals VALUES (1, NULL, 7) ON CONFLICT (id) DO UPDATE SET amount = excluded.amount');
SELECT refused('MERGE INTO deals USING (VALUES (1)) v ON id = 1 WHEN MATCHED THEN UPDATE SET amount = 8');
PREPARE cheat(numeric) AS UPDATE deals SET amount = $1 WHERE id = 1;
EXECUTE cheat(30);
EXECUTE cheat(31);
TABLE deals ORDER BY id;

-- A wrong value that is already stored may be put right by hand
ALTER TABLE deals DISABLE TRIGGER USER;
UPDATE deals SET amount = 1 WHERE id = 1;
ALTER TABLE deals ENABLE TRIGGER USER;
SELECT * FROM check_totals('deals');
SELECT refused('UPDATE deals SET amount = 2 WHERE id = 1');
SELECT refused('UPDATE deals SET amount = 30 WHERE id = 1');

-- A trigger on the parent cannot forge: neither a nested UPDATE …
CREATE FUNCTION nested() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() < 4 THEN UPDATE deals SET amount = 999 WHERE id = NEW.id; END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER a_nested AFTER UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION nested();
SELECT refused('INSERT INTO items VALUES (1, 5)');
DROP TRIGGER a_nested ON deals;
CREATE TRIGGER z_nested AFTER UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION nested();
SELECT refused('INSERT INTO items VALUES (1, 5)');
DROP TRIGGER z_nested ON deals;
-- … nor one that has kept the total of a moment ago …
CREATE FUNCTION nested_old() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.amount <> OLD.amount AND NEW.note IS DISTINCT FROM 'once' THEN
		UPDATE deals SET note = 'once' WHERE id = NEW.id;
		INSERT INTO items VALUES (NEW.id, 1);
		UPDATE deals SET amount = NEW.amount WHERE id = NEW.id;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER nested_old AFTER UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION nested_old();
SELECT refused('INSERT INTO items VALUES (1, 5)');
DROP TRIGGER nested_old ON deals;
-- … nor a later BEFORE trigger, that changes it, keeps the old one or skips the row
CREATE FUNCTION before() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.amount := CASE TG_ARGV[0] WHEN 'set' THEN 999 ELSE OLD.amount END;
	RETURN CASE TG_ARGV[0] WHEN 'skip' THEN NULL ELSE NEW END;
END $$;
CREATE TRIGGER zzz BEFORE UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION before('set');
SELECT refused('INSERT INTO items VALUES (1, 5)');
CREATE OR REPLACE TRIGGER zzz BEFORE UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION before('old');
SELECT refused('INSERT INTO items VALUES (1, 5)');
CREATE OR REPLACE TRIGGER zzz BEFORE UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION before('skip');
SELECT refused('INSERT INTO items VALUES (1, 5)');
DROP TRIGGER zzz ON deals;
CREATE RULE kept AS ON UPDATE TO deals DO INSTEAD NOTHING;
SELECT refused('INSERT INTO items VALUES (1, 5)');
DROP RULE kept ON deals;
TABLE deals ORDER BY id;

-- Honest nested triggers work: one on the parent that adds a line, one on the lines that adds another
CREATE FUNCTION add_fee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.note = 'fee' AND OLD.note IS DISTINCT FROM 'fee' THEN
		INSERT INTO items SELECT id, 1 FROM deals;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER a_fee AFTER UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION add_fee();
SELECT refused('UPDATE deals SET note = ''fee''');
TABLE deals ORDER BY id;
CREATE FUNCTION add_shipping() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.price > 100 THEN INSERT INTO items VALUES (NEW.deal_id, 7); END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER shipping AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION add_shipping();
INSERT INTO deals VALUES (3, NULL, 500);
INSERT INTO items VALUES (3, 101), (1, 200), (3, 300);
TABLE deals ORDER BY id;
DROP TRIGGER shipping ON items;
-- One on the parent that adds lines to all while several totals are being stored
CREATE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() < 4 AND NEW.amount <> OLD.amount THEN
		INSERT INTO items SELECT id, 1000 FROM deals;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER b_follow AFTER UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION follow();
INSERT INTO items VALUES (3, 1), (1, 1), (2, 1);
DROP TRIGGER b_follow ON deals;
SELECT count(*) AS wrong FROM check_totals('deals');
TABLE deals ORDER BY id;

-- and one whose lines a savepoint takes back
CREATE FUNCTION take_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() < 3 THEN
		INSERT INTO items SELECT id, 1000 FROM deals;
		RAISE division_by_zero;
	END IF;
	RETURN NULL;
EXCEPTION WHEN division_by_zero THEN
	RETURN NULL;
END $$;
CREATE TRIGGER b_take_back AFTER UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION take_back();
INSERT INTO items VALUES (3, 1), (1, 1), (2, 1);
DROP TRIGGER b_take_back ON deals;
SELECT count(*) AS wrong FROM check_totals('deals');
TABLE deals ORDER BY id;

-- outside_writes => 'ignore' puts the total back, seen by RETURNING; parents without lines stay free
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'price', outside_writes => 'ignore');
INSERT INTO deals VALUES (4, 'no lines', 44);
DELETE FROM items WHERE deal_id <> 1 OR price <> 10;
UPDATE deals SET amount = 999, note = 'written' WHERE id IN (1, 4) RETURNING *;
INSERT INTO items VALUES (4, 4), (1, 1);
SELECT * FROM deals WHERE id IN (1, 4) ORDER BY id;
CREATE TRIGGER zzz BEFORE UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION before('set');
ALTER TABLE deals DISABLE TRIGGER zz_opportunity_totals_restore_items;
SELECT refused('UPDATE deals SET note = ''forged'' WHERE id = 1');
DROP TRIGGER zzz ON deals;
SELECT problem FROM check_totals('deals');
SELECT refused('UPDATE deals SET amount = 3 WHERE id = 1');
SELECT * FROM deals WHERE id IN (1, 4) ORDER BY id;

-- One statement that makes a parent anew under the foreign key it has, lines and all
CREATE TABLE kept (id integer PRIMARY KEY, amount numeric);
CREATE TABLE kept_lines (kept_id integer REFERENCES kept, price numeric);
CREATE INDEX ON kept_lines (kept_id);
INSERT INTO kept VALUES (1), (2);
SELECT attach_totals('kept', 'amount', 'kept_lines', 'kept_id', 'price');
INSERT INTO kept_lines VALUES (1, 10), (2, 20);
WITH d AS (DELETE FROM kept WHERE id = 1 RETURNING id) INSERT INTO kept SELECT id, 99999 FROM d;
WITH u AS (UPDATE kept SET id = 3 WHERE id = 2 RETURNING 2) INSERT INTO kept SELECT 2, 99999 FROM u;
INSERT INTO kept VALUES (4, 400);
SELECT * FROM kept ORDER BY id;
SELECT count(*) AS wrong FROM check_totals('kept');

DROP SCHEMA totals_guard CASCADE;
