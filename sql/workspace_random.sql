-- Ten thousand random statements on lines, deals and what prices them leave each line
-- with the amounts of its formula, and each deal with the total of its lines.
\set SHOW_CONTEXT never
\set ON_ERROR_STOP on
\set seed 0.4217
SELECT opportunity.create_workspace('workspace_random', 'EUR', amount_decimals => 3);
SET search_path = workspace_random;

INSERT INTO exchange_rate (currency, rate) VALUES ('USD', 1.1), ('JPY', 160.25), ('KWD', 0.333);
INSERT INTO price_list (name, currency, is_default) SELECT 'List ' || c, c, true FROM unnest('{USD,JPY,KWD}'::text[]) AS c;
INSERT INTO price_list (name, currency) SELECT 'Partners ' || c, c FROM unnest('{EUR,JPY}'::text[]) AS c;
INSERT INTO unit_group (name) VALUES ('Pieces');
INSERT INTO unit (unit_group_id, name, base_quantity) VALUES (1, 'piece', 1), (1, 'box', 12);
INSERT INTO product (code, name, unit_id, list_price, current_cost, quantity_rule)
SELECT 'P' || n, 'Product', 1, 17.77 * n, 11.333333 * n, CASE WHEN n % 4 = 0 THEN 'whole' ELSE 'any' END FROM generate_series(1, 8) AS n;
INSERT INTO discount_list (name, kind, currency) VALUES ('Percent', 'percent', NULL), ('Amount', 'amount', 'EUR');
INSERT INTO discount_band (discount_list_id, from_quantity, to_quantity, discount) VALUES (1, 5, 20, 2.5), (1, 20, NULL, 7.125), (2, 10, 30, 0.55);
INSERT INTO price_list_item (price_list_id, product_id, unit_id, method, amount, percentage, rounding_policy, rounding_option, rounding_amount, discount_list_id)
SELECT l.id, p.id, u.id, CASE WHEN computed THEN 'percent_of_list' ELSE 'currency_amount' END, p.id * l.id * u.base_quantity + 0.1255, 85,
    CASE WHEN p.id % 3 = 0 THEN 'up' ELSE 'none' END, 'ends_in', 0.99,
    CASE WHEN p.id % 2 = 0 THEN NULL WHEN p.id % 5 = 0 AND l.currency = 'EUR' THEN 2 ELSE 1 END
FROM price_list l, product p, unit u, LATERAL (SELECT l.currency = 'EUR' AND u.id = 1 AND p.id % 3 = 0) AS c (computed);
INSERT INTO opportunity (name, currency, price_list_id, stage)
SELECT 'Deal ' || n, c, CASE WHEN n % 5 = 0 AND c IN ('EUR', 'JPY') THEN (SELECT id FROM price_list WHERE name = 'Partners ' || c) END, 'qualify'
FROM generate_series(1, 15) AS n, LATERAL (SELECT ('{EUR,EUR,USD,JPY,KWD}'::text[])[1 + n % 5]) AS v (c);
INSERT INTO member (name) VALUES ('Ann'), ('Ben');
INSERT INTO opportunity_split (opportunity_id, member_id, percent) SELECT o.id, m.id, CASE m.id WHEN 1 THEN 33.3334 ELSE 33.3333 END FROM opportunity o, member m WHERE o.id = 1;
-- Deals that were converted: their prices are no list's.
CREATE TABLE converted (id bigint PRIMARY KEY);

-- The formulas, in plain numeric.
CREATE VIEW formula AS
SELECT l.id, l.opportunity_id, c.scale, base.amount AS base_amount, discount.amount AS manual_discount, tax.amount AS tax, net.amount AS net_amount,
    gross.amount + CASE WHEN l.tax_is_included THEN 0 ELSE coalesce(tax.amount, 0) END AS extended_amount,
    -- what the document adds of it
    CASE WHEN l.rounding = 'document' THEN exact.gross - CASE WHEN l.tax_is_included THEN exact.tax ELSE 0 END ELSE net.amount END AS document_net,
    CASE WHEN l.rounding = 'document' THEN exact.tax ELSE coalesce(tax.amount, 0) END AS document_tax,
    CASE WHEN l.tax_is_included THEN CASE WHEN l.rounding = 'document' THEN exact.tax ELSE coalesce(tax.amount, 0) END ELSE 0 END AS document_tax_included
