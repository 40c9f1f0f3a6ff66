-- Stages by id: the app keeps their names in a table of its own.
CREATE SCHEMA process_stage_table;
SET search_path = process_stage_table, opportunity;

CREATE TABLE stage (id integer PRIMARY KEY, name varchar(20) NOT NULL, place integer);
INSERT INTO stage VALUES (10, 'Qualify', 1), (20, 'Propose', 2), (30, 'Won', 3), (40, 'Lost', 4), (50, 'Archive', 5);
CREATE TABLE deals (id integer PRIMARY KEY, stage_id bigint REFERENCES stage, amount numeric, p numeric);
SELECT attach_process('deals', 'stage_id',
    '{"stages": [{"name": "Qualify", "probability": 10, "required": ["amount"]}, {"name": "Propose", "probability": 60},
                 {"name": "Won", "outcome": "won"}, {"name": "Lost", "outcome": "lost"}]}',
    probability_column => 'p', stage_table => 'stage');
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgrelid IN ('deals'::regclass, 'stage'::regclass) AND NOT tgisinternal ORDER BY 1, 2;

-- Rows hold ids, messages say names.
INSERT INTO deals (id) VALUES (1), (2);
SELECT * FROM deals ORDER BY id;
UPDATE deals SET stage_id = 30 WHERE id = 1;
UPDATE deals SET stage_id = 20 WHERE id = 1;
UPDATE deals SET stage_id = 20, amount = 5 WHERE id = 1;
SELECT advance('deals', '1'), move_to('deals', '2', 'Lost');
SELECT move_to('deals', '2', '10');
SELECT * FROM deals ORDER BY id;
-- A stage that the table has and the process does not.
UPDATE deals SET stage_id = 50 WHERE id = 1;
-- An id that is nowhere: the foreign key, and where there is none, the process.
UPDATE deals SET stage_id = 60 WHERE id = 1;
ALTER TABLE deals DROP CONSTRAINT deals_stage_id_fkey;
UPDATE deals SET stage_id = 60 WHERE id = 1;
INSERT INTO deals VALUES (3, 60);
-- To look ahead, a row is given with the name of its stage.
SELECT id, next_stage(process_of, d), can_move(process_of, d, 'Lost') FROM (SELECT d.*, s.name AS stage FROM deals d JOIN stage s ON s.id = d.stage_id) d, process_of('deals') ORDER BY id;

-- The table changes: noticed at once; rolled back, it never was.
INSERT INTO deals VALUES (4, NULL, 7);
BEGIN;
UPDATE stage SET id = 21 WHERE id = 20;
UPDATE deals SET stage_id = 21 WHERE id = 4 RETURNING *;
ROLLBACK;
UPDATE deals SET stage_id = 21 WHERE id = 4;
UPDATE deals SET stage_id = 20 WHERE id = 4 RETURNING *;
-- A stage of the process is renamed, or gone: that is said, until the process knows it by its new name.
UPDATE stage SET name = 'Offer' WHERE id = 20;
UPDATE deals SET amount = 8 WHERE id = 4;
SELECT attach_process('deals', 'stage_id', process_of('deals'), probability_column => 'p', stage_table => 'stage');
SELECT attach_process('deals', 'stage_id', replace(process_of('deals')::text, 'Propose', 'Offer')::sales_process, probability_column => 'p', stage_table => 'stage');
UPDATE deals SET amount = 8 WHERE id = 4;
SELECT advance('deals', '4');
BEGIN;
DELETE FROM stage WHERE id = 40;
UPDATE deals SET amount = 8 WHERE id = 4;
ROLLBACK;
-- Two rows of one name: which is meant?
INSERT INTO stage VALUES (22, 'Offer');
UPDATE deals SET amount = 9 WHERE id = 4;
DELETE FROM stage WHERE id = 22;
UPDATE deals SET amount = 9 WHERE id = 4;

-- Rows already there must be in stages of the process.
CREATE TABLE old (id integer PRIMARY KEY, stage_id integer);
INSERT INTO old VALUES (1, 10), (2, 50), (3, 70), (4, NULL);
SELECT attach_process('old', 'stage_id', '{"stages": [{"name": "Qualify"}, {"name": "Won", "outcome": "won"}]}', stage_table => 'stage');

-- uuid ids, other columns, names that need quoting; the process made of the table.
CREATE TABLE "The Stages" ("Key" uuid PRIMARY KEY, "It's" text, place integer, chance numeric, state text);
INSERT INTO "The Stages" SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, n, i, 100 - 10 * i, o
FROM (VALUES (1, 'open "it"', 'open'), (2, 'signed', 'won')) v (i, n, o), LATERAL (SELECT 1) x;
UPDATE "The Stages" SET chance = 100 WHERE place = 2;
CREATE TABLE "The Deals" (id integer PRIMARY KEY, "stage Id" uuid, outcome text);
SELECT attach_process('"The Deals"', 'stage Id', (SELECT collect_process("It's", chance, state ORDER BY place) FROM "The Stages"),
    outcome_column => 'outcome', stage_table => '"The Stages"', stage_key => 'Key', stage_name => 'It''s');
