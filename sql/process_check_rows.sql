-- Checks for every way of writing a row, every shape of a row, and while what they are made of changes.
CREATE SCHEMA process_check_rows;
SET search_path = process_check_rows, opportunity;

CREATE TYPE place AS (city text, zip text);
CREATE TABLE deals (id integer PRIMARY KEY, gone integer, stage text, value numeric, at place, note text, tags text[]);
INSERT INTO deals (id, gone, stage) VALUES (0, 1, 'a');
ALTER TABLE deals DROP gone, ADD late numeric DEFAULT 7;
SELECT attach_process('deals', 'stage', '{
    "stages": [{"name": "a", "checks": [{"when": "value > 0", "message": "no value"}, {"when": "(at).city <> ''''", "message": "no city"}, {"when": "late = 7", "message": "late"}]},
               {"name": "b"},
               {"name": "w", "outcome": "won", "checks": [{"when": "length(note) > 10", "message": "no note"}]}],
    "branches": [{"from": "a", "to": "w", "when": "value >= 100 AND tags @> ''{hot}''"}]}');
-- A row older than a column has the column's default; composite values are looked into.
UPDATE deals SET stage = 'b' WHERE id = 0;
UPDATE deals SET stage = 'b', value = 1, at = ROW('', 'z') WHERE id = 0;
UPDATE deals SET stage = 'b', value = 1, at = ROW('Rome', 'z') WHERE id = 0;

-- COPY.
COPY deals (id, stage, note) FROM STDIN;
1	w	short
\.
COPY deals (id, stage, value, at, note) FROM STDIN;
1	w	1	\N	long enough a note
2	a	1	(Rome,)	\N
3	a	-1	(Rome,)	\N
\.
-- ON CONFLICT: the row as the update leaves it is judged, not the one that was proposed.
INSERT INTO deals (id, stage, value) VALUES (2, 'b', -1) ON CONFLICT (id) DO UPDATE SET stage = excluded.stage;
INSERT INTO deals (id, stage, value) VALUES (2, 'a', -1) ON CONFLICT (id) DO UPDATE SET stage = 'a';
INSERT INTO deals (id, stage, value) VALUES (2, 'b', -1) ON CONFLICT (id) DO UPDATE SET stage = 'b', value = excluded.value;
INSERT INTO deals (id, stage, note) VALUES (2, 'w', 'x') ON CONFLICT (id) DO NOTHING;
-- MERGE: one row that is not passed, and none is written.
MERGE INTO deals d USING (VALUES (2, 'b', 5, NULL), (3, 'b', 0, NULL)) v (id, stage, value, note) ON d.id = v.id
    WHEN MATCHED THEN UPDATE SET stage = v.stage, value = v.value WHEN NOT MATCHED THEN INSERT (id, stage, note) VALUES (v.id, v.stage, v.note);
MERGE INTO deals d USING (VALUES (2, 'b', 5, NULL), (4, 'w', 0, 'short')) v (id, stage, value, note) ON d.id = v.id
    WHEN MATCHED THEN UPDATE SET stage = v.stage, value = v.value WHEN NOT MATCHED THEN INSERT (id, stage, note) VALUES (v.id, v.stage, v.note);
MERGE INTO deals d USING (VALUES (2, 'b', 5, NULL), (3, 'b', 2, NULL), (4, 'w', 0, 'long enough a note')) v (id, stage, value, note) ON d.id = v.id
    WHEN MATCHED THEN UPDATE SET stage = v.stage, value = v.value WHEN NOT MATCHED THEN INSERT (id, stage, note) VALUES (v.id, v.stage, v.note);
-- A branch's condition.
INSERT INTO deals (id, stage, value, at, note, tags) VALUES (5, 'a', 100, ROW('Rome', ''), repeat('long ', 20000), '{hot}'), (6, 'a', 100, ROW('Rome', ''), 'long enough a note', '{cold}');
UPDATE deals SET stage = 'w' WHERE id = 6;
UPDATE deals SET stage = 'w' WHERE id = 5;
SELECT id, stage, value, late, left(note, 10) FROM deals ORDER BY id;

