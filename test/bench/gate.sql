-- A stage gate: the attached process against the same rule as a PL/pgSQL trigger
-- that reads the stages from a table, as one with the stages written into it, and
-- against no trigger. One statement over all deals, and one statement a deal.
-- Then with what follows the stage, and without a path: probability, forecast category,
-- outcome, since when.
CREATE TABLE stage (name text PRIMARY KEY, place int, required text);
INSERT INTO stage VALUES ('qualify', 1, 'budget'), ('develop', 2, 'solution'), ('propose', 3, NULL), ('won', 4, 'actual'), ('lost', NULL, 'reason');

CREATE FUNCTION looked_up() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    old_place int;
    old_required text;
    new_place int;
    new_required text;
BEGIN
    IF NEW.stage IS NOT DISTINCT FROM OLD.stage THEN
        RETURN NEW;
    END IF;
    SELECT place, required INTO old_place, old_required FROM stage WHERE name = OLD.stage;
    SELECT place, required INTO new_place, new_required FROM stage WHERE name = NEW.stage;
    IF NEW.stage <> 'lost' AND new_place > old_place + 1 THEN
        RAISE check_violation USING MESSAGE = format('deal %s cannot move from %s to %s', NEW.id, OLD.stage, NEW.stage);
    END IF;
    IF NEW.stage <> 'lost' AND new_place > old_place AND old_required IS NOT NULL AND to_jsonb(NEW) ->> old_required IS NULL THEN
        RAISE not_null_violation USING MESSAGE = format('deal %s needs %s', NEW.id, old_required);
    END IF;
    IF NEW.stage IN ('won', 'lost') AND to_jsonb(NEW) ->> new_required IS NULL THEN
        RAISE not_null_violation USING MESSAGE = format('deal %s needs %s', NEW.id, new_required);
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION written_out() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    IF NEW.stage IS NOT DISTINCT FROM OLD.stage THEN
        RETURN NEW;
    END IF;
    CASE OLD.stage || '>' || NEW.stage
        WHEN 'qualify>develop' THEN
            IF NEW.budget IS NULL THEN
                RAISE not_null_violation USING MESSAGE = format('deal %s needs budget', NEW.id);
            END IF;
        WHEN 'develop>propose' THEN
            IF NEW.solution IS NULL THEN
                RAISE not_null_violation USING MESSAGE = format('deal %s needs solution', NEW.id);
            END IF;
        WHEN 'propose>won' THEN
            IF NEW.actual IS NULL THEN
                RAISE not_null_violation USING MESSAGE = format('deal %s needs actual', NEW.id);
            END IF;
        WHEN 'develop>qualify', 'propose>qualify', 'propose>develop' THEN
            NULL;
        ELSE
            RAISE check_violation USING MESSAGE = format('deal %s cannot move from %s to %s', NEW.id, OLD.stage, NEW.stage);
    END CASE;
    RETURN NEW;
END
$$;

CREATE FUNCTION argued() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    stages jsonb := TG_ARGV[0]::jsonb;
    field text;
BEGIN
    IF NEW.stage IS NOT DISTINCT FROM OLD.stage THEN
        RETURN NEW;
    END IF;
    IF NOT (stages -> OLD.stage -> 'to') ? NEW.stage THEN
        RAISE check_violation USING MESSAGE = format('deal %s cannot move from %s to %s', NEW.id, OLD.stage, NEW.stage);
    END IF;
    -- back: nothing is asked
    IF stages -> NEW.stage -> 'place' < stages -> OLD.stage -> 'place' THEN
        RETURN NEW;
    END IF;
    FOR field IN SELECT jsonb_array_elements_text(stages -> OLD.stage -> 'required') LOOP
        IF to_jsonb(NEW) ->> field IS NULL THEN
            RAISE not_null_violation USING MESSAGE = format('deal %s needs %s', NEW.id, field);
        END IF;
    END LOOP;
    RETURN NEW;
END
$$;

-- The gate of looked_up and what follows the stage; the path as an array of objects.
ALTER TABLE stage ADD probability numeric, ADD category text, ADD outcome text DEFAULT 'open';
UPDATE stage SET probability = v.probability, category = v.category, outcome = v.outcome
FROM (VALUES ('qualify', 10, 'pipeline', 'open'), ('develop', 30, 'pipeline', 'open'), ('propose', 60, 'best_case', 'open'),
             ('won', 100, 'closed', 'won'), ('lost', 0, 'omitted', 'lost')) v (name, probability, category, outcome) WHERE stage.name = v.name;
