-- Deals summarized by a key in one aggregate: the same as GROUP BY.
CREATE SCHEMA pipeline_by;
SET search_path = pipeline_by, opportunity;
SET timezone = 'UTC';

CREATE FUNCTION dice(i integer, what integer, sides integer) RETURNS integer IMMUTABLE PARALLEL SAFE
	RETURN abs(hashint8extended(i, what) % sides)::integer;
CREATE DOMAIN region AS text;
CREATE TYPE stage AS ENUM ('qualify', 'propose', 'won');
CREATE TABLE deals AS
SELECT i AS id, nullif(dice(i, 1, 60), 0) AS owner, nullif(dice(i, 2, 40) * 10000000000, 0) AS account, (ARRAY['north', 'south', 'a rather long name of a region', '', NULL])[1 + dice(i, 3, 5)] AS name,
	(ARRAY['qualify', 'propose', 'won'])[1 + dice(i, 4, 3)]::stage AS stage, date '2024-01-01' + dice(i, 5, 300) AS closing,
	(dice(i, 6, 1000000) / 100.0)::numeric(12,2) AS amount, dice(i, 7, 101) AS probability,
	CASE dice(i, 8, 4) WHEN 0 THEN true WHEN 1 THEN false END AS won,
	timestamptz '2024-01-01' + dice(i, 9, 1000) * interval '1 hour' AS opened, timestamptz '2024-03-01' + dice(i, 10, 1000) * interval '1 hour' AS closed
FROM generate_series(1, 5000) AS i;
ANALYZE deals;

-- Keys are text, in the order of the type they had, NULL last.
SELECT (g).key, open_count((g).summary) AS open, won_count((g).summary) AS won
FROM unnest((SELECT summarize_pipeline_by(owner, amount, probability, won) FROM deals WHERE owner IS NULL OR owner < 12)) AS g;
SELECT g.key, open_count(g.summary) AS open FROM unnest((SELECT summarize_pipeline_by(name, amount, probability, won) FROM deals)) AS g;
SELECT g.key, won_count(g.summary) AS won FROM unnest((SELECT summarize_pipeline_by(stage, amount, probability, won) FROM deals)) AS g;
SELECT summarize_pipeline_by(owner, amount, probability, won) FROM deals WHERE false;

-- For each type of key the same bytes as GROUP BY: bytes of a text, a datum that is its own value, and any other by the functions of its type.
CREATE TABLE verdict (key_type text, groups bigint, wrong bigint);
DO $$
DECLARE
	expression text;
