/*
 * update.c
 *		Parents written without SQL.
 *
 * What an UPDATE of the totals would do is done here by the executor's own
 * functions, one statement for a flush: triggers, constraints, domains, generated
 * columns and index entries, with the owner's rights.  Of these a table that has
 * none costs nothing.  A plan is left for what the executor does by more than
 * these: rules, partitions, columns of which the owner has no right to write all.
 *
 * Our own guards, of whatever attachment, would find nothing where no trigger of
 * somebody else's could change the row, so they are passed over there.
 */
#include "names.h"
#include "totals/totals.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "nodes/execnodes.h"
#include "parser/parse_relation.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

/* An UPDATE under way: it lives in the memory of the flush's set until its triggers have fired. */
struct TotalsUpdate
{
	EState	   *estate;
	ResultRelInfo *result;
	TransitionCaptureState *capture;
	EPQState	recheck;		/* which a locked row never needs */
	void	  **domains;		/* by total: what domain_check keeps */
};

static bool
is_total(TotalsDefinition *definition, AttrNumber column)
{
	for (int i = 0; i < definition->n_totals; i++)
	{
		if (definition->totals[i].number == column)
			return true;
	}
	return false;
}

/* What fires for an update of the totals beside our guards. */
static void
prepare_triggers(TotalsDefinition *definition, Relation parent)
{
	Oid			maintainer = trigger_function("maintain_totals");
	ListCell   *cell;

	definition->guard = trigger_function("guard_totals");
	for (int i = 0; parent->trigdesc != NULL && i < parent->trigdesc->numtriggers; i++)
	{
		Trigger    *trigger = &parent->trigdesc->triggers[i];

		/* Foreign keys are checked when their columns change. */
		if (!TRIGGER_FOR_UPDATE(trigger->tgtype) || trigger->tgfoid == definition->guard ||
			RI_FKey_trigger_type(trigger->tgfoid) != RI_TRIGGER_NONE)
			continue;
		if (TRIGGER_FOR_BEFORE(trigger->tgtype))
			definition->fires_before |= trigger->tgfoid != maintainer;
		definition->fires_triggers = true;
	}
	foreach(cell, RelationGetFKeyList(parent))
	{
		ForeignKeyCacheInfo *key = lfirst_node(ForeignKeyCacheInfo, cell);

		definition->has_foreign_key = true;
		for (int i = 0; i < key->nkeys; i++)
			definition->fires_triggers |= is_total(definition, key->conkey[i]);
	}
}

/* Whether an index is more than columns in an order, checked at once. */
static bool
index_needs_executor(Oid oid)
{
	Relation	index = index_open(oid, AccessShareLock);
	HeapTuple	tuple = index->rd_indextuple;
	bool		needs = index->rd_index->indisexclusion ||
		(index->rd_index->indisunique && !index->rd_index->indimmediate) ||
		!heap_attisnull(tuple, Anum_pg_index_indexprs, NULL) ||
		!heap_attisnull(tuple, Anum_pg_index_indpred, NULL);

	index_close(index, AccessShareLock);
	return needs;
}

/* Decides how totals can be written without SQL. */
void
totals_prepare_update(TotalsDefinition *definition, Relation parent)
{
	TupleDesc	columns = RelationGetDescr(parent);
	Bitmapset  *keys = RelationGetIndexAttrBitmap(parent, INDEX_ATTR_BITMAP_KEY);
	ListCell   *cell;

	definition->is_writable = parent->rd_rules == NULL && !parent->rd_rel->relispartition &&
		pg_class_aclmask(definition->parent, definition->parent_owner, ACL_SELECT | ACL_UPDATE, ACLMASK_ALL) ==
		(ACL_SELECT | ACL_UPDATE);
	prepare_triggers(definition, parent);
	for (int i = 0; i < definition->n_totals; i++)
	{
		TotalsColumn *total = &definition->totals[i];

		/* Other tables may refer to a unique key. */
		definition->fires_triggers |= bms_is_member(total->number - FirstLowInvalidHeapAttributeNumber, keys);
		definition->is_checked |= total->column_type != total->type;
	}
	foreach(cell, RelationGetIndexList(parent))
		definition->is_checked |= index_needs_executor(lfirst_oid(cell));
	definition->is_checked |= columns->constr != NULL && columns->constr->num_check > 0;
	for (int i = 0; i < columns->natts; i++)
		definition->is_checked |= TupleDescAttr(columns, i)->attgenerated != '\0';
}

