-- Splitting an amount by weights: the largest remainder.
CREATE SCHEMA revenue_allocate;
SET search_path = revenue_allocate, opportunity;

-- A cent is left over and goes to the first of equals; 0.05 by 3 and 7 is 0.015
-- and 0.035: both lost as much, the first gets the cent.
SELECT allocate(100, '{1,1,1}') AS thirds, allocate(0.05, '{3,7}') AS tie, allocate(0.01, '{1,1,1}') AS one_cent,
       allocate(10, '{0.5,0.25,0.25}') AS fractions, allocate(10, '{1}') AS one_share;
-- The largest remainder: exact shares of 10 units by 5, 3, 1 are 5.56, 3.33 and 1.11.
SELECT allocate(10, '{5,3,1}', 0);
-- A weight of zero gets nothing, not even what is left over.
SELECT allocate(0.02, '{0,1,0,1,1}'), allocate(0, '{1,2}'), allocate('-0.00', '{1,2}');
-- Credits are split as their magnitude.
SELECT allocate(-100, '{1,1,1}'), allocate(-0.05, '{3,7}');
-- Scales: whole yen, mills, thousands.
SELECT allocate(100, '{1,1,1}', 0) AS yen, allocate(1, '{1,1,1}', 3) AS mills, allocate(100000, '{1,1,1}', -3) AS thousands, allocate(1, '{1,1,1}', 20);
-- Beyond 64 bits, in the amount, in the weights, in both.
SELECT allocate(100000000000000000000.01, '{1,1,1}') AS amount, allocate(100, '{1e30,2e30,3e30}') AS weights, allocate(100, '{1e-30,2e-30,1e-31}') AS small,
       allocate(-1e25, '{1e-20,1e20}', 0) AS both;
SELECT allocate(-9223372036854775808, '{1,2}', 0) AS least, allocate(-9223372036854775808, '{1e40,2e40}', 0) AS same,
       allocate(9223372036854775808, '{1,2}', 0) AS beyond, allocate(9223372036854775807, '{9223372036854775807,1}', 0) AS most;
SELECT allocate(1e100, '{1,1,1}', 0) = ARRAY[div(1e100, 3) + 1, div(1e100, 3), div(1e100, 3)] AS hundred_digits;
-- As far as numeric goes, and no farther; weights of many digits, and many weights.
SELECT s[1] + s[2] = 1e131071 AS most FROM allocate(1e131071, '{1,2}', 0) AS s;
SELECT s[1] + s[2] = 1e100000 AS large FROM allocate(1e100000, '{1e30000,2}', 0) AS s;
SELECT sum(s) FROM unnest(allocate(100, ARRAY(SELECT 10::numeric ^ 5000 + n FROM generate_series(1, 300) AS n))) AS s;
SELECT sum(s), min(s), max(s) FROM unnest(allocate(1000000.01, ARRAY(SELECT n % 997 FROM generate_series(1, 100000) AS n))) AS s;

-- As clients call it; any NULL gives NULL.
SELECT allocate('100', '{1,2}'), allocate('100', '{1,2}', '0'), allocate(weights => '{1,2}', amount => 100), allocate(100, '[5:6]={1,2}');
PREPARE split AS SELECT allocate($1, $2), allocate($1, $2, $3);
EXECUTE split('100', '{1,2}', 0);
SELECT allocate(NULL, '{1}'), allocate(1, NULL), allocate(1, '{1}', NULL);

-- What cannot be split.
CREATE FUNCTION error_of(call text, OUT state text, OUT message text, OUT detail text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT ' || call;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
END $$;
SELECT call, e.*
  FROM (VALUES ('allocate(100, ''{}'')'), ('allocate(100, ''{0,0.00}'')'), ('allocate(100, ''{1,NULL}'')'), ('allocate(100, ''{1,-0.01}'')'),
			   ('allocate(100, ''{NaN,1}'')'), ('allocate(100, ''{1,Infinity}'')'), ('allocate(100, ''{-Infinity}'')'), ('allocate(100, ''{{1,2},{3,4}}'')'),
			   ('allocate(''NaN'', ''{1}'')'), ('allocate(''-Infinity'', ''{1}'')'), ('allocate(0.005, ''{1,1}'')'), ('allocate(105, ''{1,1}'', -1)'),
			   ('allocate(1e-16383, ''{1}'', -20)'), ('allocate(1, ''{1}'', 21)'), ('allocate(1, ''{1}'', -21)'),
			   ('allocate(100, ''{1e131071,1}'')'), ('allocate(1e131071, ''{1e131071,2}'', 0)'), ('allocate(100, ''{9e131071,9e131071}'')')) AS v(call), error_of(call) AS e;
SELECT allocate(0.0000000000, '{1}'), allocate(2.5000, '{1,1}', 1);

-- In every currency, random amounts by random weights: the shares add up, none is
-- off by a unit or more, and they are those of the rule written in SQL.
CREATE FUNCTION by_rule(amount numeric, weights numeric[], scale integer) RETURNS numeric[] LANGUAGE sql AS $$
	WITH exact AS (SELECT i, abs(amount) * 10::numeric ^ scale * w AS units, sum(w) OVER () AS total
	                 FROM unnest(weights) WITH ORDINALITY AS u(w, i)),
	     cut AS (SELECT i, div(units, total) AS share, row_number() OVER (ORDER BY units - div(units, total) * total DESC, i) AS place,
	                    abs(amount) * 10::numeric ^ scale - sum(div(units, total)) OVER () AS units_left
	               FROM exact)
	SELECT array_agg(round(sign(amount) * (share + (place <= units_left)::integer) / 10::numeric ^ scale, scale) ORDER BY i) FROM cut
$$;
SELECT setseed(0.4);
CREATE TABLE split AS
SELECT code, minor_unit AS scale, n,
       round((random()::numeric - 0.5) * 10::numeric ^ (n % 24), minor_unit) AS amount,
       ARRAY(SELECT CASE WHEN i = 1 THEN 1 ELSE 0 END + round(random()::numeric * 10::numeric ^ (n % 5), n % 7 * (1 + n % 3)) FROM generate_series(1, 1 + n % 9) AS i) AS weights
  FROM currencies() AS c, generate_series(1, 25) AS n
 WHERE minor_unit IS NOT NULL;
ANALYZE split;
SELECT count(DISTINCT code) > 150 AS all_currencies, count(*) > 3000 AS many,
       count(*) FILTER (WHERE (SELECT sum(s) FROM unnest(shares) AS s) IS DISTINCT FROM amount) AS do_not_add_up,
       count(*) FILTER (WHERE EXISTS (SELECT FROM unnest(shares, weights) AS u(s, w)
                                       WHERE abs(s * total - amount * w) >= total / 10::numeric ^ scale)) AS off_by_a_unit,
       count(*) FILTER (WHERE shares IS DISTINCT FROM by_rule(amount, weights, scale)) AS not_by_rule
  FROM (SELECT *, allocate(amount, weights, scale) AS shares, (SELECT sum(w) FROM unnest(weights) AS w) AS total FROM split) AS s;
