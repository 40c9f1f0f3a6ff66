-- summarize_cycle on random deals: equal to the product and the sum written out in
-- plain SQL, whatever the split and the order.
CREATE SCHEMA pipeline_cycle_random;
SET search_path = pipeline_cycle_random, opportunity;
SELECT setseed(0.2);
CREATE TABLE deal AS
SELECT i AS id, i % 23 AS part, date '2026-01-01' + (random() * 300)::int AS opened, (random() * 120 * random())::int AS took, CASE WHEN random() < 0.6 THEN random() < 0.4 END AS won FROM generate_series(1, 3000) i;
CREATE TABLE seen AS
SELECT *, date '2026-11-01' - opened AS age, opened + took AS closed FROM deal;
-- days: what closed in so many days by the first of November, and who was open so long
CREATE TABLE day AS
WITH observed AS (
    SELECT CASE WHEN won IS NOT NULL AND took <= age THEN took ELSE age END AS days, CASE WHEN took <= age THEN won END AS won FROM seen WHERE age >= 0
)
SELECT days, sum(count(*)) OVER (ORDER BY days DESC) AS n, count(*) FILTER (WHERE won) AS won, count(*) FILTER (WHERE NOT won) AS lost, count(*) FILTER (WHERE won IS NULL) AS open FROM observed GROUP BY days;
CREATE TABLE curve AS
WITH RECURSIVE c AS (
    SELECT 0::bigint AS place, -1 AS days, 1::numeric AS open, 0::numeric AS won, 0::numeric AS lost
    UNION ALL
    SELECT d.place, d.days, round(c.open * (d.n - d.won - d.lost) / d.n, 30), round(c.won + c.open * d.won / d.n, 30), round(c.lost + c.open * d.lost / d.n, 30)
    FROM c JOIN (SELECT *, row_number() OVER (ORDER BY days) AS place FROM day) d ON d.place = c.place + 1
)
SELECT * FROM c WHERE place > 0;
CREATE TABLE whole AS SELECT summarize_cycle(opened, closed, won, date '2026-11-01') AS c FROM seen;

SELECT count(*) = (SELECT count(*) FROM curve) AS all_days, bool_and(s.at_risk = d.n AND s.won = d.won AND s.lost = d.lost AND s.still_open = d.open) AS counts,
    bool_and(abs(s.closed_percent - 100 * (1 - c.open)) < 1e-7) AS closed, bool_and(abs(s.won_percent - 100 * c.won) < 1e-7) AS won, bool_and(abs(s.lost_percent - 100 * c.lost) < 1e-7) AS lost,
    bool_and(abs(s.won_percent + s.lost_percent - s.closed_percent) < 1e-7) AS adds_up
FROM whole w, cycle_steps(w.c) s JOIN curve c ON s.took = c.days * interval '1 day' JOIN day d USING (days);
SELECT bool_and(cycle_quantile(w.c, q) IS NOT DISTINCT FROM (SELECT min(days) * interval '1 day' FROM curve WHERE 1 - open >= q::numeric)) AS quantiles,
    bool_and(cycle_quantile(w.c, q, 'won') IS NOT DISTINCT FROM (SELECT min(days) * interval '1 day' FROM curve WHERE won >= q::numeric)) AS won,
    count(cycle_quantile(w.c, q, 'won')) AS reached, count(*) AS asked
FROM whole w, (SELECT i / 100.0::float8 AS q FROM generate_series(1, 100) i) x;
SELECT bool_and(abs(close_probability(w.c, d) - (SELECT 100 * (1 - open) FROM curve WHERE days <= d ORDER BY days DESC LIMIT 1)) < 1e-7) AS within FROM whole w, generate_series(0, 280, 7) d;
SELECT average_closed_cycle(c) = (SELECT avg(took) * interval '1 day' FROM seen WHERE age >= took AND won IS NOT NULL) AS average FROM whole;

-- Splits and orders; timestamps in microseconds make the parts need other units than the whole.
CREATE TABLE fine AS SELECT part, opened::timestamp AS opened, opened + took * interval '5.4321 hours' + id * interval '1 us' AS closed, won FROM deal UNION ALL
    SELECT i % 23, timestamp '2026-01-01', timestamp '2026-01-01' + i * interval '31 s', i % 2 = 0 FROM generate_series(1, 20000) i;
CREATE TABLE part AS SELECT part, summarize_cycle(opened, closed, won, '2027-01-01'::timestamp) AS c FROM fine GROUP BY part;
SELECT f.c::text::jsonb #> '{won,unit}' AS unit, (SELECT max((c::text::jsonb #>> '{won,unit}')::bigint) FROM part) AS units_of_parts, f.c = r.forwards AS forwards, f.c = r.backwards AS backwards, f.c = r.through_text AS through_text
FROM (SELECT summarize_cycle(opened, closed, won, '2027-01-01'::timestamp) AS c FROM fine) f, (SELECT rollup(c ORDER BY part) AS forwards, rollup(c ORDER BY part DESC) AS backwards, rollup(c::text::cycle_summary) AS through_text FROM part) r;
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
ALTER TABLE fine SET (parallel_workers = 3);
SELECT (SELECT rollup(c) FROM part) = summarize_cycle(opened, closed, won, '2027-01-01'::timestamp) AS parallel FROM fine;
COMMIT;
