-- Totals of partitioned and inherited tables, composite keys, other key types, keys that are not enforced.
CREATE SCHEMA totals_partitions;
SET search_path = totals_partitions, opportunity;

-- Lines partitioned, with columns in another order in one partition, a partition of a partition,
-- and a parent whose key has two columns
CREATE TABLE deals (region text, id integer, amount numeric(12,2), lines integer DEFAULT 0, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE deals_eu PARTITION OF deals FOR VALUES IN ('eu');
CREATE TABLE deals_us (amount numeric(12,2), dropped text, id integer NOT NULL, lines integer, region text NOT NULL);
ALTER TABLE deals_us DROP COLUMN dropped;
ALTER TABLE deals ATTACH PARTITION deals_us FOR VALUES IN ('us');
CREATE TABLE items (id integer, day date, region text, deal_id integer, price numeric,
	FOREIGN KEY (region, deal_id) REFERENCES deals ON UPDATE CASCADE ON DELETE SET NULL) PARTITION BY RANGE (day);
CREATE INDEX ON items (deal_id, region);
CREATE TABLE items_1 PARTITION OF items FOR VALUES FROM ('2026-01-01') TO ('2026-07-01');
CREATE TABLE items_2 (gone integer, price numeric, deal_id integer, region text, day date, id integer);
ALTER TABLE items_2 DROP COLUMN gone;
ALTER TABLE items ATTACH PARTITION items_2 FOR VALUES FROM ('2026-07-01') TO ('2027-01-01');
CREATE TABLE items_3 PARTITION OF items FOR VALUES FROM ('2027-01-01') TO ('2028-01-01') PARTITION BY RANGE (day);
CREATE TABLE items_3a PARTITION OF items_3 FOR VALUES FROM ('2027-01-01') TO ('2027-07-01');
INSERT INTO deals VALUES ('eu', 1, 5), ('us', 1, 6), ('eu', 2, 7);

SELECT attach_totals('deals', 'amount, lines', 'items_1', 'deal_id, region', 'price, 1');
SELECT attach_totals('deals', 'amount, lines', 'items', 'deal_id, region', 'price, 1');
SELECT tgrelid::regclass, count(*) FROM pg_trigger WHERE tgfoid = 'maintain_totals'::regproc GROUP BY 1 ORDER BY 1;
CREATE VIEW totals AS SELECT region, id, amount, lines FROM deals ORDER BY region, id;

-- Through the root, and directly into partitions
INSERT INTO items VALUES (1, '2026-02-01', 'eu', 1, 10), (2, '2026-08-01', 'eu', 1, 20), (3, '2026-08-01', 'us', 1, 30), (4, '2027-02-01', 'eu', 2, 40);
TABLE totals;
INSERT INTO items_1 VALUES (5, '2026-03-01', 'us', 1, 1);
INSERT INTO items_2 (id, day, region, deal_id, price) VALUES (6, '2026-09-01', 'us', 1, 2);
INSERT INTO items_3 VALUES (7, '2027-02-01', 'us', 1, 4);
COPY items_3a (id, day, region, deal_id, price) FROM stdin;
8	2027-03-01	us	1	8
\.
TABLE totals;
UPDATE items_2 SET price = price + 100 WHERE region = 'us';
DELETE FROM items_3a WHERE id = 8;
TABLE totals;

-- A line moves to another partition and another deal at once, beside one that stays
UPDATE items SET day = '2026-04-01', deal_id = 2 WHERE id IN (2, 5) AND region = 'eu' OR id = 4;
TABLE totals;

-- A deal moves to another partition: its lines follow by cascade; a sneaked total does not
UPDATE deals SET region = 'us', amount = 999 WHERE region = 'eu' AND id = 2;
TABLE totals;
SELECT * FROM check_totals('deals');

-- TRUNCATE of one partition, of the root
TRUNCATE items_2;
TABLE totals;
TRUNCATE items;
TABLE totals;
INSERT INTO items VALUES (1, '2026-02-01', 'us', 1, 10);
BEGIN;
TRUNCATE items_1;
INSERT INTO items_1 VALUES (1, '2026-02-01', 'us', 1, 11), (1, '2026-02-01', 'us', 2, 3);
TRUNCATE items_1, items_3;
TABLE totals;
ROLLBACK;
TABLE totals;

-- ON DELETE SET NULL, ON UPDATE CASCADE
UPDATE deals SET id = 10 WHERE region = 'us' AND id = 1;
DELETE FROM deals WHERE region = 'us' AND id = 10;
SELECT id, region, deal_id FROM items;
TABLE totals;

-- A partition added later is without triggers until totals are attached again
CREATE TABLE items_4 PARTITION OF items FOR VALUES FROM ('2028-01-01') TO ('2029-01-01');
SELECT child, problem FROM check_totals('deals');
SELECT attach_totals('deals', 'amount, lines', 'items', 'deal_id, region', 'price, 1');
SELECT child, problem FROM check_totals('deals');
SELECT tgrelid::regclass, count(*) FROM pg_trigger WHERE tgfoid = 'maintain_totals'::regproc GROUP BY 1 ORDER BY 1;
-- Detaching a partition leaves it its triggers; detaching totals finds them all
ALTER TABLE items DETACH PARTITION items_1;
SELECT detach_totals('deals');
SELECT count(*) FROM pg_trigger WHERE tgfoid IN ('maintain_totals'::regproc, 'guard_totals'::regproc);

-- A parent partitioned by stage, whose key of the lines is only part of its primary key
CREATE TABLE staged (id bigint, stage text, amount numeric, PRIMARY KEY (id, stage)) PARTITION BY LIST (stage);
CREATE TABLE staged_open PARTITION OF staged FOR VALUES IN ('open');
CREATE TABLE staged_won PARTITION OF staged FOR VALUES IN ('won');
CREATE TABLE parts (staged_id integer, price numeric);
CREATE INDEX ON parts (staged_id);
SELECT attach_totals('staged', 'amount', 'parts', 'staged_id', 'price');
INSERT INTO staged VALUES (1, 'open', 100), (2, 'open', 200);
INSERT INTO parts VALUES (1, 1), (1, 2);
UPDATE staged SET stage = 'won';
TABLE staged ORDER BY id;
INSERT INTO parts VALUES (1, 4);
UPDATE staged SET stage = 'open', amount = amount * 10;
TABLE staged ORDER BY id;
UPDATE staged_open SET amount = 1;

-- Lines that stand before their parent: no foreign key, or a deferred one
INSERT INTO parts VALUES (3, 30), (3, 3);
INSERT INTO staged VALUES (3, 'open', 999), (4, 'open', 4);
TABLE staged ORDER BY id;
UPDATE staged SET id = 5 WHERE id = 3;
UPDATE staged SET id = 3, amount = 1 WHERE id = 4;
TABLE staged ORDER BY id;
CREATE TABLE orders (code varchar(8) PRIMARY KEY, total numeric DEFAULT 0);
CREATE TABLE order_lines (code text REFERENCES orders DEFERRABLE INITIALLY DEFERRED, price numeric);
CREATE INDEX ON order_lines (code);
SELECT attach_totals('orders', 'total', 'order_lines', 'code', 'price', when_empty => 'zero');
BEGIN;
INSERT INTO order_lines VALUES ('A', 1), ('A', 2), ('B', 3);
INSERT INTO orders VALUES ('A', 50), ('B', 0), ('C', 7);
COMMIT;
TABLE orders ORDER BY code;

-- A key of numerics, equal in any scale; a uuid; a unique key that is not the primary one
CREATE TABLE keyed (n numeric PRIMARY KEY, u uuid UNIQUE, by_n numeric, by_u numeric);
CREATE TABLE by_number (n numeric REFERENCES keyed, v numeric);
CREATE TABLE by_uuid (u uuid REFERENCES keyed (u), v numeric);
CREATE INDEX ON by_number (n);
CREATE INDEX ON by_uuid (u);
INSERT INTO keyed VALUES (1.0, '00000000-0000-0000-0000-000000000001');
SELECT attach_totals('keyed', 'by_n', 'by_number', 'n', 'v');
SELECT attach_totals('keyed', 'by_u', 'by_uuid', 'u', 'v');
INSERT INTO by_number VALUES (1, 1), (1.00, 2), (1.000, 4);
INSERT INTO by_uuid SELECT u, 7 FROM keyed;
TABLE keyed;
DELETE FROM by_number WHERE v = 2;
TABLE keyed;

-- Inherited lines count for the table they inherit from, wherever they are written
CREATE TABLE notes (id integer PRIMARY KEY, total numeric);
CREATE TABLE entries (note_id integer, v numeric);
CREATE TABLE more_entries (extra text) INHERITS (entries);
CREATE INDEX ON entries (note_id);
INSERT INTO notes VALUES (1), (2);
SELECT attach_totals('notes', 'total', 'entries', 'note_id', 'v');
INSERT INTO entries VALUES (1, 1), (2, 2);
INSERT INTO more_entries VALUES (1, 10, 'x');
UPDATE entries SET v = v * 2;
TABLE notes ORDER BY id;
DELETE FROM more_entries;
TRUNCATE ONLY entries;
TABLE notes ORDER BY id;

-- A table that is its own parent: amounts add up along the tree
CREATE TABLE accounts (id integer PRIMARY KEY, parent_id integer REFERENCES accounts, own numeric, below numeric NOT NULL DEFAULT 0);
CREATE INDEX ON accounts (parent_id);
SELECT attach_totals('accounts', 'below', 'accounts', 'parent_id', 'own + below', when_empty => 'zero');
INSERT INTO accounts VALUES (1, NULL, 1), (2, 1, 10), (3, 2, 100), (4, 2, 1000);
TABLE accounts ORDER BY id;
UPDATE accounts SET own = own + 1 WHERE id = 4;
UPDATE accounts SET parent_id = 1 WHERE id = 3;
TABLE accounts ORDER BY id;

DROP SCHEMA totals_partitions CASCADE;
