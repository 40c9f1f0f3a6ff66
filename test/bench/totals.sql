-- A stored total: attach_totals against the triggers people write in PL/pgSQL and
-- against none. Those add what a statement brings, by row, by statement, or by
-- statement with the deals locked in key order first, and know of nothing else; the
-- last locks the deals in key order and adds their lines up anew.
-- Ours is measured twice: where nothing about the deals' table needs the executor,
-- and where a CHECK constraint does; so are the triggers that add.
-- Lines come five to a deal in order, by COPY too, then to deals at random, then one a
-- statement, and are changed one a statement; last come four clients (totals.sh).
-- A million lines of 200,000 deals are SCALE=17.
CREATE FUNCTION ordered_total() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM FROM deal_ordered WHERE id IN (SELECT deal_id FROM added) ORDER BY id FOR NO KEY UPDATE;
    UPDATE deal_ordered d SET amount = coalesce(d.amount, 0) + n.amount
    FROM (SELECT deal_id, sum(round(price * quantity, 2)) AS amount FROM added GROUP BY deal_id) n
    WHERE d.id = n.deal_id;
    RETURN NULL;
END
$$;
CREATE FUNCTION recomputed_total() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM FROM deal_recomputed WHERE id IN (SELECT deal_id FROM added) ORDER BY id FOR NO KEY UPDATE;
    UPDATE deal_recomputed d SET amount = n.amount
    FROM (SELECT deal_id, sum(round(price * quantity, 2)) AS amount FROM line_recomputed
          WHERE deal_id IN (SELECT deal_id FROM added) GROUP BY deal_id) n
    WHERE d.id = n.deal_id AND d.amount IS DISTINCT FROM n.amount;
    RETURN NULL;
END
$$;
\set deals '(12000 * :scale)::bigint'
CREATE VIEW subject AS
SELECT * FROM (VALUES
    (1, 'ours', 'attach_totals', false, true),
    (2, 'executor', 'attach_totals, deals have a CHECK', false, true),
    (3, 'recomputed', 'PL/pgSQL statement trigger, anew', false, false),
    (4, 'ordered', 'PL/pgSQL statement trigger, locking in order, adding', false, false),
    (5, 'statement', 'PL/pgSQL statement trigger, adding', false, true),
    (6, 'checked', 'PL/pgSQL statement trigger, adding, deals have a CHECK', false, true),
    (7, 'row', 'PL/pgSQL row trigger, adding', false, true),
    (8, 'row_checked', 'PL/pgSQL row trigger, adding, deals have a CHECK', false, true),
    (9, 'none', 'no trigger', true, true)) s(place, suffix, name, is_floor, has_change);
