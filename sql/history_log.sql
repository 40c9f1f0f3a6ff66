-- attach_history: what goes into the log, by every way of writing.
CREATE SCHEMA history_log;
SET search_path = history_log, opportunity;
SET datestyle = 'ISO';

CREATE TABLE deal (
    id int PRIMARY KEY, name text, stage text, amount numeric(12,2), closes date, seen timestamptz, takes interval, doubled numeric GENERATED ALWAYS AS (amount * 2) STORED, notes text);
INSERT INTO deal (id, name, stage, amount) VALUES (1, 'Contoso', 'qualify', 10), (2, 'Fabrikam', NULL, NULL);
SELECT attach_history('deal', 'deal_history', 'stage, amount, closes, seen, takes, doubled, notes');
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, col_description(a.attrelid, a.attnum)
FROM pg_attribute a WHERE a.attrelid = 'deal_history'::regclass AND a.attnum > 0 ORDER BY a.attnum;
-- What is new in the log since the last look; long values by their length.
CREATE VIEW entry AS SELECT id, deal_id, changed_by, event, column_name,
    CASE WHEN length(old_value) > 40 THEN length(old_value)::text ELSE old_value END AS old_value,
    CASE WHEN length(new_value) > 40 THEN length(new_value)::text ELSE new_value END AS new_value FROM deal_history;
CREATE TABLE seen AS SELECT 0::bigint AS id;
CREATE FUNCTION fresh() RETURNS TABLE (deal int, who text, event text, "column" text, "from" text, "to" text) LANGUAGE sql AS
$$
    WITH old AS (SELECT id FROM seen), mark AS (UPDATE seen SET id = (SELECT max(id) FROM deal_history))
    SELECT deal_id, changed_by, event, column_name, old_value, new_value FROM entry WHERE id > (SELECT id FROM old) ORDER BY id
$$;
-- The rows that were there.
SELECT * FROM fresh();

-- A change of several columns, and of one that is not watched.
UPDATE deal SET stage = 'develop', amount = 10.50, name = 'Contoso Ltd' WHERE id = 1;
UPDATE deal SET name = 'Contoso Inc';
UPDATE deal SET stage = stage, amount = 10.5;
SELECT * FROM fresh();
-- Values do not depend on what the session has set.
BEGIN;
SET LOCAL datestyle = 'German';
SET LOCAL timezone = 'America/New_York';
SET LOCAL intervalstyle = 'iso_8601';
UPDATE deal SET closes = '2026-02-03', seen = '2026-02-03 12:00:00.5Z', takes = '1 day 02:00' WHERE id = 2;
COMMIT;
SELECT * FROM fresh();
UPDATE deal SET closes = 'infinity', seen = '-infinity', takes = NULL WHERE id = 2;
SELECT * FROM fresh();
-- Values that are stored out of line.
UPDATE deal SET notes = (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 1000) i) WHERE id = 1;
UPDATE deal SET name = 'Contoso' WHERE id = 1;
UPDATE deal SET notes = notes || '!' WHERE id = 1;
SELECT * FROM fresh();
UPDATE deal SET notes = NULL, closes = NULL, seen = NULL;
SELECT count(*) FROM fresh();

-- INSERT with a conflict, with and without; MERGE; COPY; a writing CTE.
INSERT INTO deal (id, stage) VALUES (1, 'propose'), (3, 'new') ON CONFLICT (id) DO UPDATE SET stage = excluded.stage;
INSERT INTO deal (id, stage) VALUES (1, 'nothing') ON CONFLICT DO NOTHING;
SELECT * FROM fresh();
MERGE INTO deal USING (VALUES (1, 'won'), (3, NULL), (4, 'new')) v(id, stage) ON deal.id = v.id
    WHEN MATCHED AND v.stage IS NULL THEN DELETE WHEN MATCHED THEN UPDATE SET stage = v.stage
    WHEN NOT MATCHED THEN INSERT (id, stage) VALUES (v.id, v.stage);
SELECT * FROM fresh();
COPY deal (id, stage, amount) FROM stdin;
5	new	7.00
6	\N	\N
\.
SELECT * FROM fresh();
WITH gone AS (DELETE FROM deal WHERE id = 6 RETURNING id) INSERT INTO deal (id, stage) SELECT id + 1, 'again' FROM gone;
SELECT * FROM fresh();
-- A row that gets another key is another row.
UPDATE deal SET id = id + 10, stage = 'moved' WHERE id >= 5;
SELECT * FROM fresh();
-- Nothing is logged of a statement that fails, or that changes nothing.
BEGIN;
SAVEPOINT s;
UPDATE deal SET stage = 'lost';
ROLLBACK TO s;
UPDATE deal SET stage = 'lost' WHERE false;
COMMIT;
SELECT * FROM fresh();
-- Who: the role of the session, in a SECURITY DEFINER function too.
SET ROLE NONE;
CREATE ROLE regress_history_rep;
GRANT USAGE ON SCHEMA history_log TO regress_history_rep;
RESET ROLE;
CREATE FUNCTION win(deal int) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = history_log, pg_temp AS
$$ UPDATE deal SET stage = 'won by function' WHERE id = $1 $$;
SET ROLE NONE;
SET ROLE regress_history_rep;
SELECT win(2);
RESET ROLE;
SELECT * FROM fresh();

