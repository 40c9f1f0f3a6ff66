-- The pipeline chart: one whole document, and what every document keeps.
CREATE SCHEMA chart_deals;
SET search_path = chart_deals, opportunity;

-- Three deals. A reader can check: the largest circle (80,000) comes first, its
-- area is four times that of 20,000 (twice the radius); a close date in January
-- is left of one in March; score 80 stands above score 30.
SELECT pipeline_chart(close_date, amount, score, label,
					  '{"title": "Contoso Coffee", "currency": "EUR", "today": "2026-02-10"}')
  FROM (VALUES
	(date '2026-01-15', 20000.00, 30, 'Café S-100 for two shops'),
	(date '2026-03-20', 80000.00, 80, 'Roastery'),
	(date '2026-02-20', 1250.50, 55.5, 'Grinders & <spare> parts')) AS deal (close_date, amount, score, label);

-- No rows: a chart that says so.
SELECT pipeline_chart(close_date, amount, score, label)
  FROM (VALUES (current_date, 1, 1, '')) AS deal (close_date, amount, score, label) WHERE false;

-- What a document holds, read back from its circles and tooltips (the legend's
-- circles have no tooltip), in drawing order.
CREATE FUNCTION circles(svg text)
	RETURNS TABLE (n bigint, x numeric, y numeric, r numeric, style text, tooltip text)
	LANGUAGE sql AS $$
	SELECT n, m[1]::numeric, m[2]::numeric, m[3]::numeric, btrim(m[4]), replace(m[5], E'\n', ' / ')
	  FROM regexp_matches(svg, '<circle cx="([-0-9.]+)" cy="([-0-9.]+)" r="([0-9.]+)"([^>]*)><title>([^<]*)</title>', 'g')
		   WITH ORDINALITY AS found (m, n)
$$;

-- Deals: some of everything.
CREATE TABLE deals (id integer, close_date date, amount numeric(12,2), score integer, label text);
INSERT INTO deals
SELECT i, date '2025-11-01' + i * 37 % 400, (i * 7919 % 1000 * 100)::numeric + i % 100 / 100.0, i * 31 % 100, 'deal ' || i
  FROM generate_series(1, 200) AS i;

CREATE TABLE chart AS SELECT pipeline_chart(close_date, amount, score, label) AS svg FROM deals;

-- One circle a deal; to the right is later, higher is a higher score, a larger
-- area a larger amount; the largest is drawn first. Each row counts the pairs
-- that break it.
CREATE TABLE drawn AS SELECT c.*, d.close_date, d.amount, d.score
  FROM chart, circles(svg) AS c JOIN deals AS d ON d.label = split_part(c.tooltip, ' / ', 1);
SELECT count(*) AS circles, count(DISTINCT tooltip) AS deals FROM drawn;
SELECT count(*) FILTER (WHERE b.close_date > a.close_date AND b.x <= a.x) AS not_later,
	   count(*) FILTER (WHERE b.score > a.score AND b.y >= a.y) AS not_higher,
	   count(*) FILTER (WHERE b.amount > a.amount AND b.r < a.r) AS not_larger,
	   count(*) FILTER (WHERE b.amount > a.amount AND b.n > a.n) AS not_first
  FROM drawn AS a CROSS JOIN drawn AS b;

-- Area by amount: r² / amount is the same for all, to the rounding of r, above the least radius.
SELECT count(*) AS wrong_area
  FROM drawn, (SELECT max(r) AS r, max(amount) AS amount FROM drawn) AS largest
 WHERE drawn.r > 2.5 AND abs(drawn.r - largest.r * sqrt(drawn.amount / largest.amount)) > 0.1;

-- Color by grade.
SELECT score_grade(score) AS grade, style, count(*) FROM drawn GROUP BY 1, 2 ORDER BY 1, 2;

-- The same bytes in any order of the rows.
SELECT count(DISTINCT svg) AS documents FROM (
	SELECT svg FROM chart
	UNION ALL SELECT pipeline_chart(close_date, amount, score, label ORDER BY id DESC) FROM deals
	UNION ALL SELECT pipeline_chart(close_date, amount, score, label ORDER BY id * 7907 % 211) FROM deals
	UNION ALL SELECT pipeline_chart(close_date, amount, score, label ORDER BY amount, label) FROM deals) AS q;