FROM opportunity_line l,
    LATERAL (SELECT CASE l.currency WHEN 'JPY' THEN 0 WHEN 'KWD' THEN 3 ELSE 2 END AS scale, l.rounding = 'unit' AS of_unit,
        l.price_per_unit - coalesce(l.volume_discount, 0) AS unit, coalesce(l.discount_percent, 0) / 100 AS percent) AS c,
    LATERAL (SELECT round(l.quantity * CASE WHEN of_unit THEN round(c.unit, c.scale) ELSE c.unit END, c.scale) AS amount) AS base,
    LATERAL (SELECT CASE
        WHEN l.discount_percent IS NULL THEN l.manual_discount
        WHEN l.discount_is_per_unit THEN round(c.unit * c.percent, c.scale)
        ELSE base.amount - round(l.quantity * CASE WHEN of_unit THEN round(c.unit - c.unit * c.percent, c.scale) ELSE c.unit - c.unit * c.percent END, c.scale)
        END AS amount) AS discount,
    LATERAL (SELECT CASE WHEN l.discount_is_per_unit THEN coalesce(discount.amount, 0) ELSE 0 END AS of_unit,
        CASE WHEN l.discount_is_per_unit THEN 0 ELSE coalesce(discount.amount, 0) END AS of_line) AS off,
    LATERAL (SELECT round(l.quantity * CASE WHEN c.of_unit THEN round(c.unit - off.of_unit, c.scale) ELSE c.unit - off.of_unit END - off.of_line, c.scale) AS amount) AS gross,
    LATERAL (SELECT CASE WHEN l.tax_rate IS NULL THEN l.tax
        ELSE round(gross.amount * l.tax_rate / CASE WHEN l.tax_is_included THEN 100 + l.tax_rate ELSE 100 END, c.scale) END AS amount) AS tax,
    LATERAL (SELECT gross.amount - CASE WHEN l.tax_is_included THEN coalesce(tax.amount, 0) ELSE 0 END AS amount) AS net,
    LATERAL (SELECT round(l.quantity * (c.unit - off.of_unit) - off.of_line, 10) AS gross) AS e,
    LATERAL (SELECT e.gross, CASE WHEN l.tax_rate IS NULL THEN coalesce(l.tax, 0)
        ELSE round(e.gross * l.tax_rate / CASE WHEN l.tax_is_included THEN 100 + l.tax_rate ELSE 100 END, 10) END AS tax) AS exact;

