/*
 * attach.c
 *		attach_totals and detach_totals: the triggers of an attachment, made and
 *		taken away.
 *
 * Their names, cut to fit and numbered where one is taken: on the lines and each
 * of their partitions opportunity_totals_{insert,update,delete,before,
 * after_truncate}_<parent>, on the parent opportunity_totals_guard_<child> and,
 * to fire last, zz_opportunity_totals_restore_<child>.
 */
#include "command.h"
#include "names.h"
#include "totals/totals.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(opp_attach_totals);
PG_FUNCTION_INFO_V1(opp_detach_totals);

/* What each table of the lines carries; the names end in the parent's. */
static const struct
{
	const char *label;
	const char *event;
}			line_triggers[TOTALS_N_LINE_TRIGGERS] = {
	{"totals_insert", "AFTER INSERT ON %s REFERENCING NEW TABLE AS new_lines"},
	{"totals_update", "AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_lines NEW TABLE AS new_lines"},
	{"totals_delete", "AFTER DELETE ON %s REFERENCING OLD TABLE AS old_lines"},
	{"totals_before", "BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s"},
	{"totals_after_truncate", "AFTER TRUNCATE ON %s"}
};

static char *
text_argument(FunctionCallInfo fcinfo, int i, const char *name)
{
	if (PG_ARGISNULL(i))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name)));
	return text_to_cstring(PG_GETARG_TEXT_PP(i));
}

Relation
totals_open_table(Oid relid, LOCKMODE lock)
{
	Relation	relation = table_open(relid, lock);

	if (IsSystemRelation(relation))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("\"%s\" is a system catalog, which totals are not for", RelationGetRelationName(relation)),
				 errtable(relation)));
	if (relation->rd_rel->relkind != RELKIND_RELATION && relation->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("totals need ordinary or partitioned tables, which \"%s\" is not",
						RelationGetRelationName(relation)),
				 errtable(relation)));
	return relation;
}

/* CREATE TRIGGER will check this again; before it tables are locked and read. */
static void
check_privilege(Oid relid)
{
	AclResult	result = pg_class_aclcheck(relid, GetUserId(), ACL_TRIGGER);

	if (result != ACLCHECK_OK)
		aclcheck_error(result, get_relkind_objtype(get_rel_relkind(relid)), get_rel_name(relid));
}

/*
 * The parent's columns that the foreign key refers to: those of a foreign key
 * constraint on these columns, else of the primary key, where a partitioned
 * table's may have the partition key's columns besides.
 */
static List *
find_parent_key(Relation parent, Relation child, List *foreign_key)
{
	List	   *names = NIL;
	ListCell   *cell;
	Oid			index;
	HeapTuple	tuple;
	Form_pg_index form;
	List	   *columns = NIL;

	foreach(cell, RelationGetFKeyList(child))
	{
		ForeignKeyCacheInfo *key = lfirst_node(ForeignKeyCacheInfo, cell);
		ListCell   *name;

		if (key->confrelid != RelationGetRelid(parent) || key->nkeys != list_length(foreign_key))
			continue;
		names = NIL;
		foreach(name, foreign_key)
		{
			for (int i = 0; i < key->nkeys; i++)
			{
				if (strcmp(get_attname(RelationGetRelid(child), key->conkey[i], false), lfirst(name)) == 0)
					names = lappend(names, get_attname(RelationGetRelid(parent), key->confkey[i], false));
			}
		}
		if (list_length(names) != list_length(foreign_key))
			continue;
		for (int i = 0; i < key->nkeys; i++)
		{
			if (get_mergejoin_opfamilies(key->conpfeqop[i]) == NIL)
				ereport(ERROR,
						(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						 errmsg("totals cannot follow the foreign key \"%s\" of \"%s\"",
								get_constraint_name(key->conoid), RelationGetRelationName(child)),
						 errdetail("It refers to a period, not to one row."),
						 errtableconstraint(child, get_constraint_name(key->conoid))));
		}
		return names;
	}

	(void) RelationGetIndexList(parent);
	index = parent->rd_pkindex;
	if (OidIsValid(index))
	{
		tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
		form = (Form_pg_index) GETSTRUCT(tuple);
		for (int i = 0; i < form->indnkeyatts; i++)
			columns = lappend_int(columns, form->indkey.values[i]);
		ReleaseSysCache(tuple);
	}

	if (list_length(columns) > list_length(foreign_key) &&
		parent->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
	{
		PartitionKey partition_key = RelationGetPartitionKey(parent);

		for (int i = 0; i < partition_key->partnatts; i++)
			columns = list_delete_int(columns, partition_key->partattrs[i]);
	}
	if (columns == NIL || list_length(columns) != list_length(foreign_key))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_FOREIGN_KEY),
				 errmsg("table \"%s\" has no key that foreign_key (%s) of \"%s\" could refer to",
						RelationGetRelationName(parent), quoted_name_list(foreign_key), RelationGetRelationName(child)),
				 errhint("Add the foreign key, or a primary key with as many columns to \"%s\".",
						 RelationGetRelationName(parent)),
				 errtable(parent)));
	names = NIL;
	foreach(cell, columns)
		names = lappend(names, get_attname(RelationGetRelid(parent), lfirst_int(cell), false));
	return names;
}