-- All deals at one score, many on one day: spread, but never beyond their place,
-- and a deal that stands alone is exactly at its score.
SELECT count(*) AS circles, count(DISTINCT (x, y)) > 90 AS apart, max(y) - min(y) < 50 AS near,
	   bool_and(x BETWEEN 72 AND 732 AND y BETWEEN 92 AND 474) AS inside
  FROM circles((SELECT pipeline_chart(date '2026-01-01' + i % 5, 100, 40, i::text) FROM generate_series(1, 100) AS i));

-- Tall, narrow pictures with one large deal among small ones: the first to close is still left of the last, and all lie within the frame.
SELECT width, height, count(*) AS circles, bool_and(x - r >= 72 AND x + r <= width - 228 AND y - r >= 92 AND y + r <= height - 66) AS inside,
	   max(x) FILTER (WHERE tooltip LIKE 'deal 1 /%') < min(x) FILTER (WHERE tooltip LIKE 'deal 100 /%') AS forward
  FROM (VALUES (560, 4000), (564, 1908), (600, 2158), (690, 2783)) AS size (width, height),
	LATERAL (SELECT pipeline_chart(date '2026-01-01' + i, CASE i WHEN 50 THEN 1e9 ELSE i END, i * 37 % 101, 'deal ' || i,
								   jsonb_build_object('width', width, 'height', height)) FROM generate_series(1, 100) AS i) AS picture (svg),
	circles(svg)
 GROUP BY width, height ORDER BY width;

-- Labels lie on other circles only where no place is free: here, above or below and aligned with the circle's edge.
SELECT m[1] AS x, m[2] AS y, m[3] AS anchor, m[4] AS label
  FROM regexp_matches((SELECT pipeline_chart(d, a, s, l) FROM (VALUES
		(date '2026-01-01', 100, 50, 'left'), ('2026-01-20', 90, 50, 'a label that is long enough'), ('2026-02-20', 100, 50, 'right'),
		('2026-12-31', 80, 20, 'a long label at the edge of the frame')) AS deal (d, a, s, l)),
	'<text x="([0-9.]+)" y="([0-9.]+)"( text-anchor="[a-z]+")?>((?:left|right|a l)[^<]*)</text>', 'g') WITH ORDINALITY AS found (m, n)
 WHERE n > 4;

-- NULL dates, amounts and scores, infinite dates: drawn in their places, none dropped.
SELECT n, style, tooltip,
	   x > 660 AS right_of_axis, y > 420 AS below_axis
  FROM circles((SELECT pipeline_chart(close_date, amount, score, label)
	  FROM (VALUES
		('2026-01-15'::date, 100.00, 60::float8, 'complete'),
		('2026-06-15', 100.00, 60, 'complete too'),
		(NULL, 90, 60, 'no date'),
		('infinity', 80, 60, 'some day'),
		('-infinity', 70, 60, 'long ago'),
		('2026-02-15', NULL, 60, 'no amount'),
		('2026-03-15', 60, NULL, 'no score'),
		(NULL, 50, NULL, 'amount only'),
		('2026-04-15', 40, 60, NULL),
		('2026-04-15', 0, 60, 'zero'),
		('2026-05-15', -30, 60, 'a credit'),
		(NULL, NULL, NULL, NULL)) AS deal (close_date, amount, score, label)))
 ORDER BY n;

-- Nothing but NULL, in untyped and typed form.
SELECT count(*) FROM circles((SELECT pipeline_chart(NULL, NULL, NULL, NULL) FROM generate_series(1, 3)));
SELECT count(*) FROM circles((SELECT pipeline_chart(NULL::date, NULL::numeric, NULL, NULL, NULL) FROM generate_series(1, 3)));

