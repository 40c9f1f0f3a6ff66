-- The aggregates over monetary: against numeric, in parallel, in moving frames,
-- by hand, and with two currencies.
CREATE SCHEMA revenue_monetary_aggregates;
SET search_path = revenue_monetary_aggregates, opportunity;

-- No rows and no amounts give NULL; NULLs are skipped.
SELECT sum(m), avg(m), min(m), max(m) FROM (VALUES ('EUR 1'::monetary)) AS v(m) WHERE false;
SELECT sum(m), avg(m), min(m), max(m) FROM (VALUES (NULL::monetary), (NULL)) AS v(m);
SELECT sum(m), avg(m), min(m), max(m) FROM (VALUES ('EUR 1'::monetary), (NULL), ('EUR -3.50')) AS v(m);
SELECT sum(DISTINCT m), sum(m) FILTER (WHERE m > 'JPY 1'), avg(m ORDER BY m) FROM (VALUES ('JPY 1'::monetary), ('JPY 1'), ('JPY 2')) AS v(m);
-- the mean is rounded half away from zero
SELECT avg(m), avg(- m) AS negative FROM (VALUES ('EUR 0.01'::monetary), ('EUR 0.02')) AS v(m);
SELECT avg(m), avg(- m) AS negative FROM (VALUES ('EUR 0.01'::monetary), ('EUR 0.01'), ('EUR 0.02')) AS v(m);

-- Only the result has to fit; order never matters.
SELECT sum(m), sum(m ORDER BY m) AS ascending, avg(m ORDER BY m DESC) FROM unnest('{EUR 90071992547409.91,EUR 90071992547409.91,EUR 12.34,EUR -90071992547409.91,EUR -90071992547409.91}'::monetary[]) AS m;
SELECT avg('EUR 90071992547409.91'::monetary), avg('EUR -90071992547409.91'::monetary) FROM generate_series(1, 1000);