/* Begins the flush's UPDATE, as the owner. */
static TotalsUpdate *
begin_update(TotalsRows *rows, TotalsSet *set)
{
	TotalsDefinition *definition = rows->definition;
	MemoryContext caller;
	TotalsUpdate *update;
	RangeTblEntry *entry;
	TriggerDesc *triggers;
	Bitmapset  *columns = NULL;

	if (set->update != NULL)
		return set->update;
	caller = MemoryContextSwitchTo(set->context);
	for (int i = 0; i < definition->n_totals; i++)
		columns = bms_add_member(columns, definition->totals[i].number - FirstLowInvalidHeapAttributeNumber);
	update = palloc0_object(TotalsUpdate);
	update->domains = palloc0_array(void *, definition->n_totals);
	update->estate = CreateExecutorState();
	MemoryContextSwitchTo(update->estate->es_query_cxt);
	entry = makeNode(RangeTblEntry);
	entry->rtekind = RTE_RELATION;
	entry->relid = RelationGetRelid(rows->table);
	entry->relkind = RELKIND_RELATION;
	entry->rellockmode = RowExclusiveLock;
	init_range_table_for_update(update->estate, entry, columns);
	update->result = makeNode(ResultRelInfo);
	ExecInitResultRelation(update->estate, update->result, 1);
	triggers = update->result->ri_TrigDesc;
	for (int i = 0; triggers != NULL && !definition->fires_before && i < triggers->numtriggers; i++)
	{
		if (triggers->triggers[i].tgfoid == definition->guard)
			triggers->triggers[i].tgenabled = TRIGGER_DISABLED;
	}
	MemoryContextSwitchTo(caller);

	AfterTriggerBeginQuery();
	set->update = update;
	if (definition->fires_triggers)
	{
		update->capture = MakeTransitionCaptureState(triggers, RelationGetRelid(rows->table), CMD_UPDATE);
		ExecBSUpdateTriggers(update->estate, update->result);
	}
	return update;
}

static void
updating(void *argument)
{
	TotalsDefinition *definition = argument;

	errcontext("update of %s with the totals of %s",
			   definition->arguments[TOTALS_PARENT], definition->arguments[TOTALS_CHILD]);
}

/* Ends the flush's UPDATE, if there was one: what its rows have queued is fired. */
void
totals_end_update(TotalsSet *set)
{
	TotalsUpdate *update = set->update;
	ErrorContextCallback callback = {error_context_stack, updating, set->definition};
	TotalsUser	caller;

	if (update == NULL)
		return;
	set->update = NULL;
	error_context_stack = &callback;
	totals_become(set->definition->parent_owner, &caller, false);
	PushActiveSnapshot(GetLatestSnapshot());
	update->estate->es_snapshot = GetActiveSnapshot();
	ExecASUpdateTriggers(update->estate, update->result, update->capture);
	AfterTriggerEndQuery(update->estate);
	PopActiveSnapshot();
	totals_return(&caller);
	error_context_stack = callback.previous;

	ExecResetTupleTable(update->estate->es_tupleTable, false);
	ExecCloseResultRelations(update->estate);
	ExecCloseRangeTableRelations(update->estate);
	FreeExecutorState(update->estate);
}

/* The row at hand with the parent's new totals. */
static void
form_row(TotalsRows *rows, TotalsParent *parent)
{
	TotalsDefinition *definition = rows->definition;
	TupleTableSlot *row = rows->row;
	TupleTableSlot *changed = rows->changed;
	int			n = row->tts_tupleDescriptor->natts;

	slot_getallattrs(row);
	ExecClearTuple(changed);
	memcpy(changed->tts_values, row->tts_values, sizeof(Datum) * n);
	memcpy(changed->tts_isnull, row->tts_isnull, sizeof(bool) * n);
	for (int i = 0; i < n; i++)
	{
		if (TupleDescAttr(row->tts_tupleDescriptor, i)->attisdropped)
			changed->tts_isnull[i] = true;
	}
	for (int i = 0; i < definition->n_totals; i++)
	{
		changed->tts_values[definition->totals[i].number - 1] = parent->computed[i];
		changed->tts_isnull[definition->totals[i].number - 1] = parent->computed_null[i];
	}
	ExecStoreVirtualTuple(changed);
}

