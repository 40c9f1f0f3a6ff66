-- Order and equality of monetary where tables rely on them: indexes, sorting,
-- hashing, partitions, keys, generated columns.
CREATE SCHEMA revenue_monetary_order;
SET search_path = revenue_monetary_order, opportunity;

-- By the ISO number of the currency (JPY 392, EUR 978), then by amount.
SELECT m, number FROM unnest('{EUR 1,JPY -5,USD -90071992547409.91,USD 90071992547409.91,ALL 0,OMR 0,GBP 7,EUR -1,ANG 1,XCG 2,JPY 5}'::monetary[]) AS m JOIN currencies() ON code = currency(m) ORDER BY m;
SELECT a, b, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt, monetary_cmp(a, b)
  FROM (VALUES ('EUR 1'::monetary, 'EUR 2'::monetary), ('EUR -1', 'EUR -2'), ('EUR 1', 'EUR 1.00'), ('EUR 0', 'USD 0'), ('JPY 100', 'EUR 1'), (NULL, 'EUR 1')) AS v(a, b);
SELECT count(DISTINCT m) AS different, array_agg(DISTINCT m) FROM unnest('{EUR 1,USD 1,EUR 1.00,1 eur,EUR -0,EUR 0}'::monetary[]) AS m;

SELECT setseed(0.41);
CREATE TABLE price AS
SELECT n AS id, monetary((random() * 20000 - 10000)::numeric, (ARRAY['EUR', 'USD', 'JPY', 'KWD', 'CLF', 'ALL'])[1 + n % 6]) AS m FROM generate_series(1, 6000) AS n;
CREATE FUNCTION plan_has(node text, query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF strpos(line, node) > 0 THEN
			RETURN true;
		END IF;
	END LOOP;
	RETURN false;
END $$;

-- Sorting without and with an index gives what number and amount say.
CREATE TABLE expected AS SELECT id, row_number() OVER (ORDER BY number, amount(m), id) AS place FROM price JOIN currencies() ON code = currency(m);
SELECT count(*) AS out_of_order FROM (SELECT id, row_number() OVER (ORDER BY m, id) AS place FROM price) AS s JOIN expected USING (id) WHERE s.place <> expected.place;
CREATE INDEX price_m ON price (m, id);
ANALYZE price;
SET enable_sort = off;
SET enable_incremental_sort = off;
SELECT plan_has('price_m', 'SELECT id, row_number() OVER (ORDER BY m, id) AS place FROM price') AS by_index;
SELECT count(*) AS out_of_order FROM (SELECT id, row_number() OVER (ORDER BY m, id) AS place FROM price) AS s JOIN expected USING (id) WHERE s.place <> expected.place;
RESET enable_sort;
RESET enable_incremental_sort;
SET enable_seqscan = off;
SELECT plan_has('price_m', 'SELECT count(*) FROM price WHERE m >= ''EUR 100'' AND m < ''EUR 200''') AS by_index,
       (SELECT count(*) FROM price WHERE m >= 'EUR 100' AND m < 'EUR 200') = (SELECT count(*) FROM price WHERE currency(m) = 'EUR' AND amount(m) >= 100 AND amount(m) < 200) AS equal;
SELECT plan_has('price_m', 'SELECT FROM price WHERE m = ''USD 5''') AS by_index;
RESET enable_seqscan;
-- sorted on disk, and descending
SET work_mem = '64kB';
SELECT count(*) AS out_of_order FROM (SELECT id, row_number() OVER (ORDER BY m DESC, id DESC) AS place FROM price) AS s JOIN expected USING (id) WHERE 6001 - s.place <> expected.place;
RESET work_mem;

-- Hash index, hash join, merge join, hash aggregate.
CREATE INDEX price_hash ON price USING hash (m);
DROP INDEX price_m;
SET enable_seqscan = off;
SELECT plan_has('price_hash', 'SELECT FROM price WHERE m = ''USD 5''') AS by_hash_index,
       count(*) AS amounts, count(*) FILTER (WHERE NOT EXISTS (SELECT FROM price AS p WHERE p.m = price.m AND p.id = price.id)) AS not_found FROM price;
RESET enable_seqscan;
CREATE TABLE joined AS SELECT count(*) AS pairs FROM price AS a JOIN price AS b ON (a.m::text = b.m::text);
SET enable_nestloop = off;
SET enable_mergejoin = off;
SELECT plan_has('Hash Join', 'SELECT FROM price AS a JOIN price AS b USING (m)') AS hashed, (SELECT count(*) FROM price AS a JOIN price AS b USING (m)) = pairs AS equal FROM joined;
RESET enable_mergejoin;
SET enable_hashjoin = off;
SELECT plan_has('Merge Join', 'SELECT FROM price AS a JOIN price AS b USING (m)') AS merged, (SELECT count(*) FROM price AS a JOIN price AS b USING (m)) = pairs AS equal FROM joined;
RESET enable_hashjoin;
RESET enable_nestloop;
SET enable_sort = off;
SELECT plan_has('HashAggregate', 'SELECT m FROM price GROUP BY m') AS hashed, (SELECT count(*) FROM (SELECT m FROM price GROUP BY m) AS g) = count(DISTINCT m::text) AS equal FROM price;
RESET enable_sort;

-- Keys.
CREATE TABLE band (lower_limit monetary(EUR) PRIMARY KEY, name text);
INSERT INTO band VALUES ('EUR 0', 'small'), ('EUR 1000', 'large');
INSERT INTO band VALUES ('EUR 0.00', 'again');
CREATE TABLE deal (id integer, band monetary REFERENCES band ON UPDATE CASCADE);
INSERT INTO deal VALUES (1, 'EUR 1000');
INSERT INTO deal VALUES (2, 'USD 1000');
UPDATE band SET lower_limit = 2 * lower_limit WHERE name = 'large';
SELECT * FROM deal;

-- A generated line, an index on it, and totals.
CREATE TABLE line (deal integer, quantity numeric(19,5), price monetary(EUR), discount monetary(EUR) DEFAULT 'EUR 0',
                   net monetary(EUR) GENERATED ALWAYS AS (quantity * price - discount) STORED, in_dollars monetary GENERATED ALWAYS AS (exchange(quantity * price, 'USD', 1.1)) STORED,
                   CHECK (price >= 'EUR 0'));
CREATE INDEX ON line (net);
CREATE INDEX ON line ((quantity * price));
CREATE INDEX ON line (amount(net)) WHERE net > 'EUR 100';
INSERT INTO line (deal, quantity, price, discount) VALUES (1, 2, 'EUR 4499.50', 'EUR 0'), (1, 12.5, 'EUR 19.00', 'EUR 10'), (2, 0.333, 'EUR 1.00', DEFAULT), (3, 1, NULL, DEFAULT), (3, 1, 'EUR 5', NULL);
INSERT INTO line (deal, quantity, price) VALUES (4, 1, 'EUR -1');
INSERT INTO line (deal, quantity, price) VALUES (4, 1, 'USD 1');
SELECT deal, quantity, price, discount, net, in_dollars FROM line ORDER BY deal, net;
SELECT deal, sum(net), sum(in_dollars) FROM line GROUP BY deal ORDER BY deal;

-- Partitions by hash, by range and by list.
CREATE TABLE by_hash (id integer, m monetary) PARTITION BY HASH (m);
SELECT format('CREATE TABLE by_hash_%s PARTITION OF by_hash FOR VALUES WITH (MODULUS 3, REMAINDER %s)', i, i) FROM generate_series(0, 2) AS i \gexec
INSERT INTO by_hash TABLE price;
SELECT count(*) AS partitions, min(n) > 1500 AS evenly FROM (SELECT tableoid, count(*) AS n FROM by_hash GROUP BY tableoid) AS p;
SELECT count(*) AS not_found FROM price AS p WHERE NOT EXISTS (SELECT FROM by_hash AS h WHERE h.m = p.m AND h.id = p.id);
CREATE TABLE by_range (id integer, m monetary) PARTITION BY RANGE (m);
CREATE TABLE by_range_small PARTITION OF by_range FOR VALUES FROM ('EUR 0') TO ('EUR 5000');
CREATE TABLE by_range_large PARTITION OF by_range FOR VALUES FROM ('EUR 5000') TO (MAXVALUE);
CREATE TABLE by_range_rest PARTITION OF by_range DEFAULT;
INSERT INTO by_range TABLE price;
SELECT r.tableoid::regclass AS partition, count(*) > 100 AS many,
       count(*) FILTER (WHERE currency(m) = 'EUR' AND amount(m) >= 0 AND amount(m) < 5000) > 100 AS small, count(*) FILTER (WHERE currency(m) = 'EUR' AND amount(m) >= 5000) > 100 AS large
  FROM by_range AS r GROUP BY r.tableoid ORDER BY 1;
SELECT plan_has('by_range_large', 'SELECT FROM by_range WHERE m < ''EUR 50'' AND m >= ''EUR 10''') AS large_read, plan_has('by_range_small', 'SELECT FROM by_range WHERE m < ''EUR 50'' AND m >= ''EUR 10''') AS small_read;
CREATE TABLE by_list (fee monetary) PARTITION BY LIST (fee);
CREATE TABLE by_list_free PARTITION OF by_list FOR VALUES IN ('EUR 0', 'USD 0');
CREATE TABLE by_list_paid PARTITION OF by_list FOR VALUES IN ('EUR 5');
INSERT INTO by_list VALUES ('EUR 0.00'), ('0 USD'), ('EUR 5');
INSERT INTO by_list VALUES ('EUR 6');
SELECT tableoid::regclass AS partition, fee FROM by_list ORDER BY fee;
SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname IN ('by_range_small', 'by_list_free') ORDER BY relname;
