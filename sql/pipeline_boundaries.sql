-- Amounts and probabilities at the bounds where a summary is computed another way:
-- each deal by itself, all of them, and all but one give what plain SQL gives.
CREATE SCHEMA pipeline_boundaries;
SET search_path = pipeline_boundaries, opportunity;

-- Bounds in units of 10^-6: of one limb and two, of short products, of the digits of
-- numerics that are read in place, of bigint and of what an amount can be.
CREATE TABLE amounts AS
SELECT DISTINCT sign * amount AS amount
FROM unnest(ARRAY[2147483648, 4294967296, /* 2^37 */ 137438953472, 274877906944, 9007199254740992, 4611686018427387904, 9223372036854775808,
		/* 2^64 */ 18446744073709551616, 36893488147419103232, 604462909807314587353088, 1e6, 1e9, 1e10, 1e14, 1e15, 1e18, 1e22, 1e24]) AS bound,
	generate_series(-1, 1) AS beside,
	LATERAL (VALUES ((bound + beside) * 0.000001), (trunc((bound + beside) * 0.000001, 2)), (trunc(bound * 0.000001) + beside)) AS v (amount),
	unnest(ARRAY[1, -1]) AS sign
WHERE abs(amount) < 1e18;
INSERT INTO amounts VALUES (0), (0.0001), (0.00001), (0.000001), (-0.000001), (9999.9999), (9999.99999), (99990000), (1e17), (1e12), (1e16), (999999999999999999.999999);
-- Where a cumulant changes its sign, too: at a half, and where 6pq is 1.
CREATE TABLE probabilities AS
SELECT * FROM unnest(ARRAY[0, 0.000001, 0.999999, 1, 1.000001, 21.132486, 21.132487, 49.999999, 50, 50.000001, 78.867513, 78.867514, 99.999999, 100]::numeric[]) AS probability;
CREATE TABLE deals AS SELECT row_number() OVER (ORDER BY md5(amount || ' ' || probability)) AS id, * FROM amounts, probabilities;
ANALYZE deals;

CREATE FUNCTION sum_of(s pipeline_summary, what text) RETURNS numeric IMMUTABLE
	RETURN coalesce((s::text::jsonb -> 'open' -> what)::numeric, 0);
CREATE VIEW plain AS
SELECT *, amount * p AS weighted, amount * amount * p * q AS variance, amount * amount * amount * p * q * (q - p) AS third,
	amount * amount * amount * amount * p * q * (1 - 6 * p * q) AS fourth,
	CASE WHEN p = 1 OR p > 0 AND amount < 0 THEN amount ELSE 0 END AS least, CASE WHEN p = 1 OR p > 0 AND amount > 0 THEN amount ELSE 0 END AS most
FROM (SELECT *, probability * 0.01 AS p, 1 - probability * 0.01 AS q FROM deals) AS d;

-- Each by itself.
SELECT count(*) AS deals,
	count(*) FILTER (WHERE sum_of(s, 'value') <> amount) AS value,
	count(*) FILTER (WHERE sum_of(s, 'least') <> least) AS least,
	count(*) FILTER (WHERE sum_of(s, 'most') <> most) AS most,
	count(*) FILTER (WHERE sum_of(s, 'weighted') <> weighted) AS weighted,
	count(*) FILTER (WHERE sum_of(s, 'variance') <> variance) AS variance,
	count(*) FILTER (WHERE sum_of(s, 'third') <> third) AS third,
	count(*) FILTER (WHERE sum_of(s, 'fourth') <> fourth) AS fourth
FROM plain, summary_add(NULL, amount, probability, NULL) AS s;

-- All together, however far the sums have come: carries run from limb to limb.
SELECT count(*) AS sums,
	count(*) FILTER (WHERE sum_of(s, 'value') <> value) AS value,
	count(*) FILTER (WHERE sum_of(s, 'weighted') <> weighted) AS weighted,
	count(*) FILTER (WHERE sum_of(s, 'variance') <> variance) AS variance,
	count(*) FILTER (WHERE sum_of(s, 'third') <> third) AS third,
	count(*) FILTER (WHERE sum_of(s, 'fourth') <> fourth) AS fourth
FROM (SELECT summarize_pipeline(amount, probability, NULL) OVER w AS s, sum(amount) OVER w AS value, sum(weighted) OVER w AS weighted,
		sum(variance) OVER w AS variance, sum(third) OVER w AS third, sum(fourth) OVER w AS fourth
	FROM plain WINDOW w AS (ORDER BY id)) AS x;

-- Taking a deal away undoes adding it, and merging adds what adding does: to the byte.
CREATE TABLE added AS
SELECT id, summarize_pipeline(amount, probability, NULL) AS one, (SELECT summarize_pipeline(amount, probability, NULL) FROM deals) AS whole FROM deals GROUP BY id, amount, probability;
SELECT count(*) AS deals,
	count(*) FILTER (WHERE pipeline_summary_send(merge(whole, one)) <> pipeline_summary_send(summary_add(whole, amount, probability, NULL))) AS merged,
	count(*) FILTER (WHERE pipeline_summary_send(unmerge(merge(one, rest), one)) <> pipeline_summary_send(rest)) AS unmerged,
	count(*) FILTER (WHERE pipeline_summary_send(summary_remove(summary_add(rest, amount, probability, NULL), amount, probability, NULL)) <> pipeline_summary_send(rest)) AS removed
FROM added JOIN deals USING (id),
	-- certain deals: none of them is among the largest uncertain ones
	(SELECT summarize_pipeline(amount, 100, NULL) FROM deals) AS x (rest);

-- An amount of another type counts as it does as a numeric.
SELECT count(*) AS amounts,
	count(*) FILTER (WHERE abs(amount) < 1e9 AND open_value(of_double) <> round(amount::float8::numeric, 6)) AS double,
	count(*) FILTER (WHERE pipeline_summary_send(of_bigint) <> pipeline_summary_send(of_numeric)) AS bigint
FROM (SELECT amount, summarize_pipeline(amount::float8, 50, NULL) AS of_double, summarize_pipeline(trunc(amount)::bigint, 50, NULL) AS of_bigint,
		summarize_pipeline(trunc(amount), 50, NULL) AS of_numeric
	FROM amounts WHERE abs(amount) < 1e15 GROUP BY amount) AS x;

SET client_min_messages = warning;
DROP SCHEMA pipeline_boundaries CASCADE;
