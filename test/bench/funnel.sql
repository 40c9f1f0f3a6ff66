-- The funnel of deals that carry their path, against the same figures in SQL from
-- the history table that an application keeps: first entry of each stage, who came
-- to the next one, and how long each stage took.
CREATE TABLE history AS
SELECT deal, stage, timestamptz '2026-01-01' + (deal % 300) * interval '1 day' + interval '1 hour' * (n * (20 + deal * 7919 % 251) + n * n * (deal % 13)) AS entered
FROM generate_series(1, (300000 * :scale)::bigint) deal,
     LATERAL unnest((ARRAY['{qualify}', '{qualify,develop}', '{qualify,develop,propose,lost}', '{qualify,propose,close,won}', '{qualify,develop,propose,develop,propose,close,won}',
         '{qualify,develop,lost}', '{qualify,develop,propose,close}'])[1 + deal % 7]::text[]) WITH ORDINALITY AS s(stage, n);
CREATE TABLE deal AS SELECT deal, collect_path(stage, entered) AS path FROM history GROUP BY deal ORDER BY deal;
VACUUM (FREEZE, ANALYZE) history;
VACUUM (FREEZE, ANALYZE) deal;

SELECT bench.variant('funnel', 'summarize_funnel',
    $$SELECT string_agg(concat_ws(' ', s.stage, reached, converted, round(extract(epoch FROM median_time)), round(extract(epoch FROM mean_time))), ',' ORDER BY s.stage)
      FROM (SELECT summarize_funnel(path, '{qualify,develop,propose,close,won}') AS f FROM deal) x, funnel_steps(f) s$$);
SELECT bench.variant('funnel', 'window functions over a history',
    $$WITH step AS (
        SELECT deal, stage, lead(entered) OVER w - entered AS stay FROM history WINDOW w AS (PARTITION BY deal ORDER BY entered, stage COLLATE "C")
      ), visit AS (
        SELECT deal, stage, sum(stay) AS took FROM step GROUP BY deal, stage
      ), next AS (
        SELECT deal, stage, took, bool_or(stage = 'develop') OVER d AS develop, bool_or(stage = 'propose') OVER d AS propose, bool_or(stage = 'close') OVER d AS close, bool_or(stage = 'won') OVER d AS won
        FROM visit WINDOW d AS (PARTITION BY deal)
      )
      SELECT string_agg(concat_ws(' ', stage, reached, converted, median, mean), ',' ORDER BY stage)
      FROM (SELECT stage, count(*) AS reached,
                CASE WHEN stage <> 'won' THEN count(*) FILTER (WHERE CASE stage WHEN 'qualify' THEN develop WHEN 'develop' THEN propose WHEN 'propose' THEN close ELSE won END) END AS converted,
                round(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM took))::numeric) AS median, round(avg(extract(epoch FROM took))) AS mean
            FROM next WHERE stage <> 'lost' GROUP BY stage) x$$);
SELECT bench.variant('funnel', 'reading the paths', $$SELECT count(path) FROM deal$$, is_floor => true);
SELECT format('CALL bench.measure(%L, %s)', 'funnel', count(*)) FROM deal \gexec

-- Stored daily funnels, rolled up.
CREATE TABLE daily AS SELECT deal % 1000 AS day, summarize_funnel(path, '{qualify,develop,propose,close,won}') AS f FROM deal GROUP BY 1;
VACUUM (FREEZE, ANALYZE) daily;
SELECT bench.variant('roll-up of 1000 daily funnels', 'rollup', $$SELECT s.reached FROM (SELECT rollup(f) AS f FROM daily) x, funnel_steps(f) s LIMIT 1$$);
SELECT bench.variant('roll-up of 1000 daily funnels', 'from the paths', $$SELECT s.reached FROM (SELECT summarize_funnel(path, '{qualify,develop,propose,close,won}') AS f FROM deal) x, funnel_steps(f) s LIMIT 1$$);
SELECT format('CALL bench.measure(%L, %s)', 'roll-up of 1000 daily funnels', count(*)) FROM deal \gexec
