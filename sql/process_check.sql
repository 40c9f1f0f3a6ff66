-- Checks: conditions in SQL beside the required columns of a gate.
CREATE SCHEMA process_check;
SET search_path = process_check, opportunity;

CREATE FUNCTION try(command text) RETURNS TABLE (field text, value text) LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; detail text; hint text; in_column text; rule text; context text;
BEGIN
    EXECUTE command;
    RETURN QUERY VALUES ('done', NULL);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
        in_column = COLUMN_NAME, rule = CONSTRAINT_NAME, context = PG_EXCEPTION_CONTEXT;
    RETURN QUERY SELECT * FROM (VALUES ('state', state), ('message', message), ('detail', detail), ('hint', hint),
                                       ('column', in_column), ('constraint', rule),
                                       ('context', substring(context FROM 'condition at [^\n]*'))) v (n, v)
                 WHERE v.v <> '';
END $$;

CREATE TABLE deals (id integer PRIMARY KEY, stage text, budget numeric, value numeric, gross numeric GENERATED ALWAYS AS (value * 1.2) STORED,
                    note text, closes date, "Odd ""one""" boolean);
SELECT attach_process('deals', 'stage', '{
    "stages": [{"name": "qualify", "required": ["budget", "note"],
                "checks": [{"when": "value > 0", "message": "a proposal needs a value"}, {"when": "value <= budget"}]},
               {"name": "propose", "checks": [{"when": "gross > 100\n  AND \"Odd \"\"one\"\"\""}]},
               {"name": "won", "outcome": "won", "required": ["closes"], "checks": [{"when": "closes >= date ''2026-01-01''", "message": "won deals close in 2026"}]},
               {"name": "lost", "outcome": "lost", "checks": [{"when": "deals.note IS NOT NULL", "message": "say why it was lost"}]}],
    "moves": {"skip": true}}');

-- As it is kept.
SELECT jsonb_pretty(process_of('deals')::jsonb #> '{stages,1}');

-- All that is unmet at once: columns, then checks. NULL is not passed.
INSERT INTO deals (id, stage) VALUES (1, 'qualify');
SELECT * FROM try($$UPDATE deals SET stage = 'propose'$$);
SELECT * FROM try($$UPDATE deals SET stage = 'propose', note = 'n', budget = 50, value = 60$$);
SELECT * FROM try($$UPDATE deals SET stage = 'propose', note = 'n', budget = 50, value = 0$$);
SELECT * FROM try($$UPDATE deals SET stage = 'propose', budget = 50, value = 50$$);
SELECT * FROM try($$UPDATE deals SET stage = 'won', note = 'n', budget = 90, value = 84$$);
-- A generated column is judged as it was stored.
SELECT * FROM try($$UPDATE deals SET stage = 'won', note = 'n', budget = 90, value = 83, closes = '2026-05-05', "Odd ""one""" = true$$);
SELECT * FROM try($$UPDATE deals SET stage = 'won', note = 'n', budget = 90, value = 84, closes = '2026-05-05', "Odd ""one""" = true$$);
-- Those of an outcome hold while the row is in it; those left behind are not asked again.
SELECT * FROM try($$UPDATE deals SET closes = '2025-05-05'$$);
SELECT * FROM try($$UPDATE deals SET value = -1, budget = NULL$$);
-- An INSERT into an outcome, a loss.
SELECT * FROM try($$INSERT INTO deals (id, stage) VALUES (2, 'lost')$$);
SELECT * FROM try($$INSERT INTO deals (id, stage, note) VALUES (2, 'lost', 'price')$$);

-- A warning has the same fields.
SELECT attach_process('deals', 'stage', process_of('deals'), enforce => 'warn');
UPDATE deals SET note = NULL WHERE id = 2;
SELECT attach_process('deals', 'stage', process_of('deals'));
SELECT * FROM try($$UPDATE deals SET value = 2 WHERE id = 2$$);
UPDATE deals SET note = 'n' WHERE id = 2;

-- What is said of a condition that is none, with its place in the process.
CREATE FUNCTION judged(condition text) RETURNS TABLE (field text, value text) LANGUAGE sql AS $$
    SELECT t.* FROM try(format('SELECT opportunity.attach_process(''deals'', ''stage'', %L)', jsonb_build_object('stages', jsonb_build_array(
        jsonb_build_object('name', 'qualify'), jsonb_build_object('name', 'propose', 'checks', jsonb_build_array(jsonb_build_object('when', 'true'), jsonb_build_object('when', condition))),
        jsonb_build_object('name', 'won', 'outcome', 'won'), jsonb_build_object('name', 'lost', 'outcome', 'lost'))))) t WHERE t.field IN ('done', 'state', 'message', 'context')
$$;
SELECT c, j.* FROM unnest(ARRAY['value >', 'value', 'valeu > 0', 'value > 0; DROP TABLE deals', 'value > 0, true', 'false) or (true', 'true) UNION SELECT (true', 'value AS v', '*', 'deals.*',
    'deals', 'other.value > 0', 'ctid IS NOT NULL', '$1', '(SELECT true)', 'EXISTS (SELECT 1 FROM deals)', 'value > ALL (SELECT 1)', 'bool_and(value > 0)', 'count(*) OVER () > 0',
    'generate_series(1, 2) > 0', 'value > 0 FROM deals', 'no_such(value)', 'value = 0 ORDER BY 1', 'NULL', 'value::text', 'note COLLATE "C" < ''b''', '"Odd ""one"""', 'EXISTS (SELECT 1) AND true']) c, judged(c) j;
SELECT * FROM try($$SELECT attach_process('deals', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}], "branches": [{"from": "a", "to": "w", "when": "valeu"}]}')$$) WHERE field IN ('message', 'context');

