-- The forecast against the true distribution.
CREATE SCHEMA pipeline_forecast;
SET search_path = pipeline_forecast, opportunity;

-- Every outcome of a few deals and its chance: 2^n rows for n deals.
CREATE FUNCTION outcomes(amounts numeric[], probabilities numeric[]) RETURNS TABLE (revenue numeric, chance numeric)
	LANGUAGE sql STABLE AS $$
	WITH RECURSIVE outcome (n, revenue, chance) AS (
		SELECT 0, 0::numeric, 1::numeric
		UNION ALL
		SELECT n + 1, o.revenue + CASE WHEN win THEN amounts[n + 1] ELSE 0 END,
			o.chance * CASE WHEN win THEN probabilities[n + 1] ELSE 100 - probabilities[n + 1] END / 100
		FROM outcome AS o, (VALUES (true), (false)) AS d (win) WHERE n < cardinality(amounts)
	)
	SELECT o.revenue, o.chance FROM outcome AS o WHERE n = cardinality(amounts)
$$;

-- Expected value and standard deviation are those of the distribution.
CREATE TABLE cases (n integer, amounts numeric[], probabilities numeric[]);
INSERT INTO cases VALUES
	(1, '{100}', '{30}'),
	(2, '{3800, 22500}', '{90, 20}'),
	(3, '{100, 100, 100, 100}', '{50, 50, 50, 50}'),
	(4, '{0.01, 0.02, 0.000001}', '{99.999999, 0.000001, 50}'),
	(5, '{999999999999999999, 1, -1}', '{33.333333, 12.5, 66}'),
	(6, '{-100, 250.75, 19.99, -3, 5000, 42, 17, 1000}', '{10, 20, 30, 40, 50, 60, 70, 80}'),
	(7, '{120, 80, 4000, 350, 75.5, 900, 60, 10, 2500, 310, 45, 700}', '{5, 100, 25, 0, 50, 60, 33.3, 95, 10, 20, 75, 40}');
SELECT n, f.expected, round(f.standard_deviation, 6) AS standard_deviation,
	f.expected = t.expected AS expected_exact, abs(f.standard_deviation - t.deviation) <= 1e-9 * t.deviation AS deviation_exact,
	f.p10, f.p50, f.p90, t.least <= f.p10 AND f.p10 <= f.p50 AND f.p50 <= f.p90 AND f.p90 <= t.most AS in_range
FROM cases,
	LATERAL (SELECT summarize_pipeline(a, p, NULL) FROM unnest(amounts, probabilities) AS d (a, p)) AS x (s), forecast(s) AS f,
	LATERAL (SELECT sum(revenue * chance) AS expected, sqrt(sum(revenue ^ 2 * chance) - sum(revenue * chance) ^ 2) AS deviation,
		min(revenue) FILTER (WHERE chance > 0) AS least, max(revenue) FILTER (WHERE chance > 0) AS most FROM outcomes(amounts, probabilities)) AS t
ORDER BY n;

-- The cumulants are those of the distribution: the third is the third central moment.
SELECT n, round((s::text::jsonb -> 'open' -> 'third')::numeric / power(m.expected, 3), 12) = round(sum((revenue - m.expected) ^ 3 * chance) / power(m.expected, 3), 12) AS third
FROM cases, LATERAL (SELECT summarize_pipeline(a, p, NULL) FROM unnest(amounts, probabilities) AS d (a, p)) AS x (s),
	LATERAL (SELECT weighted_value(s)) AS m (expected), outcomes(amounts, probabilities)
WHERE n IN (2, 6, 7) GROUP BY n, s::text, m.expected ORDER BY n;

-- Nothing open, all certain, all impossible: no spread. The certain part of a mixture bounds it.
SELECT what, f.*
FROM (SELECT n, what, summarize_pipeline(amount, probability, won) FILTER (WHERE n > 1) FROM (VALUES
		(1, 'none', NULL, NULL, NULL), (2, 'closed', 100, 50, true), (3, 'certain', 1234.567, 100, NULL), (4, 'impossible', 1234.567, 0, NULL),
		(5, 'no probability', 1234.567, NULL, NULL), (6, 'no amount', NULL, 50, NULL), (7, 'a credit', -100, 50, NULL)) AS d (n, what, amount, probability, won)
	GROUP BY n, what) AS x (n, what, s), forecast(s) AS f ORDER BY n;
