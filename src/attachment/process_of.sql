-- The process that is attached to a table, as a value.
CREATE FUNCTION opportunity.process_of(target regclass, stage_column name DEFAULT NULL) RETURNS opportunity.sales_process
    AS 'MODULE_PATHNAME', 'opp_process_of' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.process_of(regclass, name) IS
    'the process attached to a table, of a table of processes the default one; 42704 when there is none, 42725 when several stage columns have one and none is named; NULL of a NULL table';
