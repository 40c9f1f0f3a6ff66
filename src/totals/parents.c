/*
 * parents.c
 *		Parents locked, read and written without SQL.
 *
 * An ordinary table with a unique index on the key needs no plan for its rows to
 * be locked.  Where nothing about it needs the executor either, no trigger but
 * ours, no rule, constraint, generated column or index expression, its rows are
 * updated as the executor would: the newest version under the isolation level's
 * rules, with its index entries, and with the owner's rights.
 */
#include "names.h"
#include "totals/totals.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/acl.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

/* The parents' table and one of its rows, open for a flush. */
struct TotalsRows
{
	TotalsDefinition *definition;
	Relation	table;
	Relation	index;
	IndexScanDesc scan;
	Snapshot	snapshot;
	TupleTableSlot *row;
	TupleTableSlot *changed;
	bool		is_checked;		/* that subscribers could follow an update */
	int			n_indexes;		/* -1: not yet open */
	Relation   *indexes;
	IndexInfo **infos;
};

/* Whether an index is more than columns in an order. */
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

static bool
table_needs_executor(TotalsDefinition *definition, Relation parent)
{
	TupleConstr *constraints = RelationGetDescr(parent)->constr;
	Oid			guard = trigger_function("guard_totals");
	ListCell   *cell;

	if (parent->rd_rules != NULL || parent->rd_rel->relispartition ||
		pg_class_aclmask(definition->parent, definition->parent_owner, ACL_SELECT | ACL_UPDATE, ACLMASK_ALL) !=
		(ACL_SELECT | ACL_UPDATE))
		return true;
	if (constraints != NULL && constraints->num_check > 0)
		return true;
	for (int i = 0; i < RelationGetNumberOfAttributes(parent); i++)
	{
		if (TupleDescAttr(RelationGetDescr(parent), i)->attgenerated != '\0')
			return true;
	}
	for (int i = 0; i < definition->n_totals; i++)
	{
		if (definition->totals[i].column_type != definition->totals[i].type)
			return true;
	}

	/* Foreign keys are checked when their columns change. */
	for (int i = 0; parent->trigdesc != NULL && i < parent->trigdesc->numtriggers; i++)
	{
		Oid			function = parent->trigdesc->triggers[i].tgfoid;

		if (function != guard && RI_FKey_trigger_type(function) == RI_TRIGGER_NONE)
			return true;
	}
	foreach(cell, RelationGetFKeyList(parent))
	{
		ForeignKeyCacheInfo *key = lfirst_node(ForeignKeyCacheInfo, cell);

		definition->has_foreign_key = true;
		for (int i = 0; i < key->nkeys; i++)
		{
			for (int k = 0; k < definition->n_totals; k++)
			{
				if (definition->totals[k].number == key->conkey[i])
					return true;
			}
		}
	}
	foreach(cell, RelationGetIndexList(parent))
	{
		if (index_needs_executor(lfirst_oid(cell)))
			return true;
	}
	return false;
}

/* Whether a total is part of a unique key, which other tables may refer to. */
static bool
total_is_key(TotalsDefinition *definition, Relation parent)
{
	Bitmapset  *keys = RelationGetIndexAttrBitmap(parent, INDEX_ATTR_BITMAP_KEY);

	for (int i = 0; i < definition->n_totals; i++)
	{
		if (bms_is_member(definition->totals[i].number - FirstLowInvalidHeapAttributeNumber, keys))
			return true;
	}
	return false;
}

/* Decides what can be done without SQL. */
void
totals_prepare_parents(TotalsDefinition *definition, Relation parent)
{
	if (parent->rd_rel->relkind != RELKIND_RELATION || parent->rd_tableam != GetHeapamTableAmRoutine())
		return;
	totals_find_index(definition, parent, true, &definition->parent_index);
	definition->is_updatable = OidIsValid(definition->parent_index.oid) &&
		!table_needs_executor(definition, parent) && !total_is_key(definition, parent);
}

