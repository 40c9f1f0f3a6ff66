-- The pipeline in one pass: summarize_pipeline against the plain aggregates that
-- give counts, values, weighted value and cycle, over all deals and by owner.
CREATE TABLE deal AS
SELECT i AS id,
       (hashint8(i) & 255) AS owner_id,
       (1000 + (i * 104729) % 9000000 / 100.0)::numeric(18,2) AS amount,
       (i * 31 % 101)::double precision AS probability,
       CASE WHEN i % 4 = 0 THEN NULL ELSE i % 4 = 1 END AS won,
       timestamptz '2026-01-01' + i * interval '1 minute' AS opened,
       CASE WHEN i % 4 > 0 THEN timestamptz '2026-01-01' + i * interval '1 minute' + (i % 90) * interval '1 day' END AS closed
FROM generate_series(1, (400000 * :scale)::bigint) i;
VACUUM (FREEZE, ANALYZE) deal;

\set figures 'open_count(s), won_count(s), lost_count(s), open_value(s), won_value(s), lost_value(s), round(weighted_value(s), 4), round(extract(epoch FROM average_cycle(s))::numeric, 2)'
\set plain 'count(*) FILTER (WHERE won IS NULL), count(*) FILTER (WHERE won), count(*) FILTER (WHERE NOT won), coalesce(sum(amount) FILTER (WHERE won IS NULL), 0), coalesce(sum(amount) FILTER (WHERE won), 0), coalesce(sum(amount) FILTER (WHERE NOT won), 0), coalesce(round(sum(amount * probability::numeric / 100) FILTER (WHERE won IS NULL), 4), 0), round(extract(epoch FROM avg(closed - opened) FILTER (WHERE won))::numeric, 2)'

SELECT bench.variant('pipeline', 'summarize_pipeline', format($$SELECT ROW(%s)::text FROM (SELECT opportunity.summarize_pipeline(amount, probability, won, opened, closed) AS s FROM deal) q$$, :'figures'));
SELECT bench.variant('pipeline', 'plain aggregates', format($$SELECT ROW(%s)::text FROM deal$$, :'plain'));
SELECT bench.variant('pipeline', 'reading the columns', $$SELECT count(closed) FROM deal$$, is_floor => true);
SELECT format('CALL bench.measure(%L, %s)', 'pipeline', count(*)) FROM deal \gexec

SELECT bench.variant('pipeline by owner', 'summarize_pipeline', format($$SELECT string_agg(r, E'\n' ORDER BY owner_id) FROM (SELECT owner_id, ROW(%s)::text AS r FROM (SELECT owner_id, opportunity.summarize_pipeline(amount, probability, won, opened, closed) AS s FROM deal GROUP BY owner_id) q) t$$, :'figures'));
SELECT bench.variant('pipeline by owner', 'plain aggregates', format($$SELECT string_agg(r, E'\n' ORDER BY owner_id) FROM (SELECT owner_id, ROW(%s)::text AS r FROM deal GROUP BY owner_id) t$$, :'plain'));
SELECT bench.variant('pipeline by owner', 'counting by owner', $$SELECT owner_id, count(closed) FROM deal GROUP BY owner_id$$, is_floor => true);
SELECT format('CALL bench.measure(%L, %s)', 'pipeline by owner', count(*)) FROM deal \gexec
