-- What a summary says: accessors, figures, warnings, and the outcome of a status word.
CREATE SCHEMA pipeline_figures;
SET search_path = pipeline_figures, opportunity;
\x on

-- The weighted value is each deal at its own probability. Odoo's forecast report (its
-- documentation, crm/performance/forecast_report): 3,800 at 90 % and 22,500 at 20 % are 3,420 and 4,500.
SELECT weighted_value(summarize_pipeline(amount, probability, NULL)), weighted_value(amount, probability) AS one_shot
FROM (VALUES (3800, 90), (22500, 20)) AS deals (amount, probability);
-- Odoo's pull request 32011: (100, 99 %) and (200, 0 %) are 99, and were 148.5 as the total at the mean probability.
SELECT weighted_value(summarize_pipeline(amount, probability, NULL)), sum(amount) * avg(probability) / 100 AS wrong
FROM (VALUES (100, 99), (200, 0)) AS deals (amount, probability);
-- Pipeline CRM's help, article 235899: 10,000 at 50 % are 5,000.
SELECT weighted_value(10000, 50);

-- Velocity (mavenlb.com/blog/sales-velocity-formula): 40 deals of 25,000 at a win rate of 25 % and 90 days are
-- 2,777.78 a day, where the source prints 2,777.
CREATE TABLE velocity AS
	SELECT 25000.00 AS amount, 50 AS probability, NULL::boolean AS won, date '2024-01-01' AS opened, NULL::date AS closed FROM generate_series(1, 40)
	UNION ALL SELECT 20000, NULL, true, '2024-01-01', date '2024-01-01' + 80
	UNION ALL SELECT 30000, NULL, true, '2024-01-01', date '2024-01-01' + 100
	UNION ALL SELECT 7000, NULL, false, '2024-01-01', '2024-03-01' FROM generate_series(1, 6);
SELECT f.*, round(sales_velocity(s), 2) AS rounded, warnings(s)
FROM (SELECT summarize_pipeline(amount, probability, won, opened, closed) FROM velocity) AS x (s), pipeline_figures(s) AS f;
-- The accessors say the same.
SELECT open_count(s) = f.open_count AND won_count(s) = f.won_count AND lost_count(s) = f.lost_count
	AND open_value(s) = f.open_value AND won_value(s) = f.won_value AND lost_value(s) = f.lost_value
	AND weighted_value(s) = f.weighted_value AND average_deal(s) = f.average_deal
	AND win_rate(s) = f.win_rate AND win_rate(s, by => 'value') = f.win_rate_by_value
	AND average_cycle(s) = f.average_cycle AND sales_velocity(s) = f.sales_velocity AS same
FROM (SELECT summarize_pipeline(amount, probability, won, opened, closed) FROM velocity) AS x (s), pipeline_figures(s) AS f;
SELECT win_rate(won) AS one_shot FROM velocity;
-- The same source: a cycle 20 % shorter is 25 % more velocity.
SELECT round(sales_velocity(summarize_pipeline(amount, probability, won, opened,
		opened + (closed - opened) * interval '19.2 hours')), 2) AS shorter_cycle FROM velocity;
-- And a fifth more of any other lever is a fifth more: here of the amounts, and of the open deals.
SELECT round(sales_velocity(summarize_pipeline(amount * 1.2, probability, won, opened, closed)), 2) AS larger_deals,
	round(sales_velocity(merge(summarize_pipeline(amount, probability, won, opened, closed),
		(SELECT summarize_pipeline(1, 50, NULL, '2024-01-01', NULL) FROM generate_series(1, 8)))), 2) AS more_deals FROM velocity;

