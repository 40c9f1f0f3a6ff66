-- stage_path: how long in which stage, without another table.
CREATE SCHEMA path_functions;
SET search_path = path_functions, opportunity;
SET intervalstyle = postgres;
SET datestyle = 'ISO';
SET timezone = 'UTC';

-- A deal that went back once: qualify 4 days, develop 2 and 10, propose since the 21st.
CREATE TABLE deal (id int PRIMARY KEY, path stage_path);
INSERT INTO deal VALUES (1, '[{"stage": "qualify", "entered": "2026-01-05T10:00:00Z"}, {"stage": "develop", "entered": "2026-01-09T10:00:00Z"},
    {"stage": "propose", "entered": "2026-01-11T10:00:00Z"}, {"stage": "develop", "entered": "2026-01-11T12:00:00Z"},
    {"stage": "propose", "entered": "2026-01-21T12:00:00Z"}]');
SELECT s.* FROM deal, path_steps(path) s;
SELECT stage, time_in_stage(path, stage) AS completed, time_in_stage(path, stage, '2026-01-31 12:00Z') AS by_end_of_january,
    time_in_stage(path, stage, '2026-01-11 11:00Z') AS in_between, entered_stage(path, stage), visited(path, stage)
FROM deal, unnest(ARRAY['qualify', 'develop', 'propose', 'won']) stage;
SELECT current_stage(path), current_stage(path, '2026-01-11 11:59Z') AS before_going_back, current_stage(path, '2025-01-01') AS before_it_was,
    path_duration(path), path_age(path, '2026-02-05 10:00Z'), path_age(path, '2025-01-01') AS unborn, path_age(path) > interval '1 day' AS old
FROM deal;

-- A path without steps, and NULL.
SELECT count(*) FROM path_steps('[]');
SELECT current_stage('[]') IS NULL AS a, path_duration('[]') IS NULL AS b, path_age('[]') IS NULL AS c, time_in_stage('[]', 'x') IS NULL AS d,
    visited('[]', 'x') AS e, entered_stage('[]', 'x') IS NULL AS f, current_stage(NULL) IS NULL AS g, time_in_stage(NULL, 'x', now()) IS NULL AS h,
    time_in_stage('[]', NULL) IS NULL AS i;

-- Appending: nothing for the same stage again, the same instant is in order.
SELECT append_step(append_step(append_step(NULL, 'qualify', '2026-01-05Z'), 'qualify', '2026-01-06Z'), 'develop', '2026-01-05Z');
SELECT append_step(NULL, NULL, now()) IS NULL AS nothing, append_step('[]', 'x', NULL) AS still_nothing;
SELECT append_step('[{"stage": "a", "entered": "2026-01-05T10:00:00Z"}]', 'b', '2026-01-05T09:59:59Z');
SELECT append_step(NULL, '', now());
SELECT append_step(NULL, repeat('x', 256), now());
SELECT append_step(NULL, 'a', 'infinity');
SELECT path_age(path, 'infinity') FROM deal;
SELECT time_in_stage(path, 'propose', '-infinity') FROM deal;

-- The most steps a path has: one more forgets the oldest, and the write goes on.
UPDATE deal SET path = (SELECT collect_path('stage ' || i % 3, timestamptz '2026-01-01Z' + i * interval '1 second') FROM generate_series(1, 10000) i);
SELECT count(*), min(entered), max(entered), count(DISTINCT stage) FROM deal, path_steps(path);
UPDATE deal SET path = append_step(path, 'closing', '2026-02-01Z');
SELECT count(*), min(entered), max(entered), count(DISTINCT stage) FROM deal, path_steps(path);
-- A name that is forgotten with its step leaves nothing behind.
UPDATE deal SET path = (SELECT collect_path(CASE WHEN i = 1 THEN 'once' ELSE 'stage ' || i % 2 END, timestamptz '2026-01-01Z' + i * interval '1 second') FROM generate_series(1, 4096) i);
SELECT visited(path, 'once'), visited(append_step(path, 'next', '2026-02-01Z'), 'once') AS after_one_more FROM deal;

-- collect_path: whatever the order, however the rows are split.
CREATE TABLE history (deal int, stage text, entered timestamptz);
INSERT INTO history SELECT i % 50, (ARRAY['qualify', 'develop', 'propose', 'won'])[1 + i * 7 % 4], timestamptz '2026-01-01Z' + (i * 7919 % 1000) * interval '1 hour'
FROM generate_series(1, 3000) i;
INSERT INTO history VALUES (1, NULL, now()), (1, 'won', NULL), (99, NULL, NULL);
CREATE TABLE expected AS
SELECT deal, jsonb_agg(jsonb_build_object('stage', stage, 'entered', entered) ORDER BY entered, stage COLLATE "C")::stage_path AS path
FROM (SELECT * FROM history WHERE stage IS NOT NULL AND entered IS NOT NULL) h GROUP BY deal;
SELECT count(*) FROM expected WHERE path IS NOT NULL;
SELECT count(*) FROM expected e JOIN (SELECT deal, collect_path(stage, entered) AS path FROM history GROUP BY deal) c USING (deal, path);
SELECT count(*) FROM expected e JOIN (SELECT deal, collect_path(stage, entered ORDER BY entered DESC) AS path FROM history GROUP BY deal) c USING (deal, path);
SELECT collect_path(stage, entered) IS NULL AS nothing FROM history WHERE deal = 99;
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL enable_sort = off;
ALTER TABLE history SET (parallel_workers = 2);
CREATE FUNCTION is_parallel(query text) RETURNS boolean LANGUAGE plpgsql AS
$$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
        IF line LIKE '%Partial%Aggregate%' THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$$;
SELECT is_parallel('SELECT deal, collect_path(stage, entered) FROM history GROUP BY deal');
SELECT count(*) FROM expected e JOIN (SELECT deal, collect_path(stage, entered) AS path FROM history GROUP BY deal) c USING (deal, path);
COMMIT;
-- The final function leaves the state as it was: a growing window.
SELECT n, collect_path(s, timestamptz '2026-01-10Z' - n * interval '1 day') OVER (ORDER BY n) FROM (VALUES (1, 'c'), (2, 'b'), (3, 'a')) v(n, s);
SELECT collect_path('', now());
SELECT collect_path('a', 'infinity');

DROP SCHEMA path_functions CASCADE;