SELECT format($function$CREATE FUNCTION %1$s_total() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    UPDATE deal_%1$s SET amount = coalesce(amount, 0) + round(NEW.price * NEW.quantity, 2) WHERE id = NEW.deal_id;
    RETURN NULL;
END
$$$function$, suffix) FROM subject WHERE suffix IN ('row', 'row_checked') \gexec
SELECT format($function$CREATE FUNCTION %1$s_change() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    UPDATE deal_%1$s SET amount = amount + round(NEW.price * NEW.quantity, 2) - round(OLD.price * OLD.quantity, 2) WHERE id = NEW.deal_id;
    RETURN NULL;
END
$$$function$, suffix) FROM subject WHERE suffix IN ('row', 'row_checked') \gexec
SELECT format($function$CREATE FUNCTION %1$s_total() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    UPDATE deal_%1$s d SET amount = coalesce(d.amount, 0) + n.amount
    FROM (SELECT deal_id, sum(round(price * quantity, 2)) AS amount FROM added GROUP BY deal_id) n
    WHERE d.id = n.deal_id;
    RETURN NULL;
END
$$$function$, suffix) FROM subject WHERE suffix IN ('statement', 'checked') \gexec
SELECT format($function$CREATE FUNCTION %1$s_change() RETURNS trigger LANGUAGE plpgsql AS
$$
BEGIN
    UPDATE deal_%1$s d SET amount = coalesce(d.amount, 0) + n.amount
    FROM (SELECT deal_id, sum(amount) AS amount
          FROM (SELECT deal_id, round(price * quantity, 2) AS amount FROM added
                UNION ALL SELECT deal_id, -round(price * quantity, 2) FROM taken) both_sides GROUP BY deal_id) n
    WHERE d.id = n.deal_id AND n.amount <> 0;
    RETURN NULL;
END
$$$function$, suffix) FROM subject WHERE suffix IN ('statement', 'checked') \gexec
SELECT format('CREATE TABLE deal_%s (id bigint PRIMARY KEY, name text, amount numeric(18,2)) WITH (fillfactor = 85)', suffix) FROM subject \gexec
ALTER TABLE deal_executor ADD CHECK (id > 0);
ALTER TABLE deal_checked ADD CHECK (id > 0);
ALTER TABLE deal_row_checked ADD CHECK (id > 0);
SELECT format('CREATE TABLE line_%s (deal_id bigint NOT NULL, quantity numeric(19,5), price numeric(18,2))', suffix) FROM subject \gexec
SELECT format('CREATE INDEX ON line_%s (deal_id)', suffix) FROM subject \gexec
SELECT format('INSERT INTO deal_%s SELECT i, repeat(''n'', 40) FROM generate_series(1, %s) i', suffix, :deals) FROM subject \gexec
SELECT opportunity.attach_totals('deal_ours', 'amount', 'line_ours', 'deal_id', 'opportunity.net_amount(quantity, price)');
SELECT opportunity.attach_totals('deal_executor', 'amount', 'line_executor', 'deal_id', 'opportunity.net_amount(quantity, price)');
SELECT format('CREATE TRIGGER total AFTER INSERT ON line_%1$s REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION %1$s_total()', suffix) FROM subject WHERE suffix IN ('statement', 'checked') \gexec
CREATE TRIGGER total AFTER INSERT ON line_ordered REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ordered_total();
CREATE TRIGGER total AFTER INSERT ON line_recomputed REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION recomputed_total();
SELECT format('CREATE TRIGGER total AFTER INSERT ON line_%1$s FOR EACH ROW EXECUTE FUNCTION %1$s_total()', suffix)
FROM subject WHERE suffix IN ('row', 'row_checked') \gexec
SELECT format('CREATE TRIGGER change AFTER UPDATE ON line_%1$s REFERENCING OLD TABLE AS taken NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION %1$s_change()', suffix) FROM subject WHERE suffix IN ('statement', 'checked') \gexec
SELECT format('CREATE TRIGGER change AFTER UPDATE ON line_%1$s FOR EACH ROW EXECUTE FUNCTION %1$s_change()', suffix)
FROM subject WHERE suffix IN ('row', 'row_checked') \gexec

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

SELECT current_setting('data_directory') || '/bench_lines' AS lines \gset
SELECT format('COPY (SELECT 1 + i / 5, 1 + i %% 4, 10 + i %% 900 / 100.0 FROM generate_series(0, %s) i) TO %L', :deals * 5 - 1, :'lines') \gexec
SELECT bench.variant('totals, COPY of five lines a deal', name, format('COPY line_%s FROM %L', suffix, :'lines'),
    format('CALL empty_out(%L)', suffix), format('SELECT (sum(amount), count(amount))::text FROM deal_%s', suffix), is_floor)
FROM subject ORDER BY place;
SELECT format('CALL bench.measure(%L, %s)', 'totals, COPY of five lines a deal', :deals * 5) \gexec

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

-- The lines of the last repetition are left, one a deal.
SELECT bench.variant('totals, a line changed a statement', name,
    format('DO $do$ BEGIN FOR i IN 1 .. %s LOOP UPDATE line_%s SET price = price + 1 WHERE deal_id = i; END LOOP; END $do$', :deals, suffix),
    NULL, format('SELECT (sum(amount), count(amount))::text FROM deal_%s', suffix), is_floor)
FROM subject WHERE has_change ORDER BY place;
SELECT format('CALL bench.measure(%L, %s)', 'totals, a line changed a statement', :deals) \gexec
