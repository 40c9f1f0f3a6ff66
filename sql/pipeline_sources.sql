-- Worked examples that others have published, each with its source, in one place:
-- what they say and what we say.
CREATE SCHEMA pipeline_sources;
SET search_path = pipeline_sources, opportunity;
SET datestyle = 'ISO';

-- Odoo's documentation, crm/performance/forecast_report: 3,800 at 90 % and 22,500 at 20 % are 3,420 + 4,500 = 7,920.
SELECT weighted_value(3800, 90) AS first, weighted_value(22500, 20) AS second, (SELECT weighted_value(a, p) FROM (VALUES (3800, 90), (22500, 20)) AS d (a, p)) AS both;
-- Odoo's pull request 32011: 100 at 99 % and 200 at 0 % are 99; the total at the mean probability, 148.5, was the mistake.
SELECT weighted_value(a, p), forecast(summarize_pipeline(a, p, NULL)) FROM (VALUES (100, 99), (200, 0)) AS d (a, p);
-- Frappe CRM's issue 798: 100,000 at 50 % in June and in July, 100,000 at 100 % in August.
SELECT fiscal_period(closing, 'month') AS month, weighted_value(amount, probability)
FROM (VALUES (100000, 50, date '2026-06-10'), (100000, 50, '2026-07-20'), (100000, 100, '2026-08-30')) AS d (amount, probability, closing) GROUP BY 1 ORDER BY 1;
-- Pipeline CRM's help, article 235899: 10,000 at 50 % are 5,000.
SELECT weighted_value(10000, 50);

-- Salesforce's help, "Cumulative forecast rollups": closed 50, commit 100, best case 150, pipeline 200; each column with those surer than it is
-- 50, 150, 300, and the open pipeline is 450.
SELECT category, won_value(sum) + open_value(sum) AS cumulative, open_value(sum) AS open
FROM (SELECT category, forecast_rank(category) AS place, rollup(s) OVER (ORDER BY forecast_rank(category)) AS sum
	FROM (SELECT category, summarize_pipeline(amount, 50, won) FROM (VALUES ('closed', 50, true), ('commit', 100, NULL), ('best case', 150, NULL), ('pipeline', 200, NULL)) AS d (category, amount, won) GROUP BY category) AS c (category, s)) AS x
ORDER BY place;

-- mavenlb.com/blog/sales-velocity-formula: 40 deals of 25,000 at a win rate of 25 % in 90 days are 2,777.78 a day (it prints 2,777). A cycle a fifth
-- shorter is a quarter more, a fifth more of any other lever a fifth more.
CREATE FUNCTION velocity(open_deals integer, amount numeric, won integer, lost integer, days integer) RETURNS numeric LANGUAGE sql AS $$
	SELECT sales_velocity(summarize_pipeline(a, 50, w, o, c)) FROM (
		SELECT amount AS a, NULL::boolean AS w, date '2026-01-01' AS o, NULL::date AS c FROM generate_series(1, open_deals)
		UNION ALL SELECT amount, true, '2026-01-01', date '2026-01-01' + days FROM generate_series(1, won)
		UNION ALL SELECT amount, false, '2026-01-01', date '2026-01-01' + 30 FROM generate_series(1, lost)) AS d $$;
SELECT round(velocity(40, 25000, 10, 30, 90), 2) AS per_day, round(velocity(40, 25000, 10, 30, 72) / velocity(40, 25000, 10, 30, 90), 4) AS shorter_cycle,
	round(velocity(48, 25000, 10, 30, 90) / velocity(40, 25000, 10, 30, 90), 4) AS more_deals, round(velocity(40, 30000, 10, 30, 90) / velocity(40, 25000, 10, 30, 90), 4) AS larger_deals,
	round(velocity(40, 25000, 12, 28, 90) / velocity(40, 25000, 10, 30, 90), 4) AS higher_win_rate;

-- Microsoft's documentation of the accuracy of scoring models has 650 deals won as predicted, 50 won otherwise, 200 and 100 lost: a conversion rate of 70 %.
SELECT win_rate(i <= 650 + 50) AS conversion FROM generate_series(1, 650 + 50 + 200 + 100) AS i;

-- Currencies in Dynamics 365: a rate is units for one of the base currency, amounts are divided by it. 10,000 pounds at 0.599346 for a dollar.
SELECT exchange('GBP 10000', 'USD', 1 / 0.599346) AS divided, exchange('GBP 10000', 'USD', 0.599346) AS multiplied_is_wrong;
-- Salesforce's dated exchange rates: 1 USD is 1.39 AUD from 1 January and 1.42 from 1 February; the day of closing counts.
SELECT closes, exchange('USD 1000', 'AUD', (SELECT rate FROM (VALUES (date '2026-01-01', 1.39), ('2026-02-01', 1.42)) AS r (valid_from, rate)
		WHERE valid_from <= exchange_date('by_close_date', '2026-03-15', closes, NULL, '2026-03-15') ORDER BY valid_from DESC LIMIT 1)) AS amount
FROM unnest('{2026-01-31, 2026-02-01}'::date[]) AS closes;
-- Salesforce's product schedules: a quantity of 100 divided by five is five times 20, of 20 repeated five times, too, which is 100 in all.
SELECT mode, array_agg(amount ORDER BY n) AS installments, sum(amount) AS total
FROM (VALUES ('divide', 100), ('repeat', 20)) AS d (mode, quantity), installments(quantity, 5, '2026-01-01', '1 month', mode, 0) GROUP BY mode ORDER BY mode;

SET client_min_messages = warning;
DROP SCHEMA pipeline_sources CASCADE;
