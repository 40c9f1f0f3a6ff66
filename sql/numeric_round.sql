-- round_amount: every mode against an independent formulation.
CREATE SCHEMA numeric_round;
SET search_path = numeric_round, opportunity;

-- What the modes do, to whole numbers.
SELECT amount, mode, round_amount(amount, 0, mode)
  FROM unnest(ARRAY[2.5, 1.5, 1.2, 1.8, -1.2, -1.5, -1.8, -2.5]) WITH ORDINALITY AS a(amount, n),
       unnest(ARRAY['half_up', 'half_even', 'half_down', 'up', 'down', 'ceiling', 'floor']) WITH ORDINALITY AS m(mode, place)
 ORDER BY a.n, m.place
\crosstabview amount mode round_amount
-- Defaults: two digits, ties away from zero; the result shows as many digits as the scale.
SELECT round_amount(1.005), round_amount(-1.005), round_amount(7), round_amount(1250, -2), round_amount(1250, scale => -2, rounding => 'half_even');
-- A SuiteCRM line, 9.5 × 124.75 = 1185.125, that it was seen to truncate (issue 10811)
SELECT round_amount(9.5 * 124.75), round_amount(9.5 * 124.75, 2, 'down') AS truncated;

-- The definition of each mode, in terms of floor and ceil of the scaled number alone.
CREATE FUNCTION rounded(x numeric, s integer, mode text) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	power numeric := CASE WHEN s < 0 THEN ('1e' || s)::numeric ELSE ('1e' || s)::numeric(1000, 0) END;
	scaled numeric := x * power;
	below numeric := floor(scaled);
	above numeric := ceil(scaled);
	chosen numeric;
BEGIN
	IF x IN ('NaN', 'Infinity', '-Infinity') THEN
		RETURN x;
	END IF;
	IF mode = 'ceiling' OR (mode = 'up' AND x > 0) OR (mode = 'down' AND x < 0) THEN
		chosen := above;
	ELSIF mode IN ('floor', 'up', 'down') OR scaled - below < above - scaled THEN
		chosen := below;
	ELSIF scaled - below > above - scaled THEN
		chosen := above;
	ELSIF mode = 'half_even' THEN
		chosen := CASE WHEN mod(below, 2) = 0 THEN below ELSE above END;
	ELSE
		chosen := CASE WHEN (mode = 'half_up') = (x > 0) THEN above ELSE below END;
	END IF;
	RETURN CASE WHEN s < 0 THEN (chosen * ('1e' || -s)::numeric)::numeric(1000, 0)
				ELSE (chosen * ('1e-' || s)::numeric)::numeric(1000, 40) END;
END $$;

-- Edge values of every size: ties, neighbors of ties, the limits of 64 and 128 bits.
CREATE TABLE edge AS
SELECT sign * (digits::numeric * ('1e' || exponent)::numeric) AS x
  FROM unnest(ARRAY['0', '1', '5', '15', '25', '49', '50', '51', '9999', '10000', '10001', '99995', '123456785',
                    '4999999999999999', '5000000000000000', '5000000000000001',
                    '9223372036854775807', '9223372036854775808', '18446744073709551615',
                    '170141183460469231731687303715884105727', '170141183460469231731687303715884105728',
                    '999999999999999999999999999999999999995']) AS digits,
       unnest(ARRAY[-40, -25, -21, -20, -17, -8, -5, -4, -3, -2, -1, 0, 1, 4, 20]) AS exponent,
       unnest(ARRAY[1, -1]) AS sign
UNION ALL VALUES ('NaN'::numeric), ('Infinity'), ('-Infinity');
SELECT count(*) AS compared,
       count(*) FILTER (WHERE result IS DISTINCT FROM rounded(x, s, mode)) AS wrong_value,
       count(*) FILTER (WHERE scale(result) <> greatest(s, 0)) AS wrong_scale
  FROM edge, unnest(ARRAY[-20, -5, -1, 0, 1, 2, 4, 20]) AS s,
       unnest(ARRAY['half_up', 'half_even', 'half_down', 'up', 'down', 'ceiling', 'floor']) AS mode,
       round_amount(x, s, mode) AS result;

-- half_up is numeric's own round(), to the last digit shown; down is trunc().
SELECT count(*) AS compared,
       count(*) FILTER (WHERE round_amount(x, s)::text IS DISTINCT FROM round(x, s)::text) AS half_up_differs,
       count(*) FILTER (WHERE round_amount(x, s, 'down')::text IS DISTINCT FROM trunc(x, s)::text) AS down_differs
  FROM edge, generate_series(-20, 20) AS s;

-- Limits and errors.
SELECT round_amount(1, 20), round_amount(1e21, -20);
SELECT round_amount(1, 21);
SELECT round_amount('NaN', -21);
SELECT round_amount(1, 2, 'bankers');
SELECT round_amount(1, 2, '');
SELECT round_amount(NULL), round_amount(1, NULL), round_amount(1, 2, NULL);
SELECT round_amount('NaN'), round_amount('Infinity'), round_amount('-Infinity', 0, 'floor');
