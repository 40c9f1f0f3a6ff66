-- Line arithmetic, a value a row: the functions against the same expression in
-- plain numeric SQL and in a PL/pgSQL function.
CREATE TABLE line AS
SELECT (1 + i % 9)::numeric(19,5) + (i % 4) * 0.25 AS quantity,
       (100 + (i * 7919) % 500000 / 100.0)::numeric(18,2) AS price_per_unit,
       ((i % 5) * 1.25)::numeric(18,2) AS volume_discount,
       ((i % 11) * 0.5)::numeric(18,2) AS manual_discount,
       (i % 30)::numeric(7,4) AS discount_percent
FROM generate_series(1, (400000 * :scale)::bigint) i;
VACUUM (FREEZE, ANALYZE) line;

CREATE FUNCTION plpgsql_net(quantity numeric, price numeric, volume numeric, manual numeric) RETURNS numeric
    IMMUTABLE LANGUAGE plpgsql AS
$$ BEGIN RETURN round((price - coalesce(volume, 0)) * quantity - coalesce(manual, 0), 2); END $$;

SELECT bench.variant('net_amount', 'net_amount',
    $$SELECT count(opportunity.net_amount(quantity, price_per_unit, volume_discount, manual_discount)) FROM line$$,
    verify => $$SELECT sum(opportunity.net_amount(quantity, price_per_unit, volume_discount, manual_discount)) FROM line$$);
SELECT bench.variant('net_amount', 'numeric SQL',
    $$SELECT count(round((price_per_unit - volume_discount) * quantity - manual_discount, 2)) FROM line$$,
    verify => $$SELECT sum(round((price_per_unit - volume_discount) * quantity - manual_discount, 2)) FROM line$$);
SELECT bench.variant('net_amount', 'PL/pgSQL function',
    $$SELECT count(plpgsql_net(quantity, price_per_unit, volume_discount, manual_discount)) FROM line$$,
    verify => $$SELECT sum(plpgsql_net(quantity, price_per_unit, volume_discount, manual_discount)) FROM line$$);
SELECT bench.variant('net_amount', 'reading the columns', $$SELECT count(manual_discount) FROM line$$, is_floor => true);
SELECT format('CALL bench.measure(%L, %s)', 'net_amount', count(*)) FROM line \gexec

SELECT bench.variant('line_amount', 'line_amount',
    $$SELECT count(opportunity.line_amount(quantity, price_per_unit, discount_percent)) FROM line$$,
    verify => $$SELECT sum(opportunity.line_amount(quantity, price_per_unit, discount_percent)) FROM line$$);
SELECT bench.variant('line_amount', 'numeric SQL',
    $$SELECT count(round(quantity * price_per_unit * (1 - discount_percent / 100), 2)) FROM line$$,
    verify => $$SELECT sum(round(quantity * price_per_unit * (1 - discount_percent / 100), 2)) FROM line$$);
SELECT bench.variant('line_amount', 'reading the columns', $$SELECT count(discount_percent) FROM line$$, is_floor => true);
SELECT format('CALL bench.measure(%L, %s)', 'line_amount', count(*)) FROM line \gexec

SELECT bench.variant('revenue', 'revenue',
    $$SELECT opportunity.revenue(quantity, price_per_unit, volume_discount, manual_discount) FROM line$$);
SELECT bench.variant('revenue', 'sum of numeric SQL',
    $$SELECT sum(round((price_per_unit - volume_discount) * quantity - manual_discount, 2)) FROM line$$);
SELECT bench.variant('revenue', 'sum of net_amount',
    $$SELECT sum(opportunity.net_amount(quantity, price_per_unit, volume_discount, manual_discount)) FROM line$$);
SELECT bench.variant('revenue', 'reading the columns', $$SELECT count(manual_discount) FROM line$$, is_floor => true);
SELECT format('CALL bench.measure(%L, %s)', 'revenue', count(*)) FROM line \gexec
