-- Every aggregate of the room in every plan: parallel, in grouping sets, filtered,
-- of distinct rows, in moving windows. Each says what it says plainly, to the byte.
CREATE SCHEMA pipeline_plans;
SET search_path = pipeline_plans, opportunity;
SET timezone = 'UTC';

CREATE FUNCTION dice(i integer, what integer, sides integer) RETURNS integer IMMUTABLE PARALLEL SAFE
	RETURN abs(hashint8extended(i, what) % sides)::integer;
CREATE TABLE deals AS
SELECT i AS id, dice(i, 1, 5) AS owner, CASE WHEN dice(i, 2, 10) > 0 THEN (dice(i, 3, 2000000) / 100.0 - 2000)::numeric(12,2) END AS amount, dice(i, 4, 101)::double precision AS probability,
	CASE dice(i, 5, 4) WHEN 0 THEN true WHEN 1 THEN false END AS won, date '2026-01-01' + dice(i, 6, 200) AS opened,
	CASE WHEN dice(i, 5, 4) < 2 THEN date '2026-01-01' + dice(i, 6, 200) + dice(i, 7, 90) END AS closed,
	append_step(append_step(NULL, chr(97 + dice(i, 8, 3)), '2026-01-01'), chr(97 + dice(i, 9, 5)), timestamptz '2026-01-02' + dice(i, 10, 10000) * interval '1 minute') AS path,
	summarize_pipeline(dice(i, 3, 1000), 50, CASE WHEN i % 2 = 0 THEN true END) AS summary, summarize_cycle(date '2026-01-01', date '2026-01-01' + dice(i, 6, 50), i % 2 = 0, '2026-04-01') AS cycle,
	summarize_funnel(append_step(NULL, chr(97 + dice(i, 8, 3)), '2026-01-01'), '{a,b,c}') AS funnel, pipeline_change('open', dice(i, 3, 100), NULL, NULL, (ARRAY['open', 'won', NULL])[1 + i % 3], dice(i, 4, 100), NULL, NULL, NULL, NULL, NULL) AS waterfall
FROM generate_series(1, 3000) AS i GROUP BY i;
ANALYZE deals;

CREATE TABLE calls (n integer PRIMARY KEY, name text, call text);
INSERT INTO calls VALUES
	(1, 'summarize_pipeline', 'summarize_pipeline(amount, probability, won, opened, closed)'), (2, 'summarize_pipeline, monetary', 'summarize_pipeline(monetary(amount, ''EUR''), probability, won)'),
	(3, 'weighted_value', 'weighted_value(amount, probability)'), (4, 'win_rate', 'win_rate(won)'), (5, 'sales_velocity', 'sales_velocity(amount, won, opened, closed)'), (6, 'rollup of summaries', 'rollup(summary)'),
	(7, 'summarize_pipeline_by', 'summarize_pipeline_by(id % 7, amount, probability, won, opened, closed)'),
	(8, 'summarize_cycle', 'summarize_cycle(opened, closed, won, ''2026-06-01''::date)'), (9, 'rollup of cycles', 'rollup(cycle)'),
	(10, 'summarize_funnel', 'summarize_funnel(path, ''{a,b,c,d}'')'), (11, 'rollup of funnels', 'rollup(funnel)'),
	(12, 'pipeline_change', 'pipeline_change(''open'', amount, opened, owner::text, CASE won WHEN true THEN ''won'' WHEN false THEN ''lost'' ELSE ''open'' END, amount + id % 3 - 1, coalesce(closed, opened), (id % 4)::text, ''2026-02-01'', ''2026-05-01'', ''{0,1,2}'')'),
	(13, 'pipeline_change, monetary', 'pipeline_change(''open'', monetary(amount, ''EUR''), NULL, NULL, CASE WHEN won THEN ''won'' ELSE ''open'' END, monetary(amount * 2, ''EUR''), NULL, NULL, NULL, NULL, NULL)'), (14, 'rollup of waterfalls', 'rollup(waterfall)');

