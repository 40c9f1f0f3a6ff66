-- Rows that follow different processes, kept in a table.
CREATE SCHEMA process_table;
SET search_path = process_table, opportunity;

CREATE TABLE process (id integer PRIMARY KEY, name text UNIQUE, definition sales_process, is_default boolean);
INSERT INTO process VALUES
    (1, 'small', '{"stages": [{"name": "a", "probability": 20}, {"name": "w", "outcome": "won"}]}', true),
    (2, 'large', '{"stages": [{"name": "a", "probability": 5, "required": ["amount"]}, {"name": "b", "probability": 50}, {"name": "w", "outcome": "won"}]}', false),
    (3, 'broken', NULL, NULL);
CREATE TABLE deals (id integer PRIMARY KEY, process text, stage text, amount numeric, p integer);
SELECT attach_process('deals', 'stage', process_table => 'process', process_column => 'process', probability_column => 'p');
SELECT tgrelid::regclass, tgname, trigger_arguments(tgargs) FROM pg_trigger WHERE tgrelid IN ('deals'::regclass, 'process'::regclass) ORDER BY 1, 2;

INSERT INTO deals (id, process) VALUES (1, 'small'), (2, 'large'), (3, NULL);
SELECT * FROM deals ORDER BY id;
UPDATE deals SET stage = 'w' WHERE id = 1;
UPDATE deals SET stage = 'w' WHERE id = 3;
UPDATE deals SET stage = 'b' WHERE id = 2;
UPDATE deals SET stage = 'b', amount = 1 WHERE id = 2;
INSERT INTO deals VALUES (4, 'unheard of', 'a');
INSERT INTO deals VALUES (4, 'broken', 'a');
-- The process changes: the stage must be one of the new one's, and counts as the same stage.
UPDATE deals SET process = 'small' WHERE id = 2;
UPDATE deals SET process = 'small', stage = 'a' WHERE id = 2;
SELECT * FROM deals ORDER BY id;

-- A definition that changes is followed at once; rolled back, it never was.
UPDATE process SET definition = '{"stages": [{"name": "a"}, {"name": "n"}, {"name": "w", "outcome": "won"}]}' WHERE id = 1;
UPDATE deals SET stage = 'w' WHERE id = 2;
BEGIN;
UPDATE process SET definition = '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}' WHERE id = 1;
UPDATE deals SET stage = 'w' WHERE id = 2;
ROLLBACK;
UPDATE deals SET stage = 'w' WHERE id = 2;
BEGIN;
SAVEPOINT s;
DELETE FROM process;
UPDATE deals SET stage = 'n' WHERE id = 2;
ROLLBACK TO s;
UPDATE deals SET stage = 'n' WHERE id = 2;
COMMIT;
-- Rows whose stage or process is no longer there can still be written, and find a way back in.
UPDATE process SET definition = '{"stages": [{"name": "a"}, {"name": "m"}, {"name": "w", "outcome": "won"}]}' WHERE id = 1;
UPDATE deals SET amount = 5 WHERE id = 2;
UPDATE deals SET stage = 'm' WHERE id = 2;
SELECT move_to('deals', '1', 'a');
TRUNCATE process;
UPDATE deals SET amount = 6 WHERE id = 2;
UPDATE deals SET stage = 'a' WHERE id = 2;
INSERT INTO deals (id) VALUES (5);
SELECT advance('deals', '1');
SELECT process_of('deals');

-- A nested statement reads a process that the statement around it has changed and then rolls back:
-- the trigger that tells of changes does not fire, and nothing of the change is left.
CREATE TABLE rolled_back (name text PRIMARY KEY, definition sales_process, is_default boolean);
INSERT INTO rolled_back VALUES ('p', '{"stages": [{"name": "a"}, {"name": "b"}, {"name": "w", "outcome": "won"}], "moves": {"start": "first"}}', true);
CREATE TABLE offers (id integer PRIMARY KEY, process text, stage text);
SELECT attach_process('offers', 'stage', process_table => 'rolled_back', process_column => 'process');
CREATE FUNCTION touch(stage text) RETURNS integer LANGUAGE sql AS
    $$ INSERT INTO process_table.offers VALUES (99, 'p', stage) RETURNING 1 $$;
\c
SET search_path = process_table, opportunity;
BEGIN;
WITH x AS (UPDATE rolled_back SET definition = '{"stages": [{"name": "a"}, {"name": "b"}, {"name": "w", "outcome": "won"}]}' RETURNING 1)
SELECT touch('w'), 1 / (count(*) - 1) FROM x;
ROLLBACK;
INSERT INTO offers VALUES (1, 'p', 'w');
\c
SET search_path = process_table, opportunity;
BEGIN;
SAVEPOINT s;
WITH x AS (UPDATE rolled_back SET definition = '{"stages": [{"name": "a"}, {"name": "b"}, {"name": "w", "outcome": "won"}]}' RETURNING 1)
SELECT touch('w'), 1 / (count(*) - 1) FROM x;
ROLLBACK TO s;
INSERT INTO offers VALUES (1, 'p', 'w');
ROLLBACK;
INSERT INTO offers VALUES (1, 'p', 'w');

-- Other columns' names, another key type; no default column.
CREATE TABLE rules (code integer PRIMARY KEY, rule sales_process);
INSERT INTO rules VALUES (7, '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}');
CREATE TABLE leads (id integer PRIMARY KEY, rule integer, stage text);
SELECT attach_process('leads', 'stage', process_table => 'rules', process_column => 'rule', process_key => 'code', process_definition => 'rule');
INSERT INTO leads VALUES (1, 7, NULL), (2, 7, 'w');
INSERT INTO leads VALUES (3, NULL, 'a');
INSERT INTO leads VALUES (3, NULL, NULL);
SELECT process_of('leads');
SELECT advance('leads', '1');

