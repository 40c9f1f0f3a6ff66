-- summarize_funnel on random histories: equal to plain SQL, whatever the split and the order.
CREATE SCHEMA pipeline_funnel_random;
SET search_path = pipeline_funnel_random, opportunity;
SELECT setseed(0.42);

CREATE TABLE history AS
SELECT deal, chr(ascii('a') + (random() * 5)::int) AS stage,
    timestamptz '2026-01-01' + CASE WHEN deal % 3 = 0 THEN (random() * 400)::int * interval '1 day' ELSE random() * 400 * interval '1 day' END AS entered
FROM generate_series(1, 3000) deal, LATERAL (SELECT 1 FROM generate_series(1, 1 + (random() * 6)::int + 0 * deal)) steps;
CREATE TABLE deal AS SELECT deal, collect_path(stage, entered) AS path, deal % 37 AS part FROM history GROUP BY deal;
INSERT INTO deal VALUES (0, NULL, 0), (-1, '[]', 1);
\set stages '''{a,b,c,d}'''
-- e and f are not in the list; the word of a path has its letters.
CREATE TABLE word AS SELECT deal, path, part, coalesce((SELECT string_agg(stage, '' ORDER BY n) FROM path_steps(path)), '') AS letters FROM deal WHERE path IS NOT NULL;
CREATE TABLE stay AS SELECT deal, stage, sum(duration) AS took FROM word, path_steps(path) WHERE duration IS NOT NULL GROUP BY deal, stage;

CREATE VIEW counted AS
SELECT n, stage, (SELECT count(*) FROM word WHERE letters ~ stage) AS reached,
    (SELECT count(*) FROM word WHERE letters ~ ('[' || stage || '-d]')) AS implied,
    (SELECT count(*) FROM word WHERE letters ~ (ARRAY['a', 'a.*b', 'a.*b.*c', 'a.*b.*c.*d'])[n]) AS strict,
    (SELECT count(*) FROM word WHERE letters ~ stage AND letters ~ chr(ascii(stage) + 1)) AS reached_next,
    (SELECT count(*) FROM word WHERE letters ~ (stage || '$')) AS current_count,
    (SELECT count(*) FROM stay WHERE stay.stage = s.stage) AS timed,
    (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM took)) FROM stay WHERE stay.stage = s.stage) AS median,
    (SELECT avg(extract(epoch FROM took)) FROM stay WHERE stay.stage = s.stage) AS mean
FROM unnest('{a,b,c,d}'::text[]) WITH ORDINALITY AS s(stage, n);

SELECT c.stage, r.reached = c.reached AS reached, r.converted IS NOT DISTINCT FROM CASE WHEN n < 4 THEN c.reached_next END AS converted,
    i.reached = c.implied AS implied, i.converted IS NOT DISTINCT FROM lead(c.implied) OVER w AS implied_next,
    t.reached = c.strict AS strict, t.converted IS NOT DISTINCT FROM lead(c.strict) OVER w AS strict_next,
    r.current_count = c.current_count AS now, r.timed_count = c.timed AS timed,
    abs(extract(epoch FROM r.median_time) - c.median) < 1e-6 AS median, abs(extract(epoch FROM r.mean_time) - c.mean) < 1e-6 AS mean,
    r.conversion IS NOT DISTINCT FROM 100.0 * r.converted / nullif(r.reached, 0) AS conversion, r.overall = 100.0 * r.reached / (SELECT implied FROM counted WHERE n = 1) AS overall
FROM counted c, (SELECT summarize_funnel(path, :stages) AS f FROM deal) x, funnel_steps(f, 'reached') r, funnel_steps(f, 'implied') i, funnel_steps(f, 'strict') t
WHERE r.stage = c.stage AND i.stage = c.stage AND t.stage = c.stage
WINDOW w AS (ORDER BY n) ORDER BY n;

-- Any split, any order, through text, bytes and storage; parallel workers. Steps of
-- a millionth of a second apart make the parts need coarser units than their parts.
CREATE TABLE fine AS
SELECT i AS deal, append_step(append_step(NULL, 'a', '2026-01-01'), 'b', timestamptz '2026-01-01' + (i * 7919 % 20000) * interval '0.7 s') AS path, i % 37 AS part FROM generate_series(1, 20000) i;
CREATE TABLE everything AS SELECT * FROM deal UNION ALL SELECT * FROM fine;
CREATE TABLE whole AS SELECT summarize_funnel(path, :stages) AS f FROM everything;
SELECT f::text::jsonb #> '{stages,0,times,unit}' AS unit FROM whole;
CREATE TABLE part AS SELECT part, summarize_funnel(path, :stages) AS f FROM everything GROUP BY part;
SELECT max(f::text::jsonb #>> '{stages,0,times,unit}') AS units_of_parts, bool_and(f::text::funnel_summary = f) AS through_text FROM part;
SELECT w.f = r.forwards AS rolled_up, funnel_summary_send(w.f) = funnel_summary_send(r.backwards) AS backwards, w.f = r.shuffled AS shuffled, w.f = r.through_text AS through_text
FROM whole w, (SELECT rollup(f ORDER BY part) AS forwards, rollup(f ORDER BY part DESC) AS backwards, rollup(f ORDER BY part % 7, part) AS shuffled,
    rollup(f::text::funnel_summary) AS through_text FROM part) r;
SELECT (SELECT f FROM whole) = summarize_funnel(path, :stages ORDER BY deal DESC) AS other_order FROM everything;
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
ALTER TABLE everything SET (parallel_workers = 3);
SELECT (SELECT f FROM whole) = summarize_funnel(path, :stages) AS parallel FROM everything;
SELECT count(*), bool_and(p.f = g.f) AS parallel_groups FROM (SELECT part, summarize_funnel(path, :stages) AS f FROM everything GROUP BY part) g JOIN part p USING (part);
COMMIT;
