-- Looking ahead gives the trigger's answer.
CREATE SCHEMA process_preview;
SET search_path = process_preview, opportunity;

CREATE TABLE deals (id integer PRIMARY KEY, stage text, ra text, rb boolean, rw numeric, rl text);
INSERT INTO deals SELECT row_number() OVER (), s, ra, rb, rw, rl
FROM unnest(ARRAY['a', 'b', 'c', 'won', 'lost']) s, unnest(ARRAY[NULL, ' ', 'x']) ra, unnest(ARRAY[NULL, false, true]) rb,
     unnest(ARRAY[NULL, 0]) rw, unnest(ARRAY[NULL, '', 'x']) rl;

-- Every row to every stage, under four sets of rules: what can_move says is what the trigger does,
-- and unmet_requirements lists what it reports.
CREATE FUNCTION refused(deal integer, to_stage text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    rule text; detail text;
BEGIN
    BEGIN
        UPDATE deals SET stage = to_stage WHERE id = deal;
        RAISE EXCEPTION USING ERRCODE = 'XX001';
    EXCEPTION WHEN check_violation OR not_null_violation THEN
        GET STACKED DIAGNOSTICS rule = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL;
        RETURN CASE rule WHEN 'opportunity_stage_gate' THEN detail ELSE 'refused' END;
    WHEN data_corrupted THEN
        RETURN NULL;
    END;
END $$;
CREATE FUNCTION compare(moves text) RETURNS TABLE (compared bigint, allowed bigint, unmet bigint, differ bigint) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM opportunity.attach_process('deals', 'stage',
        ('{"stages": [{"name": "a", "required": ["ra"]}, {"name": "b", "required": ["rb", "ra"]}, {"name": "c"},
                      {"name": "won", "outcome": "won", "required": ["rw"]}, {"name": "lost", "outcome": "lost", "required": ["rl", "rb"]}], "moves": ' || moves || '}')::opportunity.sales_process);
    RETURN QUERY
    SELECT count(*), count(*) FILTER (WHERE can), count(*) FILTER (WHERE u <> '{}'),
           count(*) FILTER (WHERE can <> (said IS NULL) OR (said LIKE 'Missing%' AND said <> 'Missing: "' || array_to_string(u, '", "') || '".'))
    FROM deals d, unnest(ARRAY['a', 'b', 'c', 'won', 'lost']) t,
         LATERAL (SELECT opportunity.can_move(opportunity.process_of('deals'), d, t) AS can,
                         opportunity.unmet_requirements(opportunity.process_of('deals'), d, t) AS u, refused(d.id, t) AS said) x;
END $$;
SELECT m, c.* FROM unnest(ARRAY['{}', '{"skip": true}', '{"back": false}', '{"skip": true, "reopen": false}']) m, compare(m) c;

-- next_stage, and what it takes to get there.
SELECT stage, next_stage(process_of('deals'), d), unmet_requirements(process_of('deals'), d)
FROM deals d WHERE ra = ' ' AND NOT rb AND rw IS NULL AND rl = '' ORDER BY id;

-- A row of any shape: a record of a query, a composite value, another name of the stage column.
CREATE TYPE brief AS (step char(3), ra text);
SELECT next_stage(process_of('deals'), q) FROM (SELECT 'b' AS stage) q;
SELECT next_stage(process_of('deals'), ROW('c', NULL)::brief, 'step'), unmet_requirements(process_of('deals'), ROW('a', NULL)::brief, stage_column => 'step');
SELECT next_stage(process_of('deals'), ROW('a', NULL)::brief);
SELECT unmet_requirements(process_of('deals'), ROW('b', NULL)::brief, stage_column => 'step');
SELECT next_stage(process_of('deals'), ROW(NULL, NULL)::brief, 'step') AS first, unmet_requirements(process_of('deals'), ROW(NULL, NULL)::brief, stage_column => 'step');
ALTER TABLE deals DROP COLUMN id, ADD COLUMN later boolean DEFAULT true;
SELECT DISTINCT next_stage(process_of('deals'), d) FROM deals d WHERE stage = 'a';

-- Unknown stages, NULLs.
SELECT next_stage(process_of('deals'), ROW('zzz', NULL)::brief, 'step');
SELECT can_move(process_of('deals'), d, 'Won') FROM deals d LIMIT 1;
SELECT unmet_requirements(process_of('deals'), d, 'Won') FROM deals d LIMIT 1;
SELECT next_stage(NULL, d) IS NULL AS n, unmet_requirements(NULL, d) IS NULL AS u, can_move(process_of('deals'), d, NULL) IS NULL AS c,
       next_stage(process_of('deals'), NULL) IS NULL AS nn, unmet_requirements(process_of('deals'), NULL) IS NULL AS uu, process_of(NULL) IS NULL AS p
FROM deals d LIMIT 1;
SELECT process_of('pg_class');

-- An expression of a function that lives on sees what is attached meanwhile.
CREATE TABLE changing (stage text);
DO $$
DECLARE
    process text;
BEGIN
    FOR i IN 1..3 LOOP
        PERFORM opportunity.attach_process('changing', 'stage', format('{"stages": [{"name": "a%s"}, {"name": "w", "outcome": "won"}]}', i)::opportunity.sales_process);
        process := opportunity.process_of('changing');
        RAISE NOTICE '%', process;
    END LOOP;
END $$;

-- Stages by id: a row of the table is looked at as it is.
CREATE TABLE stage (id integer PRIMARY KEY, name text);
INSERT INTO stage VALUES (10, 'a'), (20, 'b'), (30, 'w');
CREATE TABLE numbered (id integer PRIMARY KEY, stage_id integer, note text);
SELECT attach_process('numbered', 'stage_id', '{"stages": [{"name": "a", "required": ["note"]}, {"name": "b"}, {"name": "w", "outcome": "won"}]}', stage_table => 'stage');
INSERT INTO numbered VALUES (1, 10), (2, 20);
SELECT n.id, next_stage(p, n, 'stage_id'), unmet_requirements(p, n, stage_column => 'stage_id'), can_move(p, n, 'w', 'stage_id')
FROM numbered n, process_of('numbered') p ORDER BY 1;
UPDATE stage SET name = CASE id WHEN 10 THEN 'b' ELSE 'a' END WHERE id < 30;
SELECT n.id, next_stage(p, n, 'stage_id') FROM numbered n, process_of('numbered') p ORDER BY 1;
