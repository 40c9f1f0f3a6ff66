-- A summary equals the same figures in plain SQL, however the deals are split,
-- ordered, stored or moved over.
CREATE SCHEMA pipeline_equals;
SET search_path = pipeline_equals, opportunity;

-- Random deals, the same in every run: NULLs, zeros, credits, huge and tiny
-- amounts, certain and impossible deals, missing, infinite and swapped dates.
CREATE FUNCTION dice(i integer, what integer, sides integer) RETURNS integer IMMUTABLE PARALLEL SAFE
	RETURN abs(hashint8extended(i, what) % sides)::integer;
CREATE TABLE deals AS
SELECT i AS id, dice(i, 1, 7) AS owner,
	CASE dice(i, 2, 12)
		WHEN 0 THEN NULL
		WHEN 1 THEN 0.00
		WHEN 2 THEN -dice(i, 3, 100000) / 100.0
		WHEN 3 THEN dice(i, 3, 1000000000) * 999999999.999999 + dice(i, 4, 1000000000) / 1000000.0
		WHEN 4 THEN dice(i, 3, 1000) / 1000000.0
		WHEN 5 THEN -999999999999999999.999999
		ELSE dice(i, 3, 10000000) / 100.0
	END::numeric(26,6) AS amount,
	CASE dice(i, 5, 8)
		WHEN 0 THEN NULL
		WHEN 1 THEN 0
		WHEN 2 THEN 100
		WHEN 3 THEN dice(i, 6, 100000001) / 1000000.0
		ELSE dice(i, 6, 101)
	END::numeric(9,6) AS probability,
	CASE dice(i, 7, 4) WHEN 0 THEN true WHEN 1 THEN false END AS won,
	CASE dice(i, 8, 10) WHEN 0 THEN NULL WHEN 1 THEN '-infinity' ELSE timestamptz '2024-01-01' + dice(i, 9, 100000000) * interval '0.7 s' END AS opened,
	CASE dice(i, 10, 10) WHEN 0 THEN NULL WHEN 1 THEN 'infinity' ELSE timestamptz '2024-06-01' + dice(i, 11, 100000000) * interval '0.7 s' END AS closed
FROM generate_series(1, 4000) AS i;
ANALYZE deals;

-- Plain SQL, owner by owner. NULL where a group has none of the deals asked for is 0 in a summary.
CREATE VIEW plain AS
SELECT owner,
	count(*) FILTER (WHERE won IS NULL) AS open_count,
	count(*) FILTER (WHERE won) AS won_count,
	count(*) FILTER (WHERE NOT won) AS lost_count,
	coalesce(sum(amount) FILTER (WHERE won IS NULL), 0) AS open_value,
	coalesce(sum(amount) FILTER (WHERE won), 0) AS won_value,
	coalesce(sum(amount) FILTER (WHERE NOT won), 0) AS lost_value,
	coalesce(sum(amount * probability) FILTER (WHERE won IS NULL), 0) * 0.01 AS weighted_value,
	avg(amount) FILTER (WHERE won) AS average_deal,
	100.0 * count(*) FILTER (WHERE won) / nullif(count(won), 0) AS win_rate,
	avg(extract(epoch FROM closed - opened)) FILTER (WHERE won AND isfinite(opened) AND isfinite(closed)) / 86400 AS average_cycle_days,
	count(*) FILTER (WHERE amount IS NULL) AS count_without_amount,
	count(*) FILTER (WHERE won IS NULL AND probability IS NULL) AS open_without_probability,
	coalesce(sum(amount * amount * p * q) FILTER (WHERE won IS NULL), 0) AS variance,
	coalesce(sum(amount * amount * amount * p * q * (q - p)) FILTER (WHERE won IS NULL), 0) AS third,
	coalesce(sum(amount * amount * amount * amount * p * q * (1 - 6 * p * q)) FILTER (WHERE won IS NULL), 0) AS fourth
FROM (SELECT *, coalesce(probability, 0) * 0.01 AS p, 1 - coalesce(probability, 0) * 0.01 AS q FROM deals) AS d
GROUP BY owner;

-- There is something to compare in each group.
SELECT owner, open_count, won_count, lost_count, count_without_amount, open_without_probability FROM plain ORDER BY owner;

