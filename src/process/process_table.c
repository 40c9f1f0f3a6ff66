/*
 * process_table.c
 *		Loading the processes that rows of a table follow from a table of
 *		processes.
 *
 * The table is scanned without SQL: neither the caller's search_path, nor its
 * privileges, nor its row-level security have a say in which rule holds.  What
 * counts is that the owner of the target, who named the table, may read it.  All
 * of it is kept: such a table has a few rows, and is read once a backend.
 */
#include "process/report.h"

#include "access/relation.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/reltrigger.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

PG_FUNCTION_INFO_V1(opp_process_table_changed);

#define DEFAULT_COLUMN "is_default"

/* Columns of the table of processes. */
typedef struct TableColumns
{
	AttrNumber	key;
	AttrNumber	definition;
	AttrNumber	is_default;		/* InvalidAttrNumber: there is none */
	NameReader	key_reader;
} TableColumns;

/* By qualified name, and not through the search path or the caller's privileges. */
static Oid
find_table(const char *name)
{
	List	   *names;
	Oid			schema = InvalidOid;
	Oid			table = InvalidOid;

	if (SplitIdentifierString(pstrdup(name), '.', &names) && list_length(names) == 2)
		schema = get_namespace_oid(linitial(names), true);
	if (OidIsValid(schema))
		table = get_relname_relid(lsecond(names), schema);
	if (!OidIsValid(table))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("process table %s does not exist", name),
				 errhint("If it was renamed, call opportunity.attach_process again with its new name.")));
	return table;
}

/*
 * A statement fires the triggers of the table that it names and of no other, so
 * changes made through a parent or in a child would go unnoticed.
 */
void
check_process_table(Relation processes, Relation target)
{
	const char *name = RelationGetRelationName(processes);

	if (processes->rd_rel->relkind != RELKIND_RELATION)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("process table \"%s\" is not an ordinary table", name)));
	if (processes->rd_rel->relispartition || has_superclass(RelationGetRelid(processes)) ||
		find_inheritance_children(RelationGetRelid(processes), NoLock) != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("process table \"%s\" is a partition, a child or a parent of another table", name),
				 errdetail("Changes made through the other table would go unnoticed."),
				 errhint("Keep the processes in a table of their own.")));
	/* In another session its name may be that of another table. */
	if (processes->rd_rel->relpersistence == RELPERSISTENCE_TEMP &&
		target->rd_rel->relpersistence != RELPERSISTENCE_TEMP)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TABLE_DEFINITION),
				 errmsg("process table \"%s\" is temporary and table \"%s\" is not",
						name, RelationGetRelationName(target))));
}

static void
check_access(Relation processes, Relation target)
{
	Oid			table = RelationGetRelid(processes);
	Oid			owner = target->rd_rel->relowner;

	if (has_privs_of_role(owner, processes->rd_rel->relowner))
		return;
	if (pg_class_aclcheck(table, owner, ACL_SELECT) != ACLCHECK_OK ||
		check_enable_rls(table, owner, true) == RLS_ENABLED)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("owner \"%s\" of table \"%s\" may not read all of process table \"%s\"",
						GetUserNameFromId(owner, false), RelationGetRelationName(target),
						RelationGetRelationName(processes)),
				 errhint("Grant SELECT on the process table to the owner of the other, without row-level security.")));
}

/*
 * Without the trigger that attach_process made on it, changes would go unnoticed;
 * and a table without it may be another one that has the name now.
 */
static void
check_watched(Relation processes)
{
	Oid			watcher = trigger_function("process_table_changed");
	TriggerDesc *triggers = processes->trigdesc;

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		if (triggers->triggers[i].tgfoid == watcher)
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 errmsg("process table \"%s\" has no trigger of opportunity.attach_process", RelationGetRelationName(processes)),
			 errdetail("Its changes would go unnoticed, or it has taken the name of the table that was attached."),
			 errhint("Call opportunity.attach_process again."),
			 errtable(processes)));
}

static AttrNumber
table_column(Relation processes, const char *name, Oid type)
{
	AttrNumber	attnum = get_attnum(RelationGetRelid(processes), name);

	if (attnum <= 0 || (OidIsValid(type) && get_atttype(RelationGetRelid(processes), attnum) != type))
		ereport(ERROR,
				(errcode(attnum <= 0 ? ERRCODE_UNDEFINED_COLUMN : ERRCODE_DATATYPE_MISMATCH),
				 attnum <= 0 ? errmsg("process table \"%s\" has no column \"%s\"",
									  RelationGetRelationName(processes), name)
				 : errmsg("column \"%s\" of process table \"%s\" must be of type %s",
						  name, RelationGetRelationName(processes), format_type_be(type)),
				 errhint("Name the columns by the options process_key and process_definition.")));
	return attnum;
}

