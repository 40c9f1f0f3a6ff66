-- The decision table, whole: every move under every rule, with its gates.
CREATE SCHEMA process_moves;
SET search_path = process_moves, opportunity;

CREATE TABLE deals (id integer PRIMARY KEY, stage text, ra text, rb text, rc text, rw text, rl text);
CREATE FUNCTION process(moves text) RETURNS sales_process LANGUAGE sql AS $$
    SELECT ('{"stages": [{"name": "a", "required": ["ra"]}, {"name": "b", "required": ["rb"]}, {"name": "c", "required": ["rc"]},
                         {"name": "won", "outcome": "won", "required": ["rw"]},
                         {"name": "lost", "outcome": "lost", "required": ["rl"]}],
             "moves": ' || moves || '}')::opportunity.sales_process
$$;

-- Puts a row in one stage, behind the rule's back, and tries to move it to another;
-- says which constraint refuses it, or which required values it lacks.
CREATE FUNCTION attempt(from_stage text, to_stage text, filled boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    value text := CASE WHEN filled THEN 'x' END;
    rule text; detail text; state text;
BEGIN
    DELETE FROM deals;
    IF from_stage IS DISTINCT FROM '(new)' THEN
        ALTER TABLE deals DISABLE TRIGGER USER;
        INSERT INTO deals VALUES (1, from_stage, value, value, value, value, value);
        ALTER TABLE deals ENABLE TRIGGER USER;
        UPDATE deals SET stage = to_stage;
    ELSE
        INSERT INTO deals VALUES (1, to_stage, value, value, value, value, value);
    END IF;
    RETURN 'ok' || (SELECT CASE WHEN stage IS DISTINCT FROM to_stage THEN ' ' || stage ELSE '' END FROM deals);
EXCEPTION WHEN check_violation OR not_null_violation THEN
    GET STACKED DIAGNOSTICS rule = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL, state = RETURNED_SQLSTATE;
    RETURN CASE WHEN rule = 'opportunity_stage_gate' THEN replace(regexp_replace(detail, '^Missing: (.*)\.$', '\1'), '"', '')
                ELSE replace(rule, 'opportunity_stage_', '') END || CASE state WHEN '23502' THEN ' 23502' ELSE '' END;
END $$;

-- Rows: where it comes from; columns: where it goes.
CREATE FUNCTION matrix(moves text, filled boolean)
RETURNS TABLE (was text, a text, b text, c text, won text, lost text, zzz text, nothing text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM opportunity.attach_process('deals', 'stage', process(moves));
    RETURN QUERY SELECT f, attempt(f, 'a', filled), attempt(f, 'b', filled), attempt(f, 'c', filled), attempt(f, 'won', filled),
                        attempt(f, 'lost', filled), attempt(f, 'zzz', filled), attempt(f, NULL, filled)
                 FROM unnest(ARRAY['(new)', 'a', 'b', 'c', 'won', 'lost', 'gone', NULL]) f;
END $$;

-- All values filled: the rules of movement alone. By default one may not skip.
SELECT * FROM matrix('{}', true);
SELECT * FROM matrix('{"skip": true}', true);
SELECT * FROM matrix('{"back": false, "reopen": false}', true);
SELECT * FROM matrix('{"start": "first"}', true);
SELECT * FROM matrix('{"start": ["b", "lost"]}', true);

-- Nothing filled: the gates. Refused moves are refused before their gates are looked at.
SELECT * FROM matrix('{}', false);
SELECT * FROM matrix('{"skip": true}', false);

-- Without an own required column, lost is open to every deal.
SELECT attach_process('deals', 'stage', '{"stages": [{"name": "a", "required": ["ra"]}, {"name": "won", "outcome": "won"}, {"name": "lost", "outcome": "lost"},
                                                     {"name": "void", "outcome": "lost"}, {"name": "renewed", "outcome": "won"}]}');
SELECT f AS was, attempt(f, 'a', false) AS a, attempt(f, 'won', false) AS won, attempt(f, 'lost', false) AS lost,
       attempt(f, 'void', false) AS void, attempt(f, 'renewed', false) AS renewed
FROM unnest(ARRAY['(new)', 'a', 'won', 'lost', 'void', 'renewed']) f;

-- What an outcome requires holds while the row is in it; what an open stage requires is asked at moves only.
DELETE FROM deals;
SELECT attach_process('deals', 'stage', process('{}'));
INSERT INTO deals VALUES (1, 'a', 'x', 'x', 'x', 'x', 'x');
UPDATE deals SET stage = 'b';
UPDATE deals SET ra = NULL, rb = NULL, rw = NULL;
UPDATE deals SET stage = 'c', rb = 'x';
UPDATE deals SET stage = 'won', rw = 'x';
UPDATE deals SET ra = NULL, rb = NULL, rc = NULL;
UPDATE deals SET rw = ' ';
SELECT * FROM deals;
