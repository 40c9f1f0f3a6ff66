-- A stored total: attach_totals against the triggers people write in PL/pgSQL and
-- against none. Two of those add what an INSERT brings, by row or by statement, and
-- know of nothing else; the third does what ours does for an INSERT: it locks the
-- deals in key order and adds their lines up anew.
-- Lines come five to a deal in order, then to deals at random, then one by one.
CREATE FUNCTION row_total() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    EXECUTE format('UPDATE %I SET amount = coalesce(amount, 0) + $1 WHERE id = $2', TG_ARGV[0])
    USING round(NEW.price * NEW.quantity, 2), NEW.deal_id;
    RETURN NULL;
END
$$;
CREATE FUNCTION statement_total() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    EXECUTE format('UPDATE %I d SET amount = coalesce(d.amount, 0) + n.amount
        FROM (SELECT deal_id, sum(round(price * quantity, 2)) AS amount FROM added GROUP BY deal_id) n
        WHERE d.id = n.deal_id', TG_ARGV[0]);
    RETURN NULL;
END
$$;
CREATE FUNCTION recomputed_total() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    EXECUTE format('SELECT count(*) FROM (SELECT FROM %I WHERE id IN (SELECT deal_id FROM added) ORDER BY id FOR NO KEY UPDATE) locked', TG_ARGV[0]);
    EXECUTE format('UPDATE %I d SET amount = n.amount
        FROM (SELECT deal_id, sum(round(price * quantity, 2)) AS amount FROM %s
              WHERE deal_id IN (SELECT deal_id FROM added) GROUP BY deal_id) n
        WHERE d.id = n.deal_id AND d.amount IS DISTINCT FROM n.amount', TG_ARGV[0], TG_RELID::regclass);
    RETURN NULL;
END
$$;

\set deals '(12000 * :scale)::bigint'
CREATE TEMP VIEW subject AS
SELECT * FROM (VALUES
    (1, 'ours', 'attach_totals', false),
    (2, 'recomputed', 'PL/pgSQL statement trigger, anew', false),
    (3, 'statement', 'PL/pgSQL statement trigger, adding', false),
    (4, 'row', 'PL/pgSQL row trigger, adding', false),
    (5, 'none', 'no trigger', true)) s(place, suffix, name, is_floor);
SELECT format('CREATE TABLE deal_%s (id bigint PRIMARY KEY, name text, amount numeric(18,2)) WITH (fillfactor = 50)', suffix) FROM subject \gexec
SELECT format('CREATE TABLE line_%s (deal_id bigint NOT NULL, quantity numeric(19,5), price numeric(18,2))', suffix) FROM subject \gexec
SELECT format('CREATE INDEX ON line_%s (deal_id)', suffix) FROM subject \gexec
SELECT format('INSERT INTO deal_%s SELECT i, repeat(''n'', 40) FROM generate_series(1, %s) i', suffix, :deals) FROM subject \gexec
SELECT opportunity.attach_totals('deal_ours', 'amount', 'line_ours', 'deal_id', 'opportunity.net_amount(quantity, price)');
CREATE TRIGGER total AFTER INSERT ON line_statement REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION statement_total('deal_statement');
CREATE TRIGGER total AFTER INSERT ON line_recomputed REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION recomputed_total('deal_recomputed');
CREATE TRIGGER total AFTER INSERT ON line_row FOR EACH ROW EXECUTE FUNCTION row_total('deal_row');

-- Every repetition starts with no lines and no totals.
CREATE PROCEDURE empty_out(suffix text) LANGUAGE plpgsql AS
$$
BEGIN
    EXECUTE format('TRUNCATE line_%s', suffix);
    EXECUTE format('TRUNCATE deal_%s', suffix);
    EXECUTE format('INSERT INTO deal_%s SELECT i, repeat(''n'', 40) FROM generate_series(1, %s) i', suffix, current_setting('bench.deals'));
END
$$;
SELECT set_config('bench.deals', (:deals)::text, false);

SELECT bench.variant('totals, five lines a deal', name,
    format('INSERT INTO line_%s SELECT 1 + i / 5, 1 + i %% 4, 10 + i %% 900 / 100.0 FROM generate_series(0, %s) i', suffix, :deals * 5 - 1),
    format('CALL empty_out(%L)', suffix), format('SELECT (sum(amount), count(amount))::text FROM deal_%s', suffix), is_floor)
FROM subject ORDER BY place;
SELECT format('CALL bench.measure(%L, %s)', 'totals, five lines a deal', :deals * 5) \gexec

SELECT bench.variant('totals, deals at random', name,
    format('INSERT INTO line_%s SELECT 1 + (hashint8(i) & 1073741823) %% %s, 1 + i %% 4, 10 + i %% 900 / 100.0 FROM generate_series(0, %s) i', suffix, :deals, :deals * 5 - 1),
    format('CALL empty_out(%L)', suffix), format('SELECT (sum(amount), count(amount))::text FROM deal_%s', suffix), is_floor)
FROM subject ORDER BY place;
SELECT format('CALL bench.measure(%L, %s)', 'totals, deals at random', :deals * 5) \gexec

SELECT bench.variant('totals, a line a statement', name,
    format('DO $do$ BEGIN FOR i IN 0 .. %s LOOP INSERT INTO line_%s VALUES (1 + i %% %s, 1 + i %% 4, 10 + i %% 900 / 100.0); END LOOP; END $do$', :deals - 1, suffix, :deals),
    format('CALL empty_out(%L)', suffix), format('SELECT (sum(amount), count(amount))::text FROM deal_%s', suffix), is_floor)
FROM subject ORDER BY place;
SELECT format('CALL bench.measure(%L, %s)', 'totals, a line a statement', :deals) \gexec
