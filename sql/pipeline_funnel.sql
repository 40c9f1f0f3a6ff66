-- summarize_funnel: how far deals came, and how long each stage took.
CREATE SCHEMA pipeline_funnel;
SET search_path = pipeline_funnel, opportunity;
SET intervalstyle = postgres;
SET datestyle = 'ISO';
SET timezone = 'UTC';
\set stages '''{qualify,develop,propose,won}'''

-- Seven deals: 1 all the way; 2 skipped develop and was lost; 3 has just begun;
-- 4 went back once and is in propose again; 5 began in develop, was qualified
-- later and lost; 6 was in no stage of the list; 7 has no path yet.
CREATE TABLE history (deal int, stage text, entered timestamptz);
INSERT INTO history VALUES
    (1, 'qualify', '2026-01-01'), (1, 'develop', '2026-01-05'), (1, 'propose', '2026-01-06'), (1, 'won', '2026-01-09'),
    (2, 'qualify', '2026-01-01'), (2, 'propose', '2026-01-03'), (2, 'lost', '2026-01-09'),
    (3, 'qualify', '2026-01-20'),
    (4, 'qualify', '2026-01-01'), (4, 'develop', '2026-01-02'), (4, 'propose', '2026-01-04'), (4, 'develop', '2026-01-05'), (4, 'propose', '2026-01-15'),
    (5, 'develop', '2026-01-01'), (5, 'qualify', '2026-01-04'), (5, 'lost', '2026-01-06'),
    (6, 'nurture', '2026-01-01'), (6, 'lost', '2026-01-02');
CREATE TABLE deal (id int PRIMARY KEY, owner text, path stage_path);
INSERT INTO deal SELECT deal, CASE WHEN deal % 2 = 0 THEN 'ada' ELSE 'bob' END, collect_path(stage, entered) FROM history GROUP BY deal;
INSERT INTO deal VALUES (7, 'ada', NULL);

CREATE VIEW funnel AS SELECT summarize_funnel(path, :stages) AS f FROM deal;
SELECT stage_order AS n, stage, reached, converted, dropped, round(conversion, 2) AS conversion, round(conversion_low, 2) AS low, round(conversion_high, 2) AS high,
    round(overall, 2) AS overall, current_count AS now, timed_count AS timed, median_time, mean_time
FROM funnel, funnel_steps(f);
SELECT stage, reached, converted, dropped, round(conversion, 2) AS conversion, round(overall, 2) AS overall FROM funnel, funnel_steps(f, 'implied');
SELECT stage, reached, converted, dropped, round(conversion, 2) AS conversion, round(overall, 2) AS overall FROM funnel, funnel_steps(f, mode => 'strict');
SELECT stage, round(conversion_low, 4) AS low, round(conversion_high, 4) AS high FROM funnel, funnel_steps(f, confidence => 80);

-- The time in a stage with the stays that have not ended: each stay, not each deal, closes when the stage is left. On 20 January
-- deal 4 is in propose for the fifth day (1, 3, 5 and more, 6 days), deal 3 has just come to qualify.
SELECT stage, cycle_quantile(summarize_cycle(entered, exited, CASE WHEN exited IS NOT NULL THEN true END, timestamptz '2026-01-20')) AS median_stay,
    cycle_quantile(summarize_cycle(entered, exited, CASE WHEN exited IS NOT NULL THEN true END, timestamptz '2026-01-20'), 0.75) AS three_quarters, count(exited) AS ended, count(*) - count(exited) AS going_on
FROM deal, path_steps(path) WHERE stage = ANY (:stages) AND stage <> 'won' GROUP BY stage ORDER BY stage;

-- Other lists: of one stage, of one that no deal visited.
SELECT s.stage, reached, converted, conversion, overall, median_time FROM (SELECT summarize_funnel(path, '{propose}') AS f FROM deal) x, funnel_steps(f) s;
SELECT s.stage, reached, converted, conversion, overall, median_time FROM (SELECT summarize_funnel(path, '{offer,demo}') AS f FROM deal) x, funnel_steps(f) s;