-- The aggregate for this one question gives the same, from every type of date.
SELECT sales_velocity(amount, won, opened, closed) = (SELECT sales_velocity(summarize_pipeline(amount, probability, won, opened, closed)) FROM velocity) AS numeric_date,
	round(sales_velocity(amount::bigint, won, opened::timestamp, closed::timestamp), 2) AS bigint_timestamp,
	round(sales_velocity(amount::double precision, won, opened::timestamp AT TIME ZONE 'UTC', closed::timestamp AT TIME ZONE 'UTC'), 2) AS double_timestamptz,
	round(sales_velocity(amount::integer, won, opened, closed::timestamp), 2) AS mixed, sales_velocity(amount, won, opened, closed) FILTER (WHERE won IS NULL) AS all_open FROM velocity;

-- Wilson's interval: R. G. Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3, has
-- .2553 to .3662 for 81 of 263, .0624 to .1605 for 15 of 148, 0 to .1611 for 0 of 20, .0061 to .1718 for 1 of 29.
\x off
SELECT won, closed, round(i.low, 2) AS low, round(i.high, 2) AS high, round(h.low, 2) AS half_low, round(h.high, 2) AS half_high
FROM (VALUES (81, 263), (15, 148), (0, 20), (1, 29), (20, 20), (3, 4), (1, 1)) AS d (won, closed),
	LATERAL (SELECT format('{"version": 1, "won": {"deals": %s, "without_amount": %s, "without_opened": %s, "without_closed": %s},
		"lost": {"deals": %s, "without_amount": %s, "without_opened": %s, "without_closed": %s}}',
		won, won, won, won, closed - won, closed - won, closed - won, closed - won)::pipeline_summary) AS x (s),
	win_rate_interval(s) AS i, win_rate_interval(s, confidence => 50) AS h;
SELECT win_rate_interval('{"version": 1}') AS nothing_closed, win_rate_interval(NULL) IS NULL AS strict;
SELECT win_rate_interval('{"version": 1}', 100);
SELECT win_rate_interval('{"version": 1}', 'NaN');

-- Of a cohort - deals opened in one month - two are won, one is lost and one is open.
SELECT win_rate(s) AS of_closed, cohort_win_rate(s) AS of_all, cohort_win_rate('{"version": 1}') AS of_none
FROM (SELECT summarize_pipeline(100, 50, w) FROM (VALUES (true), (true), (false), (NULL)) AS d (w)) AS x (s);

-- Quota 1,000, won 400, open 1,500: covered 1.5 times, what is left of it 2.5 times. A quota that is reached has nothing left to cover.
SELECT quota, round(coverage(s, quota), 2) AS coverage, round(remaining_coverage(s, quota), 2) AS remaining, round(quota_attainment(s, quota), 2) AS attainment
FROM (SELECT summarize_pipeline(a, 50, w) FROM (VALUES (400, true), (900, NULL), (600, NULL), (50, false)) AS d (a, w)) AS x (s),
	unnest('{1000,400,300,0,-5,NaN,Infinity,-Infinity,NULL}'::numeric[]) AS quota;
SELECT coverage('{"version": 1}', 100), remaining_coverage('{"version": 1}', 100) AS remaining, quota_attainment('{"version": 1}', 100) AS attainment;
\x on