-- Everything that is wrong now.
CREATE FUNCTION wrong() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT format('line %s: base %s, discount %s, net %s, tax %s, extended %s are %s', l.id, f.base_amount, f.manual_discount, f.net_amount, f.tax, f.extended_amount, l)
    FROM formula f JOIN opportunity_line l ON l.id = f.id
    WHERE (f.base_amount, f.manual_discount, f.net_amount, f.tax, f.extended_amount)
        IS DISTINCT FROM (l.base_amount, l.manual_discount, l.net_amount, l.tax, l.extended_amount)
        OR l.is_price_overridden <> (l.product_id IS NOT NULL AND l.price_per_unit IS DISTINCT FROM l.catalogue_price)
    UNION ALL
    SELECT format('line %s is explained as %s: %s', l.id, e, l)
    FROM opportunity_line l, LATERAL (
        SELECT jsonb_object_agg(x.subject, x.amount) FILTER (WHERE x.subject IN ('base amount', 'net amount', 'extended amount', 'catalogue price', 'volume discount'))
        FROM opportunity.explain_price(l) x) AS e (e)
    WHERE l.opportunity_id NOT IN (SELECT id FROM converted)
        AND jsonb_strip_nulls(jsonb_build_object('base amount', trim_scale(l.base_amount), 'net amount', trim_scale(l.net_amount), 'extended amount', trim_scale(l.extended_amount),
            'catalogue price', trim_scale(l.catalogue_price), 'volume discount', trim_scale(l.volume_discount))) IS DISTINCT FROM jsonb_strip_nulls(e.e)
    UNION ALL
    SELECT format('deal %s: %s lines, detail %s, tax %s, total %s, base %s are %s', o.id, s.lines, s.detail, s.tax, t.total, b.base, o)
    FROM opportunity o,
        -- what the prices come to is rounded, and the taxes within them and on top
        LATERAL (SELECT count(*) AS lines,
            coalesce(round(sum(f.document_net + f.document_tax_included), min(f.scale)) - round(sum(f.document_tax_included), min(f.scale)), 0) AS detail,
            coalesce(round(sum(f.document_tax_included), min(f.scale)) + round(sum(f.document_tax - f.document_tax_included), min(f.scale)), 0) AS tax
            FROM formula f WHERE f.opportunity_id = o.id) AS s,
        LATERAL (SELECT CASE o.currency WHEN 'JPY' THEN 0 WHEN 'KWD' THEN 3 ELSE 2 END AS scale) AS c,
        LATERAL (SELECT s.detail - round(s.detail * coalesce(o.discount_percent, 0) / 100, c.scale) - coalesce(o.discount_amount, 0)
            + coalesce(o.freight_amount, 0) + s.tax AS total) AS t,
        LATERAL (SELECT round(CASE WHEN s.lines > 0 THEN t.total ELSE o.user_estimated_value END / o.exchange_rate, 2) AS base) AS b
    WHERE (s.lines, s.detail, s.tax, t.total, b.base)
        IS DISTINCT FROM (o.line_count, o.detail_amount, o.tax_amount, o.total_amount, o.estimated_value_base)
    UNION ALL
    SELECT format('splits of deal %s add up to %s', o.id, sum(s.amount))
    FROM opportunity_split s JOIN opportunity o ON o.id = s.opportunity_id
    GROUP BY o.id HAVING sum(s.amount) <> CASE WHEN o.outcome = 'won' THEN o.actual_value ELSE o.estimated_value END
    UNION ALL
    SELECT format('check_totals: %s', c) FROM opportunity.check_totals('opportunity') c
$$;

-- Lines and deals at random, one or some.
CREATE FUNCTION a_line() RETURNS bigint LANGUAGE plpgsql AS
    'BEGIN RETURN (SELECT id FROM opportunity_line ORDER BY id OFFSET floor(random() * (SELECT count(*) FROM opportunity_line)) LIMIT 1); END';
CREATE FUNCTION a_deal() RETURNS bigint LANGUAGE plpgsql AS
    'BEGIN RETURN (SELECT id FROM opportunity ORDER BY id OFFSET floor(random() * (SELECT count(*) FROM opportunity)) LIMIT 1); END';
CREATE FUNCTION a_number(most numeric) RETURNS numeric LANGUAGE plpgsql AS
    'BEGIN RETURN round(random()::numeric * most, (random() * 4)::integer); END';

-- A statement at random. Some are refused, now and then, for good reasons.
CREATE FUNCTION a_statement() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line bigint := coalesce(a_line(), 0);
    deal bigint := a_deal();
    product integer := 1 + floor(random() * 8);
    quantity numeric := CASE WHEN product % 4 = 0 THEN ceil(random() * 40) ELSE a_number(40) END;