INSERT INTO "The Deals" VALUES (1);
SELECT advance('"The Deals"', '1');
TABLE "The Deals";
SELECT target, columns, enabled FROM attachments WHERE target = '"The Deals"'::regclass;
ALTER TABLE "The Stages" DISABLE TRIGGER USER;
SELECT target, columns, enabled FROM attachments WHERE target = '"The Deals"'::regclass;

-- With a table of processes, partitioned by the stage.
CREATE TABLE process (name text PRIMARY KEY, definition sales_process, is_default boolean);
INSERT INTO process VALUES ('short', '{"stages": [{"name": "Qualify"}, {"name": "Won", "outcome": "won"}], "moves": {"start": "first"}}', true),
    ('long', '{"stages": [{"name": "Qualify"}, {"name": "Offer"}, {"name": "Won", "outcome": "won"}], "moves": {"start": "first"}}', false);
CREATE TABLE parts (id integer, process text, stage_id integer, PRIMARY KEY (id, stage_id)) PARTITION BY LIST (stage_id);
CREATE TABLE parts_open PARTITION OF parts FOR VALUES IN (10, 20);
CREATE TABLE parts_done PARTITION OF parts DEFAULT;
SELECT attach_process('parts', 'stage_id', process_table => 'process', process_column => 'process', stage_table => 'stage');
INSERT INTO parts VALUES (1, 'short', 10), (2, 'long', 10);
INSERT INTO parts VALUES (3, 'short', 30);
INSERT INTO parts VALUES (3, 'short', 20);
SELECT advance('parts', '1');
SELECT advance('parts', '2');
UPDATE parts SET stage_id = 30 WHERE id = 2;
UPDATE parts SET stage_id = 77 WHERE id = 1;
SELECT tableoid::regclass, * FROM parts ORDER BY id;

-- What does not fit.
SELECT attach_process('old', 'stage_id', process_of('deals'), stage_table => 'stage', stage_key => 'nothing');
SELECT attach_process('old', 'stage_id', process_of('deals'), stage_table => 999999::oid::regclass);
SELECT attach_process('old', 'stage_id', process_of('deals'), stage_table => 'parts');
DELETE FROM old WHERE id > 1;
-- A virtual generated column, where there are any, has no value for a scan; neither here nor in the other tables.
CREATE TABLE virtual (id integer, source text);
CREATE TABLE names (name text, definition sales_process);
CREATE FUNCTION not_virtual(virtual_column text, call text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('server_version_num')::integer >= 180000 THEN
        EXECUTE virtual_column || ' VIRTUAL';
        EXECUTE call;
        RETURN NEXT 'a virtual column was accepted';
    END IF;
EXCEPTION WHEN feature_not_supported THEN
    IF SQLERRM NOT LIKE 'column % of % table % is a virtual generated column' THEN
        RAISE;
    END IF;
END $$;
SELECT not_virtual('ALTER TABLE virtual ADD name text GENERATED ALWAYS AS (lower(source))',
    $$SELECT attach_process('old', 'stage_id', process_of('deals'), stage_table => 'virtual')$$);
SELECT not_virtual('ALTER TABLE names ADD is_default boolean GENERATED ALWAYS AS (name = ''a'')',
    $$SELECT attach_process('old', 'stage_id', process_table => 'names', process_column => 'stage_id')$$);
INSERT INTO "The Stages" VALUES (gen_random_uuid(), 'Won'), (gen_random_uuid(), 'Qualify');
SELECT attach_process('old', 'stage_id', '{"stages": [{"name": "Qualify"}, {"name": "Won", "outcome": "won"}]}', stage_table => '"The Stages"', stage_key => 'It''s', stage_name => 'It''s');
SELECT attach_process('old', 'stage_id', '{"stages": [{"name": "Qualify"}, {"name": "Won", "outcome": "won"}]}', stage_table => 'stage', stage_key => 'place');

-- Who writes deals need not read the stages; their owner must.
SET ROLE NONE;
CREATE ROLE regress_writer;
CREATE ROLE regress_maker;
GRANT USAGE, CREATE ON SCHEMA process_stage_table TO regress_writer, regress_maker;
GRANT SELECT, INSERT, UPDATE ON deals TO regress_writer;
ALTER TABLE stage ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SET ROLE regress_writer;
SELECT name FROM stage;
INSERT INTO deals (id) VALUES (9) RETURNING *;
UPDATE deals SET stage_id = 20, amount = 1 WHERE id = 9;
SET ROLE regress_maker;
CREATE TABLE own (id integer PRIMARY KEY, stage_id integer);
CREATE TRIGGER t AFTER INSERT ON own FOR EACH ROW EXECUTE FUNCTION judge_stage('stage_id', '{"stages": [{"name": "x"}, {"name": "w", "outcome": "won"}]}', 'stage_table', 'process_stage_table.stage');
INSERT INTO own VALUES (1, 10);
SET ROLE NONE;
DROP OWNED BY regress_writer, regress_maker;
DROP ROLE regress_writer, regress_maker;
RESET ROLE;
