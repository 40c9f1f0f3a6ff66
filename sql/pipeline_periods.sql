-- The forecast by period, by category and along the tree of managers, from summaries.
CREATE SCHEMA pipeline_periods;
SET search_path = pipeline_periods, opportunity;
SET datestyle = iso;

-- A fiscal year may begin in any month; it has the number of the calendar year it ends in.
SELECT day, first, fiscal_period(day, 'month', first) AS month, fiscal_period(day, 'quarter', first) AS quarter, fiscal_period(day, 'year', first) AS year,
	fiscal_label(day, 'month', first) AS month_label, fiscal_label(day, 'quarter', first) AS quarter_label, fiscal_label(day, 'year', first) AS year_label
FROM (VALUES (date '2026-11-23', 1), ('2026-11-23', 4), ('2026-11-23', 7), ('2026-11-23', 12), ('2026-01-31', 2), ('2026-02-01', 2), ('2024-02-29', 10), ('2026-12-31', 1)) AS d (day, first);
SELECT fiscal_period('2026-08-15') AS quarter_is_the_default, fiscal_label('2026-08-15', first_month => 2) AS label, fiscal_label('2026-08-15', unit => 'year') AS year;

-- Against plain SQL: a period is the last beginning of one that is not after the day, for every first month and day of four years.
SELECT unit, count(*) AS days, count(*) FILTER (WHERE fiscal_period(day, unit, first) <> begins OR length(fiscal_label(day, unit, first)) <> length) AS wrong
FROM (VALUES ('month', 1, 10), ('quarter', 3, 9), ('year', 12, 6)) AS u (unit, months, length), generate_series(1, 12) AS first,
	generate_series(date '2023-01-01', '2026-12-31', '1 day') AS t, LATERAL (SELECT t::date) AS x (day),
	LATERAL (SELECT max(b)::date FROM generate_series(make_date(2021, first, 1), t, make_interval(months => months)) AS b) AS y (begins) GROUP BY unit, months ORDER BY months;

SELECT fiscal_period('infinity'), fiscal_period('-infinity', 'year', 4) AS before_all, fiscal_label('infinity') AS label, fiscal_period(NULL) IS NULL AS strict,
	fiscal_period('0001-02-01 BC', 'year', 4) AS before_christ, fiscal_period('5874897-12-31', 'year', 2) AS far;
SELECT fiscal_period('4714-12-01 BC', 'year', 1);
SELECT fiscal_period('2026-01-01', 'week');
SELECT fiscal_label('2026-01-01', 'quarter', 13);
SELECT fiscal_period('2026-01-01', 'quarter', 0);

-- By period. Frappe's issue 798 has 100,000 at 50 % in June and in July and 100,000 at 100 % in August: 50,000, 50,000 and 100,000.
-- In a fiscal year from July on, June is in the fourth quarter of one and the others in the first of the next.
CREATE TABLE deals (amount numeric, probability integer, closing date);
INSERT INTO deals VALUES (100000, 50, '2026-06-10'), (100000, 50, '2026-07-20'), (100000, 100, '2026-08-30');
SELECT fiscal_period(closing, 'month') AS month, weighted_value(amount, probability) FROM deals GROUP BY 1 ORDER BY 1;
SELECT min(fiscal_label(closing, 'quarter', 7)) AS quarter, (forecast(summarize_pipeline(amount, probability, NULL))).expected FROM deals GROUP BY fiscal_period(closing, 'quarter', 7) ORDER BY fiscal_period(closing, 'quarter', 7);

-- By category. Salesforce, "Cumulative forecast rollups": closed 50, commit 100, best case 150 and pipeline 200 stay as they are one by one;
-- cumulated, commit is 150 and best case 300. Open pipeline leaves out what is closed: 450. Omitted deals are in none.
CREATE TABLE categorized (category text, amount numeric, won boolean);
INSERT INTO categorized VALUES ('won', 50, true), ('Commit', 60, NULL), ('committed', 40, NULL), ('best_case', 150, NULL), ('Pipeline', 200, NULL), ('omitted', 1000, NULL), ('lost', 500, false), (NULL, 7, NULL);
SELECT category, forecast_rank(category) FROM categorized ORDER BY forecast_rank(category), category COLLATE "C";
SELECT min(category COLLATE "C") AS category, won_value(single) + open_value(single) AS single, won_value(cumulative) + open_value(cumulative) AS cumulative, open_value(cumulative) AS open
FROM (SELECT category, place, s AS single, rollup(s) OVER (ORDER BY place) AS cumulative
	FROM (SELECT min(category), forecast_rank(category), summarize_pipeline(amount, 50, won) FROM categorized WHERE forecast_rank(category) IS NOT NULL GROUP BY 2) AS c (category, place, s)) AS x
GROUP BY place, single, cumulative ORDER BY place;

-- Along the tree of managers: everyone's own deals and those of all below, each once, whatever the tree. Ann leads Bob and Cyd, Bob leads Dan;
-- Eve and Fay lead each other, which is a mistake in the data and neither endless nor counted twice. With quotas.
CREATE TABLE member (name text PRIMARY KEY, manager text, quota numeric);
INSERT INTO member VALUES ('Ann', NULL, 1000), ('Bob', 'Ann', 400), ('Cyd', 'Ann', 300), ('Dan', 'Bob', 0), ('Eve', 'Fay', 200), ('Fay', 'Eve', 100), ('Gus', 'Gus', 50);
CREATE TABLE sale (owner text, amount numeric, probability integer, won boolean);
INSERT INTO sale VALUES ('Ann', 100, 50, true), ('Bob', 200, 50, NULL), ('Bob', 150, 50, true), ('Cyd', 300, 20, NULL), ('Dan', 50, 100, true), ('Dan', 80, 10, NULL),
	('Eve', 20, 50, true), ('Fay', 30, 50, true), ('Gus', 25, 50, true);
WITH RECURSIVE below (name, member) AS (
	SELECT name, name FROM member
	UNION ALL
	SELECT b.name, m.name FROM below AS b JOIN member AS m ON m.manager = b.member
) CYCLE member SET again USING way,
own AS (SELECT owner, summarize_pipeline(amount, probability, won) AS s FROM sale GROUP BY owner)
SELECT name, count(DISTINCT b.member) AS people, won_count(rollup(s)) AS won, won_value(rollup(s)), open_value(rollup(s)), weighted_value(rollup(s)),
	round(quota_attainment(rollup(s), quota), 1) AS attainment, round(remaining_coverage(rollup(s), quota), 2) AS remaining_coverage
FROM below AS b JOIN member AS m USING (name) LEFT JOIN own ON own.owner = b.member
WHERE NOT again
GROUP BY name, quota ORDER BY name;

SET client_min_messages = warning;
DROP SCHEMA pipeline_periods CASCADE;
