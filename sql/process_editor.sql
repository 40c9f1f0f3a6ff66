-- Conditions in a table of processes: who edits it has others run them, so they may call nothing but harmless built-in functions.
CREATE SCHEMA process_editor;
SET search_path = process_editor, opportunity;

CREATE TABLE processes (name text PRIMARY KEY, definition sales_process NOT NULL);
CREATE TYPE region AS ENUM ('emea', 'apac');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TABLE deals (id integer PRIMARY KEY, stage text, process text, value numeric, size positive, area region, closes date, touched timestamptz, tags text[], extra jsonb, note text);
CREATE FUNCTION mine(numeric) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
CREATE OPERATOR === (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = numeric_eq);
INSERT INTO processes VALUES ('p', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}]}');
SELECT attach_process('deals', 'stage', process_table => 'processes', process_column => 'process');
INSERT INTO deals VALUES (1, 'a', 'p', 5, 5, 'emea', '2026-05-05', '2026-05-05', '{x}', '{"k": 1}', 'note');

CREATE FUNCTION judged(condition text) RETURNS TABLE (outcome text) LANGUAGE plpgsql AS $$
DECLARE
    state text; message text;
BEGIN
    UPDATE process_editor.processes SET definition = jsonb_build_object('stages', jsonb_build_array(
        jsonb_build_object('name', 'a', 'checks', jsonb_build_array(jsonb_build_object('when', condition))), jsonb_build_object('name', 'w', 'outcome', 'won')))::opportunity.sales_process;
    UPDATE process_editor.deals SET stage = 'w';
    RETURN QUERY VALUES ('passed');
    UPDATE process_editor.deals SET stage = 'a';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
    RETURN QUERY VALUES (state || ': ' || message);
END $$;

-- What rules are made of works: numbers, texts, arrays, JSON, enums, domains of the table, dates and the clock.
SELECT c, outcome FROM unnest(ARRAY['value > 0 AND size BETWEEN 1 AND 9', 'note ~ ''^n'' AND lower(note) LIKE ''no%''', 'tags @> ARRAY[''x'']', '(extra ->> ''k'')::integer = 1',
    'area = ''emea'' AND area IN (''emea'', ''apac'')', 'closes > current_date - 36500 AND touched < now() + interval ''100 years''', 'CASE WHEN value > 1 THEN closes IS NOT NULL ELSE false END',
    'coalesce(length(note), 0) > 0', 'pg_catalog.abs(value) OPERATOR(pg_catalog.>) 1::pg_catalog.numeric', 'date_part(''year'', closes) = 2026', 'note IS DISTINCT FROM ''x'' COLLATE "C"',
    'greatest(value, size) > 0', 'num_nonnulls(value, note) = 2', 'to_char(closes, ''YYYY'') = ''2026''', 'current_user IS NOT NULL', 'value > 6']) c, judged(c);

-- Everything else is refused, whoever moves the deal; literals of others' types before they are read.
SELECT c, outcome FROM unnest(ARRAY['mine(value)', 'process_editor.mine(value)', 'opportunity.round_amount(value) > 0', 'value OPERATOR(process_editor.===) 5', 'value === 5',
    '''5''::process_editor.positive > 0', 'process_editor.positive ''5'' > 0', '''5''::positive > 0', 'size::process_editor.positive > 0', '''emea''::process_editor.region = area', 'value::text::process_editor.deals.size%TYPE IS NOT NULL',
    'pg_read_file(''/etc/passwd'') IS NULL', 'lo_import(''/etc/passwd'') > 0', 'pg_terminate_backend(1)', 'set_config(''search_path'', ''x'', false) IS NULL', 'pg_sleep(1) IS NULL', 'random() >= 0',
    'nextval(''s'') > 0', 'query_to_xml(''SELECT 1'', false, false, '''') IS NULL', 'table_to_xml(''process_editor.processes'', false, false, '''') IS NULL', 'database_to_xml(false, false, '''') IS NULL',
    'current_setting(''work_mem'') = ''x''', 'pg_get_userbyid(10) = ''x''', 'to_regclass(''x'') IS NULL', 'pg_ls_dir(''.'') IS NULL', 'value > (SELECT 1)', 'false) or (true', 'value > 0; SELECT 1']) c, judged(c);

-- A path of the writer's makes no difference, and a temporary type is not found.
CREATE TEMPORARY TABLE shadow (i integer);
CREATE DOMAIN pg_temp.numeric AS integer CHECK (VALUE < 0);
CREATE DOMAIN pg_temp.own AS integer;
SELECT c, outcome FROM unnest(ARRAY['5::numeric = value', '5::own = value', '5::pg_temp.own = value']) c, judged(c);

-- On attaching every process of the table is looked at.
CREATE FUNCTION refusal(command text, OUT message text, OUT context text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, context = PG_EXCEPTION_CONTEXT;
    context := split_part(context, E'\n', 1);
END $$;
INSERT INTO processes VALUES ('q', '{"stages": [{"name": "a"}, {"name": "w", "outcome": "won"}], "branches": [{"from": "a", "to": "w", "when": "mine(value)"}]}');
SELECT * FROM refusal($$ SELECT attach_process('deals', 'stage', process_table => 'processes', process_column => 'process') $$);

-- Looking ahead with a process that anyone may have written: the same, unless it is the one attached to the row's table.
SELECT can_move(definition, d, 'w') FROM processes, deals d WHERE name = 'q';
SELECT * FROM refusal($$ SELECT next_stage(definition, d) FROM processes, deals d WHERE name = 'q' $$);
SELECT unmet_requirements('{"stages": [{"name": "a", "checks": [{"when": "process_editor.mine(value)"}]}, {"name": "w", "outcome": "won"}]}', d, 'w') FROM deals d;
CREATE TABLE owned (id integer PRIMARY KEY, stage text, value numeric);
SELECT attach_process('owned', 'stage', '{"stages": [{"name": "a", "checks": [{"when": "mine(value)"}]}, {"name": "w", "outcome": "won"}]}');
INSERT INTO owned VALUES (1, 'a', 1);
SELECT can_move(process_of('owned'), o, 'w') FROM owned o;
SELECT can_move(process_of('owned'), q, 'w') FROM (SELECT * FROM owned) q;
-- Nor does a condition see a virtual or a dropped column, or one of a name that is not there.
SELECT can_move('{"stages": [{"name": "a", "checks": [{"when": "nothing"}]}, {"name": "w", "outcome": "won"}]}', o, 'w') FROM owned o;
