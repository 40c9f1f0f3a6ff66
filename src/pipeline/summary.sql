-- pipeline_summary: a set of deals as exact counts and sums, and the aggregates
-- that make one. The type is the aggregates' state: SSPACE, here and in
-- figures.sql, is its size (summary_type.c asserts it).

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
COMMENT ON TYPE opportunity.pipeline_summary IS 'What is known of a set of deals: exact counts and sums, 488 bytes. Made by summarize_pipeline, added up by rollup and merge, read by pipeline_figures, forecast and the accessors. At most 10^12 deals, each amount below 10^18 with at most six decimals.';

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
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel
);
COMMENT ON OPERATOR opportunity.= (opportunity.pipeline_summary, opportunity.pipeline_summary) IS 'Every count and sum is the same.';

CREATE OPERATOR opportunity.<> (
	LEFTARG = opportunity.pipeline_summary, RIGHTARG = opportunity.pipeline_summary,
	FUNCTION = opportunity.pipeline_summary_ne,
	COMMUTATOR = OPERATOR(opportunity.<>), NEGATOR = OPERATOR(opportunity.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR opportunity.<> (opportunity.pipeline_summary, opportunity.pipeline_summary) IS 'Some count or sum differs.';

CREATE FUNCTION opportunity.merge(a opportunity.pipeline_summary, b opportunity.pipeline_summary) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_merge' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.merge(opportunity.pipeline_summary, opportunity.pipeline_summary) IS 'The summary of the deals of both. NULL counts as no deals; NULL only when both are. Errors: 22023 when both have amounts and their currencies differ, 22003 above 10^12 deals.';

CREATE FUNCTION opportunity.unmerge(a opportunity.pipeline_summary, b opportunity.pipeline_summary) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_unmerge' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.unmerge(opportunity.pipeline_summary, opportunity.pipeline_summary) IS 'The inverse of merge: a without the deals of b, for moving windows. NULL counts as no deals. Errors: 22003 when b cannot be part of a.';

CREATE AGGREGATE opportunity.rollup(summary opportunity.pipeline_summary) (
	SFUNC = opportunity.merge, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.merge, MINVFUNC = opportunity.unmerge, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.rollup(opportunity.pipeline_summary) IS 'Adds up stored summaries: the summary of all their deals. NULLs are left out; of no rows the empty summary.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount numeric, probability double precision, won boolean) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, numeric, double precision, boolean) IS 'Transition function of summarize_pipeline: adds one deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount numeric, probability double precision, won boolean) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, numeric, double precision, boolean) IS 'Inverse transition function of summarize_pipeline: takes one deal away. Errors: 22003 when it cannot be in the summary. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_pipeline(amount numeric, probability double precision, won boolean) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_pipeline(numeric, double precision, boolean) IS 'One pass over deals to their summary. amount: at most six decimals, below 10^18; probability: percent 0-100, rounded to six decimals; won: NULL while open. A NULL amount counts the deal and adds nothing; a NULL probability of an open deal counts as 0. No rows give the empty summary. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount numeric, probability double precision, won boolean, opened timestamp with time zone, closed timestamp with time zone) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, numeric, double precision, boolean, timestamp with time zone, timestamp with time zone) IS 'Transition function of summarize_pipeline: adds one deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount numeric, probability double precision, won boolean, opened timestamp with time zone, closed timestamp with time zone) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, numeric, double precision, boolean, timestamp with time zone, timestamp with time zone) IS 'Inverse transition function of summarize_pipeline: takes one deal away. Errors: 22003 when it cannot be in the summary. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_pipeline(amount numeric, probability double precision, won boolean, opened timestamp with time zone, closed timestamp with time zone) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_pipeline(numeric, double precision, boolean, timestamp with time zone, timestamp with time zone) IS 'One pass over deals to their summary. amount: at most six decimals, below 10^18; probability: percent 0-100, rounded to six decimals; won: NULL while open; opened, closed: for the cycle, a NULL or infinite one is missing. A NULL amount counts the deal and adds nothing; a NULL probability of an open deal counts as 0. No rows give the empty summary. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount numeric, probability double precision, won boolean, opened timestamp without time zone, closed timestamp without time zone) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, numeric, double precision, boolean, timestamp without time zone, timestamp without time zone) IS 'Transition function of summarize_pipeline: adds one deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount numeric, probability double precision, won boolean, opened timestamp without time zone, closed timestamp without time zone) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, numeric, double precision, boolean, timestamp without time zone, timestamp without time zone) IS 'Inverse transition function of summarize_pipeline: takes one deal away. Errors: 22003 when it cannot be in the summary. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_pipeline(amount numeric, probability double precision, won boolean, opened timestamp without time zone, closed timestamp without time zone) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_pipeline(numeric, double precision, boolean, timestamp without time zone, timestamp without time zone) IS 'One pass over deals to their summary. amount: at most six decimals, below 10^18; probability: percent 0-100, rounded to six decimals; won: NULL while open; opened, closed: for the cycle, a NULL or infinite one is missing. A NULL amount counts the deal and adds nothing; a NULL probability of an open deal counts as 0. No rows give the empty summary. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount numeric, probability double precision, won boolean, opened date, closed date) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_numeric_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, numeric, double precision, boolean, date, date) IS 'Transition function of summarize_pipeline: adds one deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount numeric, probability double precision, won boolean, opened date, closed date) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_numeric_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, numeric, double precision, boolean, date, date) IS 'Inverse transition function of summarize_pipeline: takes one deal away. Errors: 22003 when it cannot be in the summary. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_pipeline(amount numeric, probability double precision, won boolean, opened date, closed date) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_pipeline(numeric, double precision, boolean, date, date) IS 'One pass over deals to their summary. amount: at most six decimals, below 10^18; probability: percent 0-100, rounded to six decimals; won: NULL while open; opened, closed: for the cycle, a NULL or infinite one is missing. A NULL amount counts the deal and adds nothing; a NULL probability of an open deal counts as 0. No rows give the empty summary. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount numeric, probability numeric, won boolean) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_numeric_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, numeric, numeric, boolean) IS 'Transition function of summarize_pipeline: adds one deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount numeric, probability numeric, won boolean) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_numeric_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, numeric, numeric, boolean) IS 'Inverse transition function of summarize_pipeline: takes one deal away. Errors: 22003 when it cannot be in the summary. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_pipeline(amount numeric, probability numeric, won boolean) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_pipeline(numeric, numeric, boolean) IS 'One pass over deals to their summary. amount: at most six decimals, below 10^18; probability: percent 0-100, rounded to six decimals; won: NULL while open. A NULL amount counts the deal and adds nothing; a NULL probability of an open deal counts as 0. No rows give the empty summary. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount numeric, probability numeric, won boolean, opened timestamp with time zone, closed timestamp with time zone) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_numeric_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, numeric, numeric, boolean, timestamp with time zone, timestamp with time zone) IS 'Transition function of summarize_pipeline: adds one deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount numeric, probability numeric, won boolean, opened timestamp with time zone, closed timestamp with time zone) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_numeric_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, numeric, numeric, boolean, timestamp with time zone, timestamp with time zone) IS 'Inverse transition function of summarize_pipeline: takes one deal away. Errors: 22003 when it cannot be in the summary. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_pipeline(amount numeric, probability numeric, won boolean, opened timestamp with time zone, closed timestamp with time zone) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_pipeline(numeric, numeric, boolean, timestamp with time zone, timestamp with time zone) IS 'One pass over deals to their summary. amount: at most six decimals, below 10^18; probability: percent 0-100, rounded to six decimals; won: NULL while open; opened, closed: for the cycle, a NULL or infinite one is missing. A NULL amount counts the deal and adds nothing; a NULL probability of an open deal counts as 0. No rows give the empty summary. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount numeric, probability numeric, won boolean, opened timestamp without time zone, closed timestamp without time zone) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_numeric_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, numeric, numeric, boolean, timestamp without time zone, timestamp without time zone) IS 'Transition function of summarize_pipeline: adds one deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount numeric, probability numeric, won boolean, opened timestamp without time zone, closed timestamp without time zone) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_numeric_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, numeric, numeric, boolean, timestamp without time zone, timestamp without time zone) IS 'Inverse transition function of summarize_pipeline: takes one deal away. Errors: 22003 when it cannot be in the summary. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_pipeline(amount numeric, probability numeric, won boolean, opened timestamp without time zone, closed timestamp without time zone) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_pipeline(numeric, numeric, boolean, timestamp without time zone, timestamp without time zone) IS 'One pass over deals to their summary. amount: at most six decimals, below 10^18; probability: percent 0-100, rounded to six decimals; won: NULL while open; opened, closed: for the cycle, a NULL or infinite one is missing. A NULL amount counts the deal and adds nothing; a NULL probability of an open deal counts as 0. No rows give the empty summary. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount numeric, probability numeric, won boolean, opened date, closed date) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_numeric_numeric_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, numeric, numeric, boolean, date, date) IS 'Transition function of summarize_pipeline: adds one deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount numeric, probability numeric, won boolean, opened date, closed date) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_numeric_numeric_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, numeric, numeric, boolean, date, date) IS 'Inverse transition function of summarize_pipeline: takes one deal away. Errors: 22003 when it cannot be in the summary. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_pipeline(amount numeric, probability numeric, won boolean, opened date, closed date) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_pipeline(numeric, numeric, boolean, date, date) IS 'One pass over deals to their summary. amount: at most six decimals, below 10^18; probability: percent 0-100, rounded to six decimals; won: NULL while open; opened, closed: for the cycle, a NULL or infinite one is missing. A NULL amount counts the deal and adds nothing; a NULL probability of an open deal counts as 0. No rows give the empty summary. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount bigint, probability double precision, won boolean) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, bigint, double precision, boolean) IS 'Transition function of summarize_pipeline: adds one deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount bigint, probability double precision, won boolean) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, bigint, double precision, boolean) IS 'Inverse transition function of summarize_pipeline: takes one deal away. Errors: 22003 when it cannot be in the summary. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_pipeline(amount bigint, probability double precision, won boolean) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_pipeline(bigint, double precision, boolean) IS 'One pass over deals to their summary. amount: below 10^18; probability: percent 0-100, rounded to six decimals; won: NULL while open. A NULL amount counts the deal and adds nothing; a NULL probability of an open deal counts as 0. No rows give the empty summary. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount bigint, probability double precision, won boolean, opened timestamp with time zone, closed timestamp with time zone) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, bigint, double precision, boolean, timestamp with time zone, timestamp with time zone) IS 'Transition function of summarize_pipeline: adds one deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount bigint, probability double precision, won boolean, opened timestamp with time zone, closed timestamp with time zone) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, bigint, double precision, boolean, timestamp with time zone, timestamp with time zone) IS 'Inverse transition function of summarize_pipeline: takes one deal away. Errors: 22003 when it cannot be in the summary. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_pipeline(amount bigint, probability double precision, won boolean, opened timestamp with time zone, closed timestamp with time zone) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_pipeline(bigint, double precision, boolean, timestamp with time zone, timestamp with time zone) IS 'One pass over deals to their summary. amount: below 10^18; probability: percent 0-100, rounded to six decimals; won: NULL while open; opened, closed: for the cycle, a NULL or infinite one is missing. A NULL amount counts the deal and adds nothing; a NULL probability of an open deal counts as 0. No rows give the empty summary. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount bigint, probability double precision, won boolean, opened timestamp without time zone, closed timestamp without time zone) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, bigint, double precision, boolean, timestamp without time zone, timestamp without time zone) IS 'Transition function of summarize_pipeline: adds one deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount bigint, probability double precision, won boolean, opened timestamp without time zone, closed timestamp without time zone) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, bigint, double precision, boolean, timestamp without time zone, timestamp without time zone) IS 'Inverse transition function of summarize_pipeline: takes one deal away. Errors: 22003 when it cannot be in the summary. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_pipeline(amount bigint, probability double precision, won boolean, opened timestamp without time zone, closed timestamp without time zone) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_pipeline(bigint, double precision, boolean, timestamp without time zone, timestamp without time zone) IS 'One pass over deals to their summary. amount: below 10^18; probability: percent 0-100, rounded to six decimals; won: NULL while open; opened, closed: for the cycle, a NULL or infinite one is missing. A NULL amount counts the deal and adds nothing; a NULL probability of an open deal counts as 0. No rows give the empty summary. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount bigint, probability double precision, won boolean, opened date, closed date) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_bigint_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, bigint, double precision, boolean, date, date) IS 'Transition function of summarize_pipeline: adds one deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount bigint, probability double precision, won boolean, opened date, closed date) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_bigint_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, bigint, double precision, boolean, date, date) IS 'Inverse transition function of summarize_pipeline: takes one deal away. Errors: 22003 when it cannot be in the summary. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_pipeline(amount bigint, probability double precision, won boolean, opened date, closed date) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_pipeline(bigint, double precision, boolean, date, date) IS 'One pass over deals to their summary. amount: below 10^18; probability: percent 0-100, rounded to six decimals; won: NULL while open; opened, closed: for the cycle, a NULL or infinite one is missing. A NULL amount counts the deal and adds nothing; a NULL probability of an open deal counts as 0. No rows give the empty summary. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount double precision, probability double precision, won boolean) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_double' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, double precision, double precision, boolean) IS 'Transition function of summarize_pipeline: adds one deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount double precision, probability double precision, won boolean) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_double' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, double precision, double precision, boolean) IS 'Inverse transition function of summarize_pipeline: takes one deal away. Errors: 22003 when it cannot be in the summary. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_pipeline(amount double precision, probability double precision, won boolean) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_pipeline(double precision, double precision, boolean) IS 'One pass over deals to their summary. amount: taken to 15 significant digits and at most six decimals, below 10^18; probability: percent 0-100, rounded to six decimals; won: NULL while open. A NULL amount counts the deal and adds nothing; a NULL probability of an open deal counts as 0. No rows give the empty summary. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount double precision, probability double precision, won boolean, opened timestamp with time zone, closed timestamp with time zone) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_double' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, double precision, double precision, boolean, timestamp with time zone, timestamp with time zone) IS 'Transition function of summarize_pipeline: adds one deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount double precision, probability double precision, won boolean, opened timestamp with time zone, closed timestamp with time zone) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_double' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, double precision, double precision, boolean, timestamp with time zone, timestamp with time zone) IS 'Inverse transition function of summarize_pipeline: takes one deal away. Errors: 22003 when it cannot be in the summary. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_pipeline(amount double precision, probability double precision, won boolean, opened timestamp with time zone, closed timestamp with time zone) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_pipeline(double precision, double precision, boolean, timestamp with time zone, timestamp with time zone) IS 'One pass over deals to their summary. amount: taken to 15 significant digits and at most six decimals, below 10^18; probability: percent 0-100, rounded to six decimals; won: NULL while open; opened, closed: for the cycle, a NULL or infinite one is missing. A NULL amount counts the deal and adds nothing; a NULL probability of an open deal counts as 0. No rows give the empty summary. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount double precision, probability double precision, won boolean, opened timestamp without time zone, closed timestamp without time zone) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_double' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, double precision, double precision, boolean, timestamp without time zone, timestamp without time zone) IS 'Transition function of summarize_pipeline: adds one deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount double precision, probability double precision, won boolean, opened timestamp without time zone, closed timestamp without time zone) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_double' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, double precision, double precision, boolean, timestamp without time zone, timestamp without time zone) IS 'Inverse transition function of summarize_pipeline: takes one deal away. Errors: 22003 when it cannot be in the summary. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_pipeline(amount double precision, probability double precision, won boolean, opened timestamp without time zone, closed timestamp without time zone) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_pipeline(double precision, double precision, boolean, timestamp without time zone, timestamp without time zone) IS 'One pass over deals to their summary. amount: taken to 15 significant digits and at most six decimals, below 10^18; probability: percent 0-100, rounded to six decimals; won: NULL while open; opened, closed: for the cycle, a NULL or infinite one is missing. A NULL amount counts the deal and adds nothing; a NULL probability of an open deal counts as 0. No rows give the empty summary. Errors: 22003 for an amount or probability out of range.';

