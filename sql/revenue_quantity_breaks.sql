-- Discount lists as values, and the discount they give.
CREATE SCHEMA revenue_quantity_breaks;
SET search_path = revenue_quantity_breaks, opportunity;

-- One text for one value.
SELECT v::quantity_breaks FROM unnest(ARRAY['[10,50):5%, [50,):12.5%', ' [ 010 , 50.00000 ):5.000000000 %,[50 ,) : 12.50%', '[0,1):0', '[.5,1.):0.000001, [2.00001,2.00002):100%',
	'[0,1000000000000):1000000000000, [1000000000000,):1%', E'[1,\t2)\n:3']) AS v;

-- L13, a percentage list (derived from learn.microsoft.com, question 1689810);
-- L14, an amount list (Neil Parkhurst, MB2-717, Discount Lists). Bands are half-open here,
-- so that no quantity between them is without its discount.
SELECT q, volume_discount('[101,501):5%, [501,5001):10%, [5001,):15%', q, 150) AS per_unit, 150 - volume_discount('[101,501):5%, [501,5001):10%, [5001,):15%', q, 150) AS price
  FROM unnest('{100, 101, 500, 500.5, 501, 5000, 5001}'::numeric[]) WITH ORDINALITY AS u(q, n) ORDER BY n;
SELECT q, volume_discount('[300,501):2, [501,1001):5', q, 10) AS per_unit
  FROM unnest('{299, 299.99999, 299.999999999, 300, 500, 501, 1000.99999, 1001}'::numeric[]) WITH ORDINALITY AS u(q, n) ORDER BY n;
-- A return gets the discount of its sale; quantities beyond all bounds; none.
SELECT volume_discount('[10,):5%', -20, 10) AS return, net_amount(20, 10, volume_discount('[10,):5%', 20, 10)) + net_amount(-20, 10, volume_discount('[10,):5%', -20, 10)) AS undone,
       volume_discount('[10,):5%', 1e300, 10) AS many, volume_discount('[10,):5%', 'Infinity', 10) AS infinite, volume_discount('[10,):5%', '-Infinity', 10) AS minus_infinite,
       volume_discount('[10,20):5%', 1e300, 10) AS bounded, volume_discount('[10,):5%', 'NaN', 10) AS nan, volume_discount('[0,10):5%', 1e-300, 10) AS tiny,
       volume_discount(NULL, 1, 10) AS no_list, volume_discount('[10,):5%', NULL, 10) AS no_quantity, volume_discount('[10,):5%', 1, NULL) AS no_price;
-- Not rounded; of a unit price with six decimals; of a credit.
SELECT volume_discount('[1,):12.345678%', 1, 99.123456), volume_discount('[1,):33%', 1, -0.01), volume_discount('[1,):100%', 1, 9.99), volume_discount('[1,):5%', 1, 'NaN'),
       volume_discount('[1,):5%', 1, 1e30) = 5e28 AS large;

-- Against ranges: every quantity in and around the bands.
SELECT count(*) AS compared, count(*) FILTER (WHERE volume_discount('[0.5,2):1, [2,2.00001):2, [3,4.5):3, [9,):4', q, 7) IS DISTINCT FROM
       coalesce((SELECT d FROM (VALUES (numrange(0.5, 2), 1), (numrange(2, 2.00001), 2), (numrange(3, 4.5), 3), (numrange(9, NULL), 4)) AS b(r, d) WHERE r @> q), 0)) AS wrong
  FROM (SELECT n * 0.1 + e AS q FROM generate_series(0, 120) AS n, unnest(ARRAY[0, 0.00001, 0.000001, 0.09999]) AS e) AS q;

