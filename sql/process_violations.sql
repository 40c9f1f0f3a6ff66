-- Which rows violate their process, or would violate one that is proposed; which triggers do not do their work.
CREATE SCHEMA process_violations;
SET search_path = process_violations, opportunity;

CREATE FUNCTION p() RETURNS sales_process RETURN '{"stages": [{"name": "a", "required": ["note"]}, {"name": "b"},
    {"name": "w", "outcome": "won", "required": ["amount"], "checks": [{"when": "amount > 0", "message": "the amount is positive"}, {"when": "note <> ''x''"}]},
    {"name": "l", "outcome": "lost", "required": ["note"]}]}'::sales_process;
CREATE TABLE deals (gone text, id integer PRIMARY KEY, stage text, amount numeric, note text, outcome text, deal text, deal_ text);
ALTER TABLE deals DROP COLUMN gone;
INSERT INTO deals (id, stage, amount, note, outcome) VALUES (1, 'a', NULL, NULL, NULL), (2, 'nowhere', 1, 'n', 'open'), (3, NULL, 1, 'n', 'open'),
    (4, 'w', -5, 'x', 'won'), (5, 'w', NULL, ' ', 'won'), (6, 'l', 1, 'reason', 'lost'), (7, 'l', NULL, NULL, NULL), (8, 'b', NULL, NULL, 'won');
ALTER TABLE deals ADD COLUMN later integer DEFAULT 7;

-- Before it is attached: the rows that it would refuse. Open stages are judged when they are left.
SELECT check_process('deals');
CREATE VIEW deals_seen AS TABLE deals;
SELECT check_process('deals_seen', p());
SELECT * FROM check_process('deals', p()) ORDER BY key;
SELECT * FROM check_process('deals', '{"stages": [{"name": "a", "checks": [{"when": "nothing > 0"}]}, {"name": "w", "outcome": "won"}]}');
SELECT * FROM check_process('deals', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won", "required": ["nothing"]}]}');
SELECT key, problem FROM check_process('deals', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won", "checks": [{"when": "later = 7"}]}]}', 'stage') ORDER BY key;
SELECT key, stage FROM check_process('deals', '{"stages": [{"name": "1"}, {"name": "2"}, {"name": "6", "outcome": "won"}]}', 'id') ORDER BY key;

-- Attached so that it only warns, until there are no such rows any more.
SET client_min_messages = error;
SELECT attach_process('deals', 'stage', p(), outcome_column => 'outcome', enforce => 'warn');
RESET client_min_messages;
SELECT * FROM check_process('deals') ORDER BY key, rule;
UPDATE deals SET outcome = outcome;
SELECT * FROM check_process('deals') ORDER BY key, rule;
-- And with another one.
SELECT key, problem FROM check_process('deals', '{"stages": [{"name": "a"}, {"name": "b"}, {"name": "l"}, {"name": "w", "outcome": "won"}]}') ORDER BY key;
DELETE FROM deals WHERE id IN (2, 3, 4, 5, 7);
SELECT * FROM check_process('deals');
SELECT attach_process('deals', 'stage', p(), outcome_column => 'outcome');

-- Triggers.
ALTER TABLE deals DISABLE TRIGGER opportunity_judge_stage;
SELECT * FROM check_process('deals');
DROP TRIGGER zz_opportunity_derive_stage ON deals;
ALTER TABLE deals ENABLE REPLICA TRIGGER opportunity_judge_stage;
SELECT problem FROM check_process('deals');
SELECT attach_process('deals', 'stage', p(), outcome_column => 'outcome');
DROP TRIGGER zz_opportunity_derive_stage ON deals;
CREATE TRIGGER d BEFORE INSERT ON deals FOR EACH ROW EXECUTE FUNCTION derive_stage('stage');
SELECT problem FROM check_process('deals');
SELECT attach_process('deals', 'stage', p(), outcome_column => 'outcome');
SELECT problem FROM check_process('deals');

-- Partitions: one that was attached on its own, and then became one; the key without the stage in it.
CREATE TABLE parts (id integer, stage text, PRIMARY KEY (id, stage)) PARTITION BY LIST (stage);
CREATE TABLE parts_open PARTITION OF parts FOR VALUES IN ('a', 'b');
CREATE TABLE parts_done (stage text NOT NULL, id integer NOT NULL);
SELECT attach_process('parts_done', 'stage', '{"stages": [{"name": "a"}, {"name": "b"}, {"name": "w", "outcome": "won"}]}');
ALTER TABLE parts ATTACH PARTITION parts_done DEFAULT;
INSERT INTO parts VALUES (1, 'a');
SELECT problem FROM check_process('parts_done');
SELECT detach_process('parts_done');
SELECT attach_process('parts', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}');
SELECT problem FROM check_process('parts');
ALTER TABLE parts_done DISABLE TRIGGER USER;
INSERT INTO parts VALUES (2, 'zzz');
SELECT * FROM check_process('parts');
-- Inheritance; a table made a child later has no triggers. No primary key: the place of the row.
CREATE TABLE base (stage text);
CREATE TABLE child (more text) INHERITS (base);
SELECT attach_process('base', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}');
CREATE TABLE later () INHERITS (base);
INSERT INTO later VALUES ('q');
SELECT * FROM check_process('base');

-- Tables that a process is read from.
CREATE TABLE process (name text PRIMARY KEY, definition sales_process, is_default boolean);
INSERT INTO process VALUES ('one', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', false);
CREATE TABLE stage (id integer PRIMARY KEY, name text);
INSERT INTO stage VALUES (1, 'a'), (2, 'w'), (3, 'x');
CREATE TABLE numbered (x integer, y text, process text, stage integer, PRIMARY KEY (x, y));
SELECT attach_process('numbered', 'stage', process_table => 'process', process_column => 'process', stage_table => 'stage');
INSERT INTO numbered VALUES (1, 'p', 'one', 1);
ALTER TABLE numbered DISABLE TRIGGER USER;
INSERT INTO numbered VALUES (2, 'q', NULL, 1), (3, 'r', 'two', 1), (4, 's, t', 'one', 3), (5, '', 'one', 4);
ALTER TABLE numbered ENABLE TRIGGER USER;
ALTER TABLE process DISABLE TRIGGER USER;
SELECT * FROM check_process('numbered') ORDER BY key;
ALTER TABLE process ENABLE TRIGGER USER;
SELECT key, stage, problem FROM check_process('numbered', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}') ORDER BY key;

-- As the caller: what row-level security hides is not shown.
ALTER TABLE deals DISABLE TRIGGER USER;
INSERT INTO deals VALUES (20, 'hidden'), (21, 'shown');
ALTER TABLE deals ENABLE TRIGGER USER;
ALTER TABLE deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON deals USING (stage <> 'hidden');
SELECT * FROM check_process('deals');
SET ROLE NONE;
CREATE ROLE regress_reader;
GRANT USAGE ON SCHEMA process_violations TO regress_reader;
SET ROLE regress_reader;
SELECT * FROM check_process('deals');
SET ROLE NONE;
DROP OWNED BY regress_reader;
DROP ROLE regress_reader;
RESET ROLE;
SELECT count(*) AS none FROM check_process(NULL);
SELECT * FROM check_process(999999::oid::regclass);
