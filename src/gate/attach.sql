-- Attaching a process to a table, and detaching it.
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
