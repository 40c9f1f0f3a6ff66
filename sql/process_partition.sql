-- Partitioned and inherited tables.
CREATE SCHEMA process_partition;
SET search_path = process_partition, opportunity;

-- Partitioned by the stage itself: every move is a DELETE and an INSERT, and no UPDATE trigger fires.
CREATE TABLE deals (id integer, stage text, amount numeric, p integer, entered_at timestamptz, PRIMARY KEY (id, stage)) PARTITION BY LIST (stage);
CREATE TABLE deals_a PARTITION OF deals FOR VALUES IN ('a');
CREATE TABLE deals_b (extra text, amount numeric, p integer, stage text NOT NULL, gone text, id integer NOT NULL, entered_at timestamptz);
ALTER TABLE deals_b DROP COLUMN extra, DROP COLUMN gone;
ALTER TABLE deals ATTACH PARTITION deals_b FOR VALUES IN ('b');
CREATE TABLE deals_closed PARTITION OF deals FOR VALUES IN ('w', 'l', 'zzz') PARTITION BY RANGE (id);
CREATE TABLE deals_closed_1 PARTITION OF deals_closed FOR VALUES FROM (0) TO (100);
CREATE TABLE deals_closed_2 PARTITION OF deals_closed FOR VALUES FROM (100) TO (200);
SELECT attach_process('deals', 'stage',
    '{"stages": [{"name": "a", "probability": 10, "required": ["amount"]}, {"name": "b", "probability": 50},
                 {"name": "w", "outcome": "won", "required": ["amount"]}, {"name": "l", "outcome": "lost"}],
      "moves": {"start": "first", "reopen": false}}', probability_column => 'p', entered_at_column => 'entered_at');

INSERT INTO deals (id, stage) VALUES (1, 'a'), (2, 'a'), (3, 'a'), (101, 'a');
-- Legitimate moves, although none of these stages may be started at.
UPDATE deals SET stage = 'b', amount = 1;
UPDATE deals SET stage = 'w' WHERE id IN (1, 101);
UPDATE deals SET stage = 'a' WHERE id = 3;
SELECT tableoid::regclass, id, stage, amount, p FROM deals ORDER BY id;
-- Sneaked ones.
UPDATE deals SET stage = 'w' WHERE id = 3;
UPDATE deals SET stage = 'b', amount = NULL WHERE id = 3;
UPDATE deals SET stage = 'w', amount = NULL WHERE id = 2;
UPDATE deals SET stage = 'b' WHERE id = 1;
UPDATE deals SET stage = 'l' WHERE id = 1;
UPDATE deals SET stage = 'zzz' WHERE id = 3;
UPDATE deals SET stage = NULL WHERE id = 3;
UPDATE deals_closed SET stage = 'l' WHERE id = 101;
UPDATE deals_closed SET id = 50 WHERE id = 101;
UPDATE deals_closed SET id = 102, amount = NULL WHERE id = 50;
INSERT INTO deals VALUES (4, 'b', 1);
INSERT INTO deals_b (id, stage, amount) VALUES (4, 'b', 1);
INSERT INTO deals_closed_1 (id, stage, amount) VALUES (4, 'w', 1);
-- DELETE and INSERT are no move, in one statement or in two.
WITH gone AS (DELETE FROM deals WHERE id = 3 RETURNING *) INSERT INTO deals SELECT id, 'b', amount FROM gone;
BEGIN;
DELETE FROM deals WHERE id = 3;
INSERT INTO deals VALUES (3, 'b', 1);
ROLLBACK;
-- One statement that does everything: moves by UPDATE, by MERGE, and inserts.
MERGE INTO deals d USING (VALUES (2, 'w', 2), (3, 'b', 3), (5, 'a', 5)) v (id, stage, amount) ON d.id = v.id
    WHEN MATCHED THEN UPDATE SET stage = v.stage, amount = v.amount WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.stage, v.amount);
MERGE INTO deals d USING (VALUES (5, 'b', 2), (6, 'b', 5)) v (id, stage, amount) ON d.id = v.id
    WHEN MATCHED THEN UPDATE SET stage = v.stage, amount = v.amount WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.stage, v.amount);
WITH moved AS (UPDATE deals SET stage = 'b' WHERE id = 5) INSERT INTO deals VALUES (6, 'b', 1);
WITH moved AS (UPDATE deals SET stage = 'b' WHERE id = 5) INSERT INTO deals VALUES (6, 'a', 1);
SELECT tableoid::regclass, id, stage, amount, p FROM deals ORDER BY id;

