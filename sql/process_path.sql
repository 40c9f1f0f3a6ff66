-- The stages a row has visited, kept in the row.
CREATE SCHEMA process_path;
SET search_path = process_path, opportunity;

CREATE FUNCTION p() RETURNS sales_process RETURN '{"stages": [{"name": "a"}, {"name": "b"}, {"name": "c"}, {"name": "w", "outcome": "won"}, {"name": "l", "outcome": "lost"}],
    "moves": {"skip": true}}'::sales_process;
-- Stages in order; when, if it was not just now.
CREATE FUNCTION shown(path stage_path) RETURNS text RETURN (
    SELECT string_agg(s.stage || CASE WHEN s.entered = now() THEN '' ELSE ' ' || to_char(s.entered AT TIME ZONE 'UTC', 'YYYY-MM-DD') END, ', ' ORDER BY s.n)
    FROM path_steps(path) s);
CREATE TABLE deals (id integer PRIMARY KEY, stage text, entered timestamptz, path stage_path, note text);
SELECT attach_process('deals', 'stage', p(), entered_at_column => 'entered', path_column => 'path');

BEGIN;
INSERT INTO deals (id, stage) VALUES (1, NULL), (2, 'b');
INSERT INTO deals (id, stage, entered) VALUES (3, 'w', '2020-01-01Z'), (4, 'a', 'infinity');
INSERT INTO deals (id, stage, path) SELECT 5, 'b', collect_path(s, t::timestamptz) FROM (VALUES ('a', '2020-01-01Z'), ('b', '2020-02-02Z')) v (s, t);
SELECT id, stage, shown(path) FROM deals ORDER BY id;
-- One step a move, whatever else is written.
UPDATE deals SET note = 'x';
UPDATE deals SET stage = 'c' WHERE id = 1;
UPDATE deals SET stage = stage, note = 'y' WHERE id = 1;
UPDATE deals SET stage = 'l' WHERE id IN (1, 2);
UPDATE deals SET stage = 'a' WHERE id = 1;
UPDATE deals SET stage = 'c' WHERE id = 5;
SELECT advance('deals', '5');
SELECT id, stage, shown(path) FROM deals ORDER BY id;
-- NULL asks for what was there; a value that a statement gives is kept.
UPDATE deals SET path = NULL WHERE id = 2;
UPDATE deals SET stage = 'b', path = NULL WHERE id = 5;
UPDATE deals SET stage = 'b', entered = '2100-01-01Z' WHERE id = 3;
UPDATE deals SET stage = 'c', path = NULL, entered = '1999-01-01Z' WHERE id = 4;
UPDATE deals SET path = append_step(NULL, 'b', '2001-01-01Z'), stage = 'b' WHERE id = 1;
SELECT id, stage, shown(path) FROM deals ORDER BY id;
ROLLBACK;
-- A move that is refused leaves no step.
INSERT INTO deals (id, stage) VALUES (1, 'a');
UPDATE deals SET stage = 'nowhere';
SELECT (SELECT array_agg(stage) FROM path_steps(path)) FROM deals;
-- ON CONFLICT and MERGE move, too.
BEGIN;
INSERT INTO deals (id, stage) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET stage = 'b';
MERGE INTO deals d USING (VALUES (1, 'c'), (2, 'a')) v (id, stage) ON d.id = v.id
    WHEN MATCHED THEN UPDATE SET stage = v.stage WHEN NOT MATCHED THEN INSERT (id, stage) VALUES (v.id, v.stage);
SELECT id, (SELECT array_agg(stage) FROM path_steps(path)) FROM deals ORDER BY id;
ROLLBACK;

