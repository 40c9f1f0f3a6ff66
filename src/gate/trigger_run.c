/*
 * trigger_run.c
 *		What the triggers of a process keep between the rows of a statement, and
 *		the versions of a row that they compare.
 */
#include "gate/trigger_run.h"

#include "access/htup_details.h"
#include "attachment/cache.h"
#include "nodes/pg_list.h"

typedef struct TriggerRun
{
	const Attachment *attachment;
	uint64		generation;		/* when it was found */
	List	   *conditions;		/* of ConditionRun */
} TriggerRun;

const Attachment *
run_attachment(FunctionCallInfo fcinfo, const TriggerData *trigger)
{
	TriggerRun *run = fcinfo->flinfo->fn_extra;

	if (run == NULL)
		fcinfo->flinfo->fn_extra = run = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(TriggerRun));
	if (run->attachment == NULL || run->generation != attachment_generation())
	{
		uint64		generation = attachment_generation();

		run->attachment = get_attachment(trigger->tg_relation, trigger->tg_trigger);
		run->generation = generation;
	}
	return run->attachment;
}

ConditionRun *
run_conditions(FunctionCallInfo fcinfo, Conditions *conditions)
{
	TriggerRun *run = fcinfo->flinfo->fn_extra;
	MemoryContext caller;
	ListCell   *cell;

	if (conditions == NULL)
		return NULL;
	foreach(cell, run->conditions)
	{
		if (run_of(lfirst(cell)) == conditions)
			return lfirst(cell);
	}
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	run->conditions = lcons(start_conditions(conditions, CurrentMemoryContext), run->conditions);
	MemoryContextSwitchTo(caller);
	return linitial(run->conditions);
}

void
read_version(const Attachment *attachment, HeapTuple row, TupleDesc desc, RowVersion *version)
{
	version->exists = true;
	version->stage = heap_getattr(row, attachment->columns[STAGE_COLUMN].attnum, desc, &version->no_stage);
	if (attachment->process_attnum != InvalidAttrNumber)
		version->process = heap_getattr(row, attachment->process_attnum, desc, &version->no_process);
	else
		version->no_process = true;
}

bool
look_alike(const Attachment *attachment, const RowVersion *a, const RowVersion *b)
{
	const AttachedColumn *stage = &attachment->columns[STAGE_COLUMN];

	if (a->no_stage || b->no_stage || a->no_process != b->no_process)
		return false;
	return same_bytes(a->stage, b->stage, stage->typbyval, stage->typlen) &&
		(a->no_process ||
		 same_bytes(a->process, b->process, attachment->process_typbyval, attachment->process_typlen));
}

char *
version_stage(const Attachment *attachment, const RowVersion *version)
{
	return version->no_stage ? NULL : stage_text(attachment, version->stage);
}

char *
version_process(const Attachment *attachment, const RowVersion *version)
{
	return version->no_process ? NULL : read_name_of(&attachment->process_reader, version->process);
}
