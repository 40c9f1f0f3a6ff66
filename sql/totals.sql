-- Totals kept on the parent: what every kind of statement leaves behind.
CREATE SCHEMA totals;
SET search_path = totals, opportunity;

CREATE TABLE deals (id bigint PRIMARY KEY, name text, amount numeric(12,2), line_count integer NOT NULL DEFAULT 0);
CREATE TABLE deal_items (id bigint PRIMARY KEY, deal_id bigint REFERENCES deals ON DELETE CASCADE ON UPDATE CASCADE,
	quantity numeric, unit_price numeric, deleted_at date);
CREATE INDEX ON deal_items (deal_id);
INSERT INTO deals VALUES (1, 'Contoso', 500), (2, 'Fabrikam', 70), (3, 'Litware', NULL);
INSERT INTO deal_items VALUES (10, 1, 2, 100);

CREATE VIEW totals AS SELECT id, amount, line_count FROM deals ORDER BY id;

-- Attaching computes the totals of parents that have lines; the others keep their own amounts.
SELECT attach_totals('deals', 'amount, line_count', 'deal_items', 'deal_id', 'quantity * unit_price, 1', 'deleted_at IS NULL');
TABLE totals;

-- INSERT of several rows; a line without a parent and one without a price count for nothing
INSERT INTO deal_items VALUES (11, 1, 1, 50), (12, 2, 3, 1.005), (13, NULL, 9, 9), (14, 1, 1, NULL);
TABLE totals;
SELECT * FROM check_totals('deals');

-- UPDATE of an amount, of the filter, of the parent
UPDATE deal_items SET unit_price = 60 WHERE id IN (11, 14);
TABLE totals;
UPDATE deal_items SET deleted_at = '2026-11-01' WHERE id = 10;
TABLE totals;
UPDATE deal_items SET deal_id = 3 WHERE id = 14;
TABLE totals;

-- DELETE; the last line of a deal leaves its amount, which is writable again, and a count of 0
DELETE FROM deal_items WHERE id = 12;
TABLE totals;
UPDATE deals SET amount = 71 WHERE id = 2;

-- MERGE with all three actions, ON CONFLICT both ways, COPY
MERGE INTO deal_items AS t USING (VALUES (10, 1, 5), (11, 1, NULL), (15, 2, 7)) AS s (id, deal, price) ON t.id = s.id
WHEN MATCHED AND s.price IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET unit_price = s.price, deleted_at = NULL
WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.deal, 1, s.price, NULL);
TABLE totals;
INSERT INTO deal_items VALUES (10, 1, 1, 1), (16, 1, 1, 1) ON CONFLICT DO NOTHING;
TABLE totals;
INSERT INTO deal_items VALUES (10, 2, 4, 1), (17, 2, 1, 1)
	ON CONFLICT (id) DO UPDATE SET quantity = excluded.quantity, deal_id = excluded.deal_id;
TABLE totals;
COPY deal_items (id, deal_id, quantity, unit_price) FROM stdin;
20	3	2	0.5
21	1	1	10
22	3	1	1
\.
TABLE totals;

-- One query that deletes the only line of a deal and inserts another, and one that inserts the deal with its lines
WITH gone AS (DELETE FROM deal_items WHERE deal_id = 1 RETURNING deal_id)
INSERT INTO deal_items SELECT 30, deal_id, 1, 33 FROM gone GROUP BY deal_id;
TABLE totals;
WITH new AS (INSERT INTO deals VALUES (4, 'Northwind', 999) RETURNING id)
INSERT INTO deal_items SELECT 40 + n, id, n, 2 FROM new, generate_series(1, 3) AS n;
TABLE totals;

-- Cascades: a new key, a deal deleted
UPDATE deals SET id = 33 WHERE id = 3;
TABLE totals;
DELETE FROM deals WHERE id IN (33, 4);
TABLE totals;

-- A savepoint taken back; TRUNCATE
BEGIN;
SAVEPOINT s;
INSERT INTO deal_items VALUES (50, 1, 1, 1000);
TABLE totals;
ROLLBACK TO s;
INSERT INTO deal_items VALUES (50, 1, 1, 1);
COMMIT;
TABLE totals;
TRUNCATE deal_items;
TABLE totals;
SELECT * FROM check_totals('deals');

-- A parent's own amount never doubles: parents with totals first, then their lines, as a data-only restore does
COPY deals FROM stdin;
5	Trey	30.00	2
6	Wingtip	12.00	0
\.
COPY deal_items (id, deal_id, quantity, unit_price) FROM stdin;
60	5	1	10
61	5	2	10
\.
TABLE totals;

-- NaN and infinity leave with their lines
INSERT INTO deal_items VALUES (70, 6, 1, 'NaN'), (71, 6, 2, 2);
TABLE totals;
DELETE FROM deal_items WHERE id = 70;
TABLE totals;

-- A statement that changes no amount touches no deal
SELECT xmin AS before, ctid AS place FROM deals WHERE id = 5 \gset
UPDATE deal_items SET unit_price = unit_price WHERE deal_id = 5;
SELECT xmin = :'before' AND ctid = :'place' AS untouched FROM deals WHERE id = 5;

-- when_empty zero and null
SELECT attach_totals('deals', 'amount', 'deal_items', 'deal_id', 'quantity * unit_price', when_empty => 'zero');
TABLE totals;
INSERT INTO deals VALUES (7, 'Adatum', 77, 7);
TABLE totals;
SELECT attach_totals('deals', 'amount', 'deal_items', 'deal_id', 'quantity * unit_price', when_empty => 'null');
DELETE FROM deal_items WHERE deal_id = 5;
TABLE totals;

-- rebuild => false leaves what is there to rebuild_totals
SELECT detach_totals('deals');
INSERT INTO deal_items VALUES (80, 1, 1, 80), (81, 2, 1, 81);
SELECT attach_totals('deals', 'amount, line_count', 'deal_items', 'deal_id', 'quantity * unit_price, 1', rebuild => false);
SELECT * FROM check_totals('deals') ORDER BY parent_key, total_column;
SELECT rebuild_totals('deals');
SELECT rebuild_totals('deals');
SELECT * FROM check_totals('deals');
TABLE totals;

-- More lines than work_mem holds, and more parents than are stored one by one
SET work_mem = '64kB';
INSERT INTO deals SELECT n FROM generate_series(101, 300) AS n;
INSERT INTO deal_items SELECT 1000 + n, 101 + n % 200, 1, n FROM generate_series(1, 6000) AS n;
UPDATE deal_items SET unit_price = unit_price + 1, deal_id = 401 - deal_id WHERE deal_id > 100;
RESET work_mem;
SELECT count(*), sum(amount), min(amount), max(amount), sum(line_count) FROM deals WHERE id > 100;
SELECT count(*) AS wrong FROM check_totals('deals');
DELETE FROM deals WHERE id > 100;

-- Float amounts are added as numerics, in any order the same; a total of whole numbers is rounded
CREATE TABLE visits (deal_id bigint, hours double precision);
CREATE INDEX ON visits (deal_id);
ALTER TABLE deals ADD hours double precision, ADD whole_hours smallint;
SELECT attach_totals('deals', 'hours, whole_hours', 'visits', 'deal_id', 'hours, hours', when_empty => 'zero');
INSERT INTO visits SELECT 1, 0.1 FROM generate_series(1, 10);
INSERT INTO visits VALUES (1, 0.5);
SELECT id, hours, whole_hours FROM deals ORDER BY id;
INSERT INTO visits VALUES (1, 40000);
SELECT id, hours, whole_hours FROM deals WHERE id = 1;

DROP SCHEMA totals CASCADE;
