-- Every aggregate called with each common column type, and without types.
CREATE SCHEMA pipeline_calls;
SET search_path = pipeline_calls, opportunity;

-- An open deal of 1000 at 25 %, and a won one of 500 after thirty days, in columns of every type.
CREATE TABLE deals (
	amount_numeric numeric, amount_typmod numeric(12,2), amount_bigint bigint, amount_integer integer, amount_smallint smallint,
	amount_double double precision, amount_real real,
	percent_double double precision, percent_real real, percent_numeric numeric(7,4), percent_integer integer, percent_smallint smallint, percent_bigint bigint,
	won boolean, opened_date date, closed_date date, opened_timestamp timestamp, closed_timestamp timestamp,
	opened_timestamptz timestamptz, closed_timestamptz timestamptz);
INSERT INTO deals VALUES
	(1000, 1000, 1000, 1000, 1000, 1000, 1000, 25, 25, 25, 25, 25, 25,
	 NULL, '2024-01-01', NULL, '2024-01-01', NULL, '2024-01-01', NULL),
	(500, 500, 500, 500, 500, 500, 500, NULL, NULL, NULL, NULL, NULL, NULL,
	 true, '2024-01-01', '2024-01-31', '2024-01-01', '2024-01-31', '2024-01-01', '2024-01-31');

-- Each type of amount; all but the second show no decimals, all are the same deals.
CREATE TABLE expected AS SELECT summarize_pipeline(amount_numeric, percent_double, won, opened_timestamptz, closed_timestamptz) AS s FROM deals;
SELECT open_value(s), weighted_value(s), won_value(s), average_cycle(s) FROM expected;
SELECT
	summarize_pipeline(amount_typmod, percent_double, won, opened_timestamptz, closed_timestamptz) = (SELECT s FROM expected) AS typmod,
	summarize_pipeline(amount_bigint, percent_double, won, opened_timestamptz, closed_timestamptz) = (SELECT s FROM expected) AS bigint,
	summarize_pipeline(amount_integer, percent_double, won, opened_timestamptz, closed_timestamptz) = (SELECT s FROM expected) AS integer,
	summarize_pipeline(amount_smallint, percent_double, won, opened_timestamptz, closed_timestamptz) = (SELECT s FROM expected) AS smallint,
	summarize_pipeline(amount_double, percent_double, won, opened_timestamptz, closed_timestamptz) = (SELECT s FROM expected) AS double,
	summarize_pipeline(amount_real, percent_double, won, opened_timestamptz, closed_timestamptz) = (SELECT s FROM expected) AS real
FROM deals;

-- Each type of probability.
SELECT
	summarize_pipeline(amount_numeric, percent_real, won, opened_timestamptz, closed_timestamptz) = (SELECT s FROM expected) AS real,
	summarize_pipeline(amount_numeric, percent_numeric, won, opened_timestamptz, closed_timestamptz) = (SELECT s FROM expected) AS numeric,
	summarize_pipeline(amount_bigint, percent_numeric, won, opened_timestamptz, closed_timestamptz) = (SELECT s FROM expected) AS bigint_numeric,
	summarize_pipeline(amount_integer, percent_numeric, won, opened_date, closed_date) = (SELECT s FROM expected) AS integer_numeric,
	summarize_pipeline(amount_double, percent_numeric, won, opened_timestamp, closed_timestamp) = (SELECT s FROM expected) AS double_numeric,
	summarize_pipeline(amount_bigint, percent_integer, won, opened_timestamptz, closed_timestamptz) = (SELECT s FROM expected) AS integer,
	summarize_pipeline(amount_double, percent_smallint, won, opened_timestamptz, closed_timestamptz) = (SELECT s FROM expected) AS smallint,
	summarize_pipeline(amount_integer, percent_bigint, won, opened_timestamptz, closed_timestamptz) = (SELECT s FROM expected) AS bigint
FROM deals;

