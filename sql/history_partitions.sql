-- attach_history on partitioned and inherited tables, and with foreign keys that cascade.
CREATE SCHEMA history_partitions;
SET search_path = history_partitions, opportunity;

CREATE TABLE deal (id int, region text, stage text, amount int, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE deal_eu PARTITION OF deal FOR VALUES IN ('eu') PARTITION BY RANGE (id);
CREATE TABLE deal_eu_low PARTITION OF deal_eu FOR VALUES FROM (1) TO (100);
-- one with other columns in another order
CREATE TABLE deal_us (extra int, amount int, stage text, region text NOT NULL, id int NOT NULL);
ALTER TABLE deal_us DROP COLUMN extra;
ALTER TABLE deal ATTACH PARTITION deal_us FOR VALUES IN ('us');
SELECT attach_history('deal', 'deal_history', 'stage, amount');
CREATE VIEW entry AS SELECT id AS n, deal_id AS deal, region, event, column_name, old_value AS "from", new_value AS "to" FROM deal_history;

INSERT INTO deal VALUES (1, 'eu', 'new', 10), (2, 'us', 'new', 20);
INSERT INTO deal_us (id, region, stage, amount) VALUES (3, 'us', 'new', 30);
UPDATE deal SET stage = 'talk';
UPDATE deal_us SET amount = amount + 1;
UPDATE deal_eu SET amount = amount + 1;
UPDATE deal_eu_low SET amount = amount + 1;
SELECT * FROM entry ORDER BY n;
-- A move between partitions changes the key, of which the partition key is part.
SELECT coalesce(max(id), 0) AS n FROM deal_history \gset
UPDATE deal SET region = 'us', stage = 'moved' WHERE id = 1;
SELECT * FROM entry WHERE n > :n ORDER BY n;
-- And one that a trigger on the other side swallows is a row that went.
CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN CASE WHEN new.id <> 2 THEN new END; END $$;
CREATE TRIGGER swallow BEFORE INSERT ON deal_eu_low FOR EACH ROW EXECUTE FUNCTION swallow();
SELECT max(id) AS n FROM deal_history \gset
UPDATE deal SET region = 'eu', amount = amount + 1 WHERE region = 'us';
SELECT event, deal, region, "from", "to" FROM entry WHERE n > :n AND column_name = 'amount' ORDER BY deal, event;
SELECT (SELECT count(*) FROM deal) AS rows, count(*) AS rebuilt, count(*) FILTER (WHERE (d.stage, d.amount) = (r.stage, r.amount)) AS right
FROM rows_as_of(NULL::deal, clock_timestamp()) r LEFT JOIN deal d USING (id, region);
-- Each table's TRUNCATE logs its own rows once.
TRUNCATE deal;
SELECT (SELECT count(*) FROM deal_history WHERE event = 'delete' AND column_name = 'stage' AND id > :n) AS gone, count(*) AS left FROM history_as_of('deal', clock_timestamp());
SELECT target, kind, columns, triggers, enabled, definition FROM attachments WHERE kind = 'history' AND target = 'deal'::regclass;

-- A partition that comes later is watched through the table, by itself after attaching again.
CREATE TABLE deal_asia PARTITION OF deal FOR VALUES IN ('asia');
INSERT INTO deal VALUES (50, 'asia', 'new', 1);
UPDATE deal_asia SET amount = 2;
SELECT enabled FROM attachments WHERE kind = 'history' AND target = 'deal'::regclass;
SELECT attach_history('deal', 'deal_history', 'stage, amount');
SELECT enabled FROM attachments WHERE kind = 'history' AND target = 'deal'::regclass;
SELECT "from", "to" FROM entry WHERE region = 'asia' ORDER BY n;
-- A partition is not attached by itself; one that left says so, and can be freed.
SELECT attach_history('deal_asia', 'deal_history', 'stage');
ALTER TABLE deal DETACH PARTITION deal_asia;
UPDATE deal_asia SET amount = 3;
SELECT detach_history('deal_asia');
UPDATE deal_asia SET amount = 3;
INSERT INTO deal VALUES (1, 'eu', 'still', 1);
SELECT count(*) FROM deal_history WHERE new_value = 'still';
SELECT detach_all('deal');
SELECT count(*) FROM attachments WHERE kind = 'history' AND target = 'deal'::regclass;
SELECT count(*) FROM pg_trigger WHERE tgfoid IN ('log_changes'::regproc, 'guard_history'::regproc) AND tgrelid::regclass::text LIKE 'deal%';

-- Inheritance: the parent's statements reach the children's rows, and the other way round nothing is missed.
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TABLE employee (salary int) INHERITS (person);
SELECT attach_history('person', 'person_history', 'name');
INSERT INTO person VALUES (1, 'Ann');
INSERT INTO employee VALUES (2, 'Bob', 10);
UPDATE person SET name = name || '!';
UPDATE employee SET name = 'Robert';
DELETE FROM person WHERE id = 2;
SELECT person_id, event, old_value, new_value FROM person_history ORDER BY id;

-- Foreign keys: rows that go, and keys that change, with the row they refer to.
CREATE TABLE account (id int PRIMARY KEY);
CREATE TABLE visit (id int PRIMARY KEY, account int REFERENCES account ON UPDATE CASCADE ON DELETE CASCADE);
INSERT INTO account VALUES (1), (2);
SELECT attach_history('visit', 'visit_history', 'account');
INSERT INTO visit VALUES (10, 1), (11, 2), (12, 2);
UPDATE account SET id = id + 100;
DELETE FROM account WHERE id = 102;
SELECT visit_id, event, old_value, new_value FROM visit_history ORDER BY id;

SET client_min_messages = warning;
DROP SCHEMA history_partitions CASCADE;
