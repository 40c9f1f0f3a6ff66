-- The funnel chart and the waterfall chart.
CREATE SCHEMA chart_bars;
SET search_path = chart_bars, opportunity;

-- Three stages. A reader can check: the bars are 200, 100 and 20 wide in relation, around one center.
SELECT funnel_chart(stage, reached ORDER BY reached DESC)
  FROM (VALUES ('propose', 100), ('won & done', 20), ('qualify', 200)) AS f (stage, reached);

-- From 1000 by +500 and -300 to 1200: each bar begins where the one before ends.
SELECT waterfall_chart(label, amount, is_total, '{"title": "March", "currency": "EUR", "width": 640}' ORDER BY n)
  FROM (VALUES (1, 'start', 1000.00, true), (2, 'new', 500.50, false), (3, 'lost', -300, false), (4, 'end', NULL, true)) AS w (n, label, amount, is_total);

-- No rows.
SELECT substring(funnel_chart('x', 1) FROM '>(No [a-z]+)<') AS funnel, substring(waterfall_chart('x', 1, false) FROM '>(No [a-z]+)<') AS waterfall WHERE false;

-- The bars of a document (the legend's swatches have no tooltip before them): label, left side, width, color, figures.
CREATE FUNCTION bars(svg text)
	RETURNS TABLE (n bigint, label text, x numeric, width numeric, color text, figures text)
	LANGUAGE sql AS $$
	SELECT n - 1, split_part((regexp_match(part, '^<title>([^<]*)'))[1], E'\n', 1), (r)[1]::numeric, (r)[2]::numeric, (r)[3],
		   (SELECT string_agg(c[1], ' | ') FROM regexp_matches(part, 'text-anchor="end">([^<]*)<', 'g') AS c)
	  FROM string_to_table(svg, '<g>') WITH ORDINALITY AS found (part, n),
		LATERAL (SELECT regexp_match(part, '<rect x="([-0-9.]+)" y="[0-9.]+" width="([0-9.]+)" height="24" fill="([^"]*)"')) AS rect (r)
	 WHERE n > 1
$$;

-- A stage that nobody reached, one more than before, and one of which nothing is known.
SELECT n, label, width, figures FROM bars((SELECT funnel_chart(stage, reached ORDER BY n)
  FROM (VALUES (1, 'a', 100), (2, 'b', 0), (3, 'c', 50), (4, 'd', 200), (5, 'e', NULL), (6, NULL, 20)) AS f (n, stage, reached)));
SELECT n, label, figures FROM bars((SELECT funnel_chart(stage, reached) FROM (VALUES ('all', 0), ('none', 0)) AS f (stage, reached)));
SELECT n, label, figures FROM bars((SELECT funnel_chart(stage, reached) FROM (VALUES ('unknown', NULL), ('some', 5)) AS f (stage, reached)));
-- Each bar is centered and as wide as its part of the largest.
SELECT count(*) AS bars, count(DISTINCT round(x + width / 2)) AS centers,
	   bool_and(abs(width - max * (101 - n) / 100) <= 0.2 OR width = 1.5) AS in_proportion
  FROM (SELECT *, max(width) OVER () AS max FROM bars((SELECT funnel_chart('s', 101 - i ORDER BY i) FROM generate_series(1, 100) AS i))) AS b;

-- A waterfall below zero, with a total that is written out, one that is not, and an unknown amount.
SELECT n, label, color, figures FROM bars((SELECT waterfall_chart(label, amount, is_total ORDER BY n)
  FROM (VALUES (1, 'first', 10, false), (2, 'second', -30, NULL), (3, 'so far', NULL, true), (4, 'unknown', NULL, false),
	(5, 'zero', 0, false), (6, 'other', 5, true), (7, 'cents', 0.005, false)) AS w (n, label, amount, is_total)));
-- Where one change ends, the next begins; all stand within the picture.
SELECT count(*) FILTER (WHERE abs(CASE WHEN amount < 0 THEN x + width ELSE x END - previous_end) > 0.2) AS gaps,
	   bool_and(x >= 28 AND x + width <= 932) AS inside
  FROM (SELECT b.*, amount, lag(CASE WHEN amount < 0 THEN x ELSE x + width END) OVER (ORDER BY b.n) AS previous_end
		  FROM bars((SELECT waterfall_chart(i::text, i * 7919 % 1000 - 500, false ORDER BY i) FROM generate_series(1, 60) AS i)) AS b
		  JOIN LATERAL (SELECT b.n * 7919 % 1000 - 500 AS amount) AS a ON true) AS q
 WHERE width > 1.5;

-- The waterfall of pipeline_change: its rows as they are, between the totals "start" and "end", with their currency. The bars meet
-- (the end as the sum so far is the same picture), and are as long as the amounts.
CREATE TABLE quarter AS SELECT step.* FROM waterfall_steps((SELECT pipeline_change(bs, opportunity.monetary(ba, 'EUR'), '2026-02-01', 'ada', s, opportunity.monetary(a, 'EUR'), c, 'ada', '2026-01-01', '2026-03-31', NULL)
  FROM (VALUES ('open', 900, 'open', 900, date '2026-02-01'), ('open', 100, 'won', 120, '2026-02-01'), ('open', 250, 'open', 400, '2026-02-01'), ('open', 50, 'lost', 50, '2026-02-01'),
	('open', 80, 'open', 80, '2026-05-01'), (NULL, NULL, 'open', 75.5, '2026-02-01')) AS d (bs, ba, s, a, c))) AS step;
SELECT n, label, x, width, color, figures FROM bars((SELECT waterfall_chart(change, amount, change IN ('start', 'end'), jsonb_build_object('currency', currency) ORDER BY step_order)
  FROM quarter WHERE deals > 0));
SELECT count(DISTINCT svg) AS pictures FROM (
	SELECT waterfall_chart(change, amount, change IN ('start', 'end') ORDER BY step_order) FROM quarter
	UNION ALL SELECT waterfall_chart(change, CASE WHEN change <> 'end' THEN amount END, change IN ('start', 'end') ORDER BY step_order) FROM quarter) AS q (svg);
-- Nothing in the pipeline at either time: two totals of nothing.
SELECT n, label, figures FROM bars((SELECT waterfall_chart(change, amount, change IN ('start', 'end') ORDER BY step_order) FROM waterfall_steps('{"version": 1}') WHERE change IN ('start', 'end')));

-- Columns of any number; an order of its own.
SELECT count(DISTINCT svg) AS pictures FROM (
	SELECT funnel_chart('s', 5::bigint) UNION ALL SELECT funnel_chart('s', 5::numeric) UNION ALL SELECT funnel_chart('s', 5::smallint)
	UNION ALL SELECT funnel_chart('s'::varchar, 5::real) UNION ALL SELECT funnel_chart('s', '5') UNION ALL SELECT funnel_chart('s', 5, NULL)
	UNION ALL SELECT funnel_chart('s', 5, '{}')) AS q (svg);
SELECT count(DISTINCT svg) AS pictures FROM (
	SELECT waterfall_chart('s', 5::bigint, true) UNION ALL SELECT waterfall_chart('s', 5::numeric, true) UNION ALL SELECT waterfall_chart('s', '5', 't')
	UNION ALL SELECT waterfall_chart('s', 5, true, NULL) UNION ALL SELECT waterfall_chart('s', amount(monetary(5, 'EUR')), true, '{"currency": null}')) AS q (svg);

-- Large figures are shortened, the axis follows.
SELECT figures FROM bars((SELECT waterfall_chart('x', a, false ORDER BY a) FROM unnest('{999999999.99, 1e9, 123456789012, 5e17}'::float8[]) AS a));
SELECT string_agg(m[1], ' ') AS axis FROM regexp_matches((SELECT waterfall_chart('x', a, false) FROM unnest('{-3e9, 5e9}'::float8[]) AS a),
	'fill="#616e7c" text-anchor="middle">([^<]*)<', 'g') AS m;
SELECT figures FROM bars((SELECT funnel_chart('x', a ORDER BY n) FROM unnest('{1e-300, 1e17, 5}'::float8[]) WITH ORDINALITY AS u (a, n)));

-- The smallest that a double can hold has a place and no division by zero.
SELECT x, width, figures FROM bars((SELECT waterfall_chart('x', 4.9e-324, false)));
SELECT x, width, figures FROM bars((SELECT funnel_chart('x', 4.9e-324)));

-- Hostile text; long labels are cut in the picture, and after 60 characters in the tooltip.
SELECT n, label FROM bars((SELECT funnel_chart(stage, 1) FROM unnest(ARRAY['</title><script>alert(1)</script>', E'a\x01b]]>', repeat('long ', 50), '😀']) AS stage));
SELECT svg ~* '<script|<style|<image|<foreign|href|url\(|javascript|\son\w+=' AS active, substring(svg FROM '<title>[^<]*</title>') AS title,
	   substring(svg FROM '>(Amount[^<]*)<') AS heading
  FROM (SELECT waterfall_chart('<a>', 1, true, '{"title": "<script>", "currency": "\"<&>\""}') AS svg) AS q;

-- Errors.
CREATE FUNCTION try(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE 'SELECT ' || call;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
END $$;
SELECT call, try(call)
  FROM unnest(ARRAY[
	'funnel_chart(''x'', -1)',
	'funnel_chart(''x'', ''NaN'')',
	'funnel_chart(''x'', ''Infinity'')',
	'funnel_chart(''x'', 1e18)',
	'funnel_chart(''x'', 1, ''{"height": 400}'')',
	'funnel_chart(''x'', 1, ''{"width": 100}'')',
	'funnel_chart(''x'', 1, ''[]'')',
	'funnel_chart(''x'', i, CASE WHEN i > 1 THEN ''{}''::jsonb END) FROM generate_series(1, 2) AS i',
	'funnel_chart(''x'', i) FROM generate_series(1, 100) AS i',
	'funnel_chart(''x'', i) FROM generate_series(1, 101) AS i',
	'waterfall_chart(''x'', ''-Infinity'', true)',
	'waterfall_chart(''x'', 6e17, false) FROM generate_series(1, 2) AS i',
	'waterfall_chart(''x'', 1, true, ''{"cuts": null}'')']) AS call;
SELECT call, try(call) ~ '^(0A000|42883) ' AS refused
  FROM unnest('{funnel_chart_svg(NULL), waterfall_chart_svg(NULL), "funnel_chart_add(NULL, ''x'', 1)", "waterfall_chart_add(NULL, ''x'', 1, true)"}'::text[]) AS call;

-- From the funnel of paths: its steps are the chart's rows.
SELECT n, label, figures FROM bars((SELECT funnel_chart(stage, reached ORDER BY stage_order)
  FROM funnel_steps((SELECT summarize_funnel(path, '{qualify, propose, won}')
	FROM (SELECT collect_path(stage, entered) AS path
			FROM (VALUES (1, 'qualify', '2026-01-01'::timestamptz), (1, 'propose', '2026-01-05'), (1, 'won', '2026-01-09'),
				(2, 'qualify', '2026-01-02'), (2, 'propose', '2026-01-06'), (3, 'qualify', '2026-01-03'), (4, 'qualify', '2026-01-04')) AS h (deal, stage, entered)
		   GROUP BY deal) AS paths))));

-- Grouped, and moving over a window: a later row does not disturb an earlier result.
SELECT bool_and(moving = (SELECT waterfall_chart(upto::text, upto, false ORDER BY upto) FROM generate_series(1, i) AS upto)) AS equal
  FROM (SELECT i, waterfall_chart(i::text, i, false) OVER (ORDER BY i) AS moving FROM generate_series(1, 10) AS i) AS q;

SET client_min_messages = warning;
DROP SCHEMA chart_bars CASCADE;