SELECT forecast_quantile(s, 0) AS least, forecast_quantile(s, 0.0001) AS nearly, forecast_quantile(s, 1) AS most
FROM (SELECT summarize_pipeline(a, p, NULL) FROM (VALUES (100, 100), (50, 50), (-20, 10), (700, 0)) AS d (a, p)) AS x (s);

-- Quantiles of the normal distribution where there is nothing else: 10,000 even deals of 1,000 have
-- mean 5,000,000, deviation 50,000 and an excess kurtosis of -0.0002. Tabulated: 1.2816, 1.6449, 2.3263, 4.2649.
SELECT q, round((forecast_quantile(s, q) - 5000000) / 50000, 4) AS deviations
FROM (SELECT summarize_pipeline(1000, 50, NULL) FROM generate_series(1, 10000)) AS x (s),
	unnest('{0.00001,0.01,0.05,0.1,0.25,0.5,0.75,0.9,0.95,0.99,0.99999}'::float8[]) AS q;

-- Up to eight uncertain deals every quantile is that of the distribution: the least revenue that is reached with that chance (to 1e-12). Beside certain,
-- impossible and zero deals, too.
INSERT INTO cases VALUES
	(8, '{10, 20, 30, 40, 50, 60, 70, 80}', '{10, 20, 30, 40, 50, 60, 70, 80}'),
	(9, '{1000, -250, 0, 90, 90, 700, -30.25, 12}', '{100, 100, 50, 50, 50, 0, 20, 99.999999}'),
	(10, '{500000, 500000, 500000, 2000, 2000}', '{5, 5, 10, 50, 70}');
SELECT count(*) AS quantiles, bool_and(forecast_quantile(s, q) = t.revenue) AS exact
FROM cases, LATERAL (SELECT summarize_pipeline(a, p, NULL) FROM unnest(amounts, probabilities) AS d (a, p)) AS x (s),
	unnest('{0.0001,0.01,0.05,0.1,0.25,0.5,0.75,0.9,0.95,0.99,0.9999}'::float8[]) AS q,
	LATERAL (SELECT revenue FROM (SELECT revenue, sum(sum(chance)) OVER (ORDER BY revenue) AS reached FROM outcomes(amounts, probabilities) GROUP BY revenue) AS o
		WHERE reached >= q::numeric - 1e-12 ORDER BY revenue LIMIT 1) AS t
WHERE n <> 7;

-- Of more, the true distribution is found by convolution over a grid of whole amounts. As the amounts lie on the grid, its only errors are
-- those of adding doubles: below 1e-13 of a chance for 100 deals.
CREATE FUNCTION distribution(amounts integer[], probabilities integer[]) RETURNS double precision[] LANGUAGE plpgsql AS $$
DECLARE
	density double precision[] := '{1}';
	shifted double precision[];
BEGIN
	FOR i IN 1 .. cardinality(amounts) LOOP
		shifted := array_fill(0::float8, ARRAY[amounts[i]]) || density;
		density := density || array_fill(0::float8, ARRAY[amounts[i]]);
		density := ARRAY(SELECT d * (100 - probabilities[i]) / 100 + s * probabilities[i] / 100
			FROM unnest(density, shifted) WITH ORDINALITY AS x (d, s, o) ORDER BY o);
	END LOOP;
	RETURN density;
END $$;
CREATE FUNCTION dice(i integer, what integer, sides integer) RETURNS integer IMMUTABLE
	RETURN abs(hashint8extended(i, what) % sides)::integer;
CREATE TABLE portfolio (kind text, size integer, seed integer, amounts integer[], probabilities integer[]);

-- Deals between 20 and 200; and the sizes of a usual pipeline, where some are forty times as large as others.
INSERT INTO portfolio
SELECT 'even', size, seed, array_agg(20 + dice(i, seed, 181)), array_agg(5 + 5 * dice(i, seed + 1000, 19))
FROM unnest('{30,60,100}'::integer[]) AS size, generate_series(1, 2) AS seed, generate_series(1, size) AS i GROUP BY size, seed;
INSERT INTO portfolio
SELECT 'mixed', size, seed, array_agg((ARRAY[16, 25, 38, 57, 86, 130, 194, 291, 436, 654])[1 + least(dice(i, seed, 10), dice(i, seed + 5000, 10))]),
	array_agg((ARRAY[10, 20, 40, 60, 80, 90])[1 + dice(i, seed + 1000, 6)])
