-- Amounts to their last digit, literals whatever the session's settings, and sums
-- that their total cannot hold.
CREATE SCHEMA totals_values;
SET search_path = totals_values, opportunity;
\pset format unaligned
\pset tuples_only on
CREATE TABLE deals (id integer PRIMARY KEY, amount numeric, share real, cents smallint, small numeric(5,2), early integer);
CREATE TABLE lines (deal_id integer REFERENCES deals, r real, d double precision, c integer, day date DEFAULT '2024-03-04', took interval);
CREATE INDEX ON lines (deal_id);
INSERT INTO deals VALUES (1), (2);
-- real and double have more digits than their casts to numeric keep
SELECT attach_totals('deals', 'amount', 'lines', 'deal_id', 'r + 0::real');
INSERT INTO lines VALUES (1, 1234567), (2, 16777215), (2, 0.1);
SELECT id, amount FROM deals ORDER BY id;
SELECT attach_totals('deals', 'amount', 'lines', 'deal_id', 'd');
UPDATE lines SET d = 12345678901234567;
INSERT INTO lines (deal_id, d) VALUES (1, 0.1), (1, 0.2);
SELECT id, amount FROM deals ORDER BY id;
SET extra_float_digits = -10;
INSERT INTO lines (deal_id, d) VALUES (1, 0.30000000000000004);
SELECT id, amount FROM deals ORDER BY id;
SELECT count(*) FROM check_totals('deals') WHERE problem NOT LIKE 'lines without%';
RESET extra_float_digits;
INSERT INTO lines (deal_id, d) VALUES (2, 'Infinity'), (1, 'NaN');
SELECT id, amount FROM deals ORDER BY id;
TRUNCATE lines;
SELECT detach_totals('deals', 'lines');

-- Attached under one DateStyle and IntervalStyle, used under others
SET DateStyle = 'SQL, DMY';
SET IntervalStyle = 'sql_standard';
SELECT attach_totals('deals', 'early', 'lines', 'deal_id', '1', 'day < date ''04/03/2024'' AND took > interval ''-1 2:03:04''');
SELECT (trigger_arguments(tgargs))[6] FROM pg_trigger WHERE tgrelid = 'deals'::regclass AND NOT tgisinternal;
SET DateStyle = 'German, MDY';
SET IntervalStyle = 'iso_8601';
INSERT INTO lines (deal_id, day, took) VALUES (1, '2024-03-03', '1 second'), (1, '2024-03-04', '1 second'), (1, '2024-01-01', '-1 day -4 hours');
\c -
SET search_path = totals_values, opportunity;
SET DateStyle = 'SQL, MDY';
INSERT INTO lines (deal_id, day, took) VALUES (1, '2024-03-03', '1 second'), (1, '2024-03-05', '1 second');
SELECT early FROM deals WHERE id = 1;
RESET DateStyle;
TRUNCATE lines;
SELECT detach_totals('deals', 'lines');

-- A sum that does not fit says which
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text; tab text; col text; context text;
BEGIN
	EXECUTE statement;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, tab = TABLE_NAME, col = COLUMN_NAME,
		context = PG_EXCEPTION_CONTEXT;
	RETURN format(E'%s %s\n%s.%s%s', state, message, tab, col, CASE WHEN context ~ 'unnest|count' THEN ' with a query' END);
END $$;
SELECT attach_totals('deals', 'cents, small', 'lines', 'deal_id', 'c, c');
SELECT refused('INSERT INTO lines (deal_id, c) VALUES (1, 999), (2, 1000)');
SELECT attach_totals('deals', 'cents', 'lines', 'deal_id', 'c');
SELECT refused('INSERT INTO lines (deal_id, c) VALUES (2, 32768)');
SELECT refused('INSERT INTO lines (deal_id, c) VALUES (2, 32767)');
SELECT attach_totals('deals', 'share', 'lines', 'deal_id', 'd');
SELECT refused('INSERT INTO lines (deal_id, d) VALUES (2, 1e40)');

-- A plan made for few lines is not kept for many: the index is used from the start
CREATE TABLE growing (id integer PRIMARY KEY, amount numeric);
CREATE TABLE growing_lines (growing_id integer, price numeric);
CREATE INDEX ON growing_lines (growing_id);
INSERT INTO growing SELECT generate_series(1, 20);
SELECT attach_totals('growing', 'amount', 'growing_lines', 'growing_id', 'price');
INSERT INTO growing_lines SELECT n, n FROM generate_series(1, 20) AS n;
ANALYZE growing, growing_lines;
BEGIN;
SELECT sum(seq_scan) AS before FROM pg_stat_xact_user_tables WHERE schemaname = 'totals_values' AND relname LIKE 'growing%' \gset
DO $$ BEGIN FOR n IN 1 .. 20 LOOP INSERT INTO growing_lines VALUES (n, n); END LOOP; END $$;
SELECT sum(seq_scan) - :before AS whole FROM pg_stat_xact_user_tables WHERE schemaname = 'totals_values' AND relname LIKE 'growing%';
COMMIT;

-- A key compared by another rule than the lines' is refused
CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE named (name text COLLATE nocase PRIMARY KEY, amount numeric);
CREATE TABLE named_lines (name text, price numeric);
CREATE INDEX ON named_lines (name);
INSERT INTO named VALUES ('Ann');
SELECT attach_totals('named', 'amount', 'named_lines', 'name', 'price');
ALTER TABLE named_lines ALTER name TYPE text COLLATE nocase;
SELECT attach_totals('named', 'amount', 'named_lines', 'name', 'price');
INSERT INTO named_lines VALUES ('ANN', 3), ('ann', 4);
SELECT * FROM named;

-- as is a foreign key to a period, where the server has them
CREATE TABLE prices (id int4range, v int4range, amount numeric, UNIQUE (id, v));
CREATE TABLE price_lines (id int4range, v int4range, price numeric);
DO $$
BEGIN
	IF current_setting('server_version_num')::integer < 180000 THEN
		RAISE feature_not_supported USING MESSAGE = 'totals cannot follow the foreign key "period" of "price_lines"';
	END IF;
	EXECUTE 'ALTER TABLE prices DROP CONSTRAINT prices_id_v_key, ADD PRIMARY KEY (id, v WITHOUT OVERLAPS)';
	EXECUTE 'ALTER TABLE price_lines ADD CONSTRAINT period FOREIGN KEY (id, PERIOD v) REFERENCES prices (id, PERIOD v)';
	PERFORM attach_totals('prices', 'amount', 'price_lines', 'id, v', 'price');
	RAISE 'not refused';
EXCEPTION WHEN feature_not_supported THEN
	RAISE NOTICE '%', SQLERRM;
END $$;

\set VERBOSITY terse
DROP SCHEMA totals_values CASCADE;
