/*
 * moving_rows.h
 *		Rows on their way between partitions.
 */
#ifndef OPPORTUNITY_GATE_MOVING_ROWS_H
#define OPPORTUNITY_GATE_MOVING_ROWS_H

#include "opportunity.h"

#include "commands/trigger.h"

typedef struct MovingRow
{
	MemoryContext query;		/* identifies the run of the executor; never looked into */
	CommandId	command;
	SubTransactionId subtransaction;
	char	   *stage_column;
	char	   *stage;			/* NULL: it had none */
	char	   *process_key;
} MovingRow;

/* What a deleted version says of the row that moves; query is the memory context of its run. */
extern void note_moving_row(MemoryContext query, CommandId command,
							const char *stage_column, const char *stage, const char *process_key);

/*
 * Takes the note of this run and stage column.  NULL where there is none that
 * the event can be the other half of.  The caller frees it.
 */
extern MovingRow *take_moving_row(MemoryContext query, const char *stage_column, const TriggerData *trigger);

extern void free_moving_row(MovingRow *note);

#endif							/* OPPORTUNITY_GATE_MOVING_ROWS_H */
