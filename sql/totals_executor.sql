-- What an UPDATE by SQL does beside storing a row, totals written without SQL do as well.
CREATE SCHEMA totals_executor;
SET search_path = totals_executor, opportunity;
\pset format unaligned
\pset tuples_only on

CREATE TABLE deals (id integer PRIMARY KEY, amount numeric(12,2), items integer, twice numeric GENERATED ALWAYS AS (2 * amount) STORED, note text);
CREATE TABLE lines (id integer, deal_id integer REFERENCES deals ON UPDATE CASCADE ON DELETE CASCADE, price numeric(12,2));
CREATE INDEX ON lines (deal_id);
SELECT attach_totals('deals', 'amount, items', 'lines', 'deal_id', 'price, 1');
INSERT INTO deals (id) VALUES (1), (2), (3);

CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	present text := (SELECT string_agg(format('%s:%s', id, amount), ' ' ORDER BY id) FROM totals_executor.deals);
BEGIN
	RAISE NOTICE '% % % depth % sees %', TG_NAME, TG_WHEN, CASE TG_LEVEL WHEN 'ROW' THEN format('%s -> %s', OLD, NEW) ELSE 'STATEMENT' END,
		pg_trigger_depth(), present;
	RETURN NEW;
END $$;
CREATE FUNCTION tell_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% % -> %', TG_NAME, (SELECT string_agg(o::text, ' ' ORDER BY id) FROM old_rows o), (SELECT string_agg(n::text, ' ' ORDER BY id) FROM new_rows n);
	RETURN NULL;
END $$;

-- All parents' new totals are there when the first trigger looks; columns are those an UPDATE would list, and generated ones
CREATE TRIGGER a_amount AFTER UPDATE OF amount ON deals FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER b_twice AFTER UPDATE OF twice ON deals FOR EACH ROW WHEN (NEW.twice > 10) EXECUTE FUNCTION tell();
CREATE TRIGGER c_note AFTER UPDATE OF note, id ON deals FOR EACH ROW EXECUTE FUNCTION tell();
CREATE TRIGGER d_items AFTER UPDATE OF items ON deals FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE TRIGGER e_note AFTER UPDATE OF note ON deals FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE TRIGGER f_rows AFTER UPDATE ON deals REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION tell_rows();
CREATE CONSTRAINT TRIGGER g_deferred AFTER UPDATE ON deals DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tell();
BEGIN;
DO $$
DECLARE
	n integer;
BEGIN
	INSERT INTO lines VALUES (1, 1, 1), (2, 2, 2), (3, 1, 10);
	GET DIAGNOSTICS n = ROW_COUNT;
	RAISE NOTICE '% lines', n;
END $$;
-- a statement of two parts is two writes, the second of what the first has left
WITH a AS (INSERT INTO lines VALUES (4, 3, 1) RETURNING id) INSERT INTO lines SELECT 5, 3, 1 FROM a;
-- no total changes: nothing fires
UPDATE lines SET price = price WHERE deal_id = 3;
COMMIT;
DROP TRIGGER a_amount ON deals;
DROP TRIGGER b_twice ON deals;
DROP TRIGGER c_note ON deals;
DROP TRIGGER d_items ON deals;
DROP TRIGGER e_note ON deals;
DROP TRIGGER f_rows ON deals;
DROP TRIGGER g_deferred ON deals;

-- Before statements and rows; a row's trigger sees those written before it
CREATE TRIGGER a_before BEFORE UPDATE ON deals FOR EACH STATEMENT EXECUTE FUNCTION tell();
CREATE TRIGGER b_before BEFORE UPDATE OF items ON deals FOR EACH ROW WHEN (NEW.amount > OLD.amount) EXECUTE FUNCTION tell();
UPDATE lines SET price = price + CASE deal_id WHEN 2 THEN -1 ELSE 1 END;

-- Of replicas and always
ALTER TABLE deals ENABLE REPLICA TRIGGER a_before;
INSERT INTO lines VALUES (6, 3, 1);
ALTER TABLE deals ENABLE ALWAYS TRIGGER a_before;
ALTER TABLE lines ENABLE ALWAYS TRIGGER opportunity_totals_before_deals;
ALTER TABLE lines ENABLE ALWAYS TRIGGER opportunity_totals_insert_deals;
SET ROLE NONE;
SET session_replication_role = replica;
INSERT INTO lines VALUES (7, 3, 1);
RESET session_replication_role;
RESET ROLE;
DROP TRIGGER a_before ON deals;
DROP TRIGGER b_before ON deals;
SELECT id, amount, items, twice FROM deals ORDER BY id;