/* Writes the new version of a row; false when somebody else has changed it since it was read. */
static bool
replace_row(TotalsRows *rows, TotalsParent *parent, CommandId command, TU_UpdateIndexes *indexes)
{
	TM_FailureData failure;
	LockTupleMode mode;
	TM_Result	result = update_tuple(rows->table, &parent->tid, rows->changed, command, rows->snapshot,
									  IsolationUsesXactSnapshot() ? GetTransactionSnapshot() : InvalidSnapshot,
									  &failure, &mode, indexes);

	switch (result)
	{
		case TM_Ok:
			return true;
		case TM_SelfModified:
			ereport(ERROR,
					(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
					 errmsg("tuple to be updated was already modified by an operation triggered by the current command"),
					 errhint("Consider using an AFTER trigger instead of a BEFORE trigger to propagate changes to other rows.")));
			break;
		case TM_Updated:
		case TM_Deleted:
			if (IsolationUsesXactSnapshot())
				totals_raise_concurrent(result == TM_Deleted);
			return false;
		default:
			elog(ERROR, "could not update a row of \"%s\": %d", RelationGetRelationName(rows->table), (int) result);
	}
	return false;
}

static void
check_domains(TotalsDefinition *definition, TotalsUpdate *update, TotalsParent *parent)
{
	for (int i = 0; i < definition->n_totals; i++)
	{
		if (definition->totals[i].column_type != definition->totals[i].type)
			domain_check(parent->computed[i], parent->computed_null[i], definition->totals[i].column_type,
						 &update->domains[i], update->estate->es_query_cxt);
	}
}

/* Who acted before, in which memory, to return to. */
typedef struct TotalsActing
{
	TotalsUser	user;
	MemoryContext memory;
	ErrorContextCallback callback;
} TotalsActing;

/* Acts as the owner within the flush's UPDATE, in its memory. */
static TotalsUpdate *
enter(TotalsRows *rows, TotalsSet *set, TotalsActing *before)
{
	TotalsUpdate *update;

	before->memory = CurrentMemoryContext;
	before->callback.previous = error_context_stack;
	before->callback.callback = updating;
	before->callback.arg = set->definition;
	error_context_stack = &before->callback;
	totals_become(set->definition->parent_owner, &before->user, false);
	PushActiveSnapshot(rows->snapshot);
	update = begin_update(rows, set);
	MemoryContextSwitchTo(update->estate->es_query_cxt);
	update->estate->es_snapshot = rows->snapshot;
	update->estate->es_output_cid = GetCurrentCommandId(true);
	return update;
}

static void
leave(TotalsUpdate *update, TotalsActing *before)
{
	MemoryContextSwitchTo(before->memory);
	ResetPerTupleExprContext(update->estate);
	PopActiveSnapshot();
	totals_return(&before->user);
	error_context_stack = before->callback.previous;
}

/* As the executor updates a row. */
static bool
update_by_executor(TotalsRows *rows, TotalsSet *set, TotalsParent *parent, bool fires_triggers)
{
	TotalsDefinition *definition = rows->definition;
	TupleConstr *constraints = RelationGetDescr(rows->table)->constr;
	TotalsActing before;
	TotalsUpdate *update = enter(rows, set, &before);
	EState	   *estate = update->estate;
	TU_UpdateIndexes indexes;
	List	   *recheck = NIL;
	bool		is_done;

	check_domains(definition, update, parent);
	rows->changed->tts_tableOid = RelationGetRelid(rows->table);
	if (definition->fires_before && update->result->ri_TrigDesc->trig_update_before_row &&
		!fire_before_update(estate, &update->recheck, update->result, &parent->tid, rows->changed))
		totals_raise_not_stored(definition);
	if (constraints != NULL && constraints->has_generated_stored)
		ExecComputeStoredGenerated(update->result, estate, rows->changed, CMD_UPDATE);
	if (constraints != NULL)
		ExecConstraints(update->result, rows->changed, estate);
	is_done = replace_row(rows, parent, estate->es_output_cid, &indexes);
	if (is_done && indexes != TU_None)
	{
		if (update->result->ri_IndexRelationDescs == NULL)
			ExecOpenIndices(update->result, false);
		recheck = update_indexes(update->result, rows->changed, estate, indexes);
	}
	if (is_done && fires_triggers)
		ExecARUpdateTriggers(estate, update->result, NULL, NULL, &parent->tid, NULL, rows->changed, recheck,
							 update->capture, false);
	list_free(recheck);
	leave(update, &before);
	return is_done;
}

