-- The pipeline chart of 10,000 deals against string_agg of the same coordinates,
-- rounded and in order: what SQL alone needs for the numbers without any picture.
CREATE TABLE deal AS
SELECT date '2026-01-01' + (i * 7919 % 365)::int AS close_date,
       (1000 + (i * 104729) % 9000000 / 100.0)::numeric(18,2) AS amount,
       (i * 31 % 101)::double precision AS score,
       'Deal number ' || i AS label
FROM generate_series(1, (10000 * :scale)::bigint) i;
VACUUM (FREEZE, ANALYZE) deal;

-- Pixels as the chart has them, to a tenth: x by date, y by score, the radius by the amount's root.
\set coordinates 'round((72 + (close_date - date ''2026-01-01'') * 1.8)::numeric, 1) || '' '' || round((474 - score * 3.8)::numeric, 1) || '' '' || round(sqrt(amount) / 20, 1)'

SELECT bench.variant('chart', 'pipeline_chart', $$SELECT opportunity.pipeline_chart(close_date, amount, score, label) FROM deal$$, verify => 'SELECT 1');
SELECT bench.variant('chart', 'string_agg of coordinates, ordered', format($$SELECT string_agg(%s, E'\n' ORDER BY amount DESC) FROM deal$$, :'coordinates'), verify => 'SELECT 1');
SELECT bench.variant('chart', 'string_agg with the deal''s text', format($$SELECT string_agg(%s || ' ' || label || ' ' || amount || ' ' || close_date || ' ' || score, E'\n' ORDER BY amount DESC) FROM deal$$, :'coordinates'), verify => 'SELECT 1');
SELECT format('CALL bench.measure(%L, %s)', 'chart', count(*)) FROM deal \gexec

SELECT bench.variant('chart data', 'pipeline_chart_data', $$SELECT opportunity.pipeline_chart_data(close_date, amount, score, label) FROM deal$$, verify => 'SELECT 1');
SELECT bench.variant('chart data', 'jsonb_agg of the same keys', $$SELECT jsonb_agg(jsonb_build_object('label', label, 'close_date', close_date, 'amount', amount, 'score', score, 'grade', opportunity.score_grade(score), 'color', opportunity.grade_color(opportunity.score_grade(score)), 'outcome', 'open') ORDER BY close_date) FROM deal$$, verify => 'SELECT 1');
SELECT format('CALL bench.measure(%L, %s)', 'chart data', count(*)) FROM deal \gexec
