-- summarize_cycle: how long deals take to close, open ones counted.
CREATE SCHEMA pipeline_cycle;
SET search_path = pipeline_cycle, opportunity;
SET intervalstyle = postgres;
SET datestyle = 'ISO';
SET timezone = 'UTC';

-- The classic table: weeks to relapse of leukemia patients under 6-MP (21, 12 of
-- them still in remission) and placebo (21). Data: E. J. Freireich et al., Blood 21
-- (1963) 699-716. Estimates, printed in many textbooks (D. G. Kleinbaum and M. Klein,
-- Survival Analysis): 0.8571 0.8067 0.7529 0.6902 0.6275 0.5378 0.4482; medians 23 and 8.
CREATE TABLE remission (treatment text, weeks int, relapse boolean);
INSERT INTO remission SELECT '6-MP', abs(w), w > 0 FROM unnest('{6,6,6,-6,7,-9,10,-10,-11,13,16,-17,-19,-20,22,23,-25,-32,-32,-34,-35}'::int[]) w;
INSERT INTO remission SELECT 'placebo', w, true FROM unnest('{1,1,2,2,3,4,4,5,5,8,8,8,8,11,11,12,12,15,17,22,23}'::int[]) w;
-- A remission that goes on is an open deal looked at after so many days.
CREATE VIEW curve AS SELECT treatment, summarize_cycle(date '2000-01-01', date '2000-01-01' + weeks, CASE WHEN relapse THEN true END, date '2000-01-01' + weeks) AS c FROM remission GROUP BY treatment;
SELECT took, at_risk, won, lost, still_open, round(100 - closed_percent, 2) AS remaining, round(closed_low, 2) AS low, round(closed_high, 2) AS high, won_percent = closed_percent AS all_won
FROM curve, cycle_steps(c) WHERE treatment = '6-MP';
SELECT treatment, cycle_quantile(c) AS median, cycle_quantile(c, 0.25) AS quarter, cycle_quantile(c, 0.75) AS three_quarters, cycle_quantile(c, 1) AS all,
    average_closed_cycle(c) AS average_closed, round(close_probability(c, 10), 4) AS within_10, close_probability(c, 35) AS within_35, close_probability(c, 36) AS within_36
FROM curve;
SELECT string_agg(round(100 - closed_percent, 1)::text, ' ' ORDER BY took) AS placebo_remaining FROM curve, cycle_steps(c) WHERE treatment = 'placebo';

-- Won and lost compete: four deals, one of each a day, the last one open. After two
-- days half are closed, a quarter won and a quarter lost; censoring the lost ones
-- would claim that a third is won by then.
CREATE TABLE deal (id int, opened timestamptz, closed timestamptz, won boolean);
INSERT INTO deal VALUES (1, '2026-01-01', '2026-01-02', false), (2, '2026-01-01', '2026-01-03', true), (3, '2026-01-01', '2026-01-04', true), (4, '2026-01-01', NULL, NULL);
SELECT s.* FROM (SELECT summarize_cycle(opened, closed, won, '2026-01-05') AS c FROM deal) x, cycle_steps(c) s;
SELECT close_probability(c, 2) AS closed, close_probability(c, 2, 'won') AS won, close_probability(c, 2, outcome => 'lost') AS lost,
    cycle_quantile(c, 0.5, 'won') AS half_are_won_in, cycle_quantile(c, 0.6, 'won') AS more_are_not, cycle_quantile(c, 0.25, 'lost') AS lost_in,
    average_closed_cycle(c) AS average, average_closed_cycle(c, 'won') AS average_won, average_closed_cycle(c, 'lost') AS average_lost
FROM (SELECT summarize_cycle(opened, closed, won, '2026-01-05') AS c FROM deal) x;
-- As of an earlier day: what was closed later was open, what was opened later was not there.
SELECT s.* FROM (SELECT summarize_cycle(opened, closed, won, '2026-01-03') AS c FROM (TABLE deal UNION ALL VALUES (5, timestamptz '2026-01-04', timestamptz '2026-01-05', true)) d) x, cycle_steps(c) s;
SELECT close_probability(c, 0) AS at_once, close_probability(c, 0.5) AS half_a_day, close_probability(c, 1) AS one_day, close_probability(c, 'infinity') AS ever
FROM (SELECT summarize_cycle(opened, closed, won, '2026-01-05') AS c FROM deal WHERE id < 4) x;

-- Who is left out: no opening day, no closing day though won, closed before opened, no day of looking, infinity.
SELECT c::text::jsonb -> 'left_out' AS left_out, (SELECT count(*) FROM cycle_steps(c)) AS rows
FROM (SELECT summarize_cycle(o, c, w, a) AS c FROM (VALUES (NULL::date, date '2026-01-02', true, date '2026-02-01'), ('2026-01-01', NULL, true, '2026-02-01'), ('2026-01-05', '2026-01-02', false, '2026-02-01'),
    ('2026-01-01', NULL, NULL, NULL), ('-infinity', NULL, NULL, '2026-02-01'), ('2026-01-01', 'infinity', true, '2026-02-01'), ('2026-01-01', NULL, NULL, 'infinity')) d(o, c, w, a)) x;