-- No rows, no deals.
SELECT summarize_funnel(path, :stages) FROM deal WHERE false;
SELECT count(*) FROM (SELECT summarize_funnel(path, :stages) AS f FROM deal WHERE false) x, funnel_steps(f);
SELECT summarize_funnel(NULL, '{a}');
SELECT s.* FROM (SELECT summarize_funnel(NULL, '{a,b}') AS f) x, funnel_steps(f) s;
SELECT summarize_funnel('[]', '{a}') = summarize_funnel(NULL, '{a}') AS a_path_without_steps_is_a_deal;

-- FILTER, DISTINCT, grouping sets, windows.
SELECT owner, grouping(owner) AS total, (SELECT string_agg(reached::text, ' ' ORDER BY stage_order) FROM funnel_steps(summarize_funnel(path, :stages))) AS reached,
    (SELECT string_agg(reached::text, ' ') FROM funnel_steps(summarize_funnel(path, :stages) FILTER (WHERE visited(path, 'lost')))) AS lost_ones
FROM deal GROUP BY GROUPING SETS ((owner), ()) ORDER BY owner;
SELECT summarize_funnel(DISTINCT path::text::stage_path, :stages) FROM deal; -- a path has no order
SELECT id, (SELECT string_agg(reached::text, ' ' ORDER BY stage_order) FROM funnel_steps(running)) AS running
FROM (SELECT id, summarize_funnel(path, :stages) OVER (ORDER BY id) AS running FROM deal) x ORDER BY id;

-- Merging: stored funnels roll up to the funnel of all deals, byte for byte.
CREATE TABLE daily AS SELECT owner, summarize_funnel(path, :stages) AS f FROM deal GROUP BY owner;
SELECT rollup(d.f) = (SELECT f FROM funnel) AS equal, rollup(d.f)::text = (SELECT f::text FROM funnel) AS same_text,
    funnel_summary_send(rollup(d.f)) = (SELECT funnel_summary_send(f) FROM funnel) AS same_bytes
FROM daily d;
SELECT merge_funnels(a.f, b.f) = (SELECT f FROM funnel) AS merged, merge_funnels(b.f, a.f) = merge_funnels(a.f, b.f) AS either_way,
    a.f <> b.f AS different, merge_funnels(a.f, NULL) = a.f AS null_second, merge_funnels(NULL, a.f) = a.f AS null_first, merge_funnels(NULL, NULL) IS NULL AS both,
    merge_funnels(a.f, '{"version": 1, "deals": 0, "stages": []}') = a.f AS empty_second, merge_funnels('{"version": 1, "deals": 0, "stages": []}', a.f) = a.f AS empty_first
FROM daily a, daily b WHERE a.owner = 'ada' AND b.owner = 'bob';
SELECT rollup(f) AS nothing FROM daily WHERE false;
SELECT funnel_add(f, NULL, :stages) = f AS by_hand, f::text::funnel_summary = f AS through_text FROM daily;

-- More than 8192 different times in a stage: rounded down to the finest unit that keeps to them; the mean stays exact.
SELECT q.name AS rounded_to, s.times -> 'unit' AS unit_in_microseconds, jsonb_array_length(s.times -> 'counts') / 2 AS different, r.median_time, r.mean_time
FROM (VALUES ('microseconds', 8192, interval '00:00:07.500001'), ('seconds', 9000, interval '0.9 s'), ('minutes', 9000, interval '50 s'),
	('hours', 9000, interval '50 min'), ('days', 9000, interval '20 hours'), ('32 days', 9000, interval '30 hours')) AS q(name, n, step)
