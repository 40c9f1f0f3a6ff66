/*
 * derive.c
 *		The trigger derive_stage, which fills the columns that follow the stage.
 *
 * It runs BEFORE ROW, after all others, and leaves it to the judge to refuse,
 * but for one case (see refuse_no_stage).
 */
#include "attachment/cache.h"
#include "attachment/resolve.h"
#include "gate/report.h"
#include "gate/trigger_run.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "path/path.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(opp_derive_stage);

/* The time of the transaction, as the column's type has it, rounded to its precision. */
static Datum
moment(const AttachedColumn *column)
{
	Datum		now = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	Datum		typmod = Int32GetDatum(column->typmod);

	switch (column->base_type)
	{
		case TIMESTAMPOID:
			return DirectFunctionCall2(timestamp_scale, DirectFunctionCall1(timestamptz_timestamp, now), typmod);
		case DATEOID:
			return DirectFunctionCall1(timestamptz_date, now);
		default:
			return DirectFunctionCall2(timestamptz_scale, now, typmod);
	}
}

/* What the deriver is deriving: a row, what it was, and what to change in it. */
typedef struct Derivation
{
	const Attachment *attachment;
	TupleDesc	desc;
	HeapTuple	old;			/* NULL: a new row */
	HeapTuple	new;
	RowVersion	was;			/* where the old row is, */
	RowVersion	is;				/* and the new one */
	const char *old_stage;		/* NULL: a new row, or in no stage of its process */
	bool		moved;			/* from another stage */
	bool		changed;		/* moved, or another process says what the stage means */
	bool		reopened;		/* from an outcome to an open stage */
	int			n_changes;
	int			attnums[N_STAGE_COLUMNS + 1];	/* the process, too */
	Datum		values[N_STAGE_COLUMNS + 1];
	bool		nulls[N_STAGE_COLUMNS + 1];
} Derivation;

static void
add_change(Derivation *derivation, AttrNumber attnum, Datum value, bool isnull)
{
	derivation->attnums[derivation->n_changes] = attnum;
	derivation->values[derivation->n_changes] = value;
	derivation->nulls[derivation->n_changes++] = isnull;
}

static void
set_column(Derivation *derivation, StageColumn column, Datum value, bool isnull)
{
	const Attachment *attachment = derivation->attachment;
	AttachedColumn *kept = unconstify(AttachedColumn *, &attachment->columns[column]);

	/* PostgreSQL does not look at what a BEFORE trigger returns; a domain may have changed, too. */
	if (kept->base_type != kept->type)
		domain_check(value, isnull, kept->type, &kept->domain, attachment->context);
	add_change(derivation, kept->attnum, value, isnull);
}

static void
set_process(Derivation *derivation, const char *key)
{
	const Attachment *attachment = derivation->attachment;
	Oid			input;
	Oid			ioparam;

	getTypeInputInfo(attachment->process_type, &input, &ioparam);
	add_change(derivation, attachment->process_attnum,
			   OidInputFunctionCall(input, unconstify(char *, key), ioparam, attachment->process_typmod), false);
}

/* A kept column's value in the old row; NULL of a new row. */
static Datum
old_value(const Derivation *derivation, StageColumn column, bool *isnull)
{
	*isnull = true;
	if (derivation->old == NULL)
		return (Datum) 0;
	return heap_getattr(derivation->old, derivation->attachment->columns[column].attnum,
						derivation->desc, isnull);
}

/* As the type has it: 10 is 10.0. */
static bool
same_value(const AttachedColumn *column, Datum a, Datum b)
{
	if (datum_image_eq(a, b, column->typbyval, column->typlen))
		return true;
	return OidIsValid(column->types->eq_opr_finfo.fn_oid) &&
		DatumGetBool(FunctionCall2Coll(&column->types->eq_opr_finfo, column->collation, a, b));
}

/*
 * Whether a kept column is to be filled: when it is NULL, or when what it follows
 * has changed and the statement did not give it another value.  What a statement
 * gives is kept until the next change.
 */
static bool
to_fill(const Derivation *derivation, StageColumn column, bool changed)
{
	const AttachedColumn *kept = &derivation->attachment->columns[column];
	bool		isnull;
	bool		was_null;
	Datum		value;
	Datum		old;

	if (kept->attnum == InvalidAttrNumber)
		return false;
	value = heap_getattr(derivation->new, kept->attnum, derivation->desc, &isnull);
	if (isnull)
		return true;
	if (!changed)
		return false;
	old = old_value(derivation, column, &was_null);
	return !was_null && same_value(kept, value, old);
}