-- Errors.
CREATE FUNCTION error_of(query text, OUT state text, OUT message text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
END $$;
SELECT query, e.*
  FROM unnest(ARRAY['SELECT sum(m) FROM unnest(''{EUR 1,USD 1}''::monetary[]) AS m', 'SELECT avg(m) FROM unnest(''{EUR 1,USD 0}''::monetary[]) AS m', 'SELECT min(m) FROM unnest(''{USD 1,EUR 1}''::monetary[]) AS m', 'SELECT max(m) FROM unnest(''{JPY 1,EUR 1,JPY 1}''::monetary[]) AS m',
                    'SELECT sum(m) FROM unnest(''{EUR 90071992547409.91,EUR 0.01}''::monetary[]) AS m', 'SELECT sum(m) FROM unnest(''{EUR -90071992547409.91,EUR -90071992547409.91}''::monetary[]) AS m']) AS query, error_of(query) AS e;
-- by currency, then; or exchanged
SELECT currency(m), sum(m) FROM unnest('{EUR 1,USD 2,EUR 3}'::monetary[]) AS m GROUP BY currency(m) ORDER BY 1;
SELECT sum(CASE currency(m) WHEN 'EUR' THEN m ELSE exchange(m, 'EUR', 0.9) END) FROM unnest('{EUR 1,USD 2,EUR 3}'::monetary[]) AS m;

-- Random amounts against numeric.
SELECT setseed(0.42);
CREATE TABLE line AS
SELECT n, n % 23 AS deal, monetary((random() * 2e6 - 1e6)::numeric, (ARRAY['EUR', 'JPY', 'KWD', 'CLF', 'USD'])[1 + n % 23 % 5]) AS m FROM generate_series(1, 50000) AS n;
INSERT INTO line VALUES (50001, 23, NULL), (50002, 23, 'EUR 1'), (50003, 24, NULL);
ANALYZE line;
CREATE TABLE result AS
SELECT deal, sum(m) AS sum, avg(m) AS avg, min(m) AS min, max(m) AS max FROM line GROUP BY deal;
SELECT count(*) AS deals,
       count(*) FILTER (WHERE amount(r.sum) IS NOT DISTINCT FROM s.sum) AS sum_equal,
       count(*) FILTER (WHERE amount(r.avg) IS NOT DISTINCT FROM round(s.avg, scale)) AS avg_equal,
       count(*) FILTER (WHERE amount(r.min) IS NOT DISTINCT FROM s.min AND amount(r.max) IS NOT DISTINCT FROM s.max) AS min_max_equal
  FROM result AS r JOIN (SELECT deal, sum(amount(m)), avg(amount(m)), min(amount(m)), max(amount(m)), max(scale(amount(m))) AS scale FROM line GROUP BY deal) AS s USING (deal);

-- In parallel: the plan has partial aggregates, and the result is the same.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SET parallel_leader_participation = off;
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
SELECT plan_has('Partial', 'SELECT deal, sum(m), avg(m), min(m), max(m) FROM line GROUP BY deal') AS by_deal, plan_has('Partial', 'SELECT sum(m) FROM line') AS over_all;
SELECT count(*) AS deals, count(*) FILTER (WHERE (r.sum, r.avg, r.min, r.max) IS NOT DISTINCT FROM (p.sum, p.avg, p.min, p.max)) AS equal
  FROM result AS r JOIN (SELECT deal, sum(m), avg(m), min(m), max(m) FROM line GROUP BY deal) AS p USING (deal);
-- only some workers find a line; two find one each of two currencies
SELECT sum(m), avg(m) FROM line WHERE n = 50002;
SELECT sum(m), avg(m) FROM line WHERE n < 0;
SELECT (error_of('SELECT sum(m) FROM line WHERE n IN (1, 25000, 25001)')).state;
RESET max_parallel_workers_per_gather;

-- Moving frames: amounts that leave are taken away.
SELECT count(*) AS frames, count(*) FILTER (WHERE amount(sum) IS NOT DISTINCT FROM numeric_sum) AS sum_equal, count(*) FILTER (WHERE amount(avg) IS NOT DISTINCT FROM round(numeric_avg, scale(amount(avg)))) AS avg_equal
  FROM (SELECT sum(m) OVER frame AS sum, avg(m) OVER frame AS avg, sum(amount(m)) OVER frame AS numeric_sum, avg(amount(m)) OVER frame AS numeric_avg
          FROM line WINDOW frame AS (PARTITION BY deal ORDER BY n * 7919 % 50021 ROWS BETWEEN 3 PRECEDING AND 2 FOLLOWING)) AS f;
-- the currency may change where no frame holds two, NULLs between them
SELECT n, m, sum(m) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS two, avg(m) OVER (ORDER BY n ROWS CURRENT ROW) AS one
  FROM (VALUES (1, 'EUR 1'::monetary), (2, 'EUR 2'), (3, NULL), (4, 'USD 4'), (5, NULL), (6, NULL), (7, 'JPY 7')) AS v(n, m);
SELECT sum(m) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES (1, 'EUR 1'::monetary), (2, 'USD 2')) AS v(n, m);
-- a sum that does not fit is an error in its own frame only
SELECT n, sum(m) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
  FROM (VALUES (1, 'EUR 90071992547409.91'::monetary), (2, 'EUR -0.01'), (3, 'EUR 90071992547409.91'), (4, 'EUR -90071992547409.91')) AS v(n, m);

-- The state, called as a function: nothing given is changed.
SELECT s AS before, monetary_sum_add(s, 'EUR 1') AS added, monetary_sum_remove(s, 'EUR 0.25') AS removed, monetary_sum_combine(s, s) AS combined, monetary_sum_final(s), monetary_avg_final(s), s AS after
  FROM (VALUES ('(2,EUR,0.75)'::monetary_sum)) AS v(s);
-- combine: full and empty, either way
SELECT monetary_sum_combine(f, e) AS full_empty, monetary_sum_combine(e, f) AS empty_full, monetary_sum_combine(e, e) AS empty_empty, monetary_sum_combine(f, f) AS full_full, monetary_sum_combine(f, NULL) AS full_null,
       monetary_sum_add(e, 'JPY 3') AS begun, monetary_sum_remove('(1,CLF,0.0001)', 'CLF 0.0001') AS emptied, monetary_sum_final(e) AS of_empty, monetary_avg_final(e) AS mean_of_empty
  FROM (VALUES ('(2,USD,-1.50)'::monetary_sum, '(0,,0)'::monetary_sum)) AS v(f, e);
SELECT query, e.*
  FROM unnest(ARRAY['SELECT monetary_sum_combine(''(1,EUR,1.00)'', ''(1,USD,1.00)'')', 'SELECT monetary_sum_add(''(1,EUR,1.00)'', ''USD 1'')', 'SELECT monetary_sum_remove(''(1,EUR,1.00)'', ''USD 1'')', 'SELECT monetary_sum_remove(''(0,,0)'', ''USD 1'')', 'SELECT monetary_sum_remove(''(1,EUR,1.00)'', ''EUR 2'')',
                    'SELECT monetary_sum_combine(''(1152921504606846976,EUR,1.00)'', ''(1,EUR,1.00)'')', 'SELECT monetary_sum_final(''(2,EUR,90071992547409.92)'')', 'SELECT monetary_avg_final(''(2,EUR,90071992547409.92)'')']) AS query, error_of(query) AS e;
