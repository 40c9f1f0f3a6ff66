-- Tax on amounts and within them; rounding of tax and of amounts on the line and on the
-- document; the real lines of Northwind.
CREATE SCHEMA revenue_tax;
SET search_path = revenue_tax, opportunity;

-- Per line and on the document : TX1 is Odoo's issue 23125, TX2 the total of
-- SuiteCRM's issue 1234 (4,825.088; its lines are not published), TX3 the amounts of SuiteCRM's
-- issue 4460 at 21 percent. Tax on the document is tax_amount of the sum.
SELECT example, sum(tax_amount(net, rate)) AS per_line, tax_amount(sum(net), max(rate)) AS on_document
  FROM (VALUES ('TX1', 598.89, 8.5), ('TX1', 329.84, 8.5), ('TX1', -59.89, 8.5), ('TX1', -32.98, 8.5),
               ('TX2, the sum', 25395.20, 19), ('TX3', 97.50, 21), ('TX3', 65, 21), ('TX3', 32.50, 21)) AS l(example, net, rate)
 GROUP BY example ORDER BY example;
-- TX4, SuiteCRM's issue 1776: 2,500.00 gross at 8 percent. No net price of two decimals gives it;
-- with the tax included in the price nothing is lost.
SELECT net, round_amount(net + tax_amount(net, 8, scale => 4)) AS gross FROM unnest(ARRAY[2314.82, 2314.81, 2314.815]) AS net;
SELECT 2500.00 - tax_amount(2500, 8, included => true) AS net, tax_amount(2500, 8, true) AS tax;
-- TX5, Odoo's documentation of taxes: 1000 at 10 percent, excluded and included.
SELECT 1000 + tax_amount(1000, 10) AS excluded, 1000 - tax_amount(1000, 10, true) AS net, tax_amount(1000, 10, true) AS included;
-- The same page: a rate of the gross amount, and a formula of brackets.
SELECT round_amount(1000 / (1 - 10 / 100.0)) - 1000 AS of_gross, tax_amount(least(1000, 500), 10) + tax_amount(greatest(1000 - 500, 0), 20) AS brackets;
-- Tax of several rates on the document: on the sum of each rate.
SELECT sum(tax) AS tax FROM (SELECT tax_amount(sum(net), rate) AS tax FROM (VALUES (0.33, 19), (0.33, 19), (1.01, 7)) AS l(net, rate) GROUP BY rate) AS r;

-- A line with its tax as an amount, a rate, or included in its price.
SELECT extended_amount(3, 19.99, tax => 4.20) AS amount,
       extended_amount(3, 19.99, tax => tax_amount(net_amount(3, 19.99), 19)) AS rate,
       net_amount(3, 19.99) - tax_amount(net_amount(3, 19.99), 19, included => true) AS net_of_gross;

-- A missing rate is no tax, a missing amount no figure.
SELECT tax_amount(10, NULL) AS no_rate, tax_amount(NULL, 10) AS no_amount, tax_amount(10, 10, NULL) AS unknown, tax_amount(10, 10, true, NULL) AS no_scale;
SELECT tax_amount(-1000, 10), tax_amount(-1000, 10, true), tax_amount(0.05, 10), tax_amount(0.045, 10), tax_amount(-0.05, 10), tax_amount(0.055, 10, true),
       tax_amount(100, 100, true), tax_amount(100, 0, true), tax_amount(1050, 10, scale => -1), tax_amount(12345, 10, true, -1);
