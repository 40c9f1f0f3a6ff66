-- Values as version 1 of their formats wrote them and dumps have them. Later
-- versions read them and say the same of them: what is expected here stays, and a
-- new format comes beside it.
CREATE SCHEMA pipeline_stored;
SET search_path = pipeline_stored, opportunity;
SET timezone = 'UTC';
SET intervalstyle = postgres;

CREATE TABLE stored (s pipeline_summary, c cycle_summary, f funnel_summary, w pipeline_waterfall);
INSERT INTO stored VALUES (
	'{"version": 1, "currency": "EUR", "open": {"deals": 2, "above_one": 2, "uncertain": 2, "value": 180.5, "most": 180.5, "weighted": 73.125, "variance": 3429.796875, "third": 70587.29296875, "fourth": -6716353.73583984375}, "won": {"deals": 1, "cycles": 1, "value": 70, "cycle_seconds": 864000}, "lost": {"deals": 1, "cycles": 1, "value": 9, "cycle_seconds": 86400}, "decimals": {"2": 4}, "largest": {"amount_1": 100.5, "probability_1": 25, "amount_2": 80, "probability_2": 60}}',
	'{"version": 1, "left_out": 1, "won": {"deals": 1, "sum": 864000000000, "unit": 1, "counts": [864000000000, 1]}, "lost": {"deals": 1, "sum": 86400000000, "unit": 1, "counts": [86400000000, 1]}, "open": {"deals": 2, "sum": 5356800000000, "unit": 1, "counts": [2678400000000, 2]}}',
	'{"version": 1, "deals": 2, "stages": [{"stage": "qualify", "visited": 2, "passed": 2, "in_order": 2, "visited_next": 1, "current": 1, "times": {"deals": 1, "sum": 259200000000, "unit": 1, "counts": [259200000000, 1]}}, {"stage": "propose", "visited": 1, "passed": 1, "in_order": 1, "visited_next": 1, "current": 0, "times": {"deals": 1, "sum": 86400000000, "unit": 1, "counts": [86400000000, 1]}}, {"stage": "won", "visited": 1, "passed": 1, "in_order": 1, "visited_next": 0, "current": 1, "times": {"deals": 0, "sum": 0, "unit": 1, "counts": []}}]}',
	'{"version": 1, "decimals": 2, "currency": "EUR", "increased": {"deals": 1, "before": 100.5, "after": 120.25}, "decreased": {"deals": 1, "before": 3, "after": 2}, "owner_moved": {"deals": 1, "before": 4, "after": 4}, "won": {"deals": 1, "before": 70, "after": 75}, "lost": {"deals": 1, "before": 9, "after": 9}, "removed": {"deals": 1, "before": 5, "after": 0}}');

-- What they say.
SELECT currency, open_count, weighted_value, won_value, win_rate, average_cycle FROM stored, pipeline_figures(s);
SELECT cycle_quantile(c, 0.25) AS quarter, close_probability(c, 1) AS in_a_day, average_closed_cycle(c) FROM stored;
SELECT s.stage, reached, converted, median_time FROM stored, funnel_steps(f) s;
SELECT s.change, deals, amount, running, currency FROM stored, waterfall_steps(w) s WHERE deals > 0;

-- The deals they are of, summarized now.
SELECT s = (SELECT summarize_pipeline(monetary(a, 'EUR'), p, won, o, c) FROM (VALUES (100.50, 25, NULL, date '2026-01-01', NULL::date), (80, 60, NULL, '2026-01-01', NULL), (70, 100, true, '2026-01-01', '2026-01-11'), (9, 0, false, '2026-01-01', '2026-01-02')) d (a, p, won, o, c)) AS summary,
	c = (SELECT summarize_cycle(o, c, won, date '2026-02-01') FROM (VALUES (NULL, date '2026-01-01', NULL::date), (NULL, '2026-01-01', NULL), (true, '2026-01-01', '2026-01-11'), (false, '2026-01-01', '2026-01-02'), (true, NULL, NULL)) d (won, o, c)) AS cycle,
	f = (SELECT summarize_funnel(path, '{qualify,propose,won}') FROM (SELECT collect_path(stage, entered) FROM (VALUES (1, 'qualify', timestamptz '2026-01-01'), (1, 'propose', '2026-01-04'), (1, 'won', '2026-01-05'), (2, 'qualify', '2026-01-02')) h (deal, stage, entered) GROUP BY deal) d (path)) AS funnel,
	w = (SELECT pipeline_change('open', monetary(a, 'EUR'), NULL, 'ada', s, monetary(b, 'EUR'), NULL, o, NULL, NULL, NULL) FROM (VALUES (100.5, 'open', 120.25, 'ada'), (70, 'won', 75, 'ada'), (9, 'lost', 9, 'ada'), (5, NULL, NULL, NULL), (4, 'open', 4, 'bob'), (3, 'open', 2, 'ada')) d (a, s, b, o)) AS waterfall
FROM stored;

-- Written again: the same text, and bytes that clients of COPY have, too.
SELECT s, c, f, w FROM stored \gx
SELECT md5(pipeline_summary_send(s)) AS summary, md5(cycle_summary_send(c)) AS cycle, md5(funnel_summary_send(f)) AS funnel, md5(pipeline_waterfall_send(w)) AS waterfall FROM stored;

SET client_min_messages = warning;
DROP SCHEMA pipeline_stored CASCADE;
