-- Hostile and mistaken definitions: what is said, and where.
CREATE SCHEMA process_literals;
SET search_path = process_literals, opportunity;

CREATE FUNCTION try(definition text) RETURNS TABLE (state text, message text, detail text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM definition::opportunity.sales_process;
    state := 'read';
    RETURN NEXT;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN NEXT;
END $$;

-- Of a whole definition.
SELECT d, t.* FROM unnest(ARRAY[
    '', '{', 'null', '3', '"stages"', '[]', '{}', '{"stages": null}', '{"stages": {}}', '{"stages": "a"}', '{"stages": []}',
    '{"stages": [{"name": "a"}]}', '{"stages": [{"name": "a", "probability": "x"}]}',
    '{"stages": [1, 2]}', '{"stages": [[], []]}', '{"stages": [null, null]}', '{"stages": [{}, {}]}',
    '{"Stages": []}', '{"stages": [], "": 1}', '{"branches": []}', '{"stages": [], "stages": []}', '{"stages": [{"name": "a:\"{[,", "x": [1, {"y": -1.5e3}]}, {"name" : "b", "checks":[ { "when": "}", "\u0077hen":true } ] }]}', '{"a b": {"k": [], "k" :null}}', '{"stages": [{"name": "a\":\\"}, {"name": "\u003a", "outcome": "won"}]}', '{"sta\u0000ges": []}',
    '{"stages": [{"name": "a"}, {"name": "b"}]}',
    '{"stages": [{"name": "w", "outcome": "won"}, {"name": "l", "outcome": "lost"}]}',
    '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}, {"name": "b"}]}',
    '{"stages": [{"name": "a"}, {"name": "b"}, {"name": "w", "outcome": "won"}, {"name": "a"}]}',
    '{"stages": [{"name": "a"}, {"name": "l", "outcome": "lost"}]}'
]) d, try(d) t;

-- Of one stage.
SELECT s, t.* FROM unnest(ARRAY[
    '{"name": "b", "label": "b"}', '{"name": "b", "name": "c"}',
    '{"label": "b"}', '{"name": null}', '{"name": 1}', '{"name": ""}', '{"name": " b"}', '{"name": "b "}', '{"name": "a\tb"}', '{"name": "\u007f"}',
    '{"name": "b", "label": ""}', '{"name": "b", "label": []}', '{"name": "b", "forecast_category": true}',
    '{"name": "b", "probabilty": 5}', '{"name": "b", "checks": []}', '{"name": "b", "checks": {}}', '{"name": "b", "checks": ["x > 0"]}', '{"name": "b", "checks": [{}]}',
    '{"name": "b", "checks": [{"when": ""}]}', '{"name": "b", "checks": [{"when": true}]}', '{"name": "b", "checks": [{"message": "m"}]}',
    '{"name": "b", "checks": [{"when": "x", "message": ""}]}', '{"name": "b", "checks": [{"when": "x", "message": "two\nlines"}]}', '{"name": "b", "checks": [{"when": "x", "then": "y"}]}', '{"name": "b", "a \"key\"": 1}',
    '{"name": "b", "probability": "10"}', '{"name": "b", "probability": null}', '{"name": "b", "probability": -0.1}',
    '{"name": "b", "probability": 100.000001}', '{"name": "b", "probability": 1e400}', '{"name": "b", "probability": 0.0000001}',
    '{"name": "b", "probability": 1e2}', '{"name": "b", "probability": -0}', '{"name": "b", "probability": 33.333333}',
    '{"name": "b", "rotting_days": 0}', '{"name": "b", "rotting_days": 1.5}', '{"name": "b", "rotting_days": 36501}', '{"name": "b", "rotting_days": "7"}',
    '{"name": "b", "required": "x"}', '{"name": "b", "required": {}}', '{"name": "b", "required": [1]}', '{"name": "b", "required": [""]}',
    '{"name": "b", "required": []}', '{"name": "b", "required": ["x", "y", "x"]}', '{"name": "b", "required": [["x"]]}',
    '{"name": "b", "outcome": "open"}', '{"name": "b", "outcome": "WON"}', '{"name": "b", "outcome": true}', '{"name": "b", "outcome": "won\u0020"}',
    '{"name": "w2", "outcome": "won", "probability": 90}', '{"name": "l", "outcome": "lost", "probability": 1}'
]) s, try(format('{"stages": [{"name": "a"}, %s{"name": "w", "outcome": "won"}%s]}',
                 CASE WHEN s LIKE '%"outcome"%' THEN '' ELSE s || ', ' END,
                 CASE WHEN s LIKE '%"outcome"%' THEN ', ' || s ELSE '' END)) t;

-- Of the moves.
SELECT m, t.* FROM unnest(ARRAY[
    'null', '[]', '"skip"', '{"skip": "true"}', '{"back": null}', '{"reopen": 1}', '{"Skip": true}', '{"skip_all": true}',
    '{"start": "last"}', '{"start": []}', '{"start": {}}', '{"start": null}', '{"start": ["a", "z"]}', '{"start": [1]}', '{"start": ["A"]}'
]) m, try(format('{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}], "moves": %s}', m)) t;

-- Lengths: what is too long, and what a message shows of it.
SELECT what, t.state, t.message, t.detail FROM (VALUES
    ('name of 255 bytes', format('{"stages": [{"name": "%s"}, {"name": "w", "outcome": "won"}]}', repeat('x', 255))),
    ('name of 256 bytes', format('{"stages": [{"name": "%s"}, {"name": "w", "outcome": "won"}]}', repeat('x', 256))),
    ('column of 64 bytes', format('{"stages": [{"name": "a", "required": ["%s"]}, {"name": "w", "outcome": "won"}]}', repeat('x', 64))),
    ('key of 200 bytes', format('{"stages": [{"name": "a", "%s": 1}, {"name": "w", "outcome": "won"}]}', repeat('é', 100))),
    ('1001 stages', (SELECT '{"stages": [' || string_agg(format('{"name": "%s"}', i), ', ') || ', {"name": "w", "outcome": "won"}]}' FROM generate_series(1, 1000) i)),
    ('deep nesting', '{"stages": ' || repeat('[', 200) || repeat(']', 200) || '}')
) v (what, definition), try(definition) t;

-- Binary input checks what text input checks: a wrong version, no text, nothing, no process, no UTF-8; then a right one.
CREATE TABLE received (process sales_process);
\copy received FROM PROGRAM 'printf "PGCOPY\\n\\377\\r\\n\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\001\\000\\000\\000\\003\\002{}\\377\\377"' (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\\n\\377\\r\\n\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\001\\000\\000\\000\\001\\001\\377\\377"' (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\\n\\377\\r\\n\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\001\\000\\000\\000\\000\\377\\377"' (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\\n\\377\\r\\n\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\001\\000\\000\\000\\003\\001{}\\377\\377"' (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\\n\\377\\r\\n\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\001\\000\\000\\000\\003\\001\\377\\376\\377\\377"' (FORMAT binary)
\copy received FROM PROGRAM 'printf "PGCOPY\\n\\377\\r\\n\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\001\\000\\000\\000\\067\\001{\\042stages\\042:[{\\042name\\042:\\042a\\042},{\\042name\\042:\\042w\\042,\\042outcome\\042:\\042won\\042}]}\\377\\377"' (FORMAT binary)
SELECT process FROM received;

-- From jsonb the path is given too.
SELECT '{"stages": [{"name": "a", "probability": 101}, {"name": "w", "outcome": "won"}]}'::jsonb::sales_process;

-- Of branches, which name stages.
SELECT b, t.* FROM unnest(ARRAY[
    '[]', 'null', '{}', '[1]', '[{}]', '[{"from": "a"}]', '[{"to": "a"}]', '[{"from": "a", "to": "zzz"}]', '[{"from": 1, "to": "b"}]',
    '[{"from": "a", "to": "b", "if": "x"}]', '[{"from": "a", "to": "c", "when": ""}]', '[{"from": "a", "to": "c", "when": null}]',
    '[{"from": "a", "to": "a"}]', '[{"from": "b", "to": "a"}]', '[{"from": "a", "to": "l"}]', '[{"from": "w", "to": "a"}]', '[{"from": "w", "to": "v"}]',
    '[{"from": "a", "to": "b"}]', '[{"from": "a", "to": "w"}]', '[{"from": "a", "to": "v", "when": "x"}, {"from": "a", "to": "v", "when": "y"}]',
    '[{"from": "a", "to": "c"}, {"from": "b", "to": "w"}, {"from": "a", "to": "w", "when": "x"}]'
]) b, try(format('{"branches": %s, "stages": [{"name": "a"}, {"name": "b"}, {"name": "c"}, {"name": "w", "outcome": "won"}, {"name": "v", "outcome": "won"}, {"name": "l", "outcome": "lost"}]}', b)) t;

-- Stages that no deal can be in.
SELECT m, t.* FROM unnest(ARRAY[
    '{"back": false, "reopen": false, "start": ["b"]}', '{"back": false, "reopen": false, "start": ["w"]}', '{"back": true, "reopen": false, "start": ["b"]}',
    '{"back": false, "reopen": true, "start": ["b"]}', '{"back": false, "reopen": false, "start": ["b", "a"]}', '{"back": false, "reopen": false, "start": "first"}'
]) m, try(format('{"moves": %s, "stages": [{"name": "a"}, {"name": "b"}, {"name": "w", "outcome": "won"}]}', m)) t;

-- The longest condition and message, and one byte more.
SELECT n, state, message, detail FROM unnest(ARRAY[16384, 16385]) n, try(format('{"stages": [{"name": "a", "checks": [{"when": "%s"}]}, {"name": "w", "outcome": "won"}]}', repeat('x', n)));
SELECT n, state, message, detail FROM unnest(ARRAY[1000, 1001]) n, try(format('{"stages": [{"name": "a", "checks": [{"when": "x", "message": "%s"}]}, {"name": "w", "outcome": "won"}]}', repeat('x', n)));
SELECT n, state, message, detail FROM unnest(ARRAY[100, 101]) n,
    try(format('{"stages": [{"name": "a", "checks": [%s]}, {"name": "w", "outcome": "won"}]}', (SELECT string_agg('{"when": "x"}', ',') FROM generate_series(1, n))));