-- A trigger before a row that does what the note says
CREATE FUNCTION interfere() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	CASE OLD.note
		WHEN 'key' THEN NEW.id := OLD.id + 100; NEW.note := 'moved';
		WHEN 'total' THEN NEW.amount := 77;
		WHEN 'skip' THEN RETURN NULL;
		WHEN 'delete' THEN DELETE FROM totals_executor.deals WHERE id = OLD.id;
		WHEN 'delete next' THEN DELETE FROM totals_executor.deals WHERE id = OLD.id + 1;
		WHEN 'lines of next' THEN INSERT INTO totals_executor.lines VALUES (0, OLD.id + 1, 1000);
		WHEN 'lines of last' THEN INSERT INTO totals_executor.lines VALUES (0, OLD.id - 1, 1000);
		WHEN 'fail once' THEN
			BEGIN
				INSERT INTO totals_executor.lines VALUES (0, OLD.id + 1, 1), (0, OLD.id + 2, 1);
				INSERT INTO totals_executor.lines VALUES (0, OLD.id + 1, 9e9), (0, OLD.id + 1, 9e9);
			EXCEPTION WHEN numeric_value_out_of_range THEN RAISE NOTICE '%', SQLERRM;
			END;
		ELSE NULL;
	END CASE;
	RETURN NEW;