static void
open_indexes(TotalsRows *rows, MemoryContext context)
{
	List	   *oids = RelationGetIndexList(rows->table);
	MemoryContext caller = MemoryContextSwitchTo(context);
	ListCell   *cell;

	rows->indexes = palloc_array(Relation, list_length(oids));
	rows->infos = palloc_array(IndexInfo *, list_length(oids));
	rows->n_indexes = 0;
	foreach(cell, oids)
	{
		Relation	index = index_open(lfirst_oid(cell), RowExclusiveLock);

		rows->indexes[rows->n_indexes] = index;
		rows->infos[rows->n_indexes++] = BuildIndexInfo(index);
	}
	MemoryContextSwitchTo(caller);
}

/* The new version of a row into plain indexes, where it did not fit on its page. */
static void
insert_index_entries(TotalsRows *rows, TotalsSet *set, TU_UpdateIndexes which)
{
	if (rows->n_indexes < 0)
		open_indexes(rows, set->context);
	for (int i = 0; i < rows->n_indexes; i++)
	{
		Relation	index = rows->indexes[i];
		Datum		values[INDEX_MAX_KEYS];
		bool		nulls[INDEX_MAX_KEYS];
		bool		is_unchanged = true;

		if (!rows->infos[i]->ii_ReadyForInserts || (which == TU_Summarizing && !index_summarizes(index)))
			continue;
		for (int column = 0; column < rows->infos[i]->ii_NumIndexAttrs; column++)
			is_unchanged &= !is_total(rows->definition, rows->infos[i]->ii_IndexAttrNumbers[column]);
		FormIndexDatum(rows->infos[i], rows->changed, NULL, values, nulls);
		(void) index_insert(index, values, nulls, &rows->changed->tts_tid, rows->table,
							index->rd_index->indisunique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO,
							is_unchanged, rows->infos[i]);
	}
}

/* A row that has nothing but index entries beside it. */
static bool
update_bare(TotalsRows *rows, TotalsSet *set, TotalsParent *parent)
{
	TU_UpdateIndexes indexes;

	if (!replace_row(rows, parent, GetCurrentCommandId(true), &indexes))
		return false;
	if (indexes != TU_None)
		insert_index_entries(rows, set, indexes);
	return true;
}

static bool
has_forbidden_null(TotalsRows *rows, TotalsParent *parent)
{
	TotalsDefinition *definition = rows->definition;

	for (int i = 0; i < definition->n_totals; i++)
	{
		if (parent->computed_null[i] &&
			TupleDescAttr(RelationGetDescr(rows->table), definition->totals[i].number - 1)->attnotnull)
			return true;
	}
	return false;
}

/* Whether a row's foreign keys may still be checked, in whatever version is the newest then. */
static bool
is_own(TupleTableSlot *row)
{
	bool		is_null;

	return TransactionIdIsCurrentTransactionId(DatumGetTransactionId(slot_getsysattr(row, MinTransactionIdAttributeNumber,
																					 &is_null)));
}

/*
 * Writes a parent's new totals into the row at hand; false when somebody else has
 * changed it since it was read, which cannot be once it is locked.
 */
bool
totals_update_row(TotalsRows *rows, TotalsSet *set, TotalsParent *parent)
{
	TotalsDefinition *definition = rows->definition;
	bool		fires_triggers = definition->fires_triggers || (definition->has_foreign_key && is_own(rows->row));

	if (!rows->is_checked)
		CheckCmdReplicaIdentity(rows->table, CMD_UPDATE);
	rows->is_checked = true;
	form_row(rows, parent);
	if (definition->is_checked || fires_triggers || has_forbidden_null(rows, parent))
		return update_by_executor(rows, set, parent, fires_triggers);
	return update_bare(rows, set, parent);
}
