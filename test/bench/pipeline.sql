-- The pipeline in one pass: summarize_pipeline with eight of its figures against the
-- plain aggregates that give them, a quarter of the deals open; over all deals and
-- by owner, on numeric and on double precision; summarize_pipeline_by against GROUP
-- BY; and rollup of stored summaries against going back to their deals.
--
-- The floor is an aggregate that takes the same arguments into a state of the
-- same type and does nothing: int8up returns its first argument, which for any
-- type is 64 bits.
CREATE TABLE deal AS
SELECT i AS id,
       ((i * 7919 + i / 1000) % 1000)::integer AS owner_id,
       (1000 + (i * 104729) % 9000000 / 100.0)::numeric(18,2) AS amount,
       (i * 31 % 101)::double precision AS probability,
       CASE WHEN i % 4 = 0 THEN NULL ELSE i % 4 = 1 END AS won,
       timestamptz '2026-01-01' + i * interval '1 minute' AS opened,
       CASE WHEN i % 4 > 0 THEN timestamptz '2026-01-01' + i * interval '1 minute' + (i % 90) * interval '1 day' END AS closed,
       'owner ' || (i * 7919 + i / 1000) % 1000 AS owner
FROM generate_series(1, (400000 * :scale)::bigint) i;
VACUUM (FREEZE, ANALYZE) deal;
CREATE TABLE deal_double AS SELECT id, owner_id, amount::double precision AS amount, probability, won, opened, closed FROM deal;
VACUUM (FREEZE, ANALYZE) deal_double;

CREATE FUNCTION nothing(opportunity.pipeline_summary, numeric, double precision, boolean, timestamptz, timestamptz) RETURNS opportunity.pipeline_summary LANGUAGE internal IMMUTABLE AS 'int8up';
CREATE FUNCTION nothing(opportunity.pipeline_summary, double precision, double precision, boolean, timestamptz, timestamptz) RETURNS opportunity.pipeline_summary LANGUAGE internal IMMUTABLE AS 'int8up';
CREATE AGGREGATE do_nothing(numeric, double precision, boolean, timestamptz, timestamptz) (SFUNC = nothing, STYPE = opportunity.pipeline_summary, SSPACE = 688, INITCOND = '{"version": 1}');
CREATE AGGREGATE do_nothing(double precision, double precision, boolean, timestamptz, timestamptz) (SFUNC = nothing, STYPE = opportunity.pipeline_summary, SSPACE = 688, INITCOND = '{"version": 1}');

\set figures 'open_count(s), won_count(s), lost_count(s), open_value(s), won_value(s), lost_value(s), round(weighted_value(s), 4), round(extract(epoch FROM average_cycle(s))::numeric, 2)'
\set plain 'count(*) FILTER (WHERE won IS NULL), count(*) FILTER (WHERE won), count(*) FILTER (WHERE NOT won), coalesce(sum(amount) FILTER (WHERE won IS NULL), 0), coalesce(sum(amount) FILTER (WHERE won), 0), coalesce(sum(amount) FILTER (WHERE NOT won), 0), coalesce(round(sum(amount * probability::numeric / 100) FILTER (WHERE won IS NULL), 4), 0), round(extract(epoch FROM avg(closed - opened) FILTER (WHERE won))::numeric, 2)'
\set plain_double 'count(*) FILTER (WHERE won IS NULL), count(*) FILTER (WHERE won), count(*) FILTER (WHERE NOT won), round(coalesce(sum(amount) FILTER (WHERE won IS NULL), 0)::numeric, 2), round(coalesce(sum(amount) FILTER (WHERE won), 0)::numeric, 2), round(coalesce(sum(amount) FILTER (WHERE NOT won), 0)::numeric, 2), round(coalesce(sum(amount * probability / 100) FILTER (WHERE won IS NULL), 0)::numeric, 4), round(extract(epoch FROM avg(closed - opened) FILTER (WHERE won))::numeric, 2)'

-- Sums of doubles have errors of their own: what is verified is what they agree on.
SELECT bench.variant('pipeline', 'summarize_pipeline', format($$SELECT ROW(%s)::text FROM (SELECT opportunity.summarize_pipeline(amount, probability, won, opened, closed) AS s FROM deal) q$$, :'figures'));
SELECT bench.variant('pipeline', 'plain aggregates', format($$SELECT ROW(%s)::text FROM deal$$, :'plain'));
SELECT bench.variant('pipeline', 'an aggregate that does nothing', $$SELECT do_nothing(amount, probability, won, opened, closed) FROM deal$$, is_floor => true);
SELECT format('CALL bench.measure(%L, %s)', 'pipeline', count(*)) FROM deal \gexec

