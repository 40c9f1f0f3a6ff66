-- What a refusal says, what counts as filled, warnings, misuse.
CREATE SCHEMA process_gate;
SET search_path = process_gate, opportunity;

CREATE FUNCTION try(command text) RETURNS TABLE (field text, value text) LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; detail text; hint text; in_schema text; in_table text; in_column text; rule text;
BEGIN
    EXECUTE command;
    RETURN QUERY VALUES ('done', NULL);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
        in_schema = SCHEMA_NAME, in_table = TABLE_NAME, in_column = COLUMN_NAME, rule = CONSTRAINT_NAME;
    RETURN QUERY SELECT * FROM (VALUES ('state', state), ('message', message), ('detail', detail), ('hint', hint),
                                       ('schema', in_schema), ('table', in_table), ('column', in_column), ('constraint', rule)) v (n, v)
                 WHERE v.v <> '';
END $$;

CREATE TABLE deals (id bigint PRIMARY KEY, stage text, note text, code varchar(5), padded char(5), agreed boolean, amount numeric, tags text[], extra jsonb);
SELECT attach_process('deals', 'stage',
    '{"stages": [{"name": "qualify", "required": ["note", "code", "padded", "agreed", "amount", "tags", "extra"]},
                 {"name": "propose", "required": ["amount"]},
                 {"name": "won", "outcome": "won", "required": ["amount"]}, {"name": "lost", "outcome": "lost", "required": ["note"]}],
      "moves": {"start": ["qualify", "lost"], "back": false}}');

-- Every rule: its message, its fields.
INSERT INTO deals (id, stage) VALUES (5, 'qualify');
SELECT * FROM try($$UPDATE deals SET stage = 'propose' WHERE id = 5$$);
SELECT * FROM try($$UPDATE deals SET stage = 'won' WHERE id = 5$$);
SELECT * FROM try($$UPDATE deals SET stage = 'lost' WHERE id = 5$$);
SELECT * FROM try($$UPDATE deals SET stage = 'nowhere' WHERE id = 5$$);
SELECT * FROM try($$UPDATE deals SET stage = NULL WHERE id = 5$$);
SELECT * FROM try($$INSERT INTO deals (id, stage) VALUES (6, 'propose')$$);
SELECT * FROM try($$INSERT INTO deals (id, stage) VALUES (6, 'lost')$$);
SELECT * FROM try($$INSERT INTO deals (id, stage) VALUES (6, 'nowhere')$$);

-- Empty, blank and false are not filled; zero, an empty array and an empty object are.
UPDATE deals SET note = E' \t\r\n\f\v', code = '', padded = '', agreed = false, amount = 0, tags = '{}', extra = '{}';
SELECT * FROM try($$UPDATE deals SET stage = 'propose'$$) WHERE field = 'detail';
SELECT * FROM try($$UPDATE deals SET stage = 'propose', note = ' x', code = 'x', padded = 'x', agreed = true$$);

-- A gate left behind is not asked again, and there is no way back.
UPDATE deals SET note = NULL;
SELECT * FROM try($$UPDATE deals SET stage = 'qualify'$$);
UPDATE deals SET stage = 'won';
SELECT * FROM try($$UPDATE deals SET amount = NULL$$);
SELECT * FROM try($$UPDATE deals SET stage = 'lost'$$);

-- A row without a primary key, one with several columns, a long one, a process with many stages.
CREATE TABLE nokey (stage text);
SELECT attach_process('nokey', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}');
SELECT * FROM try($$INSERT INTO nokey VALUES ('b')$$) WHERE field = 'message';
CREATE TABLE twokeys (b text, stage text, "A b" date, PRIMARY KEY (b, "A b"));
SELECT attach_process('twokeys', 'stage', ('{"stages": [' || string_agg(format('{"name": "s%s"}', i), ', ') || ', {"name": "w", "outcome": "won"}]}')::sales_process)
FROM generate_series(1, 25) i;
SELECT * FROM try(format('INSERT INTO twokeys VALUES (%L, ''b'', ''2026-01-01'')', repeat('ü', 50))) WHERE field IN ('message', 'detail');

-- Who may not see the key is not told it.
SET ROLE NONE;
CREATE ROLE regress_blind;
GRANT USAGE ON SCHEMA process_gate TO regress_blind;
GRANT INSERT, UPDATE ON deals TO regress_blind;
GRANT SELECT (stage) ON deals TO regress_blind;
SET ROLE regress_blind;
SELECT * FROM try($$UPDATE deals SET stage = 'lost'$$) WHERE field = 'message';
SELECT * FROM try($$INSERT INTO deals (id) VALUES (77)$$);
SELECT * FROM try($$SELECT opportunity.attach_process('deals', 'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}')$$);
SELECT * FROM try($$SELECT opportunity.detach_process('deals')$$);
SET ROLE NONE;
DROP OWNED BY regress_blind;
DROP ROLE regress_blind;
RESET ROLE;

