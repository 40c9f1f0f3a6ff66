-- stage_path: the stages that a row has visited and when, as one value (C: src/path).

CREATE TYPE opportunity.stage_path;

CREATE FUNCTION opportunity.stage_path_in(cstring) RETURNS opportunity.stage_path
	AS 'MODULE_PATHNAME', 'opp_stage_path_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.stage_path_in(cstring) IS 'Input of stage_path: a JSON array of {"stage": name, "entered": instant} in the order of time, instants in ISO 8601 with their offset from UTC; a repetition of the stage before it is left out. Errors: 22P02, 22008, 54000 above 4096 steps.';

CREATE FUNCTION opportunity.stage_path_out(opportunity.stage_path) RETURNS cstring
	AS 'MODULE_PATHNAME', 'opp_stage_path_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.stage_path_out(opportunity.stage_path) IS 'Output of stage_path: JSON, lossless, instants in UTC whatever the session''s DateStyle and TimeZone.';

CREATE FUNCTION opportunity.stage_path_recv(internal) RETURNS opportunity.stage_path
	AS 'MODULE_PATHNAME', 'opp_stage_path_recv' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.stage_path_recv(internal) IS 'Binary input of stage_path. Errors: 22P03, 22021 for bytes that are no text.';

CREATE FUNCTION opportunity.stage_path_send(opportunity.stage_path) RETURNS bytea
	AS 'MODULE_PATHNAME', 'opp_stage_path_send' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.stage_path_send(opportunity.stage_path) IS 'Binary output of stage_path: version byte, number of steps, and of each step the microseconds since 2000, the length of the stage''s name and the name in the client''s encoding.';

