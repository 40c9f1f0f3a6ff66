/*
 * trigger_run.c
 *		What the triggers of a process keep between the rows of a statement, and
 *		the versions of a row that they compare.
 */
#include "gate/trigger_run.h"

#include "access/htup_details.h"
#include "nodes/pg_list.h"

ConditionRun *
run_conditions(FunctionCallInfo fcinfo, Conditions *conditions)
{
	List	   *runs = fcinfo->flinfo->fn_extra;
	MemoryContext caller;
	ListCell   *cell;

	if (conditions == NULL)
		return NULL;
	foreach(cell, runs)
	{
		if (run_of(lfirst(cell)) == conditions)
			return lfirst(cell);
	}
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	fcinfo->flinfo->fn_extra = runs = lcons(start_conditions(conditions, CurrentMemoryContext), runs);
	MemoryContextSwitchTo(caller);
	return linitial(runs);
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
