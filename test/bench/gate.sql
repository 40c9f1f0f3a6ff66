-- A stage gate: the attached process against the same rule as a PL/pgSQL trigger
-- that reads the stages from a table, as one with the stages written into it, and
-- against no trigger. One statement over all deals, and one statement a deal.
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

-- One table a variant, alike but for its trigger; every statement moves each deal
-- between the first two stages and back.
\set rows '(60000 * :scale)::bigint'
SELECT format('CREATE TABLE %I (id bigint PRIMARY KEY, stage text, budget numeric, solution text, actual numeric, reason text, note text DEFAULT repeat(''x'', 60)) WITH (fillfactor = 50)', name)
FROM unnest(ARRAY['deal_ours', 'deal_looked_up', 'deal_written_out', 'deal_none']) AS t(name) \gexec
SELECT format('INSERT INTO %I (id, stage, budget) SELECT i, ''qualify'', i FROM generate_series(1, %s) i', name, :rows)
FROM unnest(ARRAY['deal_ours', 'deal_looked_up', 'deal_written_out', 'deal_none']) AS t(name) \gexec
SELECT opportunity.attach_process('deal_ours', 'stage', '{"stages": [
    {"name": "qualify", "required": ["budget"]},
    {"name": "develop", "required": ["solution"]},
    {"name": "propose"},
    {"name": "won", "outcome": "won", "required": ["actual"]},
    {"name": "lost", "outcome": "lost", "required": ["reason"]}]}');
CREATE TRIGGER gate BEFORE UPDATE ON deal_looked_up FOR EACH ROW EXECUTE FUNCTION looked_up();
CREATE TRIGGER gate BEFORE UPDATE ON deal_written_out FOR EACH ROW EXECUTE FUNCTION written_out();

CREATE TEMP VIEW subject AS
SELECT * FROM (VALUES
    (1, 'deal_ours', 'attached process', false),
    (2, 'deal_looked_up', 'PL/pgSQL, stages in a table', false),
    (3, 'deal_written_out', 'PL/pgSQL, stages in the code', false),
    (4, 'deal_none', 'no trigger', true)) s(place, relation, name, is_floor);

SELECT bench.variant('gate, one statement', name,
    format('UPDATE %I SET stage = CASE stage WHEN ''qualify'' THEN ''develop'' ELSE ''qualify'' END', relation),
    NULL, format('SELECT count(*) FILTER (WHERE stage = ''develop'') FROM %I', relation), is_floor)
FROM subject ORDER BY place;
SELECT format('CALL bench.measure(%L, %s)', 'gate, one statement', :rows) \gexec

SELECT bench.variant('gate, one statement a deal', name,
    format('DO $do$ BEGIN FOR i IN 1 .. %s LOOP UPDATE %I SET stage = CASE stage WHEN ''qualify'' THEN ''develop'' ELSE ''qualify'' END WHERE id = i; END LOOP; END $do$', :rows / 4, relation),
    NULL, format('SELECT count(*) FILTER (WHERE stage = ''develop'') FROM %I', relation), is_floor)
FROM subject ORDER BY place;
SELECT format('CALL bench.measure(%L, %s)', 'gate, one statement a deal', :rows / 4) \gexec