/* Opens the parents' table, or returns NULL where SQL is needed. */
TotalsRows *
totals_open_rows(TotalsDefinition *definition, Snapshot snapshot)
{
	TotalsRows *rows;
	Relation	table;
	Relation	index;

	if (!OidIsValid(definition->parent_index.oid))
		return NULL;

	/* The lock of an UPDATE, which triggers, rules and indexes to come wait for. */
	table = table_open(definition->parent, RowExclusiveLock);
	index = definition->is_valid ? totals_open_index(&definition->parent_index, RowExclusiveLock) : NULL;
	if (index == NULL)
	{
		table_close(table, NoLock);
		return NULL;
	}
	rows = palloc_object(TotalsRows);
	rows->definition = definition;
	rows->table = table;
	rows->index = index;
	rows->snapshot = snapshot;
	rows->scan = begin_index_scan(table, index, snapshot, definition->n_keys);
	rows->row = table_slot_create(table, NULL);
	rows->changed = MakeSingleTupleTableSlot(RelationGetDescr(table), &TTSOpsVirtual);
	rows->n_indexes = -1;
	rows->is_checked = false;
	return rows;
}

void
totals_close_rows(TotalsRows *rows)
{
	for (int i = 0; i < rows->n_indexes; i++)
	{
		index_insert_cleanup(rows->indexes[i], rows->infos[i]);
		index_close(rows->indexes[i], NoLock);
	}
	ExecDropSingleTupleTableSlot(rows->changed);
	ExecDropSingleTupleTableSlot(rows->row);
	index_endscan(rows->scan);
	index_close(rows->index, NoLock);
	table_close(rows->table, NoLock);
	pfree(rows);
}

/* What the row has, into its parent. */
static void
read_row(TotalsRows *rows, TotalsSet *set, TotalsParent *parent)
{
	TotalsDefinition *definition = rows->definition;
	MemoryContext caller = MemoryContextSwitchTo(set->context);

	parent->exists = true;
	parent->tid = rows->row->tts_tid;
	for (int i = 0; i < definition->n_totals; i++)
	{
		TotalsColumn *total = &definition->totals[i];
		Datum		value = slot_getattr(rows->row, total->number, &parent->stored_null[i]);

		parent->stored[i] = parent->stored_null[i] ? (Datum) 0 : datumCopy(value, total->byval, total->len);
	}
	MemoryContextSwitchTo(caller);
}

static bool
has_key(TotalsRows *rows, TotalsParent *parent)
{
	TotalsDefinition *definition = rows->definition;

	for (int i = 0; i < definition->n_keys; i++)
	{
		bool		is_null;
		Datum		value = slot_getattr(rows->row, definition->keys[i].parent_number, &is_null);

		if (is_null || !totals_key_equal(&definition->keys[i], value, parent->key[i]))
			return false;
	}
	return true;
}

/* Finds a parent's row as the snapshot has it. */
bool
totals_find_row(TotalsRows *rows, TotalsSet *set, TotalsParent *parent)
{
	totals_rescan(&rows->definition->parent_index, rows->scan, parent->key);
	parent->exists = false;
	if (index_getnext_slot(rows->scan, ForwardScanDirection, rows->row))
		read_row(rows, set, parent);
	return parent->exists;
}

static void
raise_concurrent(bool is_deleted)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 is_deleted ? errmsg("could not serialize access due to concurrent delete") :
			 errmsg("could not serialize access due to concurrent update")));
}

/*
 * Locks the row found, in its newest version; false when the parent is gone or
 * has another key by now.
 */
bool
totals_lock_row(TotalsRows *rows, TotalsSet *set, TotalsParent *parent)
{
	ItemPointerData tid = parent->tid;
	TM_FailureData failure;
	TM_Result	result = table_tuple_lock(rows->table, &tid, rows->snapshot, rows->row,
										  GetCurrentCommandId(false), LockTupleNoKeyExclusive, LockWaitBlock,
										  IsolationUsesXactSnapshot() ? 0 : TUPLE_LOCK_FLAG_FIND_LAST_VERSION,
										  &failure);

	parent->exists = false;
	switch (result)
	{
		case TM_Ok:
			if (!failure.traversed || has_key(rows, parent))
				read_row(rows, set, parent);
			break;
		case TM_Updated:
		case TM_Deleted:
			if (IsolationUsesXactSnapshot())
				raise_concurrent(result == TM_Deleted);
			break;
		default:
			elog(ERROR, "could not lock a row of \"%s\": %d", RelationGetRelationName(rows->table), (int) result);
	}
	return parent->exists;
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

/* The new version of a row into the indexes, where it did not fit on its page. */
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
		for (int k = 0; k < rows->definition->n_totals; k++)
		{
			for (int column = 0; column < rows->infos[i]->ii_NumIndexAttrs; column++)
				is_unchanged &= rows->infos[i]->ii_IndexAttrNumbers[column] != rows->definition->totals[k].number;
		}
		FormIndexDatum(rows->infos[i], rows->changed, NULL, values, nulls);
		(void) index_insert(index, values, nulls, &rows->changed->tts_tid, rows->table,
							index->rd_index->indisunique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO,
							is_unchanged, rows->infos[i]);
	}
}

