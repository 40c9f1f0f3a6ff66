-- The triggers that attach_process creates.
CREATE FUNCTION opportunity.judge_stage() RETURNS trigger
    AS 'MODULE_PATHNAME', 'opp_judge_stage' LANGUAGE C;
COMMENT ON FUNCTION opportunity.judge_stage() IS 'AFTER ROW trigger that refuses a stage, move or missing value against the sales process; made by attach_process; 23514 or 23502 with a constraint name of its own for each rule, 39P01 when wired wrongly';

CREATE FUNCTION opportunity.derive_stage() RETURNS trigger
    AS 'MODULE_PATHNAME', 'opp_derive_stage' LANGUAGE C;
COMMENT ON FUNCTION opportunity.derive_stage() IS 'BEFORE ROW trigger that gives a new row without a stage the first one, and fills the columns that follow the stage; made by attach_process; 39P01 when wired wrongly';

CREATE FUNCTION opportunity.process_table_changed() RETURNS trigger
    AS 'MODULE_PATHNAME', 'opp_process_table_changed' LANGUAGE C;
COMMENT ON FUNCTION opportunity.process_table_changed() IS 'AFTER STATEMENT trigger of a table of processes: makes every session read it again; made by attach_process; 39P01 when wired wrongly';