BEGIN
	FOREACH expression IN ARRAY ARRAY['owner', 'owner::smallint', 'account', 'name', 'name::varchar(100)', 'name::region', 'name::char(40)', 'closing', 'stage', 'won',
		'account::numeric', 'owner::double precision', 'opened', 'date_trunc(''month'', closing::timestamp)', 'md5(owner::text)::uuid', 'ARRAY[owner, 2]', 'owner::oid'] LOOP
		EXECUTE format('INSERT INTO verdict
			WITH plain AS (SELECT %1$s AS key, summarize_pipeline(amount, probability, won, opened, closed) AS s FROM deals GROUP BY 1),
				ours AS (SELECT * FROM unnest((SELECT summarize_pipeline_by(%1$s, amount, probability, won, opened, closed) FROM deals)) WITH ORDINALITY AS g (key, s, place)),
				ordered AS (SELECT CASE WHEN key IS NOT NULL THEN format('%%s', key) END AS key, s, row_number() OVER (ORDER BY key) AS place FROM plain)
			SELECT (SELECT pg_typeof(key) FROM plain LIMIT 1), count(*), count(*) FILTER (WHERE o.key IS DISTINCT FROM p.key OR pipeline_summary_send(o.s) IS DISTINCT FROM pipeline_summary_send(p.s))
			FROM ours AS o FULL JOIN ordered AS p USING (place)', expression);
	END LOOP;
END $$;
SELECT * FROM verdict ORDER BY key_type COLLATE "C", groups;

-- Every type of amount, of probability and of dates, each the same deals.
CREATE FUNCTION digest(groups pipeline_group[]) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN (SELECT string_agg(key || open_count(summary) || ' ' || open_value(summary)::bigint || ' ' || round(weighted_value(summary), 4) || coalesce(average_cycle(summary)::text, ''), ', ') FROM unnest(groups));
CREATE TABLE whole AS SELECT owner % 3 AS owner, amount::integer AS amount, probability, won, opened::date AS opened, closed::date AS closed FROM deals;
CREATE TABLE expected AS SELECT digest(summarize_pipeline_by(owner, amount::numeric, probability, won)) AS short, digest(summarize_pipeline_by(owner, amount::numeric, probability, won, opened, closed)) AS long FROM whole;
SELECT digest(summarize_pipeline_by(owner, amount, probability, won)) = short AS integer, digest(summarize_pipeline_by(owner, amount::bigint, probability, won)) = short AS bigint,
	digest(summarize_pipeline_by(owner, amount::float8, probability::float8, won)) = short AS double, digest(summarize_pipeline_by(owner, amount::real, probability::real, won)) = short AS real,
	digest(summarize_pipeline_by(owner, amount::numeric, probability::numeric, won)) = short AS numeric,
	digest(summarize_pipeline_by(owner, amount, probability, won, opened, closed)) = long AS dates,
	digest(summarize_pipeline_by(owner, amount::bigint, probability, won, opened::timestamp, closed::timestamp)) = long AS timestamps,
	digest(summarize_pipeline_by(owner, amount::float8, probability, won, opened::timestamptz, closed::timestamptz)) = long AS with_time_zone,
	digest(summarize_pipeline_by(owner, amount::numeric, probability::numeric, won, opened, closed)) = long AS numerics
FROM whole, expected GROUP BY short, long;

-- Collations that call different bytes equal group as GROUP BY does: not at all by bytes.
CREATE COLLATION ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
SELECT g.key COLLATE "C", open_count(g.summary) FROM unnest((SELECT summarize_pipeline_by(k COLLATE ignoring_case, 1, 50, NULL ORDER BY k COLLATE "C") FROM unnest('{North,north,South,NORTH}'::text[]) AS k)) AS g;
SELECT summarize_pipeline_by(k, 1, 50, NULL) FROM (SELECT 'a' COLLATE "C" UNION ALL SELECT 'b' COLLATE "POSIX") AS x (k);

-- Keys that are stored out of line and compressed.
CREATE TABLE long_keys AS SELECT repeat(chr(97 + i % 3), 100000) AS compressed, (SELECT string_agg(md5((i % 3)::text || j), '') FROM generate_series(1, 400) AS j) AS out_of_line FROM generate_series(1, 9) AS i;
SELECT count(*) AS keys, sum(open_count(g.summary)) AS deals, min(length(key)) AS shortest FROM unnest((SELECT summarize_pipeline_by(compressed, 1, 50, NULL) FROM long_keys)) AS g;
SELECT count(*) AS keys, sum(open_count(g.summary)) AS deals, min(length(key)) AS shortest FROM unnest((SELECT summarize_pipeline_by(out_of_line, 1, 50, NULL) FROM long_keys)) AS g;

-- Parallel plans give the same bytes, with keys by value, by reference and NULL.
CREATE TABLE serial AS SELECT summarize_pipeline_by(owner, amount, probability, won, opened, closed) AS by_owner, summarize_pipeline_by(name, amount, probability, won) AS by_name,
	summarize_pipeline_by(account::numeric, amount, probability, won) AS by_account FROM deals;
CREATE FUNCTION is_parallel(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP
		IF line LIKE '%Partial Aggregate%' THEN
			RETURN true;
		END IF;
	END LOOP;
	RETURN false;
END $$;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SELECT is_parallel('SELECT summarize_pipeline_by(owner, amount, probability, won) FROM deals') AS parallel;
SELECT summarize_pipeline_by(owner, amount, probability, won, opened, closed)::text = (SELECT by_owner::text FROM serial) AS by_value,
	summarize_pipeline_by(name, amount, probability, won)::text = (SELECT by_name::text FROM serial) AS by_reference,
	summarize_pipeline_by(account::numeric, amount, probability, won)::text = (SELECT by_account::text FROM serial) AS by_functions,
	summarize_pipeline_by(nullif(owner, owner), amount, probability, won) = ARRAY[(NULL, summarize_pipeline(amount, probability, won))]::pipeline_group[] AS no_key FROM deals;
SELECT count(*) AS groups, sum(cardinality(g)) AS keys FROM (SELECT stage, summarize_pipeline_by(owner, amount, probability, won) FROM deals GROUP BY stage) AS x (stage, g);
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

-- In a window, ordered and filtered.
SELECT sum(cardinality(g)) AS keys FROM (SELECT summarize_pipeline_by(owner % 3, amount, probability, won) OVER (ORDER BY id ROWS BETWEEN 4 PRECEDING AND CURRENT ROW) AS g FROM deals WHERE owner IS NOT NULL ORDER BY id LIMIT 100) AS x;
SELECT g.key, open_count(g.summary) + won_count(g.summary) + lost_count(g.summary) AS deals
FROM unnest((SELECT summarize_pipeline_by(stage, amount, probability, won ORDER BY id) FILTER (WHERE won) FROM deals)) AS g;

-- What cannot be a key; what deals are refused.
SELECT summarize_pipeline_by(k, 1, 50, NULL) FROM (VALUES (point '(1,2)')) AS x (k);
SELECT summarize_pipeline_by(k, 1, 50, NULL) FROM (VALUES ('{}'::json)) AS x (k);
SELECT summarize_pipeline_by(1, 1, 101, NULL);

SET client_min_messages = warning;
DROP SCHEMA pipeline_by CASCADE;