SELECT bench.variant('pipeline, doubles', 'summarize_pipeline', format($$SELECT ROW(%s)::text FROM (SELECT opportunity.summarize_pipeline(amount, probability, won, opened, closed) AS s FROM deal_double) q$$, :'figures'), verify => 'SELECT 1');
SELECT bench.variant('pipeline, doubles', 'plain aggregates', format($$SELECT ROW(%s)::text FROM deal_double$$, :'plain_double'), verify => 'SELECT 1');
SELECT bench.variant('pipeline, doubles', 'an aggregate that does nothing', $$SELECT do_nothing(amount, probability, won, opened, closed) FROM deal_double$$, is_floor => true);
SELECT format('CALL bench.measure(%L, %s)', 'pipeline, doubles', count(*)) FROM deal \gexec

SELECT bench.variant('pipeline by owner', 'summarize_pipeline', format($$SELECT string_agg(r, E'\n' ORDER BY owner_id) FROM (SELECT owner_id, ROW(%s)::text AS r FROM (SELECT owner_id, opportunity.summarize_pipeline(amount, probability, won, opened, closed) AS s FROM deal GROUP BY owner_id) q) t$$, :'figures'));
SELECT bench.variant('pipeline by owner', 'plain aggregates', format($$SELECT string_agg(r, E'\n' ORDER BY owner_id) FROM (SELECT owner_id, ROW(%s)::text AS r FROM deal GROUP BY owner_id) t$$, :'plain'));
SELECT bench.variant('pipeline by owner', 'an aggregate that does nothing', $$SELECT owner_id, do_nothing(amount, probability, won, opened, closed) FROM deal GROUP BY owner_id$$, is_floor => true);
SELECT format('CALL bench.measure(%L, %s)', 'pipeline by owner', count(*)) FROM deal \gexec

SELECT bench.variant('pipeline by owner, doubles', 'summarize_pipeline', format($$SELECT string_agg(r, E'\n' ORDER BY owner_id) FROM (SELECT owner_id, ROW(%s)::text AS r FROM (SELECT owner_id, opportunity.summarize_pipeline(amount, probability, won, opened, closed) AS s FROM deal_double GROUP BY owner_id) q) t$$, :'figures'), verify => 'SELECT 1');
SELECT bench.variant('pipeline by owner, doubles', 'plain aggregates', format($$SELECT string_agg(r, E'\n' ORDER BY owner_id) FROM (SELECT owner_id, ROW(%s)::text AS r FROM deal_double GROUP BY owner_id) t$$, :'plain_double'), verify => 'SELECT 1');
SELECT bench.variant('pipeline by owner, doubles', 'an aggregate that does nothing', $$SELECT owner_id, do_nothing(amount, probability, won, opened, closed) FROM deal_double GROUP BY owner_id$$, is_floor => true);
SELECT format('CALL bench.measure(%L, %s)', 'pipeline by owner, doubles', count(*)) FROM deal \gexec

SELECT bench.variant('own groups', 'summarize_pipeline_by', format($$SELECT string_agg(ROW(%s)::text, E'\n' ORDER BY key::int) FROM unnest((SELECT opportunity.summarize_pipeline_by(owner_id, amount, probability, won, opened, closed) FROM deal)) AS g (key, s)$$, :'figures'));
SELECT bench.variant('own groups', 'plain aggregates', format($$SELECT string_agg(r, E'\n' ORDER BY owner_id) FROM (SELECT owner_id, ROW(%s)::text AS r FROM deal GROUP BY owner_id) t$$, :'plain'));
SELECT format('CALL bench.measure(%L, %s)', 'own groups', count(*)) FROM deal \gexec

SELECT bench.variant('own groups, text', 'summarize_pipeline_by', format($$SELECT string_agg(ROW(%s)::text, E'\n' ORDER BY key COLLATE "C") FROM unnest((SELECT opportunity.summarize_pipeline_by(owner, amount, probability, won, opened, closed) FROM deal)) AS g (key, s)$$, :'figures'));
SELECT bench.variant('own groups, text', 'plain aggregates', format($$SELECT string_agg(r, E'\n' ORDER BY owner COLLATE "C") FROM (SELECT owner, ROW(%s)::text AS r FROM deal GROUP BY owner) t$$, :'plain'));
SELECT format('CALL bench.measure(%L, %s)', 'own groups, text', count(*)) FROM deal \gexec

-- A hundred deals a day.
CREATE TABLE daily AS SELECT id / 100 AS day, opportunity.summarize_pipeline(amount, probability, won, opened, closed) AS summary FROM deal GROUP BY 1;
VACUUM (FREEZE, ANALYZE) daily;
SELECT bench.variant('stored summaries', 'rollup', format($$SELECT ROW(%s)::text FROM (SELECT opportunity.rollup(summary) AS s FROM daily) q$$, :'figures'));
SELECT bench.variant('stored summaries', 'back to the deals', format($$SELECT ROW(%s)::text FROM (SELECT opportunity.summarize_pipeline(amount, probability, won, opened, closed) AS s FROM deal) q$$, :'figures'));
SELECT bench.variant('stored summaries', 'back to the deals, plain', format($$SELECT ROW(%s)::text FROM deal$$, :'plain'));
SELECT format('CALL bench.measure(%L, %s)', 'stored summaries', count(*)) FROM deal \gexec
