/*
 * attach.c
 *		attach_history and detach_history: the triggers, the table that keeps the
 *		log, and its first entries.
 *
 * The triggers are named opportunity_history_{insert,update,delete,truncate}, on
 * the table and on each that inherits from it, and opportunity_history_guard on
 * the log.
 */
#include "command.h"
#include "history/as_of_query.h"
#include "names.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"
#include "utils/varlena.h"

PG_FUNCTION_INFO_V1(opp_attach_history);
PG_FUNCTION_INFO_V1(opp_detach_history);

static const struct
{
	const char *event;
	const char *form;
}			table_triggers[] = {
	{"insert", "AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows"},
	{"update", "AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"},
	{"delete", "AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows"},
	{"truncate", "BEFORE TRUNCATE ON %s"}
};

static void
refuse_null(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("%s must not be null", name)));
}

/* CREATE TRIGGER will check the privilege again; before it the table is locked and read. */
static Relation
open_checked(Oid relid)
{
	AclResult	privilege = pg_class_aclcheck(relid, GetUserId(), ACL_TRIGGER);

	if (privilege != ACLCHECK_OK)
		aclcheck_error(privilege, get_relkind_objtype(get_rel_relkind(relid)), get_rel_name(relid));
	return table_open(relid, ShareRowExclusiveLock);
}

static Relation
open_target(Oid relid)
{
	Relation	target = open_checked(relid);

	if (IsSystemRelation(target))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("\"%s\" is a system catalog, which histories are not for", RelationGetRelationName(target)),
				 errtable(target)));
	if (target->rd_rel->relkind != RELKIND_RELATION && target->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("a history is of an ordinary or partitioned table, which \"%s\" is not",
						RelationGetRelationName(target)),
				 errtable(target)));
	if (has_superclass(relid))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("rows of \"%s\" are also written through the table it belongs to or inherits from",
						RelationGetRelationName(target)),
				 errhint("Attach the history to that table."),
				 errtable(target)));
	return target;
}

static List *
find_key(Relation target)
{
	List	   *names = NIL;
	HeapTuple	tuple;
	Form_pg_index form;

	(void) RelationGetIndexList(target);
	if (!OidIsValid(target->rd_pkindex))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				 errmsg("table \"%s\" has no primary key, by which a history knows its rows", RelationGetRelationName(target)),
				 errtable(target)));
	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(target->rd_pkindex));
	form = (Form_pg_index) GETSTRUCT(tuple);
	for (int i = 0; i < form->indnkeyatts; i++)
		names = lappend(names, get_attname(RelationGetRelid(target), form->indkey.values[i], false));
	ReleaseSysCache(tuple);
	return names;
}

/*
 * The log's columns for the key have the key's names, but for those that the log
 * uses itself, such as id: these get the table's name before them.
 */
static List *
name_key(Relation target, List *key)
{
	List	   *names = NIL;
	ListCell   *cell;

	foreach(cell, key)
	{
		char	   *name = lfirst(cell);

		for (int i = 0; i < HISTORY_N_OWN; i++)
		{
			if (strcmp(name, history_own_columns[i].name) == 0)
			{
				name = makeObjectName(RelationGetRelationName(target), name, NULL);
				break;
			}
		}
		names = lappend(names, name);
	}
	return names;
}

/* The key's column's type in the log. */
static char *
key_type(Relation target, const char *name)
{
	Form_pg_attribute column = TupleDescAttr(RelationGetDescr(target), get_attnum(RelationGetRelid(target), name) - 1);
	char	   *type = format_type_extended(column->atttypid, column->atttypmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);

	if (OidIsValid(column->attcollation) && column->attcollation != get_typcollation(column->atttypid))
		return psprintf("%s COLLATE %s", type, generate_collation_name(column->attcollation));
	return type;
}