-- A condition means what it meant to who attached it, whatever the writer's path: names are qualified, casts are written.
CREATE SCHEMA process_check_evil;
CREATE FUNCTION enough(double precision) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN $1 > 1000;
SELECT attach_process('deals', 'stage', '{"stages": [{"name": "qualify", "checks": [{"when": "enough(value) AND value > 1000"}]}, {"name": "won", "outcome": "won"}, {"name": "lost", "outcome": "lost"}]}');
SELECT process_of('deals')::jsonb #> '{stages,0,checks}';
CREATE FUNCTION process_check_evil.always(numeric, numeric) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
CREATE FUNCTION process_check_evil.always(numeric, integer) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
CREATE OPERATOR process_check_evil.> (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = process_check_evil.always);
CREATE OPERATOR process_check_evil.> (LEFTARG = numeric, RIGHTARG = integer, FUNCTION = process_check_evil.always);
CREATE FUNCTION process_check_evil.enough(numeric) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
CREATE FUNCTION enough(numeric) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
INSERT INTO deals (id, stage, value) VALUES (3, 'qualify', 5);
\c -
SET ROLE regress_seller;
SET search_path = process_check_evil, pg_catalog;
SET datestyle = 'German'; SET client_min_messages = error;
DO $$ BEGIN SET standard_conforming_strings = off; EXCEPTION WHEN feature_not_supported THEN NULL; END $$; -- as far as there is a choice
SELECT 5::numeric > 1000 AS hijacked;
SELECT * FROM process_check.try('UPDATE process_check.deals SET stage = ''won'' WHERE id = 3') WHERE field IN ('state', 'detail');
UPDATE process_check.deals SET stage = 'won', value = 2000 WHERE id = 3;
RESET standard_conforming_strings; RESET datestyle; RESET client_min_messages;
SET search_path = process_check, opportunity;
SET client_min_messages = warning; DROP SCHEMA process_check_evil CASCADE; RESET client_min_messages;
DELETE FROM deals;

-- A function that is replaced or dropped under a warm cache; one that reads its table sees the statement's own rows.
DROP FUNCTION enough(numeric);
INSERT INTO deals (id, stage, value) VALUES (4, 'qualify', 5), (5, 'qualify', 5);
SELECT * FROM try('UPDATE deals SET stage = ''won'' WHERE id = 4') WHERE field = 'detail';
CREATE OR REPLACE FUNCTION enough(double precision) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN $1 > 4;
SELECT attach_process('deals', 'stage', '{"stages": [{"name": "qualify", "checks": [{"when": "enough(value)"}]}, {"name": "won", "outcome": "won"}, {"name": "lost", "outcome": "lost"}]}');
UPDATE deals SET stage = 'won' WHERE id = 4;
CREATE OR REPLACE FUNCTION enough(double precision) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN $1 > 6;
SELECT * FROM try('UPDATE deals SET stage = ''won'' WHERE id = 5') WHERE field = 'detail';
CREATE OR REPLACE FUNCTION enough(double precision) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT count(*) FROM process_check.deals WHERE stage = 'won') = $1; END $$;
UPDATE deals SET stage = 'qualify';
SELECT * FROM try('UPDATE deals SET stage = ''won''') WHERE field = 'detail';
SELECT * FROM try('UPDATE deals SET stage = ''won'', value = 2') WHERE field IN ('done', 'detail');
UPDATE deals SET stage = 'qualify';
-- An error within a condition leaves nothing behind.
CREATE OR REPLACE FUNCTION enough(double precision) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN 1 / ($1 - 2) > 0; END $$;
SELECT * FROM try('UPDATE deals SET stage = ''won''') WHERE field IN ('state', 'message');
UPDATE deals SET stage = 'won', value = 3;
DROP FUNCTION enough(double precision);
UPDATE deals SET stage = 'qualify';
SELECT * FROM try('UPDATE deals SET stage = ''won''') WHERE field IN ('state', 'message', 'context');
CREATE FUNCTION enough(double precision) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN $1 = 3;
UPDATE deals SET stage = 'won';

-- A column that is renamed, given another type, dropped; one that was added with a default, as rows written before have it.
SELECT attach_process('deals', 'stage', '{"stages": [{"name": "qualify", "checks": [{"when": "budget >= 10"}, {"when": "note <> ''x''"}]}, {"name": "won", "outcome": "won"}, {"name": "lost", "outcome": "lost"}]}');
UPDATE deals SET stage = 'qualify', budget = 9, note = 'y';
SELECT * FROM try('UPDATE deals SET stage = ''won''') WHERE field = 'detail';
ALTER TABLE deals ALTER budget TYPE integer;
SELECT * FROM try('UPDATE deals SET stage = ''won''') WHERE field = 'detail';
UPDATE deals SET stage = 'won', budget = 10;
UPDATE deals SET stage = 'qualify';
ALTER TABLE deals RENAME budget TO means;
SELECT * FROM try('UPDATE deals SET stage = ''won''') WHERE field IN ('state', 'message', 'context');
ALTER TABLE deals RENAME means TO budget;
ALTER TABLE deals DROP id, ADD added integer DEFAULT 7;
SELECT attach_process('deals', 'stage', '{"stages": [{"name": "qualify", "checks": [{"when": "added = 7"}]}, {"name": "won", "outcome": "won"}, {"name": "lost", "outcome": "lost"}]}');
UPDATE deals SET stage = 'won';
