/*
 * moving_rows.c
 *		Rows on their way between partitions.
 *
 * An UPDATE that moves a row deletes it in one partition, whose version says so,
 * and inserts it in the other.  The insertion's trigger fires right after the
 * deletion's, so the latter leaves a note of the stage the row comes from.
 *
 * The query's memory context identifies the run of the executor.  A later query
 * may get the same context's address, so the number of the command, which the
 * versions left and made have in common, must be the same too.  Notes do not
 * outlive the (sub)transaction that made them.
 *
 * What remains: where a BEFORE INSERT trigger of the other partition drops the
 * row, the note is left to the next event of the same command.  If that is an
 * insertion, by a MERGE or another WITH query of the statement, the new row is
 * taken for the one that moved.
 */
#include "gate/moving_rows.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "nodes/pg_list.h"
#include "utils/memutils.h"
#include "utils/rel.h"

static List *moving_rows = NIL;

static void
forget_moving_rows_xact(XactEvent event, void *arg)
{
	moving_rows = NIL;
}

/* Those of a subtransaction and its children, whose numbers are greater. */
static void
forget_moving_rows_subxact(SubXactEvent event, SubTransactionId id, SubTransactionId parent, void *arg)
{
	ListCell   *cell;

	if (event != SUBXACT_EVENT_ABORT_SUB && event != SUBXACT_EVENT_COMMIT_SUB)
		return;
	foreach(cell, moving_rows)
	{
		if (((MovingRow *) lfirst(cell))->subtransaction >= id)
			moving_rows = foreach_delete_current(moving_rows, cell);
	}
}

void
note_moving_row(MemoryContext query, CommandId command,
				const char *stage_column, const char *stage, const char *process_key)
{
	static bool registered = false;
	MemoryContext caller;
	MovingRow  *note;

	if (!registered)
	{
		RegisterXactCallback(forget_moving_rows_xact, NULL);
		RegisterSubXactCallback(forget_moving_rows_subxact, NULL);
		registered = true;
	}
	caller = MemoryContextSwitchTo(TopTransactionContext);
	note = palloc0(sizeof(MovingRow));
	note->query = query;
	note->command = command;
	note->subtransaction = GetCurrentSubTransactionId();
	note->stage_column = pstrdup(stage_column);
	note->stage = stage != NULL ? pstrdup(stage) : NULL;
	note->process_key = process_key != NULL ? pstrdup(process_key) : NULL;
	moving_rows = lappend(moving_rows, note);
	MemoryContextSwitchTo(caller);
}

void
free_moving_row(MovingRow *note)
{
	if (note == NULL)
		return;
	pfree(note->stage_column);
	if (note->stage != NULL)
		pfree(note->stage);
	if (note->process_key != NULL)
		pfree(note->process_key);
	pfree(note);
}

/* Whether what is judged can be the other half of the move. */
static bool
is_the_moved(const MovingRow *note, const TriggerData *trigger)
{
	/* A foreign table's rows have no such numbers; COPY FREEZE moves nothing. */
	return TRIGGER_FIRED_BY_INSERT(trigger->tg_event) &&
		(trigger->tg_relation->rd_rel->relkind == RELKIND_FOREIGN_TABLE ||
		 (!HeapTupleHeaderXminFrozen(trigger->tg_trigtuple->t_data) &&
		  HeapTupleHeaderGetCmin(trigger->tg_trigtuple->t_data) == note->command));
}

MovingRow *
take_moving_row(MemoryContext query, const char *stage_column, const TriggerData *trigger)
{
	ListCell   *cell;

	foreach(cell, moving_rows)
	{
		MovingRow  *note = lfirst(cell);

		if (note->query != query || strcmp(note->stage_column, stage_column) != 0)
			continue;
		moving_rows = foreach_delete_current(moving_rows, cell);
		if (is_the_moved(note, trigger))
			return note;
		free_moving_row(note);
		break;
	}
	return NULL;
}
