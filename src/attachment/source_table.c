/*
 * source_table.c
 *		Reading the tables that an attached process comes from.
 *
 * They are scanned without SQL: neither the caller's search_path, nor its
 * privileges, nor its row-level security have a say in which rule holds.  What
 * counts is that the owner of the target, who named the table, may read it.  All
 * of it is kept: such a table has a few rows, and is read once a backend.
 */
#include "attachment/source_table.h"
#include "names.h"

#include "access/relation.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/varlena.h"

/* How messages call each of them, and the options that name its columns. */
static const struct
{
	const char *noun;
	const char *column_options;
}			sources[N_SOURCE_TABLES] =
{
	[PROCESS_TABLE] = {"process table", "process_key and process_definition"},
	[STAGE_TABLE] = {"stage table", "stage_key and stage_name"},
	[RULE_TABLE] = {"rule table", "rule_position, rule_process and rule_condition"}
};

const char *
source_table_noun(SourceTable which)
{
	return sources[which].noun;
}

/* By qualified name, and not through the search path or the caller's privileges. */
static Oid
find_table(SourceTable which, const char *name)
{
	Oid			table = relation_of_name(name);

	if (!OidIsValid(table))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("%s %s does not exist", sources[which].noun, name),
				 errhint("If it was renamed, call opportunity.attach_process again with its new name.")));
	return table;
}

/*
 * A statement fires the triggers of the table that it names and of no other, so
 * changes made through a parent or in a child would go unnoticed.
 */
void
check_source_table(SourceTable which, Relation source, Relation target)
{
	const char *noun = sources[which].noun;
	const char *name = RelationGetRelationName(source);

	if (source->rd_rel->relkind != RELKIND_RELATION)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("%s \"%s\" is not an ordinary table", noun, name)));
	if (source->rd_rel->relispartition || has_superclass(RelationGetRelid(source)) ||
		find_inheritance_children(RelationGetRelid(source), NoLock) != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("%s \"%s\" is a partition, a child or a parent of another table", noun, name),
				 errdetail("Changes made through the other table would go unnoticed."),
				 errhint("Use a table of its own.")));
	/* In another session its name may be that of another table. */
	if (source->rd_rel->relpersistence == RELPERSISTENCE_TEMP &&
		target->rd_rel->relpersistence != RELPERSISTENCE_TEMP)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				 errmsg("%s \"%s\" is temporary and table \"%s\" is not",
						noun, name, RelationGetRelationName(target))));
}

static void
check_access(SourceTable which, Relation source, Relation target)
{
	Oid			table = RelationGetRelid(source);
	Oid			owner = target->rd_rel->relowner;

	if (has_privs_of_role(owner, source->rd_rel->relowner))
		return;
	if (pg_class_aclcheck(table, owner, ACL_SELECT) != ACLCHECK_OK ||
		check_enable_rls(table, owner, true) == RLS_ENABLED)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("owner \"%s\" of table \"%s\" may not read all of %s \"%s\"",
						GetUserNameFromId(owner, false), RelationGetRelationName(target),
						sources[which].noun, RelationGetRelationName(source)),
				 errhint("Grant SELECT on the %s to the owner of the other, without row-level security.",
						 sources[which].noun)));
}

/*
 * Without the trigger that attach_process made on it, changes would go unnoticed;
 * and a table without it may be another one that has the name now.
 */
static void
check_watched(SourceTable which, Relation source)
{
	Oid			watcher = trigger_function("process_table_changed");
	TriggerDesc *triggers = source->trigdesc;

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		if (triggers->triggers[i].tgfoid == watcher)
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 errmsg("%s \"%s\" has no trigger of opportunity.attach_process",
					sources[which].noun, RelationGetRelationName(source)),
			 errdetail("Its changes would go unnoticed, or it has taken the name of the table that was attached."),
			 errhint("Call opportunity.attach_process again."),
			 errtable(source)));
}

Relation
open_source_table(SourceTable which, const ProcessOptions *options, Relation target, Oid *oid)
{
	Relation	source;

	*oid = find_table(which, options->tables[which]);
	source = relation_open(*oid, AccessShareLock);
	check_source_table(which, source, target);
	check_access(which, source, target);
	check_watched(which, source);
	return source;
}

AttrNumber
source_column(SourceTable which, Relation source, const char *name, Oid type)
{
	AttrNumber	attnum = get_attnum(RelationGetRelid(source), name);

	if (attnum <= 0 || (OidIsValid(type) && get_atttype(RelationGetRelid(source), attnum) != type))
		ereport(ERROR,
				(errcode(attnum <= 0 ? ERRCODE_UNDEFINED_COLUMN : ERRCODE_DATATYPE_MISMATCH),
				 attnum <= 0 ? errmsg("%s \"%s\" has no column \"%s\"",
									  sources[which].noun, RelationGetRelationName(source), name)
				 : errmsg("column \"%s\" of %s \"%s\" must be of type %s",
						  name, sources[which].noun, RelationGetRelationName(source), format_type_be(type)),
				 errhint("Name the columns by the options %s.", sources[which].column_options)));
	/* A scan without SQL finds no value there. */
	if (TupleDescAttr(RelationGetDescr(source), attnum - 1)->attgenerated == ATTRIBUTE_GENERATED_VIRTUAL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("column \"%s\" of %s \"%s\" is a virtual generated column",
						name, sources[which].noun, RelationGetRelationName(source)),
				 errhint("Make it a stored generated column.")));
	return attnum;
}

/*
 * What is committed now, as a constraint would see it, whatever the isolation
 * level: a change committed later will invalidate what we keep.
 * (GetLatestSnapshot does the same, but refuses a parallel plan.)
 */
void
read_source_table(Relation source, SourceRowReader reader, void *arg)
{
	Snapshot	snapshot = RegisterSnapshot(GetCatalogSnapshot(RelationGetRelid(source)));
	TableScanDesc scan = begin_table_scan(source, snapshot);
	TupleTableSlot *slot = table_slot_create(source, NULL);

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
		reader(slot, arg);
	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	relation_close(source, AccessShareLock);
}