-- As of an instant: long and typed.
SELECT clock_timestamp() AS before \gset
UPDATE deal SET stage = 'later', amount = 99;
DELETE FROM deal WHERE id = 4;
SELECT * FROM history_as_of('deal', :'before') WHERE column_name IN ('stage', 'amount') ORDER BY row_key::int, column_name;
SELECT id, name, stage, amount, doubled FROM rows_as_of(NULL::deal, :'before') ORDER BY id;
SELECT id, stage, amount FROM rows_as_of(NULL::deal, clock_timestamp()) ORDER BY id;
SELECT count(*) FROM rows_as_of(NULL::deal, '2020-01-01');
SELECT count(*) FROM rows_as_of(NULL::deal, NULL);
TRUNCATE deal;
SELECT count(*) FROM rows_as_of(NULL::deal, clock_timestamp());
SELECT "column", count(*) FROM fresh() WHERE event = 'delete' GROUP BY 1 ORDER BY 1;

-- A log is only appended to.
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
    state text; message text; relation text; rule text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'allowed';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, relation = TABLE_NAME, rule = CONSTRAINT_NAME,
        detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', state, message, nullif(relation, ''), nullif(rule, ''), nullif(detail, ''), nullif(hint, ''));
END
$$;
SELECT refused(s) FROM unnest(ARRAY['UPDATE deal_history SET new_value = NULL', 'DELETE FROM deal_history WHERE false', 'TRUNCATE deal_history']) s;

-- Detached, it is a table like others; attached again, it catches up with what happened since.
SELECT detach_history('deal');
SELECT detach_history('deal');
INSERT INTO deal (id, stage, amount) VALUES (1, 'unseen', 5), (20, NULL, 3);
SELECT attach_history('deal', 'deal_history', 'amount, stage');
SELECT * FROM fresh();
SET ROLE NONE;
SET session_replication_role = replica;
SET ROLE regress_seller;
UPDATE deal SET stage = 'replica' WHERE id = 1;
DELETE FROM deal WHERE id = 20;
SET ROLE NONE;
RESET session_replication_role;
SET ROLE regress_seller;
SELECT * FROM fresh();
SELECT attach_history('deal', 'deal_history', 'amount, stage');
SELECT * FROM fresh();

-- Several columns in the key, names that need quotes, types with quotes of their own.
CREATE TYPE "Stage, type" AS ENUM ('a "b', 'it''s');
CREATE DOMAIN "Some Money" AS numeric(8,2);
CREATE TYPE pair AS (x int, y text);
CREATE TABLE "My ""Deals""" ("Key One" text COLLATE "C", changed_at date, "The, Stage" "Stage, type", "Value" "Some Money", tags text[], p pair, j jsonb, PRIMARY KEY ("Key One", changed_at));
INSERT INTO "My ""Deals""" VALUES ('k,1', '2026-01-01', 'a "b', 5, '{a,"b,c"}', (NULL, NULL), '{"x": [1]}');
SELECT attach_history('"My ""Deals"""', '"Hist, ory"', '"The, Stage", "Value", tags, p, j');
UPDATE "My ""Deals""" SET "The, Stage" = 'it''s', tags = tags || '{d}', p = (1, 'a,b'), j = '"text"';
UPDATE "My ""Deals""" SET p = NULL;
SELECT "Key One", "My ""Deals""_changed_at", event, column_name, old_value, new_value FROM "Hist, ory" ORDER BY id;
SELECT * FROM history_as_of('"My ""Deals"""', clock_timestamp());
SELECT * FROM rows_as_of(NULL::"My ""Deals""", clock_timestamp());

-- What is refused.
CREATE VIEW a_view AS SELECT 1 AS id;
CREATE TABLE keyless (id int);
CREATE TABLE short_of_columns (id bigint, deal_id int);
CREATE TABLE wrong_type (id bigint GENERATED ALWAYS AS IDENTITY, deal_id bigint, changed_at timestamptz, changed_by text, event text, column_name text, old_value text, new_value text);
CREATE TABLE not_counted (id bigint, deal_id int, changed_at timestamptz, changed_by text, event text, column_name text, old_value text, new_value text);
SELECT refused(s) FROM unnest(ARRAY[
    'SELECT attach_history(NULL, ''h'', ''x'')', 'SELECT attach_history(''deal'', NULL, ''x'')', 'SELECT attach_history(''deal'', ''h'', NULL)',
    'SELECT attach_history(''a_view'', ''h'', ''id'')', 'SELECT attach_history(''keyless'', ''h'', ''id'')', 'SELECT attach_history(''deal'', ''h'', '''')',
    'SELECT attach_history(''deal'', ''h'', ''nonsense'')', 'SELECT attach_history(''deal'', ''h'', ''stage, stage'')', 'SELECT attach_history(''deal'', ''deal'', ''stage'')',
    'SELECT attach_history(''deal'', ''short_of_columns'', ''stage'')', 'SELECT attach_history(''deal'', ''wrong_type'', ''stage'')', 'SELECT attach_history(''deal'', ''not_counted'', ''stage'')',
    'SELECT attach_history(''deal'', ''"Hist, ory"'', ''stage'')', 'SELECT attach_history(''deal'', ''a.b.c.d'', ''stage'')',
    'SELECT attach_history(''pg_class'', ''h'', ''relname'')',
    'SELECT * FROM history_as_of(''keyless'')', 'SELECT * FROM rows_as_of(1)', 'SELECT * FROM rows_as_of(NULL::keyless)', 'SELECT log_changes()']) s;
SELECT history_column('deal', 'stage');
SELECT history_column('deal', 'id');
-- Of all that nothing is left: the first history goes on.
UPDATE deal SET stage = 'on';
SELECT * FROM fresh();

SET ROLE NONE;
DROP OWNED BY regress_history_rep;
DROP ROLE regress_history_rep;
RESET ROLE;
SET client_min_messages = warning;
DROP SCHEMA history_log CASCADE;
