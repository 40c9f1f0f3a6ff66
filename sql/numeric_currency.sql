-- The compiled table of ISO 4217 against the list it was made from.
CREATE SCHEMA numeric_currency;
SET search_path = numeric_currency, opportunity;

\set list `cat "$PG_ABS_SRCDIR/test/data/iso4217/iso4217.csv"`
CREATE TABLE iso4217 AS
SELECT split_part(line, ',', 1) AS code,
       split_part(line, ',', 2)::integer AS number,
       -- names are in ASCII
       btrim(translate(split_part(line, ',', 3), U&'\2019\00ED', '''i')) AS name,
       nullif(split_part(line, ',', 4), '')::integer AS minor_unit,
       split_part(line, ',', 5) = 'current' AS is_current
  FROM regexp_split_to_table(:'list', '\r?\n') AS line
 WHERE line ~ '^[A-Z]{3},';
SELECT count(*) FROM iso4217;

-- no differences either way
(TABLE iso4217 EXCEPT SELECT code, number, name, minor_unit, is_current FROM currencies())
UNION ALL
(SELECT code, number, name, minor_unit, is_current FROM currencies() EXCEPT TABLE iso4217);
SELECT count(*), count(DISTINCT code) AS codes, count(DISTINCT number) AS numbers,
       count(*) FILTER (WHERE minor_unit IS NULL) AS without_minor_unit,
       array_agg(code ORDER BY code) FILTER (WHERE NOT is_current) AS withdrawn
  FROM currencies();
-- ANG and its successor share a number
SELECT code, number, is_current FROM currencies() WHERE number = 532 ORDER BY code;

-- The look-up agrees with the list for every code, in either case.
SELECT count(*) AS differences
  FROM currencies()
 WHERE minor_unit(code) IS DISTINCT FROM minor_unit OR minor_unit(lower(code)) IS DISTINCT FROM minor_unit;
SELECT minor_unit('EUR') AS eur, minor_unit('JPY') AS jpy, minor_unit('KWD') AS kwd, minor_unit('CLF') AS clf,
       minor_unit('XAU') AS gold, minor_unit(NULL) AS missing;

SELECT minor_unit('ZZZ');
SELECT minor_unit('EURO');
SELECT minor_unit('');
SELECT minor_unit('€');
