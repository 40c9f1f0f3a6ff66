-- The log of who changed what when (C: src/history).

CREATE FUNCTION opportunity.log_changes() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'opp_log_changes';
COMMENT ON FUNCTION opportunity.log_changes() IS 'Trigger made by attach_history: after each statement the changes of the watched columns go into the history, before TRUNCATE all rows as deleted. Writes as the history''s owner, who consents by guard_history with the same arguments. Its arguments: the table, the history, the watched columns, the key, the history''s columns for the key.';

CREATE FUNCTION opportunity.guard_history() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'opp_guard_history';
COMMENT ON FUNCTION opportunity.guard_history() IS 'Trigger on a history, made by attach_history: refuses UPDATE, DELETE and TRUNCATE (23514, opportunity_history_append). Its arguments, those of log_changes, are the owner''s consent to be written to by that trigger and no other.';

CREATE FUNCTION opportunity.history_value(value "any") RETURNS text
LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'opp_history_value';
COMMENT ON FUNCTION opportunity.history_value("any") IS 'A value as a history keeps it: the output of its type under DateStyle ISO, IntervalStyle postgres and TimeZone UTC, whatever the session has set.';

CREATE FUNCTION opportunity.attach_history(target regclass, history_table text, columns text)
RETURNS void
LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'opp_attach_history';
COMMENT ON FUNCTION opportunity.attach_history(regclass, text, text) IS 'Keeps a log of the changes of columns, a list, of a table with a primary key, and of the tables that inherit from it. The history table is made when it does not exist, owned by the caller; one that exists must have its columns. What differs from the last entries, at first every row, is logged at once. Replaces an earlier history of the table; to be called again when a partition is added or a table or column renamed.';

CREATE FUNCTION opportunity.detach_history(target regclass)
RETURNS void
LANGUAGE C VOLATILE AS 'MODULE_PATHNAME', 'opp_detach_history';
COMMENT ON FUNCTION opportunity.detach_history(regclass) IS 'Drops the triggers that attach_history made for a table, on the tables that inherit from it and on its history too, which then is an ordinary table. No data changes; nothing attached is a notice.';

CREATE FUNCTION opportunity.history_as_of(target regclass, as_of timestamptz DEFAULT pg_catalog.now(),
	OUT row_key text, OUT column_name text, OUT value text)
RETURNS SETOF record
LANGUAGE C STABLE STRICT AS 'MODULE_PATHNAME', 'opp_history_as_of';
COMMENT ON FUNCTION opportunity.history_as_of(regclass, timestamptz) IS 'The watched columns of a table as of an instant, from its history: for each row that was there one line a column. row_key is the primary key as text, a record of several columns. Needs the right to read the history, not the table.';

CREATE FUNCTION opportunity.rows_as_of(target anyelement, as_of timestamptz DEFAULT pg_catalog.now())
RETURNS SETOF anyelement
LANGUAGE C STABLE AS 'MODULE_PATHNAME', 'opp_rows_as_of';
COMMENT ON FUNCTION opportunity.rows_as_of(anyelement, timestamptz) IS 'The rows of a table as of an instant, from its history: rows_as_of(NULL::deal, ''2026-01-01''). The key and the watched columns have their values, all others are NULL. Needs the right to read the history, not the table.';

CREATE FUNCTION opportunity.history_changes(target regclass, column_name name, since timestamptz DEFAULT '-infinity', until timestamptz DEFAULT 'infinity',
	OUT row_key text, OUT entry bigint, OUT changed_at timestamptz, OUT changed_by text, OUT event text, OUT old_value text, OUT new_value text)
RETURNS SETOF record
LANGUAGE C STABLE STRICT AS 'MODULE_PATHNAME', 'opp_history_changes';
COMMENT ON FUNCTION opportunity.history_changes(regclass, name, timestamptz, timestamptz) IS 'The entries that the history of a table has for a watched column, after since and up to until, in the order in which they were made (entry counts them). row_key as history_as_of has it. Needs the right to read the history, not the table. Errors: 42703 for a column that is not watched.';

CREATE FUNCTION opportunity.history_column(target regclass, column_name name) RETURNS text
LANGUAGE C STABLE STRICT AS 'MODULE_PATHNAME', 'opp_history_column';
COMMENT ON FUNCTION opportunity.history_column(regclass, name) IS 'The name of the column, if the history of the table watches it. Errors: 42703 if not.';
