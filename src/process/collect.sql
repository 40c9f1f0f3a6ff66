-- A sales process made of the rows of a table of stages.
CREATE FUNCTION opportunity.collect_process_add(state internal, name text, probability numeric, outcome text) RETURNS internal
    AS 'MODULE_PATHNAME', 'opp_collect_process_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.collect_process_add(internal, text, numeric, text) IS 'transition function of collect_process';

CREATE FUNCTION opportunity.collect_process_final(state internal) RETURNS opportunity.sales_process
    AS 'MODULE_PATHNAME', 'opp_collect_process_final' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.collect_process_final(internal) IS 'final function of collect_process';

CREATE AGGREGATE opportunity.collect_process(name text, probability numeric, outcome text) (
    SFUNC = opportunity.collect_process_add,
    STYPE = internal,
    FINALFUNC = opportunity.collect_process_final,
    FINALFUNC_MODIFY = READ_ONLY,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE opportunity.collect_process(text, numeric, text) IS
    'the process whose stages are the rows, in the order of collect_process(... ORDER BY place), what is won or lost behind what is open; probability is percent 0-100, NULL for none; outcome is open (or NULL), won or lost; 22P02 with the place in DETAIL when they make no process, 22004 of a NULL name; NULL of no rows';
