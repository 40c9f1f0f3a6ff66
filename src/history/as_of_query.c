/*
 * as_of_query.c
 *		The query that rebuilds a table from its history.
 *
 * Of each row's column the last entry up to the instant has the value; the id, not
 * the clock, says which is the last.  A row whose last entry is a delete was gone.
 */
#include "history/as_of_query.h"
#include "names.h"

#include "utils/builtins.h"

void
history_append_list(StringInfo text, const char *prefix, int n)
{
	for (int i = 1; i <= n; i++)
		appendStringInfo(text, "%s%s%d", i > 1 ? ", " : "", prefix, i);
}

/* The rows up to the instant $1: k1 ... the key, c1 ... the watched columns. */
void
history_append_query(StringInfo text, char **arguments)
{
	List	   *columns = name_list(arguments[HISTORY_COLUMNS], "columns");
	List	   *keys = name_list(arguments[HISTORY_TABLE_KEY], "the history's key");
	int			n_keys = list_length(keys);
	int			n_columns = list_length(columns);
	ListCell   *cell;
	int			i = 0;

	appendStringInfoString(text, "SELECT ");
	history_append_list(text, "k", n_keys);
	appendStringInfoString(text, ", ");
	history_append_list(text, "c", n_columns);
	appendStringInfoString(text, " FROM (SELECT ");
	history_append_list(text, "k", n_keys);
	appendStringInfoString(text, ", (pg_catalog.array_agg(event ORDER BY id DESC))[1] AS last_event");
	foreach(cell, columns)
		appendStringInfo(text, ", pg_catalog.max(new_value) FILTER (WHERE column_name OPERATOR(pg_catalog.=) %s) AS c%d",
						 quote_literal_cstr(lfirst(cell)), ++i);
	appendStringInfoString(text, " FROM (SELECT DISTINCT ON (");
	history_append_list(text, "k", n_keys);
	appendStringInfoString(text, ", column_name) * FROM (SELECT ");
	i = 0;
	foreach(cell, keys)
		appendStringInfo(text, "%s AS k%d, ", quote_identifier(lfirst(cell)), ++i);
	appendStringInfo(text, "column_name, new_value, event, id FROM %s WHERE changed_at OPERATOR(pg_catalog.<=) $1) AS e ORDER BY ",
					 arguments[HISTORY_TABLE]);
	history_append_list(text, "k", n_keys);
	appendStringInfoString(text, ", column_name, id DESC) AS l GROUP BY ");
	history_append_list(text, "k", n_keys);
	appendStringInfoString(text, ") AS r WHERE last_event OPERATOR(pg_catalog.<>) 'delete'");
}
