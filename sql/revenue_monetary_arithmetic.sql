-- Arithmetic on monetary: it agrees with numeric to the last minor unit, refuses
-- two currencies and what does not fit, and nothing in between.
CREATE SCHEMA revenue_monetary_arithmetic;
SET search_path = revenue_monetary_arithmetic, opportunity;

CREATE FUNCTION error_of(query text, OUT state text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT (' || query || ')::text' INTO message;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	IF state = '42883' THEN hint := 'the parser''s'; END IF;
END $$;

-- A line as it is written.
SELECT quantity, price, volume_discount, manual_discount, quantity * (price - volume_discount) - manual_discount AS net
  FROM (VALUES (2::numeric, 'EUR 4499.50'::monetary, 'EUR 0'::monetary, 'EUR 0'::monetary), (12.5, 'EUR 19.00', 'EUR 0.50', 'EUR 10'), (0.333, 'JPY 1000', 'JPY 1', 'JPY 0'), (1, 'KWD 0.005', 'KWD 0', 'KWD 0.010')) AS l(quantity, price, volume_discount, manual_discount);
-- integers are numbers enough, an untyped operand takes the other's type
SELECT 2 * 'EUR 5'::monetary AS two, 'EUR 5'::monetary * 3::bigint AS three, 'EUR 5'::monetary / 2 AS half, 'EUR 5'::monetary + 'EUR 1' AS more, '1.5' * 'EUR 5'::monetary AS untyped, - 'EUR 5'::monetary AS minus, abs('EUR -5'::monetary), 'EUR 5'::monetary / 'EUR 2' AS ratio;
-- ties go away from zero, either sign and either way
SELECT f, f * 'EUR 0.05'::monetary AS times, 'EUR 0.05'::monetary / (1 / f) AS over FROM unnest(ARRAY[0.1, -0.1, 0.5, -0.5, 0.125, 0.5000000000000000000001, 0.4999999999999999999999]) AS f;

-- Errors: two currencies, zero, what is not finite, what does not fit.
SELECT query, e.*
  FROM unnest(ARRAY['''EUR 1''::monetary + ''USD 1''', '''EUR 1''::monetary - ''USD 1''', '''EUR 1''::monetary / ''USD 1''::monetary', '''XCG 1''::monetary + ''ANG 1''',
                    '''EUR 1''::monetary / 0', '''EUR 1''::monetary / 0.000', '''EUR 1''::monetary / ''EUR 0''::monetary', '''EUR 0''::monetary / ''EUR 0''::monetary',
                    '''EUR 1''::monetary * ''NaN''', '''-Infinity'' * ''EUR 0''::monetary', '''EUR 1''::monetary / ''NaN''::numeric', '''EUR 1''::monetary / ''Infinity''::numeric',
                    '''EUR 90071992547409.91''::monetary + ''EUR 0.01''', '''EUR -90071992547409.91''::monetary - ''EUR 0.01''', '''EUR -90071992547409.91''::monetary + ''EUR -90071992547409.91''', '''EUR 90071992547409.91''::monetary - ''EUR -90071992547409.91''',
                    '''EUR 90071992547409.91''::monetary + ''EUR 0''', '''EUR -90071992547409.90''::monetary - ''EUR 0.01''', '-''EUR -90071992547409.91''::monetary', 'abs(''EUR -90071992547409.91''::monetary)',
                    '''EUR 90071992547409.91''::monetary - ''EUR 90071992547409.91''', '''EUR 90071992547409.91''::monetary / ''EUR 90071992547409.91''::monetary',
                    '2 * ''EUR 45035996273704.96''::monetary', '2 * ''EUR -45035996273704.95''::monetary', '1e10 * ''EUR 1000000''::monetary', '1e300 * ''EUR 1''::monetary', '1e-300 * ''EUR 90071992547409.91''::monetary',
                    '9223372036854775807 * ''EUR 0.01''::monetary', '9007199254740991.49999 * ''EUR 0.01''::monetary', '-9007199254740991.5 * ''EUR 0.01''::monetary',
                    '''EUR 1''::monetary / 1e-300', '''EUR 1''::monetary / 1e300', '''EUR 90071992547409.91''::monetary / 1e-4', '''EUR 90071992547409.91''::monetary / -1.0000000000000000000001', '''EUR 1''::monetary * ''EUR 1''::monetary']) AS query,
       error_of(query) AS e;

-- exchange: rounded to the other currency's minor unit.
SELECT exchange('EUR 100', 'USD', 1.0853), exchange('EUR 100', 'JPY', 163.255), exchange('JPY 16326', 'eur', 1 / 163.255), exchange('EUR -0.01', 'CLF', 0.027), exchange('CLF 1', 'JPY', 5000), exchange('CLF 0.0001', 'JPY', 5000), exchange('CLF 0.0001', 'JPY', 4999.99999999999999999999),
       exchange('EUR 5', 'EUR', 1), exchange(amount => 'EUR 5', to_currency => 'USD', rate => 2), exchange(NULL, 'USD', 1), exchange('EUR 5', NULL, 1), exchange('EUR 5', 'USD', NULL);
SELECT query, e.*
  FROM unnest(ARRAY['exchange(''EUR 5'', ''USD'', 0)', 'exchange(''EUR 5'', ''USD'', -1.1)', 'exchange(''EUR 5'', ''USD'', ''NaN'')', 'exchange(''EUR 5'', ''USD'', ''Infinity'')', 'exchange(''EUR 5'', ''ZZZ'', 1)', 'exchange(''EUR 5'', ''XAU'', 1)', 'exchange(''EUR 5'', ''USD'', 1e20)', 'exchange(''JPY 9007199254740991'', ''CLF'', 1)', 'exchange(''JPY 9007199254740991'', ''CLF'', 0.0001)']) AS query,
       error_of(query) AS e;

-- split: shares add up, as allocate splits the number.
SELECT split('EUR 100', '{1,1,1}'), split('JPY -100', '{50,30,20.5}'), split('EUR 0.01', '{0,1,1}'), split('KWD 0', '{3}'), split(NULL, '{1}'), split('EUR 1', NULL);
SELECT pg_typeof(split('EUR 1', '{1}')), (split('EUR 5', '{1}'))[1] + 'EUR 1' AS element;
SELECT query, e.state, e.message
  FROM unnest(ARRAY['split(''EUR 1'', ''{}'')', 'split(''EUR 1'', ''{0,0}'')', 'split(''EUR 1'', ''{1,-1}'')', 'split(''EUR 1'', ''{1,NULL}'')', 'split(''EUR 1'', ''{{1},{1}}'')', 'split(''EUR 1'', ''{NaN}'')']) AS query,
       error_of(query) AS e;

-- Random amounts in every currency, random factors: all the same as numeric.
SELECT setseed(0.40);
CREATE TABLE currency AS SELECT row_number() OVER (ORDER BY code) - 1 AS place, code, minor_unit FROM currencies() WHERE minor_unit IS NOT NULL;
CREATE TABLE sample AS
SELECT n, c.code, c.minor_unit, ua, ub, (ua * ('1e-' || minor_unit)::numeric)::numeric AS a, (ub * ('1e-' || minor_unit)::numeric)::numeric AS b,
       f * (ARRAY[1, 0.1, 0.001, 0.00001, 1e-9, 1e-17, 1e12, 1e-30])[1 + (random() * 7)::integer] AS f
  FROM (SELECT n, ((random() * 2 - 1) * magnitude)::bigint AS ua, ((random() * 2 - 1) * magnitude)::bigint AS ub, ((random() * 2 - 1) * (ARRAY[10, 1000, 1e6, 1e17])[1 + (random() * 3)::integer])::bigint AS f
          FROM (SELECT n, (ARRAY[10, 1000, 100000, 1e8, 1e12, 9e15])[1 + (random() * 5)::integer] AS magnitude FROM generate_series(1, 20000) AS n) AS m) AS u
  JOIN currency AS c ON c.place = n % (SELECT count(*) FROM currency);
ALTER TABLE sample ADD ma monetary, ADD mb monetary;
UPDATE sample SET ma = monetary(a, code), mb = monetary(b, code);
-- NULL where numeric says that it does not fit
CREATE FUNCTION fitting(amount numeric, currency text, minor_unit integer) RETURNS monetary LANGUAGE sql IMMUTABLE
RETURN CASE WHEN abs(round(amount, minor_unit)) <= 9007199254740991 * ('1e-' || minor_unit)::numeric THEN monetary(amount, currency) END;
SELECT count(*) AS compared, count(DISTINCT code) AS currencies,
       count(*) FILTER (WHERE amount(ma) IS DISTINCT FROM a OR amount(-ma) IS DISTINCT FROM -a OR amount(abs(ma)) IS DISTINCT FROM abs(a)) AS unary_differs,
       count(*) FILTER (WHERE (ma < mb, ma <= mb, ma = mb, ma <> mb, ma >= mb, ma > mb) IS DISTINCT FROM (a < b, a <= b, a = b, a <> b, a >= b, a > b)) AS order_differs
  FROM sample;
SELECT count(*) AS compared, count(*) FILTER (WHERE ma + mb IS DISTINCT FROM expected) AS sum_differs FROM (SELECT *, fitting(a + b, code, minor_unit) AS expected FROM sample) AS s WHERE expected IS NOT NULL;
SELECT count(*) AS compared, count(*) FILTER (WHERE ma - mb IS DISTINCT FROM expected) AS difference_differs FROM (SELECT *, fitting(a - b, code, minor_unit) AS expected FROM sample) AS s WHERE expected IS NOT NULL;
SELECT count(*) > 7000 AS many, count(*) FILTER (WHERE f * ma IS DISTINCT FROM expected OR ma * f IS DISTINCT FROM expected) AS product_differs FROM (SELECT *, fitting(f * a, code, minor_unit) AS expected FROM sample) AS s WHERE expected IS NOT NULL;
SELECT count(*) > 7000 AS many, count(*) FILTER (WHERE ma / f IS DISTINCT FROM expected) AS quotient_differs
  FROM (SELECT *, fitting(sign(a) * sign(f) * div(2 * abs(ua) + abs(f), 2 * abs(f)) * ('1e-' || minor_unit)::numeric, code, minor_unit) AS expected FROM sample WHERE f <> 0) AS s WHERE expected IS NOT NULL;
SELECT count(*) AS compared, count(*) FILTER (WHERE ma / mb IS DISTINCT FROM a / b OR scale(ma / mb) <> scale(round(a, minor_unit) / round(b, minor_unit))) AS ratio_differs FROM sample WHERE b <> 0;
SELECT count(*) > 7000 AS many, count(*) FILTER (WHERE exchange(ma, other, f) IS DISTINCT FROM expected) AS exchange_differs
  FROM (SELECT s.*, c.code AS other, fitting(a * f, c.code, c.minor_unit) AS expected FROM sample AS s JOIN currency AS c ON c.place = s.n * 31 % (SELECT count(*) FROM currency) WHERE f > 0) AS s WHERE expected IS NOT NULL;
-- what does not fit is refused
SELECT count(*) AS compared, count(*) FILTER (WHERE e.state = '22003') AS refused
  FROM (SELECT * FROM sample WHERE fitting(f * a, code, minor_unit) IS NULL ORDER BY n LIMIT 300) AS s, error_of(format('%L::numeric * %L::monetary', f, ma)) AS e;
SELECT count(*) AS compared, count(*) FILTER (WHERE e.state = '22003') AS refused
  FROM (SELECT * FROM sample WHERE fitting(a + b, code, minor_unit) IS NULL ORDER BY n LIMIT 300) AS s, error_of(format('%L::monetary + %L::monetary', ma, mb)) AS e;
SELECT count(*) AS compared,
       count(*) FILTER (WHERE (SELECT sum(amount(x)) FROM unnest(shares) AS x) IS DISTINCT FROM a) AS shares_differ,
       count(*) FILTER (WHERE (SELECT array_agg(amount(x) ORDER BY i) FROM unnest(shares) WITH ORDINALITY AS u(x, i)) IS DISTINCT FROM allocate(a, weights, minor_unit)) AS from_allocate
  FROM (SELECT *, split(ma, weights) AS shares FROM (SELECT *, ARRAY[abs(f), n % 7, 1 + abs(b)] AS weights FROM sample WHERE n % 4 = 0) AS w) AS s;

-- A line on monetary is the numeric one: the product is rounded, what is taken off
-- it is exact.
SELECT count(*) AS compared, count(*) FILTER (WHERE amount(q * (p - v) - m) IS DISTINCT FROM round(q * (amount(p) - amount(v)), 2) - amount(m)) AS differs
  FROM (SELECT (random() * 200000)::integer * (ARRAY[1, 0.1, 0.001, 0.00001])[1 + n % 4] AS q, monetary((random() * 1e6)::numeric, 'EUR') AS p, monetary((random() * 10)::numeric, 'EUR') AS v, monetary((random() * 10)::numeric, 'EUR') AS m
          FROM generate_series(1, 20000) AS n) AS l;

-- Toasted factors.
CREATE TABLE big (external numeric, compressed numeric);
ALTER TABLE big ALTER external SET STORAGE EXTERNAL, ALTER compressed SET STORAGE MAIN;
INSERT INTO big SELECT x * 3, x FROM (VALUES (('1.' || repeat('00005000', 1000) || '5')::numeric)) AS v(x);
SELECT external * 'EUR 1000000'::monetary AS times, 'EUR 1000000'::monetary / compressed AS over, 'EUR 1000000'::monetary * compressed AS compressed, exchange('EUR 1000000', 'USD', external) FROM big;