END $$;
CREATE TRIGGER interfere BEFORE UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION interfere();
CREATE FUNCTION attempt(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text; tab text; col text; con text; context text;
BEGIN
	EXECUTE command;
	RETURN 'done, depth ' || pg_trigger_depth();
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, tab = TABLE_NAME, col = COLUMN_NAME, con = CONSTRAINT_NAME, context = PG_EXCEPTION_CONTEXT;
	RETURN concat_ws(E'\n', state || ' ' || message, format('[%s.%s %s]', tab, col, con), split_part(context, E'\n', 1),
		format('%s %s %s', current_user, pg_trigger_depth(), current_setting('search_path')));
END $$;
CREATE FUNCTION with_note(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	outcome text;
BEGIN
	TRUNCATE totals_executor.deals CASCADE;
	INSERT INTO totals_executor.deals (id, items, note) SELECT n, 0, CASE n WHEN 2 THEN what END FROM generate_series(1, 4) AS n;
	outcome := totals_executor.attempt('INSERT INTO totals_executor.lines VALUES (1, 1, 1), (2, 2, 2), (3, 3, 3)');
	RETURN concat_ws(E'\n', outcome,
		(SELECT string_agg(format('%s %s %s%s', id, amount, twice, ' ' || note), ', ' ORDER BY id) FROM totals_executor.deals),
		(SELECT string_agg(problem, ', ') FROM opportunity.check_totals('totals_executor.deals') WHERE problem LIKE 'total %'));
END $$;
SELECT with_note('key');
SELECT DISTINCT deal_id FROM lines ORDER BY 1;
SELECT with_note('total');
SELECT with_note('skip');
SELECT with_note('delete');
SELECT with_note('delete next');
SELECT with_note('lines of next');
SELECT with_note('lines of last');
SELECT with_note('fail once');
SELECT with_note('nothing');
DROP TRIGGER interfere ON deals;

-- Errors tell what an UPDATE's would, and leave nothing behind: not in a block, not in a savepoint, not when cancelled
TRUNCATE deals CASCADE;
INSERT INTO deals (id, items) VALUES (1, 0), (2, 0);
ALTER TABLE deals ADD CONSTRAINT affordable CHECK (amount < 1000), ADD UNIQUE (amount);
SELECT attempt('INSERT INTO lines VALUES (1, 1, 5), (2, 2, 1000)');
SELECT attempt('INSERT INTO lines VALUES (1, 1, 5), (2, 2, 5)');
SELECT attempt('INSERT INTO lines VALUES (1, 1, 9e9), (2, 1, 9e9)');
DELETE FROM deals WHERE id = 1;
UPDATE deals SET amount = 0;
INSERT INTO deals VALUES (1, 1, 0);
ALTER TABLE deals ALTER amount SET NOT NULL;
SELECT detach_totals('deals', 'lines'), attach_totals('deals', 'amount, items', 'lines', 'deal_id', 'price, 1', when_empty => 'null', rebuild => false);
INSERT INTO lines VALUES (1, 1, 5);
SELECT attempt('DELETE FROM lines');
SELECT detach_totals('deals', 'lines'), attach_totals('deals', 'amount, items', 'lines', 'deal_id', 'price, 1');
DELETE FROM lines;
CREATE FUNCTION cancelled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL statement_timeout = 0;
	IF NEW.amount = 13 THEN RAISE query_canceled; END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER cancelled AFTER UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION cancelled();
BEGIN;
SAVEPOINT s;
INSERT INTO lines VALUES (1, 1, 13);
ROLLBACK TO s;
SELECT current_user, pg_trigger_depth();
INSERT INTO lines VALUES (1, 1, 14), (2, 2, 15);
COMMIT;
INSERT INTO lines VALUES (3, 1, -1);
INSERT INTO lines VALUES (3, 1, 2);
SELECT id, amount, items, twice FROM deals ORDER BY id;
DROP TRIGGER cancelled ON deals;

-- Foreign keys to a total and from one
CREATE TABLE grades (amount numeric(12,2) REFERENCES deals (amount) ON UPDATE CASCADE, name text);
INSERT INTO grades VALUES (15, 'two');
INSERT INTO lines VALUES (4, 2, 5);
TABLE grades;
CREATE TABLE counts (n integer PRIMARY KEY);
INSERT INTO counts SELECT generate_series(0, 3);
ALTER TABLE deals ADD CONSTRAINT counted FOREIGN KEY (items) REFERENCES counts;
SELECT attempt('INSERT INTO lines VALUES (5, 1, 1), (6, 1, 1)');
-- of a row of this transaction, too, whose key has not been checked yet
ALTER TABLE deals DROP CONSTRAINT counted, ADD owner_id integer REFERENCES counts DEFERRABLE INITIALLY DEFERRED;
BEGIN;
INSERT INTO deals (id, items, amount, owner_id) VALUES (9, 0, 0, 99);
INSERT INTO lines VALUES (6, 9, 6);
COMMIT;

-- Every kind of row: rewritten by columns dropped and added, wide, of one to many pages; and every kind of index finds it
CREATE FUNCTION rows_of(persistence text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format($make$
		CREATE %s TABLE wide (gone text DEFAULT repeat('x', 50), id integer PRIMARY KEY, amount numeric(12,2), items integer CHECK (items < 50),
			twice numeric GENERATED ALWAYS AS (amount * 2) %s, text_of text) WITH (fillfactor = 60);
		CREATE %1$s TABLE wide_lines (wide_id integer, price numeric(12,2))
	$make$, persistence, CASE WHEN current_setting('server_version_num')::integer < 180000 THEN 'STORED' ELSE 'VIRTUAL' END);
	ALTER TABLE wide ALTER text_of SET STORAGE EXTERNAL;
	INSERT INTO wide (id, items, text_of) SELECT n, 0, repeat(n::text || ' ', CASE n % 3 WHEN 0 THEN 4000 ELSE 10 END) FROM generate_series(1, 300) AS n;
	ALTER TABLE wide DROP gone, ADD later integer NOT NULL DEFAULT 42, ADD never text;
	CREATE INDEX ON wide USING brin (amount) WITH (pages_per_range = 1, autosummarize = off);
	CREATE INDEX ON wide USING hash (items);
	CREATE INDEX ON wide (amount) INCLUDE (later) WHERE items > 1;
	CREATE INDEX ON wide ((amount + later));
	CREATE INDEX ON wide_lines (wide_id);
	PERFORM opportunity.attach_totals('wide', 'amount, items', 'wide_lines', 'wide_id', 'price, 1');
	FOR i IN 1 .. 4 LOOP
		INSERT INTO wide_lines SELECT n, n + i FROM generate_series(1, 300) AS n WHERE n % i = 0;
	END LOOP;
	DELETE FROM wide_lines WHERE wide_id % 10 = 7;
	PERFORM FROM opportunity.check_totals('wide') WHERE problem LIKE 'total %';
	ASSERT NOT FOUND;
	ASSERT NOT EXISTS (SELECT FROM wide WHERE later <> 42 OR never IS NOT NULL OR twice <> 2 * amount
		OR text_of <> repeat(id::text || ' ', CASE id % 3 WHEN 0 THEN 4000 ELSE 10 END));
	SET LOCAL enable_seqscan = off;
	SELECT concat_ws(' ', (SELECT count(*) FROM wide WHERE amount BETWEEN 300 AND 400), (SELECT count(*) FROM wide WHERE items = 3),
		(SELECT count(*) FROM wide WHERE amount BETWEEN 300 AND 400 AND items > 1), (SELECT count(*) FROM wide WHERE amount + later BETWEEN 342 AND 442)) INTO answer;
	SET LOCAL enable_seqscan = on;
	SET LOCAL enable_indexscan = off;
	SET LOCAL enable_bitmapscan = off;
	ASSERT answer = (SELECT concat_ws(' ', count(*) FILTER (WHERE amount BETWEEN 300 AND 400), count(*) FILTER (WHERE items = 3),
		count(*) FILTER (WHERE amount BETWEEN 300 AND 400 AND items > 1), count(*) FILTER (WHERE amount + later BETWEEN 342 AND 442)) FROM wide);
	DROP TABLE wide, wide_lines;
	RETURN persistence || ' ' || answer;
END $$;
SELECT rows_of('');
SELECT rows_of('UNLOGGED');
SELECT rows_of('TEMPORARY');

SET client_min_messages = warning;
DROP SCHEMA totals_executor CASCADE;
