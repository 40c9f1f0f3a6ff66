-- The aggregate revenue: against sum(net_amount), in parallel, in moving frames,
-- by hand, and with what is not a number.
CREATE SCHEMA revenue_aggregate;
SET search_path = revenue_aggregate, opportunity;

-- Missing values: no row and no complete line give NULL; a missing discount is none.
SELECT revenue(q, p, v, m), revenue(q, p), count(*)
  FROM (VALUES (1, 10, 1, 2)) AS l(q, p, v, m) WHERE false;
SELECT revenue(q, p, v, m), revenue(q, p)
  FROM (VALUES (NULL::numeric, 10, 1, 2), (1, NULL, 1, 2)) AS l(q, p, v, m);
SELECT revenue(q, p, v, m), revenue(q, p)
  FROM (VALUES (1::numeric, 10, NULL::numeric, NULL::numeric), (NULL, 10, 1, 2), (2, 0.005, 0, 5)) AS l(q, p, v, m);
-- each line is rounded before it is added
SELECT revenue(1, 0.335) FROM generate_series(1, 3);
-- integer columns are numeric enough
SELECT revenue(q, p), revenue(q, p, 0, q) FROM (VALUES (1::integer, 2::bigint), (3, 4)) AS l(q, p);
SELECT revenue(q, p) FILTER (WHERE q > 1), revenue(DISTINCT q, p) FROM (VALUES (1, 2), (3, 4), (3, 4)) AS l(q, p);

-- NaN and the infinities, as sum(numeric) has them.
SELECT lines, revenue(1, x), sum(x) AS sum, revenue(1, x) IS NOT DISTINCT FROM sum(x) AS same
  FROM (VALUES ('{NaN,1}'::numeric[]), ('{Infinity,1}'), ('{-Infinity,1}'), ('{Infinity,-Infinity}'), ('{Infinity,NaN,-Infinity}'), ('{Infinity}')) AS v(lines), unnest(lines) AS x
 GROUP BY lines ORDER BY lines;
SELECT revenue(0, 'Infinity') AS zero_times_infinity, revenue(1, 5, 'Infinity', 0) AS infinite_discount;

-- Order never matters, also where a part of the sum exceeds 128 bits; a total or
-- a line beyond is refused.
SELECT revenue(1, x) = 12.34 AS exact
  FROM unnest(ARRAY[1.6e36, 1.6e36, 12.34, -1.6e36, -1.6e36]) AS x;
SELECT revenue(1, x ORDER BY x), revenue(1, x ORDER BY x DESC)
  FROM unnest(ARRAY[1701411834604692317316873037158841057.27, -1701411834604692317316873037158841057.27, 1701411834604692317316873037158841057.27]) AS x;
SELECT revenue(1, x) FROM unnest(ARRAY[1701411834604692317316873037158841057.27, 0.01]) AS x;
SELECT revenue(-1, x) FROM unnest(ARRAY[1701411834604692317316873037158841057.27, 0.02]) AS x;
SELECT revenue(1, 1e37);

-- Random lines against plain SQL.
SELECT setseed(0.30);
CREATE TABLE line AS
SELECT n, n % 17 AS deal, CASE WHEN n % 11 > 0 THEN (random() * 2000 - 300)::integer * 0.001 END AS q, CASE WHEN n % 13 > 0 THEN (random() * 1e7)::integer * 0.001 END AS p,
       CASE WHEN n % 3 > 0 THEN (random() * 1000)::integer * 0.01 END AS v, CASE WHEN n % 5 > 0 THEN (random() * 1e6)::integer * 0.0001 END AS m
  FROM generate_series(1, 50000) AS n;
INSERT INTO line VALUES (50001, 17, 1, '1e25', 0, 0.004), (50002, 17, 1, 0.004, 0, '1e25'), (50003, 18, 1, 'NaN', 0, 0), (50004, 19, 1, 'Infinity', 0, 0), (50005, 20, NULL, 1, 0, 0);
ANALYZE line;
CREATE TABLE result AS
SELECT deal, revenue(q, p, v, m) AS four, revenue(q, p) AS two FROM line GROUP BY deal;
SELECT count(*) AS deals,
       count(*) FILTER (WHERE four IS NOT DISTINCT FROM sum_four AND scale(four) IS NOT DISTINCT FROM scale(sum_four)) AS four_equal,
       count(*) FILTER (WHERE two IS NOT DISTINCT FROM sum_two AND scale(two) IS NOT DISTINCT FROM scale(sum_two)) AS two_equal
  FROM result JOIN (SELECT deal, sum(round(q * (p - coalesce(v, 0)) - coalesce(m, 0), 2)) AS sum_four, sum(round(q * p, 2)) AS sum_two FROM line GROUP BY deal) AS s USING (deal);

