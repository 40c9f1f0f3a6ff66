-- The type pipeline_summary: what it looks like, and what it refuses.
CREATE SCHEMA pipeline_summary;
SET search_path = pipeline_summary, opportunity;
\pset format unaligned

-- Two open deals, one won in thirty days, one lost without an amount.
CREATE TABLE deals (amount numeric(12,2), probability numeric, won boolean, opened date, closed date);
INSERT INTO deals VALUES
	(3800, 90, NULL, '2024-01-01', NULL),
	(22500, 20, NULL, '2024-01-01', NULL),
	(1000.50, NULL, true, '2024-01-01', '2024-01-31'),
	(NULL, NULL, false, '2024-01-01', NULL);
SELECT summarize_pipeline(amount, probability, won, opened, closed) FROM deals;

-- No rows give the empty summary, which merging leaves as it is.
SELECT summarize_pipeline(amount, probability, won) AS empty FROM deals WHERE false;
SELECT merge(s, '{"version": 1}') = s AS right_identity, merge('{"version": 1}', s) = s AS left_identity
FROM (SELECT summarize_pipeline(amount, probability, won) FROM deals) AS x (s);

-- merge and rollup take NULL as no deals.
SELECT merge(NULL, s) = s AS null_first, merge(s, NULL) = s AS null_second, merge(NULL, NULL) IS NULL AS both
FROM (SELECT summarize_pipeline(amount, probability, won) FROM deals) AS x (s);
SELECT rollup(s) FROM (VALUES (NULL::pipeline_summary)) AS x (s);
SELECT rollup(s) FROM (VALUES (NULL::pipeline_summary)) AS x (s) WHERE false;

-- Input takes any order of keys and zeros, output has one form.
SELECT '{"open": {"value": 10.500, "most": 10.5, "weighted": 1.05e0, "deals": 1, "variance": 9.92250, "above_one": 1, "least": 0, "uncertain": 1,
	"third": 83.349, "fourth": 503.2195875}, "largest": {"probability_1": 10.0, "amount_1": 10.50}, "decimals": {"1": 1}, "version": 1, "won": {}}'::pipeline_summary;

-- SELECT DISTINCT, GROUP BY and joins go by equality.
SELECT count(*) AS values FROM (SELECT DISTINCT s FROM (SELECT summarize_pipeline(a, 50, NULL) FROM unnest('{1.0, 2, 1.00, 2.0, 3}'::numeric[]) WITH ORDINALITY AS d (a, n) GROUP BY n) AS x (s)) AS y;
SELECT pipeline_summary_hash(a) = pipeline_summary_hash(b) AS hash, pipeline_summary_hash_extended(a, 1) = pipeline_summary_hash_extended(b, 1) AS extended,
	pipeline_summary_hash_extended(a, 0) & 4294967295 = pipeline_summary_hash(a)::bigint & 4294967295 AS alike
FROM (SELECT summarize_pipeline(1.0, 50, NULL), summarize_pipeline(1.00, 50, NULL)) AS x (a, b);

-- Equality is by value: 1.0 is 1.00, though a total of the latter shows two decimals.
SELECT a = b AS equal, a <> b AS differ, open_value(a) AS one, open_value(b) AS two, a = c AS other
FROM (SELECT summarize_pipeline(1.0, 50, NULL), summarize_pipeline(1.00, 50, NULL), summarize_pipeline(1.01, 50, NULL)) AS x (a, b, c);

-- A currency is part of a summary; amounts of two do not mix, deals without amounts mix with any.
\set eur '\'{"version": 1, "currency": "EUR", "won": {"deals": 1, "without_opened": 1, "without_closed": 1, "value": 5}, "decimals": {"0": 1}}\'::pipeline_summary'
\set usd '\'{"version": 1, "currency": "USD", "won": {"deals": 1, "without_opened": 1, "without_closed": 1, "value": 5}, "decimals": {"0": 1}}\'::pipeline_summary'
SELECT (pipeline_figures(merge(:eur, :eur))).currency, won_value(merge(:eur, :eur));
SELECT merge(:eur, summarize_pipeline(NULL::numeric, NULL, false)) AS eur, unmerge(:eur, :eur) AS none;
SELECT merge(summarize_pipeline(NULL::numeric, NULL, false), :eur) AS eur;

