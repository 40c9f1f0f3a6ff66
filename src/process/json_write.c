/*
 * json_write.c
 *		Writing the one text form of a sales process.
 *
 * Keys come in a fixed order, branches in that of the stages they leave; what has
 * its default is left out.
 */
#include "process/json.h"

#include "process/process_value.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"

static void
append_text(StringInfo json, const char *key, const char *value)
{
	appendStringInfo(json, ", \"%s\": ", key);
	escape_json(json, value);
}

static void
append_stage(StringInfo json, const SalesProcess *process, const ProcessStage *stage)
{
	appendStringInfoString(json, "{\"name\": ");
	escape_json(json, process_string(process, stage->name));
	if (stage->label != 0)
		append_text(json, "label", process_string(process, stage->label));
	if (stage->outcome != OUTCOME_OPEN)
		append_text(json, "outcome", outcome_names[stage->outcome]);
	else if (stage->probability != PROBABILITY_NONE)
		appendStringInfo(json, ", \"probability\": %s",
						 DatumGetCString(DirectFunctionCall1(numeric_out, probability_numeric(stage->probability))));
	if (stage->forecast_category != 0 &&
		(stage->outcome == OUTCOME_OPEN ||
		 strcmp(process_string(process, stage->forecast_category), outcome_names[stage->outcome]) != 0))
		append_text(json, "forecast_category", process_string(process, stage->forecast_category));
	if (stage->rotting_days != 0)
		appendStringInfo(json, ", \"rotting_days\": %d", stage->rotting_days);
	for (uint32 i = 0; i < stage->n_required; i++)
	{
		appendStringInfoString(json, i == 0 ? ", \"required\": [" : ", ");
		escape_json(json, required_column(process, stage->first_required + i));
	}
	if (stage->n_required > 0)
		appendStringInfoChar(json, ']');
	for (uint32 i = 0; i < stage->n_checks; i++)
	{
		const StageCheck *check = &process_checks(process)[stage->first_check + i];

		appendStringInfoString(json, i == 0 ? ", \"checks\": [{\"when\": " : ", {\"when\": ");
		escape_json(json, process_string(process, check->when));
		if (check->message != 0)
			append_text(json, "message", process_string(process, check->message));
		appendStringInfoChar(json, '}');
	}
	appendStringInfoString(json, stage->n_checks > 0 ? "]}" : "}");
}

static void
append_branches(StringInfo json, const SalesProcess *process)
{
	const char *separator = ", \"branches\": [";

	for (uint32 i = 0; i < process->n_open; i++)
	{
		const ProcessStage *stage = &process->stages[i];

		for (uint32 j = stage->first_branch; j < stage->first_branch + stage->n_branches; j++)
		{
			const StageBranch *branch = &process_branches(process)[j];

			appendStringInfo(json, "%s{\"from\": ", separator);
			escape_json(json, stage_name(process, i));
			append_text(json, "to", stage_name(process, branch->to));
			if (branch->when != 0)
				append_text(json, "when", process_string(process, branch->when));
			appendStringInfoChar(json, '}');
			separator = ", ";
		}
	}
	if (process->n_branches > 0)
		appendStringInfoChar(json, ']');
}

static void
append_start(StringInfo json, const SalesProcess *process)
{
	uint32		n_start = 0;
	const char *separator = "[";

	for (uint32 i = 0; i < process->n_stages; i++)
		n_start += process->stages[i].may_start;
	if (n_start == process->n_stages)
		return;
	appendStringInfoString(json, ", \"start\": ");
	if (n_start == 1 && process->stages[0].may_start)
	{
		appendStringInfoString(json, "\"first\"");
		return;
	}
	for (uint32 i = 0; i < process->n_stages; i++)
	{
		if (!process->stages[i].may_start)
			continue;
		appendStringInfoString(json, separator);
		escape_json(json, stage_name(process, i));
		separator = ", ";
	}
	appendStringInfoChar(json, ']');
}

char *
process_to_json(const SalesProcess *process)
{
	StringInfoData json;
	StringInfoData moves;

	initStringInfo(&json);
	for (uint32 i = 0; i < process->n_stages; i++)
	{
		appendStringInfoString(&json, i == 0 ? "{\"stages\": [" : ", ");
		append_stage(&json, process, &process->stages[i]);
	}
	appendStringInfoChar(&json, ']');
	append_branches(&json, process);

	initStringInfo(&moves);
	if (process->skip)
		appendStringInfoString(&moves, ", \"skip\": true");
	if (!process->back)
		appendStringInfoString(&moves, ", \"back\": false");
	if (!process->reopen)
		appendStringInfoString(&moves, ", \"reopen\": false");
	append_start(&moves, process);
	if (moves.len > 0)
		appendStringInfo(&json, ", \"moves\": {%s}", moves.data + 2);
	appendStringInfoChar(&json, '}');
	return json.data;
}
