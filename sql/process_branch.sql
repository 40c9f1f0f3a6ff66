-- Branches: ways past stages for deals that meet a condition, in the decision table whole.
CREATE SCHEMA process_branch;
SET search_path = process_branch, opportunity;

CREATE TABLE deals (id integer PRIMARY KEY, stage text, value integer, renewal boolean, ra text, rb text, rc text, rw text);
CREATE FUNCTION process(moves text) RETURNS sales_process LANGUAGE sql AS $$
    SELECT ('{"stages": [{"name": "a", "required": ["ra"]}, {"name": "b", "required": ["rb"]}, {"name": "c", "required": ["rc"]}, {"name": "d"},
                         {"name": "won", "outcome": "won", "required": ["rw"]}, {"name": "lost", "outcome": "lost"}],
             "branches": [{"from": "a", "to": "won", "when": "renewal"},
                          {"from": "a", "to": "d", "when": "value < 10"},
                          {"from": "a", "to": "c", "when": "value < 100"},
                          {"from": "b", "to": "d"}],
             "moves": ' || moves || '}')::opportunity.sales_process
$$;
CREATE FUNCTION attempt(from_stage text, to_stage text, deal_value integer, is_renewal boolean, filled text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    rule text; detail text;
BEGIN
    TRUNCATE deals;
    ALTER TABLE deals DISABLE TRIGGER USER;
    INSERT INTO deals VALUES (1, from_stage, deal_value, is_renewal, CASE WHEN filled ~ 'a' THEN 'x' END, CASE WHEN filled ~ 'b' THEN 'x' END,
                              CASE WHEN filled ~ 'c' THEN 'x' END, CASE WHEN filled ~ 'w' THEN 'x' END);
    ALTER TABLE deals ENABLE TRIGGER USER;
    UPDATE deals SET stage = to_stage;
    RETURN 'ok';
EXCEPTION WHEN check_violation OR not_null_violation THEN
    GET STACKED DIAGNOSTICS rule = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL;
    RETURN CASE WHEN rule = 'opportunity_stage_gate' THEN replace(detail, 'Missing: ', '') ELSE replace(rule, 'opportunity_stage_', '') END;
END $$;
CREATE FUNCTION matrix(moves text, from_stage text, filled text)
RETURNS TABLE (value integer, renewal boolean, next text, b text, c text, d text, won text, lost text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM opportunity.attach_process('deals', 'stage', process(moves));
    RETURN QUERY SELECT v, r, opportunity.next_stage(process(moves), q), attempt(from_stage, 'b', v, r, filled), attempt(from_stage, 'c', v, r, filled),
                        attempt(from_stage, 'd', v, r, filled), attempt(from_stage, 'won', v, r, filled), attempt(from_stage, 'lost', v, r, filled)
                 FROM (VALUES (5, false), (50, false), (500, false), (NULL, NULL), (5, true)) c (v, r), LATERAL (SELECT from_stage AS stage, v AS value, r AS renewal) q;
END $$;

-- From a: the branch that comes first and whose condition holds, or the next stage; no other without skip. NULL does not hold.
SELECT * FROM matrix('{}', 'a', 'abcw');
SELECT * FROM matrix('{"skip": true}', 'a', 'abcw');
-- From b a branch without a condition takes every deal to d, if it does not go to c.
SELECT * FROM matrix('{}', 'b', 'abcw');
-- Gates: a branch asks for the stage it leaves and not for those it passes over; a skip asks for all. Who wins by a branch
-- brings what every stage on the way requires.
SELECT * FROM matrix('{}', 'a', '');
SELECT * FROM matrix('{"skip": true}', 'a', '');
SELECT * FROM matrix('{}', 'a', 'aw');
-- There is no branch back, out of an outcome, or for a new row.
SELECT f, t, attempt(f, t, 5, true, 'abcw') FROM (VALUES ('d', 'a'), ('won', 'd'), ('won', 'lost'), ('d', 'won')) v (f, t);
SELECT attach_process('deals', 'stage', process('{"start": "first"}'));
DELETE FROM deals;
INSERT INTO deals VALUES (2, 'd', 5);

-- What a refusal offers is this row's choice.
INSERT INTO deals VALUES (2, 'a', 50, false, 'x'), (3, 'a', 500, false, 'x');
UPDATE deals SET stage = 'd' WHERE id = 2;
UPDATE deals SET stage = 'd' WHERE id = 3;

-- advance takes the branch; a condition is judged on the row as it becomes.
SELECT advance('deals', '2'), advance('deals', '3');
UPDATE deals SET stage = 'a';
UPDATE deals SET stage = 'd', value = 9 WHERE id = 3;
SELECT * FROM deals ORDER BY id;
SELECT move_to('deals', '2', 'd');

-- How much of what the process requires is there.
SELECT id, completeness(process_of('deals'), deals) FROM deals ORDER BY id;
SELECT completeness('{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', deals) AS nothing_required, completeness(NULL, deals) IS NULL AS n, completeness(process_of('deals'), NULL) IS NULL AS m FROM deals LIMIT 1;
SELECT completeness(process_of('deals'), q) FROM (SELECT 1 AS ra) q;

-- In another session, a table partitioned by stage.
CREATE TABLE parts (id integer, value integer, stage text, PRIMARY KEY (id, stage)) PARTITION BY LIST (stage);
CREATE TABLE parts_open PARTITION OF parts FOR VALUES IN ('a', 'b');
CREATE TABLE parts_rest (value integer, stage text NOT NULL, id integer NOT NULL);
ALTER TABLE parts ATTACH PARTITION parts_rest DEFAULT;
SELECT attach_process('parts', 'stage', '{"stages": [{"name": "a", "checks": [{"when": "value <> 7", "message": "not seven"}]}, {"name": "b"}, {"name": "c", "checks": [{"when": "value > 3", "message": "more than three"}]},
    {"name": "w", "outcome": "won", "checks": [{"when": "id > 0"}]}], "branches": [{"from": "a", "to": "c", "when": "value > 5"}]}');
INSERT INTO parts VALUES (1, 1, 'a'), (2, 6, 'a'), (3, 7, 'a');
UPDATE parts SET stage = 'c' WHERE id = 1;
UPDATE parts SET stage = 'c' WHERE id = 3;
UPDATE parts SET stage = 'c' WHERE id = 2;
UPDATE parts SET stage = 'w', value = 3 WHERE id = 2;
SELECT advance('parts', '2');
SELECT tableoid::regclass, * FROM parts ORDER BY id;