-- What a query returns, as one text.
CREATE FUNCTION said(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('SELECT string_agg(q::text, E''\n'' ORDER BY q::text COLLATE "C") FROM (%s) AS q', query) INTO result;
	RETURN result;
END $$;
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

SET max_parallel_workers_per_gather = 0;
CREATE TABLE plainly AS SELECT n, said(format('SELECT %s FROM deals', call)) AS whole, said(format('SELECT owner, %s FROM deals GROUP BY owner', call)) AS by_owner FROM calls;

-- Parallel, all deals and by owner.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SELECT name, plan_has(format('SELECT %s FROM deals', call), 'Partial Aggregate') AS parallel, said(format('SELECT %s FROM deals', call)) = whole AS same,
	plan_has(format('SELECT owner, %s FROM deals GROUP BY owner', call), 'Partial HashAggregate') AS parallel_groups, said(format('SELECT owner, %s FROM deals GROUP BY owner', call)) = by_owner AS same_groups
FROM calls JOIN plainly USING (n) ORDER BY n;
SET max_parallel_workers_per_gather = 0;

-- Grouping sets: hashed and sorted ones, the whole among them; filtered is of those rows alone; distinct rows twice are the rows; any order.
SELECT name, said(format('SELECT owner, %s FROM deals GROUP BY GROUPING SETS ((owner), (id %% 2, owner), (id %% 2), ())', call))
		= said(format('SELECT owner, %1$s FROM deals GROUP BY owner UNION ALL SELECT owner, %1$s FROM deals GROUP BY id %% 2, owner UNION ALL SELECT NULL, %1$s FROM deals GROUP BY id %% 2 UNION ALL SELECT NULL, %1$s FROM deals', call)) AS grouping_sets,
	said(format('SELECT owner, %1$s FROM deals GROUP BY ROLLUP (owner)', call)) = said(format('SELECT owner, %1$s FROM deals GROUP BY owner UNION ALL SELECT NULL, %1$s FROM deals', call)) AS rollup,
	said(format('SELECT %s FILTER (WHERE id %% 3 = 0) FROM deals', call)) = said(format('SELECT %s FROM deals WHERE id %% 3 = 0', call)) AS filtered,
	said(format('SELECT %s FROM (SELECT * FROM deals ORDER BY id DESC) AS d', call)) = whole AS other_order,
	left(said(format('SELECT %s FROM deals WHERE id > 5000', call)), 30) AS no_rows
FROM calls JOIN plainly USING (n) ORDER BY n;
-- DISTINCT where every argument has an order.
SELECT name, said(format('SELECT %s FROM deals, generate_series(1, 2)', replace(call, '(', '(DISTINCT '))) = said(format('SELECT %s FROM (SELECT DISTINCT %s FROM deals) AS d', call, columns)) AS is_distinct
FROM calls JOIN (VALUES (1, 'amount, probability, won, opened, closed'), (3, 'amount, probability'), (4, 'won'), (5, 'amount, won, opened, closed'), (8, 'opened, closed, won')) AS c (n, columns) USING (n) ORDER BY n;

-- Windows: running totals, moving frames and frames that leave out the current row, against each frame's rows aggregated anew.
CREATE TABLE few AS SELECT * FROM deals WHERE id <= 40;
SELECT name,
	said(format('SELECT id, %s OVER (ORDER BY id) AS r FROM few', call)) = said(format('SELECT id, (SELECT %s FROM few WHERE few.id <= f.id) FROM few AS f', call)) AS running,
	said(format('SELECT id, %s OVER (ORDER BY id ROWS BETWEEN 7 PRECEDING AND 2 FOLLOWING) AS r FROM few', call)) = said(format('SELECT id, (SELECT %s FROM few WHERE few.id BETWEEN f.id - 7 AND f.id + 2) FROM few AS f', call)) AS moving,
	said(format('SELECT id, %s OVER (ORDER BY id ROWS BETWEEN 3 PRECEDING AND 3 FOLLOWING EXCLUDE CURRENT ROW) AS r FROM few', call)) = said(format('SELECT id, (SELECT %s FROM few WHERE few.id BETWEEN f.id - 3 AND f.id + 3 AND few.id <> f.id) FROM few AS f', call)) AS without_itself,
	-- a result that is kept does not change as the window goes on
	said(format('SELECT id, lag(r) OVER (ORDER BY id) FROM (SELECT id, %s OVER (ORDER BY id) AS r FROM few) AS w', call)) = said(format('SELECT id, CASE WHEN id > 1 THEN (SELECT %s FROM few WHERE few.id < f.id) END FROM few AS f', call)) AS kept
FROM calls WHERE n <> 7 ORDER BY n;

SET client_min_messages = warning;
DROP SCHEMA pipeline_plans CASCADE;
