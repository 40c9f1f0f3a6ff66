-- What changed in a pipeline between two instants (C: change.c). SSPACE is the
-- size of the type (change.c asserts it).

CREATE TYPE opportunity.pipeline_waterfall;

CREATE FUNCTION opportunity.pipeline_waterfall_in(cstring) RETURNS opportunity.pipeline_waterfall
	AS 'MODULE_PATHNAME', 'opp_pipeline_waterfall_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.pipeline_waterfall_in(cstring) IS 'Input of pipeline_waterfall: JSON with all keys there. Errors: 22P02.';

CREATE FUNCTION opportunity.pipeline_waterfall_out(opportunity.pipeline_waterfall) RETURNS cstring
	AS 'MODULE_PATHNAME', 'opp_pipeline_waterfall_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.pipeline_waterfall_out(opportunity.pipeline_waterfall) IS 'Output of pipeline_waterfall: JSON, lossless.';

CREATE FUNCTION opportunity.pipeline_waterfall_recv(internal) RETURNS opportunity.pipeline_waterfall
	AS 'MODULE_PATHNAME', 'opp_pipeline_waterfall_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.pipeline_waterfall_recv(internal) IS 'Binary input of pipeline_waterfall. Errors: 22P03.';

CREATE FUNCTION opportunity.pipeline_waterfall_send(opportunity.pipeline_waterfall) RETURNS bytea
	AS 'MODULE_PATHNAME', 'opp_pipeline_waterfall_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.pipeline_waterfall_send(opportunity.pipeline_waterfall) IS 'Binary output of pipeline_waterfall: version byte and all that the text form has, big-endian.';

CREATE TYPE opportunity.pipeline_waterfall (
	INPUT = opportunity.pipeline_waterfall_in,
	OUTPUT = opportunity.pipeline_waterfall_out,
	RECEIVE = opportunity.pipeline_waterfall_recv,
	SEND = opportunity.pipeline_waterfall_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = plain
);
COMMENT ON TYPE opportunity.pipeline_waterfall IS 'What changed in a pipeline between two instants: for each kind of change the number of deals and the sums of their amounts before and after, exact; mergeable. 608 bytes, never toasted. The text form is JSON.';

CREATE FUNCTION opportunity.pipeline_waterfall_eq(opportunity.pipeline_waterfall, opportunity.pipeline_waterfall) RETURNS boolean
	AS 'MODULE_PATHNAME', 'opp_pipeline_waterfall_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.pipeline_waterfall_eq(opportunity.pipeline_waterfall, opportunity.pipeline_waterfall) IS 'The same counts and sums; how many decimals amounts showed does not matter.';

CREATE FUNCTION opportunity.pipeline_waterfall_ne(opportunity.pipeline_waterfall, opportunity.pipeline_waterfall) RETURNS boolean
	AS 'MODULE_PATHNAME', 'opp_pipeline_waterfall_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.pipeline_waterfall_ne(opportunity.pipeline_waterfall, opportunity.pipeline_waterfall) IS 'Some count or sum differs.';

