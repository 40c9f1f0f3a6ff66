-- How far deals came along a list of stages, and how long each took (C: funnel*.c).

CREATE TYPE opportunity.funnel_summary;

CREATE FUNCTION opportunity.funnel_summary_in(cstring) RETURNS opportunity.funnel_summary
	AS 'MODULE_PATHNAME', 'opp_funnel_summary_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.funnel_summary_in(cstring) IS 'Input of funnel_summary: JSON with all keys there. Errors: 22P02.';

CREATE FUNCTION opportunity.funnel_summary_out(opportunity.funnel_summary) RETURNS cstring
	AS 'MODULE_PATHNAME', 'opp_funnel_summary_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.funnel_summary_out(opportunity.funnel_summary) IS 'Output of funnel_summary: JSON, lossless.';

CREATE FUNCTION opportunity.funnel_summary_recv(internal) RETURNS opportunity.funnel_summary
	AS 'MODULE_PATHNAME', 'opp_funnel_summary_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.funnel_summary_recv(internal) IS 'Binary input of funnel_summary. Errors: 22P03.';

CREATE FUNCTION opportunity.funnel_summary_send(opportunity.funnel_summary) RETURNS bytea
	AS 'MODULE_PATHNAME', 'opp_funnel_summary_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.funnel_summary_send(opportunity.funnel_summary) IS 'Binary output of funnel_summary: version byte and all that the text form has, big-endian.';

CREATE TYPE opportunity.funnel_summary (
	INPUT = opportunity.funnel_summary_in,
	OUTPUT = opportunity.funnel_summary_out,
	RECEIVE = opportunity.funnel_summary_recv,
	SEND = opportunity.funnel_summary_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE opportunity.funnel_summary IS 'A set of deals counted along a list of at most 64 stages, with the times that each stage took: mergeable, with no trace of order or grouping. It has at most 8192 different times a stage: beyond, they are rounded down to seconds, minutes, hours, days or multiples of days, the finest that keep to that; the sum stays exact. The text form is JSON, times in microseconds.';

CREATE FUNCTION opportunity.funnel_summary_eq(opportunity.funnel_summary, opportunity.funnel_summary) RETURNS boolean
	AS 'byteaeq' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.funnel_summary_eq(opportunity.funnel_summary, opportunity.funnel_summary) IS 'The same counts and sums.';

CREATE FUNCTION opportunity.funnel_summary_ne(opportunity.funnel_summary, opportunity.funnel_summary) RETURNS boolean
	AS 'byteane' LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.funnel_summary_ne(opportunity.funnel_summary, opportunity.funnel_summary) IS 'Some count or sum differs.';

CREATE OPERATOR opportunity.= (
	LEFTARG = opportunity.funnel_summary, RIGHTARG = opportunity.funnel_summary,
	FUNCTION = opportunity.funnel_summary_eq,
	COMMUTATOR = OPERATOR(opportunity.=), NEGATOR = OPERATOR(opportunity.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel
);
COMMENT ON OPERATOR opportunity.= (opportunity.funnel_summary, opportunity.funnel_summary) IS 'The same counts and sums.';

CREATE OPERATOR opportunity.<> (
	LEFTARG = opportunity.funnel_summary, RIGHTARG = opportunity.funnel_summary,
	FUNCTION = opportunity.funnel_summary_ne,
	COMMUTATOR = OPERATOR(opportunity.<>), NEGATOR = OPERATOR(opportunity.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR opportunity.<> (opportunity.funnel_summary, opportunity.funnel_summary) IS 'Some count or sum differs.';

CREATE FUNCTION opportunity.merge_funnels(a opportunity.funnel_summary, b opportunity.funnel_summary) RETURNS opportunity.funnel_summary
	AS 'MODULE_PATHNAME', 'opp_funnel_merge' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.merge_funnels(opportunity.funnel_summary, opportunity.funnel_summary) IS 'The funnel of the deals of both; NULL stands for no deals, and for NULL and NULL the result is NULL. Errors: 22023 when their stages are not the same list.';

CREATE FUNCTION opportunity.funnel_add(summary opportunity.funnel_summary, path opportunity.stage_path, stages text[]) RETURNS opportunity.funnel_summary
	AS 'MODULE_PATHNAME', 'opp_funnel_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.funnel_add(opportunity.funnel_summary, opportunity.stage_path, text[]) IS 'Transition function of summarize_funnel: adds one deal. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_funnel(path opportunity.stage_path, stages text[]) (
	SFUNC = opportunity.funnel_add, STYPE = opportunity.funnel_summary, INITCOND = '{"version": 1, "deals": 0, "stages": []}',
	COMBINEFUNC = opportunity.merge_funnels,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_funnel(opportunity.stage_path, text[]) IS 'The funnel of deals, one path a deal, along a list of stages, the same in every row. A deal counts once at a stage however often it came back; stages that are not listed, such as lost, are visited by the way, and the deal stays counted. A NULL path is no deal; no rows give the funnel without stages. Errors: 22004 for NULL stages, 22023 for none, more than 64, one listed twice or lists that differ.';

CREATE AGGREGATE opportunity.rollup(summary opportunity.funnel_summary) (
	SFUNC = opportunity.merge_funnels, STYPE = opportunity.funnel_summary, INITCOND = '{"version": 1, "deals": 0, "stages": []}',
	COMBINEFUNC = opportunity.merge_funnels,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.rollup(opportunity.funnel_summary) IS 'The funnel of all the deals in stored funnels of the same stages; NULLs are skipped; no rows give the funnel without stages. Errors: 22023 when their stages are not the same list.';

CREATE FUNCTION opportunity.funnel_steps(
	summary opportunity.funnel_summary,
	mode text DEFAULT 'reached',
	confidence double precision DEFAULT 95,
	OUT stage_order integer,
	OUT stage text,
	OUT reached bigint,
	OUT converted bigint,
	OUT dropped bigint,
	OUT conversion numeric,
	OUT conversion_low numeric,
	OUT conversion_high numeric,
	OUT overall numeric,
	OUT current_count bigint,
	OUT timed_count bigint,
	OUT median_time interval,
	OUT mean_time interval
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'opp_funnel_steps' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 6;
COMMENT ON FUNCTION opportunity.funnel_steps(opportunity.funnel_summary, text, double precision) IS 'A funnel as rows. reached: deals that count at the stage, by mode: strict - they were in every stage of the list up to it, one after the other; reached - they were in it; implied - they were in it or in a later one of the list. converted: of these, those that count at the next stage too; dropped: the others, of which current_count may still go on. conversion: converted in percent of reached, with Wilson''s interval at that confidence; NULL for the last stage and where none reached it. overall: reached in percent of the deals that were in any stage. current_count: deals whose last step it is. timed_count: deals that left the stage; median_time and mean_time: how long they were in it, all their stays added up, days of 24 hours. Errors: 22023 for another mode, 22003 for a confidence not between 0 and 100.';
