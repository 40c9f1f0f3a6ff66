-- The gate holds for every way of writing a row.
CREATE SCHEMA process_writers;
SET search_path = process_writers, opportunity;

CREATE TABLE deals (id integer PRIMARY KEY, stage text NOT NULL, amount numeric, p integer);
SELECT attach_process('deals', 'stage',
    '{"stages": [{"name": "a", "probability": 10, "required": ["amount"]}, {"name": "b", "probability": 50}, {"name": "w", "outcome": "won"}],
      "moves": {"start": "first", "back": false}}', probability_column => 'p');

-- Several rows: all or none.
INSERT INTO deals VALUES (1, 'a'), (2, 'b');
INSERT INTO deals SELECT i, NULL, i FROM generate_series(1, 5) i;
UPDATE deals SET amount = NULL WHERE id = 5;
UPDATE deals SET stage = 'b';
UPDATE deals SET stage = 'b' WHERE id < 3;

-- COPY.
COPY deals (id, stage) FROM STDIN;
6	a
7	b
\.
COPY deals (id, stage, amount) FROM STDIN;
6	a	6
7	\N	7
\.

-- ON CONFLICT: an insert is judged as one only when it is one.
INSERT INTO deals VALUES (1, 'w', 1) ON CONFLICT (id) DO UPDATE SET stage = excluded.stage;
INSERT INTO deals VALUES (3, 'w', 1) ON CONFLICT (id) DO UPDATE SET stage = excluded.stage;
INSERT INTO deals VALUES (8, 'w', 1) ON CONFLICT (id) DO UPDATE SET stage = excluded.stage;
INSERT INTO deals VALUES (3, 'w', 1) ON CONFLICT DO NOTHING;

-- MERGE.
MERGE INTO deals d USING (VALUES (5, 'b', NULL), (9, 'a', 9)) v (id, stage, amount) ON d.id = v.id
    WHEN MATCHED THEN UPDATE SET stage = v.stage WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.stage, v.amount);
MERGE INTO deals d USING (VALUES (5, 'b', 5), (9, 'b', 9)) v (id, stage, amount) ON d.id = v.id
    WHEN MATCHED THEN UPDATE SET stage = v.stage, amount = v.amount WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.stage, v.amount);
MERGE INTO deals d USING (VALUES (5, 'b', 5), (9, 'a', 9)) v (id, stage, amount) ON d.id = v.id
    WHEN MATCHED THEN UPDATE SET stage = v.stage, amount = v.amount WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.stage, v.amount);

-- UPDATE ... FROM, a data-modifying query, a prepared statement, an updatable view, a cursor.
UPDATE deals d SET stage = v.stage FROM (VALUES (6, 'w')) v (id, stage) WHERE d.id = v.id;
WITH moved AS (UPDATE deals SET stage = 'w' WHERE id = 6 RETURNING id) SELECT * FROM moved;
PREPARE move AS UPDATE deals SET stage = $2 WHERE id = $1;
EXECUTE move(6, 'w');
EXECUTE move(6, 'b');
CREATE VIEW open_deals AS SELECT * FROM deals WHERE stage <> 'w';
UPDATE open_deals SET stage = 'w' WHERE id = 7;
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM deals WHERE id = 7 FOR UPDATE;
FETCH c;
UPDATE deals SET stage = 'w' WHERE CURRENT OF c;
ROLLBACK;

-- A foreign key's action that writes the stage.
CREATE TABLE stage (name text PRIMARY KEY);
INSERT INTO stage VALUES ('a'), ('b'), ('w');
ALTER TABLE deals ADD FOREIGN KEY (stage) REFERENCES stage ON UPDATE CASCADE;
UPDATE stage SET name = 'z' WHERE name = 'a';
ALTER TABLE deals DROP CONSTRAINT deals_stage_fkey;

-- Another trigger, before or after ours by name, that changes the stage or empties a required column.
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.stage := 'w'; RETURN NEW; END $$;
CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.amount := NULL; RETURN NEW; END $$;
CREATE TRIGGER a_meddle BEFORE UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION meddle();
UPDATE deals SET amount = 7 WHERE id = 7;
DROP TRIGGER a_meddle ON deals;
CREATE TRIGGER zzz_meddle BEFORE UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION meddle();
UPDATE deals SET amount = 7 WHERE id = 7;
DROP TRIGGER zzz_meddle ON deals;
CREATE TRIGGER zzz_spoil BEFORE UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION spoil();
UPDATE deals SET stage = 'b' WHERE id = 7;
DROP TRIGGER zzz_spoil ON deals;

-- A trigger that moves other rows, from within our statement.
CREATE FUNCTION sweep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE deals SET stage = 'w' WHERE id = 9; RETURN NULL; END $$;
CREATE TRIGGER sweep AFTER UPDATE ON deals FOR EACH ROW WHEN (NEW.id = 7) EXECUTE FUNCTION sweep();
UPDATE deals SET amount = 7 WHERE id = 7;
DROP TRIGGER sweep ON deals;