-- What does not fit.
SELECT attach_process('leads', 'stage', process_table => 'rules', process_column => 'rule');
SELECT attach_process('leads', 'stage', process_table => 'rules', process_column => 'rule', process_key => 'code', process_definition => 'code');
SELECT attach_process('leads', 'stage', process_table => 'rules', process_column => 'rules', process_key => 'code', process_definition => 'rule');
INSERT INTO rules VALUES (8, '{"stages": [{"name": "a", "required": ["nothing"]}, {"name": "w", "outcome": "won"}]}');
SELECT attach_process('leads', 'stage', process_table => 'rules', process_column => 'rule', process_key => 'code', process_definition => 'rule');
-- A definition that does not fit the table harms its own rows only.
INSERT INTO leads VALUES (3, 7, 'a');
INSERT INTO leads VALUES (4, 8, 'a');
DELETE FROM rules WHERE code = 8;
DELETE FROM leads WHERE id = 3;
UPDATE rules SET code = 9;
SELECT attach_process('leads', 'stage', process_table => 'rules', process_column => 'rule', process_key => 'code', process_definition => 'rule');
UPDATE rules SET code = 7;
CREATE TABLE twins (name text, definition sales_process);
INSERT INTO twins SELECT 'x', rule FROM rules, generate_series(1, 2);
SELECT attach_process('leads', 'stage', process_table => 'twins', process_column => 'stage');
CREATE VIEW seen AS SELECT * FROM twins;
SELECT attach_process('leads', 'stage', process_table => 'seen', process_column => 'stage');

CREATE TABLE made (id integer, kind text, rule integer GENERATED ALWAYS AS (length(kind)) STORED, stage text);
SELECT attach_process('made', 'stage', process_table => 'rules', process_column => 'rule', process_key => 'code', process_definition => 'rule');

-- The table of processes is renamed, moved, dropped, under a warm cache.
INSERT INTO leads VALUES (5, 7, 'a');
ALTER TABLE rules RENAME TO regulations;
INSERT INTO leads VALUES (6, 7, 'a');
ALTER TABLE regulations RENAME TO rules;
INSERT INTO leads VALUES (6, 7, 'a');
ALTER TABLE rules RENAME COLUMN rule TO definition;
INSERT INTO leads VALUES (7, 7, 'a');
SELECT attach_process('leads', 'stage', process_table => 'rules', process_column => 'rule', process_key => 'code');
INSERT INTO leads VALUES (7, 7, 'a');
BEGIN;
DROP TABLE rules;
INSERT INTO leads VALUES (8, 7, 'a');
ROLLBACK;
INSERT INTO leads VALUES (8, 7, 'a');

-- Who writes deals need not read the processes, nor can their row-level security hide a rule from the judge.
INSERT INTO process VALUES (1, 'small', '{"stages": [{"name": "a", "required": ["amount"]}, {"name": "w", "outcome": "won"}]}', true);
DELETE FROM deals;
SET ROLE NONE;
CREATE ROLE regress_writer;
CREATE ROLE regress_maker;
GRANT USAGE, CREATE ON SCHEMA process_table TO regress_maker, regress_writer;
GRANT SELECT, INSERT, UPDATE ON deals TO regress_writer;
RESET ROLE;
ALTER TABLE process ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SET ROLE NONE;
SET ROLE regress_writer;
INSERT INTO deals (id) VALUES (1);
UPDATE deals SET stage = 'w' WHERE id = 1;
SELECT process_of('deals');
-- A table's owner cannot make the judge read a table that it may not read itself.
SET ROLE regress_maker;
CREATE TABLE own (id integer PRIMARY KEY, process text, stage text);
CREATE TRIGGER t AFTER INSERT ON own FOR EACH ROW EXECUTE FUNCTION judge_stage('stage', '', 'process_table', 'process_table.process', 'process_column', 'process');
INSERT INTO own VALUES (1, 'small', 'zzz');
SELECT attach_process('own', 'stage', process_table => 'process', process_column => 'process');
SET ROLE NONE;
GRANT SELECT ON process TO regress_maker;
SET ROLE regress_maker;
INSERT INTO own VALUES (1, 'small', 'zzz');
SET ROLE NONE;
ALTER TABLE process NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;
INSERT INTO own VALUES (1, 'small', 'zzz');
DROP OWNED BY regress_writer, regress_maker;
DROP ROLE regress_writer, regress_maker;
RESET ROLE;

-- Another table that has taken the name of the process table does not rule.
CREATE TABLE rulebook (name text PRIMARY KEY, definition sales_process);
INSERT INTO rulebook VALUES ('p', '{"stages": [{"name": "open", "required": ["note"]}, {"name": "won", "outcome": "won"}]}');
CREATE TABLE ruled (id int PRIMARY KEY, stage text, note text, proc text DEFAULT 'p');
SELECT attach_process('ruled', 'stage', process_table => 'rulebook', process_column => 'proc');
INSERT INTO ruled VALUES (1, 'open');
ALTER TABLE rulebook RENAME TO rulebook_2025;
CREATE TABLE rulebook (name text PRIMARY KEY, definition sales_process);
INSERT INTO rulebook VALUES ('p', '{"stages": [{"name": "open"}, {"name": "won", "outcome": "won"}]}');
UPDATE ruled SET stage = 'won';
SELECT attach_process('ruled', 'stage', process_table => 'rulebook_2025', process_column => 'proc');
UPDATE ruled SET stage = 'won';
UPDATE ruled SET stage = 'won', note = 'x';
