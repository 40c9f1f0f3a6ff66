-- Line arithmetic equals stock numeric arithmetic, value and display scale, over
-- more than two million edge and random inputs.
CREATE SCHEMA revenue_line_numeric;
SET search_path = revenue_line_numeric, opportunity;

-- The same in stock numeric.
CREATE FUNCTION stock_base(q numeric, p numeric, v numeric, s integer) RETURNS numeric LANGUAGE sql IMMUTABLE
RETURN round(q * (p - coalesce(v, 0)), s);
CREATE FUNCTION stock_net(q numeric, p numeric, v numeric, m numeric, s integer) RETURNS numeric LANGUAGE sql IMMUTABLE
RETURN round(q * (p - coalesce(v, 0)) - coalesce(m, 0), s);
CREATE FUNCTION stock_extended(q numeric, p numeric, v numeric, m numeric, t numeric, s integer) RETURNS numeric LANGUAGE sql IMMUTABLE
RETURN round(q * (p - coalesce(v, 0)) - coalesce(m, 0) + coalesce(t, 0), s);
CREATE FUNCTION stock_line(q numeric, p numeric, d numeric, s integer) RETURNS numeric LANGUAGE sql IMMUTABLE
RETURN round(q * p * ((100 - coalesce(d, 0)) * 0.01), s);
CREATE FUNCTION stock_total(l numeric, d numeric, a numeric, f numeric, t numeric, s integer) RETURNS numeric LANGUAGE sql IMMUTABLE
RETURN round(l - CASE WHEN coalesce(d, 0) = 0 THEN 0 ELSE round(l * d * 0.01, s) END - coalesce(a, 0) + coalesce(f, 0) + coalesce(t, 0), s);
-- Equal as text: the same value shown with the same decimals.
CREATE FUNCTION differs(a numeric, b numeric) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN a IS DISTINCT FROM b OR scale(a) IS DISTINCT FROM scale(b);

-- Edge values: the special ones, all magnitudes, five decimals, the ends of 64 and
-- 128 bits, scales that need numeric's long form, negative and missing.
CREATE TABLE edge (x numeric);
INSERT INTO edge VALUES (NULL), ('NaN'), ('Infinity'), ('-Infinity'), (0), (0.00), (-0.005), (0.005), (1), (-1), (2.00000), (0.00001), (-12345.67891), (33.335),
	(1e-20), (-3e-17), (5e-16), (7e7), (1e12), (-1e19), (1e40), (9999.9999), (99999999.99999999), (1.5::numeric(200, 100)), (0::numeric(100, 70)),
	(9223372036854775807), (-9223372036854775808), (922337203685477.5807), (92233720368547758.08), (18446744073709551616),
	(170141183460469231731687303715884105727), (-170141183460469231731687303715884105728), (1701411834604692317316873037158841057.28),
	(0.000000000000000000000000000000000000001), ('1e300'), ('-1e-300');
SELECT count(*) FROM edge;
SELECT count(*) AS compared, count(*) FILTER (WHERE differs(net_amount(q.x, p.x, v.x, m.x, s), stock_net(q.x, p.x, v.x, m.x, s))) AS net_differs
  FROM edge AS q, edge AS p, (SELECT x FROM edge WHERE x IS NULL OR abs(x) NOT BETWEEN 1e-10 AND 1e10 OR x IN (0.005, -12345.67891)) AS v,
       (SELECT x FROM edge WHERE x IS NULL OR x IN (0, 0.005, -12345.67891, 9223372036854775807, -1e19, 1e-20, 'NaN', 'Infinity')) AS m,
       unnest(ARRAY[2, CASE WHEN q.x > p.x THEN 20 ELSE -20 END, CASE WHEN q.x > v.x THEN 0 ELSE 6 END]) AS s;
SELECT count(*) AS compared,
       count(*) FILTER (WHERE differs(base_amount(q.x, p.x, v.x, s), stock_base(q.x, p.x, v.x, s))) AS base_differs,
       count(*) FILTER (WHERE differs(extended_amount(q.x, 1, 0, p.x, v.x, s), stock_extended(q.x, 1, 0, p.x, v.x, s))) AS extended_differs
  FROM edge AS q, edge AS p, edge AS v, unnest(ARRAY[2, 5, -3]) AS s;
SELECT count(*) AS compared,
       count(*) FILTER (WHERE differs(line_amount(q.x, p.x, d, s), stock_line(q.x, p.x, d, s))) AS line_differs,
       count(*) FILTER (WHERE differs(opportunity_total(q.x, d, p.x, NULL, -p.x, s), stock_total(q.x, d, p.x, NULL, -p.x, s))) AS total_differs
  FROM edge AS q, edge AS p, unnest(ARRAY[NULL, 0, 100, 19.05, 0.00001, 99.99999999, 33.333333333333333333333, 1e-20]) AS d, unnest(ARRAY[2, 20, 0, -20]) AS s;