/* A warning when lines cannot be found by their parent. */
static void
check_index(Relation child, List *foreign_key)
{
	int			n = list_length(foreign_key);
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(child))
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));
		Form_pg_index form = (Form_pg_index) GETSTRUCT(tuple);
		bool		fits = form->indisvalid && form->indnkeyatts >= n && heap_attisnull(tuple, Anum_pg_index_indpred, NULL);

		for (int i = 0; i < n && fits; i++)
		{
			ListCell   *name;
			bool		found = false;

			foreach(name, foreign_key)
				found |= get_attnum(RelationGetRelid(child), lfirst(name)) == form->indkey.values[i];
			fits = found;
		}
		ReleaseSysCache(tuple);
		if (fits)
			return;
	}
	ereport(WARNING,
			(errmsg("table \"%s\" has no index on its foreign key, so each change of lines reads the whole table",
					RelationGetRelationName(child)),
			 errhint("CREATE INDEX ON %s (%s);", qualified_name(RelationGetRelid(child)), quoted_name_list(foreign_key))));
}

/*
 * Drops the triggers of a parent's attachment, or, where the parent is gone, those
 * that are left.  A parent that was renamed may share the arguments with the one
 * that has its name now: that one's lines are the ones named.
 */
static void
drop_attachment(bytea *arguments, Oid parent)
{
	int			n;
	char	  **strings = totals_split_arguments(arguments, &n);
	Oid			child = relation_of_name(strings[TOTALS_CHILD]);
	bool		is_named = parent == relation_of_name(strings[TOTALS_PARENT]);
	bool		has_other = false;
	List	   *named_lines = OidIsValid(child) ? find_all_inheritors(child, AccessShareLock, NULL) : NIL;
	List	   *triggers = totals_find_triggers(arguments);
	ListCell   *cell;

	foreach(cell, triggers)
	{
		TotalsTrigger *trigger = lfirst(cell);

		has_other |= trigger->is_guard && trigger->relid != parent;
	}
	foreach(cell, triggers)
	{
		TotalsTrigger *trigger = lfirst(cell);

		if (trigger->is_guard ? trigger->relid == parent :
			!has_other || list_member_oid(named_lines, trigger->relid) == is_named)
			run_command(psprintf("DROP TRIGGER %s ON %s", quote_identifier(trigger->name), qualified_name(trigger->relid)));
	}
}

static void
create_trigger(Oid relid, const char *prefix, const char *label, const char *other, const char *event,
			   const char *call)
{
	char	   *name;
	StringInfoData statement;
	int			attempt = 0;

	do
	{
		name = makeObjectName(prefix, attempt == 0 ? psprintf("%s_%s", label, other) :
							  psprintf("%s_%s%d", label, other, attempt), NULL);
		attempt++;
	} while (OidIsValid(get_trigger_oid(relid, name, true)));

	initStringInfo(&statement);
	appendStringInfo(&statement, "CREATE TRIGGER %s ", quote_identifier(name));
	appendStringInfo(&statement, event, qualified_name(relid));
	appendStringInfoString(&statement, call);
	run_command(statement.data);
}

static bool
shares_name(List *a, List *b)
{
	ListCell   *left;
	ListCell   *right;

	foreach(left, a)
	{
		foreach(right, b)
		{
			if (strcmp(lfirst(left), lfirst(right)) == 0)
				return true;
		}
	}
	return false;
}

static bool
has_columns(Oid relid, List *names)
{
	ListCell   *cell;

	foreach(cell, names)
	{
		if (get_attnum(relid, lfirst(cell)) <= 0)
			return false;
	}
	return true;
}

/*
 * Makes room for an attachment: no total may have two masters.  One of the same
 * tables that shares a total gives way, as does one whose columns were renamed;
 * the totals of other lines have to be detached.
 */
