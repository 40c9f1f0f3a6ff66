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
#include "process/moving_rows.h"
#include "process/report.h"

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "nodes/pg_list.h"

PG_FUNCTION_INFO_V1(opp_judge_stage);

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/*
 * Judges a row as it was stored.  judged->from is the stage it came from, NULL
 * for a new row or one that had none; was_there says that it is not new.
 */
static void
judge_row(JudgedRow *judged, bool was_there, const char *old_process_key)
{
	const AttachedProcess *attached;
	bool		unchanged = was_there && same_text(judged->from, judged->to) &&
		same_text(old_process_key, judged->process_key);
	const AttachedProcess *old;
	int			to;
	StageMove	move;
	List	   *unmet;

	attached = attached_process(judged->attachment, judged->rel, judged->process_key);
	if (attached == NULL || judged->to == NULL)
	{
		/* It was so before: what happened to the process is not this row's fault. */
		if (unchanged)
			return;
		if (attached == NULL)
			report_no_process(judged);
		else
			report_no_stage(judged);
		return;
	}
	judged->process = attached->process;
	to = find_stage(judged->process, judged->to);
	if (to == STAGE_NONE)
	{
		if (!unchanged)
			report_unknown_stage(judged);
		return;
	}
	/* A row whose old stage its process does not have enters the process now. */
	old = was_there ? find_process(judged->attachment, old_process_key) : attached;
	if (old == attached)
		move = decide_move(judged->process, judged->from ? find_stage(judged->process, judged->from) : STAGE_NONE, to);
	else
		move = decide_switch(old ? old->process : NULL, judged->process, judged->from, to);
	if (move.verdict != MOVE_ALLOWED)
	{
		report_move(judged, move.verdict);
		return;
	}
	unmet = unmet_columns(judged->process, attached->requirements, &move,
						  judged->row, RelationGetDescr(judged->rel));
	if (unmet != NIL)
		report_unmet(judged, unmet);
}

Datum
opp_judge_stage(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	const Attachment *attachment;
	const char *stage_column;
	JudgedRow	judged = {0};
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

	judged.rel = trigger->tg_relation;
	judged.attachment = attachment;
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
	{
		judged.row = trigger->tg_trigtuple;
		judged.to = row_stage(attachment, judged.row, desc);
		judged.process_key = row_process_key(attachment, judged.row, desc);
		judged.from = moved != NULL ? moved->stage : NULL;
		judge_row(&judged, moved != NULL, moved != NULL ? moved->process_key : NULL);
	}
	else if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
	{
		judged.row = trigger->tg_newtuple;
		judged.to = row_stage(attachment, judged.row, desc);
		judged.process_key = row_process_key(attachment, judged.row, desc);
		judged.from = row_stage(attachment, trigger->tg_trigtuple, desc);
		judge_row(&judged, true, row_process_key(attachment, trigger->tg_trigtuple, desc));
	}
	else
		note_moving_row(query, HeapTupleHeaderGetCmax(trigger->tg_trigtuple->t_data),
						stage_column, row_stage(attachment, trigger->tg_trigtuple, desc),
						row_process_key(attachment, trigger->tg_trigtuple, desc));
	free_moving_row(moved);
	return PointerGetDatum(NULL);
}