CREATE OPERATOR opportunity.= (
	LEFTARG = opportunity.pipeline_waterfall, RIGHTARG = opportunity.pipeline_waterfall,
	FUNCTION = opportunity.pipeline_waterfall_eq,
	COMMUTATOR = OPERATOR(opportunity.=), NEGATOR = OPERATOR(opportunity.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel
);
COMMENT ON OPERATOR opportunity.= (opportunity.pipeline_waterfall, opportunity.pipeline_waterfall) IS 'The same counts and sums; how many decimals amounts showed does not matter.';

CREATE OPERATOR opportunity.<> (
	LEFTARG = opportunity.pipeline_waterfall, RIGHTARG = opportunity.pipeline_waterfall,
	FUNCTION = opportunity.pipeline_waterfall_ne,
	COMMUTATOR = OPERATOR(opportunity.<>), NEGATOR = OPERATOR(opportunity.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR opportunity.<> (opportunity.pipeline_waterfall, opportunity.pipeline_waterfall) IS 'Some count or sum differs.';

CREATE FUNCTION opportunity.merge_waterfalls(a opportunity.pipeline_waterfall, b opportunity.pipeline_waterfall) RETURNS opportunity.pipeline_waterfall
	AS 'MODULE_PATHNAME', 'opp_change_merge' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.merge_waterfalls(opportunity.pipeline_waterfall, opportunity.pipeline_waterfall) IS 'The changes of the deals of both; NULL stands for no deals, and for NULL and NULL the result is NULL. Errors: 22003 above 10^12 deals.';

CREATE FUNCTION opportunity.change_add(waterfall opportunity.pipeline_waterfall,
	before_status text, before_amount numeric, before_close date, before_owner text,
	after_status text, after_amount numeric, after_close date, after_owner text,
	close_from date, close_to date, owners text[]) RETURNS opportunity.pipeline_waterfall
	AS 'MODULE_PATHNAME', 'opp_change_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.change_add(opportunity.pipeline_waterfall, text, numeric, date, text, text, numeric, date, text, date, date, text[]) IS 'Transition function of pipeline_change: judges one deal. A NULL waterfall is the empty one.';

CREATE AGGREGATE opportunity.pipeline_change(
	before_status text, before_amount numeric, before_close date, before_owner text,
	after_status text, after_amount numeric, after_close date, after_owner text,
	close_from date, close_to date, owners text[]) (
	SFUNC = opportunity.change_add, STYPE = opportunity.pipeline_waterfall, SSPACE = 608,
	INITCOND = '{"version": 1, "decimals": 0, "new": {"deals": 0, "before": 0, "after": 0}, "reopened": {"deals": 0, "before": 0, "after": 0}, "owner_in": {"deals": 0, "before": 0, "after": 0}, "pulled_in": {"deals": 0, "before": 0, "after": 0}, "pushed_in": {"deals": 0, "before": 0, "after": 0}, "increased": {"deals": 0, "before": 0, "after": 0}, "decreased": {"deals": 0, "before": 0, "after": 0}, "owner_moved": {"deals": 0, "before": 0, "after": 0}, "unchanged": {"deals": 0, "before": 0, "after": 0}, "won": {"deals": 0, "before": 0, "after": 0}, "lost": {"deals": 0, "before": 0, "after": 0}, "removed": {"deals": 0, "before": 0, "after": 0}, "owner_out": {"deals": 0, "before": 0, "after": 0}, "pushed_out": {"deals": 0, "before": 0, "after": 0}, "pulled_out": {"deals": 0, "before": 0, "after": 0}}',
	COMBINEFUNC = opportunity.merge_waterfalls,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.pipeline_change(text, numeric, date, text, text, numeric, date, text, date, date, text[]) IS 'The waterfall between two instants, one row a deal with what it was before and after: status open, won, lost, or NULL while it was not there; a NULL amount adds nothing. The pipeline is the open deals with a closing date from close_from to close_to, both days included and NULL without end, of the owners listed, NULL for all. Each deal that was in it before or after counts in one kind of change: see waterfall_steps. A closing date that is NULL is later than every window that has an end on either side. No rows give the empty waterfall. Errors: 22003 for an amount with more than six decimals or of 10^18 and more, 22023 for another status.';

CREATE AGGREGATE opportunity.rollup(waterfall opportunity.pipeline_waterfall) (
	SFUNC = opportunity.merge_waterfalls, STYPE = opportunity.pipeline_waterfall, SSPACE = 608,
	INITCOND = '{"version": 1, "decimals": 0, "new": {"deals": 0, "before": 0, "after": 0}, "reopened": {"deals": 0, "before": 0, "after": 0}, "owner_in": {"deals": 0, "before": 0, "after": 0}, "pulled_in": {"deals": 0, "before": 0, "after": 0}, "pushed_in": {"deals": 0, "before": 0, "after": 0}, "increased": {"deals": 0, "before": 0, "after": 0}, "decreased": {"deals": 0, "before": 0, "after": 0}, "owner_moved": {"deals": 0, "before": 0, "after": 0}, "unchanged": {"deals": 0, "before": 0, "after": 0}, "won": {"deals": 0, "before": 0, "after": 0}, "lost": {"deals": 0, "before": 0, "after": 0}, "removed": {"deals": 0, "before": 0, "after": 0}, "owner_out": {"deals": 0, "before": 0, "after": 0}, "pushed_out": {"deals": 0, "before": 0, "after": 0}, "pulled_out": {"deals": 0, "before": 0, "after": 0}}',
	COMBINEFUNC = opportunity.merge_waterfalls,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.rollup(opportunity.pipeline_waterfall) IS 'The changes of all the deals in stored waterfalls, of several teams say; NULLs are skipped; no rows give the empty waterfall.';

CREATE FUNCTION opportunity.waterfall_steps(waterfall opportunity.pipeline_waterfall,
	OUT step_order integer, OUT change text, OUT deals bigint, OUT amount numeric, OUT running numeric, OUT before_amount numeric, OUT after_amount numeric)
RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'opp_waterfall_steps' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 17;
COMMENT ON FUNCTION opportunity.waterfall_steps(opportunity.pipeline_waterfall) IS 'The rows of a waterfall: start, each kind of change, end. amount is what the change adds to the pipeline, running what the pipeline is then: start and all changes give end. before_amount and after_amount are the sums of what the deals were worth: won deals leave with what they were in the pipeline for, and after_amount is what they were won for.';