-- Each type of date, also mixed.
SELECT
	summarize_pipeline(amount_numeric, percent_double, won, opened_date, closed_date) = (SELECT s FROM expected) AS date,
	summarize_pipeline(amount_bigint, percent_double, won, opened_timestamp, closed_timestamp) = (SELECT s FROM expected) AS timestamp,
	summarize_pipeline(amount_double, percent_double, won, opened_date, closed_timestamptz) = (SELECT s FROM expected) AS mixed,
	summarize_pipeline(amount_integer, percent_integer, won, opened_timestamp, closed_date) = (SELECT s FROM expected) AS other_mix,
	summarize_pipeline(amount_bigint, percent_integer, won, opened_date, closed_date) = (SELECT s FROM expected) AS bigint_date,
	summarize_pipeline(amount_double, percent_integer, won, opened_date, closed_date) = (SELECT s FROM expected) AS double_date,
	summarize_pipeline(amount_integer, percent_integer, won, opened_date, closed_date) = (SELECT s FROM expected) AS integer_date
FROM deals;

-- The short form.
SELECT
	summarize_pipeline(amount_numeric, percent_double, won) AS s_numeric,
	summarize_pipeline(amount_bigint, percent_integer, won) = summarize_pipeline(amount_numeric, percent_double, won) AS bigint,
	summarize_pipeline(amount_integer, percent_numeric, won) = summarize_pipeline(amount_numeric, percent_double, won) AS integer,
	summarize_pipeline(amount_double, percent_real, won) = summarize_pipeline(amount_numeric, percent_double, won) AS double,
	summarize_pipeline(amount_real, percent_smallint, won) = summarize_pipeline(amount_numeric, percent_double, won) AS real
FROM deals;

-- Literals and parameters without a type.
SELECT open_value(summarize_pipeline('12.50', '50', NULL)) AS literals, won_count(summarize_pipeline(NULL, NULL, 'true', NULL, NULL)) AS nulls,
	average_cycle(summarize_pipeline('1', '50', 'yes', '2024-01-01', '2024-02-01')) AS dates;
PREPARE short AS SELECT weighted_value(summarize_pipeline($1, $2, $3));
EXECUTE short ('80.25', 50, NULL);
PREPARE long AS SELECT average_cycle(summarize_pipeline($1, $2, $3, $4, $5));
EXECUTE long (100, 50, true, '2024-01-01', '2024-01-11');

-- One-shot aggregates.
SELECT weighted_value(amount_numeric, percent_double) AS numeric, weighted_value(amount_typmod, percent_numeric) AS typmod,
	weighted_value(amount_bigint, percent_integer) AS bigint, weighted_value(amount_integer, percent_real) AS integer,
	weighted_value(amount_double, percent_double) AS double, weighted_value(amount_real, percent_smallint) AS real, win_rate(won) AS win_rate
FROM deals;
SELECT weighted_value('200', '12.5') AS literals, weighted_value(200.0, '12.5') AS half_literal, weighted_value(200.0, 12.5::float8) AS double, weighted_value(NULL, NULL) AS nulls;
PREPARE one_shot AS SELECT weighted_value($1, $2);
EXECUTE one_shot (200, 12.5);

SELECT sales_velocity(amount_numeric, won, opened_date, closed_date) AS numeric, sales_velocity(amount_bigint, won, opened_timestamp, closed_timestamp) AS bigint,
	sales_velocity(amount_double, won, opened_timestamp, closed_date) AS double, sales_velocity(amount_integer, won, opened_date, closed_date) AS integer,
	sales_velocity(amount_real, won, opened_date, closed_date) AS real, sales_velocity('200', 'true', '2024-01-01', '2024-02-01') AS literals FROM deals;
PREPARE velocity AS SELECT sales_velocity($1, $2, $3, $4);
EXECUTE velocity (200, true, '2024-01-01', '2024-02-01');

