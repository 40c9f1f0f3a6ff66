-- The measuring side of "make bench": what a topic calls and what it prints.
--
-- A topic makes its tables, names its variants with bench.variant and runs them
-- with bench.measure. The first variant is ours, the others compute the same
-- otherwise; what "verify" returns must agree. A variant that is only a lower
-- bound (no trigger at all) is a floor: "net" leaves its time out of both sides.
--
-- Time is processor time of this backend alone, in nanoseconds, from the kernel's
-- schedstat: on shared cores the clock shows the neighbours as well. Parallel
-- query is off, so that all the work is in here. The variants take turns within
-- each repetition, the order turning too; the median counts.
CREATE SCHEMA bench;

CREATE TABLE bench.variant_list (
    place integer GENERATED ALWAYS AS IDENTITY,
    topic text,
    name text,
    statement text,
    prepare text,
    verify text,
    is_floor boolean,
    PRIMARY KEY (topic, name)
);
CREATE TABLE bench.run (topic text, name text, repetition integer, ns bigint);
CREATE TABLE bench.verified (topic text, name text, result text);
CREATE TABLE bench.topic_rows (topic text PRIMARY KEY, n bigint);

-- The kernel brings the count up to date when it takes the processor away: hence
-- the nap, without which it is as coarse as the scheduler's tick.
CREATE FUNCTION bench.cpu() RETURNS bigint LANGUAGE sql VOLATILE AS
$$
    SELECT pg_catalog.pg_sleep(0.0002);
    SELECT split_part(pg_catalog.pg_read_file('/proc/self/schedstat'), ' ', 1)::bigint
$$;

-- statement is measured; prepare runs before it and verify after it, unmeasured.
-- Without verify, what the statement returns is compared.
CREATE FUNCTION bench.variant(topic text, name text, statement text, prepare text DEFAULT NULL, verify text DEFAULT NULL, is_floor boolean DEFAULT false)
RETURNS void LANGUAGE sql AS
$$ INSERT INTO bench.variant_list (topic, name, statement, prepare, verify, is_floor) VALUES (topic, name, statement, prepare, verify, is_floor) $$;

CREATE PROCEDURE bench.measure(topic text, n bigint, repetitions integer DEFAULT 5)
LANGUAGE plpgsql AS
$$
DECLARE
    v record;
    variants bench.variant_list[];
    started bigint;
    result text;
    expected text;
    repetition integer;
    i integer;
BEGIN
    SELECT array_agg(l ORDER BY place) INTO variants FROM bench.variant_list l WHERE l.topic = measure.topic;
    INSERT INTO bench.topic_rows VALUES (topic, n);
    -- repetition 0 warms caches and compares the results
    FOR repetition IN 0 .. repetitions LOOP
        FOR i IN 0 .. cardinality(variants) - 1 LOOP
            v := variants[1 + (i + repetition) % cardinality(variants)];
            IF v.prepare IS NOT NULL THEN
                EXECUTE v.prepare;
            END IF;
            COMMIT;
            result := NULL;
            started := bench.cpu();
            IF v.verify IS NULL AND NOT v.is_floor THEN
                EXECUTE v.statement INTO result;
            ELSE
                EXECUTE v.statement;
            END IF;
            IF repetition > 0 THEN
                INSERT INTO bench.run VALUES (topic, v.name, repetition, bench.cpu() - started);
            ELSIF NOT v.is_floor THEN
                IF v.verify IS NOT NULL THEN
                    EXECUTE v.verify INTO result;
                END IF;
                INSERT INTO bench.verified VALUES (topic, v.name, coalesce(result, 'NULL'));
            END IF;
            COMMIT;
        END LOOP;
    END LOOP;
    SELECT r.result INTO expected FROM bench.verified r WHERE (r.topic, r.name) = (measure.topic, variants[1].name);
    FOR v IN SELECT * FROM bench.verified r WHERE r.topic = measure.topic AND r.result <> expected LOOP
        RAISE EXCEPTION 'bench %: "%" computes %, not %', topic, v.name, left(v.result, 200), left(expected, 200);
    END LOOP;
END
$$;

-- One row a variant: nanoseconds a row, times of ours, and net of the floor.
CREATE VIEW bench.figures AS
WITH median AS (
    SELECT topic, name, percentile_cont(0.5) WITHIN GROUP (ORDER BY ns) AS ns, min(ns) AS lowest, max(ns) AS highest, count(*) AS repetitions
    FROM bench.run GROUP BY topic, name
), base AS (
    SELECT l.topic,
           (array_agg(m.ns ORDER BY l.place))[1] AS ours,
           max(m.ns) FILTER (WHERE l.is_floor) AS floor
    FROM bench.variant_list l JOIN median m USING (topic, name) GROUP BY l.topic
)
SELECT min(l.place) OVER (PARTITION BY l.topic) AS topic_place, l.place, l.topic, l.name,
       t.n AS rows,
       round((m.ns / t.n)::numeric, 1) AS ns_per_row,
       round((m.ns / b.ours)::numeric, 2) AS times_ours,
       CASE WHEN NOT l.is_floor AND b.ours > b.floor THEN round(((m.ns - b.floor) / (b.ours - b.floor))::numeric, 2) END AS net_times_ours,
       round((100 * (m.highest - m.lowest) / m.ns)::numeric) AS spread_percent,
       m.repetitions
FROM bench.variant_list l
JOIN median m USING (topic, name) JOIN base b USING (topic) JOIN bench.topic_rows t USING (topic);