-- Someone else's table: only the privileges to write it; row-level security; a search path full of traps.
SET ROLE NONE;
CREATE ROLE regress_clerk;
GRANT USAGE ON SCHEMA process_writers TO regress_clerk;
GRANT SELECT, UPDATE (stage, amount), INSERT ON deals TO regress_clerk;
CREATE SCHEMA regress_evil AUTHORIZATION regress_clerk;
RESET ROLE;
ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
CREATE POLICY odd ON deals TO regress_clerk USING (id % 2 = 1);
SET ROLE NONE;
SET ROLE regress_clerk;
SET search_path = regress_evil, pg_catalog, opportunity;
CREATE FUNCTION yes(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION yes(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR = (LEFTARG = text, RIGHTARG = text, FUNCTION = yes);
CREATE OPERATOR = (LEFTARG = integer, RIGHTARG = integer, FUNCTION = yes);
CREATE FUNCTION judge_stage() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
UPDATE process_writers.deals SET stage = 'w' WHERE id OPERATOR(pg_catalog.=) 7;
SELECT advance('process_writers.deals', '7');
SELECT advance('process_writers.deals', '6');
SELECT id, stage FROM process_writers.deals ORDER BY id;
SELECT process_of('process_writers.deals') IS NOT NULL AS readable;
SET ROLE NONE;
DROP OWNED BY regress_clerk;
DROP ROLE regress_clerk;
RESET ROLE;
SET search_path = process_writers, opportunity;
SELECT * FROM deals ORDER BY id;

-- advance and move_to: which tables, which keys.
CREATE TABLE uuids (id uuid PRIMARY KEY, "Stage" varchar(10));
SELECT attach_process('uuids', 'Stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}');
INSERT INTO uuids VALUES ('00000000-0000-0000-0000-00000000000a');
SELECT advance('uuids', '{0000000000000000000000000000000A}');
SELECT advance('uuids', 'x'' OR true');
SELECT advance('uuids', '00000000-0000-0000-0000-00000000000b');
SELECT advance(NULL, '1') IS NULL AS no_table, advance('uuids', NULL) IS NULL AS no_key;
CREATE TABLE nokey (id integer, stage text);
SELECT advance('nokey', '1');
SELECT attach_process('nokey', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}');
SELECT advance('nokey', '1');
SELECT advance('pg_class', '1');
-- Where two columns have a process, the one that is meant.
CREATE TABLE two (id integer PRIMARY KEY, sales text, delivery text);
SELECT attach_process('two', 'sales', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}');
SELECT attach_process('two', 'delivery', '{"stages": [{"name": "packed"}, {"name": "sent"}, {"name": "there", "outcome": "won"}]}');
INSERT INTO two VALUES (1);
SELECT advance('two', '1');
SELECT advance('two', '1', 'delivery'), move_to('two', '1', 'w', stage_column => 'sales');
SELECT move_to('two', '1', 'packed', 'sales');
SELECT advance('two', '1', 'id');
SELECT * FROM two;
-- Where two rows have the key, neither.
CREATE TABLE family (id integer PRIMARY KEY, stage text);
CREATE TABLE member () INHERITS (family);
SELECT attach_process('family', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}');
INSERT INTO family VALUES (1), (2);
INSERT INTO member VALUES (1);
SELECT advance('family', '1');
SELECT move_to('family', '1', 'w');
SELECT advance('family', '2');

-- Many updates leave nothing behind in the session's memory.
ALTER TABLE deals DISABLE ROW LEVEL SECURITY;
SET ROLE NONE;
CREATE FUNCTION kept_bytes() RETURNS numeric LANGUAGE sql AS $$
    SELECT sum(total_bytes) FROM pg_backend_memory_contexts
    WHERE name IN ('opportunity', 'attached processes', 'attached process', 'resolved process') $$;
SELECT attach_process('deals', 'stage', '{"stages": [{"name": "a", "required": ["amount"]}, {"name": "b"}, {"name": "w", "outcome": "won"}]}', probability_column => 'p');
INSERT INTO deals SELECT i, 'a', 1 FROM generate_series(1000, 2998) i;
UPDATE deals SET amount = 1 WHERE id = 9;
CREATE TEMP TABLE before AS SELECT kept_bytes() AS bytes;
DO $$ BEGIN
    FOR i IN 1..50000 LOOP
        UPDATE process_writers.deals SET amount = i, stage = CASE WHEN i % 2 = 0 THEN 'b' ELSE 'a' END WHERE id = 1000 + i % 1999;
    END LOOP;
END $$;
-- (It can be less: what had changed before goes when something is read again.)
SELECT bytes > 0 AS measured, greatest(kept_bytes() - bytes, 0) AS grown FROM before;
DROP FUNCTION kept_bytes();
RESET ROLE;

-- A session keeps of a large process little more than the process, and once for both triggers of a table.
SET ROLE NONE;
CREATE TABLE heavy (id integer, stage text, a integer, b integer);
SELECT attach_process('heavy', 'stage', ('{"stages": [' || string_agg(format('{"name": "stage %s", "probability": %s, "required": ["a", "b"]}', i, i % 100), ', ') ||
    ', {"name": "won", "outcome": "won"}]}')::sales_process) FROM generate_series(1, 600) i;
\c
SET ROLE NONE;
SET search_path = process_writers, opportunity;
INSERT INTO heavy VALUES (1);
SELECT count(*) AS attachments, sum(total_bytes) < 300000 AS small FROM pg_backend_memory_contexts WHERE name IN ('attached process', 'resolved process');
