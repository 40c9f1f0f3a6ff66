-- A history of two columns: ours against the row triggers that people write for
-- it, one entry a changed column, and one entry a row as jsonb, into tables with
-- the same keys and indexes. Statements that change many rows, one row, and a
-- column that nobody watches.
SET client_min_messages = warning;
CREATE TEMP TABLE subject (place int, suffix text, name text, is_floor boolean);
INSERT INTO subject VALUES (1, 'ours', 'attach_history', false), (2, 'column', 'PL/pgSQL, entry a column', false),
    (3, 'jsonb', 'PL/pgSQL, entry a row as jsonb', false), (4, 'none', 'no history', true);
SELECT (50000 * :scale)::int AS deals \gset

SELECT format('CREATE TABLE deal_%s (deal_id int PRIMARY KEY, stage text, amount numeric(12,2), notes text)', suffix) FROM subject \gexec
CREATE TABLE audit_column (id bigserial PRIMARY KEY, deal_id int NOT NULL, changed_at timestamptz NOT NULL DEFAULT now(), changed_by text NOT NULL DEFAULT current_user,
    operation text NOT NULL, column_name text NOT NULL, old_value text, new_value text);
CREATE INDEX ON audit_column (deal_id, changed_at);
CREATE TABLE audit_jsonb (id bigserial PRIMARY KEY, deal_id int NOT NULL, changed_at timestamptz NOT NULL DEFAULT now(), changed_by text NOT NULL DEFAULT current_user,
    operation text NOT NULL, old_row jsonb, new_row jsonb);
CREATE INDEX ON audit_jsonb (deal_id, changed_at);

CREATE FUNCTION log_columns() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    IF tg_op = 'INSERT' THEN
        INSERT INTO audit_column (deal_id, operation, column_name, new_value) VALUES (new.deal_id, tg_op, 'stage', new.stage), (new.deal_id, tg_op, 'amount', new.amount);
        RETURN NULL;
    END IF;
    IF old.stage IS DISTINCT FROM new.stage THEN
        INSERT INTO audit_column (deal_id, operation, column_name, old_value, new_value) VALUES (new.deal_id, tg_op, 'stage', old.stage, new.stage);
    END IF;
    IF old.amount IS DISTINCT FROM new.amount THEN
        INSERT INTO audit_column (deal_id, operation, column_name, old_value, new_value) VALUES (new.deal_id, tg_op, 'amount', old.amount, new.amount);
    END IF;
    RETURN NULL;
END
$$;
CREATE FUNCTION log_rows() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    INSERT INTO audit_jsonb (deal_id, operation, old_row, new_row)
    VALUES (new.deal_id, tg_op, CASE WHEN tg_op = 'UPDATE' THEN to_jsonb(old) END, to_jsonb(new));
    RETURN NULL;
END
$$;
CREATE TRIGGER audit AFTER INSERT OR UPDATE ON deal_column FOR EACH ROW EXECUTE FUNCTION log_columns();
CREATE TRIGGER audit AFTER INSERT OR UPDATE ON deal_jsonb FOR EACH ROW EXECUTE FUNCTION log_rows();
SELECT opportunity.attach_history('deal_ours', 'audit_ours', 'stage, amount');
ALTER TABLE audit_ours DISABLE TRIGGER opportunity_history_guard;

-- Every repetition starts with the same deals and an empty log, and ends with as many deals logged.
CREATE PROCEDURE start_again(suffix text) LANGUAGE plpgsql AS
$$
BEGIN
    EXECUTE format('ALTER TABLE deal_%s DISABLE TRIGGER USER', suffix);
    EXECUTE format('TRUNCATE deal_%s', suffix);
    EXECUTE format('INSERT INTO deal_%s SELECT i, ''qualify'', i, repeat(''n'', 40) FROM generate_series(1, %s) i', suffix, current_setting('bench.deals'));
    EXECUTE format('ALTER TABLE deal_%s ENABLE TRIGGER USER', suffix);
    IF suffix <> 'none' THEN
        EXECUTE format('TRUNCATE audit_%s', suffix);
    END IF;
END
$$;
SELECT set_config('bench.deals', (:deals)::text, false);
CREATE FUNCTION logged(suffix text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT format('SELECT count(DISTINCT deal_id)::text FROM audit_%s', suffix) $$;

SELECT bench.variant('history, one column of every row', name, format('UPDATE deal_%s SET stage = ''develop''', suffix),
    format('CALL start_again(%L)', suffix), logged(suffix), is_floor)
FROM subject ORDER BY place;
SELECT format('CALL bench.measure(%L, %s)', 'history, one column of every row', :deals) \gexec

SELECT bench.variant('history, both columns of every row', name, format('UPDATE deal_%s SET stage = ''develop'', amount = amount + 1', suffix),
    format('CALL start_again(%L)', suffix), logged(suffix), is_floor)
FROM subject ORDER BY place;
SELECT format('CALL bench.measure(%L, %s)', 'history, both columns of every row', :deals) \gexec

SELECT bench.variant('history, insert', name,
    format('INSERT INTO deal_%s SELECT i, ''qualify'', i, NULL FROM generate_series(%s, %s) i', suffix, :deals + 1, 2 * :deals),
    format('CALL start_again(%L)', suffix), logged(suffix), is_floor)
FROM subject ORDER BY place;
SELECT format('CALL bench.measure(%L, %s)', 'history, insert', :deals) \gexec

SELECT bench.variant('history, one row a statement', name,
    format('DO $do$ BEGIN FOR i IN 1 .. %s LOOP UPDATE deal_%s SET stage = ''develop'' WHERE deal_id = i; END LOOP; END $do$', :deals / 2, suffix),
    format('CALL start_again(%L)', suffix), logged(suffix), is_floor)
FROM subject ORDER BY place;
SELECT format('CALL bench.measure(%L, %s)', 'history, one row a statement', :deals / 2) \gexec

SELECT bench.variant('history, a column not watched', name, format('UPDATE deal_%s SET notes = ''x''', suffix),
    format('CALL start_again(%L)', suffix), format('SELECT count(*)::text FROM deal_%s WHERE notes = ''x''', suffix), is_floor)
FROM subject ORDER BY place;
SELECT format('CALL bench.measure(%L, %s)', 'history, a column not watched', :deals) \gexec