static void
create_table(Relation target, const char *name, List *key, List *table_key)
{
	StringInfoData text;
	StringInfoData keys;

	initStringInfo(&keys);
	for (int i = 0; i < list_length(key); i++)
		appendStringInfo(&keys, ", %s %s NOT NULL", quote_identifier(list_nth(table_key, i)), key_type(target, list_nth(key, i)));
	initStringInfo(&text);
	appendStringInfo(&text, "CREATE %sTABLE %s (",
					 target->rd_rel->relpersistence == RELPERSISTENCE_TEMP ? "TEMPORARY " : "", name);
	for (int i = 0; i < HISTORY_N_OWN; i++)
		appendStringInfo(&text, "%s%s %s%s", i > 0 ? ", " : "", history_own_columns[i].name,
						 history_own_columns[i].declaration, i == HISTORY_ID ? keys.data : "");
	appendStringInfoChar(&text, ')');
	run_command(text.data);
	run_command(psprintf("CREATE INDEX ON %s (%s, changed_at)", name, quoted_name_list(table_key)));
	run_command(psprintf("COMMENT ON TABLE %s IS %s", name,
						 quote_literal_cstr(psprintf("Who changed what of %s when; only appended to.", RelationGetRelationName(target)))));
	for (int i = 0; i < HISTORY_N_OWN; i++)
		run_command(psprintf("COMMENT ON COLUMN %s.%s IS %s", name, history_own_columns[i].name,
							 quote_literal_cstr(history_own_columns[i].comment)));
	for (int i = 0; i < list_length(key); i++)
		run_command(psprintf("COMMENT ON COLUMN %s.%s IS %s", name, quote_identifier(list_nth(table_key, i)),
							 quote_literal_cstr(psprintf("%s of the row that was changed.", (char *) list_nth(key, i)))));
}

/* The table that keeps the log, made when it does not exist; open, and locked as by CREATE TRIGGER. */
static Relation
open_table(Relation target, text *name, List *key, List *table_key)
{
	RangeVar   *given = makeRangeVarFromNameList(textToQualifiedNameList(name));
	Oid			relid = RangeVarGetRelid(given, NoLock, true);
	Relation	table;

	if (!OidIsValid(relid))
	{
		char	   *qualified;

		if (target->rd_rel->relpersistence == RELPERSISTENCE_TEMP && given->schemaname == NULL)
			given->relpersistence = RELPERSISTENCE_TEMP;
		qualified = quote_qualified_identifier(get_namespace_name(RangeVarGetCreationNamespace(given)), given->relname);
		create_table(target, qualified, key, table_key);
		relid = relation_of_name(qualified);
	}
	table = open_checked(relid);
	if (relid == RelationGetRelid(target))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("table \"%s\" cannot be its own history", RelationGetRelationName(target)),
				 errtable(target)));
	if (IsSystemRelation(table))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("\"%s\" is a system catalog, which histories are not for", RelationGetRelationName(table)),
				 errtable(table)));
	if (table->rd_rel->relpersistence == RELPERSISTENCE_TEMP && target->rd_rel->relpersistence != RELPERSISTENCE_TEMP)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				 errmsg("table \"%s\" would outlive its temporary history \"%s\"",
						RelationGetRelationName(target), RelationGetRelationName(table)),
				 errtable(table)));
	for (int i = 0; table->trigdesc != NULL && i < table->trigdesc->numtriggers; i++)
	{
		Trigger    *trigger = &table->trigdesc->triggers[i];
		Oid			other;

		if (trigger->tgfoid != trigger_function("guard_history") || trigger->tgnargs != HISTORY_N_ARGUMENTS)
			continue;
		other = relation_of_name(trigger->tgargs[HISTORY_TARGET]);
		if (OidIsValid(other) && other != RelationGetRelid(target))
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_OBJECT),
					 errmsg("table \"%s\" already keeps the history of %s", RelationGetRelationName(table),
							trigger->tgargs[HISTORY_TARGET]),
					 errtable(table)));
	}
	return table;
}

