-- What the pipeline chart takes: column types, options, hostile text, limits.
CREATE SCHEMA chart_input;
SET search_path = chart_input, opportunity;

-- Every usual column type draws the same picture.
CREATE TABLE deals AS
SELECT date '2026-01-01' + i AS d, (date '2026-01-01' + i)::timestamp AS ts, (date '2026-01-01' + i)::timestamptz AS tz,
	   (i * 100)::numeric AS n, (i * 100)::numeric(12,2) AS n2, (i * 100)::float8 AS f8, (i * 100)::real AS f4,
	   i * 100 AS i4, (i * 100)::bigint AS i8, (i * 100)::smallint AS i2,
	   i * 5 AS score, (i * 5)::float8 AS score_f8, (i * 5)::real AS score_f4, (i * 5)::numeric AS score_n,
	   'deal ' || i AS label, ('deal ' || i)::varchar(20) AS label_v, '{"currency": "EUR"}'::jsonb AS options
  FROM generate_series(1, 20) AS i;

SELECT count(DISTINCT svg) AS pictures, count(*) AS calls FROM (
	SELECT pipeline_chart(d, n, score, label) FROM deals
	UNION ALL SELECT pipeline_chart(d, n2, score_f8, label) FROM deals
	UNION ALL SELECT pipeline_chart(d, f8, score_f4, label) FROM deals
	UNION ALL SELECT pipeline_chart(d, f4, score_n, label) FROM deals
	UNION ALL SELECT pipeline_chart(d, i4, score, label_v) FROM deals
	UNION ALL SELECT pipeline_chart(d, i8, score, label) FROM deals
	UNION ALL SELECT pipeline_chart(d, i2, score, label) FROM deals
	UNION ALL SELECT pipeline_chart(ts, n, score, label) FROM deals
	UNION ALL SELECT pipeline_chart(ts, f8, score, label) FROM deals
	UNION ALL SELECT pipeline_chart(tz, n, score, label) FROM deals
	UNION ALL SELECT pipeline_chart(tz, f8, score, label) FROM deals) AS q (svg);
SELECT count(DISTINCT svg) AS pictures, count(*) AS calls FROM (
	SELECT pipeline_chart(d, n, score, label, options) FROM deals
	UNION ALL SELECT pipeline_chart(d, f8, score, label, options) FROM deals
	UNION ALL SELECT pipeline_chart(ts, n, score, label, options) FROM deals
	UNION ALL SELECT pipeline_chart(ts, f8, score, label, options) FROM deals
	UNION ALL SELECT pipeline_chart(tz, n, score, label, options) FROM deals
	UNION ALL SELECT pipeline_chart(tz, f8, score, label, options) FROM deals) AS q (svg);

-- Amounts of type monetary bring their currency with them; the option goes first.
SELECT count(DISTINCT svg) AS pictures, count(*) AS calls FROM (
	SELECT pipeline_chart(d, n, score, label, '{"currency": "EUR"}') FROM deals
	UNION ALL SELECT pipeline_chart(d, monetary(n, 'EUR'), score, label) FROM deals
	UNION ALL SELECT pipeline_chart(ts, monetary(n, 'EUR'), score, label) FROM deals
	UNION ALL SELECT pipeline_chart(tz, monetary(n, 'EUR'), score, label, NULL) FROM deals
	UNION ALL SELECT pipeline_chart(d, monetary(n, 'USD'), score, label, options) FROM deals) AS q (svg);
SELECT m, substring(pipeline_chart(date '2026-01-01', m, 50, 'x') FROM 'x\n([^\n]*)\n') AS shown
  FROM unnest('{JPY 1250, USD -1250.50, KWD 0.125, EUR 0}'::monetary[]) AS m GROUP BY m ORDER BY m;
SELECT pipeline_chart(NULL::date, NULL::monetary, NULL, NULL) ~ 'no amount' AS unknown;

-- A timestamptz is drawn at the session's local time.
SET timezone = 'Pacific/Auckland';
SELECT substring(pipeline_chart('2026-01-31 23:00:00+00'::timestamptz, 1, 50, 'x') FROM '\d+-\d+-\d+, score 50') AS auckland;
SET timezone = 'America/Los_Angeles';
SELECT substring(pipeline_chart('2026-01-31 23:00:00+00'::timestamptz, 1, 50, 'x') FROM '\d+-\d+-\d+, score 50') AS los_angeles;
RESET timezone;

