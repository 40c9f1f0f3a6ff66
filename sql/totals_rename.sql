-- Totals find their tables by name. After a rename the name may be another table's,
-- with totals of its own: no write, check or rebuild mistakes one for the other.
\set SHOW_CONTEXT never
CREATE SCHEMA totals_rename;
SET search_path = totals_rename, opportunity;
CREATE TABLE deals (id int PRIMARY KEY, amount numeric);
CREATE TABLE items (deal_id int NOT NULL, price numeric);
CREATE INDEX ON items (deal_id);
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'price');
INSERT INTO deals VALUES (1);
INSERT INTO items VALUES (1, 10);
ALTER TABLE deals RENAME TO deals_2025;
ALTER TABLE items RENAME TO items_2025;
CREATE TABLE deals (id int PRIMARY KEY, amount numeric);
CREATE TABLE items (deal_id int NOT NULL, price numeric);
CREATE INDEX ON items (deal_id);
SELECT attach_totals('deals', 'amount', 'items', 'deal_id', 'price');
INSERT INTO deals VALUES (1);
INSERT INTO items VALUES (1, 200);

INSERT INTO items_2025 VALUES (1, 20);
DELETE FROM items_2025;
TRUNCATE items_2025;
UPDATE deals_2025 SET amount = 0;
INSERT INTO deals_2025 VALUES (2);
SELECT check_totals('deals_2025');
SELECT rebuild_totals('deals_2025');
SELECT 'deals_2025' AS of, * FROM deals_2025 UNION ALL SELECT 'deals', * FROM deals;

-- Attached again, they are two; detached, one is left.
SELECT attach_totals('deals_2025', 'amount', 'items_2025', 'deal_id', 'price');
INSERT INTO items_2025 VALUES (1, 20);
INSERT INTO items VALUES (1, 400);
SELECT 'deals_2025' AS of, * FROM deals_2025 UNION ALL SELECT 'deals', * FROM deals;
UPDATE deals_2025 SET amount = 0;
UPDATE deals SET amount = 0;
SELECT detach_totals('deals_2025');
INSERT INTO items_2025 VALUES (1, 20);
INSERT INTO items VALUES (1, 800);
SELECT 'deals_2025' AS of, * FROM deals_2025 UNION ALL SELECT 'deals', * FROM deals;

-- A renamed schema is noticed under a warm cache.
CREATE SCHEMA totals_rename_a;
CREATE TABLE totals_rename_a.deals (id int PRIMARY KEY, amount numeric);
CREATE TABLE totals_rename_a.items (deal_id int NOT NULL, price numeric);
CREATE INDEX ON totals_rename_a.items (deal_id);
SELECT attach_totals('totals_rename_a.deals', 'amount', 'totals_rename_a.items', 'deal_id', 'price');
INSERT INTO totals_rename_a.deals VALUES (1);
INSERT INTO totals_rename_a.items VALUES (1, 10);
ALTER SCHEMA totals_rename_a RENAME TO totals_rename_b;
INSERT INTO totals_rename_b.items VALUES (1, 10);
SELECT attach_totals('totals_rename_b.deals', 'amount', 'totals_rename_b.items', 'deal_id', 'price');
INSERT INTO totals_rename_b.items VALUES (1, 10);
SELECT * FROM totals_rename_b.deals;
-- Detached under another name than it was attached, nothing of it is left.
ALTER SCHEMA totals_rename_b RENAME TO totals_rename_a;
SELECT detach_totals('totals_rename_a.deals', 'totals_rename_a.items');
SELECT count(*) FROM pg_trigger WHERE tgrelid IN ('totals_rename_a.deals'::regclass, 'totals_rename_a.items'::regclass);

SET client_min_messages = warning;
DROP SCHEMA totals_rename, totals_rename_a CASCADE;
