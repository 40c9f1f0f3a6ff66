-- Detaching: with the last process that is read from a table, the table's trigger goes.
CREATE SCHEMA process_detach;
SET search_path = process_detach, opportunity;

CREATE TABLE stage (id integer PRIMARY KEY, name text);
INSERT INTO stage VALUES (1, 'a'), (2, 'w');
CREATE TABLE process (name text PRIMARY KEY, definition sales_process, is_default boolean);
INSERT INTO process VALUES ('p', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', true);
CREATE TABLE one (id integer PRIMARY KEY, process text, stage integer);
CREATE TABLE two (LIKE one);
CREATE TABLE three (id integer PRIMARY KEY, stage text, other text) PARTITION BY LIST (id);
CREATE TABLE three_1 PARTITION OF three FOR VALUES IN (1);
CREATE VIEW watched AS SELECT relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE tgfoid = 'process_table_changed()'::regprocedure AND relnamespace = 'process_detach'::regnamespace ORDER BY 1;

SELECT attach_process('one', 'stage', process_table => 'process', process_column => 'process', stage_table => 'stage');
SELECT attach_process('two', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', stage_table => 'stage');
SELECT attach_process('three', 'stage', process_table => 'process', process_column => 'other');
SELECT target, columns, triggers, enabled, definition, options FROM attachments WHERE kind = 'process' AND target::text IN ('one', 'two', 'three') ORDER BY target::text;
TABLE watched;
ALTER TABLE stage DISABLE TRIGGER USER;
SELECT target, enabled FROM attachments WHERE target::text IN ('one', 'two', 'three') ORDER BY target::text;

SELECT detach_process('one', 'stage');
TABLE watched;
SELECT detach_all('two');
TABLE watched;
SELECT detach_all('three'), detach_all('three');
TABLE watched;
SELECT detach_process('three');

-- Attached anew without a table, or with another one, the process is no longer read from it.
SELECT attach_process('one', 'stage', process_table => 'process', process_column => 'process', stage_table => 'stage');
SELECT attach_process('two', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', stage_table => 'stage');
SELECT attach_process('one', 'stage', '{"stages": [{"name": "1"}, {"name": "2", "outcome": "won"}]}');
TABLE watched;
CREATE TABLE stage_2 (LIKE stage);
INSERT INTO stage_2 TABLE stage;
SELECT attach_process('two', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', stage_table => 'stage_2');
TABLE watched;
SELECT detach_process('one'), detach_process('two');
TABLE watched;

-- Who detaches need not own the table that was read: then its trigger stays.
SET ROLE NONE;
CREATE ROLE regress_maker;
GRANT USAGE, CREATE ON SCHEMA process_detach TO regress_maker;
GRANT SELECT, TRIGGER ON process TO regress_maker;
SET ROLE regress_maker;
CREATE TABLE process_detach.own (id integer PRIMARY KEY, process text, stage text);
SELECT attach_process('process_detach.own', 'stage', process_table => 'process_detach.process', process_column => 'process');
SELECT detach_process('process_detach.own');
SET ROLE NONE;
DROP OWNED BY regress_maker;
DROP ROLE regress_maker;
RESET ROLE;
TABLE watched;
-- Or gone altogether; or the process was written by hand, of a table that never was.
SELECT attach_process('two', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', stage_table => 'stage');
DROP TABLE stage;
SELECT detach_process('two');
CREATE TRIGGER t AFTER INSERT ON two FOR EACH ROW EXECUTE FUNCTION judge_stage('stage', '', 'process_table', 'no" such', 'odd');
SELECT detach_process('two');
SELECT count(*) AS triggers FROM pg_trigger WHERE tgrelid = 'two'::regclass;