-- enforce => 'warn' says the same and lets the row pass.
CREATE TABLE rollout (id integer PRIMARY KEY, stage text, amount numeric);
INSERT INTO rollout VALUES (1, 'old'), (2, 'a'), (3, NULL);
SELECT * FROM try($$SELECT opportunity.attach_process('rollout', 'stage', '{"stages": [{"name": "a", "required": ["amount"]}, {"name": "b"}, {"name": "w", "outcome": "won"}]}')$$);
SELECT attach_process('rollout', 'stage', '{"stages": [{"name": "a", "required": ["amount"]}, {"name": "b"}, {"name": "w", "outcome": "won"}]}', enforce => 'warn');
UPDATE rollout SET amount = 0 WHERE id = 1;
UPDATE rollout SET amount = NULL;
UPDATE rollout SET stage = 'b' WHERE id = 2;
UPDATE rollout SET stage = 'w' WHERE id = 1;
UPDATE rollout SET stage = NULL WHERE id = 2;
SELECT * FROM rollout ORDER BY id;
SELECT * FROM try($$SELECT opportunity.move_to('rollout', '1', 'nowhere')$$);

-- Triggers made by hand, wrongly.
CREATE TABLE byhand (id integer PRIMARY KEY, stage text);
CREATE FUNCTION wrong(definition text, command text DEFAULT 'INSERT INTO byhand VALUES (1, ''a'')') RETURNS TABLE (field text, value text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'CREATE TRIGGER t ' || definition;
    RETURN QUERY SELECT * FROM try(command) t WHERE t.field IN ('done', 'state', 'message');
    DROP TRIGGER t ON byhand;
END $$;
SELECT * FROM try('SELECT opportunity.judge_stage()') WHERE field IN ('state', 'message');
SELECT * FROM wrong($$BEFORE INSERT ON byhand FOR EACH ROW EXECUTE FUNCTION judge_stage('stage', '{}')$$);
SELECT * FROM wrong($$AFTER INSERT ON byhand EXECUTE FUNCTION judge_stage('stage', '{}')$$);
SELECT * FROM wrong($$AFTER TRUNCATE ON byhand EXECUTE FUNCTION judge_stage('stage', '{}')$$, 'TRUNCATE byhand');
SELECT * FROM wrong($$AFTER INSERT ON byhand FOR EACH ROW EXECUTE FUNCTION derive_stage('stage')$$);
SELECT * FROM wrong($$BEFORE INSERT ON byhand EXECUTE FUNCTION derive_stage('stage')$$);
SELECT * FROM wrong($$BEFORE INSERT ON byhand FOR EACH ROW EXECUTE FUNCTION derive_stage('stage')$$);
SELECT * FROM wrong($$BEFORE INSERT ON byhand FOR EACH ROW EXECUTE FUNCTION derive_stage()$$);
SELECT * FROM wrong($$BEFORE INSERT ON byhand EXECUTE FUNCTION process_table_changed()$$);
SELECT * FROM wrong($$AFTER INSERT ON byhand FOR EACH ROW EXECUTE FUNCTION process_table_changed()$$);
SELECT a, w.* FROM unnest(ARRAY[
    '', $$'stage'$$, $$'stage', ''$$, $$'stage', '{}'$$, $$'stage', '{"stages": 1}', 'enforce'$$, $$'', '{}'$$,
    $$'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', 'enforce', 'perhaps'$$,
    $$'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', 'color', 'red'$$,
    $$'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', 'outcome_column', 'nothing'$$,
    $$'stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}', 'process_table', 'x.y', 'process_column', 'id'$$,
    $$'stage', '', 'process_table', 'x.y'$$, $$'stage', '', 'process_column', 'id'$$,
    $$'stage', '', 'process_table', 'x.y', 'process_column', 'id'$$, $$'stage', '', 'process_table', 'a.b.c', 'process_column', 'id'$$,
    $$'stage', '', 'process_table', 'pg_catalog.pg_class', 'process_column', 'id'$$,
    $$'stage', '', 'process_table', 'pg_catalog.pg_views', 'process_column', 'id'$$,
    $$'STAGE', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}'$$
]) a, wrong(format('AFTER INSERT ON byhand FOR EACH ROW EXECUTE FUNCTION judge_stage(%s)', a)) w;

-- Only the judge is there: a row without a stage is refused.
CREATE TRIGGER alone AFTER INSERT OR UPDATE ON byhand FOR EACH ROW
    EXECUTE FUNCTION judge_stage('stage', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}');
SELECT * FROM try('INSERT INTO byhand VALUES (1, NULL)');