-- No deals; only open; only lost; only won, without amounts: what has no meaning is NULL.
SELECT f.*, warnings(s) FROM pipeline_figures('{"version": 1}') AS f, (VALUES ('{"version": 1}'::pipeline_summary)) AS x (s);
SELECT average_deal(s), win_rate(s), win_rate(s, 'value') AS by_value, average_cycle(s), sales_velocity(s)
FROM (SELECT summarize_pipeline(100, 50, NULL, '2024-01-01', NULL)) AS x (s);
SELECT average_deal(s), win_rate(s), win_rate(s, 'value') AS by_value, average_cycle(s), sales_velocity(s)
FROM (SELECT summarize_pipeline(100, 50, false, '2024-01-01', '2024-02-01')) AS x (s);
SELECT average_deal(s), win_rate(s), win_rate(s, 'value') AS by_value, average_cycle(s), sales_velocity(s)
FROM (SELECT summarize_pipeline(NULL::numeric, 50, true, '2024-01-01', '2024-02-01')) AS x (s);
-- A credit among the lost deals: a rate by value has no meaning.
SELECT win_rate(s), win_rate(s, 'value') AS by_value
FROM (SELECT summarize_pipeline(a, NULL, w) FROM (VALUES (100, true), (-30, false)) AS d (a, w)) AS x (s);
-- A NULL amount counts the deal and adds nothing; the average is over amounts that are there.
SELECT won_count(s), won_value(s), average_deal(s)
FROM (SELECT summarize_pipeline(a, NULL, true) FROM (VALUES (100), (NULL), (50)) AS d (a)) AS x (s);
-- A cycle of no time has no velocity, a negative one neither; both have a mean.
SELECT average_cycle(s), sales_velocity(s) FROM (SELECT summarize_pipeline(1, 50, true, '2024-01-01', '2024-01-01')) AS x (s);
SELECT average_cycle(s), sales_velocity(s), warnings(s) FROM (SELECT summarize_pipeline(1, 50, true, '2024-01-02 12:00', '2024-01-01')) AS x (s);
-- Days and time, halves of a microsecond away from zero; infinite dates are no dates.
SELECT average_cycle(summarize_pipeline(1, NULL, true, '2024-01-01', c))
FROM (VALUES (timestamptz '2024-03-01 06:00:00.000001'), ('2024-03-02'), ('infinity'), ('-infinity'), (NULL)) AS d (c);

SELECT win_rate('{"version": 1}', 'deals');
SELECT pipeline_figures(NULL) IS NULL AS strict, warnings(NULL) IS NULL AS warnings_too;

-- Warnings, each with the deals that call for it.
\x off
SELECT unnest(warnings(summarize_pipeline(a, p, NULL))) AS fractions FROM (VALUES (100, 0.9), (50, 0.25), (20, 1)) AS d (a, p);
SELECT warnings(summarize_pipeline(a, p, NULL)) AS percent FROM (VALUES (100, 0.9), (50, 25)) AS d (a, p);
SELECT warnings(summarize_pipeline(a, p, NULL)) AS zeros FROM (VALUES (100, 0), (50, 0)) AS d (a, p);
-- Closed deals without a closing date are told of as soon as they have an opening one.
SELECT warnings(summarize_pipeline(100, 0, false, '2026-01-01', NULL)) AS undated, warnings(summarize_pipeline(100, 0, false)) AS not_asked;
SELECT unnest(warnings(summarize_pipeline(a, p, w, o, c))) AS warning FROM (VALUES
	(100.0, NULL, NULL, date '2024-01-01', date '2024-02-01'), (NULL, 50, NULL, NULL, NULL),
	(100, NULL, true, '2024-01-01', '2024-02-01'), (100, NULL, true, NULL, '2024-02-01'), (100, NULL, true, '2024-03-01', '2024-02-01'),
	(100, NULL, false, '2024-01-01', NULL), (100, NULL, false, '2024-01-01', 'infinity'), (100, NULL, false, NULL, '2024-02-01')) AS d (a, p, w, o, c);

-- Status words: won, lost or open. Case and blanks around do not matter.
SELECT status, is_won(status) FROM unnest('{won,Won," CLOSED WON ",closed_won,closedwon,lost,"Closed Lost",closed-lost,closedlost,open,Prospecting,"",win,wonderful,NULL}'::text[]) AS status;
SELECT is_won('Gewonnen', '{gewonnen}', '{verloren}') AS own, is_won('VERLOREN', won => '{gewonnen}', lost => '{verloren,NULL}') AS own_lost,
	is_won('won', '{gewonnen}', '{verloren}') AS replaced, is_won('x', '{}', '{x}') AS no_won, is_won('lost', lost => '{{a,b},{c,lost}}') AS nested;
SELECT is_won('both', '{both}', '{both}');

SET client_min_messages = warning;
DROP SCHEMA pipeline_figures CASCADE;