/* Whether a parent's new totals can be written here, by the row as it was read. */
bool
totals_can_update(TotalsRows *rows, TotalsParent *parent)
{
	TotalsDefinition *definition = rows->definition;
	TupleDesc	columns = RelationGetDescr(rows->table);
	bool		is_null;

	if (!definition->is_updatable)
		return false;
	for (int i = 0; i < definition->n_totals; i++)
	{
		if (parent->computed_null[i] && TupleDescAttr(columns, definition->totals[i].number - 1)->attnotnull)
			return false;
	}

	/* A row of our own may still have its foreign keys checked, in whatever version is the newest then. */
	return !definition->has_foreign_key ||
		!TransactionIdIsCurrentTransactionId(DatumGetTransactionId(slot_getsysattr(rows->row,
																				   MinTransactionIdAttributeNumber,
																				   &is_null)));
}

/* The row of a parent that is locked already; false where SQL locked it. */
bool
totals_fetch_row(TotalsRows *rows, TotalsParent *parent)
{
	if (!ItemPointerIsValid(&parent->tid))
		return false;
	if (!table_tuple_fetch_row_version(rows->table, &parent->tid, SnapshotAny, rows->row))
		elog(ERROR, "could not fetch a locked row of \"%s\"", RelationGetRelationName(rows->table));
	return true;
}

/*
 * Writes a parent's new totals into the row at hand; false when somebody else has
 * changed it since it was read, which cannot be once it is locked.
 */
bool
totals_update_row(TotalsRows *rows, TotalsSet *set, TotalsParent *parent)
{
	TotalsDefinition *definition = rows->definition;
	TupleDesc	columns = RelationGetDescr(rows->table);
	TupleTableSlot *row = rows->row;
	TupleTableSlot *changed = rows->changed;
	Snapshot	crosscheck = IsolationUsesXactSnapshot() ? GetTransactionSnapshot() : InvalidSnapshot;
	TM_FailureData failure;
	LockTupleMode mode;
	TU_UpdateIndexes indexes;
	TM_Result	result;

	if (!rows->is_checked)
		CheckCmdReplicaIdentity(rows->table, CMD_UPDATE);
	rows->is_checked = true;
	slot_getallattrs(row);
	ExecClearTuple(changed);
	memcpy(changed->tts_values, row->tts_values, sizeof(Datum) * columns->natts);
	memcpy(changed->tts_isnull, row->tts_isnull, sizeof(bool) * columns->natts);
	for (int i = 0; i < columns->natts; i++)
	{
		if (TupleDescAttr(columns, i)->attisdropped)
			changed->tts_isnull[i] = true;
	}
	for (int i = 0; i < definition->n_totals; i++)
	{
		changed->tts_values[definition->totals[i].number - 1] = parent->computed[i];
		changed->tts_isnull[definition->totals[i].number - 1] = parent->computed_null[i];
	}
	ExecStoreVirtualTuple(changed);

	result = update_tuple(rows->table, &parent->tid, changed, GetCurrentCommandId(true), rows->snapshot, crosscheck,
						  &failure, &mode, &indexes);
	switch (result)
	{
		case TM_Ok:
			if (indexes != TU_None)
				insert_index_entries(rows, set, indexes);
			return true;
		case TM_Updated:
		case TM_Deleted:
			if (IsolationUsesXactSnapshot())
				raise_concurrent(result == TM_Deleted);
			return false;
		default:
			elog(ERROR, "could not update a row of \"%s\": %d", RelationGetRelationName(rows->table), (int) result);
	}
}