CREATE FUNCTION maintained() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    was stage;
    becomes stage;
BEGIN
    IF NEW.stage IS NOT DISTINCT FROM OLD.stage THEN
        RETURN NEW;
    END IF;
    SELECT * INTO was FROM stage WHERE name = OLD.stage;
    SELECT * INTO becomes FROM stage WHERE name = NEW.stage;
    IF NEW.stage <> 'lost' AND becomes.place > was.place + 1 THEN
        RAISE check_violation USING MESSAGE = format('deal %s cannot move from %s to %s', NEW.id, OLD.stage, NEW.stage);
    END IF;
    IF NEW.stage <> 'lost' AND becomes.place > was.place AND was.required IS NOT NULL AND to_jsonb(NEW) ->> was.required IS NULL THEN
        RAISE not_null_violation USING MESSAGE = format('deal %s needs %s', NEW.id, was.required);
    END IF;
    IF becomes.outcome <> 'open' AND to_jsonb(NEW) ->> becomes.required IS NULL THEN
        RAISE not_null_violation USING MESSAGE = format('deal %s needs %s', NEW.id, becomes.required);
    END IF;
    IF NEW.probability IS NOT DISTINCT FROM OLD.probability THEN
        NEW.probability := becomes.probability;
    END IF;
    IF NEW.category IS NOT DISTINCT FROM OLD.category THEN
        NEW.category := becomes.category;
    END IF;
    NEW.outcome := becomes.outcome;
    IF NEW.entered_at IS NOT DISTINCT FROM OLD.entered_at THEN
        NEW.entered_at := now();
    END IF;
    IF NEW.closed_at IS NOT DISTINCT FROM OLD.closed_at THEN
        NEW.closed_at := CASE WHEN becomes.outcome <> 'open' THEN now() END;
    END IF;
    IF TG_NARGS > 0 THEN
        NEW.path := OLD.path || jsonb_build_object('stage', NEW.stage, 'entered', now());
    END IF;
    RETURN NEW;
END
$$;

-- The floor of any trigger, compiled here.
\! mkdir -p out && cc -O2 -fPIC -shared -I"$($PG_CONFIG --includedir-server)" -o out/noop.so test/bench/noop.c
\set noop `pwd` '/out/noop'
CREATE FUNCTION noop() RETURNS trigger LANGUAGE c AS :'noop', 'noop';

-- One table a variant, alike but for its rule; every statement moves each deal
-- between the first two stages and back.
\set rows '(60000 * :scale)::bigint'
CREATE TABLE subject (place integer, relation text, name text, is_floor boolean);
INSERT INTO subject VALUES
    (1, 'deal_ours', 'attached process', false),
    (2, 'deal_noop', 'C trigger that does nothing', false),
    (3, 'deal_looked_up', 'PL/pgSQL, stages in a table', false),
    (4, 'deal_written_out', 'PL/pgSQL, stages in the code', false),
    (5, 'deal_argued', 'PL/pgSQL, stages in its arguments', false),
    (6, 'deal_when', 'WHEN (move not listed), stages in the condition', false),
    (7, 'deal_transition', 'foreign key to a table of transitions', false),
    (8, 'deal_none', 'no trigger', true),
    (11, 'check_ours', 'attached process with a check', false),
    (12, 'check_plain', 'attached process, CHECK constraint', false),
    (13, 'check_noop', 'C trigger that does nothing, CHECK constraint', false),
    (14, 'check_none', 'no trigger', true);
SELECT format('CREATE TABLE %I (id bigint PRIMARY KEY, stage text, budget numeric, solution text, actual numeric, reason text, note text DEFAULT repeat(''x'', 60)) WITH (fillfactor = 50)', relation) FROM subject \gexec
SELECT format('INSERT INTO %I (id, stage, budget) SELECT i, ''qualify'', i FROM generate_series(1, %s) i', relation, :rows) FROM subject \gexec

SELECT opportunity.attach_process(t, 'stage', '{"stages": [
    {"name": "qualify", "required": ["budget"]},
    {"name": "develop", "required": ["solution"]},
    {"name": "propose"},
    {"name": "won", "outcome": "won", "required": ["actual"]},
    {"name": "lost", "outcome": "lost", "required": ["reason"]}]}')
