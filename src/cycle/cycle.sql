-- How long deals take to close.

CREATE TYPE opportunity.cycle_summary;

CREATE FUNCTION opportunity.cycle_summary_in(cstring) RETURNS opportunity.cycle_summary
	AS 'MODULE_PATHNAME', 'opp_cycle_summary_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.cycle_summary_in(cstring) IS 'Input of cycle_summary: JSON with all keys there. Errors: 22P02.';

CREATE FUNCTION opportunity.cycle_summary_out(opportunity.cycle_summary) RETURNS cstring
	AS 'MODULE_PATHNAME', 'opp_cycle_summary_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.cycle_summary_out(opportunity.cycle_summary) IS 'Output of cycle_summary: JSON, lossless.';

CREATE FUNCTION opportunity.cycle_summary_recv(internal) RETURNS opportunity.cycle_summary
	AS 'MODULE_PATHNAME', 'opp_cycle_summary_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.cycle_summary_recv(internal) IS 'Binary input of cycle_summary. Errors: 22P03.';

CREATE FUNCTION opportunity.cycle_summary_send(opportunity.cycle_summary) RETURNS bytea
	AS 'MODULE_PATHNAME', 'opp_cycle_summary_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.cycle_summary_send(opportunity.cycle_summary) IS 'Binary output of cycle_summary: version byte and all that the text form has, big-endian.';