CREATE FUNCTION refused(statement text) RETURNS TABLE (code text, message text, detail text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN QUERY VALUES ('accepted', NULL, NULL);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN NEXT;
END $$;
SELECT r.* FROM (VALUES (format('SELECT merge(%L, %L)', :eur, :usd)),
	(format('SELECT merge(%L, summarize_pipeline(1, 50, NULL))', :eur)),
	(format('SELECT summary_add(%L::pipeline_summary, 1::numeric, 50, NULL)', :eur))) AS x (statement), refused(statement) AS r;

-- Hostile literals: syntax, shape, keys, types, ranges, contradictions.
CREATE TABLE hostile (n integer GENERATED ALWAYS AS IDENTITY, literal text);
INSERT INTO hostile (literal) VALUES
	(''), ('null'), ('[]'), ('1'), ('{"version": 1'), ('{}'), ('{"version": 1}{}'),
	('{"version": 2}'), ('{"version": "1"}'), ('{"version": -1}'), ('{"version": 1.5}'), ('{"version": {}}'), ('{"version": []}'),
	('{"version": 18446744073709551617}'),
	('{"version": 1, "size": 1}'), ('{"version": 1, "size": {}}'), ('{"version": 1, "open": 1}'), ('{"version": 1, "open": [1]}'),
	('{"version": 1, "open": {"deal": 1}}'), ('{"version": 1, "open": {"deals": "1"}}'), ('{"version": 1, "open": {"deals": {"deals": 1}}}'),
	('{"version": 1, "open": {"open": {"deals": 1}}}'),
	('{"version": 1, "open": {"deals": 1.5}}'), ('{"version": 1, "open": {"deals": -1}}'), ('{"version": 1, "open": {"deals": 1e400}}'),
	('{"version": 1, "open": {"deals": 9223372036854775807}}'), ('{"version": 1, "open": {"deals": 1000000000001}}'),
	('{"version": 1, "open": {"deals": 600000000000, "without_amount": 600000000000}, "won": {"deals": 600000000000, "without_amount": 600000000000}}'),
	('{"version": 1, "open": {"deals": 1}}'),
	('{"version": 1, "open": {"deals": 1, "without_amount": 2}}'),
	('{"version": 1, "open": {"deals": 1, "without_amount": 1, "without_probability": 1, "above_one": 1}}'),
	('{"version": 1, "won": {"deals": 1, "without_amount": 1}}'),
	('{"version": 1, "won": {"deals": 1, "without_amount": 1, "cycles": 1, "backward": 2}}'),
	('{"version": 1, "won": {"deals": 1, "without_amount": 1, "without_opened": 1, "without_closed": 1, "cycle_seconds": 1}}'),
	('{"version": 1, "open": {"deals": 1}, "decimals": {"7": 1}}'),
	('{"version": 1, "open": {"deals": 1, "value": 1.0000001}, "decimals": {"0": 1}}'),
	('{"version": 1, "open": {"deals": 1, "value": 1000000000000000001}, "decimals": {"0": 1}}'),
	('{"version": 1, "open": {"deals": 1, "value": -1e36}, "decimals": {"0": 1}}'),
	('{"version": 1, "open": {"deals": 1, "value": 1e33}, "decimals": {"0": 1}}'),
	('{"version": 1, "open": {"deals": 1, "weighted": 1}, "decimals": {"0": 1}}'),
	('{"version": 1, "open": {"deals": 1, "least": 1, "most": 1}, "decimals": {"0": 1}}'),
	('{"version": 1, "open": {"deals": 1, "variance": -1}, "decimals": {"0": 1}}'),
	('{"version": 1, "open": {"deals": 1, "third": 1}, "decimals": {"0": 1}}'),
	('{"version": 1, "open": {"deals": 1, "variance": 1, "fourth": -1e99}, "decimals": {"0": 1}}'),
	('{"version": 1, "currency": "EUR"}'), ('{"version": 1, "currency": "EUQ"}'), ('{"version": 1, "currency": "eur"}'), ('{"version": 1, "currency": "EURO"}'),
	('{"version": 1, "currency": 978}'), ('{"version": 1, "currency": ""}'), ('{"version": 1, "currency": null}'),
	('{"version": 1, "open": {"deals": NaN}}'),
	('{"version": 1, "open": {"deals": 1, "above_one": 1, "uncertain": 2, "variance": 1}, "decimals": {"0": 1}}'),
	('{"version": 1, "open": {"deals": 1, "uncertain": 1, "variance": 1}, "decimals": {"0": 1}, "largest": {"amount_1": 2, "probability_1": 50}}'),
	('{"version": 1, "open": {"deals": 1, "above_one": 1, "uncertain": 1, "value": 2, "most": 2, "weighted": 1, "variance": 1, "fourth": -2}, "decimals": {"0": 1}}'),
	('{"version": 1, "open": {"deals": 1, "above_one": 1, "uncertain": 1, "value": 2, "most": 2, "weighted": 1, "variance": 1, "fourth": -2}, "decimals": {"0": 1}, "largest": {"amount_2": 2, "probability_2": 50}}'),
	('{"version": 1, "open": {"deals": 1, "above_one": 1, "uncertain": 1, "value": 2, "most": 2, "weighted": 1, "variance": 1, "fourth": -2}, "decimals": {"0": 1}, "largest": {"amount_1": 2, "probability_1": 100}}'),
	('{"version": 1, "open": {"deals": 1, "above_one": 1, "uncertain": 1, "value": 2, "most": 2, "weighted": 1, "variance": 1, "fourth": -2}, "decimals": {"0": 1}, "largest": {"amount_1": 3, "probability_1": 50}}'),
	('{"version": 1, "open": {"deals": 1, "above_one": 1, "uncertain": 1, "value": 2, "most": 2, "weighted": 1, "variance": 1, "fourth": -3}, "decimals": {"0": 1}, "largest": {"amount_1": 2, "probability_1": 50}}'),
	('{"version": 1, "open": {"deals": 2, "above_one": 2, "uncertain": 2, "value": 5, "most": 5, "weighted": 2.5, "variance": 3.25, "fourth": -12.125}, "decimals": {"0": 2}, "largest": {"amount_1": 2, "probability_1": 50, "amount_2": 3, "probability_2": 50}}'),
	('{"version": 1, "open": {"deals": 1, "above_one": 1, "uncertain": 1, "value": 2, "most": 2, "weighted": 1, "variance": 1, "fourth": -2}, "decimals": {"0": 1}, "largest": {"amount_1": 2, "probability_1": 50, "amount_9": 1}}'),
	('{"version": 1, "largest": {"amount_1": 1000000000000000000000000, "probability_1": 50.0000001}}');
INSERT INTO hostile (literal) VALUES (repeat('{"open":', 100000)), ('{"version": 1, "open": {"value": ' || repeat('9', 100000) || '}}');
SELECT n, r.code, r.detail FROM hostile, refused(format('SELECT %L::pipeline_summary', literal)) AS r
WHERE n <= 62 ORDER BY n;
SELECT n, r.code IN ('22P02', '54001') AS refused FROM hostile, refused(format('SELECT %L::pipeline_summary', literal)) AS r WHERE n > 62 ORDER BY n;

-- Binary: what was sent is received, through COPY as clients do it.
CREATE TABLE stored (s pipeline_summary);
INSERT INTO stored SELECT summarize_pipeline(amount, probability, won, opened, closed) FROM deals;
INSERT INTO stored VALUES ('{"version": 1}'), (:eur), (NULL);
INSERT INTO stored SELECT summarize_pipeline(-123456789012345678.123456, p, NULL) FROM generate_series(0, 100, 7.3) AS p;
SELECT max(length(pipeline_summary_send(s))) AS bytes, max(pg_column_size(s)) AS stored FROM stored;
\copy stored TO 'results/pipeline_summary.bin' (FORMAT binary)
CREATE TABLE received (s pipeline_summary);
\copy received FROM 'results/pipeline_summary.bin' (FORMAT binary)
SELECT count(*) AS rows, bool_and(pipeline_summary_send(r.s) = pipeline_summary_send(t.s)) AS same
FROM (SELECT row_number() OVER (), s FROM received) AS r (n, s) JOIN (SELECT row_number() OVER (), s FROM stored) AS t (n, s) USING (n);

-- Forged binary: truncated, too long, empty, a newer version, a negative count, a
-- currency without amounts. A bytea has the same frame in COPY as the summary.
CREATE TABLE forged (bytes bytea);
CREATE FUNCTION forge(statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE forged;
	EXECUTE 'INSERT INTO forged SELECT ' || statement || ' FROM (SELECT pipeline_summary_send(s) FROM stored LIMIT 1) AS x (b)';
END $$;
SELECT forge('substr(b, 1, length(b) - 1)');
\copy forged TO 'results/pipeline_summary.bin' (FORMAT binary)
\copy received FROM 'results/pipeline_summary.bin' (FORMAT binary)
SELECT forge('b || ''\x00''');
\copy forged TO 'results/pipeline_summary.bin' (FORMAT binary)
\copy received FROM 'results/pipeline_summary.bin' (FORMAT binary)
SELECT forge('''''::bytea');
\copy forged TO 'results/pipeline_summary.bin' (FORMAT binary)
\copy received FROM 'results/pipeline_summary.bin' (FORMAT binary)
SELECT forge('set_byte(b, 0, 2)');
\copy forged TO 'results/pipeline_summary.bin' (FORMAT binary)
\copy received FROM 'results/pipeline_summary.bin' (FORMAT binary)
SELECT forge('set_byte(b, 4, 255)');
\copy forged TO 'results/pipeline_summary.bin' (FORMAT binary)
\copy received FROM 'results/pipeline_summary.bin' (FORMAT binary)
SELECT forge('set_byte(b, 2, 65)');
\copy forged TO 'results/pipeline_summary.bin' (FORMAT binary)
\copy received FROM 'results/pipeline_summary.bin' (FORMAT binary)

-- A character changed, inserted or two replaced: either refused or a summary that can be read, printed and read again.
DO $$
DECLARE
	good text := (SELECT t.s::text FROM stored AS t LIMIT 1);
	s pipeline_summary;
	text_form text;
BEGIN
	FOR i IN 1 .. 3000 LOOP
		text_form := overlay(good PLACING chr(32 + (i * 7919) % 95) FROM 1 + (i * 104729) % length(good) FOR (i % 3));
		BEGIN
			s := text_form;
		EXCEPTION WHEN invalid_text_representation OR numeric_value_out_of_range THEN
			CONTINUE;
		END;
		PERFORM pipeline_figures(s), forecast(s), warnings(s);
		IF s <> s::text::pipeline_summary THEN
			RAISE 'not the same after %: %', i, s;
		END IF;
	END LOOP;
END $$;

-- The functions of the aggregates called by hand leave their arguments alone and refuse what cannot be.
SELECT s AS before, summary_add(s, 1::numeric, 50, NULL) AS after, s AS untouched FROM stored OFFSET 1 LIMIT 1;
SELECT summary_add(NULL::pipeline_summary, NULL::numeric, NULL, NULL, NULL, NULL) AS one_deal;
SELECT r.* FROM (VALUES
	($$SELECT summary_remove('{"version": 1}'::pipeline_summary, 1::numeric, 50, NULL)$$),
	($$SELECT summary_remove(summarize_pipeline(NULL::numeric, NULL, true), NULL::numeric, NULL, false)$$),
	($$SELECT summary_remove(summary_add(NULL, 100::numeric, 50, NULL), 200::numeric, 50, NULL)$$),
	($$SELECT summary_remove(summary_add(NULL, 100::bigint, 50), 100::bigint, 20)$$),
	($$SELECT summary_remove(summary_add(NULL, 100::numeric, 50, NULL), 100::numeric, 50, NULL) = '{"version": 1}'$$),
	($$SELECT unmerge('{"version": 1}', summarize_pipeline(1, 50, NULL))$$),
	($$SELECT unmerge(summarize_pipeline(1, 50, NULL), summarize_pipeline(2, 50, NULL))$$),
	($$SELECT merge(s, s) FROM (VALUES ('{"version": 1, "open": {"deals": 600000000000, "without_amount": 600000000000}}'::pipeline_summary)) AS x (s)$$),
	($$SELECT summary_add('{"version": 1, "lost": {"deals": 1000000000000, "without_amount": 1000000000000, "cycles": 1000000000000}}', true)$$)
	) AS x (statement), refused(statement) AS r;

-- Of more than eight uncertain deals the largest are listed, in order of size, and the ninth largest is not known: taking one
-- of the eight away is answered with NULL, taking a smaller one with the summary without it.
\set nine 'summarize_pipeline(a, p, NULL) FROM unnest(ARRAY[7, 1, -5, 5, 3, 2, 9, 4, 2], ARRAY[50, 10, 20, 80, 70, 30, 60, 20, 40]) AS d (a, p)'
SELECT s::text::jsonb -> 'largest' AS largest, summary_remove(s, 9::bigint, 60, NULL) AS large, unmerge(s, summarize_pipeline(9, 60, NULL)) AS merged,
	summary_remove(s, 1::bigint, 10, NULL) = (SELECT summarize_pipeline(a, p, NULL) FROM unnest(ARRAY[2, 2, 3, 4, 5, -5, 7, 9], ARRAY[40, 30, 70, 20, 80, 20, 50, 60]) AS d (a, p)) AS small,
	unmerge(s, s) AS everything, unmerge(summary_remove(s, 1::bigint, 10, NULL), summary_remove(s, 1::bigint, 10, NULL)) AS all_listed
FROM (SELECT :nine) AS x (s) GROUP BY s::text, s;
SELECT r.* FROM (SELECT :nine) AS x (s), refused(format('SELECT summary_remove(%L::pipeline_summary, 8::bigint, 60, NULL)', s)) AS r;

-- Messages show no more than the beginning of a number.
SELECT r.* FROM (VALUES ('1e100000, 50'), ('-1e-16000, 50'), ('1, 1e100000'), ('1, -1e-16000')) AS x (arguments),
	refused('SELECT summary_add(NULL, ' || arguments || '::numeric, NULL)') AS r;

-- What amounts and probabilities are refused.
SELECT statement, r.code, left(r.message, 60) AS message FROM (VALUES
	('1.0000001, 50, NULL'), ('1.0000000, 50, NULL'), ('1e18, 50, NULL'), ('-1e18, 50, NULL'), ('999999999999999999.999999, 50, NULL'),
	('''NaN''::numeric, 50, NULL'), ('''Infinity''::numeric, 50, NULL'), ('''-Infinity''::numeric, 50, true'), ('1e1000, 50, NULL'), ('1e-1000, 50, NULL'),
	('''NaN''::float8, 50, NULL'), ('''-Infinity''::float8, 50, NULL'), ('1e18::float8, 50, NULL'), ('9223372036854775807, 50, NULL'),
	('1, 100.0001, NULL'), ('1, -0.0001, NULL'), ('1, ''NaN'', NULL'), ('1, ''Infinity'', NULL'), ('1, 101, true'), ('1, 100, NULL'), ('1, 0, NULL'),
	('1.0, 100.000001, NULL'), ('1.0, -0.000001, NULL'), ('1.0, -1e-9, NULL'), ('1.0, 100.0000004, NULL'), ('1.0, ''NaN''::numeric, NULL'), ('1.0, ''Infinity''::numeric, true'), ('1.0, 1e1000, NULL')
	) AS x (statement), refused('SELECT summarize_pipeline(' || statement || ')') AS r;

SET client_min_messages = warning;
DROP SCHEMA pipeline_summary CASCADE;
