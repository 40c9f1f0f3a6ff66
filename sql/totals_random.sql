-- Thousands of random statements on the lines and their deals leave right totals behind.
CREATE SCHEMA totals_random;
SET search_path = totals_random, opportunity;

CREATE TABLE deals (id bigint PRIMARY KEY, amount numeric(14,2), units integer, open_lines integer NOT NULL DEFAULT 0);
CREATE TABLE lines (id bigint PRIMARY KEY, deal_id bigint REFERENCES deals ON DELETE CASCADE ON UPDATE CASCADE,
	quantity numeric, price numeric, closed boolean NOT NULL DEFAULT false) PARTITION BY HASH (id);
CREATE TABLE lines_0 PARTITION OF lines FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE lines_1 PARTITION OF lines FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE INDEX ON lines (deal_id);
CREATE TABLE other_lines (deal_id bigint REFERENCES deals ON DELETE CASCADE ON UPDATE CASCADE, n integer);
CREATE INDEX ON other_lines (deal_id);
INSERT INTO deals SELECT n, n FROM generate_series(1, 12) AS n;
SELECT attach_totals('deals', 'amount, open_lines', 'lines', 'deal_id', 'quantity * price, 1', 'NOT closed');
SELECT attach_totals('deals', 'units', 'other_lines', 'deal_id', 'n', when_empty => 'null', outside_writes => 'ignore');

-- What the totals are to be, written once more and in another way. An amount without lines is its deal's own.
CREATE VIEW wrong AS
SELECT d.id FROM deals AS d
LEFT JOIN (SELECT deal_id, round(sum(coalesce(quantity * price, 0)), 2) AS amount, count(*) AS n FROM lines WHERE NOT closed GROUP BY deal_id) AS l ON l.deal_id = d.id
LEFT JOIN (SELECT deal_id, sum(n) AS n FROM other_lines GROUP BY deal_id) AS o ON o.deal_id = d.id
WHERE (l.n IS NOT NULL AND d.amount IS DISTINCT FROM l.amount)
	OR d.open_lines IS DISTINCT FROM coalesce(l.n, 0)
	OR d.units IS DISTINCT FROM o.n;

CREATE FUNCTION random_statements(steps integer, OUT done integer, OUT refused integer) LANGUAGE plpgsql AS $$
DECLARE
	r integer; a bigint; b bigint; q numeric;
BEGIN
	done := 0; refused := 0;
	FOR i IN 1 .. steps LOOP
		a := ceil(random() * 12); b := ceil(random() * 12); q := round((random() * 100)::numeric, 4);
		r := floor(random() * 17);
		BEGIN
			CASE r
			WHEN 0, 1 THEN INSERT INTO lines SELECT i * 10 + n, CASE WHEN n = 3 THEN NULL ELSE a END, q, n, n = 2 FROM generate_series(1, 3) AS n
				ON CONFLICT (id) DO UPDATE SET deal_id = excluded.deal_id, price = excluded.price;
			WHEN 2 THEN INSERT INTO lines SELECT i * 10 + n, n, q, n FROM generate_series(1, 6) AS n ON CONFLICT DO NOTHING;
			WHEN 3 THEN UPDATE lines SET quantity = q, price = nullif(round(price + 0.333, 3), 4) WHERE deal_id IN (a, b);
			WHEN 4 THEN UPDATE lines SET deal_id = b WHERE deal_id = a;
			WHEN 5 THEN UPDATE lines SET deal_id = CASE deal_id WHEN a THEN b WHEN b THEN a END WHERE deal_id IN (a, b);
			WHEN 6 THEN UPDATE lines SET closed = NOT closed WHERE id % 5 = a % 5;
			WHEN 7 THEN DELETE FROM lines WHERE deal_id = a AND random() < 0.7;
			WHEN 8 THEN UPDATE lines SET id = id + 1000000 WHERE deal_id = a AND id % 3 = 0;
			WHEN 9 THEN
				MERGE INTO lines AS t USING (SELECT a * 1000 + n AS id, n FROM generate_series(1, 8) AS n) AS s ON t.id = s.id
				WHEN MATCHED AND s.n % 2 = 0 THEN DELETE
				WHEN MATCHED THEN UPDATE SET deal_id = b, price = q
				WHEN NOT MATCHED THEN INSERT VALUES (s.id, a, q, s.n);
			WHEN 10 THEN
				WITH gone AS (DELETE FROM lines WHERE deal_id = a RETURNING *)
				INSERT INTO lines SELECT id + 2000000, b, quantity, price FROM gone;
			WHEN 11 THEN INSERT INTO lines_1 SELECT id, a, q, 1 FROM generate_series((i * 10)::bigint, i * 10 + 9) AS id
				WHERE satisfies_hash_partition('lines'::regclass, 2, 1, id) ON CONFLICT DO NOTHING;
			WHEN 12 THEN UPDATE deals SET amount = q, open_lines = 7, units = 7 WHERE id = a;
			WHEN 13 THEN UPDATE deals SET id = 100 WHERE id = a; UPDATE deals SET id = a WHERE id = 100;
			WHEN 14 THEN DELETE FROM deals WHERE id = a; INSERT INTO deals VALUES (a, q, 3, 3) ON CONFLICT DO NOTHING;
			WHEN 15 THEN INSERT INTO other_lines SELECT a, n FROM generate_series(1, 3) AS n; DELETE FROM other_lines WHERE deal_id = b;
			WHEN 16 THEN IF i % 3 = 0 THEN TRUNCATE lines_0; ELSIF i % 7 = 0 THEN TRUNCATE lines, other_lines; ELSE UPDATE other_lines SET n = n + 1; END IF;
			END CASE;
			IF random() < 0.1 THEN RAISE invalid_transaction_termination; END IF;
			done := done + 1;
		EXCEPTION
			WHEN check_violation OR invalid_transaction_termination OR unique_violation THEN refused := refused + 1;
		END;
		IF i % 5 = 0 AND EXISTS (SELECT FROM wrong) THEN
			RAISE EXCEPTION 'step % of kind %: totals are wrong', i, r;
		END IF;
	END LOOP;
END $$;

SELECT setseed(0.42);
SELECT done + refused AS steps, done > 300 AS most_done, refused > 20 AS some_refused, (SELECT count(*) FROM check_totals('deals') WHERE problem LIKE 'total %') AS wrong FROM random_statements(600);
SELECT done + refused AS steps, done > 300 AS most_done, refused > 20 AS some_refused, (SELECT count(*) FROM check_totals('deals') WHERE problem LIKE 'total %') AS wrong FROM random_statements(600);
SELECT done + refused AS steps, done > 300 AS most_done, refused > 20 AS some_refused, (SELECT count(*) FROM check_totals('deals') WHERE problem LIKE 'total %') AS wrong FROM random_statements(600);
SELECT done + refused AS steps, done > 300 AS most_done, refused > 20 AS some_refused, (SELECT count(*) FROM check_totals('deals') WHERE problem LIKE 'total %') AS wrong FROM random_statements(600);
SELECT rebuild_totals('deals');

-- The test can fail
ALTER TABLE lines DISABLE TRIGGER USER;
UPDATE lines SET quantity = 1000, price = 1000, closed = false WHERE id = (SELECT min(id) FROM lines WHERE deal_id IS NOT NULL);
SELECT count(*) FROM wrong;
SELECT count(*) > 0 AS reported FROM check_totals('deals') WHERE problem LIKE 'total %';
ALTER TABLE lines ENABLE TRIGGER USER;
SELECT rebuild_totals('deals');

DROP SCHEMA totals_random CASCADE;