CROSS JOIN LATERAL (SELECT summarize_funnel(append_step(append_step(NULL, 'a', '2026-01-01'), 'b', timestamptz '2026-01-01' + extract(epoch FROM i * q.step) * interval '1 s'), '{a,b}') AS f FROM generate_series(1, q.n) i) x
CROSS JOIN LATERAL (SELECT f::text::jsonb #> '{stages,0,times}' AS times) s
CROSS JOIN LATERAL (SELECT median_time, mean_time FROM funnel_steps(f) LIMIT 1) r;
-- The longest times there are.
SELECT stage, timed_count, median_time, mean_time
FROM (SELECT summarize_funnel(append_step(append_step(NULL, 'a', '4714-11-24 BC'), 'b', '294276-12-31 23:59:59.999999'), '{a,b}') AS f FROM generate_series(1, 3)) x, funnel_steps(f);

-- What is refused.
CREATE FUNCTION refusal(statement text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    state := 'accepted';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
SELECT r.* FROM (VALUES (1, $$SELECT summarize_funnel(path, NULL) FROM deal$$), (2, $$SELECT summarize_funnel(path, '{}') FROM deal$$),
    (3, $$SELECT summarize_funnel(path, '{a,NULL}') FROM deal$$), (4, $$SELECT summarize_funnel(path, '{a,b,a}') FROM deal$$),
    (5, $$SELECT summarize_funnel(path, '{a,""}') FROM deal$$), (6, $$SELECT summarize_funnel(path, ARRAY(SELECT i::text FROM generate_series(1, 65) i)) FROM deal$$),
    (7, $$SELECT summarize_funnel(path, ARRAY['a', owner]) FROM deal$$), (8, $$SELECT merge_funnels(summarize_funnel(path, '{a}'), summarize_funnel(path, '{a,b}')) FROM deal$$),
    (9, $$SELECT funnel_steps(f, 'all') FROM daily$$), (10, $$SELECT funnel_steps(f, confidence => 100) FROM daily$$), (11, $$SELECT funnel_steps(f, confidence => 'NaN') FROM daily$$),
    (12, $$SELECT merge_funnels(x, x) FROM (SELECT '{"version": 1, "deals": 600000000000, "stages": []}'::funnel_summary) v(x)$$)) AS v(n, statement), refusal(statement) r ORDER BY n;

-- Literals: what no set of deals could have is refused.
CREATE VIEW literal AS SELECT '{"version": 1, "deals": 3, "stages": [{"stage": "a", "visited": 2, "passed": 3, "in_order": 2, "visited_next": 1, "current": 0, "times": {"deals": 2, "sum": 30, "unit": 1, "counts": [10, 1, 20, 1]}}, {"stage": "b", "visited": 2, "passed": 2, "in_order": 1, "visited_next": 0, "current": 2, "times": {"deals": 0, "sum": 0, "unit": 1, "counts": []}}]}'::jsonb AS valid;
SELECT valid::text::funnel_summary::text::jsonb = valid AS accepted FROM literal;
SELECT path, value, r.state, r.detail
FROM literal, (VALUES ('{version}', '2'), ('{deals}', '2'), ('{deals}', '-1'), ('{deals}', '1.5'), ('{more}', '1'), ('{stages}', '{}'), ('{stages,1,stage}', '"a"'), ('{stages,1,stage}', '""'),
    ('{stages,0,visited}', '4'), ('{stages,1,passed}', '4'), ('{stages,1,passed}', '3'), ('{stages,0,in_order}', '1'), ('{stages,1,in_order}', '3'), ('{stages,0,visited_next}', '3'),
    ('{stages,1,visited_next}', '1'), ('{stages,1,current}', '3'), ('{stages,0,current}', '2'), ('{stages,0,visited}', '"2"'), ('{stages,0,times,deals}', '3'), ('{stages,0,times,sum}', '31'), ('{stages,0,times,sum}', '1e60'),
    ('{stages,0,times,unit}', '2'), ('{stages,0,times,unit}', '1000000'), ('{stages,0,times,counts}', '[20, 1, 10, 1]'), ('{stages,0,times,counts}', '[30, 1, 30, 1]'),
    ('{stages,0,times,counts}', '[10, 0, 20, 2]'), ('{stages,0,times,counts}', '[10, 1, 20]'), ('{stages,0,times,counts}', '[1e30, 1]'), ('{stages,0,times,counts}', '[[10, 1]]'),
    ('{stages,1,times,unit}', '1000000'), ('{stages,0,times}', '7')) AS v(path, value),
    refusal(format('SELECT %L::funnel_summary', jsonb_set(valid, path::text[], value::jsonb)::text)) r;
