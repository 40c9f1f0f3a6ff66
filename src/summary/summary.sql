-- pipeline_summary: a set of deals as exact counts and sums, and adding summaries
-- up. The type is the state of the aggregates: SSPACE, wherever it stands, is its
-- size (summary_type.c asserts it).

CREATE TYPE opportunity.pipeline_summary;

CREATE FUNCTION opportunity.pipeline_summary_in(cstring) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_pipeline_summary_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.pipeline_summary_in(cstring) IS 'Input of pipeline_summary: JSON; what is left out is zero, "version" must be there. Errors: 22P02.';

CREATE FUNCTION opportunity.pipeline_summary_out(opportunity.pipeline_summary) RETURNS cstring
	AS 'MODULE_PATHNAME', 'opp_pipeline_summary_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.pipeline_summary_out(opportunity.pipeline_summary) IS 'Output of pipeline_summary: JSON, lossless, zeros left out.';

CREATE FUNCTION opportunity.pipeline_summary_recv(internal) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_pipeline_summary_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.pipeline_summary_recv(internal) IS 'Binary input of pipeline_summary. Errors: 22P03.';

CREATE FUNCTION opportunity.pipeline_summary_send(opportunity.pipeline_summary) RETURNS bytea
	AS 'MODULE_PATHNAME', 'opp_pipeline_summary_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.pipeline_summary_send(opportunity.pipeline_summary) IS 'Binary output of pipeline_summary: version byte, currency, then every count and sum, big-endian.';

CREATE TYPE opportunity.pipeline_summary (
	INPUT = opportunity.pipeline_summary_in,
	OUTPUT = opportunity.pipeline_summary_out,
	RECEIVE = opportunity.pipeline_summary_recv,
	SEND = opportunity.pipeline_summary_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = plain
);
COMMENT ON TYPE opportunity.pipeline_summary IS 'What is known of a set of deals: exact counts and sums, 688 bytes. Made by summarize_pipeline, added up by rollup and merge, read by pipeline_figures, forecast and the accessors. At most 10^12 deals, each amount below 10^18 with at most six decimals.';

CREATE FUNCTION opportunity.pipeline_summary_eq(opportunity.pipeline_summary, opportunity.pipeline_summary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'opp_pipeline_summary_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.pipeline_summary_eq(opportunity.pipeline_summary, opportunity.pipeline_summary) IS 'Every count and sum is the same; like 1.0 = 1.00, how many decimals the amounts showed does not matter.';

CREATE FUNCTION opportunity.pipeline_summary_ne(opportunity.pipeline_summary, opportunity.pipeline_summary) RETURNS boolean
	AS 'MODULE_PATHNAME', 'opp_pipeline_summary_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.pipeline_summary_ne(opportunity.pipeline_summary, opportunity.pipeline_summary) IS 'Some count or sum differs.';

CREATE OPERATOR opportunity.= (
	LEFTARG = opportunity.pipeline_summary, RIGHTARG = opportunity.pipeline_summary,
	FUNCTION = opportunity.pipeline_summary_eq,
	COMMUTATOR = OPERATOR(opportunity.=), NEGATOR = OPERATOR(opportunity.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel, HASHES
);
COMMENT ON OPERATOR opportunity.= (opportunity.pipeline_summary, opportunity.pipeline_summary) IS 'Every count and sum is the same.';

CREATE OPERATOR opportunity.<> (
	LEFTARG = opportunity.pipeline_summary, RIGHTARG = opportunity.pipeline_summary,
	FUNCTION = opportunity.pipeline_summary_ne,
	COMMUTATOR = OPERATOR(opportunity.<>), NEGATOR = OPERATOR(opportunity.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR opportunity.<> (opportunity.pipeline_summary, opportunity.pipeline_summary) IS 'Some count or sum differs.';

CREATE FUNCTION opportunity.pipeline_summary_hash(opportunity.pipeline_summary) RETURNS integer
	AS 'MODULE_PATHNAME', 'opp_pipeline_summary_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.pipeline_summary_hash(opportunity.pipeline_summary) IS 'Hash of every count and sum.';

CREATE FUNCTION opportunity.pipeline_summary_hash_extended(opportunity.pipeline_summary, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'opp_pipeline_summary_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.pipeline_summary_hash_extended(opportunity.pipeline_summary, bigint) IS 'Seeded 64-bit hash of every count and sum.';

CREATE OPERATOR CLASS opportunity.pipeline_summary_hash_ops DEFAULT FOR TYPE opportunity.pipeline_summary USING hash AS
	OPERATOR 1 opportunity.= ,
	FUNCTION 1 opportunity.pipeline_summary_hash(opportunity.pipeline_summary),
	FUNCTION 2 opportunity.pipeline_summary_hash_extended(opportunity.pipeline_summary, bigint);
COMMENT ON OPERATOR CLASS opportunity.pipeline_summary_hash_ops USING hash IS 'For SELECT DISTINCT, GROUP BY and joins; summaries have no order.';

CREATE FUNCTION opportunity.merge(a opportunity.pipeline_summary, b opportunity.pipeline_summary) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_merge' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.merge(opportunity.pipeline_summary, opportunity.pipeline_summary) IS 'The summary of the deals of both. NULL counts as no deals; NULL only when both are. Errors: 22023 when both have amounts and their currencies differ, 22003 above 10^12 deals.';

CREATE FUNCTION opportunity.unmerge(a opportunity.pipeline_summary, b opportunity.pipeline_summary) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_unmerge' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.unmerge(opportunity.pipeline_summary, opportunity.pipeline_summary) IS 'The inverse of merge: a without the deals of b, for moving windows. NULL counts as no deals; NULL where one of the eight largest uncertain deals of a is taken away and the next one is not known. Errors: 22003 when b cannot be part of a.';

CREATE AGGREGATE opportunity.rollup(summary opportunity.pipeline_summary) (
	SFUNC = opportunity.merge, STYPE = opportunity.pipeline_summary, SSPACE = 688, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.merge, MINVFUNC = opportunity.unmerge, MSTYPE = opportunity.pipeline_summary, MSSPACE = 688,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.rollup(opportunity.pipeline_summary) IS 'Adds up stored summaries: the summary of all their deals. NULLs are left out; of no rows the empty summary.';