static void
replace_attachments(Oid parent, Oid child, List *total_columns, char **arguments)
{
	List	   *own = totals_find_attachments(parent, child);
	ListCell   *cell;

	foreach(cell, own)
	{
		int			n;
		char	  **strings = totals_split_arguments(lfirst(cell), &n);
		List	   *theirs = name_list(strings[TOTALS_COLUMNS], "total_columns");
		bool		is_stale = !has_columns(parent, theirs) ||
			!has_columns(child, name_list(strings[TOTALS_FOREIGN_KEY], "foreign_key"));

		if (!is_stale && !shares_name(theirs, total_columns))
			continue;
		if (!is_stale && (strcmp(strings[TOTALS_COLUMNS], arguments[TOTALS_COLUMNS]) != 0 ||
						  strcmp(strings[TOTALS_FOREIGN_KEY], arguments[TOTALS_FOREIGN_KEY]) != 0))
			ereport(NOTICE,
					(errmsg("replacing the totals (%s) of \"%s\" by (%s) of \"%s\"",
							strings[TOTALS_COLUMNS], get_rel_name(parent),
							strings[TOTALS_FOREIGN_KEY], get_rel_name(child))));
		drop_attachment(lfirst(cell), parent);
	}

	foreach(cell, totals_find_attachments(parent, InvalidOid))
	{
		int			n;
		char	  **strings = totals_split_arguments(lfirst(cell), &n);
		ListCell   *name;

		foreach(name, name_list(strings[TOTALS_COLUMNS], "total_columns"))
		{
			if (shares_name(list_make1(lfirst(name)), total_columns))
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_OBJECT),
						 errmsg("column \"%s\" of \"%s\" already is the total of lines in %s",
								(char *) lfirst(name), get_rel_name(parent), strings[TOTALS_CHILD]),
						 errhint("SELECT opportunity.detach_totals('%s', '%s');",
								 qualified_name(parent), strings[TOTALS_CHILD])));
		}
	}
}

Datum
opp_attach_totals(PG_FUNCTION_ARGS)
{
	Oid			parent_oid = relation_argument(fcinfo, 0, "parent");
	Oid			child_oid = relation_argument(fcinfo, 2, "child");
	List	   *total_columns = name_list(text_argument(fcinfo, 1, "total_columns"), "total_columns");
	List	   *foreign_key = name_list(text_argument(fcinfo, 3, "foreign_key"), "foreign_key");
	char	   *amounts = text_argument(fcinfo, 4, "amounts");
	char	   *lines_where = PG_ARGISNULL(5) ? "" : text_argument(fcinfo, 5, "lines_where");
	bool		is_rebuilt = PG_ARGISNULL(8) || PG_GETARG_BOOL(8);
	char	   *arguments[TOTALS_N_ARGUMENTS];
	char	   *call;
	StringInfoData list;
	Relation	parent;
	Relation	child;
	ListCell   *cell;
	Bitmapset  *unused = NULL;
	TotalsDefinition *definition;

	check_privilege(child_oid);
	check_privilege(parent_oid);

	/* The locks of CREATE TRIGGER, which makes the rebuild below see all lines. */
	child = totals_open_table(child_oid, ShareRowExclusiveLock);
	parent = totals_open_table(parent_oid, ShareRowExclusiveLock);
	if (has_superclass(child_oid))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("lines in \"%s\" are also written through the table it belongs to or inherits from",
						RelationGetRelationName(child)),
				 errhint("Attach that table."),
				 errtable(child)));

	if (parent->rd_rel->relpersistence == RELPERSISTENCE_TEMP && child->rd_rel->relpersistence != RELPERSISTENCE_TEMP)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				 errmsg("the lines in \"%s\" would outlive the temporary table \"%s\"",
						RelationGetRelationName(child), RelationGetRelationName(parent)),
				 errtable(parent)));

	arguments[TOTALS_PARENT] = qualified_name(parent_oid);
	arguments[TOTALS_COLUMNS] = quoted_name_list(total_columns);
	arguments[TOTALS_CHILD] = qualified_name(child_oid);
	arguments[TOTALS_FOREIGN_KEY] = quoted_name_list(foreign_key);
	arguments[TOTALS_AMOUNTS] = totals_deparse(totals_amounts(amounts, child, &unused), child, false);
	arguments[TOTALS_LINES_WHERE] = "";
	if (lines_where[strspn(lines_where, " \t\r\n")] != '\0')
		arguments[TOTALS_LINES_WHERE] =
			totals_deparse(list_make1(totals_lines_where(lines_where, child, &unused)), child, false);
	arguments[TOTALS_WHEN_EMPTY] = text_argument(fcinfo, 6, "when_empty");
	arguments[TOTALS_OUTSIDE_WRITES] = text_argument(fcinfo, 7, "outside_writes");
	foreach(cell, foreign_key)
	{
		if (get_attnum(child_oid, lfirst(cell)) <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("column \"%s\" of table \"%s\" does not exist", (char *) lfirst(cell),
							RelationGetRelationName(child)),
					 errtable(child)));
	}
	arguments[TOTALS_PARENT_KEY] = quoted_name_list(find_parent_key(parent, child, foreign_key));
	definition = totals_build(arguments, false);
	check_index(child, foreign_key);

	initStringInfo(&list);
	for (int i = 0; i < TOTALS_N_ARGUMENTS; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", quote_literal_cstr(arguments[i]));

	SPI_connect();
	replace_attachments(parent_oid, child_oid, total_columns, arguments);

	call = psprintf(" FOR EACH ROW EXECUTE FUNCTION opportunity.guard_totals(%s)", list.data);
	create_trigger(parent_oid, "opportunity", "totals_guard", get_rel_name(child_oid),
				   "AFTER INSERT OR UPDATE ON %s", call);
	if (definition->ignores_outside_writes)
		create_trigger(parent_oid, "zz_opportunity", "totals_restore", get_rel_name(child_oid),
					   "BEFORE UPDATE ON %s", call);

	call = psprintf(" FOR EACH STATEMENT EXECUTE FUNCTION opportunity.maintain_totals(%s)", list.data);
	foreach(cell, find_all_inheritors(child_oid, ShareRowExclusiveLock, NULL))
	{
		char		kind = get_rel_relkind(lfirst_oid(cell));

		if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
			continue;
		for (int i = 0; i < TOTALS_N_LINE_TRIGGERS; i++)
			create_trigger(lfirst_oid(cell), "opportunity", line_triggers[i].label, get_rel_name(parent_oid),
						   line_triggers[i].event, call);
	}
	SPI_finish();
	table_close(parent, NoLock);
	table_close(child, NoLock);

	if (is_rebuilt)
	{
		int64		n_changed;

		CommandCounterIncrement();
		n_changed = totals_rebuild(totals_definition(arguments));
		if (n_changed > 0)
			ereport(NOTICE,
					(errmsg_plural("the totals of %lld row of \"%s\" changed",
								   "the totals of %lld rows of \"%s\" changed",
								   n_changed, (long long) n_changed, get_rel_name(parent_oid))));
	}
	PG_RETURN_VOID();
}