-- Toasted numbers: out of line and compressed in line, against the same untoasted.
CREATE TABLE big (id integer, external numeric, compressed numeric);
ALTER TABLE big ALTER external SET STORAGE EXTERNAL, ALTER compressed SET STORAGE MAIN;
INSERT INTO big SELECT id, x * 3, x FROM (VALUES (1, (repeat('12345678', 1000) || '.005')::numeric), (2, ('-0.' || repeat('00005000', 1000))::numeric)) AS v(id, x);
SELECT count(*) FILTER (WHERE pg_column_compression(external) IS NULL) AS out_of_line, count(*) FILTER (WHERE pg_column_compression(compressed) IS NOT NULL) AS compressed FROM big;
SELECT count(*) AS compared,
       count(*) FILTER (WHERE differs(net_amount(a, b, c, d), stock_net(a, b, c, d, 2))) AS net_differs,
       count(*) FILTER (WHERE differs(extended_amount(a, b, c, d, c), stock_extended(a, b, c, d, c, 2))) AS extended_differs,
       count(*) FILTER (WHERE differs(line_amount(a, b, 12.5), stock_line(a, b, 12.5, 2))) AS line_differs,
       count(*) FILTER (WHERE differs(opportunity_total(a, 12.5, b, c, d), stock_total(a, 12.5, b, c, d, 2))) AS total_differs
  FROM (SELECT external, compressed, 7.5 AS small FROM big) AS v, unnest(ARRAY[external, compressed, small]) AS a, unnest(ARRAY[external, compressed, small]) AS b,
       unnest(ARRAY[external, compressed, small]) AS c, unnest(ARRAY[external, compressed, small]) AS d;
-- read from the table itself, not from an array
SELECT count(*) AS compared, count(*) FILTER (WHERE differs(net_amount(external, 1.005, compressed, external), stock_net(external, 1.005, compressed, external, 2))) AS net_differs,
       count(*) FILTER (WHERE differs(net_amount(2, compressed, external), stock_net(2, compressed, external, 0, 2))) AS price_differs
  FROM big;

-- Random lines, stored and so packed: 600,000 as sales has them, 5 decimals of
-- quantity and up to 6 of price, and 500,000 of any magnitude.
SELECT setseed(0.20);
CREATE TABLE line (n integer, usual boolean, q numeric, p numeric, v numeric, m numeric, t numeric, d numeric, s integer);
INSERT INTO line
SELECT n, true, (random() * 2000 - 500)::integer * unit, (random() * 10000000 - 100000)::integer * price_unit, (random() * 1000)::integer * 0.01,
       CASE WHEN n % 7 > 0 THEN (random() * 1000)::integer * 0.005 END, (random() * 10000)::integer * 0.01, (random() * 10000)::integer * 0.01, 2
  FROM (SELECT n, (ARRAY[1, 0.1, 0.001, 0.00001])[1 + n % 4] AS unit, (ARRAY[0.01, 0.001, 0.0001, 0.000001])[1 + n / 4 % 4] AS price_unit FROM generate_series(1, 600000) AS n) AS u;
CREATE TABLE power AS SELECT e, ('1e' || e)::numeric AS ten FROM generate_series(-20, 30) AS e;
INSERT INTO line
SELECT n, false, (random() * 2e9 - 1e9)::integer * power[1 + (random() * 50)::integer], (random() * 2e18 - 1e18)::bigint * power[1 + (random() * 40)::integer],
       (random() * 2e18 - 1e18)::bigint * power[1 + (random() * 40)::integer], (random() * 2e9)::integer * power[1 + (random() * 50)::integer],
       (random() * 2e9)::integer * power[1 + (random() * 50)::integer], (random() * 1e9)::integer * 0.0000001, (random() * 40 - 20)::integer
  FROM generate_series(1, 500000) AS n, (SELECT array_agg(ten ORDER BY e) AS power FROM power) AS powers;
SELECT usual, count(*) AS compared,
       count(*) FILTER (WHERE differs(extended_amount(q, p, v, m, t, s), stock_extended(q, p, v, m, t, s))) AS extended_differs
  FROM line GROUP BY usual ORDER BY usual;
SELECT usual, count(*) AS compared,
       count(*) FILTER (WHERE differs(net_amount(q, p, v, m, s), stock_net(q, p, v, m, s))) AS net_differs,
       count(*) FILTER (WHERE differs(line_amount(q, p, d, s), stock_line(q, p, d, s))) AS line_differs,
       count(*) FILTER (WHERE differs(opportunity_total(p, d, v, m, t, s), stock_total(p, d, v, m, t, s))) AS total_differs
  FROM line WHERE n % 4 = 0 GROUP BY usual ORDER BY usual;
DROP TABLE line;