SELECT count(*) AS owners,
	bool_and(f.open_count = p.open_count AND f.won_count = p.won_count AND f.lost_count = p.lost_count) AS counts,
	bool_and(f.open_value = p.open_value AND f.won_value = p.won_value AND f.lost_value = p.lost_value) AS amounts,
	bool_and(f.weighted_value = p.weighted_value) AS weighted,
	bool_and(f.average_deal = p.average_deal) AS average_deal,
	bool_and(abs(f.win_rate - p.win_rate) < 1e-12) AS win_rate,
	bool_and(abs(f.average_cycle_days - p.average_cycle_days) < 1e-9) AS cycle,
	bool_and(abs(extract(epoch FROM f.average_cycle) / 86400 - p.average_cycle_days) < 1e-9) AS interval,
	bool_and(abs(f.sales_velocity / (p.open_count * p.average_deal * p.win_rate / 100 / p.average_cycle_days) - 1) < 1e-12) AS velocity,
	bool_and(f.count_without_amount = p.count_without_amount AND f.open_without_probability = p.open_without_probability) AS missing,
	bool_and((s::text::jsonb -> 'open' -> 'variance')::numeric = p.variance) AS variance,
	bool_and((s::text::jsonb -> 'open' -> 'third')::numeric = p.third) AS third,
	bool_and((s::text::jsonb -> 'open' -> 'fourth')::numeric = p.fourth) AS fourth
FROM (SELECT owner, summarize_pipeline(amount, probability, won, opened, closed) FROM deals GROUP BY owner) AS x (owner, s)
	JOIN plain AS p USING (owner), pipeline_figures(s) AS f;

-- Any shards, merged in any order, directly, through text and through the binary
-- form, give the bytes of the direct aggregate.
CREATE TABLE direct AS SELECT summarize_pipeline(amount, probability, won, opened, closed) AS s FROM deals;
CREATE TABLE shards AS
SELECT seed, shard, summarize_pipeline(amount, probability, won, opened, closed ORDER BY dice(id, seed, 1000000)) AS s
FROM deals, generate_series(101, 110) AS seed, LATERAL (SELECT dice(id, seed + 50, seed - 98)) AS d (shard)
GROUP BY seed, shard;
\copy shards (seed, shard, s) TO 'results/pipeline_shards.bin' (FORMAT binary)
CREATE TABLE received (LIKE shards);
\copy received FROM 'results/pipeline_shards.bin' (FORMAT binary)
SELECT count(*) AS splits, max(shards) AS most_shards,
	bool_and(pipeline_summary_send(merged) = (SELECT pipeline_summary_send(s) FROM direct)) AS same,
	bool_and(pipeline_summary_send(backwards) = (SELECT pipeline_summary_send(s) FROM direct)) AS backwards,
	bool_and(pipeline_summary_send(through_text) = (SELECT pipeline_summary_send(s) FROM direct)) AS through_text
FROM (SELECT seed, count(*) AS shards, rollup(s) AS merged, rollup(s ORDER BY shard DESC) AS backwards,
		rollup(s::text::pipeline_summary ORDER BY dice(shard, seed, 1000)) AS through_text
	FROM shards GROUP BY seed) AS x;
SELECT count(*) AS splits, bool_and(pipeline_summary_send(s) = (SELECT pipeline_summary_send(s) FROM direct)) AS through_binary
FROM (SELECT rollup(s) FROM received GROUP BY seed) AS x (s);

-- A probability of either type gives the same bytes, with dates and without.
SELECT pipeline_summary_send(summarize_pipeline(amount, probability::float8, won, opened, closed)) = (SELECT pipeline_summary_send(s) FROM direct) AS same,
	summarize_pipeline(amount, probability, won) = summarize_pipeline(amount, probability::float8, won) AS short,
	weighted_value(amount, probability) = weighted_value(amount, probability::float8) AS one_shot FROM deals;

