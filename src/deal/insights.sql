-- Insights: what deserves attention in one deal.
CREATE FUNCTION opportunity.deal_insights(
	close_date date DEFAULT NULL, last_activity timestamptz DEFAULT NULL, stage_entered timestamptz DEFAULT NULL, rotting_days bigint DEFAULT NULL,
	pushes bigint DEFAULT NULL, amount numeric DEFAULT NULL, line_count bigint DEFAULT NULL,
	decision_maker_count bigint DEFAULT NULL, competitor_count bigint DEFAULT NULL,
	as_of timestamptz DEFAULT pg_catalog.now(), time_zone text DEFAULT pg_catalog.current_setting('TimeZone'),
	close_within_days bigint DEFAULT 14, inactive_days bigint DEFAULT 14, max_pushes bigint DEFAULT 2,
	OUT kind text, OUT severity text, OUT days integer, OUT message text) RETURNS SETOF record
	LANGUAGE c IMMUTABLE PARALLEL SAFE ROWS 2
	AS 'MODULE_PATHNAME', 'opp_deal_insights';
COMMENT ON FUNCTION opportunity.deal_insights(date, timestamptz, timestamptz, bigint, bigint, numeric, bigint, bigint, bigint, timestamptz, text, bigint, bigint, bigint) IS
'What deserves attention in an open deal, a row each, gravest first: close_date_passed (before today; severity high); close_date_near (today to close_within_days from it), rotting (in its stage for more than rotting_days; 0 is never), no_activity (last_activity is inactive_days ago or more), pushed (pushes are more than max_pushes), no_decision_maker (decision_maker_count is 0; all medium); no_lines (an amount other than 0 and a line_count of 0), competitor (competitor_count above 0; both low). An argument that is NULL or left out, or an infinite date, leaves out its insight. Today is the day of as_of in time_zone, and days are days of that calendar; days is NULL where there are none to count. Negative counts: 22003; a NULL as_of or time_zone: 22004; an infinite as_of: 22008.';
