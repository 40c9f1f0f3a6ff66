-- The type monetary: literals, text and binary forms, the currency as modifier,
-- casts and JSON.
CREATE SCHEMA revenue_monetary_type;
SET search_path = revenue_monetary_type, opportunity;

CREATE FUNCTION error_of(query text, OUT state text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;

-- Accepted: the currency first or last, blanks around, either case, a sign before
-- the digits, fewer decimals than the currency has.
SELECT literal, literal::monetary AS value
  FROM unnest(ARRAY['EUR 1250.00', '1250.00 EUR', '  eur 1250', E'1250.0\t Eur\n', 'EUR -0.05', '-0.05 EUR', 'EUR +7', 'EUR .5', 'EUR 5.', 'EUR 007.50', 'EUR -0.00',
                    'JPY 1250', 'KWD 1.234', 'CLF 0.0001', 'EUR 90071992547409.91', '-90071992547409.91 EUR', 'JPY 9007199254740991', 'CLF -900719925474.0991',
                    'ANG 5', 'XCG 5']) AS literal;

-- Refused, with what is wrong.
SELECT literal, e.*
  FROM unnest(ARRAY['', ' ', 'EUR', '5', 'EUR EUR', '5 5', 'EUR 5 5', 'EUR 5 EUR', 'EUR5', '5EUR', 'EURO 5', '€ 5', 'EUR five', 'EUR -', 'EUR .', 'EUR - 5', 'EUR 5-', 'EUR --5', '-EUR 5',
                    'EUR 1.2.3', 'EUR 1,250.00', 'EUR 1_250', 'EUR 0x10', 'EUR 1e3', 'EUR NaN', 'EUR Infinity', 'EUR-5',
                    'ZZZ 5', 'X 5', 'XAU 5', '5 XTS', 'EUR 1.005', 'EUR 1.000', 'JPY 1.0', 'KWD 0.0001',
                    'EUR 90071992547409.92', 'EUR -90071992547409.92', 'JPY 9007199254740992', 'EUR 99999999999999999999999999999999999999999999.99']) AS literal,
       error_of(format('SELECT %L::opportunity.monetary', literal)) AS e;

-- Every currency with a minor unit: least, greatest and small amounts come back
-- from text and from the binary form; every other one is refused.
CREATE TABLE currency AS SELECT code, number, minor_unit FROM currencies();
CREATE TABLE amount AS
SELECT code, minor_unit, units, (units * ('1e-' || minor_unit)::numeric)::numeric AS amount
  FROM currency, unnest(ARRAY[0, 1, -1, 123456789, -9007199254740991, 9007199254740991]) AS units
 WHERE minor_unit IS NOT NULL;
CREATE TABLE value AS SELECT *, monetary(amount, code) AS m FROM amount;
SELECT minor_unit, count(DISTINCT code) AS currencies, count(*) AS amounts,
       count(*) FILTER (WHERE m::text = format('%s %s', code, round(amount, minor_unit))) AS text_as_numeric,
       count(*) FILTER (WHERE m::text::monetary = m) AS text_equal,
       count(*) FILTER (WHERE amount(m) = amount AND scale(amount(m)) = minor_unit) AS amount_equal,
       count(*) FILTER (WHERE currency(m) = code) AS currency_equal,
       count(*) FILTER (WHERE monetary_send(m) = (code::bytea || set_byte('\x00', 0, minor_unit) || int8send(units))) AS binary_as_said
  FROM value GROUP BY minor_unit ORDER BY minor_unit;
SELECT count(DISTINCT m) = count(*) AS all_different FROM value;
SELECT count(*) AS without_minor_unit,
       count(*) FILTER (WHERE (error_of(format('SELECT ''%s 5''::opportunity.monetary', code))).state = '22P02') AS literal_refused,
       count(*) FILTER (WHERE (error_of(format('SELECT opportunity.monetary(5, %L)', code))).state = '22023') AS call_refused
  FROM currency WHERE minor_unit IS NULL;
-- ANG and its successor have one ISO number and stay apart
SELECT 'ANG 5'::monetary = 'XCG 5'::monetary AS equal, currency('ANG 5'), currency('XCG 5');

-- The constructor rounds on purpose.
SELECT mode, monetary(2.345, 'EUR', mode), monetary(-2.345, 'EUR', mode), monetary(2.5, 'JPY', mode), monetary(1.0005, 'KWD', rounding => mode)
  FROM unnest(ARRAY['half_up', 'half_even', 'half_down', 'up', 'down', 'ceiling', 'floor']) AS mode;
SELECT monetary(2.345, 'usd'), monetary(amount => 1e-30, currency => 'EUR'), monetary(1e-30, 'EUR', 'up'), monetary(NULL, 'EUR'), monetary(1, NULL), monetary(1, 'EUR', NULL);
SELECT call, e.*
  FROM unnest(ARRAY['1, ''ZZZ''', '1, ''''', '1, ''XAU''', '1, ''EUR'', ''nearest''', '''NaN'', ''EUR''', '''-Infinity'', ''EUR''', '90071992547409.915, ''EUR''', '-90071992547409.92, ''EUR''', '1e100, ''EUR''']) AS call,
       error_of(format('SELECT opportunity.monetary(%s)', call)) AS e;

-- The modifier admits one currency.
CREATE TABLE price (id integer GENERATED ALWAYS AS IDENTITY, eur monetary(EUR), lek monetary('ALL'), any_currency monetary);
INSERT INTO price (eur, lek, any_currency) VALUES ('EUR 5', 'ALL 100', 'USD 7'), (NULL, NULL, NULL);
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'price'::regclass AND attnum > 1 ORDER BY attnum;
SELECT query, e.*
  FROM unnest(ARRAY['INSERT INTO price (eur) VALUES (''USD 5'')', 'INSERT INTO price (eur) VALUES (opportunity.monetary(5, ''USD''))', 'UPDATE price SET eur = any_currency', 'SELECT ''USD 5''::opportunity.monetary(EUR)',
                    'SELECT any_currency::opportunity.monetary(EUR) FROM price', 'SELECT opportunity.monetary_in(''USD 5'', 0, 978)', 'INSERT INTO price (eur) VALUES (5)', 'INSERT INTO price (eur) VALUES (5.00)', 'INSERT INTO price (eur) VALUES (''5'')',
                    'CREATE TABLE x (m opportunity.monetary(ZZZ))', 'CREATE TABLE x (m opportunity.monetary(978))', 'CREATE TABLE x (m opportunity.monetary(EUR, USD))', 'CREATE TABLE x (m opportunity.monetary(XAU))', 'SELECT opportunity.monetary_typmod_in(''{}'')', 'SELECT opportunity.monetary_in(''USD 5'', 0, 5)', 'SELECT format_type(''opportunity.monetary''::regtype, 5000)']) AS query,
       error_of(query) AS e;
UPDATE price SET any_currency = eur;
ALTER TABLE price ALTER any_currency TYPE monetary(EUR);
SELECT * FROM price ORDER BY id;
-- every currency can be a modifier, and what format_type writes can be read
SELECT count(*) AS currencies, count(*) FILTER (WHERE (error_of(format('SELECT NULL::opportunity.%s', format_type('monetary'::regtype, monetary_typmod_in(ARRAY[code::cstring]))))).message = 'no error') AS written_and_read,
       count(DISTINCT monetary_typmod_in(ARRAY[code::cstring])) AS modifiers
  FROM currency WHERE minor_unit IS NOT NULL;

-- Casts: from text where it is assigned, to numeric only when asked for.
CREATE TABLE import (t text, v varchar);
INSERT INTO import VALUES ('EUR 1', '2 EUR');
INSERT INTO price (eur, any_currency) SELECT t, v FROM import;
SELECT eur, any_currency, eur::numeric, eur::text FROM price WHERE id > 2;
SELECT query, e.state, e.message
  FROM unnest(ARRAY['SELECT sum(eur::numeric) FROM price', 'SELECT round(eur, 1) FROM price', 'SELECT 5::numeric::opportunity.monetary', 'SELECT eur + 1 FROM price', 'CREATE TABLE y AS SELECT eur FROM price; INSERT INTO y SELECT 5.0']) AS query, error_of(query) AS e;
SELECT to_json(eur), to_jsonb(any_currency), eur::json ->> 'amount' AS amount, eur::jsonb -> 'currency' AS currency FROM price WHERE id > 2;
SELECT row_to_json(p) FROM price AS p ORDER BY id;
SELECT jsonb_agg(m ORDER BY units) FROM value WHERE code = 'CLF';
SELECT monetary((j ->> 'amount')::numeric, j ->> 'currency') = m AS round_trip FROM (SELECT m, to_jsonb(m) AS j FROM value WHERE code = 'EUR') AS v;

-- What was JSON is read back, in a row and in a set of them, whatever the form of the number.
SELECT count(*) AS rows, count(*) FILTER (WHERE r = p) AS equal,
       count(*) FILTER (WHERE jsonb_populate_record(NULL::price, to_jsonb(p)) = p) AS equal_by_jsonb
  FROM price AS p, json_populate_record(NULL::price, row_to_json(p)) AS r;
SELECT count(*) AS values, count(*) FILTER (WHERE m = to_json(m)::text::monetary AND m = to_jsonb(m)::text::monetary) AS equal FROM value;
SELECT * FROM jsonb_to_recordset('[{"m": {"currency": "eur", "amount": 1.25e3}}, {"m": {"amount": "-0.10", "currency": "EUR"}}, {"m": "EUR 5"}, {"m": null}]') AS r(m monetary(EUR));
SELECT * FROM error_of($$SELECT * FROM json_to_recordset('[{"m": {"amount": 5, "currency": "USD"}}]') AS r(m opportunity.monetary(EUR))$$);
SELECT literal, e.state, e.detail, e.hint
  FROM unnest(ARRAY['{"amount": 5}', '{"amount": 5, "currency": "EUR", "rate": 1}', '{"amount": 5, "currency": 978}', '{"amount": null, "currency": "EUR"}',
                    '{"amount": "", "currency": "EUR"}', '{"amount": 5, "currency": ""}', '{"amount": 5.001, "currency": "EUR"}', '{"amount": 1e400, "currency": "EUR"}',
                    '{"amount": 5, "currency": "EUR\u0000"}', '{"amount": 5, "currency": "XAU"}', '{"amount": 5, "currency": "EUR"} 5', '{', '{}', '[5, "EUR"]']) AS literal,
       error_of(format('SELECT %L::opportunity.monetary', literal)) AS e;

-- All the values by binary COPY; then forged ones, each refused: bytea's binary
-- form is its bytes.
CREATE TABLE received (m monetary);
\copy (SELECT m FROM value ORDER BY m) TO 'results/revenue_monetary.bin' (FORMAT binary)
\copy received FROM 'results/revenue_monetary.bin' (FORMAT binary)
SELECT (SELECT count(*) FROM value) = count(*) AS as_many, count(*) FILTER (WHERE EXISTS (SELECT FROM value v WHERE v.m = r.m)) = count(*) AS equal FROM received AS r;
CREATE TABLE received_eur (m monetary(EUR));
CREATE TABLE forged (id integer GENERATED ALWAYS AS IDENTITY, b bytea);
INSERT INTO forged (b) VALUES ('\x45555202000000000000000505'), ('\x4555520200000000000005'), (''),
    ('\x455552030000000000000005'), ('\x455552ff0000000000000005'), ('\x657572020000000000000005'), ('\x5a5a5a020000000000000005'), ('\x584155ff0000000000000005'),
    ('\x455552020020000000000000'), ('\x45555202ffe0000000000000'), ('\x455552027fffffffffffffff'), ('\x455552028000000000000000');
\copy (SELECT b FROM forged WHERE id = 1) TO 'results/revenue_monetary.bin' (FORMAT binary)
\copy received FROM 'results/revenue_monetary.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 2) TO 'results/revenue_monetary.bin' (FORMAT binary)
\copy received FROM 'results/revenue_monetary.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 3) TO 'results/revenue_monetary.bin' (FORMAT binary)
\copy received FROM 'results/revenue_monetary.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 4) TO 'results/revenue_monetary.bin' (FORMAT binary)
\copy received FROM 'results/revenue_monetary.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 5) TO 'results/revenue_monetary.bin' (FORMAT binary)
\copy received FROM 'results/revenue_monetary.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 6) TO 'results/revenue_monetary.bin' (FORMAT binary)
\copy received FROM 'results/revenue_monetary.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 7) TO 'results/revenue_monetary.bin' (FORMAT binary)
\copy received FROM 'results/revenue_monetary.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 8) TO 'results/revenue_monetary.bin' (FORMAT binary)
\copy received FROM 'results/revenue_monetary.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 9) TO 'results/revenue_monetary.bin' (FORMAT binary)
\copy received FROM 'results/revenue_monetary.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 10) TO 'results/revenue_monetary.bin' (FORMAT binary)
\copy received FROM 'results/revenue_monetary.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 11) TO 'results/revenue_monetary.bin' (FORMAT binary)
\copy received FROM 'results/revenue_monetary.bin' (FORMAT binary)
\copy (SELECT b FROM forged WHERE id = 12) TO 'results/revenue_monetary.bin' (FORMAT binary)
\copy received FROM 'results/revenue_monetary.bin' (FORMAT binary)
-- the modifier counts here too
\copy (SELECT 'USD 5'::monetary) TO 'results/revenue_monetary.bin' (FORMAT binary)
\copy received_eur FROM 'results/revenue_monetary.bin' (FORMAT binary)
\copy (SELECT 'EUR 5'::monetary) TO 'results/revenue_monetary.bin' (FORMAT binary)
\copy received_eur FROM 'results/revenue_monetary.bin' (FORMAT binary)
SELECT * FROM received_eur;

-- Errors of literals are soft where the server asks softly (16 on).
CREATE FUNCTION is_valid(literal text, type_name text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	result boolean;
BEGIN
	IF current_setting('server_version_num')::integer < 160000 THEN
		RETURN (error_of(format('SELECT %L::opportunity.%s', literal, type_name))).message = 'no error';
	END IF;
	EXECUTE format('SELECT pg_catalog.pg_input_is_valid(%L, %L)', literal, 'opportunity.' || type_name) INTO result;
	RETURN result;
END $$;
SELECT literal, is_valid(literal, 'monetary') AS monetary, is_valid(literal, 'monetary(EUR)') AS of_euro
  FROM unnest(ARRAY['EUR 5', 'USD 5', 'five', 'ZZZ 5', 'XAU 5', 'EUR 0.001', 'EUR 1e3', 'EUR 90071992547409.92', '',
                    '{"amount": 5, "currency": "EUR"}', '{"amount": 5, "currency": "USD"}', '{"amount": 5}', '{"amount": 5']) AS literal;
SELECT literal, is_valid(literal, 'monetary_sum') FROM unnest(ARRAY['(1,EUR,0.05)', '(1,EUR,5)', '']) AS literal;
