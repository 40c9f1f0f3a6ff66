/*
 * trigger_run.h
 *		What the triggers of a process keep between the rows of a statement, and
 *		the versions of a row that they compare.
 */
#ifndef OPPORTUNITY_GATE_TRIGGER_RUN_H
#define OPPORTUNITY_GATE_TRIGGER_RUN_H

#include "opportunity.h"

#include "attachment/attachment.h"
#include "commands/trigger.h"
#include "fmgr.h"

/* For evaluating conditions until the statement ends, kept in fn_extra; NULL of NULL. */
extern ConditionRun *run_conditions(FunctionCallInfo fcinfo, Conditions *conditions);

/* Where one version of a row is. */
typedef struct RowVersion
{
	bool		exists;
	Datum		stage;
	bool		no_stage;
	Datum		process;		/* of the row's process column */
	bool		no_process;
} RowVersion;

extern void read_version(const Attachment *attachment, HeapTuple row, TupleDesc desc, RowVersion *version);

/* Whether two versions are surely in the same stage of the same process. */
extern bool look_alike(const Attachment *attachment, const RowVersion *a, const RowVersion *b);

/* The names; NULL of NULL. */
extern char *version_stage(const Attachment *attachment, const RowVersion *version);
extern char *version_process(const Attachment *attachment, const RowVersion *version);

#endif							/* OPPORTUNITY_GATE_TRIGGER_RUN_H */