static void
drop_triggers(Relation relation, const char *function, const char *only_for)
{
	TriggerDesc *triggers = relation->trigdesc;
	Oid			foid = trigger_function(function);
	List	   *names = NIL;
	ListCell   *cell;

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		Trigger    *trigger = &triggers->triggers[i];

		if (trigger->tgfoid == foid && !trigger->tgisinternal &&
			(only_for == NULL || (trigger->tgnargs == HISTORY_N_ARGUMENTS && strcmp(trigger->tgargs[HISTORY_TARGET], only_for) == 0)))
			names = lappend(names, pstrdup(trigger->tgname));
	}
	foreach(cell, names)
		run_command(psprintf("DROP TRIGGER %s ON %s", quote_identifier(lfirst(cell)),
							 qualified_name(RelationGetRelid(relation))));
}

/* The log triggers of a table and of what inherits from it, and its log's guard; whether there were any. */
static bool
detach(Relation target)
{
	char	  **arguments = history_arguments(target);
	char	   *named;
	Oid			owner;
	Oid			table;
	ListCell   *cell;

	if (arguments == NULL)
		return false;
	named = pstrdup(arguments[HISTORY_TARGET]);
	table = relation_of_name(arguments[HISTORY_TABLE]);

	/* a table that was a part of another gives up its triggers, not the other's log */
	owner = relation_of_name(named);
	if (OidIsValid(table) && (!OidIsValid(owner) || owner == RelationGetRelid(target)))
	{
		Relation	guarded = table_open(table, ShareRowExclusiveLock);

		drop_triggers(guarded, "guard_history", named);
		table_close(guarded, NoLock);
	}
	foreach(cell, find_all_inheritors(RelationGetRelid(target), ShareRowExclusiveLock, NULL))
	{
		Relation	part = table_open(lfirst_oid(cell), NoLock);

		drop_triggers(part, "log_changes", NULL);
		table_close(part, NoLock);
	}
	return true;
}

/* The equality of a type's btree, as SQL text. */
static char *
equality(Oid type)
{
	return qualified_operator(lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr);
}

/*
 * Logs what the log does not know: at first every row, later what happened while
 * there were no triggers, or they did not fire.
 */
