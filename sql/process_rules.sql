-- Rules choose the process of a new row that names none.
CREATE SCHEMA process_rules;
SET search_path = process_rules, opportunity;

CREATE TABLE process (id integer PRIMARY KEY, name text UNIQUE, definition sales_process, is_default boolean);
INSERT INTO process VALUES
    (1, 'standard', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', true),
    (2, 'large', '{"stages": [{"name": "plan"}, {"name": "a"}, {"name": "w", "outcome": "won"}]}', false),
    (3, 'renewal', '{"stages": [{"name": "renew"}, {"name": "w", "outcome": "won"}]}', false);
CREATE TABLE rule (position integer, process_id integer REFERENCES process, condition text);
CREATE TABLE deals (id integer PRIMARY KEY, process text, stage text, type text, amount numeric, timeframe text, twice numeric GENERATED ALWAYS AS (amount * 2) STORED);
INSERT INTO rule VALUES (20, 2, 'amount > 100000 OR timeframe IN (''next year'', ''unknown'')'), (10, 3, 'type = ''renewal'''),
    (NULL, 3, 'true'), (5, NULL, 'true'), (6, 3, NULL);
SELECT attach_process('deals', 'stage', process_table => 'process', process_column => 'process',
    rule_table => 'rule', rule_process => 'process_id', rule_process_key => 'id');
SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgrelid IN ('deals'::regclass, 'rule'::regclass) AND NOT tgisinternal ORDER BY 1, 2;
SELECT definition, options FROM attachments WHERE target = 'deals'::regclass;

-- The first that is met; none: the default process. What the row names is not asked about.
INSERT INTO deals (id, type, amount, timeframe) VALUES (1, 'renewal', 200000, NULL), (2, 'new', 200000, NULL), (3, 'new', 5, 'unknown'),
    (4, 'new', 5, NULL), (5, NULL, NULL, NULL);
INSERT INTO deals (id, process, type) VALUES (6, 'large', 'renewal');
INSERT INTO deals (id, stage, type) VALUES (7, 'w', 'renewal');
SELECT id, process, stage FROM deals ORDER BY id;
-- Only when it is new.
UPDATE deals SET type = 'renewal' WHERE id = 4;
SELECT process FROM deals WHERE id = 4;

-- Rules change: noticed at once; rolled back, they never were.
BEGIN;
UPDATE rule SET condition = 'amount < 10' WHERE position = 10;
INSERT INTO deals (id, amount) VALUES (8, 1) RETURNING process;
ROLLBACK;
INSERT INTO deals (id, amount) VALUES (8, 1) RETURNING process;
DELETE FROM rule WHERE position = 20;
INSERT INTO deals (id, amount) VALUES (9, 200000) RETURNING process;

-- What is wrong with a rule is said when it is reached, and when the process is attached.
CREATE FUNCTION try(condition text, nth integer DEFAULT 30) RETURNS TABLE (state text, message text, context text) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO rule VALUES (nth, 2, condition);
    BEGIN
        INSERT INTO deals (id, type) VALUES (100, 'new');
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, context = PG_EXCEPTION_CONTEXT;
        context := regexp_replace(context, '(?n)\n.*', '', 'g');
        RETURN NEXT;
    END;
    DELETE FROM rule r WHERE r.position = nth AND r.condition = try.condition;
    DELETE FROM deals WHERE id = 100;
END $$;
CREATE FUNCTION mine() RETURNS boolean LANGUAGE sql RETURN true;
SELECT t.* FROM unnest(ARRAY['amuont > 5', 'type', 'true) OR (true', 'process_rules.mine()', '(SELECT true)', 'twice > 5', 'count(*) > 1', '', 'true, false']) c, try(c) t;
SELECT * FROM try('true', 10);
SELECT * FROM try('1 / 0 = 1');
SELECT state, message FROM try(repeat(' ', 16384) || 'true');
INSERT INTO rule VALUES (1, 3, 'type = ''renewal'' AND amuont > 5');
INSERT INTO deals (id, process) VALUES (10, 'standard');
INSERT INTO deals (id) VALUES (11);
SELECT attach_process('deals', 'stage', process_table => 'process', process_column => 'process',
    rule_table => 'rule', rule_process => 'process_id', rule_process_key => 'id');
DELETE FROM rule WHERE position = 1;
-- A process that is not there: by its name, where rules give its number.
SELECT attach_process('deals', 'stage', process_table => 'process', process_column => 'process', rule_table => 'rule', rule_process => 'process_id');
ALTER TABLE rule DROP CONSTRAINT rule_process_id_fkey;
INSERT INTO rule VALUES (3, 77, 'amount = 77');
INSERT INTO deals (id, amount) VALUES (12, 77);
INSERT INTO deals (id, amount) VALUES (12, 78);
DELETE FROM rule WHERE position = 3;
-- No default process.
UPDATE process SET is_default = false;
INSERT INTO deals (id) VALUES (13);
INSERT INTO deals (id, type) VALUES (13, 'renewal') RETURNING process, stage;
UPDATE process SET is_default = true WHERE id = 1;

-- Options that do not go together, columns that are not there or have no order.
SELECT attach_process('deals', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', rule_table => 'rule');
SELECT attach_process('deals', 'stage', process_table => 'process', process_column => 'process', rule_table => 'rule');
SELECT attach_process('deals', 'stage', process_table => 'process', process_column => 'process', rule_table => 'rule', rule_process => 'process_id', rule_process_key => 'nothing');
CREATE TABLE unordered (position json, process text, condition text);
SELECT attach_process('deals', 'stage', process_table => 'process', process_column => 'process', rule_table => 'unordered');

-- Names as keys, numbers with fractions as positions, a process column of another type; partitions:
-- a row that has followed the default keeps it wherever it goes.
CREATE TYPE process_name AS ENUM ('standard', 'large', 'renewal');
CREATE TABLE choice (position numeric PRIMARY KEY, process varchar(20), condition text);
INSERT INTO choice VALUES (1.5, 'large', 'region = 2'), (1.25, 'renewal', 'region = 2 AND id > 10');
CREATE TABLE parts (id integer, region integer, process process_name, stage text) PARTITION BY LIST (region);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE parts_2 (process process_name, id integer, stage text, region integer);
ALTER TABLE parts ATTACH PARTITION parts_2 FOR VALUES IN (2);
INSERT INTO parts VALUES (1, 1, NULL, 'a');
SELECT attach_process('parts', 'stage', process_table => 'process', process_column => 'process', rule_table => 'choice');
INSERT INTO parts VALUES (2, 1), (3, 2), (11, 2);
UPDATE parts SET region = 2;
SELECT * FROM parts ORDER BY id;

-- detach_process takes the trigger on the rules along.
SELECT detach_process('parts');
SELECT count(*) AS left_over FROM pg_trigger WHERE tgrelid = 'choice'::regclass;
