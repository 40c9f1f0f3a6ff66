-- Do the aggregates scale over parallel workers as sum(bigint) does? Each query runs
-- alone and with two workers, in turns; parallel.sh prints the medians.
--
-- Unlike elsewhere the clock counts here, and the processor time of all processes:
-- of this backend from the kernel's schedstat, of the workers from what the
-- postmaster's ended children used, in ticks of 10 ms. So the runs have to be long
-- (SCALE) and the processors free; where they are not, the processor time of two
-- workers against none says what the parallel plan costs.
CREATE TABLE deal AS
SELECT i AS id,
       ((i * 7919 + i / 1000) % 1000)::integer AS owner_id,
       (1000 + (i * 104729) % 9000000 / 100.0)::numeric(18,2) AS amount,
       (i * 31 % 101)::double precision AS probability,
       CASE WHEN i % 4 = 0 THEN NULL ELSE i % 4 = 1 END AS won,
       timestamptz '2026-01-01' + i * interval '1 minute' AS opened,
       CASE WHEN i % 4 > 0 THEN timestamptz '2026-01-01' + i * interval '1 minute' + (i % 90) * interval '1 day' END AS closed
FROM generate_series(1, (400000 * :scale)::bigint) i;
VACUUM (FREEZE, ANALYZE) deal;
CREATE TABLE line AS
SELECT i AS id,
       (1 + i % 9)::numeric(19,5) + (i % 4) * 0.25 AS quantity,
       (100 + (i * 7919) % 500000 / 100.0)::numeric(18,2) AS price_per_unit,
       ((i % 5) * 1.25)::numeric(18,2) AS volume_discount,
       ((i % 11) * 0.5)::numeric(18,2) AS manual_discount
FROM generate_series(1, (400000 * :scale)::bigint) i;
VACUUM (FREEZE, ANALYZE) line;

CREATE TABLE query (place integer GENERATED ALWAYS AS IDENTITY, name text, statement text);
INSERT INTO query (name, statement) VALUES
    ('deals: sum(bigint)', 'SELECT sum(id) FROM deal'),
    ('deals: summarize_pipeline', 'SELECT opportunity.summarize_pipeline(amount, probability, won, opened, closed) FROM deal'),
    ('deals: summarize_pipeline_by', 'SELECT opportunity.summarize_pipeline_by(owner_id, amount, probability, won, opened, closed) FROM deal'),
    ('lines: sum(bigint)', 'SELECT sum(id) FROM line'),
    ('lines: revenue', 'SELECT opportunity.revenue(quantity, price_per_unit, volume_discount, manual_discount) FROM line');

CREATE TABLE parallel_run (place integer, workers integer, clock_ms double precision, cpu_ms double precision);

-- This backend and the postmaster's ended children, in milliseconds.
CREATE FUNCTION cpu_of_all() RETURNS double precision LANGUAGE sql VOLATILE AS
$$
    SELECT pg_sleep(0.05);
    SELECT bench.cpu() / 1e6 + 10 * ((fields.a)[14]::bigint + (fields.a)[15]::bigint)
    FROM (SELECT string_to_array(regexp_replace(pg_read_file(format('/proc/%s/stat', split_part(pg_read_file('postmaster.pid'), E'\n', 1))),
                                                '^.*\) ', ''), ' ') AS a) AS fields
$$;

CREATE PROCEDURE measure_parallel(repetitions integer DEFAULT 5) LANGUAGE plpgsql AS
$$
DECLARE
    q query;
    plan text;
    started timestamptz;
    used double precision;
BEGIN
    FOR repetition IN 0 .. repetitions LOOP
        FOR q IN SELECT * FROM query ORDER BY place LOOP
            FOR workers IN 0 .. 2 BY 2 LOOP
                PERFORM set_config('max_parallel_workers_per_gather', workers::text, false);
                EXECUTE 'EXPLAIN (FORMAT json) ' || q.statement INTO plan;
                IF (plan ~ '"Workers Planned": 2') <> (workers = 2) THEN
                    RAISE EXCEPTION '"%" is not planned with % workers: %', q.name, workers, plan;
                END IF;
                used := cpu_of_all();
                started := clock_timestamp();
                EXECUTE q.statement;
                IF repetition > 0 THEN
                    INSERT INTO parallel_run
                    VALUES (q.place, workers, 1000 * extract(epoch FROM clock_timestamp() - started), cpu_of_all() - used);
                END IF;
                COMMIT;
            END LOOP;
        END LOOP;
    END LOOP;
END
$$;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
CALL measure_parallel();