-- Parallel plans give the same bytes.
CREATE FUNCTION plan_has(query text, what text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP
		IF line LIKE '%' || what || '%' THEN
			RETURN true;
		END IF;
	END LOOP;
	RETURN false;
END $$;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SELECT plan_has('SELECT summarize_pipeline(amount, probability, won, opened, closed) FROM deals', 'Partial Aggregate') AS parallel;
SELECT pipeline_summary_send(summarize_pipeline(amount, probability, won, opened, closed)) = (SELECT pipeline_summary_send(s) FROM direct) AS same FROM deals;
SELECT plan_has('SELECT owner, summarize_pipeline(amount, probability, won, opened, closed) FROM deals GROUP BY owner', 'Partial HashAggregate') AS parallel;
SELECT pipeline_summary_send(rollup(s)) = (SELECT pipeline_summary_send(s) FROM direct) AS same
FROM (SELECT summarize_pipeline(amount, probability, won, opened, closed) FROM deals GROUP BY owner) AS x (s);
SELECT weighted_value(amount, probability) = sum(amount * coalesce(probability, 0)) * 0.01 AS weighted_value,
	win_rate(won) = round(100.0 * count(*) FILTER (WHERE won) / count(won), 16) AS win_rate FROM deals;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

-- GROUPING SETS: the whole is the parts together.
SELECT count(*) AS rows, bool_and(CASE WHEN owner IS NULL THEN x.s = d.s ELSE open_count(x.s) < open_count(d.s) END) AS right
FROM (SELECT owner, summarize_pipeline(amount, probability, won, opened, closed) FROM deals GROUP BY ROLLUP (owner)) AS x (owner, s),
	(SELECT s FROM direct) AS d (s);

-- Moving windows, both ends moving: the inverse gives what recomputing gives.
SELECT count(*) AS rows,
	bool_and(pipeline_summary_send(s) = (
		SELECT pipeline_summary_send(summarize_pipeline(amount, probability, won, opened, closed))
		FROM deals AS d WHERE d.id BETWEEN w.id - 5 AND w.id + 3)) AS same
FROM (SELECT id, summarize_pipeline(amount, probability, won, opened, closed) OVER (ORDER BY id ROWS BETWEEN 5 PRECEDING AND 3 FOLLOWING)
	FROM deals) AS w (id, s) WHERE id <= 500;
-- Frames with more uncertain deals than a summary lists: when one of the largest leaves, the frame is gone through again.
SELECT count(*) AS rows, min((s::text::jsonb -> 'open' -> 'uncertain')::integer) AS least_uncertain,
	bool_and(pipeline_summary_send(s) = (
		SELECT pipeline_summary_send(summarize_pipeline(amount, probability, NULL))
		FROM deals AS d WHERE d.id BETWEEN w.id - 30 AND w.id)) AS same
FROM (SELECT id, summarize_pipeline(amount, probability, NULL) OVER (ORDER BY id ROWS BETWEEN 30 PRECEDING AND CURRENT ROW)
	FROM deals) AS w (id, s) WHERE id BETWEEN 31 AND 400;
SELECT count(*) AS rows, bool_and(pipeline_summary_send(s) = pipeline_summary_send(again)) AS same
FROM (SELECT rollup(s) OVER last_three, (SELECT rollup(t.s) FROM shards AS t WHERE t.seed = 110 AND t.shard BETWEEN shards.shard - 2 AND shards.shard)
	FROM shards WHERE seed = 110 WINDOW last_three AS (ORDER BY shard RANGE BETWEEN 2 PRECEDING AND CURRENT ROW)) AS x (s, again);
-- A running total is not changed by the rows after it.
SELECT count(*) AS rows, bool_and(open_count(s) + won_count(s) + lost_count(s) = n_before) AS right, count(DISTINCT s::text) AS different
FROM (SELECT id, lag(s) OVER (ORDER BY id) FROM (SELECT id, summarize_pipeline(amount, probability, won, opened, closed) OVER (ORDER BY id) AS s
	FROM deals) AS x WHERE id <= 501) AS y (n, s), LATERAL (SELECT y.n - 1) AS z (n_before) WHERE n_before > 0;
-- A frame that empties gives the empty summary, and one-shot aggregates move too.
SELECT i, summarize_pipeline(i, 50, NULL) FILTER (WHERE i % 3 = 0) OVER w, weighted_value(i, 50) OVER w, round(win_rate(i % 2 = 0) OVER w, 1) AS win_rate
FROM generate_series(1, 6) AS i WINDOW w AS (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW);
SELECT count(*) AS rows, bool_and(pipeline_summary_send(n) = pipeline_summary_send(b) AND n = d) AS same
FROM (SELECT summarize_pipeline(i::numeric, i, i % 4 = 0) OVER w, summarize_pipeline(i::bigint, i, i % 4 = 0) OVER w,
		summarize_pipeline(i::double precision, i, i % 4 = 0) OVER w
	FROM generate_series(1, 100) AS i WINDOW w AS (ORDER BY i ROWS BETWEEN 3 PRECEDING AND CURRENT ROW)) AS x (n, b, d);

-- The state of one aggregate is not touched by another that reads it.
SELECT open_count(s) AS open, open_count(merge(s, s)) AS twice, open_count(s) AS again
FROM (SELECT summarize_pipeline(amount, probability, won) FROM deals) AS x (s);

SET client_min_messages = warning;
DROP SCHEMA pipeline_equals CASCADE;