-- In parallel: the plan has partial aggregates, and the result is the same.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
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
SELECT plan_has('Partial', 'SELECT deal, revenue(q, p, v, m), revenue(q, p) FROM line GROUP BY deal') AS by_deal,
       plan_has('Partial', 'SELECT revenue(q, p, v, m) FROM line') AS over_all;
SET parallel_leader_participation = off;
SELECT count(*) AS deals, count(*) FILTER (WHERE r.four IS NOT DISTINCT FROM p.four AND r.two IS NOT DISTINCT FROM p.two) AS equal
  FROM result AS r JOIN (SELECT deal, revenue(q, p, v, m) AS four, revenue(q, p) AS two FROM line GROUP BY deal) AS p USING (deal);
SELECT revenue(q, p, v, m) = (SELECT sum(four) FROM result WHERE deal < 18) AS total_equal FROM line WHERE deal < 18;
-- only some workers find a line
SELECT revenue(q, p) FROM line WHERE n = 4;
SELECT revenue(q, p) FROM line WHERE n < 0;
RESET parallel_leader_participation;
RESET max_parallel_workers_per_gather;

-- Moving frames: lines that leave are taken away, NaN and infinity too.
SELECT count(*) AS frames, count(*) FILTER (WHERE moving IS NOT DISTINCT FROM anew) AS equal
  FROM (SELECT revenue(q, p, v, m) OVER frame AS moving, sum(net_amount(q, p, v, m)) OVER frame AS anew
          FROM line WHERE n > 49000 WINDOW frame AS (ORDER BY (n * 7919) % 50021 ROWS BETWEEN 3 PRECEDING AND 2 FOLLOWING)) AS w;
SELECT n, x, revenue(1, x) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
  FROM (VALUES (1, 1::numeric), (2, 'NaN'), (3, 3), (4, 'Infinity'), (5, '-Infinity'), (6, 6), (7, NULL), (8, NULL), (9, 9)) AS v(n, x);

-- The state, called as a function: nothing given is changed.
SELECT revenue_add(NULL, 2, 10, 1, 3) AS one, revenue_add(revenue_add(NULL, 2, 10, 1, 3), 1, -20) AS two, revenue_add(NULL, NULL, 1) AS none;
SELECT s AS before, revenue_add(s, 1, 1) AS added, revenue_remove(s, 1, 0.25) AS removed, revenue_combine(s, s) AS combined, s AS after
  FROM (VALUES ('(1,0,0,0,0,0,25)'::revenue_state)) AS v(s);
-- combine: full and empty, either way
SELECT revenue_combine(f, e) AS full_empty, revenue_combine(e, f) AS empty_full, revenue_combine(e, e) AS empty_empty, revenue_combine(f, f) AS full_full,
       revenue_combine(f, NULL) AS full_null, revenue_combine(NULL, f) AS null_full,
       revenue_final(e) AS of_empty, revenue_final(f) AS of_full, revenue_final(NULL) AS of_null
  FROM (VALUES ('(2,0,0,0,-1,-1,-150)'::revenue_state, '(0,0,0,0,0,0,0)'::revenue_state)) AS v(f, e);
SELECT revenue_final('(0,1,0,0,0,0,0)'), revenue_final('(1,0,2,0,0,0,5)'), revenue_final('(1,0,0,2,0,0,5)'), revenue_final('(1,0,1,1,0,0,5)');

-- Any grouping through text and through binary equals the whole.
CREATE TABLE part (n integer, s revenue_state);
INSERT INTO part SELECT n, revenue_add(NULL, q, p, v, m) FROM line WHERE deal < 18 AND n % 100 < 3;
CREATE TABLE travelled (n integer, s text);
INSERT INTO travelled SELECT n, s::text FROM part;
CREATE FUNCTION combined(states revenue_state[]) RETURNS revenue_state LANGUAGE plpgsql AS $$
DECLARE
	result revenue_state := '(0,0,0,0,0,0,0)';
	state revenue_state;
