-- The sales process as a value.
CREATE TYPE opportunity.sales_process;

CREATE FUNCTION opportunity.sales_process_in(cstring) RETURNS opportunity.sales_process
    AS 'MODULE_PATHNAME', 'opp_sales_process_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.sales_process_in(cstring) IS 'input of sales_process: JSON; 22P02 with the JSON path in DETAIL, 22003 for a probability outside 0-100';

CREATE FUNCTION opportunity.sales_process_out(opportunity.sales_process) RETURNS cstring
    AS 'MODULE_PATHNAME', 'opp_sales_process_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.sales_process_out(opportunity.sales_process) IS 'output of sales_process: canonical JSON, defaults left out';

CREATE FUNCTION opportunity.sales_process_recv(internal) RETURNS opportunity.sales_process
    AS 'MODULE_PATHNAME', 'opp_sales_process_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.sales_process_recv(internal) IS 'binary input of sales_process: version byte and JSON, checked as the text form is; 22P03';

CREATE FUNCTION opportunity.sales_process_send(opportunity.sales_process) RETURNS bytea
    AS 'MODULE_PATHNAME', 'opp_sales_process_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.sales_process_send(opportunity.sales_process) IS 'binary output of sales_process: version byte and canonical JSON';

CREATE TYPE opportunity.sales_process (
    INPUT = opportunity.sales_process_in,
    OUTPUT = opportunity.sales_process_out,
    RECEIVE = opportunity.sales_process_recv,
    SEND = opportunity.sales_process_send,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE opportunity.sales_process IS 'the stages of a sales process with their gates, and the moves allowed between them; written as JSON';

CREATE FUNCTION opportunity.sales_process(definition jsonb) RETURNS opportunity.sales_process
    AS 'MODULE_PATHNAME', 'opp_sales_process_from_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.sales_process(jsonb) IS 'the process a jsonb value describes; 22P02 with the JSON path in DETAIL; NULL gives NULL';

CREATE FUNCTION opportunity.to_jsonb(process opportunity.sales_process) RETURNS jsonb
    AS 'MODULE_PATHNAME', 'opp_sales_process_to_jsonb' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.to_jsonb(opportunity.sales_process) IS 'the canonical JSON of a process as jsonb; NULL gives NULL';

CREATE CAST (jsonb AS opportunity.sales_process) WITH FUNCTION opportunity.sales_process(jsonb);
COMMENT ON CAST (jsonb AS opportunity.sales_process) IS 'reads a process from jsonb, with the checks of its text form';
CREATE CAST (opportunity.sales_process AS jsonb) WITH FUNCTION opportunity.to_jsonb(opportunity.sales_process);
COMMENT ON CAST (opportunity.sales_process AS jsonb) IS 'the canonical JSON of a process as jsonb';

CREATE FUNCTION opportunity.sales_process_eq(opportunity.sales_process, opportunity.sales_process) RETURNS boolean
    AS 'MODULE_PATHNAME', 'opp_sales_process_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.sales_process_eq(opportunity.sales_process, opportunity.sales_process) IS 'implementation of = operator';

CREATE FUNCTION opportunity.sales_process_ne(opportunity.sales_process, opportunity.sales_process) RETURNS boolean
    AS 'MODULE_PATHNAME', 'opp_sales_process_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.sales_process_ne(opportunity.sales_process, opportunity.sales_process) IS 'implementation of <> operator';

CREATE OPERATOR opportunity.= (
    LEFTARG = opportunity.sales_process, RIGHTARG = opportunity.sales_process,
    FUNCTION = opportunity.sales_process_eq,
    COMMUTATOR = OPERATOR(opportunity.=), NEGATOR = OPERATOR(opportunity.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel
);
COMMENT ON OPERATOR opportunity.= (opportunity.sales_process, opportunity.sales_process) IS 'the same process: the order of keys and defaults written out make no difference';

CREATE OPERATOR opportunity.<> (
    LEFTARG = opportunity.sales_process, RIGHTARG = opportunity.sales_process,
    FUNCTION = opportunity.sales_process_ne,
    COMMUTATOR = OPERATOR(opportunity.<>), NEGATOR = OPERATOR(opportunity.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR opportunity.<> (opportunity.sales_process, opportunity.sales_process) IS 'another process';

CREATE FUNCTION opportunity.stages(process opportunity.sales_process,
        OUT stage_order integer, OUT stage text, OUT label text, OUT probability numeric,
        OUT forecast_category text, OUT outcome text, OUT rotting_days integer) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'opp_stages' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 8;
COMMENT ON FUNCTION opportunity.stages(opportunity.sales_process) IS 'the stages of a process in order, numbered from 1: label is the name where none is given, probability is percent (100 won, 0 lost, NULL where none is given), outcome is open, won or lost; NULL gives no rows';