SELECT tax_amount(1e35, 10, true), tax_amount(1e40, 10), tax_amount(1, 8.1234567890123456789, true, 20), tax_amount('NaN', 10), tax_amount('Infinity', 10, true), tax_amount('-Infinity', 10);
CREATE FUNCTION error_of(call text, OUT state text, OUT message text, OUT detail text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT ' || call;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
END $$;
SELECT call, e.* FROM (VALUES ('tax_amount(1, 100.01)'), ('tax_amount(1, -0.01)'), ('tax_amount(1, ''NaN'', true)'), ('tax_amount(1, 10, true, 21)')) AS v(call), error_of(call) AS e;
PREPARE tax AS SELECT tax_amount($1, $2), tax_amount($1, $2, $3, $4);
EXECUTE tax(1000, 10, true, 1);
SELECT tax_amount('1000', '10'), tax_amount('1000', '10', 'true', '1');

-- Values computed by Python's fractions, and its decimal for the modes of rounding.
\set list `cat "$PG_ABS_SRCDIR/test/data/arithmetic/tax.csv"`
SELECT count(*) AS compared, count(*) FILTER (WHERE tax_amount(f[1]::numeric, f[2]::numeric, scale => f[3]::integer)::text IS DISTINCT FROM f[4]) AS on_net_differs,
       count(*) FILTER (WHERE tax_amount(f[1]::numeric, f[2]::numeric, true, f[3]::integer)::text IS DISTINCT FROM f[5]) AS in_gross_differs
  FROM (SELECT string_to_array(line, ',') AS f FROM regexp_split_to_table(:'list', '\r?\n') AS line WHERE line ~ '^[-0-9]') AS l;
\set list `cat "$PG_ABS_SRCDIR/test/data/arithmetic/rounding.csv"`
SELECT modes[i] AS mode, count(*) AS compared, count(*) FILTER (WHERE round_amount(f[1]::numeric, f[2]::integer, modes[i])::text IS DISTINCT FROM f[2 + i]) AS different
  FROM (SELECT string_to_array(line, ',') AS f FROM regexp_split_to_table(:'list', '\r?\n') AS line WHERE line ~ '^[-0-9]') AS l,
       (SELECT ARRAY['half_up', 'half_even', 'half_down', 'up', 'down', 'ceiling', 'floor'] AS modes) AS m, generate_series(1, 7) AS i
 GROUP BY 1, i ORDER BY i;

-- Manual discounts per line or per unit : L1 and L2 from MicrosoftDocs,
-- product-discounting-methods; L3 from configure-product-catalog-settings; L4 and L5 from
-- Magnetism Solutions, Discount Calculation Method.
SELECT example, line, unit
  FROM (VALUES ('L1, L2: 200 at 100 less 10', net_amount(200, 100, 0, manual_discount(200, 10, 'line')), net_amount(200, 100, 0, manual_discount(200, 10, 'unit'))),
               ('L3: 11 at 100 less 10', net_amount(11, 100, 0, manual_discount(11, 10, 'line')), net_amount(11, 100, 0, manual_discount(11, 10))),
               ('L4, L5: 10 at 1000 less 100 less 100', net_amount(10, 1000, 100, manual_discount(10, 100, 'line')), net_amount(10, 1000, 100, manual_discount(10, 100))),
               ('L4, L5: with 15 % tax', extended_amount(10, 1000, 100, 100, tax_amount(8900, 15)), extended_amount(10, 1000, 100, manual_discount(10, 100), tax_amount(8000, 15))),
               ('L6: three such lines', 3 * net_amount(10, 1000, 100, manual_discount(10, 100, 'line')), 3 * net_amount(10, 1000, 100, manual_discount(10, 100)))) AS v(example, line, unit);
-- L9, L10 (MicrosoftDocs, pricing-product-bundles): required members are in the price of 500, optional ones are added.
SELECT net_amount(1, 500) AS required_only, net_amount(1, 500) + net_amount(5, 40) + net_amount(5, 50) AS with_optional;
SELECT manual_discount(NULL, 10), manual_discount(2, NULL), manual_discount(2, 10, NULL), manual_discount(-2, 10) AS return;
SELECT manual_discount(2, 10, 'order');

-- Northwind: the same 2,155 lines of 830 orders rounded at the unit, at the line, at the
-- document, and not at all. Its discount is a fraction of the price.
CREATE TABLE order_details (order_id integer, product_id integer, unit_price numeric, quantity numeric, discount numeric);
\set list `cat "$PG_ABS_SRCDIR/test/data/northwind/order_details.csv"`
INSERT INTO order_details SELECT f[1]::integer, f[2]::integer, f[3]::numeric, f[4]::numeric, f[5]::numeric
  FROM (SELECT string_to_array(line, ',') AS f FROM regexp_split_to_table(:'list', '\r?\n') AS line WHERE line ~ '^[0-9]') AS l;
SELECT count(*) AS lines, count(DISTINCT order_id) AS orders FROM order_details;
SELECT sum(line_amount(quantity, unit_price, discount * 100, 4)) AS exact,
       round_amount(sum(line_amount(quantity, unit_price, discount * 100, 4))) AS one_document,
       sum(line_amount(quantity, unit_price, discount * 100)) AS by_line,
       sum(line_amount(quantity, round_amount(unit_price * (1 - discount)))) AS by_unit
  FROM order_details;
SELECT sum(amount) AS by_order FROM (SELECT round_amount(sum(line_amount(quantity, unit_price, discount * 100, 4))) AS amount FROM order_details GROUP BY order_id) AS o;
-- The same with the discount as an amount per unit, and fused.
SELECT revenue(quantity, unit_price, unit_price * discount, 0) AS by_line, sum(net_amount(quantity, unit_price, unit_price * discount)) AS same,
       sum(net_amount(quantity, unit_price, unit_price * discount, scale => 4)) AS exact,
       revenue(quantity, unit_price - round_amount(unit_price * discount)) AS by_unit
  FROM order_details;