SELECT monetary_sum_send('(2,USD,-1.50)') AS binary_form, monetary_sum_send('(0,,0)') AS empty;

-- Any grouping through text and through binary equals the whole.
CREATE TABLE part AS SELECT n, monetary_sum_add('(0,,0)', m) AS s FROM line WHERE deal = 7;
CREATE TABLE travelled AS SELECT n, s::text AS s FROM part;
CREATE TABLE received (n integer, s monetary_sum);
\copy part TO 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy received FROM 'results/revenue_monetary_sum.bin' (FORMAT binary)
CREATE AGGREGATE combined(monetary_sum) (SFUNC = monetary_sum_combine, STYPE = monetary_sum);
SELECT combined(s::monetary_sum ORDER BY n % 7, n)::text = (SELECT combined(s ORDER BY n DESC)::text FROM received) AS same,
       monetary_sum_final(combined(s::monetary_sum)) = (SELECT sum(m) FROM line WHERE deal = 7) AS is_sum FROM travelled;

-- Forged states: each an error, none a crash.
SELECT literal, e.*
  FROM unnest(ARRAY['', '(', '()', '(1)', '(1,EUR)', '(1,EUR,', '(1,EUR,)', '(1,EUR,1.00', '(1,EUR,1.00) ', ' (1,EUR,1.00)', '(1,EUR,1)', '(1,EUR,1.0)', '(1,EUR,1.000)', '(1,EUR,01.00)', '(1,EUR,+1.00)', '(1,EUR,-0.00)', '(1,EUR,--1.00)', '(1,EUR,1-1.00)', '(1,EUR,1.0.0)', '(1,EUR,one)',
					'(1,eur,1.00)', '(1,ZZZ,1.00)', '(1,XAU,1)', '(1,,1)', '(0,EUR,0.00)', '(0,,1)', '(0,,-0)', '(-1,EUR,1.00)', '(01,EUR,1.00)', '(1e3,EUR,1.00)', '(1,EUR,90071992547409.92)', '(3,EUR,-270215977642229.74)', '(1152921504606846977,EUR,1.00)', '(9223372036854775808,EUR,1.00)',
					'(1152921504606846976,EUR,99999999999999999999999999999999999.99)', '(1152921504606846976,EUR,999999999999999999999999999999999999999999999999999.99)']) AS literal,
       error_of(format('SELECT %L::opportunity.monetary_sum', literal)) AS e;
CREATE TABLE forged (id integer GENERATED ALWAYS AS IDENTITY, b bytea);
INSERT INTO forged (b)
SELECT decode(replace(b, ' ', ''), 'hex')
  FROM unnest(ARRAY['', '01', '02 455552 0000000000000001 0000000000000000 0000000000000001', '01 657572 0000000000000001 0000000000000000 0000000000000001', '01 584155 0000000000000001 0000000000000000 0000000000000001', '01 000000 0000000000000001 0000000000000000 0000000000000001',
                    '01 000000 0000000000000000 0000000000000000 0000000000000001', '01 455552 0000000000000000 0000000000000000 0000000000000000', '01 455552 8000000000000000 0000000000000000 0000000000000000', '01 455552 0000000000000001 0000000000000001 0000000000000001',
                    '01 455552 0000000000000001 8000000000000000 0000000000000000', '01 455552 0000000000000001 0000000000000000 0000000000000001 00']) AS b;
\copy (SELECT b FROM forged WHERE id = 1) TO 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy received (s) FROM 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 2) TO 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy received (s) FROM 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 3) TO 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy received (s) FROM 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 4) TO 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy received (s) FROM 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 5) TO 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy received (s) FROM 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 6) TO 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy received (s) FROM 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 7) TO 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy received (s) FROM 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 8) TO 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy received (s) FROM 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 9) TO 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy received (s) FROM 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 10) TO 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy received (s) FROM 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 11) TO 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy received (s) FROM 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 12) TO 'results/revenue_monetary_sum.bin' (FORMAT binary)
\copy received (s) FROM 'results/revenue_monetary_sum.bin' (FORMAT binary)