BEGIN
    RETURN CASE floor(random() * 34)
        WHEN 0 THEN format('SELECT add_line(%s, ''P%s'', %s)', deal, product, quantity)
        WHEN 1 THEN format('SELECT add_line(%s, ''P%s'', %s, unit => ''box'')', deal, product, quantity)
        WHEN 2 THEN format('SELECT add_line(%s, ''P%s'', %s, %s)', deal, product, quantity, a_number(100))
        WHEN 3 THEN format('INSERT INTO opportunity_line (opportunity_id, product_id, quantity, discount_percent, tax_rate, rounding, tax_is_included, discount_is_per_unit)
            SELECT %s, n, ceil(n * %s), n * 1.25, n * 2.5, (''{unit,line,document}''::text[])[1 + n %% 3], n %% 2 = 0, n %% 4 = 1 FROM generate_series(%s, 8) AS n', deal, random(), greatest(product, 4))
        WHEN 4 THEN format('INSERT INTO opportunity_line (opportunity_id, description, quantity, price_per_unit, manual_discount, tax, tax_is_included)
            SELECT id, ''Write-in'', %s, %s, %s, %s, id %% 2 = 0 FROM opportunity WHERE id %% 9 = %s', quantity, a_number(1000), a_number(5), a_number(9), product)
        WHEN 5 THEN format('INSERT INTO opportunity_line (opportunity_id, description, quantity, price_per_unit, volume_discount) VALUES (%s, ''Credit'', %s, -%s, %s)', deal, quantity, a_number(20), a_number(1))
        WHEN 6 THEN format('UPDATE opportunity_line SET quantity = %s WHERE id = %s', quantity, line)
        WHEN 7 THEN format('UPDATE opportunity_line SET quantity = quantity + 1 WHERE id %% 17 = %s', product)
        WHEN 8 THEN format('UPDATE opportunity_line SET price_per_unit = %s WHERE id = %s', a_number(200), line)
        WHEN 9 THEN format('UPDATE opportunity_line SET price_per_unit = NULL WHERE id = %s', line)
        WHEN 10 THEN format('UPDATE opportunity_line SET price_per_unit = price_per_unit * 1.03 WHERE product_id = %s', product)
        WHEN 11 THEN format('UPDATE opportunity_line SET discount_percent = %s WHERE id = %s', a_number(30), line)
        WHEN 12 THEN format('UPDATE opportunity_line SET discount_percent = NULL, manual_discount = %s WHERE id = %s', a_number(3), line)
        WHEN 13 THEN format('UPDATE opportunity_line SET discount_is_per_unit = NOT discount_is_per_unit, rounding = ''unit'' WHERE id = %s', line)
        WHEN 14 THEN format('UPDATE opportunity_line SET rounding = ''document'', tax_is_included = NOT tax_is_included WHERE opportunity_id = %s', deal)
        WHEN 15 THEN format('UPDATE opportunity_line SET tax_rate = %s WHERE opportunity_id = %s', a_number(25), deal)
        WHEN 16 THEN format('UPDATE opportunity_line SET tax_rate = NULL, tax = %s WHERE id = %s', a_number(5), line)
        WHEN 17 THEN format('UPDATE opportunity_line SET product_id = %s, quantity = %s WHERE id = %s', product, ceil(quantity), line)
        WHEN 18 THEN format('UPDATE opportunity_line SET product_id = NULL, description = ''No product'' WHERE id = %s', line)
        WHEN 19 THEN format('UPDATE opportunity_line SET unit_id = 3 - unit_id WHERE id = %s', line)
        WHEN 20 THEN format('UPDATE opportunity_line SET opportunity_id = %s WHERE id = %s', deal, line)
        WHEN 21 THEN format('UPDATE opportunity_line l SET opportunity_id = t.id, quantity = quantity + 1 FROM opportunity f JOIN opportunity t ON t.currency = f.currency AND t.id <> f.id
            WHERE f.id = l.opportunity_id AND l.id %% 11 = %s AND t.id = %s', product, deal)
        WHEN 22 THEN format('DELETE FROM opportunity_line WHERE id = %s', line)
        WHEN 23 THEN format('DELETE FROM opportunity_line WHERE opportunity_id = %s AND id %% 2 = 0', deal)
        WHEN 24 THEN format('DELETE FROM opportunity_line WHERE id %% 13 = %s', product)
        WHEN 25 THEN format('MERGE INTO opportunity_line l USING (SELECT id, opportunity_id FROM opportunity_line WHERE id %% 13 = %s UNION ALL SELECT -1, %s) s ON s.id = l.id
            WHEN MATCHED AND l.id %% 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET quantity = l.quantity + 2
            WHEN NOT MATCHED THEN INSERT (opportunity_id, product_id) VALUES (s.opportunity_id, %s)', product, deal, product)
        WHEN 26 THEN format('INSERT INTO opportunity_line (id, opportunity_id, description, quantity, price_per_unit)
            SELECT id, opportunity_id, ''Copy'', 1, 2.345 FROM opportunity_line WHERE opportunity_id = %s UNION ALL SELECT nextval(''opportunity_line_id_seq''), %1$s, ''New'', 3, 1.115
            ON CONFLICT (id) DO UPDATE SET quantity = opportunity_line.quantity + 1, discount_percent = 2', deal)
        WHEN 27 THEN format('SELECT convert_opportunity(%s, %L)', deal, ('{EUR,USD,JPY,KWD}'::text[])[1 + product % 4])
        WHEN 28 THEN format('UPDATE opportunity SET discount_percent = %s, discount_amount = %s, freight_amount = %s WHERE id = %s', a_number(15), a_number(10), a_number(10), deal)
        WHEN 29 THEN CASE WHEN product < 7 THEN format('SELECT lose(%s, ''Price'')', deal)
            ELSE format('UPDATE opportunity SET stage = ''won'', account_id = NULL, actual_value = coalesce(estimated_value, 1) WHERE id = %s', deal) END
        WHEN 30 THEN 'SELECT reopen(id) FROM opportunity WHERE outcome <> ''open'''
        WHEN 31 THEN format('WITH gone AS (DELETE FROM opportunity_line WHERE id = %s RETURNING opportunity_id, product_id, quantity)
            INSERT INTO opportunity_line (opportunity_id, product_id, description, quantity, price_per_unit) SELECT opportunity_id, product_id, ''Again'', quantity, 7 FROM gone', line)
        WHEN 32 THEN CASE WHEN product = 1 AND random() < 0.1 THEN 'TRUNCATE opportunity_line'
            ELSE format('UPDATE opportunity_line SET line_number = line_number + 1 WHERE opportunity_id = %s', deal) END
        ELSE CASE WHEN product = 1 THEN format('WITH gone AS (DELETE FROM opportunity WHERE id = %s RETURNING name, currency)
            INSERT INTO opportunity (name, currency) SELECT * FROM gone', deal)
            ELSE format('UPDATE opportunity SET user_estimated_value = %s WHERE id = %s', a_number(100), deal) END
        END;
END $$;

CREATE TABLE tally (steps integer NOT NULL DEFAULT 0, refused integer NOT NULL DEFAULT 0, undone integer NOT NULL DEFAULT 0, checks integer NOT NULL DEFAULT 0);
INSERT INTO tally DEFAULT VALUES;
SELECT :'seed' AS seed, setseed(:seed) IS NOT NULL AS is_set;
DO $$
DECLARE
    statement text;
    problem text;
    refusals integer := 0;
    withdrawals integer := 0;
BEGIN
    FOR step IN 1 .. 10000 LOOP
        statement := a_statement();
        BEGIN
            EXECUTE statement;
            IF random() < 0.03 THEN
                RAISE EXCEPTION USING ERRCODE = 'U0001';
            END IF;
        EXCEPTION
            WHEN SQLSTATE 'U0001' THEN
                withdrawals := withdrawals + 1;
            WHEN check_violation OR not_null_violation OR foreign_key_violation OR numeric_value_out_of_range OR generated_always THEN
                refusals := refusals + 1;
        END;
        IF statement LIKE 'SELECT convert_%' THEN
            INSERT INTO converted VALUES (substring(statement FROM '\d+')::bigint) ON CONFLICT DO NOTHING;
        END IF;
        IF step % 1000 = 0 THEN
            SELECT string_agg(w, E'\n') INTO problem FROM (SELECT w FROM wrong() AS w LIMIT 3) AS w;
            IF problem IS NOT NULL THEN
                RAISE EXCEPTION 'after step %, %: %', step, statement, problem;
            END IF;
            UPDATE tally SET checks = checks + 1;
        END IF;
        -- else the versions of a deal pile up
        COMMIT;
    END LOOP;
    UPDATE tally SET steps = 10000, refused = refusals, undone = withdrawals;
END $$;
SELECT steps, checks, refused BETWEEN 500 AND 3000 AS some_were_refused, undone BETWEEN 100 AND 500 AS some_were_undone FROM tally;
SELECT count(*) > 20 AS lines, count(DISTINCT currency) > 1 AS currencies, count(DISTINCT rounding) > 1 AS roundings, count(*) FILTER (WHERE volume_discount > 0) > 2 AS discounted FROM opportunity_line;
SELECT * FROM wrong();
-- The check finds what is wrong.
ALTER TABLE opportunity_line DISABLE TRIGGER USER;
UPDATE opportunity_line SET is_price_overridden = NOT is_price_overridden WHERE id = (SELECT min(id) FROM opportunity_line);
DELETE FROM opportunity_line WHERE id = (SELECT max(id) FROM opportunity_line WHERE net_amount <> 0 AND rounding = 'line');
SELECT DISTINCT substring(w FROM '^(line|deal|check_totals)') AS found FROM wrong() AS w ORDER BY 1;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA workspace_random CASCADE;
