-- What a session keeps of an attached process: how often it is read, and that it does not grow.
CREATE SCHEMA process_cache;
SET search_path = process_cache, opportunity;

-- A constant is computed when a condition is read, and tells of it.
CREATE FUNCTION ten() RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE 'read'; RETURN 10; END $$;
CREATE FUNCTION own(n numeric) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN n > 10; END $$;
CREATE TABLE deals (id integer PRIMARY KEY, stage text, value numeric, note text);
CREATE TABLE others (LIKE deals INCLUDING ALL);
SET client_min_messages = warning;
SELECT t, attach_process(t, 'stage', '{"stages": [{"name": "a", "required": ["note"], "checks": [{"when": "value > ten()"}, {"when": "own(value)"}]}, {"name": "w", "outcome": "won"}]}')
FROM unnest(ARRAY['deals', 'others']::regclass[]) t;
RESET client_min_messages;
INSERT INTO deals SELECT i, 'a', 20, 'n' FROM generate_series(1, 100) i;
INSERT INTO others SELECT * FROM deals;

\c -
SET ROLE regress_seller;
SET search_path = process_cache, opportunity;
-- Once a table, not once a row or a statement, also when tables take turns.
UPDATE deals SET stage = 'w';
UPDATE deals SET stage = 'a';
UPDATE deals SET stage = 'w' WHERE id = 1;
UPDATE others SET stage = 'w' WHERE id = 1;
UPDATE deals SET stage = 'w' WHERE id = 2;
UPDATE others SET stage = 'w' WHERE id = 2;
-- Other tables' changes are not theirs; a subtransaction that is rolled back changes nothing.
CREATE TABLE passing_by (i integer);
CREATE FUNCTION passing_by() RETURNS void LANGUAGE sql RETURN NULL;
UPDATE deals SET stage = 'w' WHERE id = 3;
BEGIN;
SAVEPOINT s;
UPDATE deals SET stage = 'w', note = NULL WHERE id = 4;
ROLLBACK TO s;
UPDATE deals SET stage = 'w' WHERE id = 4;
COMMIT;
-- The table's are: here, and rolled back.
ALTER TABLE deals ADD extra integer;
UPDATE deals SET stage = 'w' WHERE id = 5;
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT attach_process('deals', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}');
UPDATE deals SET stage = 'w', value = 0 WHERE id = 6;
ROLLBACK;
UPDATE deals SET stage = 'w', value = 0 WHERE id = 6;
UPDATE deals SET stage = 'w' WHERE id = 7;

-- A label of an enum that is renamed is another stage.
CREATE TYPE stage AS ENUM ('a', 'b', 'w');
CREATE TABLE labelled (id integer, stage stage);
SELECT attach_process('labelled', 'stage', '{"stages": [{"name": "a"}, {"name": "b"}, {"name": "w", "outcome": "won"}]}');
INSERT INTO labelled VALUES (1, 'a');
UPDATE labelled SET stage = 'b';
UPDATE labelled SET stage = 'a';
ALTER TYPE stage RENAME VALUE 'b' TO 'c';
UPDATE labelled SET stage = 'c';
ALTER TYPE stage RENAME VALUE 'c' TO 'b';
UPDATE labelled SET stage = 'b';

-- Single-row statements by the thousand, with a condition that stays compiled, one that is compiled for each, warnings, and
-- errors that are caught: what the backend holds afterwards is what it held before.
SET ROLE NONE;
CREATE FUNCTION held() RETURNS bigint LANGUAGE sql AS $$ SELECT sum(used_bytes)::bigint FROM pg_backend_memory_contexts $$;
CREATE PROCEDURE move(n integer) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. n LOOP
        UPDATE process_cache.deals SET stage = CASE stage WHEN 'a' THEN 'w' ELSE 'a' END WHERE id = 10 + i % 90;
        IF i % 10 = 0 THEN
            BEGIN
                UPDATE process_cache.deals SET stage = 'w', value = -i WHERE id = 9;
            EXCEPTION WHEN check_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
END $$;
SET client_min_messages = warning;
CALL move(200);
SELECT held() AS held \gset
CALL move(20000);
SELECT held() - :held < 50000 AS does_not_grow;
