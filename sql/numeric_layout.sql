-- The stored layout of numeric, read and written without the server's help, on
-- the running major: numeric_send is the server's own reading of it.
CREATE SCHEMA numeric_layout;
SET search_path = numeric_layout, opportunity;

-- As stored in a table: packed headers, short and long forms, inline compressed
-- and out of line.
CREATE TABLE number (id integer GENERATED ALWAYS AS IDENTITY, kind text, x numeric);
INSERT INTO number (kind, x)
SELECT 'every shape of digits', sign * (digits::numeric * ('1e' || exponent)::numeric)
  FROM unnest(ARRAY['0', '1', '9', '10', '99', '9999', '10000', '10001', '99999999', '100000000', '100010001', '12345678901234567',
                    '9223372036854775807', '9223372036854775808', '922337203685477580799',
                    '170141183460469231731687303715884105727', '170141183460469231731687303715884105728']) AS digits,
       generate_series(-22, 40) AS exponent, unnest(ARRAY[1, -1]) AS sign;
INSERT INTO number (kind, x)
SELECT 'long form: more decimals shown than the short form can say', x
  FROM (VALUES (1.5::numeric(200, 100)), (-1.5::numeric(200, 64)), (0::numeric(200, 80)), (12345.67::numeric(300, 90)), (1.5::numeric(200, 63))) AS v(x);
INSERT INTO number (kind, x) VALUES ('long form: weight', '1e300'), ('long form: weight', '-1e-300'), ('special', 'NaN'), ('special', 'Infinity'), ('special', '-Infinity');
INSERT INTO number (kind, x)
SELECT 'big', (sign || repeat('12345678', 2000) || '.' || fraction)::numeric
  FROM unnest(ARRAY['-', '+']) AS sign, unnest(ARRAY['005', '25']) AS fraction;
INSERT INTO number (kind, x) SELECT 'big, no repeats', power(7.1234567::numeric, 9000);
CREATE TABLE toasted (LIKE number);
ALTER TABLE toasted ALTER x SET STORAGE EXTERNAL;
INSERT INTO toasted SELECT id, kind, x + 0 FROM number WHERE kind LIKE 'big%';
CREATE TABLE compressed (LIKE number);
ALTER TABLE compressed ALTER x SET STORAGE MAIN;
INSERT INTO compressed SELECT * FROM number WHERE kind = 'big';
-- stored as meant: not compressed but out of line, compressed in line
SELECT count(*) FILTER (WHERE pg_column_compression(x) IS NULL AND pg_column_size(x) > 3000) AS out_of_line, count(*) FROM toasted;
SELECT count(*) FILTER (WHERE pg_column_compression(x) IS NOT NULL) AS compressed, count(*) FROM compressed;
SELECT count(*) FILTER (WHERE pg_column_size(x) < pg_column_size(x + 0)) AS packed, count(*) FROM number WHERE kind NOT LIKE 'big%';

-- What is read and written has the server's digits, weight, sign and scale, its
-- hash, and the size of a value the server made: canonical in every bit.
SELECT kind, count(*) AS compared,
       count(*) FILTER (WHERE numeric_send(ours) IS DISTINCT FROM numeric_send(theirs)) AS other_parts,
       count(*) FILTER (WHERE hash_numeric(ours) IS DISTINCT FROM hash_numeric(theirs)) AS other_hash,
       count(*) FILTER (WHERE pg_column_size(ours) IS DISTINCT FROM pg_column_size(theirs)) AS other_size
  FROM (SELECT kind, round_amount(x, s) AS ours, round(x, s) AS theirs
          FROM (SELECT kind, x FROM number UNION ALL SELECT 'out of line', x FROM toasted UNION ALL SELECT 'compressed', x FROM compressed) AS n,
               generate_series(-20, 20) AS s) AS r
 GROUP BY kind ORDER BY kind;