CREATE TYPE opportunity.stage_path (
	INPUT = opportunity.stage_path_in,
	OUTPUT = opportunity.stage_path_out,
	RECEIVE = opportunity.stage_path_recv,
	SEND = opportunity.stage_path_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE opportunity.stage_path IS 'The stages a row has visited and when, in the order of time, re-entries included. At most 4096 steps: appending one more forgets the oldest. Names have 1 to 255 bytes. The text form is a JSON array.';

CREATE FUNCTION opportunity.stage_path_from_jsonb(jsonb) RETURNS opportunity.stage_path
	AS 'MODULE_PATHNAME', 'opp_stage_path_from_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.stage_path_from_jsonb(jsonb) IS 'The path that a jsonb value describes, as its text would. Errors: 22P02, 22008, 54000.';

CREATE FUNCTION opportunity.stage_path_to_jsonb(opportunity.stage_path) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'opp_stage_path_to_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.stage_path_to_jsonb(opportunity.stage_path) IS 'The text form of a path as jsonb: an array of objects with the keys stage and entered.';

CREATE CAST (jsonb AS opportunity.stage_path) WITH FUNCTION opportunity.stage_path_from_jsonb(jsonb);
COMMENT ON CAST (jsonb AS opportunity.stage_path) IS 'The path that the jsonb value describes.';
CREATE CAST (opportunity.stage_path AS jsonb) WITH FUNCTION opportunity.stage_path_to_jsonb(opportunity.stage_path);
COMMENT ON CAST (opportunity.stage_path AS jsonb) IS 'An array of objects with the keys stage and entered.';

CREATE FUNCTION opportunity.stage_path_eq(opportunity.stage_path, opportunity.stage_path) RETURNS boolean
	AS 'MODULE_PATHNAME', 'opp_stage_path_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.stage_path_eq(opportunity.stage_path, opportunity.stage_path) IS 'The same stages at the same instants.';

CREATE FUNCTION opportunity.stage_path_ne(opportunity.stage_path, opportunity.stage_path) RETURNS boolean
	AS 'MODULE_PATHNAME', 'opp_stage_path_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.stage_path_ne(opportunity.stage_path, opportunity.stage_path) IS 'Some stage or instant differs.';

CREATE FUNCTION opportunity.stage_path_hash(opportunity.stage_path) RETURNS integer
	AS 'MODULE_PATHNAME', 'opp_stage_path_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.stage_path_hash(opportunity.stage_path) IS 'Hash of a path, for DISTINCT, GROUP BY and hash joins.';

CREATE FUNCTION opportunity.stage_path_hash_extended(opportunity.stage_path, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'opp_stage_path_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.stage_path_hash_extended(opportunity.stage_path, bigint) IS 'Hash of a path with a seed, for hash partitions.';

CREATE OPERATOR opportunity.= (
	LEFTARG = opportunity.stage_path, RIGHTARG = opportunity.stage_path,
	FUNCTION = opportunity.stage_path_eq,
	COMMUTATOR = OPERATOR(opportunity.=), NEGATOR = OPERATOR(opportunity.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel,
	HASHES
);
COMMENT ON OPERATOR opportunity.= (opportunity.stage_path, opportunity.stage_path) IS 'The same stages at the same instants.';

CREATE OPERATOR opportunity.<> (
	LEFTARG = opportunity.stage_path, RIGHTARG = opportunity.stage_path,
	FUNCTION = opportunity.stage_path_ne,
	COMMUTATOR = OPERATOR(opportunity.<>), NEGATOR = OPERATOR(opportunity.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR opportunity.<> (opportunity.stage_path, opportunity.stage_path) IS 'Some stage or instant differs.';

CREATE OPERATOR CLASS opportunity.stage_path_hash_ops DEFAULT FOR TYPE opportunity.stage_path USING hash AS
	OPERATOR 1 opportunity.=,
	FUNCTION 1 opportunity.stage_path_hash(opportunity.stage_path),
	FUNCTION 2 opportunity.stage_path_hash_extended(opportunity.stage_path, bigint);
COMMENT ON OPERATOR CLASS opportunity.stage_path_hash_ops USING hash IS 'Hashing of stage_path; it has no order.';

CREATE FUNCTION opportunity.path_steps(path opportunity.stage_path,
	OUT n integer, OUT stage text, OUT entered timestamptz, OUT exited timestamptz, OUT duration interval)
RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'opp_path_steps' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 5;
COMMENT ON FUNCTION opportunity.path_steps(opportunity.stage_path) IS 'The steps of a path in order, numbered from 1. exited is when the next step was entered; it and duration (days of 24 hours) are NULL for the last step, where the row still is.';

CREATE FUNCTION opportunity.time_in_stage(path opportunity.stage_path, stage text, as_of timestamptz DEFAULT NULL) RETURNS interval
	AS 'MODULE_PATHNAME', 'opp_time_in_stage' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.time_in_stage(opportunity.stage_path, text, timestamptz) IS 'How long the row was in a stage, all its stays added up, in days of 24 hours. The stay that goes on counts up to as_of, and not at all when as_of is NULL; later steps than as_of are not seen. NULL when no stay counts. Errors: 22008 for an infinite as_of.';

CREATE FUNCTION opportunity.entered_stage(path opportunity.stage_path, stage text) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'opp_entered_stage' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.entered_stage(opportunity.stage_path, text) IS 'When the row first entered a stage; NULL when it never did.';

CREATE FUNCTION opportunity.visited(path opportunity.stage_path, stage text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'opp_visited' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.visited(opportunity.stage_path, text) IS 'Whether the row was ever in a stage.';

CREATE FUNCTION opportunity.current_stage(path opportunity.stage_path, as_of timestamptz DEFAULT NULL) RETURNS text
	AS 'MODULE_PATHNAME', 'opp_current_stage' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.current_stage(opportunity.stage_path, timestamptz) IS 'The stage of the last step, or of the last that was entered up to as_of; NULL when there is none.';

CREATE FUNCTION opportunity.path_age(path opportunity.stage_path, as_of timestamptz DEFAULT pg_catalog.now()) RETURNS interval
	AS 'MODULE_PATHNAME', 'opp_path_age' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.path_age(opportunity.stage_path, timestamptz) IS 'Time from the first step to as_of, in days of 24 hours; NULL before the first step and for a path without steps. Errors: 22008 for an infinite as_of.';

CREATE FUNCTION opportunity.path_duration(path opportunity.stage_path) RETURNS interval
	AS 'MODULE_PATHNAME', 'opp_path_duration' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.path_duration(opportunity.stage_path) IS 'Time from the first step to the last, in days of 24 hours: of a closed deal how long it took. NULL for a path without steps.';

CREATE FUNCTION opportunity.append_step(path opportunity.stage_path, stage text, entered timestamptz) RETURNS opportunity.stage_path
	AS 'MODULE_PATHNAME', 'opp_append_step' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.append_step(opportunity.stage_path, text, timestamptz) IS 'The path with one more step. A NULL path has no steps yet; a NULL stage or instant, or the stage of the last step again, adds none. With 4096 steps the oldest is forgotten. Errors: 22023 when entered is before the last step or the name has no or more than 255 bytes, 22008 for an infinite instant.';

CREATE FUNCTION opportunity.collect_path_add(internal, text, timestamptz) RETURNS internal
	AS 'MODULE_PATHNAME', 'opp_collect_path_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.collect_path_add(internal, text, timestamptz) IS 'Transition function of collect_path.';

CREATE FUNCTION opportunity.collect_path_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'opp_collect_path_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.collect_path_combine(internal, internal) IS 'Combine function of collect_path.';

CREATE FUNCTION opportunity.collect_path_serialize(internal) RETURNS bytea
	AS 'MODULE_PATHNAME', 'opp_collect_path_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.collect_path_serialize(internal) IS 'Serialization of the state of collect_path.';

CREATE FUNCTION opportunity.collect_path_deserialize(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'opp_collect_path_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.collect_path_deserialize(bytea, internal) IS 'Deserialization of the state of collect_path.';

CREATE FUNCTION opportunity.collect_path_final(internal) RETURNS opportunity.stage_path
	AS 'MODULE_PATHNAME', 'opp_collect_path_final' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.collect_path_final(internal) IS 'Final function of collect_path.';

CREATE AGGREGATE opportunity.collect_path(stage text, entered timestamptz) (
	SFUNC = opportunity.collect_path_add,
	STYPE = internal,
	FINALFUNC = opportunity.collect_path_final,
	COMBINEFUNC = opportunity.collect_path_combine,
	SERIALFUNC = opportunity.collect_path_serialize,
	DESERIALFUNC = opportunity.collect_path_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.collect_path(text, timestamptz) IS 'The path of the steps in a table, whatever their order; of those of one instant the bytes of the names decide. Rows with a NULL are skipped; NULL when none is left. Of more than 4096 steps the last ones are kept. The state grows with the rows of the group. Errors: 22023, 22008.';
