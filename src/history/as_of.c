/*
 * as_of.c
 *		A table as it was, from its history, and how one of its columns changed.
 */
#include "history/as_of_query.h"
#include "names.h"

#include "access/relation.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/portal.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(opp_history_as_of);
PG_FUNCTION_INFO_V1(opp_rows_as_of);
PG_FUNCTION_INFO_V1(opp_history_changes);
PG_FUNCTION_INFO_V1(opp_history_column);

/* Rows are handed on in batches of so many. */
#define ROWS_AT_A_TIME 1000

/*
 * The history's arguments, copied: the relation's own go with it.  Anyone may have
 * made the trigger, with arguments of any kind; what becomes part of a query is
 * the name of a table that exists.
 */
static char **
find_history(Relation target)
{
	char	  **arguments = history_arguments(target);
	char	  **copy = palloc_array(char *, HISTORY_N_ARGUMENTS);
	Oid			table;

	if (arguments == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("table \"%s\" has no history attached", RelationGetRelationName(target)),
				 errhint("SELECT opportunity.attach_history(%s, 'a table', 'columns');",
						 quote_literal_cstr(qualified_name(RelationGetRelid(target)))),
				 errtable(target)));
	for (int i = 0; i < HISTORY_N_ARGUMENTS; i++)
		copy[i] = pstrdup(arguments[i]);
	table = relation_of_name(copy[HISTORY_TABLE]);
	if (!OidIsValid(table) || get_rel_relkind(table) != RELKIND_RELATION)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("history table %s of %s does not exist", copy[HISTORY_TABLE], copy[HISTORY_TARGET]),
				 errhint("If it was renamed, call opportunity.attach_history again.")));
	copy[HISTORY_TABLE] = qualified_name(table);
	return copy;
}

/* Fills the function's result from a query with an instant, or two, as its parameters. */
static void
fill_result(FunctionCallInfo fcinfo, const char *query, TimestampTz first, TimestampTz second)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			types[] = {TIMESTAMPTZOID, TIMESTAMPTZOID};
	Datum		values[] = {TimestampTzGetDatum(first), TimestampTzGetDatum(second)};
	Portal		portal;
	SPIPlanPtr	plan;
	int			level;

	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	level = history_pin_settings();
	plan = SPI_prepare(query, lengthof(types), types);
	if (plan == NULL)
		elog(ERROR, "could not prepare to read a history");
	portal = SPI_cursor_open(NULL, plan, values, NULL, true);
	do
	{
		SPI_cursor_fetch(portal, true, ROWS_AT_A_TIME);
		for (uint64 i = 0; i < SPI_processed; i++)
			tuplestore_puttuple(result->setResult, SPI_tuptable->vals[i]);
		SPI_freetuptable(SPI_tuptable);
	} while (SPI_processed > 0);
	SPI_cursor_close(portal);
	AtEOXact_GUC(false, level);
	SPI_finish();
}

/* Starts a query whose first column is the key k1 ... as text. */
static void
append_row_key(StringInfo text, int n_keys)
{
	appendStringInfoString(text, n_keys == 1 ? "SELECT opportunity.history_value(k1)" : "SELECT CAST(ROW(");
	for (int k = 1; n_keys > 1 && k <= n_keys; k++)
		appendStringInfo(text, "%sopportunity.history_value(k%d)", k > 1 ? ", " : "", k);
	appendStringInfoString(text, n_keys == 1 ? "" : ") AS text)");
}

Datum
opp_history_as_of(PG_FUNCTION_ARGS)
{
	Relation	target = relation_open(relation_argument(fcinfo, 0, "target"), AccessShareLock);
	char	  **arguments = find_history(target);
	List	   *columns = name_list(arguments[HISTORY_COLUMNS], "columns");
	int			n_keys = list_length(name_list(arguments[HISTORY_KEY], "key"));
	StringInfoData text;
	ListCell   *cell;
	int			i = 0;

	relation_close(target, AccessShareLock);
	initStringInfo(&text);
	append_row_key(&text, n_keys);
	appendStringInfoString(&text, ", column_name, value FROM (");
	history_append_query(&text, arguments);
	appendStringInfoString(&text, ") AS h CROSS JOIN LATERAL (VALUES ");
	foreach(cell, columns)
	{
		appendStringInfo(&text, "%s(%s, c%d)", i > 0 ? ", " : "", quote_literal_cstr(lfirst(cell)), i + 1);
		i++;
	}
	appendStringInfoString(&text, ") AS v(column_name, value)");
	fill_result(fcinfo, text.data, PG_GETARG_TIMESTAMPTZ(1), PG_GETARG_TIMESTAMPTZ(1));
	return (Datum) 0;
}