-- Amounts read as people write them; float and numeric agree.
SELECT amount, substring(pipeline_chart(date '2026-01-01', amount, 50, 'x') FROM 'x\n([^\n]*)\n') AS from_numeric,
	   substring(pipeline_chart(date '2026-01-01', amount::float8, 50, 'x') FROM 'x\n([^\n]*)\n') AS from_float
  FROM unnest('{0, -0.001, 0.005, 0.5, 999, 1000, -1234.5, 1234567.891, 90071992547409.93, 999999999999990000}'::numeric[]) AS amount
 GROUP BY amount ORDER BY amount;

-- Scores are cut to a decimal, so that none reads like another grade; every tenth survives.
SELECT score, substring(pipeline_chart(date '2026-01-01', 1, score, 'x') FROM 'score \d[^<]*') AS shown
  FROM unnest('{74.96, 75, 99.99, 0.04}'::float8[]) AS score GROUP BY score ORDER BY score;
SELECT count(*) AS wrong_tenths FROM (
	SELECT tenths, pipeline_chart(date '2026-01-01', 1, tenths / 10.0, 'x') AS svg
	  FROM generate_series(0, 1000) AS tenths GROUP BY tenths) AS q
 WHERE substring(svg FROM 'score ([0-9.]+) \([A-D]')::numeric IS DISTINCT FROM tenths / 10.0;

-- Totals keep three digits.
SELECT amount, substring(pipeline_chart(date '2026-01-01', amount, 50, 'x') FROM '([-0-9.,A-Z]*) in total') AS total
  FROM unnest('{0, 9.994, 9.996, 99.94, 999.4, 999.6, 1050, -12345, 999499, 999500, 1234567890, 5e15}'::numeric[]) AS amount
 GROUP BY amount ORDER BY amount;

