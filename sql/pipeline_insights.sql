-- deal_insights: what deserves attention in one deal.
CREATE SCHEMA pipeline_insights;
SET search_path = pipeline_insights, opportunity;
SET timezone = 'UTC';

-- Everything at once, gravest first; a deal in order; a call that asks nothing.
SELECT * FROM deal_insights('2026-06-01', '2026-05-20', '2026-04-01', 30, 3, 1000, 0, 0, 2, as_of => '2026-06-10');
SELECT * FROM deal_insights('2026-09-01', '2026-06-09', '2026-06-01', 30, 2, 1000, 3, 1, 0, as_of => '2026-06-10');
SELECT * FROM deal_insights();

-- Boundaries, on 10 June. Close date: passed from the day after; near on the day itself and up to fourteen days ahead.
SELECT close_date, i.* FROM unnest('{2026-06-08, 2026-06-09, 2026-06-10, 2026-06-11, 2026-06-24, 2026-06-25, infinity, -infinity, NULL}'::date[]) AS close_date
  LEFT JOIN LATERAL deal_insights(close_date, as_of => '2026-06-10 12:00') AS i ON true;
SELECT close_date, i.kind, days FROM unnest('{2026-06-10, 2026-06-11}'::date[]) AS close_date
  LEFT JOIN LATERAL deal_insights(close_date, close_within_days => 0, as_of => '2026-06-10 12:00') AS i ON true;
SELECT count(*) AS near FROM deal_insights('2026-06-10', close_within_days => NULL, as_of => '2026-06-10');

-- No activity: from the fourteenth day on; what lies ahead is activity.
SELECT last_activity, i.* FROM unnest('{2026-05-26 00:00, 2026-05-27 23:59, 2026-05-28, 2026-06-10, 2026-07-01, -infinity, NULL}'::timestamp[]) AS last_activity
  LEFT JOIN LATERAL deal_insights(last_activity => last_activity AT TIME ZONE 'UTC', as_of => '2026-06-10 00:01') AS i ON true;
SELECT last_activity, days FROM unnest('{2026-06-09 23:59, 2026-06-10, 2026-06-10 12:00}'::timestamptz[]) AS last_activity
  LEFT JOIN LATERAL deal_insights(last_activity => last_activity, inactive_days => 0, as_of => '2026-06-10 12:00') AS i ON true;

-- Rotting: after more than so many days; 0 days is never, as is a stage without a limit.
SELECT rotting_days, i.* FROM unnest('{29, 30, 31, 1, 0, NULL}'::int[]) AS rotting_days
  LEFT JOIN LATERAL deal_insights(stage_entered => '2026-05-11', rotting_days => rotting_days, as_of => '2026-06-10') AS i ON true;
SELECT count(*) FROM deal_insights(rotting_days => 5, as_of => '2026-06-10');

-- Pushed more than twice; amounts without lines; people.
SELECT pushes, i.* FROM unnest('{0, 2, 3}'::int[]) AS pushes LEFT JOIN LATERAL deal_insights(pushes => pushes) AS i ON true;
SELECT message FROM deal_insights(pushes => 1, max_pushes => 0);
SELECT amount, line_count, i.kind, message FROM unnest('{100, 0, -5, NULL, 100, 100, NaN}'::numeric[], '{0, 0, 0, 0, 1, NULL, 0}'::int[]) AS d (amount, line_count)
  LEFT JOIN LATERAL deal_insights(amount => amount, line_count => line_count) AS i ON true;
SELECT n, i.kind, severity, message FROM unnest('{0, 1, 2, NULL}'::int[]) AS n
  LEFT JOIN LATERAL deal_insights(decision_maker_count => n, competitor_count => n) AS i ON true;

-- Days are those of the time zone: late on the 9th in New York it is the 10th in Rome. The session's is taken when none is named.
SELECT zone, i.kind, days FROM unnest('{America/New_York, Europe/Rome, +05}'::text[]) AS zone
  LEFT JOIN LATERAL deal_insights('2026-06-09', as_of => '2026-06-10 01:00+00', time_zone => zone) AS i ON true;
SET timezone = 'America/New_York';
SELECT i.kind, days FROM deal_insights('2026-06-09', as_of => '2026-06-10 01:00+00') AS i;
-- The night in which clocks go forward has 23 hours and is a day.
SELECT days FROM deal_insights(last_activity => '2026-03-07 23:30', inactive_days => 1, as_of => '2026-03-08 00:30');
SELECT days FROM deal_insights(last_activity => '2026-03-08 00:30', inactive_days => 1, as_of => '2026-03-09 00:00');
RESET timezone;

-- Over a table, and with columns of the usual types; without an instant the result is about now.
CREATE TABLE deals (id integer, close_date date, touched timestamp, entered date, lines bigint, people smallint, amount numeric(12,2));
INSERT INTO deals VALUES (1, '2026-01-01', '2026-01-01', '2026-01-01', 0, 0, 10), (2, '2026-12-01', '2026-06-09', '2026-06-09', 2, 1, 20), (3, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT id, i.kind, days FROM deals AS d,
	deal_insights(d.close_date, last_activity => d.touched, stage_entered => d.entered, rotting_days => 7, amount => d.amount,
		line_count => d.lines, decision_maker_count => d.people, as_of => '2026-06-10') AS i ORDER BY id, kind;
SELECT i.kind FROM deal_insights(current_date - 1) AS i;
SELECT i.kind, days FROM deal_insights('4713-01-01 BC', '4713-01-01 BC', as_of => '294276-12-30') AS i;
SELECT count(*) FROM deal_insights('5874897-12-31', as_of => '4713-01-02 BC');

-- Errors.
CREATE FUNCTION try(call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT * FROM ' || call;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN concat_ws(' | ', SQLSTATE, SQLERRM);
END $$;
SELECT call, try(call) FROM unnest(ARRAY[
	'deal_insights(rotting_days => -1)', 'deal_insights(pushes => -1)', 'deal_insights(line_count => -1)', 'deal_insights(decision_maker_count => -1)',
	'deal_insights(competitor_count => -9223372036854775808)', 'deal_insights(close_within_days => -1)', 'deal_insights(inactive_days => -1)', 'deal_insights(max_pushes => -1)',
	'deal_insights(pushes => 9223372036854775807)',
	'deal_insights(as_of => NULL)', 'deal_insights(time_zone => NULL)', 'deal_insights(as_of => ''infinity'')', 'deal_insights(time_zone => ''Nowhere'')']) AS call;

SET client_min_messages = warning;
DROP SCHEMA pipeline_insights CASCADE;
