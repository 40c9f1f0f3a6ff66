-- Looking ahead decides as the trigger does: random processes with gates, checks and branches, random rows, every move.
CREATE SCHEMA process_random;
SET search_path = process_random, opportunity;
SET client_min_messages = warning;

CREATE TABLE deals (id integer PRIMARY KEY, stage text, ra text, rb boolean, rc numeric, x integer, y integer);

CREATE FUNCTION pick(a text[]) RETURNS text LANGUAGE sql VOLATILE RETURN a[1 + floor(random() * cardinality(a))::integer];
CREATE FUNCTION part_of(a text[], share double precision) RETURNS jsonb LANGUAGE sql VOLATILE AS
$$ SELECT coalesce(jsonb_agg(i), '[]') FROM unnest(a) i WHERE random() < share $$;

CREATE FUNCTION random_process() RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    n_open integer := 2 + floor(random() * 4);
    open_stages text[] := ARRAY(SELECT 's' || i FROM generate_series(1, n_open) i);
    outcomes text[] := (ARRAY['w1', 'l1', 'w2'])[:1 + floor(random() * 3)::integer];
    conditions text[] := ARRAY['x > 0', 'x < y', 'ra <> ''blank''', 'y IS NOT NULL', 'rc / nullif(x, 0) > 1', 'rb IS TRUE', 'x IS NULL OR y IS NULL'];
    stage text;
    stages jsonb := '[]';
    branches jsonb := '[]';
    place integer;
BEGIN
    FOREACH stage IN ARRAY open_stages || outcomes LOOP
        stages := stages || jsonb_build_array(jsonb_build_object('name', stage,
            'required', process_random.part_of(ARRAY['ra', 'rb', 'rc'], 0.25),
            'checks', coalesce((SELECT jsonb_agg(CASE WHEN random() < 0.5 THEN jsonb_build_object('when', c) ELSE jsonb_build_object('when', c, 'message', 'message of ' || c) END)
                                FROM unnest(conditions) c WHERE random() < 0.12), '[]'))
            || CASE WHEN stage LIKE 'w%' THEN '{"outcome": "won"}' WHEN stage LIKE 'l%' THEN '{"outcome": "lost"}' ELSE '{}' END::jsonb);
    END LOOP;
    FOR i IN 1 .. floor(random() * 4) LOOP
        place := 1 + floor(random() * n_open);
        branches := branches || jsonb_build_array(jsonb_build_object('from', open_stages[place],
            'to', process_random.pick(open_stages[place + 1:] || ARRAY['w1']), 'when', process_random.pick(conditions)));
    END LOOP;
    RETURN jsonb_build_object('stages', stages, 'branches', branches,
        'moves', jsonb_build_object('skip', random() < 0.3, 'back', random() < 0.7, 'reopen', random() < 0.7));
END $$;

-- What the trigger says of a row in that stage: NULL when it lets it be there.
CREATE FUNCTION says(deal integer, to_stage text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    rule text; detail text;
BEGIN
    BEGIN
        UPDATE process_random.deals SET stage = to_stage WHERE id = deal;
        RAISE EXCEPTION USING ERRCODE = 'XX001';
    EXCEPTION WHEN check_violation OR not_null_violation THEN
        GET STACKED DIAGNOSTICS rule = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL;
        RETURN CASE rule WHEN 'opportunity_stage_gate' THEN detail ELSE rule END;
    WHEN data_corrupted THEN
        RETURN NULL;
    END;
END $$;
-- Where advance leaves it; NULL when it refuses.
CREATE FUNCTION advanced(deal integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    reached text;
BEGIN
    BEGIN
        reached := opportunity.advance('process_random.deals', deal::text);
        RAISE EXCEPTION USING ERRCODE = 'XX001';
    EXCEPTION WHEN check_violation OR not_null_violation THEN
        RETURN NULL;
    WHEN data_corrupted THEN
        RETURN reached;
    END;
END $$;
CREATE FUNCTION as_detail(unmet text[]) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', 'Missing: ' || string_agg('"' || u || '"', ', ' ORDER BY n) FILTER (WHERE u ~ '^r.$') || '.',
                     'Not met: ' || string_agg(u, '; ' ORDER BY n) FILTER (WHERE u !~ '^r.$') || '.')
    FROM unnest(unmet) WITH ORDINALITY t (u, n)
$$;

CREATE TABLE compared (process jsonb, deal deals, to_stage text, can boolean, unmet text[], said text);
CREATE TABLE stepped (process jsonb, deal deals, next text, can boolean, reached text);
CREATE PROCEDURE compare(processes integer) LANGUAGE plpgsql AS $$
DECLARE
    definition jsonb;
    p opportunity.sales_process;
BEGIN
    FOR i IN 1 .. processes LOOP
        definition := process_random.random_process();
        p := definition::opportunity.sales_process;
        TRUNCATE process_random.deals;
        PERFORM opportunity.attach_process('process_random.deals', 'stage', p);
        ALTER TABLE process_random.deals DISABLE TRIGGER USER;
        INSERT INTO process_random.deals
        SELECT k, s.stage, process_random.pick(ARRAY[NULL, ' ', 'blank', 'x']), random() < 0.6, CASE WHEN random() < 0.6 THEN floor(random() * 4) END,
               CASE WHEN random() < 0.7 THEN floor(random() * 4) - 1 END, CASE WHEN random() < 0.7 THEN floor(random() * 3) END
        FROM generate_series(1, 2) k0, LATERAL (SELECT s.stage, 10 * k0 + stage_order AS k FROM opportunity.stages(p) s) s;
        ALTER TABLE process_random.deals ENABLE TRIGGER USER;
        -- one row in each half, every stage, by the process as attached and as written
        INSERT INTO process_random.compared
        SELECT definition, d, s.stage, opportunity.can_move(q, d, s.stage), opportunity.unmet_requirements(q, d, s.stage), process_random.says(d.id, s.stage)
        FROM process_random.deals d, opportunity.stages(p) s, (VALUES (p), (opportunity.process_of('process_random.deals'))) v (q);
        INSERT INTO process_random.stepped
        SELECT definition, d, following, opportunity.can_move(p, d, following), process_random.advanced(d.id)
        FROM process_random.deals d, LATERAL (SELECT opportunity.next_stage(p, d)) v (following);
    END LOOP;
END $$;
SELECT setseed(0.3);
CALL compare(60);

-- Enough of each kind was met with,
SELECT count(*) > 2000 AS compared, count(*) FILTER (WHERE can) > 500 AS allowed, count(*) FILTER (WHERE said = 'opportunity_stage_move') > 100 AS no_move,
       count(*) FILTER (WHERE said LIKE 'Missing%') > 100 AS missing, count(*) FILTER (WHERE said LIKE '%Not met%') > 100 AS not_met, count(DISTINCT process) AS processes
FROM compared;
SELECT count(*) > 300 AS stepped, count(*) FILTER (WHERE reached IS NOT NULL) > 100 AS advanced,
       count(*) FILTER (WHERE substr(next, 2)::integer > substr((deal).stage, 2)::integer + 1 AND next LIKE 's%' AND reached = next) > 0 AS by_branch FROM stepped;
-- and the answers are the same: can_move, what is unmet and in which words, and where advance goes.
SELECT * FROM compared WHERE can <> (said IS NULL) OR (said ~ '^(Missing|Not met)' AND said <> as_detail(unmet)) OR (can AND unmet <> '{}') LIMIT 3;
SELECT * FROM stepped WHERE reached IS DISTINCT FROM CASE WHEN can THEN next END LIMIT 3;