FROM unnest('{30,60,100}'::integer[]) AS size, generate_series(11, 13) AS seed, generate_series(1, size) AS i GROUP BY size, seed;
-- Five large ones, hardly likely, beside small ones; and a dozen of them, which is what a summary cannot tell apart.
INSERT INTO portfolio
SELECT CASE large WHEN 5 THEN 'large' ELSE 'a dozen' END, 40, large, array_agg(CASE WHEN i <= large THEN 1000 + 40 * i ELSE 20 + dice(i, large, 81) END),
	array_agg(CASE WHEN i <= large THEN 5 + i % 3 ELSE 5 + 5 * dice(i, large, 19) END)
FROM unnest('{5,12}'::integer[]) AS large, generate_series(1, 40) AS i GROUP BY large;
-- Below thirty deals; and sizes spread evenly over factors of ten, from 10 to 1,484.
INSERT INTO portfolio
SELECT 'few', size, seed, array_agg((ARRAY[16, 25, 38, 57, 86, 130, 194, 291, 436, 654])[1 + dice(i, seed, 10)]), array_agg((ARRAY[10, 20, 40, 60, 80, 90])[1 + dice(i, seed + 1000, 6)])
FROM unnest('{9,10,12,15,20,29}'::integer[]) AS size, generate_series(21, 23) AS seed, generate_series(1, size) AS i GROUP BY size, seed;
INSERT INTO portfolio
SELECT 'steep', size, seed, array_agg(round(10 * exp(dice(i, seed, 1000) / 200.0))::integer), array_agg((ARRAY[5, 10, 20, 40, 60, 80, 90])[1 + dice(i, seed + 1000, 7)])
FROM unnest('{15,30}'::integer[]) AS size, generate_series(31, 34) AS seed, generate_series(1, size) AS i GROUP BY size, seed;

-- p10, p50 and p90 in percent of the standard deviation from the true ones: within 1 from thirty deals on.
CREATE TABLE verdict AS
SELECT kind, size, q, abs(value - truth) / deviation * 100 AS percent, warned
FROM portfolio, LATERAL (SELECT summarize_pipeline(a, p, NULL) FROM unnest(amounts, probabilities) AS d (a, p)) AS x (s),
	LATERAL (SELECT standard_deviation, ARRAY[p10, p50, p90], cardinality(warnings(s)) > 0 FROM forecast(s)) AS f (deviation, forecasts, warned),
	LATERAL (SELECT min(revenue) FILTER (WHERE reached >= 0.1 - 1e-13), min(revenue) FILTER (WHERE reached >= 0.5 - 1e-13), min(revenue) FILTER (WHERE reached >= 0.9 - 1e-13)
		FROM (SELECT o - 1, sum(d) OVER (ORDER BY o) FROM unnest(distribution(amounts, probabilities)) WITH ORDINALITY AS z (d, o)) AS c (revenue, reached)) AS t (t10, t50, t90),
	unnest('{0.1,0.5,0.9}'::numeric[], forecasts, ARRAY[t10, t50, t90]) AS g (q, value, truth);
SELECT kind, size, count(*) AS quantiles, CASE WHEN kind IN ('even', 'mixed', 'large') THEN max(percent) <= 1 END AS within_1_percent,
	ceil(max(percent)) AS worst_percent, bool_or(warned) AS warned FROM verdict GROUP BY kind, size ORDER BY kind, size;
-- As the manual says: of nine to twenty-nine deals nineteen of twenty within 5, of thirty steep ones nine of ten within 1.
SELECT kind, size >= 30 AS thirty, count(*) AS quantiles, count(*) FILTER (WHERE percent <= 5) >= 0.95 * count(*) AS within_5, CASE WHEN size >= 30 THEN count(*) FILTER (WHERE percent <= 1) >= 0.9 * count(*) END AS within_1, max(percent) <= 12 AS within_12
FROM verdict WHERE kind IN ('few', 'steep') GROUP BY kind, size >= 30 ORDER BY kind, thirty;

-- Deals of one size: what they bring is a multiple of it, and the true quantiles jump from one to the next. The forecast lies between,
-- half a deal off at most (and a twentieth of one for the rounding of an expansion).
SELECT percent, deals, bool_and(abs(value - truth) <= 55) AS within_half_a_deal
FROM unnest('{10,30,50,80}'::integer[]) AS percent, unnest('{12,30,60}'::integer[]) AS deals,
	LATERAL (SELECT summarize_pipeline(100, a.percent, NULL) FROM (SELECT percent FROM generate_series(1, deals)) AS a) AS x (s), forecast(s) AS f,
	LATERAL (SELECT min(100 * (o - 1)) FILTER (WHERE reached >= 0.1 - 1e-13), min(100 * (o - 1)) FILTER (WHERE reached >= 0.5 - 1e-13), min(100 * (o - 1)) FILTER (WHERE reached >= 0.9 - 1e-13)
		FROM (SELECT o, sum(d) OVER (ORDER BY o) FROM unnest(distribution(array_fill(1, ARRAY[deals]), array_fill(percent, ARRAY[deals]))) WITH ORDINALITY AS z (d, o)) AS c (o, reached)) AS t (t10, t50, t90),
	unnest(ARRAY[p10, p50, p90], ARRAY[t10, t50, t90]) AS g (value, truth)
