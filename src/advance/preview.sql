-- Looking ahead: what the judge would say of a row.
CREATE FUNCTION opportunity.next_stage(process opportunity.sales_process, deal record, stage_column name DEFAULT 'stage') RETURNS text
    AS 'MODULE_PATHNAME', 'opp_next_stage' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION opportunity.next_stage(opportunity.sales_process, record, name) IS
    'the stage after the one a row is in: the one that the first branch leads to whose condition the row meets, else the next open stage, after the last one the first that is won; the first stage when its stage is NULL, NULL when it is closed; 23514 when it is in an unknown stage';

CREATE FUNCTION opportunity.unmet_requirements(process opportunity.sales_process, deal record,
        to_stage text DEFAULT NULL, stage_column name DEFAULT 'stage') RETURNS text[]
    AS 'MODULE_PATHNAME', 'opp_unmet_requirements' LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION opportunity.unmet_requirements(opportunity.sales_process, record, text, name) IS
    'what a row lacks for a move, whether or not the move is allowed: required columns, then checks by their messages; to_stage NULL: to the next stage, or of a closed row what its outcome requires; NULL of a NULL process or row';

CREATE FUNCTION opportunity.can_move(process opportunity.sales_process, deal record,
        to_stage text, stage_column name DEFAULT 'stage') RETURNS boolean
    AS 'MODULE_PATHNAME', 'opp_can_move' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION opportunity.can_move(opportunity.sales_process, record, text, name) IS
    'whether the process lets a row move to a stage as the row is now; 23514 of an unknown stage';

CREATE FUNCTION opportunity.completeness(process opportunity.sales_process, deal record) RETURNS numeric
    AS 'MODULE_PATHNAME', 'opp_completeness' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.completeness(opportunity.sales_process, record) IS
    'how much of what any stage of the process requires a row has filled: percent of the distinct required columns, rounded to 2 decimals; 100 where none is required; checks do not count; NULL of a NULL process or row';
