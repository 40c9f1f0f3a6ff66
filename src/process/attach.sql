-- Attaching a process to a table, looking ahead, moving one row.
CREATE FUNCTION opportunity.attach_process(target regclass, stage_column name,
        process opportunity.sales_process DEFAULT NULL,
        probability_column name DEFAULT NULL, forecast_category_column name DEFAULT NULL,
        outcome_column name DEFAULT NULL, entered_at_column name DEFAULT NULL, closed_at_column name DEFAULT NULL,
        process_table regclass DEFAULT NULL, process_column name DEFAULT NULL,
        enforce text DEFAULT 'refuse',
        process_key name DEFAULT 'name', process_definition name DEFAULT 'definition',
        stage_table regclass DEFAULT NULL, stage_key name DEFAULT 'id', stage_name name DEFAULT 'name',
        path_column name DEFAULT NULL, notify name DEFAULT NULL,
        rule_table regclass DEFAULT NULL, rule_position name DEFAULT 'position', rule_process name DEFAULT 'process',
        rule_condition name DEFAULT 'condition', rule_process_key name DEFAULT NULL) RETURNS void
    AS 'MODULE_PATHNAME', 'opp_attach_process' LANGUAGE C;
COMMENT ON FUNCTION opportunity.attach_process(regclass, name, opportunity.sales_process, name, name, name, name, name, regclass, name, text, name, name, regclass, name, name, name, name, regclass, name, name, name, name) IS
    'makes every writer of a table follow a sales process, by triggers; either process, or process_table (read with the rights of the target''s owner) and process_column, which holds a row''s process_key there (NULL: the row whose is_default is true); when a row''s process changes it goes on from the stage of the same name or enters at an open one, is closed only if it was so before or may start there, and is won only with what every open stage of the new process requires; the other columns named are filled from the stage: a value that a statement gives is kept until the next move, but for outcome_column, and path_column, a stage_path, gets a step a move; where the stage column holds ids, stage_table has the names of the stages, stage_name, beside them, stage_key; rule_table has rules for new rows whose process_column is NULL: the first, in the order of rule_position, whose rule_condition, an SQL expression over the row''s columns with built-in functions and operators, is true chooses rule_process (a process_key, or what the column rule_process_key of process_table holds), and where none is the row gets the default process; notify is a channel that gets every move when it is committed, as a JSON object with table, from (null of a new row), to, process and key (the primary key as text; null where there is none or it is too long), which everyone may LISTEN to; enforce is refuse or warn; a second call replaces the first';

CREATE FUNCTION opportunity.detach_process(target regclass, stage_column name DEFAULT NULL) RETURNS void
    AS 'MODULE_PATHNAME', 'opp_detach_process' LANGUAGE C;
COMMENT ON FUNCTION opportunity.detach_process(regclass, name) IS
    'drops the triggers of attach_process, of one stage column or (NULL) of all; 42704 when there are none; the trigger on a table that the process was read from goes, too, when nothing else is read from it and the caller owns it';

CREATE FUNCTION opportunity.process_of(target regclass, stage_column name DEFAULT NULL) RETURNS opportunity.sales_process
    AS 'MODULE_PATHNAME', 'opp_process_of' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION opportunity.process_of(regclass, name) IS
    'the process attached to a table, of a table of processes the default one; 42704 when there is none, 42725 when several stage columns have one and none is named; NULL of a NULL table';

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

CREATE FUNCTION opportunity.advance(target regclass, key text, stage_column name DEFAULT NULL) RETURNS text
    AS 'MODULE_PATHNAME', 'opp_advance' LANGUAGE C;
COMMENT ON FUNCTION opportunity.advance(regclass, text, name) IS
    'moves the row with that primary key to its next stage, by an UPDATE of the caller''s, and returns the stage; stage_column is needed where several have a process, else 42725; P0002 when there is no such row, 21000 when tables that inherit have another, 23514 when it is closed, and what the process refuses; NULL of a NULL table or key';

CREATE FUNCTION opportunity.move_to(target regclass, key text, stage text, stage_column name DEFAULT NULL) RETURNS text
    AS 'MODULE_PATHNAME', 'opp_move_to' LANGUAGE C;
COMMENT ON FUNCTION opportunity.move_to(regclass, text, text, name) IS
    'moves the row with that primary key to a stage, by an UPDATE of the caller''s, and returns the stage; stage_column is needed where several have a process, else 42725; P0002 when there is no such row, 21000 when tables that inherit have another, and what the process refuses; NULL of a NULL table, key or stage';