-- Amounts of type monetary: the summary has their currency, and amounts in others, or plain numbers, do not come in.
CREATE TABLE priced AS SELECT monetary(amount_numeric, 'EUR') AS amount, percent_double, percent_numeric, won, opened_date, closed_date, opened_timestamp, closed_timestamp, opened_timestamptz, closed_timestamptz FROM deals;
SELECT summarize_pipeline(amount, percent_double, won) AS s FROM priced;
SELECT (f).currency, (f).open_value, (f).weighted_value, (f).average_cycle FROM (SELECT pipeline_figures(summarize_pipeline(amount, percent_numeric, won, opened_date, closed_date)) FROM priced) AS x (f);
SELECT summarize_pipeline(amount, percent_double, won, opened_date, closed_date) = summarize_pipeline(amount, percent_double, won, opened_timestamp, closed_timestamp) AS timestamp,
	summarize_pipeline(amount, percent_double, won, opened_date, closed_date) = summarize_pipeline(amount, percent_double, won, opened_timestamp AT TIME ZONE 'UTC', closed_timestamp AT TIME ZONE 'UTC') AS timestamptz,
	weighted_value(amount, percent_double), sales_velocity(amount, won, opened_date, closed_date), summarize_pipeline_by(won, amount, percent_double, won)::text LIKE '%EUR%' AS by_key,
	open_value(summarize_pipeline(monetary(0.0625::numeric, 'IQD', 'half_up'), 50, NULL)) AS three_decimals, open_value(summarize_pipeline(monetary(7, 'JPY'), 50, NULL)) AS none FROM priced;
SELECT count(*) AS rows, bool_and(pipeline_summary_send(s) = pipeline_summary_send(again)) AS moving
FROM (SELECT summarize_pipeline(m, 50, NULL) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), (SELECT summarize_pipeline(y.m, 50, NULL) FROM (SELECT j, CASE WHEN j % 5 < 2 THEN monetary(j, 'EUR') END AS m FROM generate_series(1, 20) AS j) AS y WHERE y.j BETWEEN i - 1 AND i)
	FROM (SELECT i, CASE WHEN i % 5 < 2 THEN monetary(i, 'EUR') END AS m FROM generate_series(1, 20) AS i) AS x) AS z (s, again);
SELECT summarize_pipeline(m, 50, NULL) FROM (VALUES (monetary(1, 'EUR')), (NULL), (monetary(1, 'USD'))) AS d (m);
SELECT rollup(s) FROM (SELECT summarize_pipeline(monetary(1, 'EUR'), 50, NULL) UNION ALL SELECT summarize_pipeline(1, 50, NULL)) AS d (s);

-- Whole numbers beyond 2^53 stay exact in every aggregate, whatever the type of the probability.
CREATE TABLE large AS SELECT 9007199254740993::bigint AS amount, 100::double precision AS percent_double, 100::numeric AS percent_numeric, 100 AS percent_integer;
SELECT weighted_value(amount, percent_double) AS double, weighted_value(amount, percent_numeric) AS numeric, weighted_value(amount, percent_integer) AS integer,
	weighted_value(9007199254740993, 100) AS literals, weighted_value(9007199254740993, '100') AS half_literal FROM large;
SELECT open_value(summarize_pipeline(amount, percent_double, NULL)) AS double, open_value(summarize_pipeline(amount, percent_numeric, NULL)) AS numeric,
	open_value(summarize_pipeline(amount, percent_integer, NULL)) AS integer, won_value(summarize_pipeline(amount, percent_double, true, date '2024-01-01', date '2024-02-01')) AS date,
	won_value(summarize_pipeline(amount, percent_double, true, timestamp '2024-01-01', timestamp '2024-02-01')) AS timestamp,
	won_value(summarize_pipeline(amount, percent_double, true, timestamptz '2024-01-01', timestamptz '2024-02-01')) AS timestamptz FROM large;

-- rollup is a word of GROUP BY, and a function elsewhere.
SELECT open_count(rollup(s)), open_value(rollup(s)) FROM expected, generate_series(1, 2);

-- A double is the decimal it prints as, a real the one it was written as to six decimals.
SELECT open_value(summarize_pipeline(0.1::float8 + 0.2::float8, 50, NULL)) AS sum_of_doubles,
	open_value(summarize_pipeline((-1234567890.1)::float8, 50, NULL)) AS negative, open_value(summarize_pipeline(1e12::float8 + 0.01, 50, NULL)) AS large,
	open_value(summarize_pipeline(123456789012345678::float8, 50, NULL)) AS integers_stay, open_value(summarize_pipeline(100 / 3.0::float8, 50, NULL)) AS third,
	open_value(summarize_pipeline(0.1::real, 50, NULL)) AS real, open_value(summarize_pipeline(0.9999999::float8, 50, NULL)) AS carried,
	open_value(summarize_pipeline(-0.0::float8, 50, NULL)) AS zero;