-- Only warned of, whoever writes.
SELECT attach_process('deals', 'stage', process_of('deals'), enforce => 'warn');
COPY deals (id, stage) FROM STDIN;
7	w
\.
INSERT INTO deals (id, stage, value) VALUES (6, 'b', -1) ON CONFLICT (id) DO UPDATE SET stage = 'b', value = -1;
MERGE INTO deals d USING (VALUES (7)) v (id) ON d.id = v.id WHEN MATCHED THEN UPDATE SET note = 'short';
SELECT id, stage, value, note FROM deals WHERE id IN (6, 7) ORDER BY id;

-- Partitions whose columns stand otherwise, and large values that are compressed or stored elsewhere.
CREATE TABLE parts (id integer, stage text, value numeric, note text, generated text GENERATED ALWAYS AS (note || '!') STORED) PARTITION BY LIST (stage);
CREATE TABLE parts_a PARTITION OF parts FOR VALUES IN ('a');
CREATE TABLE parts_rest (note text, x integer, generated text GENERATED ALWAYS AS (note || '!') STORED, value numeric, stage text, id integer);
ALTER TABLE parts_rest DROP x;
ALTER TABLE parts ATTACH PARTITION parts_rest DEFAULT;
ALTER TABLE parts ALTER note SET STORAGE EXTERNAL;
ALTER TABLE parts_rest ALTER note SET STORAGE EXTERNAL;
SELECT attach_process('parts', 'stage', '{
    "stages": [{"name": "a", "checks": [{"when": "value > 0", "message": "no value"}, {"when": "length(generated) = 100001", "message": "generated"}]},
               {"name": "b", "required": ["note"], "checks": [{"when": "right(note, 1) = ''y''", "message": "note"}]},
               {"name": "w", "outcome": "won"}]}');
INSERT INTO parts VALUES (1, 'a', 1, repeat('x', 99999)), (2, 'a', 1, repeat('x', 100000));
UPDATE parts SET stage = 'b' WHERE id = 1;
UPDATE parts SET stage = 'b' WHERE id = 2;
UPDATE parts SET stage = 'w' WHERE id = 2;
UPDATE parts SET stage = 'w', note = repeat('y', 3) WHERE id = 2;
UPDATE parts SET value = 2 WHERE id = 2;
SELECT tableoid::regclass, id, stage, length(generated) FROM parts ORDER BY id;

-- A function in a condition that writes rows of the same table, fails and is caught, or replaces itself, in the middle of a statement.
CREATE TABLE nested (id integer PRIMARY KEY, stage text, value integer);
CREATE FUNCTION rule(id integer, value integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF value = 1 THEN
        UPDATE process_check_rows.nested n SET stage = 'b' WHERE n.id = rule.id + 1;
    ELSIF value = 2 THEN
        BEGIN
            UPDATE process_check_rows.nested n SET stage = 'b', value = -1 WHERE n.id = rule.id + 1;
        EXCEPTION WHEN check_violation THEN
            RAISE NOTICE 'row % was refused', rule.id + 1;
        END;
    ELSIF value = 3 THEN
        EXECUTE 'CREATE OR REPLACE FUNCTION process_check_rows.other(integer) RETURNS boolean LANGUAGE sql AS ''SELECT false''';
    END IF;
    RETURN value > 0;
END $$;
CREATE FUNCTION other(integer) RETURNS boolean LANGUAGE sql AS 'SELECT true';
SELECT attach_process('nested', 'stage', '{"stages": [{"name": "a", "checks": [{"when": "rule(id, value)", "message": "rule"}, {"when": "other(id)", "message": "other"}, {"when": "value < 10", "message": "small"}]},
                                                      {"name": "b"}, {"name": "w", "outcome": "won"}]}');
