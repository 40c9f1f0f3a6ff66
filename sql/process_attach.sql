-- Attaching: what is named may be anything, and what is there is replaced, repaired or respected.
CREATE SCHEMA process_attach;
SET search_path = process_attach, opportunity;

CREATE FUNCTION try(command text) RETURNS TABLE (state text, message text, hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
    RETURN QUERY VALUES ('done', NULL, NULL);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    RETURN NEXT;
END $$;
CREATE TABLE deals (id integer PRIMARY KEY, process text, stage text);
CREATE TABLE processes (name text PRIMARY KEY, definition sales_process, is_default boolean);
INSERT INTO processes VALUES ('p', '{"stages": [{"name": "a"}, {"name": "b"}, {"name": "w", "outcome": "won"}]}', true);

-- A regclass may be any number.
SELECT c, t.* FROM unnest(ARRAY[
    $$attach_process(999999::oid::regclass, 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}')$$,
    $$attach_process('deals', 'stage', process_table => 999999::oid::regclass, process_column => 'process')$$,
    $$attach_process('pg_class', 'x', process_table => 999999::oid::regclass, process_column => 'process')$$,
    $$attach_process('deals', 'stage', process_table => 0::oid::regclass, process_column => 'process')$$,
    $$detach_process(999999::oid::regclass)$$, $$process_of(999999::oid::regclass)$$,
    $$advance(999999::oid::regclass, '1')$$, $$move_to(999999::oid::regclass, '1', 'a')$$
]) c, try('SELECT opportunity.' || c) t;
SET ROLE NONE;
CREATE ROLE regress_nobody;
SET ROLE regress_nobody;
SELECT opportunity.attach_process('pg_class', 'x', process_table => 999999::oid::regclass, process_column => 'p');
SET ROLE NONE;
DROP ROLE regress_nobody;
RESET ROLE;

-- A table of processes must be one whose every change is noticed: not part of another, nor temporary.
CREATE TABLE parted (LIKE processes) PARTITION BY LIST (name);
CREATE TABLE part PARTITION OF parted DEFAULT;
CREATE TABLE parent (LIKE processes);
CREATE TABLE child () INHERITS (parent);
CREATE TEMP TABLE passing AS SELECT * FROM processes;
SELECT c, t.* FROM unnest(ARRAY['parted', 'part', 'parent', 'child', 'passing']) c,
    try(format('SELECT opportunity.attach_process(''deals'', ''stage'', process_table => %L, process_column => ''process'')', c)) t;
-- Nor become so later.
SELECT attach_process('deals', 'stage', process_table => 'processes', process_column => 'process');
INSERT INTO deals VALUES (1, 'p');
ALTER TABLE processes INHERIT parent;
INSERT INTO deals VALUES (2, 'p');
ALTER TABLE processes NO INHERIT parent;
INSERT INTO deals VALUES (2, 'p');
-- A temporary table may follow a temporary table.
CREATE TEMP TABLE passing_deals (LIKE deals);
SELECT attach_process('passing_deals', 'stage', process_table => 'passing', process_column => 'process');
INSERT INTO passing_deals VALUES (1, 'p') RETURNING *;

-- One process is the default.
INSERT INTO processes VALUES ('q', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', true);
INSERT INTO deals VALUES (3);
UPDATE processes SET is_default = NULL WHERE name = 'q';
INSERT INTO deals VALUES (3);

-- The trigger that watches the table of processes is enabled again, under the name it has.
ALTER TABLE processes DISABLE TRIGGER USER;
SELECT target, enabled FROM attachments WHERE target = 'deals'::regclass;
SELECT attach_process('deals', 'stage', process_table => 'processes', process_column => 'process');
SELECT target, enabled FROM attachments WHERE target = 'deals'::regclass;
ALTER TRIGGER opportunity_process_changed ON processes RENAME TO watcher;
ALTER TABLE processes ENABLE REPLICA TRIGGER watcher;
SELECT target, enabled FROM attachments WHERE target = 'deals'::regclass;
SELECT attach_process('deals', 'stage', process_table => 'processes', process_column => 'process');
SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = 'processes'::regclass;
DROP TRIGGER watcher ON processes;
SELECT target, enabled FROM attachments WHERE target = 'deals'::regclass;

-- Attached again: triggers that are there stay, those that were renamed go, those disabled are enabled.
SELECT oid AS judge FROM pg_trigger WHERE tgrelid = 'deals'::regclass AND tgname LIKE '%judge%' \gset
ALTER TRIGGER zz_opportunity_derive_stage ON deals RENAME TO renamed;
ALTER TABLE deals DISABLE TRIGGER USER;
SELECT attach_process('deals', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}');
SELECT tgname, tgenabled, oid = :judge AS same FROM pg_trigger WHERE tgrelid = 'deals'::regclass ORDER BY tgname;
UPDATE deals SET stage = 'b' WHERE id = 1;

-- The same over partitions; the view says when one of them does not judge.
CREATE TABLE parts (region text, id integer, stage text) PARTITION BY LIST (region);
CREATE TABLE parts_a PARTITION OF parts FOR VALUES IN ('a') PARTITION BY LIST (id);
CREATE TABLE parts_a1 PARTITION OF parts_a FOR VALUES IN (1);
CREATE TABLE parts_b PARTITION OF parts FOR VALUES IN ('b');
SELECT attach_process('parts', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}');
SELECT target, triggers, enabled FROM attachments WHERE target = 'parts'::regclass;
ALTER TABLE parts_a1 DISABLE TRIGGER USER;
SELECT target, triggers, enabled FROM attachments WHERE target = 'parts'::regclass;
SELECT attach_process('parts', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}], "moves": {"start": "first"}}');
SELECT target, triggers, enabled FROM attachments WHERE target = 'parts'::regclass;
INSERT INTO parts VALUES ('a', 1, 'w');
-- Not over a partition that has a process of its own.
SELECT detach_process('parts');
SELECT attach_process('parts_a', 'stage', '{"stages": [{"name": "x"}, {"name": "w", "outcome": "won"}]}');
SELECT * FROM try($$SELECT opportunity.attach_process('parts', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}')$$);
INSERT INTO parts VALUES ('a', 1, 'a');
SELECT detach_process('parts_a');
SELECT attach_process('parts', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}');
INSERT INTO parts VALUES ('a', 1, 'a');

-- Two processes on a table: each has columns of its own.
CREATE TABLE two (id integer PRIMARY KEY, sales text, delivery text, chance numeric, since date);
SELECT attach_process('two', 'sales', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', probability_column => 'chance');
SELECT attach_process('two', 'delivery', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', probability_column => 'chance');
SELECT attach_process('two', 'delivery', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', forecast_category_column => 'sales');
SELECT attach_process('two', 'chance', '{"stages": [{"name": "1"}, {"name": "2", "outcome": "won"}]}');
SELECT attach_process('two', 'delivery', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', closed_at_column => 'since');
SELECT attach_process('two', 'sales', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', probability_column => 'chance');
SELECT target, columns FROM attachments WHERE target = 'two'::regclass ORDER BY columns::text;
