/*
 * resolve.c
 *		Resolving a process against the table it is attached to: the stages' values
 *		as the table's columns hold them, the columns that are required, the
 *		conditions.
 */
#include "attachment/resolve.h"

#include "attachment/target.h"
#include "parser/parse_coerce.h"
#include "process/process_value.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

/* What converts a stage's value to the type of its column, for error messages. */
typedef struct Conversion
{
	const char *stage;
	const char *column;
} Conversion;

static void
conversion_context(void *arg)
{
	Conversion *conversion = arg;

	errcontext("stage \"%s\" for column \"%s\"", conversion->stage, conversion->column);
}

/* What a stage says for one of its columns, in the column's type. */
static NullableDatum
stage_value(const Attachment *attachment, const SalesProcess *process, int stage, StageColumn column)
{
	const AttachedColumn *to = &attachment->columns[column];
	const ProcessStage *entry = &process->stages[stage];
	const char *text = NULL;
	NullableDatum value = {.isnull = true};
	Oid			input;
	Oid			ioparam;

	if (column == STAGE_COLUMN)
		text = attachment->stage_table == NULL ? stage_name(process, stage) :
			id_of_stage(attachment->stage_table, stage_name(process, stage));
	else if (column == PROBABILITY_COLUMN && entry->probability != PROBABILITY_NONE)
		text = DatumGetCString(DirectFunctionCall1(numeric_out, probability_numeric(entry->probability)));
	else if (column == FORECAST_CATEGORY_COLUMN && entry->forecast_category != 0)
		text = process_string(process, entry->forecast_category);
	else if (column == OUTCOME_COLUMN)
		text = outcome_names[entry->outcome];

	if (text != NULL)
	{
		getTypeInputInfo(to->type, &input, &ioparam);
		value.value = OidInputFunctionCall(input, unconstify(char *, text), ioparam, to->typmod);
		value.isnull = false;
	}
	return value;
}

/* Rows are known by what the column's type makes of the name. */
static void
check_stage_value(const Attachment *attachment, Datum value, const char *name)
{
	char	   *text = stage_text(attachment, value);

	if (strcmp(text, name) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("stage \"%s\" reads \"%s\" in column \"%s\", which is of type %s",
						name, text, attachment->options.columns[STAGE_COLUMN],
						format_type_be(attachment->columns[STAGE_COLUMN].type)),
				 errhint("Name the stage as the column has it, or give the column another type.")));
}

/* The stages' values for the columns that are kept. */
static void
resolve_values(const Attachment *attachment, AttachedProcess *attached)
{
	const SalesProcess *process = attached->process;
	Conversion	conversion;
	ErrorContextCallback context = {
		.previous = error_context_stack, .callback = conversion_context, .arg = &conversion
	};

	error_context_stack = &context;
	for (int column = 0; column < N_STAGE_VALUES; column++)
	{
		NullableDatum *values;

		if (attachment->columns[column].attnum == InvalidAttrNumber)
			continue;
		values = palloc(process->n_stages * sizeof(NullableDatum));
		conversion.column = attachment->options.columns[column];
		for (uint32 i = 0; i < process->n_stages; i++)
		{
			conversion.stage = stage_name(process, i);
			values[i] = stage_value(attachment, process, i, column);
			if (column == STAGE_COLUMN)
				check_stage_value(attachment, values[i].value, conversion.stage);
		}
		attached->values[column] = values;
	}
	error_context_stack = context.previous;
}

static void
resolve_requirements(Relation rel, AttachedProcess *attached)
{
	const SalesProcess *process = attached->process;

	attached->requirements = palloc(process->n_required * sizeof(Requirement));
	for (uint32 i = 0; i < process->n_stages; i++)
	{
		const ProcessStage *stage = &process->stages[i];
		char	   *user = psprintf("required by stage \"%s\"", stage_name(process, i));

		for (uint32 j = stage->first_required; j < stage->first_required + stage->n_required; j++)
		{
			Form_pg_attribute attribute = find_column(rel, required_column(process, j), user);

			attached->requirements[j].attnum = attribute->attnum;
			attached->requirements[j].kind = requirement_kind(attribute->atttypid);
		}
		pfree(user);
	}
}

/* Done at a process's first use: one that does not fit the table harms its own rows only. */
static void
resolve(const Attachment *attachment, Relation rel, AttachedProcess *attached)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "resolved process", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	AttachedProcess resolved = *attached;

	resolve_requirements(rel, &resolved);
	resolve_values(attachment, &resolved);
	resolved.stage_index = index_stages(resolved.values[STAGE_COLUMN], resolved.process->n_stages,
										attachment->columns[STAGE_COLUMN].typbyval,
										attachment->columns[STAGE_COLUMN].typlen);
	resolved.trust = attachment->process_attnum == InvalidAttrNumber ? CONDITION_OF_OWNER : CONDITION_OF_EDITOR;
	resolved.conditions = make_conditions(resolved.process, RelationGetDescr(rel), resolved.trust, true);
	resolved.resolved = true;
	MemoryContextSwitchTo(caller);
	MemoryContextSetParent(context, attachment->context);
	*attached = resolved;
}

const AttachedProcess *
resolve_process(const Attachment *attachment, Relation rel, const AttachedProcess *found)
{
	if (found != NULL && !found->resolved)
		resolve(attachment, rel, unconstify(AttachedProcess *, found));
	return found;
}

const AttachedProcess *
attached_process(const Attachment *attachment, Relation rel, const char *key)
{
	return resolve_process(attachment, rel, find_process(attachment, key));
}