INSERT INTO nested VALUES (1, 'a', 1), (2, 'a', 2), (3, 'a', 9), (4, 'a', 3), (5, 'a', 1), (6, 'a', 10);
-- the first moves the second, which tries the third
UPDATE nested SET stage = 'b' WHERE id = 1;
-- the fifth moves the sixth, which is refused
UPDATE nested SET stage = 'b' WHERE id = 5;
-- what the fourth replaces holds for what is asked after it
UPDATE nested SET stage = 'b' WHERE id = 4;
SELECT * FROM nested ORDER BY id;
-- Another trigger of the statement changes the process: what is judged after that follows the new one.
CREATE TABLE processes (name text PRIMARY KEY, definition sales_process);
INSERT INTO processes VALUES ('p', '{"stages": [{"name": "a", "checks": [{"when": "value > 0"}]}, {"name": "b"}, {"name": "w", "outcome": "won"}]}');
CREATE TABLE changing (id integer PRIMARY KEY, process text, stage text, value integer);
SELECT attach_process('changing', 'stage', process_table => 'processes', process_column => 'process');
INSERT INTO changing SELECT i, 'p', 'a', i FROM generate_series(1, 3) i;
CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id = 2 THEN
        UPDATE process_check_rows.processes SET definition = '{"stages": [{"name": "a", "checks": [{"when": "value > 2", "message": "more"}]}, {"name": "b"}, {"name": "w", "outcome": "won"}]}';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER a_change AFTER UPDATE ON changing FOR EACH ROW EXECUTE FUNCTION change();
UPDATE changing SET stage = 'b' WHERE id = 1;
UPDATE changing SET stage = 'b' WHERE id > 1;
UPDATE changing SET stage = 'b' WHERE id = 2;
SELECT definition::jsonb #> '{stages,0,checks}' FROM processes;

-- Domains whose constraints change and enums that grow, under conditions that have been read.
CREATE DOMAIN level AS integer CHECK (VALUE < 5);
CREATE TYPE size AS ENUM ('small', 'large');
CREATE TABLE typed (id integer PRIMARY KEY, stage text, level level, size size);
SELECT attach_process('typed', 'stage', '{"stages": [{"name": "a", "checks": [{"when": "(level + 1)::level > 1", "message": "level"}, {"when": "size > ''small''", "message": "size"}]}, {"name": "b"}, {"name": "w", "outcome": "won"}]}');
INSERT INTO typed VALUES (1, 'a', 4, 'large'), (2, 'a', 3, 'small');
UPDATE typed SET stage = 'b' WHERE id = 1;
UPDATE typed SET stage = 'b' WHERE id = 2;
ALTER DOMAIN level DROP CONSTRAINT level_check;
ALTER TYPE size ADD VALUE 'middle' BEFORE 'large';
UPDATE typed SET stage = 'b' WHERE id = 1;
UPDATE typed SET stage = 'b', size = 'middle' WHERE id = 2;
ALTER DOMAIN level ADD CHECK (VALUE < 4) NOT VALID;
UPDATE typed SET stage = 'a';
UPDATE typed SET stage = 'b' WHERE id = 2;

-- No setting of a session changes what a condition means.
UPDATE processes SET definition = '{"stages": [{"name": "a", "checks": [{"when": "(value = NULL) IS NULL AND array_position(''{NULL}''::text[], NULL) = 1", "message": "settings"}]}, {"name": "b"}, {"name": "w", "outcome": "won"}]}';
SET transform_null_equals = on;
SET array_nulls = off;
DO $$ BEGIN SET standard_conforming_strings = off; EXCEPTION WHEN feature_not_supported THEN NULL; END $$; -- as far as there is a choice
UPDATE changing SET stage = 'b' WHERE id = 3;
RESET transform_null_equals;
SELECT attach_process('nested', 'stage', '{"stages": [{"name": "a", "checks": [{"when": "value = NULL", "message": "settings"}]}, {"name": "b"}, {"name": "w", "outcome": "won"}]}');
SET transform_null_equals = on;
UPDATE nested SET stage = 'b', value = NULL WHERE id = 3;
SELECT process_of('nested')::jsonb #> '{stages,0,checks}';