BEGIN
	FOREACH state IN ARRAY states LOOP
		result := revenue_combine(state, result);
	END LOOP;
	RETURN result;
END $$;
SELECT revenue_final(combined(array_agg(s::revenue_state ORDER BY n))) = (SELECT revenue(q, p, v, m) FROM line WHERE deal < 18 AND n % 100 < 3) AS by_text,
       combined(array_agg(s::revenue_state ORDER BY n))::text = combined(array_agg(s::revenue_state ORDER BY n % 7, n DESC))::text AS any_order
  FROM travelled;
SELECT revenue_state_send('(2,1,0,0,-1,-1,-150)') AS binary_form;

-- Forged states: each an error, none a crash.
CREATE FUNCTION error_of(query text, OUT state text, OUT message text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
END $$;
SELECT literal, e.*
  FROM unnest(ARRAY['', '(', '()', '(1)', '(1,0,0,0,0,0)', '(1,0,0,0,0,0,5', '(1,0,0,0,0,0,5) ', '(1,0,0,0,0,0,5,6)', '(1;0,0,0,0,0,5)', '(1,0,0,0,0,0,five)', '(,,,,,,)',
					'(-1,0,0,0,0,0,5)', '(1,-1,0,0,0,0,5)', '(1,0,-1,0,0,0,5)', '(1,0,0,-1,0,0,5)', '(0,0,0,0,0,0,5)', '(0,0,0,0,1,0,0)', '(0,1,0,0,0,1,0)',
					'(9223372036854775808,0,0,0,0,0,5)', '(1,0,0,0,0,0,-9223372036854775809)', '(1e3,0,0,0,0,0,5)',
					'( 1,+0, 0,0,0,0,5)', '(1,+0,0,0,0,0,5)', '(01,0,0,0,0,0,5)', '(1,-0,0,0,0,0,5)', ' (1,0,0,0,0,0,5)']) AS literal,
       error_of(format('SELECT %L::opportunity.revenue_state', literal)) AS e;
SELECT query, e.*
  FROM unnest(ARRAY['SELECT revenue_add(''(9223372036854775807,0,0,0,0,0,5)'', 1, 1)',
					'SELECT revenue_add(''(0,9223372036854775807,0,0,0,0,0)'', 1, ''NaN'')',
					'SELECT revenue_combine(''(9223372036854775807,0,0,0,0,0,5)'', ''(1,0,0,0,0,0,5)'')',
					'SELECT revenue_final(''(1,0,0,0,1,0,0)'')',
					'SELECT revenue_final(''(1,0,0,0,-9223372036854775808,0,0)'')',
					'SELECT revenue_final(revenue_add(''(1,0,0,0,9223372036854775807,-1,-1)'', 1, 1))',
					'SELECT revenue_remove(''(0,0,0,0,0,0,0)'', 1, 1)',
					'SELECT revenue_remove(NULL, 1, 1, 0, 0)',
					'SELECT revenue_remove(''(1,0,0,0,0,0,5)'', 1, 1)',
					'SELECT revenue_remove(''(1,0,0,0,0,0,5)'', 1, ''Infinity'')',
					'SELECT revenue_add(NULL, 1, 1e37)']) AS query, error_of(query) AS e;
-- Binary input through COPY: the version, then seven words.
CREATE TABLE received (s revenue_state);
\copy received from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\71\1\0\0\0\0\0\0\0\1"; head -c 47 /dev/zero; printf "\5\377\377"' (format binary)
SELECT s, revenue_final(s) FROM received;
-- another version; a sum without lines; fewer than no lines; cut short; too long; empty
\copy received from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\71\2\0\0\0\0\0\0\0\1"; head -c 47 /dev/zero; printf "\5\377\377"' (format binary)
\copy received from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\71\1\0\0\0\0\0\0\0\0"; head -c 47 /dev/zero; printf "\5\377\377"' (format binary)
\copy received from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\71\1\377\377\377\377\377\377\377\377"; head -c 47 /dev/zero; printf "\5\377\377"' (format binary)
\copy received from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\11\1\0\0\0\0\0\0\0\1\377\377"' (format binary)
\copy received from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\72\1\0\0\0\0\0\0\0\1"; head -c 47 /dev/zero; printf "\5\5\377\377"' (format binary)
\copy received from program 'printf "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\377\377"' (format binary)
SELECT count(*) FROM received;