CREATE TYPE opportunity.cycle_summary (
	INPUT = opportunity.cycle_summary_in,
	OUTPUT = opportunity.cycle_summary_out,
	RECEIVE = opportunity.cycle_summary_recv,
	SEND = opportunity.cycle_summary_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE opportunity.cycle_summary IS 'How long deals took that were won and lost, and how long those have taken that are open: mergeable, with no trace of order or grouping. At most 8192 different times each are kept: beyond, they are rounded down to seconds, minutes, hours, days or multiples of days, the finest that keep to that; sums stay exact. The text form is JSON, times in microseconds.';

CREATE FUNCTION opportunity.cycle_summary_eq(opportunity.cycle_summary, opportunity.cycle_summary) RETURNS boolean
	AS 'byteaeq' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.cycle_summary_eq(opportunity.cycle_summary, opportunity.cycle_summary) IS 'The same counts and sums.';

CREATE FUNCTION opportunity.cycle_summary_ne(opportunity.cycle_summary, opportunity.cycle_summary) RETURNS boolean
	AS 'byteane' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.cycle_summary_ne(opportunity.cycle_summary, opportunity.cycle_summary) IS 'Some count or sum differs.';

CREATE OPERATOR opportunity.= (
	LEFTARG = opportunity.cycle_summary, RIGHTARG = opportunity.cycle_summary,
	FUNCTION = opportunity.cycle_summary_eq,
	COMMUTATOR = OPERATOR(opportunity.=), NEGATOR = OPERATOR(opportunity.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel
);
COMMENT ON OPERATOR opportunity.= (opportunity.cycle_summary, opportunity.cycle_summary) IS 'The same counts and sums.';

CREATE OPERATOR opportunity.<> (
	LEFTARG = opportunity.cycle_summary, RIGHTARG = opportunity.cycle_summary,
	FUNCTION = opportunity.cycle_summary_ne,
	COMMUTATOR = OPERATOR(opportunity.<>), NEGATOR = OPERATOR(opportunity.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR opportunity.<> (opportunity.cycle_summary, opportunity.cycle_summary) IS 'Some count or sum differs.';

CREATE FUNCTION opportunity.merge_cycles(a opportunity.cycle_summary, b opportunity.cycle_summary) RETURNS opportunity.cycle_summary
	AS 'MODULE_PATHNAME', 'opp_cycle_merge' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.merge_cycles(opportunity.cycle_summary, opportunity.cycle_summary) IS 'The cycles of the deals of both; NULL stands for no deals, and for NULL and NULL the result is NULL.';

CREATE FUNCTION opportunity.cycle_add(summary opportunity.cycle_summary, opened timestamp with time zone, closed timestamp with time zone, won boolean, as_of timestamp with time zone) RETURNS opportunity.cycle_summary
	AS 'MODULE_PATHNAME', 'opp_cycle_add_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.cycle_add(opportunity.cycle_summary, timestamp with time zone, timestamp with time zone, boolean, timestamp with time zone) IS 'Transition function of summarize_cycle: adds one deal. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_cycle(opened timestamp with time zone, closed timestamp with time zone, won boolean, as_of timestamp with time zone) (
	SFUNC = opportunity.cycle_add, STYPE = opportunity.cycle_summary, INITCOND = '{"version": 1, "left_out": 0, "won": {"deals": 0, "sum": 0, "unit": 1, "counts": []}, "lost": {"deals": 0, "sum": 0, "unit": 1, "counts": []}, "open": {"deals": 0, "sum": 0, "unit": 1, "counts": []}}',
	COMBINEFUNC = opportunity.merge_cycles,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_cycle(timestamp with time zone, timestamp with time zone, boolean, timestamp with time zone) IS 'How long deals take to close, as it was known at as_of. won: NULL while open; an open deal, and one that was closed after as_of, counts as having taken longer than until as_of; one that was opened after as_of is not there yet. Left out, and counted so, are deals without opened or as_of, closed ones without closed or closed before they were opened; infinite times are not known. No rows give the empty summary. Errors: 22008 for a date beyond the range of timestamps.';

CREATE FUNCTION opportunity.cycle_add(summary opportunity.cycle_summary, opened timestamp without time zone, closed timestamp without time zone, won boolean, as_of timestamp without time zone) RETURNS opportunity.cycle_summary
	AS 'MODULE_PATHNAME', 'opp_cycle_add_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.cycle_add(opportunity.cycle_summary, timestamp without time zone, timestamp without time zone, boolean, timestamp without time zone) IS 'Transition function of summarize_cycle: adds one deal. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_cycle(opened timestamp without time zone, closed timestamp without time zone, won boolean, as_of timestamp without time zone) (
	SFUNC = opportunity.cycle_add, STYPE = opportunity.cycle_summary, INITCOND = '{"version": 1, "left_out": 0, "won": {"deals": 0, "sum": 0, "unit": 1, "counts": []}, "lost": {"deals": 0, "sum": 0, "unit": 1, "counts": []}, "open": {"deals": 0, "sum": 0, "unit": 1, "counts": []}}',
	COMBINEFUNC = opportunity.merge_cycles,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_cycle(timestamp without time zone, timestamp without time zone, boolean, timestamp without time zone) IS 'How long deals take to close, as it was known at as_of. won: NULL while open; an open deal, and one that was closed after as_of, counts as having taken longer than until as_of; one that was opened after as_of is not there yet. Left out, and counted so, are deals without opened or as_of, closed ones without closed or closed before they were opened; infinite times are not known. No rows give the empty summary. Errors: 22008 for a date beyond the range of timestamps.';

CREATE FUNCTION opportunity.cycle_add(summary opportunity.cycle_summary, opened date, closed date, won boolean, as_of date) RETURNS opportunity.cycle_summary
	AS 'MODULE_PATHNAME', 'opp_cycle_add_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.cycle_add(opportunity.cycle_summary, date, date, boolean, date) IS 'Transition function of summarize_cycle: adds one deal. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_cycle(opened date, closed date, won boolean, as_of date) (
	SFUNC = opportunity.cycle_add, STYPE = opportunity.cycle_summary, INITCOND = '{"version": 1, "left_out": 0, "won": {"deals": 0, "sum": 0, "unit": 1, "counts": []}, "lost": {"deals": 0, "sum": 0, "unit": 1, "counts": []}, "open": {"deals": 0, "sum": 0, "unit": 1, "counts": []}}',
	COMBINEFUNC = opportunity.merge_cycles,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_cycle(date, date, boolean, date) IS 'How long deals take to close, as it was known at as_of. won: NULL while open; an open deal, and one that was closed after as_of, counts as having taken longer than until as_of; one that was opened after as_of is not there yet. Left out, and counted so, are deals without opened or as_of, closed ones without closed or closed before they were opened; infinite times are not known. No rows give the empty summary. Errors: 22008 for a date beyond the range of timestamps.';

CREATE AGGREGATE opportunity.rollup(summary opportunity.cycle_summary) (
	SFUNC = opportunity.merge_cycles, STYPE = opportunity.cycle_summary, INITCOND = '{"version": 1, "left_out": 0, "won": {"deals": 0, "sum": 0, "unit": 1, "counts": []}, "lost": {"deals": 0, "sum": 0, "unit": 1, "counts": []}, "open": {"deals": 0, "sum": 0, "unit": 1, "counts": []}}',
	COMBINEFUNC = opportunity.merge_cycles,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.rollup(opportunity.cycle_summary) IS 'The cycles of all the deals in stored summaries; NULLs are skipped; no rows give the empty summary.';

CREATE FUNCTION opportunity.cycle_quantile(summary opportunity.cycle_summary, q double precision DEFAULT 0.5, outcome text DEFAULT 'closed') RETURNS interval
	AS 'MODULE_PATHNAME', 'opp_cycle_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.cycle_quantile(opportunity.cycle_summary, double precision, text) IS 'The time within which a share q (above 0, at most 1) of all deals closes, 0.5 for the median, in days of 24 hours; open deals count by the method of Kaplan and Meier. With outcome won or lost: within which that share of all deals, however they end, is won or lost (Aalen and Johansen). NULL where the deals known do not reach that share. Errors: 22003 for q, 22023 for another outcome.';

CREATE FUNCTION opportunity.close_probability(summary opportunity.cycle_summary, days double precision, outcome text DEFAULT 'closed') RETURNS numeric
	AS 'MODULE_PATHNAME', 'opp_close_probability' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.close_probability(opportunity.cycle_summary, double precision, text) IS 'The chance, in percent, that a deal closes within so many days of 24 hours from its opening, or that it is won or lost within them: won and lost add up to closed. NULL without deals and for more days than the longest open deal has taken, when no deal tells. Errors: 22003 for a negative number of days, 22023 for another outcome.';

CREATE FUNCTION opportunity.average_closed_cycle(summary opportunity.cycle_summary, outcome text DEFAULT 'closed') RETURNS interval
	AS 'MODULE_PATHNAME', 'opp_average_closed_cycle' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.average_closed_cycle(opportunity.cycle_summary, text) IS 'The mean time that closed deals took, or those won or lost: what is usually called the cycle. It leaves out the deals that take long and are open for that reason, and is too short; cycle_quantile is not. NULL without such deals. Errors: 22023 for another outcome.';

CREATE FUNCTION opportunity.cycle_steps(
	summary opportunity.cycle_summary,
	confidence double precision DEFAULT 95,
	OUT took interval,
	OUT at_risk bigint,
	OUT won bigint,
	OUT lost bigint,
	OUT still_open bigint,
	OUT closed_percent numeric,
	OUT closed_low numeric,
	OUT closed_high numeric,
	OUT won_percent numeric,
	OUT lost_percent numeric
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'opp_cycle_steps' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION opportunity.cycle_steps(opportunity.cycle_summary, double precision) IS 'The curve as rows, one for each time that a deal took. at_risk: deals that took at least as long; won, lost: deals that closed then; still_open: deals that were looked at last then. closed_percent: the chance to be closed by then (Kaplan and Meier), with bounds at that confidence by Greenwood''s variance of the log-log; NULL while none and once all are closed. won_percent, lost_percent: its parts. Errors: 22003 for a confidence not between 0 and 100.';