GROUP BY percent, deals ORDER BY percent, deals;

-- One large deal among fifty even ones of 10,000, which alone would bring 250,000 with a deviation of 35,355: what it adds to the
-- deviation hardly moves p10 to p90 unless its own odds lie between.
SELECT large, percent, round(standard_deviation) AS deviation, round(p10, -3) AS p10, round(p50, -3) AS p50, round(p90, -3) AS p90,
	round(forecast_quantile(s, 1 - percent / 200), -6) AS middle_of_large, cardinality(warnings(s)) AS warnings
FROM (VALUES (100000, 0.01::float8), (1000000, 50), (10000000, 1), (10000000, 97), (1000000000, 0.01), (-1000000000, 0.02)) AS l (large, percent),
	LATERAL (SELECT summarize_pipeline(CASE WHEN i = 0 THEN large ELSE 10000 END, CASE WHEN i = 0 THEN percent ELSE 50 END, NULL) FROM generate_series(0, 50) AS i) AS x (s),
	forecast(s) ORDER BY l;
SELECT warnings(summarize_pipeline(1e9, 1.5, NULL)) AS one_deal, (forecast(summarize_pipeline(1e9, 30, NULL))).*;

-- Never further from the mean than Cantelli's inequality lets any distribution be, with a cent for rounding: two large deals
-- that cancel, and portfolios of ever larger ones.
SELECT count(*) AS quantiles, bool_and(forecast_quantile(s, q) - expected BETWEEN -standard_deviation * sqrt((1 - q) / q)::numeric - 0.01 AND standard_deviation * sqrt(q / (1 - q))::numeric + 0.01) AS possible
FROM (SELECT summarize_pipeline(a, p, NULL) FROM (VALUES (1e9, 1), (-1e9, 1), (100, 50)) AS d (a, p)
	UNION ALL SELECT summarize_pipeline(10 ^ i, least(i * k, 99), NULL) FROM generate_series(1, 9) AS i, generate_series(1, 7, 2) AS k GROUP BY k) AS x (s),
	forecast(s), unnest('{1e-300,1e-6,0.001,0.01,0.1,0.3,0.5,0.7,0.9,0.99,0.999,0.999999,0.9999999999999999}'::float8[]) AS q;

-- Never falls as q rises, whatever the deals: few, lopsided, one that dominates, credits.
CREATE TABLE odd AS SELECT seed, summarize_pipeline(
		CASE dice(i, seed, 6) WHEN 0 THEN -dice(i, seed + 2000, 1000) WHEN 1 THEN 10 ^ dice(i, seed + 2000, 9) ELSE dice(i, seed + 2000, 1000) END::numeric,
		CASE dice(i, seed + 3000, 3) WHEN 0 THEN 0.01 WHEN 1 THEN 99 ELSE dice(i, seed + 4000, 101) END, NULL) AS s
FROM generate_series(1, 60) AS seed, generate_series(1, 1 + seed % 13) AS i GROUP BY seed;
SELECT count(*) AS steps, bool_and(value >= before) AS never_falls,
	bool_and(value >= forecast_quantile(s, 0) AND value <= forecast_quantile(s, 1)) AS in_range, count(DISTINCT value) > 1000 AS moves
FROM (SELECT value, lag(value) OVER (PARTITION BY seed ORDER BY q) AS before, seed FROM odd, generate_series(0, 200) AS step,
	LATERAL (SELECT step / 200.0::float8) AS y (q), forecast_quantile(s, q) AS value) AS x JOIN odd USING (seed) WHERE before IS NOT NULL;

SELECT forecast_quantile('{"version": 1}', 10);
SELECT forecast_quantile('{"version": 1}', -0.1);
SELECT forecast_quantile('{"version": 1}', 'NaN');
SELECT forecast_quantile(NULL, 0.1) IS NULL AS no_summary, forecast_quantile('{"version": 1}', NULL) IS NULL AS no_q, forecast(NULL) IS NULL AS strict;

SET client_min_messages = warning;
DROP SCHEMA pipeline_forecast CASCADE;
