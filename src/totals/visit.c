/*
 * visit.c
 *		A walk over all parents of an attachment, to audit their totals or to bring
 *		them right.
 */
#include "totals/totals.h"

#include "utils/snapmgr.h"

static pg_noinline void
visit_batches(TotalsDefinition *definition, Snapshot snapshot, TotalsVisitor visitor, void *argument)
{
	TotalsUser	caller;
	Portal		portal;
	uint64		n_fetched;

	SPI_connect();
	totals_become(definition->parent_owner, &caller, true);
	PushActiveSnapshot(snapshot);
	portal = SPI_cursor_open_with_args(NULL, definition->all_keys, 0, NULL, NULL, NULL, true, 0);
	PopActiveSnapshot();
	totals_return(&caller);
	do
	{
		TotalsSet  *batch = totals_set_create(definition);

		totals_become(definition->parent_owner, &caller, true);
		SPI_cursor_fetch(portal, true, TOTALS_BATCH);
		totals_return(&caller);
		n_fetched = SPI_processed;
		for (uint64 row = 0; row < n_fetched; row++)
		{
			Datum		key[INDEX_MAX_KEYS];
			bool		is_null = false;

			for (int i = 0; i < definition->n_keys && !is_null; i++)
				key[i] = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, i + 1, &is_null);
			if (!is_null)
				(void) totals_set_add(batch, key);
		}
		SPI_freetuptable(SPI_tuptable);

		totals_set_sort(batch);
		if (batch->n_parents > 0)
		{
			totals_run(batch, &definition->read, definition->parent_owner, batch->parents, batch->n_parents, snapshot,
					   SPI_OK_SELECT, totals_read_stored);
			totals_compute(batch, &definition->audit, batch->parents, batch->n_parents, snapshot);
			visitor(batch, argument);
		}
		totals_set_free(batch);
	} while (n_fetched == TOTALS_BATCH);
	SPI_cursor_close(portal);
	SPI_finish();
}

/*
 * Walks over all parents in batches: each batch's stored and computed totals, of
 * one moment, are handed to the visitor, which may flush.
 */
void
totals_visit(TotalsDefinition *definition, TotalsVisitor visitor, void *argument)
{
	Snapshot	snapshot = totals_latest_snapshot();

	definition->n_users++;
	PG_TRY();
	{
		visit_batches(definition, snapshot, visitor, argument);
	}
	PG_CATCH();
	{
		totals_release(definition);
		PG_RE_THROW();
	}
	PG_END_TRY();
	totals_release(definition);
	UnregisterSnapshot(snapshot);
}

static void
flush_wrong(TotalsSet *batch, void *argument)
{
	TotalsSet  *wrong = totals_set_create(batch->definition);

	for (int i = 0; i < batch->n_parents; i++)
	{
		if (batch->parents[i]->exists && !totals_are_right(batch->definition, batch->parents[i]))
			(void) totals_set_add(wrong, batch->parents[i]->key);
	}
	*(int64 *) argument += totals_flush(wrong, TOTALS_STORE);
	totals_set_free(wrong);
}

/* Brings all totals right; returns how many parents changed. */
int64
totals_rebuild(TotalsDefinition *definition)
{
	int64		n_changed = 0;

	totals_visit(definition, flush_wrong, &n_changed);
	return n_changed;
}
