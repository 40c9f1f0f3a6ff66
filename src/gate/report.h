/*
 * report.h
 *		What is said about a row that breaks its sales process.
 *
 * Every function raises an error, or a warning with the same fields where the
 * process is attached with enforce => 'warn', and then returns.
 */
#ifndef OPPORTUNITY_GATE_REPORT_H
#define OPPORTUNITY_GATE_REPORT_H

#include "attachment/attachment.h"

typedef struct JudgedRow
{
	Relation	rel;			/* the partition, of a partitioned table */
	const Attachment *attachment;
	HeapTuple	row;			/* NULL: known by its key */
	const char *key;			/* where row is NULL: as in "(id)=(5)" */
	const SalesProcess *process;	/* NULL: there is none */
	const char *process_key;
	const char *from;			/* NULL: the row enters the process */
	const char *to;				/* NULL: no stage */
	int			branch;			/* the stage that its branch leads to; STAGE_NONE: none */
	bool		switched;		/* from another process */
} JudgedRow;

extern void report_no_stage(const JudgedRow *judged);
extern void report_no_process(const JudgedRow *judged);
extern void report_unknown_stage(const JudgedRow *judged);

/* Of a move whose verdict is not MOVE_ALLOWED. */
extern void report_move(const JudgedRow *judged, MoveVerdict verdict);

/* Of a move that lacks this. */
extern void report_unmet(const JudgedRow *judged, const Unmet *unmet);

/* Of a row that has no next stage. */
extern void report_no_next_stage(const JudgedRow *judged);

/* Of a trigger function called otherwise than what says; always an error. */
extern void report_wrong_trigger(const char *function, const char *what);

/* The names of a process's stages: all, or those a new row may start at. */
extern List *stage_names(const SalesProcess *process, bool starts_only);

#endif							/* OPPORTUNITY_GATE_REPORT_H */
