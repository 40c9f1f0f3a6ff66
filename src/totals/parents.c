/*
 * parents.c
 *		Parents found, locked and read without SQL: the rows of an ordinary table
 *		with a unique index on the key.
 */
#include "totals/totals.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

/* Decides what can be done without SQL. */
void
totals_prepare_parents(TotalsDefinition *definition, Relation parent)
{
	if (parent->rd_rel->relkind != RELKIND_RELATION || parent->rd_tableam != GetHeapamTableAmRoutine())
		return;
	totals_find_index(definition, parent, true, &definition->parent_index);
	if (OidIsValid(definition->parent_index.oid))
		totals_prepare_update(definition, parent);
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
	if (table->rd_rel->relpersistence != RELPERSISTENCE_TEMP)
		PreventCommandIfReadOnly("UPDATE");
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
	rows->changed = table_slot_create(table, NULL);
	rows->is_checked = false;
	rows->is_behind = false;
	rows->n_indexes = -1;
	return rows;
}

/* Looks for rows by a later snapshot from now on. */
void
totals_renew_rows(TotalsRows *rows, Snapshot snapshot)
{
	index_endscan(rows->scan);
	rows->scan = begin_index_scan(rows->table, rows->index, snapshot, rows->definition->n_keys);
	rows->snapshot = snapshot;
	rows->is_behind = false;
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

void
totals_raise_concurrent(bool is_deleted)
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
	rows->is_behind |= result != TM_Ok || failure.traversed;
	switch (result)
	{
		case TM_Ok:
			if (!failure.traversed || has_key(rows, parent))
				read_row(rows, set, parent);
			break;
		case TM_Updated:
		case TM_Deleted:
			if (IsolationUsesXactSnapshot())
				totals_raise_concurrent(result == TM_Deleted);
			break;
		default:
			elog(ERROR, "could not lock a row of \"%s\": %d", RelationGetRelationName(rows->table), (int) result);
	}
	return parent->exists;
}

/* Whether a later version of the row has been written, by this transaction as the row is locked. */
static bool
is_superseded(TupleTableSlot *row)
{
	uint16		mask = ((BufferHeapTupleTableSlot *) row)->base.tuple->t_data->t_infomask;

	return !(mask & HEAP_XMAX_INVALID) && !HEAP_XMAX_IS_LOCKED_ONLY(mask);
}

/*
 * The row of a parent that is locked already, as it is now: the triggers of rows
 * written before it may have changed it.  False where SQL locked it.
 */
bool
totals_fetch_row(TotalsRows *rows, TotalsSet *set, TotalsParent *parent)
{
	if (!ItemPointerIsValid(&parent->tid))
		return false;
	if (!table_tuple_fetch_row_version(rows->table, &parent->tid, SnapshotAny, rows->row))
		elog(ERROR, "could not fetch a locked row of \"%s\"", RelationGetRelationName(rows->table));
	if (is_superseded(rows->row))
	{
		Snapshot	snapshot = totals_latest_snapshot();
		TotalsRows *latest = totals_open_rows(rows->definition, snapshot);

		if (latest == NULL || !totals_find_row(latest, set, parent))
			totals_raise_not_stored(rows->definition);
		totals_close_rows(latest);
		UnregisterSnapshot(snapshot);
		if (!table_tuple_fetch_row_version(rows->table, &parent->tid, SnapshotAny, rows->row))
			elog(ERROR, "could not fetch a locked row of \"%s\"", RelationGetRelationName(rows->table));
	}
	return true;
}
