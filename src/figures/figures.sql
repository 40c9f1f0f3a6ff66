-- What a summary says: accessors, one row of figures, warnings.

CREATE FUNCTION opportunity.open_count(summary opportunity.pipeline_summary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'opp_open_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.open_count(opportunity.pipeline_summary) IS 'Open deals.';

CREATE FUNCTION opportunity.won_count(summary opportunity.pipeline_summary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'opp_won_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.won_count(opportunity.pipeline_summary) IS 'Won deals.';

CREATE FUNCTION opportunity.lost_count(summary opportunity.pipeline_summary) RETURNS bigint
	AS 'MODULE_PATHNAME', 'opp_lost_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.lost_count(opportunity.pipeline_summary) IS 'Lost deals.';

CREATE FUNCTION opportunity.open_value(summary opportunity.pipeline_summary) RETURNS numeric
	AS 'MODULE_PATHNAME', 'opp_open_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.open_value(opportunity.pipeline_summary) IS 'Sum of the amounts of open deals, exact; 0 without any.';

CREATE FUNCTION opportunity.won_value(summary opportunity.pipeline_summary) RETURNS numeric
	AS 'MODULE_PATHNAME', 'opp_won_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.won_value(opportunity.pipeline_summary) IS 'Sum of the amounts of won deals, exact; 0 without any.';

CREATE FUNCTION opportunity.lost_value(summary opportunity.pipeline_summary) RETURNS numeric
	AS 'MODULE_PATHNAME', 'opp_lost_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.lost_value(opportunity.pipeline_summary) IS 'Sum of the amounts of lost deals, exact; 0 without any.';

CREATE FUNCTION opportunity.weighted_value(summary opportunity.pipeline_summary) RETURNS numeric
	AS 'MODULE_PATHNAME', 'opp_weighted_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.weighted_value(opportunity.pipeline_summary) IS 'Each open deal''s amount times its own probability, summed exactly, not rounded; 0 without open deals.';

CREATE FUNCTION opportunity.average_deal(summary opportunity.pipeline_summary) RETURNS numeric
	AS 'MODULE_PATHNAME', 'opp_average_deal' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.average_deal(opportunity.pipeline_summary) IS 'Mean amount of the won deals that have one, like avg(amount); NULL without any.';

CREATE FUNCTION opportunity.win_rate(summary opportunity.pipeline_summary, by text DEFAULT 'count') RETURNS numeric
	AS 'MODULE_PATHNAME', 'opp_win_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.win_rate(opportunity.pipeline_summary, text) IS 'Won in percent of won and lost, by ''count'' of deals or by their ''value''; NULL when nothing is closed or, by value, when won or lost value is negative or both are 0. Errors: 22023 for another word.';

CREATE FUNCTION opportunity.win_rate_interval(
	summary opportunity.pipeline_summary,
	confidence double precision DEFAULT 95,
	OUT low numeric,
	OUT high numeric
) RETURNS record
	AS 'MODULE_PATHNAME', 'opp_win_rate_interval' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.win_rate_interval(opportunity.pipeline_summary, double precision) IS 'Wilson''s interval for the win rate by count, in percent: of 3 won and 1 lost the rate is 75, and with a confidence of 95 percent the chance behind it lies between 30 and 95. NULLs when nothing is closed. Errors: 22003 for a confidence not between 0 and 100.';

CREATE FUNCTION opportunity.cohort_win_rate(summary opportunity.pipeline_summary) RETURNS numeric
	AS 'MODULE_PATHNAME', 'opp_cohort_win_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.cohort_win_rate(opportunity.pipeline_summary) IS 'Won in percent of all deals, open ones too: for deals that were opened in the same month, say. Until all are closed it is below win_rate. NULL without deals.';

CREATE FUNCTION opportunity.average_cycle(summary opportunity.pipeline_summary) RETURNS interval
	AS 'MODULE_PATHNAME', 'opp_average_cycle' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.average_cycle(opportunity.pipeline_summary) IS 'Mean time from opened to closed of the won deals that have both, in days of 24 hours and time, to the microsecond; NULL without any.';

CREATE FUNCTION opportunity.sales_velocity(summary opportunity.pipeline_summary) RETURNS numeric
	AS 'MODULE_PATHNAME', 'opp_sales_velocity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.sales_velocity(opportunity.pipeline_summary) IS 'Revenue per day the pipeline moves at: open_count x average_deal x win_rate / 100 / average cycle in days. NULL when one of the four is, or when the cycle is not above 0.';

CREATE FUNCTION opportunity.coverage(summary opportunity.pipeline_summary, quota numeric) RETURNS numeric
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN quota > 0 AND quota < 'Infinity'::numeric THEN opportunity.open_value(summary) / quota END;
COMMENT ON FUNCTION opportunity.coverage(opportunity.pipeline_summary, numeric) IS 'How many times the open value is the quota; NULL for a quota that is not a finite number above 0.';

CREATE FUNCTION opportunity.remaining_coverage(summary opportunity.pipeline_summary, quota numeric) RETURNS numeric
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN quota > opportunity.won_value(summary) AND quota < 'Infinity'::numeric THEN opportunity.open_value(summary) / (quota - opportunity.won_value(summary)) END;
COMMENT ON FUNCTION opportunity.remaining_coverage(opportunity.pipeline_summary, numeric) IS 'How many times the open value is what the won value leaves of the quota; NULL when nothing is left, and for a quota that is not finite.';

CREATE FUNCTION opportunity.quota_attainment(summary opportunity.pipeline_summary, quota numeric) RETURNS numeric
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN CASE WHEN quota > 0 AND quota < 'Infinity'::numeric THEN 100 * opportunity.won_value(summary) / quota END;
COMMENT ON FUNCTION opportunity.quota_attainment(opportunity.pipeline_summary, numeric) IS 'Won value in percent of the quota; NULL for a quota that is not a finite number above 0.';

CREATE FUNCTION opportunity.pipeline_figures(
	summary opportunity.pipeline_summary,
	OUT currency text,
	OUT open_count bigint,
	OUT won_count bigint,
	OUT lost_count bigint,
	OUT open_value numeric,
	OUT won_value numeric,
	OUT lost_value numeric,
	OUT weighted_value numeric,
	OUT average_deal numeric,
	OUT win_rate numeric,
	OUT win_rate_low numeric,
	OUT win_rate_high numeric,
	OUT win_rate_by_value numeric,
	OUT cohort_win_rate numeric,
	OUT average_cycle interval,
	OUT average_cycle_days numeric,
	OUT sales_velocity numeric,
	OUT count_without_amount bigint,
	OUT open_without_probability bigint
) RETURNS record
	AS 'MODULE_PATHNAME', 'opp_pipeline_figures' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.pipeline_figures(opportunity.pipeline_summary) IS 'One row with every figure, under the names of the accessors; the cycle also as a number of days; rates in percent, the interval of the win rate with a confidence of 95 percent; currency NULL for plain numbers. The four inputs of sales_velocity are open_count, average_deal, win_rate and average_cycle_days.';

CREATE FUNCTION opportunity.warnings(summary opportunity.pipeline_summary) RETURNS text[]
	AS 'MODULE_PATHNAME', 'opp_warnings' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.warnings(opportunity.pipeline_summary) IS 'What in the deals makes figures doubtful: probabilities that look like fractions, missing amounts, probabilities and dates, deals closed before they were opened, a forecast that a few deals dominate. An empty array when nothing does.';