/* Fills a moment: now when the row moves, else what was there before. */
static void
fill_moment(Derivation *derivation, StageColumn column)
{
	bool		was_null;
	Datum		old = old_value(derivation, column, &was_null);

	if (derivation->moved || was_null)
		old = moment(&derivation->attachment->columns[column]);
	set_column(derivation, column, old, false);
}

/* The outcome is not for a statement to give: an open deal that says it is won would be won. */
static bool
outcome_differs(const Derivation *derivation, Datum outcome)
{
	const AttachedColumn *kept = &derivation->attachment->columns[OUTCOME_COLUMN];
	bool		isnull;
	Datum		value;

	if (kept->attnum == InvalidAttrNumber)
		return false;
	value = heap_getattr(derivation->new, kept->attnum, derivation->desc, &isnull);
	return isnull || !same_value(kept, value, outcome);
}

/* When a row says that it entered its stage; false where it does not. */
static bool
read_entered_at(const Derivation *derivation, HeapTuple row, TimestampTz *entered)
{
	const AttachedColumn *kept = &derivation->attachment->columns[ENTERED_AT_COLUMN];
	bool		isnull;
	Datum		value;

	if (kept->attnum == InvalidAttrNumber)
		return false;
	value = heap_getattr(row, kept->attnum, derivation->desc, &isnull);
	if (isnull)
		return false;
	if (kept->base_type == TIMESTAMPOID)
		value = DirectFunctionCall1(timestamp_timestamptz, value);
	else if (kept->base_type == DATEOID)
		value = DirectFunctionCall1(date_timestamptz, value);
	*entered = DatumGetTimestampTz(value);
	return !TIMESTAMP_NOT_FINITE(*entered);
}

static StagePath *
add_step(const StagePath *path, const char *stage, TimestampTz entered)
{
	StagePathName name = {stage, strlen(stage)};

	return stage_path_append(path, name, entered);
}

/*
 * A step more when the row moves; else what was there before.  The path of a row
 * that had none begins where it was, if the row says since when.
 */
static void
fill_path(Derivation *derivation, const char *stage)
{
	bool		was_null;
	Datum		old = old_value(derivation, PATH_COLUMN, &was_null);
	StagePath  *path = was_null ? NULL : stage_path_from_datum(old);
	TimestampTz entered;

	if (was_null && derivation->moved && derivation->old_stage != NULL &&
		read_entered_at(derivation, derivation->old, &entered))
		path = add_step(path, derivation->old_stage, entered);
	if (derivation->moved || was_null)
	{
		if (to_fill(derivation, ENTERED_AT_COLUMN, derivation->moved) ||
			!read_entered_at(derivation, derivation->new, &entered))
			entered = GetCurrentTransactionStartTimestamp();
		path = add_step(path, stage, entered);
	}
	set_column(derivation, PATH_COLUMN, PointerGetDatum(path), false);
}

static void
derive_columns(Derivation *derivation, const AttachedProcess *attached, int stage)
{
	for (int column = PROBABILITY_COLUMN; column < N_STAGE_VALUES; column++)
	{
		const NullableDatum *value = attached->values[column] ? &attached->values[column][stage] : NULL;

		if (column == OUTCOME_COLUMN ? value == NULL || !outcome_differs(derivation, value->value) :
			!to_fill(derivation, column, derivation->changed))
			continue;
		/* A stage that says nothing leaves the column alone, but not what an outcome put there. */
		if (!value->isnull || derivation->reopened)
			set_column(derivation, column, value->value, value->isnull);
	}
	if (to_fill(derivation, PATH_COLUMN, derivation->moved))
		fill_path(derivation, stage_name(attached->process, stage));
	if (to_fill(derivation, ENTERED_AT_COLUMN, derivation->moved))
		fill_moment(derivation, ENTERED_AT_COLUMN);
	if (to_fill(derivation, CLOSED_AT_COLUMN, derivation->moved))
	{
		if (stage_outcome(attached->process, stage) != OUTCOME_OPEN)
			fill_moment(derivation, CLOSED_AT_COLUMN);
		else
			set_column(derivation, CLOSED_AT_COLUMN, (Datum) 0, true);
	}
}

