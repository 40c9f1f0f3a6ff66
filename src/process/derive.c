/*
 * derive.c
 *		The trigger derive_stage, which fills the columns that follow the stage.
 *
 * It runs BEFORE ROW, after all others, and leaves it to the judge to refuse,
 * but for one case (see refuse_no_stage).
 */
#include "process/report.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
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
	bool		moved;			/* from another stage */
	bool		reopened;		/* from an outcome to an open stage */
	int			n_changes;
	int			attnums[N_STAGE_COLUMNS];
	Datum		values[N_STAGE_COLUMNS];
	bool		nulls[N_STAGE_COLUMNS];
} Derivation;

static void
set_column(Derivation *derivation, StageColumn column, Datum value, bool isnull)
{
	const Attachment *attachment = derivation->attachment;
	AttachedColumn *kept = unconstify(AttachedColumn *, &attachment->columns[column]);

	/* PostgreSQL does not look at what a BEFORE trigger returns; a domain may have changed, too. */
	if (kept->base_type != kept->type)
		domain_check(value, isnull, kept->type, &kept->domain, attachment->context);
	derivation->attnums[derivation->n_changes] = kept->attnum;
	derivation->values[derivation->n_changes] = value;
	derivation->nulls[derivation->n_changes++] = isnull;
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
 * Whether a kept column is to be filled: when it is NULL, or when the row moves
 * and the statement did not give it another value.  What a statement gives is
 * kept until the next move.
 */
static bool
to_fill(const Derivation *derivation, StageColumn column)
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
	if (!derivation->moved)
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

static void
derive_columns(Derivation *derivation, const AttachedProcess *attached, int stage)
{
	for (int column = PROBABILITY_COLUMN; column < N_STAGE_VALUES; column++)
	{
		const NullableDatum *value;

		if (!to_fill(derivation, column))
			continue;
		/* A stage that says nothing leaves the column alone, but not what an outcome put there. */
		value = &attached->values[column][stage];
		if (!value->isnull || derivation->reopened)
			set_column(derivation, column, value->value, value->isnull);
	}
	if (to_fill(derivation, ENTERED_AT_COLUMN))
		fill_moment(derivation, ENTERED_AT_COLUMN);
	if (to_fill(derivation, CLOSED_AT_COLUMN))
	{
		if (stage_outcome(attached->process, stage) != OUTCOME_OPEN)
			fill_moment(derivation, CLOSED_AT_COLUMN);
		else
			set_column(derivation, CLOSED_AT_COLUMN, (Datum) 0, true);
	}
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
	JudgedRow	judged = {.rel = rel, .attachment = derivation->attachment, .row = derivation->new};

	if (!rel->rd_rel->relispartition || derivation->attachment->options.warn)
		return;
	judged.from = row_stage(derivation->attachment, derivation->old, derivation->desc);
	if (judged.from != NULL)
		report_no_stage(&judged);
}

Datum
opp_derive_stage(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Derivation	derivation = {0};
	const AttachedProcess *attached;
	Relation	rel;
	char	   *stage;
	int			i;

	if (!CALLED_AS_TRIGGER(fcinfo))
		report_wrong_trigger("derive_stage", "as a trigger");
	if (!TRIGGER_FIRED_BEFORE(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		report_wrong_trigger("derive_stage", "BEFORE each ROW of INSERT or UPDATE");

	rel = trigger->tg_relation;
	derivation.attachment = get_attachment(rel, trigger->tg_trigger);
	derivation.desc = RelationGetDescr(rel);
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
	{
		derivation.old = trigger->tg_trigtuple;
		derivation.new = trigger->tg_newtuple;
	}
	else
		derivation.new = trigger->tg_trigtuple;

	stage = row_stage(derivation.attachment, derivation.new, derivation.desc);
	attached = attached_process(derivation.attachment, rel,
								row_process_key(derivation.attachment, derivation.new, derivation.desc));
	if (attached == NULL)
		return PointerGetDatum(derivation.new);
	if (stage != NULL)
		i = find_stage(attached->process, stage);
	else if (derivation.old == NULL)
	{
		i = 0;
		set_column(&derivation, STAGE_COLUMN, attached->values[STAGE_COLUMN][0].value, false);
	}
	else
	{
		refuse_no_stage(&derivation, rel);
		i = STAGE_NONE;
	}
	if (i == STAGE_NONE)
		return PointerGetDatum(derivation.new);

	if (derivation.old != NULL)
	{
		char	   *old_stage = row_stage(derivation.attachment, derivation.old, derivation.desc);
		int			from = old_stage != NULL ? find_stage(attached->process, old_stage) : STAGE_NONE;

		derivation.moved = old_stage == NULL || strcmp(old_stage, stage) != 0;
		derivation.reopened = from != STAGE_NONE && stage_outcome(attached->process, from) != OUTCOME_OPEN &&
			stage_outcome(attached->process, i) == OUTCOME_OPEN;
	}
	derive_columns(&derivation, attached, i);
	if (derivation.n_changes == 0)
		return PointerGetDatum(derivation.new);
	return PointerGetDatum(heap_modify_tuple_by_cols(derivation.new, derivation.desc, derivation.n_changes,
													 derivation.attnums, derivation.values, derivation.nulls));
}
