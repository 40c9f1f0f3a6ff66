/*
 * judge.c
 *		The trigger judge_stage, which alone decides.
 *
 * It runs AFTER ROW and so sees what was stored, whatever other triggers and
 * generated columns made of it.
 *
 * A row that an UPDATE moves to another partition is deleted there and inserted
 * here: no AFTER UPDATE trigger fires.  moving_rows.c brings the two together.
 */
#include "attachment/cache.h"
#include "attachment/resolve.h"
#include "gate/moving_rows.h"
#include "gate/notify.h"
#include "gate/report.h"
#include "gate/trigger_run.h"
#include "process/process_value.h"

#include "access/htup_details.h"
#include "commands/trigger.h"

PG_FUNCTION_INFO_V1(opp_judge_stage);

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* What is said of a row needs names. */
static void
name_stages(JudgedRow *judged, const RowVersion *old, const RowVersion *new)
{
	if (old->exists)
		judged->from = version_stage(judged->attachment, old);
	judged->to = version_stage(judged->attachment, new);
}

/* A row that has no process, no stage, or one that its process does not have. */
static void
judge_unplaced(JudgedRow *judged, const AttachedProcess *attached, bool was_there, const char *old_process_key)
{
	/* It was so before: what happened to the process is not this row's fault. */
	if (was_there && same_text(judged->from, judged->to) && same_text(old_process_key, judged->process_key))
		return;
	if (attached == NULL)
		report_no_process(judged);
	else if (judged->to == NULL)
		report_no_stage(judged);
	else
		report_unknown_stage(judged);
}

/*
 * Judges a row as it was stored.  The old version is that of an UPDATE; a row that
 * has come from another partition has a note of it instead.
 */
static void
judge_row(FunctionCallInfo fcinfo, JudgedRow *judged, const RowVersion *old, const MovingRow *moved, const RowVersion *new)
{
	const Attachment *attachment = judged->attachment;
	bool		alike = old->exists && look_alike(attachment, old, new);
	const AttachedProcess *attached;
	const AttachedProcess *was = NULL;
	const char *old_process_key = moved ? moved->process_key : NULL;
	const SalesProcess *process;
	ConditionRun *conditions;
	int			to = STAGE_NONE;
	int			from = STAGE_NONE;
	int			branch = STAGE_NONE;
	StageMove	move;
	Unmet		unmet;

	judged->process_key = version_process(attachment, new);
	attached = attached_process(attachment, judged->rel, judged->process_key);
	if (attached != NULL && !new->no_stage)
		to = attached_stage(attachment, attached, new->stage);
	judged->process = process = attached ? attached->process : NULL;
	if (to != STAGE_NONE && alike && stage_outcome(process, to) == OUTCOME_OPEN)
		return;

	if (moved != NULL)
		judged->from = moved->stage;
	if (old->exists && !alike)
		old_process_key = version_process(attachment, old);
	if (to == STAGE_NONE)
	{
		name_stages(judged, old, new);
		judge_unplaced(judged, attached, old->exists || moved, alike ? judged->process_key : old_process_key);
		return;
	}

	/* A row whose old stage its process does not have enters the process now. */
	if (alike)
		from = to;
	else if (old->exists && !old->no_stage)
		from = attached_stage(attachment, attached, old->stage);
	else if (judged->from != NULL)
		from = find_stage(process, judged->from);
	if (alike || !(old->exists || moved))
		was = attached;
	else
		was = find_process(attachment, old_process_key);

	conditions = run_conditions(fcinfo, attached->conditions);
	if (move_asks_branch(process, from, to))
		branch = row_branch(conditions, process, from, judged->row);
	if (was == attached || (was != NULL && same_process(was->process, process)))
		move = decide_move(process, from, to, branch);
	else
	{
		judged->switched = true;
		if (old->exists)
			judged->from = version_stage(attachment, old);
		move = decide_switch(was ? was->process : NULL, process, judged->from, to, branch);
	}
	if (move.verdict != MOVE_ALLOWED)
	{
		name_stages(judged, old, new);
		if (from != STAGE_NONE && process->stages[from].n_branches > 0)
			judged->branch = row_branch(conditions, process, from, judged->row);
		report_move(judged, move.verdict);
	}
	else if (find_unmet(process, attached->requirements, conditions, &move,
						judged->row, RelationGetDescr(judged->rel), &unmet))
	{
		name_stages(judged, old, new);
		report_unmet(judged, &unmet);
	}
}

Datum
opp_judge_stage(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	const Attachment *attachment;
	const char *stage_column;
	JudgedRow	judged = {.branch = STAGE_NONE};
	RowVersion	old = {0};
	RowVersion	new;
	MovingRow  *moved;
	MemoryContext query;
	TupleDesc	desc;

	if (!CALLED_AS_TRIGGER(fcinfo))
		report_wrong_trigger("judge_stage", "as a trigger");
	if (!TRIGGER_FIRED_AFTER(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
		report_wrong_trigger("judge_stage", "AFTER each ROW of INSERT or UPDATE");

	/* A row that is deleted, not moved, is of no interest. */
	if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event) &&
		!HeapTupleHeaderIndicatesMovedPartitions(trigger->tg_trigtuple->t_data))
		return PointerGetDatum(NULL);

	attachment = get_attachment(trigger->tg_relation, trigger->tg_trigger);
	stage_column = attachment->options.columns[STAGE_COLUMN];
	query = fcinfo->flinfo->fn_mcxt;
	desc = RelationGetDescr(trigger->tg_relation);
	moved = take_moving_row(query, stage_column, trigger);

	if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		note_moving_row(query, HeapTupleHeaderGetCmax(trigger->tg_trigtuple->t_data),
						stage_column, row_stage(attachment, trigger->tg_trigtuple, desc),
						row_process_key(attachment, trigger->tg_trigtuple, desc));
	else
	{
		bool		updated = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event);

		judged.rel = trigger->tg_relation;
		judged.attachment = attachment;
		judged.row = updated ? trigger->tg_newtuple : trigger->tg_trigtuple;
		read_version(attachment, judged.row, desc, &new);
		if (updated)
			read_version(attachment, trigger->tg_trigtuple, desc, &old);
		judge_row(fcinfo, &judged, &old, moved, &new);
		if (attachment->options.notify != NULL)
		{
			name_stages(&judged, &old, &new);
			notify_move(&judged);
		}
	}
	free_moving_row(moved);
	return PointerGetDatum(NULL);
}