-- Other triggers between the two halves of a move: one that writes, one that catches an error.
CREATE TABLE log (what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log VALUES (TG_OP);
    IF TG_OP = 'DELETE' THEN
        BEGIN
            INSERT INTO deals VALUES (999, 'b', 1);
        EXCEPTION WHEN check_violation THEN
            INSERT INTO log VALUES (SQLERRM);
        END;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER a_note AFTER INSERT OR DELETE ON deals FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER z_note AFTER INSERT OR DELETE ON deals FOR EACH ROW EXECUTE FUNCTION note();
UPDATE deals SET stage = 'w' WHERE id = 5;
SELECT * FROM log;
UPDATE deals SET stage = 'w' WHERE id = 6;
DROP TRIGGER a_note ON deals;
DROP TRIGGER z_note ON deals;

-- A trigger that drops a row on its way; what follows is judged afresh.
CREATE FUNCTION drop_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER drop_row BEFORE INSERT ON deals_b FOR EACH ROW EXECUTE FUNCTION drop_row();
BEGIN;
UPDATE deals SET stage = 'b' WHERE id = 6;
INSERT INTO deals VALUES (7, 'w', 1);
ROLLBACK;
DROP TRIGGER drop_row ON deals_b;

-- A savepoint rolled back in the middle.
BEGIN;
SAVEPOINT s;
UPDATE deals SET stage = 'b' WHERE id = 6;
ROLLBACK TO s;
UPDATE deals SET stage = 'b' WHERE id = 6;
INSERT INTO deals VALUES (7, 'b', 1);
ROLLBACK;

-- A partition made later, one attached with its columns in another order, one attached with a process of its own.
CREATE TABLE deals_later PARTITION OF deals FOR VALUES IN ('y');
INSERT INTO deals_later (id, stage) VALUES (8, 'y');
SELECT attach_process('deals_a', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}');
SELECT detach_process('deals_a');
SELECT detach_process('deals');
SELECT count(*) AS left_over FROM pg_trigger WHERE tgrelid IN (SELECT relid FROM pg_partition_tree('deals')) AND NOT tgisinternal;

-- Moves by two stage columns at once.
CREATE TABLE twice (region integer, id integer, s1 text, s2 text) PARTITION BY LIST (region);
CREATE TABLE twice_1 PARTITION OF twice FOR VALUES IN (1);
CREATE TABLE twice_2 PARTITION OF twice FOR VALUES IN (2);
SELECT attach_process('twice', 's1', '{"stages": [{"name": "a"}, {"name": "b"}, {"name": "w", "outcome": "won"}], "moves": {"start": "first"}}');
SELECT attach_process('twice', 's2', '{"stages": [{"name": "x"}, {"name": "y"}, {"name": "v", "outcome": "won"}], "moves": {"start": "first"}}');
INSERT INTO twice VALUES (1, 1), (1, 2);
UPDATE twice SET region = 2, s1 = 'b', s2 = 'y';
UPDATE twice SET region = 1, s1 = 'w', s2 = 'x' WHERE id = 1;
UPDATE twice SET region = 1, s1 = 'a', s2 = 'v' WHERE id = 2;
UPDATE twice SET region = 1, s1 = 'a', s2 = 'z' WHERE id = 1;
-- A row that goes to another partition without a stage is no new row: it does not take the first one again.
UPDATE twice SET region = 2, s1 = NULL WHERE id = 1;
UPDATE twice SET s1 = NULL WHERE id = 1;
SELECT * FROM twice ORDER BY id;

-- Attached to each partition apart: a move between them is one still, whatever they ask of new rows.
CREATE TABLE apart (region integer, id integer PRIMARY KEY, stage text, amount numeric);
ALTER TABLE apart DROP CONSTRAINT apart_pkey;
CREATE TABLE parts (LIKE apart) PARTITION BY LIST (region);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2);
CREATE TABLE parts_3 PARTITION OF parts FOR VALUES IN (3);
SELECT attach_process(part, 'stage', '{"stages": [{"name": "a", "required": ["amount"]}, {"name": "b"}, {"name": "w", "outcome": "won"}]}')
FROM unnest(ARRAY['parts_1', 'parts_2']::regclass[]) part;
INSERT INTO parts VALUES (1, 1, 'a');
UPDATE parts SET region = 2, stage = 'w';
UPDATE parts SET region = 2, stage = 'b';
UPDATE parts SET region = 2, stage = NULL;
UPDATE parts SET region = 2, stage = 'b', amount = 1;
DELETE FROM parts;
SELECT detach_process(part) FROM unnest(ARRAY['parts_1', 'parts_2']::regclass[]) part;

-- A note that nobody picked up is not taken for a later command's, though the memory of its run is used again.
SELECT attach_process('parts', 'stage', '{"stages": [{"name": "a"}, {"name": "b"}, {"name": "w", "outcome": "won"}], "moves": {"start": "first"}}');
INSERT INTO parts VALUES (1, 7, 'a');
UPDATE parts SET stage = 'b';
CREATE TRIGGER drop_row BEFORE INSERT ON parts_2 FOR EACH ROW WHEN (NEW.id = 7) EXECUTE FUNCTION drop_row();
BEGIN;
UPDATE parts SET region = 2;
INSERT INTO parts VALUES (1, 8, 'w');
ROLLBACK;
BEGIN;
UPDATE parts SET region = 2;
SAVEPOINT s;
INSERT INTO parts VALUES (1, 8, 'b');
ROLLBACK TO s;
INSERT INTO parts VALUES (1, 8, NULL), (2, 9, NULL);
UPDATE parts SET region = 3 - region, stage = 'b';
SELECT * FROM parts ORDER BY id;
ROLLBACK;
SELECT * FROM parts ORDER BY id;

-- Inheritance: each child there is gets triggers of its own.
CREATE TABLE base (id integer PRIMARY KEY, stage text, amount numeric);
CREATE TABLE child (note text) INHERITS (base);
CREATE TABLE grandchild (amount numeric, stage text, id integer NOT NULL, note text, more text);
ALTER TABLE grandchild INHERIT child;
SELECT attach_process('base', 'stage', '{"stages": [{"name": "a", "required": ["amount"]}, {"name": "w", "outcome": "won"}]}');
INSERT INTO base VALUES (1, 'a');
INSERT INTO child VALUES (2, 'a');
INSERT INTO grandchild VALUES (NULL, 'a', 3);
UPDATE base SET stage = 'w' WHERE id = 1;
UPDATE base SET stage = 'w' WHERE id = 2;
UPDATE base SET stage = 'w' WHERE id = 3;
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgrelid IN ('base'::regclass, 'child'::regclass, 'grandchild'::regclass) ORDER BY 1, 2;
SELECT detach_process('base');
SELECT count(*) AS left_over FROM pg_trigger WHERE tgrelid IN ('base'::regclass, 'child'::regclass, 'grandchild'::regclass);