static void
find_columns(Relation processes, const ProcessOptions *options, TableColumns *columns)
{
	Oid			table = RelationGetRelid(processes);
	Oid			type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
									   CStringGetDatum("sales_process"),
									   ObjectIdGetDatum(get_namespace_oid("opportunity", false)));

	columns->key = table_column(processes, options->process_key, InvalidOid);
	columns->definition = table_column(processes, options->process_definition, type);
	columns->is_default = get_attnum(table, DEFAULT_COLUMN);
	if (columns->is_default > 0 && get_atttype(table, columns->is_default) != BOOLOID)
		columns->is_default = InvalidAttrNumber;
	init_name_reader(&columns->key_reader, get_atttype(table, columns->key), CurrentMemoryContext);
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(((const AttachedProcess *) a)->key, ((const AttachedProcess *) b)->key);
}

/* The processes of the rows that a scan brings, in the current memory context. */
static void
read_rows(Attachment *attachment, TableScanDesc scan, TupleTableSlot *slot, TableColumns *columns)
{
	int			room = 8;

	attachment->processes = palloc(room * sizeof(AttachedProcess));
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		AttachedProcess *process;
		bool		no_key;
		bool		no_definition;
		bool		no_default = true;
		bool		is_default = false;
		Datum		key = slot_getattr(slot, columns->key, &no_key);
		Datum		definition = slot_getattr(slot, columns->definition, &no_definition);

		if (no_key || no_definition)
			continue;
		if (columns->is_default > 0)
			is_default = DatumGetBool(slot_getattr(slot, columns->is_default, &no_default));
		if (attachment->n_processes == room)
		{
			room *= 2;
			attachment->processes = repalloc(attachment->processes, room * sizeof(AttachedProcess));
		}
		process = &attachment->processes[attachment->n_processes++];
		memset(process, 0, sizeof(AttachedProcess));
		process->key = read_name_of(&columns->key_reader, key);
		process->process = DatumGetSalesProcess(PointerGetDatum(PG_DETOAST_DATUM_COPY(definition)));
		process->is_default = !no_default && is_default;
	}
}

static void
check_one_default(const Attachment *attachment)
{
	int			n_defaults = 0;

	for (int i = 0; i < attachment->n_processes; i++)
		n_defaults += attachment->processes[i].is_default;
	if (n_defaults > 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("process table %s has more than one default process", attachment->options.process_table),
				 errhint("Create a unique index on column \"%s\" WHERE it is true.", DEFAULT_COLUMN)));
}

void
load_processes(Attachment *attachment, Relation rel)
{
	Relation	processes;
	TableColumns columns;
	Snapshot	snapshot;
	TableScanDesc scan;
	TupleTableSlot *slot;

	attachment->process_table = find_table(attachment->options.process_table);
	processes = relation_open(attachment->process_table, AccessShareLock);
	check_process_table(processes, rel);
	check_access(processes, rel);
	find_columns(processes, &attachment->options, &columns);
	check_watched(processes);

	/*
	 * What is committed now, as a constraint would see it, whatever the
	 * isolation level: a change committed later will invalidate what we keep.
	 * (GetLatestSnapshot does the same, but refuses a parallel plan.)
	 */
	snapshot = RegisterSnapshot(GetCatalogSnapshot(attachment->process_table));
	scan = table_beginscan(processes, snapshot, 0, NULL);
	slot = table_slot_create(processes, NULL);
	read_rows(attachment, scan, slot, &columns);
	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	relation_close(processes, AccessShareLock);

	check_one_default(attachment);
	qsort(attachment->processes, attachment->n_processes, sizeof(AttachedProcess), compare_keys);
	for (int i = 1; i < attachment->n_processes; i++)
	{
		if (compare_keys(&attachment->processes[i - 1], &attachment->processes[i]) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNIQUE_VIOLATION),
					 errmsg("process table %s has more than one process \"%s\"",
							attachment->options.process_table, attachment->processes[i].key),
					 errhint("Create a unique index on column \"%s\".", attachment->options.process_key)));
	}
}

/* On a table of processes: tells all backends that what they keep of it is stale. */
Datum
opp_process_table_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		report_wrong_trigger("process_table_changed", "as a trigger");
	if (!TRIGGER_FIRED_AFTER(trigger->tg_event) || !TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event))
		report_wrong_trigger("process_table_changed", "AFTER each STATEMENT");
	CacheInvalidateRelcache(trigger->tg_relation);
	return PointerGetDatum(NULL);
}