-- Closed deals: a score of exactly 100 is won, of 0 lost, unless the option says otherwise.
SELECT style, tooltip FROM circles((SELECT pipeline_chart(date '2026-01-01' + i, 100, i * 50, 'deal ' || i) FROM generate_series(0, 2) AS i));
SELECT style, tooltip FROM circles((SELECT pipeline_chart(date '2026-01-01' + i, 100, i * 50, 'deal ' || i, '{"mark_closed": false}') FROM generate_series(0, 2) AS i));

-- The time axis: its first labels by range, from days to millennia.
CREATE FUNCTION ticks(first date, last date) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(m[1], ' ') FROM (
		SELECT m FROM (SELECT pipeline_chart(d, 1, 50, '') AS svg FROM unnest(ARRAY[first, last]) AS d) AS q,
			regexp_matches(substring(svg FROM 'text-anchor="middle">\n(.*)<text[^>]*>Estimated'), '<text[^>]*>([^<]*)<', 'g') AS m
		LIMIT 7) AS first_seven
$$;
SELECT last, ticks('2026-01-01', last)
  FROM unnest('{2026-01-01, 2026-01-03, 2026-01-20, 2026-02-10, 2026-05-01, 2026-12-31, 2028-06-30, 2035-01-01, 2120-01-01, 9999-12-31}'::date[]) AS last;
SELECT ticks('0044-03-15 BC', '0014-08-19'), ticks('4713-01-01 BC', '294276-12-31');

-- Bands of calendar quarters: every second one is shaded, and each has its name
-- above. They reach from the left to the right of the axes, the first and the last cut.
CREATE FUNCTION quarters(first date, last date, options jsonb DEFAULT '{}') RETURNS TABLE (names text, shaded text) LANGUAGE sql AS $$
	SELECT (SELECT string_agg(m[1], ', ') FROM regexp_matches(svg, 'font-size="11"[^>]*>(Q[1-4][^<]*)</text>', 'g') AS m),
		   (SELECT string_agg(m[1] || '+' || m[2], ', ') FROM regexp_matches(svg, '<rect x="([0-9.]+)" y="92" width="([0-9.]+)" height="[0-9.]+" fill="#f5f7f9"', 'g') AS m)
	  FROM (SELECT pipeline_chart(d, 1, 50, '', '{"quarters": true}' || options) AS svg FROM unnest(ARRAY[first, last]) AS d) AS q
$$;
SELECT last, names, shaded FROM unnest('{2026-01-15, 2026-03-31, 2026-04-01, 2026-07-01, 2026-12-31, 2028-06-30}'::date[]) AS last, quarters('2026-01-15', last);
-- Where they would be too narrow there are none.
SELECT names, shaded FROM quarters('2000-01-01', '2050-01-01', '{"y_axis": "score"}');
SELECT (SELECT count(*) FROM regexp_matches(names, 'Q', 'g')) AS names, (SELECT count(*) FROM regexp_matches(shaded, '\+', 'g')) AS shaded
  FROM quarters('2000-01-01', '2050-01-01', '{"width": 4000}');
SELECT names, shaded FROM quarters('4713-01-01 BC', '4713-01-01 BC');
SELECT names, shaded FROM quarters('294276-12-31', '294276-12-31');
SELECT pipeline_chart(NULL::date, 1, 50, '', '{"quarters": true}') ~ '>Q[1-4]' AS without_dates;

-- The y axis by another name: the words change, the picture does not.
SELECT probability ~* 'score' AS says_score, score ~* 'probability' AS says_probability,
	   (SELECT string_agg(tooltip, '; ' ORDER BY n) FROM circles(probability)) AS tooltips,
	   (SELECT array_agg((x, y, r) ORDER BY n) FROM circles(probability)) = (SELECT array_agg((x, y, r) ORDER BY n) FROM circles(score)) AS same_places
  FROM (SELECT pipeline_chart(d, 1, s, 'x', '{"y_axis": "probability"}') AS probability, pipeline_chart(d, 1, s, 'x', '{"y_axis": "score"}') AS score
	FROM (VALUES (date '2026-01-01', 100), ('2026-02-01', 60), ('2026-03-01', 0), ('2026-04-01', NULL)) AS deal (d, s)) AS q;

SET client_min_messages = warning;
DROP SCHEMA chart_deals CASCADE;
