-- Columns that follow the stage: filled, kept when given, filled again at the next move.
CREATE SCHEMA process_columns;
SET search_path = process_columns, opportunity;

CREATE TABLE deals (id integer PRIMARY KEY, stage text, probability numeric(5,2), forecast_category text, outcome text, entered_at timestamptz, closed_at timestamptz);
SELECT attach_process('deals', 'stage',
    '{"stages": [{"name": "qualify", "probability": 10, "forecast_category": "pipeline"},
                 {"name": "develop", "probability": 33.333333},
                 {"name": "propose", "forecast_category": "best_case"},
                 {"name": "won", "outcome": "won"}, {"name": "lost", "outcome": "lost", "forecast_category": "omitted"}],
      "moves": {"skip": true}}',
    'probability', 'forecast_category', 'outcome', 'entered_at', 'closed_at');
CREATE VIEW shown AS
SELECT id, stage, probability AS p, forecast_category AS category, outcome,
       CASE WHEN entered_at = now() THEN 'now' WHEN entered_at > '2023-01-01' THEN 'before' ELSE to_char(entered_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') END AS entered,
       CASE WHEN closed_at = now() THEN 'now' WHEN closed_at > '2023-01-01' THEN 'before' ELSE to_char(closed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') END AS closed FROM deals ORDER BY id;

-- A new row: what is NULL is filled, what is given is kept but for the outcome, at an outcome too (importing what is closed already).
BEGIN;
INSERT INTO deals (id) VALUES (1);
INSERT INTO deals (id, stage, probability, entered_at) VALUES (2, 'develop', 50, '2020-01-01Z');
INSERT INTO deals (id, stage, closed_at) VALUES (3, 'won', '2020-02-02Z'), (4, 'lost', NULL);
INSERT INTO deals VALUES (5, 'won', 90, 'closed', 'signed', '2020-01-01Z', '2020-02-02Z');
INSERT INTO deals (id, stage, closed_at) VALUES (6, 'qualify', '2020-02-02Z');
SELECT * FROM shown;
COMMIT;

-- Moves fill what the statement leaves as it was. A stage without a probability or category leaves it alone.
BEGIN;
UPDATE deals SET stage = 'develop' WHERE id = 1;
UPDATE deals SET stage = 'propose' WHERE id = 2;
UPDATE deals SET stage = 'propose', probability = 77, forecast_category = 'commit', entered_at = '2021-01-01Z' WHERE id = 6;
SELECT * FROM shown WHERE id IN (1, 2, 6);
COMMIT;

-- An override lives until the next move; NULL asks for the stage's value; other writes change nothing.
BEGIN;
UPDATE deals SET probability = 42 WHERE id = 1;
UPDATE deals SET id = 1 WHERE id = 1;
SELECT * FROM shown WHERE id = 1;
UPDATE deals SET probability = NULL, outcome = NULL, entered_at = NULL WHERE id = 1;
SELECT id, stage, p, outcome, entered = 'now' AS entered_changed FROM shown WHERE id = 1;
UPDATE deals SET probability = 42 WHERE id = 1;
UPDATE deals SET stage = 'qualify' WHERE id = 1;
SELECT * FROM shown WHERE id = 1;
COMMIT;

-- Closing and reopening.
BEGIN;
UPDATE deals SET stage = 'won' WHERE id = 1;
UPDATE deals SET stage = 'won', closed_at = '2022-03-03Z' WHERE id = 2;
UPDATE deals SET stage = 'develop' WHERE id IN (3, 4);
UPDATE deals SET stage = 'propose', closed_at = '2022-04-04Z' WHERE id = 5;
SELECT * FROM shown WHERE id < 6;
COMMIT;
BEGIN;
UPDATE deals SET closed_at = NULL, probability = NULL WHERE id = 2;
SELECT * FROM shown WHERE id = 2;
COMMIT;

-- Other types: integers, enums, domains, varchar, char, date, timestamp.
CREATE TYPE stage AS ENUM ('one', 'two', 'done');
CREATE TYPE outcome AS ENUM ('open', 'won', 'lost');
CREATE DOMAIN percent AS integer CHECK (value BETWEEN 0 AND 100);
CREATE DOMAIN day AS date;
CREATE TABLE typed (id integer PRIMARY KEY, stage stage, p percent, f double precision, category varchar(20), outcome outcome, entered_at timestamp, closed_at day);
SELECT attach_process('typed', 'stage', '{"stages": [{"name": "one", "probability": 20, "forecast_category": "pipeline"}, {"name": "two", "probability": 60}, {"name": "done", "outcome": "won"}]}',
    'p', 'category', 'outcome', 'entered_at', 'closed_at');
BEGIN;
INSERT INTO typed VALUES (1);
UPDATE typed SET stage = 'two';
UPDATE typed SET stage = 'done';
SELECT id, stage, p, category, outcome, entered_at = now()::timestamp AS entered, closed_at = current_date AS closed FROM typed;
COMMIT;
CREATE DOMAIN stage_number AS integer CHECK (value < 9);
CREATE TABLE numbered (id integer PRIMARY KEY, stage stage_number);
SELECT attach_process('numbered', 'stage', '{"stages": [{"name": "1"}, {"name": "2"}, {"name": "3"}, {"name": "8", "outcome": "won"}]}');
INSERT INTO numbered VALUES (1, NULL), (2, 2);
UPDATE numbered SET stage = stage + 1;
UPDATE numbered SET stage = 4 WHERE id = 2;
UPDATE numbered SET stage = 1 WHERE id = 2;
SELECT * FROM numbered ORDER BY id;
SELECT advance('numbered', '2'), move_to('numbered', '1', '1');
CREATE TABLE padded (id integer PRIMARY KEY, stage char(8), last text);
SELECT attach_process('padded', 'stage', '{"stages": [{"name": "a"}, {"name": "b"}, {"name": "w", "outcome": "won"}]}');
INSERT INTO padded VALUES (1, NULL);
SELECT advance('padded', '1'), move_to('padded', '1', 'w');

-- Two stage columns, each with a process and columns of its own; a name too long for a trigger.
CREATE TABLE twice (id integer PRIMARY KEY, sales text, "Delivery ""stage"" with a name as long as PostgreSQL has it, abcd" text, p integer);
SELECT attach_process('twice', 'sales', '{"stages": [{"name": "a", "probability": 5, "required": ["p"]}, {"name": "w", "outcome": "won"}]}', probability_column => 'p');
SELECT attach_process('twice', 'Delivery "stage" with a name as long as PostgreSQL has it, abcd',
    '{"stages": [{"name": "packed"}, {"name": "sent", "outcome": "won", "required": ["sales"]}]}');
INSERT INTO twice VALUES (1);
SELECT * FROM twice;
UPDATE twice SET "Delivery ""stage"" with a name as long as PostgreSQL has it, abcd" = 'sent', sales = 'x';
UPDATE twice SET "Delivery ""stage"" with a name as long as PostgreSQL has it, abcd" = 'lost', sales = 'w';
UPDATE twice SET "Delivery ""stage"" with a name as long as PostgreSQL has it, abcd" = 'sent', sales = 'w';
SELECT tgname, (trigger_arguments(tgargs))[1] FROM pg_trigger WHERE tgrelid = 'twice'::regclass ORDER BY 1;
SELECT process_of('twice');
SELECT process_of('twice', 'sales');
SELECT process_of('twice', 'p');

-- Names that need quoting, everywhere.
CREATE TABLE "O'Hara's \ ""deals""" ("I D" integer PRIMARY KEY, "st'age\" text, "need ""this""" text, "P'" numeric);
SELECT attach_process($$"O'Hara's \ ""deals"""$$, $$st'age\$$,
    $${"stages": [{"name": "it's \"a\" \\", "required": ["need \"this\""], "probability": 1}, {"name": "naïve; --"}, {"name": "won", "outcome": "won"}]}$$, probability_column => $$P'$$);
INSERT INTO "O'Hara's \ ""deals""" VALUES (1, NULL), (2, $$naïve; --$$);
UPDATE "O'Hara's \ ""deals""" SET "st'age\" = 'naïve; --';
UPDATE "O'Hara's \ ""deals""" SET "need ""this""" = 'x';
SELECT advance($$"O'Hara's \ ""deals"""$$, '1'), move_to($$"O'Hara's \ ""deals"""$$, '2', $$it's "a" \$$);
TABLE "O'Hara's \ ""deals""" ORDER BY 1;
SELECT detach_process($$"O'Hara's \ ""deals"""$$);

-- What cannot be attached.
CREATE TABLE plain (id integer PRIMARY KEY, stage text, amount numeric, p numeric(3,2), flag boolean, whole integer, made text GENERATED ALWAYS AS (stage || '!') STORED);
\set process '\'{"stages": [{"name": "a", "probability": 12.5}, {"name": "w", "outcome": "won"}]}\''
SELECT attach_process('plain', 'nothing', :process);
SELECT attach_process('plain', 'made', :process);
SELECT attach_process('plain', 'stage', :process, probability_column => 'flag');
SELECT attach_process('plain', 'stage', :process, probability_column => 'p');
SELECT attach_process('plain', 'stage', :process, probability_column => 'whole');
SELECT attach_process('plain', 'stage', :process, outcome_column => 'amount');
SELECT attach_process('plain', 'stage', :process, outcome_column => 'stage');
SELECT attach_process('plain', 'stage', :process, closed_at_column => 'stage');
SELECT attach_process('plain', 'stage', '{"stages": [{"name": "a", "required": ["id", "amuont"]}, {"name": "w", "outcome": "won"}]}');
SELECT attach_process('plain', 'whole', :process);
SELECT attach_process('plain', 'stage', :process, enforce => 'maybe');
SELECT attach_process('plain', 'stage', :process, enforce => NULL);
SELECT attach_process('plain', 'stage');
SELECT attach_process('plain', 'stage', :process, process_table => 'plain', process_column => 'stage');
SELECT attach_process('plain', 'stage', process_table => 'plain');
SELECT attach_process('plain', NULL, :process);
SELECT attach_process('shown', 'stage', :process);
SELECT attach_process(0, 'stage', :process);
SELECT attach_process('plain', 'stage', ('{"stages": [' || string_agg(format('{"name": "%s", "required": ["id"], "label": "%s"}', i, repeat('x', 100)), ', ') || ', {"name": "w", "outcome": "won"}]}')::sales_process)
FROM generate_series(1, 500) i;
SELECT count(*) AS triggers FROM pg_trigger WHERE tgrelid = 'plain'::regclass;
SELECT detach_process('plain');

-- A second call replaces the first, whatever it kept.
SELECT attach_process('plain', 'stage', :process, outcome_column => 'made');
SELECT attach_process('plain', 'stage', :process, entered_at_column => 'stage');
SELECT attach_process('plain', 'stage', :process);
INSERT INTO plain VALUES (1, 'a');
SELECT attach_process('plain', 'stage', '{"stages": [{"name": "a"}, {"name": "b"}, {"name": "w", "outcome": "won"}]}');
UPDATE plain SET stage = 'w';
SELECT detach_process('plain', 'stage');
UPDATE plain SET stage = 'w';
SELECT detach_process('plain', 'stage');

-- Virtual generated columns, where there are any, are refused: a trigger in C does not see them.
DO $$
BEGIN
    IF current_setting('server_version_num')::integer >= 180000 THEN
        CREATE TABLE virtual (id integer PRIMARY KEY, stage text, amount numeric);
        EXECUTE 'ALTER TABLE virtual ADD doubled numeric GENERATED ALWAYS AS (amount * 2) VIRTUAL';
        PERFORM opportunity.attach_process('virtual', 'stage', '{"stages": [{"name": "a", "required": ["doubled"]}, {"name": "w", "outcome": "won"}]}');
        RAISE 'a virtual column was accepted';
    END IF;
EXCEPTION WHEN feature_not_supported THEN
    NULL;
END $$;

-- A stored one is judged by its new value.
CREATE TABLE stored (id integer PRIMARY KEY, stage text, amount numeric, half numeric GENERATED ALWAYS AS (nullif(amount, 0) / 2) STORED);
SELECT attach_process('stored', 'stage', '{"stages": [{"name": "a", "required": ["half"]}, {"name": "w", "outcome": "won"}]}');
INSERT INTO stored VALUES (1, 'a', 0), (2, 'a', 1);
UPDATE stored SET stage = 'w', amount = 0 WHERE id = 2;
UPDATE stored SET stage = 'w', amount = 5 WHERE id = 1;

-- What is filled is what the column would hold: rounded, and within its domain as the domain is now.
CREATE DOMAIN minute AS timestamp(0);
CREATE DOMAIN result AS text;
CREATE DOMAIN given AS timestamptz NOT NULL;
CREATE TABLE exact (id integer PRIMARY KEY, stage text, outcome result, entered_at timestamptz(0), closed_at minute);
SELECT attach_process('exact', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}',
    outcome_column => 'outcome', entered_at_column => 'entered_at', closed_at_column => 'closed_at');
DO $$
BEGIN
    -- The transaction's time has microseconds, but for one in a million.
    FOR i IN 1..3 LOOP
        INSERT INTO process_columns.exact VALUES (i, 'w');
        COMMIT;
    END LOOP;
END $$;
SELECT count(*) FROM exact WHERE entered_at <> date_trunc('second', entered_at) OR closed_at <> date_trunc('second', closed_at::timestamp);
ALTER DOMAIN result ADD CONSTRAINT never_open CHECK (VALUE <> 'open');
INSERT INTO exact VALUES (4, 'a');
INSERT INTO exact VALUES (4, 'w');
ALTER DOMAIN result DROP CONSTRAINT never_open;
INSERT INTO exact VALUES (5, 'a');
CREATE TABLE never_null (id integer PRIMARY KEY, stage text, closed_at given);
SELECT attach_process('never_null', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', closed_at_column => 'closed_at');
INSERT INTO never_null VALUES (1, 'w', now());
UPDATE never_null SET stage = 'a';
SELECT id, stage, closed_at IS NOT NULL AS closed FROM never_null;

-- An unchanged value is one that the type calls equal.
CREATE TABLE equal (id integer PRIMARY KEY, stage text, p numeric);
SELECT attach_process('equal', 'stage', '{"stages": [{"name": "a", "probability": 10}, {"name": "b", "probability": 50}, {"name": "w", "outcome": "won"}]}', probability_column => 'p');
INSERT INTO equal VALUES (1), (2);
UPDATE equal SET stage = 'b', p = CASE id WHEN 1 THEN 10.00 ELSE 10.01 END;
SELECT * FROM equal ORDER BY id;

-- The stage column's type must give back the names it is given.
CREATE TABLE names (c name, i integer, d date, v varchar(300));
SELECT attach_process('names', 'c', ('{"stages": [{"name": "' || repeat('x', 70) || '"}, {"name": "w", "outcome": "won"}]}')::sales_process);
SELECT attach_process('names', 'i', '{"stages": [{"name": "01"}, {"name": "2", "outcome": "won"}]}');
SELECT attach_process('names', 'd', '{"stages": [{"name": "20260101"}, {"name": "2026-01-02", "outcome": "won"}]}');
SELECT attach_process('names', 'v', ('{"stages": [{"name": "' || repeat('x', 70) || '"}, {"name": "w", "outcome": "won"}]}')::sales_process);
