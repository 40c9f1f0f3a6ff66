-- What a summary says: accessors, one row of figures, warnings; and the one-shot
-- aggregates for a single question.

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

CREATE FUNCTION opportunity.average_cycle(summary opportunity.pipeline_summary) RETURNS interval
	AS 'MODULE_PATHNAME', 'opp_average_cycle' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.average_cycle(opportunity.pipeline_summary) IS 'Mean time from opened to closed of the won deals that have both, in days of 24 hours and time, to the microsecond; NULL without any.';

CREATE FUNCTION opportunity.sales_velocity(summary opportunity.pipeline_summary) RETURNS numeric
	AS 'MODULE_PATHNAME', 'opp_sales_velocity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.sales_velocity(opportunity.pipeline_summary) IS 'Revenue per day the pipeline moves at: open_count x average_deal x win_rate / 100 / average cycle in days. NULL when one of the four is, or when the cycle is not above 0.';

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
	OUT win_rate_by_value numeric,
	OUT average_cycle interval,
	OUT average_cycle_days numeric,
	OUT sales_velocity numeric,
	OUT count_without_amount bigint,
	OUT open_without_probability bigint
) RETURNS record
	AS 'MODULE_PATHNAME', 'opp_pipeline_figures' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.pipeline_figures(opportunity.pipeline_summary) IS 'One row with every figure, under the names of the accessors; the cycle also as a number of days; rates in percent; currency NULL for plain numbers. The four inputs of sales_velocity are open_count, average_deal, win_rate and average_cycle_days.';

CREATE FUNCTION opportunity.warnings(summary opportunity.pipeline_summary) RETURNS text[]
	AS 'MODULE_PATHNAME', 'opp_warnings' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.warnings(opportunity.pipeline_summary) IS 'What in the deals makes figures doubtful: probabilities that look like fractions, missing amounts, probabilities and dates, deals closed before they were opened, a forecast that a few deals dominate. An empty array when nothing does.';

CREATE FUNCTION opportunity.is_won(
	status text,
	won text[] DEFAULT '{won,"closed won",closed_won,closed-won,closedwon}',
	lost text[] DEFAULT '{lost,"closed lost",closed_lost,closed-lost,closedlost}'
) RETURNS boolean
	AS 'MODULE_PATHNAME', 'opp_is_won' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.is_won(text, text[], text[]) IS 'true when the status is one of the words in won, false when one of those in lost, NULL - open - otherwise. The case of the letters A to Z and blanks around do not matter. NULL for a NULL argument. Errors: 22023 for a word in both lists.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount numeric, probability double precision) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, numeric, double precision) IS 'Transition function of weighted_value: adds one open deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount numeric, probability double precision) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, numeric, double precision) IS 'Inverse transition function of weighted_value: takes one open deal away. Errors: 22003 when it cannot be in the summary.';

CREATE AGGREGATE opportunity.weighted_value(amount numeric, probability double precision) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	FINALFUNC = opportunity.weighted_value, COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MFINALFUNC = opportunity.weighted_value, MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.weighted_value(numeric, double precision) IS 'Amounts times their own probabilities (percent 0-100, to six decimals), summed exactly, not rounded; NULL counts as 0. No rows give 0. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount numeric, probability numeric) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_numeric_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, numeric, numeric) IS 'Transition function of weighted_value: adds one open deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount numeric, probability numeric) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_numeric_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, numeric, numeric) IS 'Inverse transition function of weighted_value: takes one open deal away. Errors: 22003 when it cannot be in the summary.';

CREATE AGGREGATE opportunity.weighted_value(amount numeric, probability numeric) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	FINALFUNC = opportunity.weighted_value, COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MFINALFUNC = opportunity.weighted_value, MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.weighted_value(numeric, numeric) IS 'Amounts times their own probabilities (percent 0-100, to six decimals), summed exactly, not rounded; NULL counts as 0. No rows give 0. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount bigint, probability double precision) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, bigint, double precision) IS 'Transition function of weighted_value: adds one open deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount bigint, probability double precision) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, bigint, double precision) IS 'Inverse transition function of weighted_value: takes one open deal away. Errors: 22003 when it cannot be in the summary.';

CREATE AGGREGATE opportunity.weighted_value(amount bigint, probability double precision) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	FINALFUNC = opportunity.weighted_value, COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MFINALFUNC = opportunity.weighted_value, MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.weighted_value(bigint, double precision) IS 'Amounts times their own probabilities (percent 0-100, to six decimals), summed exactly, not rounded; NULL counts as 0. No rows give 0. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount double precision, probability double precision) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_double' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, double precision, double precision) IS 'Transition function of weighted_value: adds one open deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount double precision, probability double precision) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_double' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, double precision, double precision) IS 'Inverse transition function of weighted_value: takes one open deal away. Errors: 22003 when it cannot be in the summary.';

CREATE AGGREGATE opportunity.weighted_value(amount double precision, probability double precision) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	FINALFUNC = opportunity.weighted_value, COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MFINALFUNC = opportunity.weighted_value, MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.weighted_value(double precision, double precision) IS 'Amounts times their own probabilities (percent 0-100, to six decimals), summed exactly, not rounded; NULL counts as 0. No rows give 0. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, won boolean) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_outcome' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, boolean) IS 'Transition function of win_rate: counts one deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, won boolean) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_outcome' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, boolean) IS 'Inverse transition function of win_rate: takes one deal away. Errors: 22003 when it cannot be in the summary.';

CREATE FUNCTION opportunity.win_rate_by_count(summary opportunity.pipeline_summary) RETURNS numeric
	AS 'MODULE_PATHNAME', 'opp_win_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.win_rate_by_count(opportunity.pipeline_summary) IS 'Final function of the aggregate win_rate.';

CREATE AGGREGATE opportunity.win_rate(won boolean) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	FINALFUNC = opportunity.win_rate_by_count, COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MFINALFUNC = opportunity.win_rate_by_count, MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.win_rate(boolean) IS 'Won in percent of won and lost deals; NULL - an open deal - is left out. NULL when nothing is closed.';