-- A closing day of an open deal is an estimate and does not count.
SELECT took, won, lost, still_open FROM (SELECT summarize_cycle(date '2026-01-01', '2026-01-02', NULL, '2026-02-01') AS c) x, cycle_steps(c);

-- Nothing, all open, one.
SELECT c, cycle_quantile(c), close_probability(c, 1), average_closed_cycle(c) FROM (SELECT summarize_cycle(opened, closed, won, now()) AS c FROM deal WHERE false) x;
SELECT cycle_quantile(c) IS NULL AS median, close_probability(c, 4) AS within_4, close_probability(c, 5) IS NULL AS within_5, average_closed_cycle(c) IS NULL AS average
FROM (SELECT summarize_cycle(opened, NULL, NULL, '2026-01-05') AS c FROM deal) x;
SELECT cycle_quantile(c), close_probability(c, 1), average_closed_cycle(c) FROM (SELECT summarize_cycle(opened, closed, won, '2026-01-05') AS c FROM deal WHERE id = 1) x;

-- Columns of each common type; FILTER, DISTINCT, grouping sets, windows.
SELECT cycle_quantile(summarize_cycle(opened, closed, won, now())) AS timestamptz, cycle_quantile(summarize_cycle(opened::timestamp, closed::timestamp, won, localtimestamp)) AS timestamp,
    cycle_quantile(summarize_cycle(opened::date, closed::date, won, current_date)) AS date, cycle_quantile(summarize_cycle(opened::date, closed::date, won, now())) AS mixed
FROM deal;
SELECT won, cycle_quantile(summarize_cycle(opened, closed, won, '2026-01-05')) AS median, cycle_quantile(summarize_cycle(opened, closed, won, '2026-01-05') FILTER (WHERE id > 1)) AS filtered,
    average_closed_cycle(summarize_cycle(DISTINCT opened, closed, won, timestamptz '2026-01-05')) AS distinct_average
FROM deal GROUP BY GROUPING SETS ((won), ()) ORDER BY won, median;
SELECT id, average_closed_cycle(running) FROM (SELECT id, summarize_cycle(opened, closed, won, '2026-01-05') OVER (ORDER BY id) AS running FROM deal) x ORDER BY id;

-- Merging.
CREATE TABLE part AS SELECT id % 2 AS part, summarize_cycle(opened, closed, won, '2026-01-05') AS c FROM deal GROUP BY 1;
SELECT rollup(p.c) = (SELECT summarize_cycle(opened, closed, won, '2026-01-05') FROM deal) AS equal, rollup(c::text::cycle_summary)::text = rollup(c)::text AS through_text,
    rollup(c) FILTER (WHERE false) = summarize_cycle(NULL::date, NULL, NULL, NULL) FILTER (WHERE false) AS empty FROM part p;
SELECT merge_cycles(a.c, b.c) = merge_cycles(b.c, a.c) AS either_way, a.c <> b.c AS different, merge_cycles(a.c, NULL) = a.c AS null_second, merge_cycles(NULL, a.c) = a.c AS null_first, merge_cycles(NULL, NULL) IS NULL AS both
FROM part a, part b WHERE a.part = 0 AND b.part = 1;

-- What is refused.
CREATE FUNCTION refusal(statement text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    state := 'accepted';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
SELECT r.* FROM (VALUES (1, 'SELECT cycle_quantile(c, 0) FROM part'), (2, 'SELECT cycle_quantile(c, 1.1) FROM part'), (3, $$SELECT cycle_quantile(c, 'NaN') FROM part$$),
    (4, $$SELECT cycle_quantile(c, 0.5, 'open') FROM part$$), (5, 'SELECT close_probability(c, -1) FROM part'), (6, $$SELECT close_probability(c, 'NaN') FROM part$$),
    (7, 'SELECT cycle_steps(c, 0) FROM part'), (8, $$SELECT summarize_cycle(date '5000000-01-01', NULL, NULL, '2026-01-01')$$),
    (9, $$SELECT '{"version": 2, "left_out": 0, "won": 1, "lost": 2, "open": 3}'::cycle_summary$$), (10, $$SELECT '{"version": 1, "left_out": 0, "won": 1, "lost": 2, "open": 3}'::cycle_summary$$),
    (11, $$SELECT replace(c::text, '"left_out": 0', '"left_out": 1000000000001')::cycle_summary FROM part$$), (12, $$SELECT replace(c::text, '"open"', '"opened"')::cycle_summary FROM part$$),
    (13, $$SELECT replace(c::text, '"deals": 1', '"deals": 2')::cycle_summary FROM part$$)) v(n, statement), refusal(statement) r ORDER BY n;