/* Compares the row with what it was.  A path holds names of stages, not whatever else may have stood there. */
static void
compare_with_old(Derivation *derivation, const AttachedProcess *attached, int stage)
{
	const Attachment *attachment = derivation->attachment;
	const SalesProcess *process = attached->process;
	const AttachedProcess *old = attached;
	int			from = stage;

	if (!look_alike(attachment, &derivation->was, &derivation->is))
	{
		char	   *old_stage = NULL;

		old = find_process(attachment, version_process(attachment, &derivation->was));
		if (old == attached)
			from = derivation->was.no_stage ? STAGE_NONE : attached_stage(attachment, old, derivation->was.stage);
		else
		{
			old_stage = version_stage(attachment, &derivation->was);
			from = old != NULL && old_stage != NULL ? find_stage(old->process, old_stage) : STAGE_NONE;
		}
		derivation->moved = old == attached ? from != stage :
			old_stage == NULL || strcmp(old_stage, stage_name(process, stage)) != 0;
		derivation->changed = derivation->moved || old != attached;
	}
	if (from == STAGE_NONE)
		return;
	derivation->old_stage = stage_name(old->process, from);
	derivation->reopened = stage_outcome(old->process, from) != OUTCOME_OPEN && stage_outcome(process, stage) == OUTCOME_OPEN;
}

/*
 * An UPDATE takes the stage away.  If the row then goes to another partition it
 * is inserted there, would be given the first stage, and the judge would not
 * know.  So this is the one rule that is kept here.  Where the process only warns
 * the row does take the first stage, and the judge sees a move to it.
 */
static void
refuse_no_stage(const Derivation *derivation, Relation rel)
{
	JudgedRow	judged = {.rel = rel, .attachment = derivation->attachment, .row = derivation->new, .branch = STAGE_NONE};

	if (!rel->rd_rel->relispartition || derivation->attachment->options.warn)
		return;
	judged.from = version_stage(derivation->attachment, &derivation->was);
	if (judged.from != NULL)
		report_no_stage(&judged);
}

/*
 * The process that the row follows.  Where there are rules it is written into a
 * row that names none: into a new one what they choose, into one that was there
 * the default that it has followed so far.  So a row that goes to another partition
 * does not come there as a new one that names none.
 */
static const AttachedProcess *
row_process(FunctionCallInfo fcinfo, Derivation *derivation, Relation rel)
{
	const Attachment *attachment = derivation->attachment;
	const ProcessTable *processes = attachment->process_table;
	const RuleTable *rules = attachment->rule_table;
	const char *key = version_process(attachment, &derivation->is);

	if (key == NULL && rules != NULL)
	{
		int			chosen = derivation->old != NULL ? find_table_process(processes, NULL) :
			choose_process(rules, processes, run_conditions(fcinfo, rule_conditions(rules)), derivation->new);

		if (chosen < 0)
			return NULL;
		key = processes->processes[chosen].key;
		set_process(derivation, key);
	}
	return attached_process(attachment, rel, key);
}

/* The stage of the process that the row is in: the first one of a new row that is in none. */
static int
row_stage_of(Derivation *derivation, const AttachedProcess *attached, Relation rel)
{
	if (!derivation->is.no_stage)
		return attached_stage(derivation->attachment, attached, derivation->is.stage);
	if (derivation->old != NULL)
	{
		refuse_no_stage(derivation, rel);
		return STAGE_NONE;
	}
	set_column(derivation, STAGE_COLUMN, attached->values[STAGE_COLUMN][0].value, false);
	return 0;
}

Datum
opp_derive_stage(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Derivation	derivation = {0};
	const AttachedProcess *attached;
	Relation	rel;
	int			stage = STAGE_NONE;

	if (!CALLED_AS_TRIGGER(fcinfo))
		report_wrong_trigger("derive_stage", "as a trigger");
	if (!TRIGGER_FIRED_BEFORE(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		report_wrong_trigger("derive_stage", "BEFORE each ROW of INSERT or UPDATE");

	rel = trigger->tg_relation;
	derivation.attachment = get_attachment(trigger->tg_relation, trigger->tg_trigger);
	derivation.desc = RelationGetDescr(rel);
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
	{
		derivation.old = trigger->tg_trigtuple;
		derivation.new = trigger->tg_newtuple;
		read_version(derivation.attachment, derivation.old, derivation.desc, &derivation.was);
	}
	else
		derivation.new = trigger->tg_trigtuple;
	read_version(derivation.attachment, derivation.new, derivation.desc, &derivation.is);

	attached = row_process(fcinfo, &derivation, rel);
	if (attached != NULL)
		stage = row_stage_of(&derivation, attached, rel);
	if (stage != STAGE_NONE)
	{
		if (derivation.old != NULL)
			compare_with_old(&derivation, attached, stage);
		derive_columns(&derivation, attached, stage);
	}
	if (derivation.n_changes == 0)
		return PointerGetDatum(derivation.new);
	return PointerGetDatum(heap_modify_tuple_by_cols(derivation.new, derivation.desc, derivation.n_changes,
													 derivation.attnums, derivation.values, derivation.nulls));
}