CREATE FUNCTION opportunity.summary_add(summary opportunity.pipeline_summary, amount double precision, probability double precision, won boolean, opened date, closed date) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_add_double_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_add(opportunity.pipeline_summary, double precision, double precision, boolean, date, date) IS 'Transition function of summarize_pipeline: adds one deal. A NULL summary is the empty one.';

CREATE FUNCTION opportunity.summary_remove(summary opportunity.pipeline_summary, amount double precision, probability double precision, won boolean, opened date, closed date) RETURNS opportunity.pipeline_summary
	AS 'MODULE_PATHNAME', 'opp_summary_remove_double_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.summary_remove(opportunity.pipeline_summary, double precision, double precision, boolean, date, date) IS 'Inverse transition function of summarize_pipeline: takes one deal away. Errors: 22003 when it cannot be in the summary. A NULL summary is the empty one.';

CREATE AGGREGATE opportunity.summarize_pipeline(amount double precision, probability double precision, won boolean, opened date, closed date) (
	SFUNC = opportunity.summary_add, STYPE = opportunity.pipeline_summary, SSPACE = 488, INITCOND = '{"version": 1}',
	COMBINEFUNC = opportunity.merge,
	MSFUNC = opportunity.summary_add, MINVFUNC = opportunity.summary_remove, MSTYPE = opportunity.pipeline_summary, MSSPACE = 488,
	MINITCOND = '{"version": 1}',
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.summarize_pipeline(double precision, double precision, boolean, date, date) IS 'One pass over deals to their summary. amount: taken to 15 significant digits and at most six decimals, below 10^18; probability: percent 0-100, rounded to six decimals; won: NULL while open; opened, closed: for the cycle, a NULL or infinite one is missing. A NULL amount counts the deal and adds nothing; a NULL probability of an open deal counts as 0. No rows give the empty summary. Errors: 22003 for an amount or probability out of range.';
