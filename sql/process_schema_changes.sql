-- The table changes under a warm cache: the rule follows, or says what it misses.
CREATE SCHEMA process_schema_changes;
SET search_path = process_schema_changes, opportunity;

CREATE TABLE deals (junk integer, id integer PRIMARY KEY, stage text, amount numeric, note text, p integer, outcome text);
SELECT attach_process('deals', 'stage',
    '{"stages": [{"name": "a", "probability": 10, "required": ["amount", "note"]}, {"name": "b", "probability": 50}, {"name": "w", "outcome": "won"}]}',
    probability_column => 'p', outcome_column => 'outcome');
INSERT INTO deals (id) SELECT generate_series(1, 20);
UPDATE deals SET stage = 'b' WHERE id = 1;

-- Columns come and go beside ours.
ALTER TABLE deals ADD COLUMN more integer DEFAULT 5;
ALTER TABLE deals DROP COLUMN junk;
UPDATE deals SET stage = 'b' WHERE id = 1;
UPDATE deals SET stage = 'b', amount = 1, note = 'x' WHERE id = 1;

-- Types change: of a required column, of the stage, of a kept column.
ALTER TABLE deals ALTER COLUMN amount TYPE boolean USING amount <> 0;
UPDATE deals SET stage = 'b', amount = false, note = 'x' WHERE id = 2;
UPDATE deals SET stage = 'b', amount = true, note = 'x' WHERE id = 2;
CREATE TYPE stage AS ENUM ('a', 'b', 'w');
ALTER TABLE deals ALTER COLUMN stage TYPE stage USING stage::stage;
UPDATE deals SET stage = 'w' WHERE id = 3;
UPDATE deals SET stage = 'b', amount = true, note = 'x' WHERE id = 3;
ALTER TABLE deals ALTER COLUMN stage TYPE varchar(10), ALTER COLUMN p TYPE numeric(6,3);
UPDATE deals SET stage = 'b', amount = true, note = 'x' WHERE id = 4;
SELECT DISTINCT stage, p, outcome FROM deals ORDER BY 2;
ALTER TABLE deals ALTER COLUMN p TYPE text;
UPDATE deals SET note = 'y' WHERE id = 5;
ALTER TABLE deals ALTER COLUMN p TYPE integer USING p::numeric;
ALTER TYPE stage RENAME VALUE 'b' TO 'bb';

-- Names change, columns are dropped: the trigger's arguments keep the old name.
ALTER TABLE deals RENAME COLUMN note TO remark;
UPDATE deals SET stage = 'b' WHERE id = 5;
ALTER TABLE deals RENAME COLUMN remark TO note;
UPDATE deals SET stage = 'b' WHERE id = 5;
ALTER TABLE deals RENAME COLUMN stage TO phase;
UPDATE deals SET note = 'y' WHERE id = 5;
ALTER TABLE deals RENAME COLUMN phase TO stage;
BEGIN;
ALTER TABLE deals DROP COLUMN amount;
UPDATE deals SET note = 'y' WHERE id = 5;
ROLLBACK;
UPDATE deals SET stage = 'b', amount = true, note = 'y' WHERE id = 5;
ALTER TABLE deals DROP COLUMN outcome;
UPDATE deals SET note = 'y' WHERE id = 5;
SELECT attach_process('deals', 'stage', process_of('deals'));
SELECT attach_process('deals', 'stage', '{"stages": [{"name": "a", "required": ["amount", "note"]}, {"name": "b"}, {"name": "w", "outcome": "won"}]}');
UPDATE deals SET note = 'y' WHERE id = 5;
-- A column of the same name that is another one.
ALTER TABLE deals DROP COLUMN amount;
ALTER TABLE deals ADD COLUMN amount text DEFAULT ' ';
UPDATE deals SET stage = 'b' WHERE id = 6;
UPDATE deals SET stage = 'b', amount = 'x', note = 'x' WHERE id = 6;

-- The table is renamed, moved, its triggers disabled, renamed, dropped by hand.
ALTER TABLE deals RENAME TO opportunities;
CREATE SCHEMA process_schema_changes_2;
ALTER TABLE opportunities SET SCHEMA process_schema_changes_2;
UPDATE process_schema_changes_2.opportunities SET stage = 'w' WHERE id = 7;
ALTER TABLE process_schema_changes_2.opportunities SET SCHEMA process_schema_changes;
ALTER TABLE opportunities DISABLE TRIGGER opportunity_judge_stage;
UPDATE opportunities SET stage = 'w' WHERE id = 7;
ALTER TABLE opportunities ENABLE TRIGGER opportunity_judge_stage;
UPDATE opportunities SET stage = 'w' WHERE id = 8;
ALTER TRIGGER opportunity_judge_stage ON opportunities RENAME TO other;
UPDATE opportunities SET stage = 'w' WHERE id = 8;
DROP TRIGGER other ON opportunities;
INSERT INTO opportunities (id) VALUES (100);
SELECT attach_process('opportunities', 'stage', '{"stages": [{"name": "a"}, {"name": "b"}, {"name": "w", "outcome": "won"}]}');
INSERT INTO opportunities (id) VALUES (100);
UPDATE opportunities SET stage = 'w' WHERE id = 100;

-- Attached, replaced and rolled back in one transaction.
BEGIN;
SELECT attach_process('opportunities', 'stage', '{"stages": [{"name": "a"}, {"name": "b"}, {"name": "w", "outcome": "won"}], "moves": {"skip": true}}');
UPDATE opportunities SET stage = 'w' WHERE id = 100;
ROLLBACK;
UPDATE opportunities SET stage = 'w' WHERE id = 100;

-- What comes back from a dump: the triggers' definitions say everything.
SELECT regexp_replace(pg_get_triggerdef(oid), ' ON .* FOR', ' ON ... FOR') FROM pg_trigger WHERE tgrelid = 'opportunities'::regclass ORDER BY tgname;
CREATE TABLE restored (LIKE opportunities INCLUDING ALL);
SELECT replace(pg_get_triggerdef(oid), '.opportunities', '.restored') FROM pg_trigger WHERE tgrelid = 'opportunities'::regclass ORDER BY tgname DESC \gexec
INSERT INTO restored (id) VALUES (1);
UPDATE restored SET stage = 'w';
SELECT process_of('restored') = process_of('opportunities') AS same;

-- A stage is renamed in its type: rows in it have a stage that the process does not have, and enter it anew.
CREATE TYPE phase AS ENUM ('x', 'y', 'z');
CREATE TABLE phases (id integer PRIMARY KEY, stage phase);
SELECT attach_process('phases', 'stage', '{"stages": [{"name": "x"}, {"name": "y"}, {"name": "z", "outcome": "won"}], "moves": {"start": "first"}}');
INSERT INTO phases VALUES (1), (2);
ALTER TYPE phase RENAME VALUE 'x' TO 'xx';
ALTER TYPE phase ADD VALUE 'x';
\c
SET search_path = process_schema_changes, opportunity;
UPDATE phases SET stage = 'y' WHERE id = 1;
UPDATE phases SET stage = 'x' WHERE id = 1;
SELECT * FROM phases ORDER BY id;
