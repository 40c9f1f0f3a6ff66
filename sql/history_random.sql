-- A table of any instant is rebuilt from its history: random statements, and what
-- the table was after each of them.
CREATE SCHEMA history_random;
SET search_path = history_random, opportunity;
CREATE TABLE deal (id int PRIMARY KEY, stage text, amount numeric(12,2), closes timestamptz, tags text[], unwatched int);
SELECT attach_history('deal', 'deal_history', 'amount, stage, closes, tags');
CREATE TABLE instant (n int PRIMARY KEY, taken timestamptz);
CREATE TABLE snapshot (n int, id int, stage text, amount numeric, closes timestamptz, tags text[]);
SELECT setseed(0.6);
DO $$
DECLARE
    kind int;
BEGIN
    FOR n IN 1 .. 150 LOOP
        kind = floor(random() * 9);
        CASE kind
            WHEN 0, 1 THEN
                INSERT INTO deal SELECT floor(random() * 60), CASE WHEN random() < 0.8 THEN 'stage ' || floor(random() * 5) END, NULL, NULL, NULL, n
                FROM generate_series(1, 5) ON CONFLICT DO NOTHING;
            WHEN 2 THEN
                INSERT INTO deal VALUES (floor(random() * 60), 'upsert', n) ON CONFLICT (id) DO UPDATE SET stage = excluded.stage, tags = ARRAY[n::text, NULL];
            WHEN 3 THEN
                UPDATE deal SET stage = nullif('stage ' || floor(random() * 5), 'stage 0'), unwatched = n WHERE random() < 0.3;
            WHEN 4 THEN
                UPDATE deal SET amount = nullif(floor(random() * 10), 3) / 4, closes = timestamptz '2026-01-01Z' + n * interval '1 hour' WHERE random() < 0.3;
            WHEN 5 THEN
                DELETE FROM deal WHERE random() < 0.15;
            WHEN 6 THEN
                UPDATE deal SET id = -id WHERE random() < 0.1 AND id <> 0 AND -id NOT IN (SELECT id FROM deal);
            WHEN 7 THEN
                BEGIN
                    UPDATE deal SET stage = 'undone', tags = '{undone}';
                    RAISE division_by_zero;
                EXCEPTION WHEN division_by_zero THEN
                    NULL;
                END;
            ELSE
                MERGE INTO deal USING (SELECT floor(random() * 60)::int AS id FROM generate_series(1, 3) GROUP BY 1) v ON deal.id = v.id
                    WHEN MATCHED AND v.id % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET stage = 'merged', amount = NULL
                    WHEN NOT MATCHED THEN INSERT (id, closes) VALUES (v.id, 'infinity');
        END CASE;
        IF n % 60 = 0 THEN
            TRUNCATE deal;
        END IF;
        INSERT INTO instant VALUES (n, clock_timestamp());
        INSERT INTO snapshot SELECT n, id, stage, amount, closes, tags FROM deal;
    END LOOP;
END
$$;
SELECT count(DISTINCT n) > 120 AS instants, count(*) > 1500 AS rows FROM snapshot;
SELECT count(*) > 1000 AS entries FROM deal_history;
-- Everything is as it was: nothing is missing and nothing too much.
SELECT count(*) AS differences FROM (
    (SELECT i.n, r.id, r.stage, r.amount, r.closes, r.tags FROM instant i, rows_as_of(NULL::deal, i.taken) r EXCEPT SELECT * FROM snapshot)
    UNION ALL
    (SELECT * FROM snapshot EXCEPT SELECT i.n, r.id, r.stage, r.amount, r.closes, r.tags FROM instant i, rows_as_of(NULL::deal, i.taken) r)) d;
-- The long form says the same.
SELECT count(*) AS differences FROM (
    SELECT n, id::text, c, v FROM snapshot, LATERAL (VALUES ('stage', stage), ('amount', amount::text), ('tags', tags::text)) x(c, v)
    EXCEPT SELECT i.n, h.* FROM instant i, history_as_of('deal', i.taken) h) d;
-- Attaching again finds nothing to catch up with.
SELECT count(*) AS entries FROM deal_history \gset
SELECT attach_history('deal', 'deal_history', 'amount, stage, closes, tags');
SELECT count(*) - :entries AS added FROM deal_history;
SET client_min_messages = warning;
DROP SCHEMA history_random CASCADE;