FROM unnest(ARRAY['deal_ours', 'check_plain']::regclass[]) t;
SELECT opportunity.attach_process('check_ours', 'stage', '{"stages": [
    {"name": "qualify", "required": ["budget"], "checks": [{"when": "budget > 0 AND (stage <> ''won'' OR actual > 0)"}]},
    {"name": "develop", "required": ["solution"]},
    {"name": "propose"},
    {"name": "won", "outcome": "won", "required": ["actual"]},
    {"name": "lost", "outcome": "lost", "required": ["reason"]}]}');
ALTER TABLE check_plain ADD CHECK (budget > 0 AND (stage <> 'won' OR actual > 0));
ALTER TABLE check_noop ADD CHECK (budget > 0 AND (stage <> 'won' OR actual > 0));
CREATE TRIGGER gate BEFORE UPDATE ON deal_looked_up FOR EACH ROW EXECUTE FUNCTION looked_up();
CREATE TRIGGER gate BEFORE UPDATE ON deal_written_out FOR EACH ROW EXECUTE FUNCTION written_out();
CREATE TRIGGER gate BEFORE UPDATE ON deal_argued FOR EACH ROW EXECUTE FUNCTION argued('{
    "qualify": {"place": 1, "to": ["develop", "lost"], "required": ["budget"]}, "develop": {"place": 2, "to": ["qualify", "propose", "lost"], "required": ["solution"]},
    "propose": {"place": 3, "to": ["qualify", "develop", "won", "lost"], "required": []}}');
CREATE TRIGGER gate AFTER UPDATE ON deal_noop FOR EACH ROW EXECUTE FUNCTION noop();
CREATE TRIGGER gate AFTER UPDATE ON check_noop FOR EACH ROW EXECUTE FUNCTION noop();
CREATE TRIGGER gate BEFORE UPDATE ON deal_when FOR EACH ROW
    WHEN (OLD.stage <> NEW.stage AND NOT (NEW.stage = 'lost' AND NEW.reason IS NOT NULL OR OLD.stage = 'qualify' AND NEW.stage = 'develop' AND NEW.budget IS NOT NULL OR
          OLD.stage = 'develop' AND NEW.stage IN ('propose', 'qualify') OR OLD.stage = 'propose' AND NEW.stage = 'won' AND NEW.actual IS NOT NULL))
    EXECUTE FUNCTION written_out();
CREATE TABLE transition (was text, stage text, PRIMARY KEY (was, stage));
INSERT INTO transition SELECT a.name, b.name FROM stage a, stage b;
ALTER TABLE deal_transition ADD was text DEFAULT 'qualify', ADD FOREIGN KEY (was, stage) REFERENCES transition;

CREATE FUNCTION move(relation text) RETURNS text LANGUAGE sql AS
$$ SELECT format('UPDATE %I SET stage = CASE stage WHEN ''qualify'' THEN ''develop'' ELSE ''qualify'' END%s', relation,
                 CASE relation WHEN 'deal_transition' THEN ', was = stage' ELSE '' END) $$;

CREATE TEMP TABLE topic (low integer, high integer, name text);
INSERT INTO topic VALUES (1, 8, 'gate'), (11, 14, 'gate with a check');
SELECT bench.variant(t.name || ', one statement', s.name, move(relation), NULL,
    format('SELECT count(*) FILTER (WHERE stage = ''develop'') FROM %I', relation), is_floor)
FROM topic t JOIN subject s ON place BETWEEN low AND high ORDER BY place;
SELECT bench.variant(t.name || ', one statement a deal', s.name,
    format('DO $do$ BEGIN FOR i IN 1 .. %s LOOP %s WHERE id = i; END LOOP; END $do$', :rows / 4, move(relation)), NULL,
    format('SELECT count(*) FILTER (WHERE stage = ''develop'') FROM %I', relation), is_floor)
FROM topic t JOIN subject s ON place BETWEEN low AND high ORDER BY place;
SELECT format('CALL bench.measure(%L, %s)', t.name || ', one statement', :rows) FROM topic t ORDER BY low \gexec
SELECT format('CALL bench.measure(%L, %s)', t.name || ', one statement a deal', :rows / 4) FROM topic t ORDER BY low \gexec

-- What follows the stage.
CREATE TABLE followed (place integer, relation text, name text, is_floor boolean);
INSERT INTO followed VALUES
    (1, 'column_ours', 'attached process with maintained columns', false),
    (2, 'column_plpgsql', 'PL/pgSQL, stages in a table', false),
    (3, 'column_none', 'no trigger', true),
    (11, 'path_ours', 'attached process with maintained columns and path', false),
    (12, 'path_plpgsql', 'PL/pgSQL, stages in a table, path in jsonb', false),
    (13, 'path_none', 'no trigger', true);
