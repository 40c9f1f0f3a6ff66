/*
 * condition.h
 *		The conditions of a sales process, its checks and its branches', evaluated
 *		over the rows of one shape.
 */
#ifndef OPPORTUNITY_CONDITION_CONDITION_H
#define OPPORTUNITY_CONDITION_CONDITION_H

#include "opportunity.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "condition/reading.h"
#include "process/process.h"

/* The conditions of a process, read when they are first asked for. */
typedef struct Conditions Conditions;

/* What one run of the executor keeps to evaluate them. */
typedef struct ConditionRun ConditionRun;

/*
 * NULL when the process has no conditions.  All is kept in the current memory
 * context, but for the process, which must outlive it.  sees_statement: rows that
 * the running statement has changed count, for functions that read tables.
 */
extern Conditions *make_conditions(const SalesProcess *process, TupleDesc desc,
								   ConditionTrust trust, bool sees_statement);

/*
 * Conditions that do not stand in a process; the texts must outlive them.  They
 * are asked of rows on their way into the table, which have no value yet in a
 * generated column.
 */
extern Conditions *make_condition_list(const char *const *texts, int n, TupleDesc desc, ConditionTrust trust,
									   ConditionPlace place, const void *source);

/* Reads them all, which finds mistakes. */
extern void read_conditions(Conditions *conditions);

/* For evaluating them until that memory context is reset; NULL of NULL. */
extern ConditionRun *start_conditions(Conditions *conditions, MemoryContext context);
extern const Conditions *run_of(const ConditionRun *run);

/* Whether a row passes a check of the process's list, or a condition of another list: NULL is not passed. */
extern bool check_passes(ConditionRun *run, int check, HeapTuple row);

/* The stage that the row's branch from an open stage leads to; STAGE_NONE: it takes none. */
extern int	row_branch(ConditionRun *run, const SalesProcess *process, int stage, HeapTuple row);

#endif							/* OPPORTUNITY_CONDITION_CONDITION_H */