-- Partitioned by the stage: a move between partitions is one step.
CREATE TABLE parts (id integer, stage text, path stage_path) PARTITION BY LIST (stage);
CREATE TABLE parts_open (path stage_path, gone text, stage text, id integer);
ALTER TABLE parts_open DROP COLUMN gone;
ALTER TABLE parts ATTACH PARTITION parts_open FOR VALUES IN ('a', 'b', 'c');
CREATE TABLE parts_done PARTITION OF parts DEFAULT;
SELECT attach_process('parts', 'stage', p(), path_column => 'path');
BEGIN;
INSERT INTO parts VALUES (1, 'a'), (2, 'a');
UPDATE parts SET stage = 'b';
UPDATE parts SET stage = 'w' WHERE id = 1;
UPDATE parts SET stage = 'b' WHERE id = 1;
UPDATE parts SET stage = 'l';
SELECT tableoid::regclass, id, stage, shown(path) FROM parts ORDER BY id;
COMMIT;

-- Rows that were there before have no path until they are written; it begins where they are, when they came there.
CREATE TABLE old (id integer PRIMARY KEY, stage text, entered date, path stage_path);
INSERT INTO old VALUES (1, 'a', '2020-01-01'), (2, 'a', NULL), (3, 'b', '2020-01-01'), (4, 'b', NULL);
SELECT attach_process('old', 'stage', p(), entered_at_column => 'entered', path_column => 'path');
BEGIN;
UPDATE old SET id = id WHERE id < 3;
UPDATE old SET stage = 'c' WHERE id > 2;
SELECT id, stage, shown(path) FROM old ORDER BY id;
ROLLBACK;

-- Ids of a stages table: the path has the names. A domain; the path of a long life.
CREATE DOMAIN life AS stage_path CHECK (value IS NOT NULL);
CREATE TABLE stage (id integer PRIMARY KEY, name text);
INSERT INTO stage SELECT i, n FROM unnest(ARRAY['a', 'b', 'c', 'w', 'l']) WITH ORDINALITY s (n, i);
CREATE TABLE numbered (id integer PRIMARY KEY, stage integer, path life);
SELECT attach_process('numbered', 'stage', p(), stage_table => 'stage', path_column => 'path');
BEGIN;
INSERT INTO numbered VALUES (1, 2, append_step(NULL, 'x', '2020-01-01Z')), (2, 1, (SELECT collect_path(CASE i % 2 WHEN 0 THEN 'a' ELSE 'b' END, '2020-01-01Z'::timestamptz + i * interval '1 s') FROM generate_series(1, 4090) i));
DO $$ BEGIN FOR i IN 1..10 LOOP UPDATE process_path.numbered SET stage = 1 + i % 3 WHERE id = 2; END LOOP; END $$;
SELECT id, current_stage(path), (SELECT count(*) FROM path_steps(path)) FROM numbered ORDER BY id;
ROLLBACK;

-- What cannot be the path.
SELECT attach_process('deals', 'stage', p(), path_column => 'note');
SELECT attach_process('deals', 'stage', p(), path_column => 'nothing');

-- The outcome cannot be given: it is the stage's.
CREATE TABLE judged (id integer PRIMARY KEY, process text, stage text, outcome text, p numeric);
CREATE TABLE process (name text PRIMARY KEY, definition sales_process, is_default boolean);
INSERT INTO process VALUES ('one', '{"stages": [{"name": "a", "probability": 10}, {"name": "x", "probability": 20}, {"name": "w", "outcome": "won"}]}', true),
    ('two', '{"stages": [{"name": "a", "probability": 50}, {"name": "w"}, {"name": "y", "outcome": "won"}]}', false);
SELECT attach_process('judged', 'stage', process_table => 'process', process_column => 'process', outcome_column => 'outcome', probability_column => 'p');
INSERT INTO judged VALUES (1, 'one', 'a', 'won', NULL), (2, 'one', 'w', 'open', NULL), (3, 'one', 'a', NULL, 33), (4, 'one', 'a', NULL, NULL);
UPDATE judged SET outcome = 'won' WHERE id = 1;
UPDATE judged SET outcome = NULL, stage = 'x' WHERE id = 1;
SELECT * FROM judged ORDER BY id;
-- Another process says what a stage means; what was won may be open there.
UPDATE judged SET process = 'two' WHERE id IN (2, 3);
UPDATE judged SET process = 'two', p = 42 WHERE id = 4;
SELECT * FROM judged ORDER BY id;
