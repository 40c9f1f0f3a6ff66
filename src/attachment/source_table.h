/*
 * source_table.h
 *		The tables that an attached process is read from: of processes, of stages,
 *		of the rules that choose a process.
 */
#ifndef OPPORTUNITY_ATTACHMENT_SOURCE_TABLE_H
#define OPPORTUNITY_ATTACHMENT_SOURCE_TABLE_H

#include "opportunity.h"

#include "attachment/options.h"
#include "executor/tuptable.h"
#include "utils/rel.h"

/* How messages call it: "process table". */
extern const char *source_table_noun(SourceTable which);

/* Refuses what cannot be such a table of a target. */
extern void check_source_table(SourceTable which, Relation source, Relation target);

/*
 * Opens the table that the target's options name, if it may be read for the
 * target and its changes are noticed; *oid is set as soon as it is known.
 */
extern Relation open_source_table(SourceTable which, const ProcessOptions *options, Relation target, Oid *oid);

/* A column of it, of that type unless InvalidOid. */
extern AttrNumber source_column(SourceTable which, Relation source, const char *name, Oid type);

/* Calls the function with each row that is committed now, and closes the table. */
typedef void (*SourceRowReader) (TupleTableSlot *row, void *arg);
extern void read_source_table(Relation source, SourceRowReader reader, void *arg);

#endif							/* OPPORTUNITY_ATTACHMENT_SOURCE_TABLE_H */
