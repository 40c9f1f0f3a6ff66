-- A sales process described.
CREATE FUNCTION opportunity.stage_probability(process opportunity.sales_process, stage text) RETURNS numeric
    AS 'MODULE_PATHNAME', 'opp_stage_probability' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.stage_probability(opportunity.sales_process, text) IS
    'the probability of a stage in percent, 0-100: 100 of one that is won, 0 of one that is lost; NULL where the stage has none, where the process has no such stage, and of NULL';

CREATE FUNCTION opportunity.stage_order(process opportunity.sales_process, stage text) RETURNS integer
    AS 'MODULE_PATHNAME', 'opp_stage_order' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.stage_order(opportunity.sales_process, text) IS
    'the place of a stage in its process, from 1, to sort by; NULL where the process has no such stage, and of NULL';

CREATE FUNCTION opportunity.process_diagram(process opportunity.sales_process) RETURNS text
    AS 'MODULE_PATHNAME', 'opp_process_diagram' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.process_diagram(opportunity.sales_process) IS
    'a drawing of the process as a Mermaid flowchart: stages by their labels with probabilities, arrows with the columns that are required on the way, dotted ones to what is lost; special characters go by their numbers, so that a label is never read as markup; NULL of NULL';

CREATE FUNCTION opportunity.process_template(name text) RETURNS opportunity.sales_process
    AS 'MODULE_PATHNAME', 'opp_process_template' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.process_template(text) IS
    'a process to begin with: dynamics, salesforce or hubspot, with the stages those systems come with and no required columns; 22023 of another name, NULL of NULL';