-- Probabilities are rounded to six decimals, of either type alike.
SELECT weighted_value(1000000, 33.3333334) AS down, weighted_value(1000000, 33.3333335) AS half_up, weighted_value(1000000, 33.3333335::float8) AS double,
	weighted_value(1000000, 1e-7) AS nothing, weighted_value(1000000, 99.9999999) AS all_of_it;

-- Ties beyond six decimals go as round(x::numeric, 6) goes: where the double lies beside the tie, the decimal that it prints as is what counts.
-- The digits of an integer part beyond 15 stay.
SELECT x, open_value(summarize_pipeline(x, 50, NULL)) AS amount, round(x::numeric, 6) AS rounded
FROM unnest('{100.0000005, 1.0000005, -1.0000015, 12345678.12345649999, 0.0000005, -4.99999999999e-7, 99999999999999.5, 1234567890123456.5}'::float8[]) AS x GROUP BY x ORDER BY x;
SELECT count(*) AS numbers, count(*) FILTER (WHERE open_value(s) <> round(x::numeric, 6)) AS wrong_amounts,
	count(*) FILTER (WHERE weighted_value(p) <> round((x / 10 ^ digits)::numeric, 6)) AS wrong_probabilities
FROM (SELECT x, digits, summarize_pipeline(x, 50, NULL) AS s, summarize_pipeline(100::float8, x / 10 ^ digits, NULL) AS p
	FROM (SELECT (i * 7919 + 0.5 + (i % 3 - 1) * 1e-9) * 1e-6 * 10 ^ (i % 5) AS x, greatest(ceil(log((i * 7919 + 1) * 1e-6 * 10 ^ (i % 5))) - 1, 0) AS digits
		FROM generate_series(1, 2000) AS i) AS n GROUP BY x, digits) AS q;
SELECT weighted_value(100.0, 33.33333349999999999999) AS below, weighted_value(100.0, 33.3333335) AS tie, weighted_value(100.0, 0.0000004999999999999999999) AS nothing,
	weighted_value(100::float8, 33.3333335::float8) AS tie_double, weighted_value(100::float8, 1.0000005::float8) AS other_tie;

-- DISTINCT, ORDER BY and FILTER in the call.
SELECT open_value(summarize_pipeline(DISTINCT amount_numeric, percent_double, won)) AS distinct_deals,
	open_value(summarize_pipeline(amount_numeric, percent_double, won ORDER BY amount_numeric)) AS ordered,
	open_value(summarize_pipeline(amount_numeric, percent_double, won) FILTER (WHERE won)) AS filtered
FROM deals, generate_series(1, 2);

-- Dates, and timestamps without time zone, are counted on the wall: a change of clocks between them does not show.
SET timezone = 'Europe/Rome';
SELECT average_cycle(summarize_pipeline(1, 50, true, date '2024-03-30', date '2024-04-01')) AS date,
	average_cycle(summarize_pipeline(1, 50, true, date '2024-03-30', NULL)) AS unclosed,
	average_cycle(summarize_pipeline(1, 50, true, timestamp '2024-03-30', timestamp '2024-04-01')) AS timestamp,
	average_cycle(summarize_pipeline(1, 50, true, date '2024-03-30', timestamp '2024-04-01')) AS mixed,
	average_cycle(summarize_pipeline(1, 50, true, timestamptz '2024-03-30', timestamptz '2024-04-01')) AS timestamptz,
	average_cycle(summarize_pipeline(1, 50, true, '2024-03-30', '2024-04-01')) AS untyped;
RESET timezone;
-- The far ends of the calendar: infinite dates are missing ones, a date no timestamp can hold is refused as its cast is.
SELECT average_cycle(summarize_pipeline(1, 50, true, o, c)) FROM (VALUES
	(date '4713-01-01 BC', date '294276-12-31'), ('-infinity', '2024-01-01'), ('2024-01-01', 'infinity')) AS d (o, c);
SELECT summarize_pipeline(1, 50, true, date '2024-01-01', date '5874897-12-31');

SET client_min_messages = warning;
DROP SCHEMA pipeline_calls CASCADE;