/* The arguments of the attachments of some lines whose parent does not exist any more. */
static List *
find_orphans(Oid child)
{
	List	   *orphans = NIL;
	ListCell   *cell;

	foreach(cell, totals_find_triggers(NULL))
	{
		TotalsTrigger *trigger = lfirst(cell);
		bool		is_known = false;
		ListCell   *other;
		int			n;
		char	  **strings = totals_split_arguments(trigger->arguments, &n);

		foreach(other, orphans)
			is_known |= totals_same_arguments(lfirst(other), trigger->arguments);
		if (!is_known && trigger->relid == child && !trigger->is_guard && n == TOTALS_N_ARGUMENTS &&
			!OidIsValid(relation_of_name(strings[TOTALS_PARENT])))
			orphans = lappend(orphans, trigger->arguments);
	}
	return orphans;
}

Datum
opp_detach_totals(PG_FUNCTION_ARGS)
{
	Oid			child = PG_ARGISNULL(1) ? InvalidOid : relation_argument(fcinfo, 1, "child");
	Oid			parent = PG_ARGISNULL(0) && OidIsValid(child) ? InvalidOid : relation_argument(fcinfo, 0, "parent");
	List	   *attachments;
	ListCell   *cell;

	SPI_connect();
	attachments = OidIsValid(parent) ? totals_find_attachments(parent, child) : find_orphans(child);
	foreach(cell, attachments)
		drop_attachment(lfirst(cell), parent);
	SPI_finish();
	if (attachments == NIL && !OidIsValid(parent))
		ereport(NOTICE,
				(errmsg("table \"%s\" has no totals of a table that does not exist any more", get_rel_name(child))));
	else if (attachments == NIL && OidIsValid(child))
		ereport(NOTICE,
				(errmsg("table \"%s\" has no totals of lines in \"%s\"", get_rel_name(parent), get_rel_name(child))));
	else if (attachments == NIL)
		ereport(NOTICE,
				(errmsg("table \"%s\" has no totals attached", get_rel_name(parent))));
	PG_RETURN_VOID();
}