-- Hostile labels and titles become text; what XML forbids is replaced.
CREATE FUNCTION shown(label text, options jsonb DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT substring(pipeline_chart(date '2026-01-01', 1, 50, label, options) FROM '<circle[^>]*><title>([^\n]*)\n1\n')
$$;
SELECT name, shown(label) FROM (VALUES
	('script', '<script>alert("1")</script>'),
	('end of CDATA', ']]>'),
	('end of element', '</title></circle><image href="http://example.com/"/>'),
	('entity', '&lt; &amp; &xxe;'),
	('quotes', $q$"double" 'single'$q$),
	('white space', E'tab\tnew\nline\rreturn'),
	('controls', E'bell\x07escape\x1bdelete\x7f'),
	('C1 control', U&'next line \0085'),
	('noncharacters', U&'\FFFE\FFFF'),
	('beyond the BMP', U&'\+01F600 \+10FFFF'),
	('accents', 'Café, Straße, 日本語'),
	('none', '')) AS hostile (name, label);
SELECT length(shown(repeat('x', 10000))) AS shown, right(shown(repeat('x', 10000)), 10) AS ending,
	   octet_length(shown(repeat('😀', 10000))) AS emoji_bytes;
SELECT regexp_replace(pipeline_chart(date '2026-01-01', 1, 50, 'x',
	jsonb_build_object('title', '</title><script>', 'currency', '<&>')), '^.*?(<title>.*?</title>).*x\n(.*?)\n.*$', '\1 \2') AS title_and_currency;

-- Nothing in a document can act or fetch.
SELECT svg ~* '<script|<style|<image|<foreign|href|url\(|javascript|\son\w+=' AS active,
	   octet_length(svg) - octet_length(replace(svg, 'http', '')) = 4 AS one_namespace
  FROM (SELECT pipeline_chart(d, n, score, label) AS svg FROM deals) AS q;

-- 5,000 deals, with labels at their longest, stay under 2 MB.
SELECT octet_length(pipeline_chart(date '2026-01-01' + i % 365, (i * 7919 % 100000)::numeric, i % 101, 'deal ' || i)) < 800000 AS usual,
	   octet_length(pipeline_chart(date '2026-01-01' + i % 365, (i * 7919 % 100000)::numeric, i % 101, repeat('😀', 70) || i)) < 2000000 AS longest
  FROM generate_series(1, 5000) AS i;

-- Options: sizes, labels, cuts.
SELECT substring(pipeline_chart(d, n, score, label, '{"width": 1280, "height": 720}') FROM 'viewBox[^r]*') AS size,
	   (SELECT count(*) FROM regexp_matches(pipeline_chart(d, n, score, label, '{"max_labels": 0}'), '>deal \d+</text>', 'g')) AS no_labels
  FROM deals;
SELECT count(*) / 2 BETWEEN 3 AND 7 AS some_labels
  FROM regexp_matches((SELECT pipeline_chart(d, n, score, label, '{"max_labels": 7}') FROM deals), '>deal \d+</text>', 'g');
SELECT array_agg(m[1]) FROM regexp_matches(
	(SELECT pipeline_chart(d, n, score, label, '{"cuts": [90, 60, 10], "title": null}') FROM deals),
	'>(\d+ and more|below \d+)<', 'g') AS m;

-- Errors.
CREATE FUNCTION try(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE 'SELECT ' || call || ' FROM deals';
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
END $$;

SELECT options, try(format('pipeline_chart(d, n, score, label, %L)', options))
  FROM unnest(ARRAY[
	'[]', '1', 'null', '{"colour": "red"}', '{"Title": "x"}', '{"x_axis": null}',
	'{"title": 1}', '{"currency": "much too long"}', '{"width": 559}', '{"width": 4001}', '{"width": 600.5}',
	'{"width": "600"}', '{"width": 1e400}', '{"height": true}', '{"max_labels": -1}', '{"max_labels": 101}',
	'{"today": 20260101}', '{"today": "soon"}', '{"today": "infinity"}', '{"today": "2026-02-30"}', '{"today": "5874897-12-31"}', '{"today": "9999999-01-01"}', '{"mark_closed": "yes"}',
	'{"y_axis": "amount"}', '{"y_axis": 1}', '{"quarters": "yes"}',
	'{"cuts": 50}', '{"cuts": {}}', '{"cuts": [75, 50]}', '{"cuts": [25, 50, 75]}', '{"cuts": [75, 50, "25"]}', '{"cuts": [101, 50, 25]}']) AS options;
SELECT try(format('pipeline_chart(d, n, score, label, %L)', jsonb_build_object('title', repeat('x', 501))));
SELECT call, try(call)
  FROM unnest(ARRAY[
	'pipeline_chart(d, n, 100.5, label)',
	'pipeline_chart(d, n, -1, label)',
	'pipeline_chart(d, n, ''NaN'', label)',
	'pipeline_chart(d, ''NaN''::numeric, score, label)',
	'pipeline_chart(d, ''Infinity''::numeric, score, label)',
	'pipeline_chart(d, ''-Infinity''::float8, score, label)',
	'pipeline_chart(d, ''NaN''::float8, score, label)',
	'pipeline_chart(d, 1e18::numeric, score, label)',
	'pipeline_chart(d, 1e400::numeric, score, label)',
	'pipeline_chart(d, -1e18::float8, score, label)',
	'pipeline_chart(''5000000-01-01''::date, n, score, label)',
	'pipeline_chart(d, monetary(n, CASE WHEN score > 50 THEN ''EUR'' ELSE ''USD'' END), score, label)',
	'pipeline_chart(d, n, score, label, jsonb_build_object(''title'', label))',
	'pipeline_chart(d, n, score, label, CASE WHEN score > 50 THEN options END)']) AS call;

-- The aggregate's inner functions cannot be reached (15 and 17 say so in different words).
SELECT call, try(call) ~ '^(0A000|42883) ' AS refused
  FROM unnest('{pipeline_chart_svg(NULL), "pipeline_chart_add(NULL, d, n, score, label)"}'::text[]) AS call;

-- A million deals is the limit.
SELECT try('pipeline_chart(NULL::date, NULL::float8, NULL, NULL) FROM generate_series(1, 1000001) AS i --');

-- It groups, filters and moves over windows like any aggregate, and a later row does not disturb an earlier result.
SELECT score % 2 AS odd, pipeline_chart(d, n, score, label) FILTER (WHERE score > 1000) ~ 'No deals' AS none,
	   pipeline_chart(DISTINCT d, n, score, label) = pipeline_chart(d, n, score, label) AS same
  FROM deals GROUP BY 1 ORDER BY 1;
SELECT bool_and(moving = (SELECT pipeline_chart(d, n, score, label) FROM deals AS upto WHERE upto.d <= q.d)) AS equal
  FROM (SELECT d, pipeline_chart(d, n, score, label) OVER (ORDER BY d) AS moving FROM deals) AS q;

SET client_min_messages = warning;
DROP SCHEMA chart_input CASCADE;