static void
catch_up(Relation target, char **arguments)
{
	List	   *columns = name_list(arguments[HISTORY_COLUMNS], "columns");
	List	   *key = name_list(arguments[HISTORY_KEY], "key");
	List	   *table_key = name_list(arguments[HISTORY_TABLE_KEY], "the history's key");
	int			n_keys = list_length(key);
	Oid			types[] = {TIMESTAMPTZOID, TEXTOID};
	Datum		values[2];
	StringInfoData text;
	ListCell   *cell;
	int			level;
	int			i = 0;

	initStringInfo(&text);
	appendStringInfo(&text, "INSERT INTO %s (changed_at, changed_by, event, column_name, old_value, new_value, %s) "
					 "SELECT $1, $2, event, column_name, old_value, new_value, ",
					 arguments[HISTORY_TABLE], quoted_name_list(table_key));
	history_append_list(&text, "k", n_keys);
	appendStringInfoString(&text, " FROM (SELECT CASE WHEN h.was IS NULL THEN 'insert' WHEN t.is IS NULL THEN 'delete' ELSE 'update' END AS event, c.*");
	for (int k = 1; k <= n_keys; k++)
		appendStringInfo(&text, ", COALESCE(t.k%d, h.k%d) AS k%d", k, k, k);
	appendStringInfoString(&text, " FROM (SELECT true AS is");
	foreach(cell, key)
		appendStringInfo(&text, ", %s AS k%d", quote_identifier(lfirst(cell)), ++i);
	i = 0;
	foreach(cell, columns)
		appendStringInfo(&text, ", opportunity.history_value(%s) AS c%d", quote_identifier(lfirst(cell)), ++i);
	appendStringInfo(&text, " FROM %s) AS t FULL JOIN (SELECT true AS was, q.* FROM (", arguments[HISTORY_TARGET]);
	history_append_query(&text, arguments);
	appendStringInfoString(&text, ") AS q) AS h ON ");
	for (int k = 1; k <= n_keys; k++)
		appendStringInfo(&text, "%st.k%d %s h.k%d", k > 1 ? " AND " : "", k,
						 equality(get_atttype(RelationGetRelid(target), get_attnum(RelationGetRelid(target), list_nth(key, k - 1)))), k);
	appendStringInfoString(&text, " CROSS JOIN LATERAL (VALUES ");
	i = 0;
	foreach(cell, columns)
	{
		i++;
		appendStringInfo(&text, "%s(%d, %s, h.c%d, t.c%d)", i > 1 ? ", " : "", i, quote_literal_cstr(lfirst(cell)), i, i);
	}
	appendStringInfoString(&text, ") AS c(n, column_name, old_value, new_value)) AS x "
						   "WHERE old_value IS DISTINCT FROM new_value OR (event <> 'update' AND n = 1) ORDER BY ");
	history_append_list(&text, "k", n_keys);
	appendStringInfoString(&text, ", n");

	values[0] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[1] = CStringGetTextDatum(GetUserNameFromId(GetOuterUserId(), false));
	level = history_pin_settings();
	/* rows that a policy hides are an error, not missing */
	(void) set_config_option("row_security", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	if (SPI_execute_with_args(text.data, 2, types, values, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not write a history");
	AtEOXact_GUC(false, level);
}

Datum
opp_attach_history(PG_FUNCTION_ARGS)
{
	Oid			relid = relation_argument(fcinfo, 0, "target");
	char	   *arguments[HISTORY_N_ARGUMENTS];
	Relation	target;
	Relation	table;
	List	   *columns;
	List	   *key;
	List	   *table_key;
	ListCell   *cell;
	StringInfoData call;

	if (PG_ARGISNULL(1))
		refuse_null("history_table");
	if (PG_ARGISNULL(2))
		refuse_null("columns");
	columns = name_list(text_to_cstring(PG_GETARG_TEXT_PP(2)), "columns");
	target = open_target(relid);
	key = find_key(target);
	table_key = name_key(target, key);

	SPI_connect();
	(void) detach(target);
	table = open_table(target, PG_GETARG_TEXT_PP(1), key, table_key);

	arguments[HISTORY_TARGET] = qualified_name(relid);
	arguments[HISTORY_TABLE] = qualified_name(RelationGetRelid(table));
	arguments[HISTORY_COLUMNS] = quoted_name_list(columns);
	arguments[HISTORY_KEY] = quoted_name_list(key);
	arguments[HISTORY_TABLE_KEY] = quoted_name_list(table_key);
	history_check(target, table, arguments);

	drop_triggers(table, "guard_history", NULL);
	initStringInfo(&call);
	for (int i = 0; i < HISTORY_N_ARGUMENTS; i++)
		appendStringInfo(&call, "%s%s", i > 0 ? ", " : "", quote_literal_cstr(arguments[i]));
	run_command(psprintf("CREATE TRIGGER opportunity_history_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON %s "
						 "FOR EACH STATEMENT EXECUTE FUNCTION opportunity.guard_history(%s)",
						 arguments[HISTORY_TABLE], call.data));
	foreach(cell, find_all_inheritors(relid, ShareRowExclusiveLock, NULL))
	{
		char		kind = get_rel_relkind(lfirst_oid(cell));

		if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
			continue;
		for (int i = 0; i < (int) lengthof(table_triggers); i++)
		{
			StringInfoData statement;

			initStringInfo(&statement);
			appendStringInfo(&statement, "CREATE TRIGGER opportunity_history_%s ", table_triggers[i].event);
			appendStringInfo(&statement, table_triggers[i].form, qualified_name(lfirst_oid(cell)));
			appendStringInfo(&statement, " FOR EACH STATEMENT EXECUTE FUNCTION opportunity.log_changes(%s)", call.data);
			run_command(statement.data);
		}
	}
	catch_up(target, arguments);
	SPI_finish();
	table_close(table, NoLock);
	table_close(target, NoLock);
	PG_RETURN_VOID();
}

Datum
opp_detach_history(PG_FUNCTION_ARGS)
{
	Relation	target = open_target(relation_argument(fcinfo, 0, "target"));

	SPI_connect();
	if (!detach(target))
		ereport(NOTICE,
				(errmsg("table \"%s\" has no history attached", RelationGetRelationName(target))));
	SPI_finish();
	table_close(target, NoLock);
	PG_RETURN_VOID();
}