/* The place of a name in a list, from 1; 0 when it is not there. */
static int
place_of(List *names, const char *name)
{
	ListCell   *cell;
	int			place = 0;

	foreach(cell, names)
	{
		place++;
		if (strcmp(lfirst(cell), name) == 0)
			return place;
	}
	return 0;
}

/* A watched column's name, or an error. */
static void
check_watched(Relation target, char **arguments, const char *column)
{
	if (place_of(name_list(arguments[HISTORY_COLUMNS], "columns"), column) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the history of table \"%s\" does not watch a column \"%s\"",
						RelationGetRelationName(target), column),
				 errdetail("It watches: %s.", arguments[HISTORY_COLUMNS]),
				 errhint("Name the column that has it, or attach the history with it."),
				 errtable(target)));
}

Datum
opp_history_column(PG_FUNCTION_ARGS)
{
	Relation	target = relation_open(relation_argument(fcinfo, 0, "target"), AccessShareLock);
	char	   *column = NameStr(*PG_GETARG_NAME(1));

	check_watched(target, find_history(target), column);
	relation_close(target, AccessShareLock);
	PG_RETURN_TEXT_P(cstring_to_text(column));
}

Datum
opp_history_changes(PG_FUNCTION_ARGS)
{
	Relation	target = relation_open(relation_argument(fcinfo, 0, "target"), AccessShareLock);
	char	   *column = NameStr(*PG_GETARG_NAME(1));
	char	  **arguments = find_history(target);
	List	   *keys = name_list(arguments[HISTORY_TABLE_KEY], "the history's key");
	StringInfoData text;
	ListCell   *cell;
	int			i = 0;

	check_watched(target, arguments, column);
	relation_close(target, AccessShareLock);
	initStringInfo(&text);
	append_row_key(&text, list_length(keys));
	appendStringInfoString(&text, ", id, changed_at, changed_by, event, old_value, new_value FROM (SELECT ");
	foreach(cell, keys)
		appendStringInfo(&text, "%s AS k%d, ", quote_identifier(lfirst(cell)), ++i);
	appendStringInfo(&text, "id, changed_at, changed_by, event, old_value, new_value FROM %s"
					 " WHERE column_name OPERATOR(pg_catalog.=) %s AND changed_at OPERATOR(pg_catalog.>) $1"
					 " AND changed_at OPERATOR(pg_catalog.<=) $2) AS h ORDER BY id",
					 arguments[HISTORY_TABLE], quote_literal_cstr(column));
	fill_result(fcinfo, text.data, PG_GETARG_TIMESTAMPTZ(2), PG_GETARG_TIMESTAMPTZ(3));
	return (Datum) 0;
}

/* Not strict: its first argument is there for its type. */
Datum
opp_rows_as_of(PG_FUNCTION_ARGS)
{
	Oid			relid = get_typ_typrelid(get_fn_expr_argtype(fcinfo->flinfo, 0));
	Relation	target;
	TupleDesc	row;
	char	  **arguments;
	List	   *columns;
	List	   *keys;
	StringInfoData text;

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("rows_as_of needs a row of a table, which %s is not",
						format_type_be(get_fn_expr_argtype(fcinfo->flinfo, 0))),
				 errhint("SELECT * FROM opportunity.rows_as_of(NULL::deal, '2026-01-01');")));
	if (PG_ARGISNULL(1))
	{
		InitMaterializedSRF(fcinfo, 0);
		return (Datum) 0;
	}
	target = relation_open(relid, AccessShareLock);
	arguments = find_history(target);
	columns = name_list(arguments[HISTORY_COLUMNS], "columns");
	keys = name_list(arguments[HISTORY_KEY], "key");
	row = RelationGetDescr(target);

	initStringInfo(&text);
	appendStringInfoString(&text, "SELECT ");
	for (int i = 0; i < row->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(row, i);
		char	   *type;
		int			place;

		if (i > 0)
			appendStringInfoString(&text, ", ");
		if (column->attisdropped)
		{
			appendStringInfoString(&text, "NULL::pg_catalog.int4");
			continue;
		}
		type = format_type_extended(column->atttypid, column->atttypmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
		if ((place = place_of(keys, NameStr(column->attname))) > 0)
			appendStringInfo(&text, "CAST(k%d AS %s)", place, type);
		else if ((place = place_of(columns, NameStr(column->attname))) > 0)
			appendStringInfo(&text, "CAST(c%d AS %s)", place, type);
		else
			appendStringInfo(&text, "CAST(NULL AS %s)", type);
	}
	relation_close(target, AccessShareLock);
	appendStringInfoString(&text, " FROM (");
	history_append_query(&text, arguments);
	appendStringInfoString(&text, ") AS h");
	fill_result(fcinfo, text.data, PG_GETARG_TIMESTAMPTZ(1), PG_GETARG_TIMESTAMPTZ(1));
	return (Datum) 0;
}