-- What is no list of bands: the band is named and what is wrong with it.
CREATE FUNCTION error_of(call text, OUT state text, OUT message text, OUT detail text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT ' || call;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
END $$;
SELECT v, e.state, e.detail
  FROM unnest(ARRAY['', ' ', '10,50:5%', '[10,50]:5%', '(10,50):5%', '[,50):5%', '[10;50):5%', '[10,50)5%', '[10,50):', '[10,50):%', '[10,50):5%%', '[10,50):5% x', '[10,50):5%,', '[10,50):5% [50,60):6%',
	'[10,50):-5%', '[-10,50):5%', '[1e1,50):5%', '[NaN,50):5%', '[10.123456,50):5%', '[10,50):5.1234567%', '[1.2.3,4):5%', '[.,4):5%',
	'[50,10):5%', '[10,10):5%', '[10,50):5%, [49.99999,60):6%', '[10,):5%, [50,60):6%', '[50,60):5%, [10,20):6%', '[10,50):100.000001%', '[10,50):1000000000000.1', '[0,1000000000000.1):5',
	'[99999999999999999999,):5', '[1,92233720368547.75807):5', '[0,1):99999999999999999999%']) AS v, error_of(quote_literal(v) || '::opportunity.quantity_breaks') AS e;
SELECT e.state, e.message, e.detail FROM error_of(quote_literal((SELECT string_agg(format('[%s,%s):1', n, n + 1), ',') FROM generate_series(1, 10000) AS n)) || '::opportunity.quantity_breaks') AS e;

-- The most bands, also stored out of line.
CREATE TABLE list (name text, breaks quantity_breaks);
INSERT INTO list SELECT 'most', string_agg(format('[%s,%s):%s', n, n + 1, n % 100 + 0.25), ',')::quantity_breaks FROM generate_series(1, 9999) AS n;
INSERT INTO list VALUES ('one', '[10,50):5%'), ('same', '[10.0,50.00):5.0%'), ('other', '[10,50):5'), ('none', NULL);
SELECT name, volume_discount(breaks, 4567, 100) FROM list ORDER BY name;
SELECT name, length(breaks::text) FROM list WHERE name = 'most' AND breaks = breaks::text::quantity_breaks;

-- Equality, grouping, hash partitions.
SELECT a.name, b.name FROM list AS a JOIN list AS b ON a.breaks = b.breaks AND a.name < b.name ORDER BY 1, 2;
SELECT count(*) FROM list AS a JOIN list AS b ON a.breaks <> b.breaks;
SELECT breaks, count(*) FROM list WHERE name <> 'most' GROUP BY breaks ORDER BY 2, breaks::text;
CREATE TABLE parted (breaks quantity_breaks) PARTITION BY HASH (breaks);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parted SELECT format('[%s,):1%%', n)::quantity_breaks FROM generate_series(1, 100) AS n;
SELECT (SELECT count(*) FROM parted_0) > 20 AS some, (SELECT count(*) FROM parted_1) > 20 AS others, (SELECT count(*) FROM parted WHERE breaks = '[7,):1.0%') AS found;

-- Binary and back; as an index and a generated column see it.
SELECT encode(quantity_breaks_send('[10,50):5%'), 'hex');
CREATE TABLE item (quantity numeric, price numeric, breaks quantity_breaks,
	discount numeric GENERATED ALWAYS AS (volume_discount(breaks, quantity, price)) STORED, net numeric GENERATED ALWAYS AS (net_amount(quantity, price, volume_discount(breaks, quantity, price))) STORED);
INSERT INTO item VALUES (5, 19.99, '[10,50):5%'), (10, 19.99, '[10,50):5%'), (10, 19.99, NULL), (NULL, 1, '[10,50):5%');
SELECT * FROM item;
-- As clients call it.
PREPARE discount AS SELECT volume_discount($1, $2, $3);
EXECUTE discount('[10,50):5%', 10, 3);
SELECT volume_discount('[10,50):5%', '10', '3'), volume_discount(quantity => 10, price_per_unit => 3, breaks => '[10,50):0.5');
-- Errors are soft where the server knows such, from 16 on.
\set syntax f
\set overlap f
SELECT current_setting('server_version_num')::integer >= 160000 AS has_soft_errors \gset
\if :has_soft_errors
SELECT pg_input_is_valid('[10,50]:5%', 'quantity_breaks') AS syntax, pg_input_is_valid('[10,50):5%, [20,30):6%', 'quantity_breaks') AS overlap \gset
\endif
SELECT :'syntax' AS syntax, :'overlap' AS overlap;