SELECT format('CREATE TABLE %I (id bigint PRIMARY KEY, stage text, budget numeric, solution text, actual numeric, reason text, note text DEFAULT repeat(''x'', 60),
                                probability numeric, category text, outcome text, entered_at timestamptz, closed_at timestamptz, path %s) WITH (fillfactor = 50)',
              relation, CASE relation WHEN 'path_ours' THEN 'opportunity.stage_path' ELSE 'jsonb' END) FROM followed \gexec
SELECT format('INSERT INTO %I (id, stage, budget, probability, category, outcome, entered_at) SELECT i, ''qualify'', i, 10, ''pipeline'', ''open'', now() FROM generate_series(1, %s) i',
              relation, :rows / 2) FROM followed \gexec
UPDATE path_ours SET path = jsonb_build_array(jsonb_build_object('stage', 'qualify', 'entered', now()))::text::opportunity.stage_path;
UPDATE path_plpgsql SET path = jsonb_build_array(jsonb_build_object('stage', 'qualify', 'entered', now()));
SELECT opportunity.attach_process(t, 'stage', '{"stages": [
    {"name": "qualify", "probability": 10, "forecast_category": "pipeline", "required": ["budget"]},
    {"name": "develop", "probability": 30, "forecast_category": "pipeline", "required": ["solution"]},
    {"name": "propose", "probability": 60, "forecast_category": "best_case"},
    {"name": "won", "outcome": "won", "required": ["actual"]},
    {"name": "lost", "outcome": "lost", "required": ["reason"]}]}',
    probability_column => 'probability', forecast_category_column => 'category', outcome_column => 'outcome',
    entered_at_column => 'entered_at', closed_at_column => 'closed_at', path_column => CASE t WHEN 'path_ours'::regclass THEN 'path' END)
FROM unnest(ARRAY['column_ours', 'path_ours']::regclass[]) t;
CREATE TRIGGER gate BEFORE UPDATE ON column_plpgsql FOR EACH ROW EXECUTE FUNCTION maintained();
CREATE TRIGGER gate BEFORE UPDATE ON path_plpgsql FOR EACH ROW EXECUTE FUNCTION maintained('path');
SELECT bench.variant(CASE WHEN place > 10 THEN 'maintained columns and path' ELSE 'maintained columns' END, name, move(relation), NULL,
    format('SELECT count(*) FILTER (WHERE stage = ''develop'' AND probability = 30) FROM %I', relation), is_floor)
FROM followed ORDER BY place;
SELECT format('CALL bench.measure(%L, %s)', t, :rows / 2) FROM unnest(ARRAY['maintained columns', 'maintained columns and path']) t \gexec

-- A backend that takes twenty tables in turn, one statement a deal.
CREATE TABLE fleet AS SELECT n, v FROM generate_series(1, 20) n, unnest(ARRAY['ours', 'noop', 'none']) v;
SELECT format('CREATE TABLE %I (LIKE deal_none INCLUDING ALL)', v || n) FROM fleet \gexec
SELECT format('INSERT INTO %I SELECT * FROM deal_none WHERE id <= %s', v || n, :rows / 80) FROM fleet \gexec
SELECT opportunity.attach_process(('ours' || n)::regclass, 'stage', opportunity.process_of('deal_ours')) FROM generate_series(1, 20) n;
SELECT format('CREATE TRIGGER gate AFTER UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION noop()', 'noop' || n) FROM generate_series(1, 20) n \gexec
SELECT bench.variant('gate, twenty tables in turn', name,
    format('DO $do$ BEGIN FOR i IN 1 .. %s LOOP %s END LOOP; END $do$', :rows / 80,
           (SELECT string_agg(move(v || n) || ' WHERE id = i;', ' ' ORDER BY n) FROM fleet f WHERE f.v = c.v)),
    NULL, format('SELECT count(*) FILTER (WHERE stage = ''develop'') FROM %I', v || 1), v = 'none')
FROM (VALUES (1, 'ours', 'attached process'), (2, 'noop', 'C trigger that does nothing'), (3, 'none', 'no trigger')) c (place, v, name) ORDER BY place;
SELECT format('CALL bench.measure(%L, %s)', 'gate, twenty tables in turn', :rows / 80 * 20) \gexec
