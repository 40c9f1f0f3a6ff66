/*
 * compile.c
 *		The stored form of a sales process that has been read and found right.
 */
#include "process/process_text.h"

#include "lib/stringinfo.h"

static int
compare_stage_names(const void *a, const void *b)
{
	return strcmp((*(StageText *const *) a)->name, (*(StageText *const *) b)->name);
}

StageText **
sort_stages(const ProcessText *process)
{
	StageText **sorted = palloc(process->n_stages * sizeof(StageText *));

	for (int i = 0; i < process->n_stages; i++)
		sorted[i] = &process->stages[i];
	qsort(sorted, process->n_stages, sizeof(StageText *), compare_stage_names);
	return sorted;
}

static uint32
add_string(StringInfo strings, uint32 before, const char *s)
{
	uint32		offset = before + strings->len;

	if (s == NULL)
		return 0;
	appendBinaryStringInfo(strings, s, strlen(s) + 1);
	return offset;
}

SalesProcess *
compile_process(const ProcessText *text)
{
	SalesProcess *process;
	StageText **sorted = sort_stages(text);
	StringInfoData strings;
	uint32		n_required = 0;
	uint32		n_checks = 0;
	Size		fixed;
	int			r = 0;
	int			c = 0;
	int			b = 0;

	for (int i = 0; i < text->n_stages; i++)
	{
		n_required += text->stages[i].n_required;
		n_checks += text->stages[i].n_checks;
	}
	fixed = offsetof(SalesProcess, stages) + text->n_stages * (sizeof(ProcessStage) + sizeof(uint32)) +
		n_required * sizeof(uint32) + n_checks * sizeof(StageCheck) + text->n_branches * sizeof(StageBranch);
	process = palloc0(fixed);
	process->version = PROCESS_VERSION;
	process->skip = text->skip;
	process->back = text->back;
	process->reopen = text->reopen;
	process->n_stages = text->n_stages;
	process->n_required = n_required;
	process->n_checks = n_checks;
	process->n_branches = text->n_branches;

	initStringInfo(&strings);
	for (int i = 0; i < text->n_stages; i++)
	{
		const StageText *from = &text->stages[i];
		ProcessStage *to = &process->stages[i];

		to->name = add_string(&strings, fixed, from->name);
		to->label = add_string(&strings, fixed, from->label);
		to->forecast_category = add_string(&strings, fixed, from->forecast_category);
		to->probability = from->probability;
		to->rotting_days = from->rotting_days;
		to->outcome = from->outcome;
		to->may_start = from->may_start || !text->start_given;
		to->first_required = r;
		to->n_required = from->n_required;
		for (int j = 0; j < from->n_required; j++)
			required_columns(process)[r++] = add_string(&strings, fixed, from->required[j]);
		to->first_check = c;
		to->n_checks = from->n_checks;
		for (int j = 0; j < from->n_checks; j++)
		{
			process_checks(process)[c].when = add_string(&strings, fixed, from->checks[j].when);
			process_checks(process)[c++].message = add_string(&strings, fixed, from->checks[j].message);
		}
		to->first_branch = b;
		for (int j = 0; j < text->n_branches; j++)
		{
			if (text->branches[j].from != i)
				continue;
			process_branches(process)[b].to = text->branches[j].to;
			process_branches(process)[b++].when = add_string(&strings, fixed, text->branches[j].when);
		}
		to->n_branches = b - to->first_branch;
		process->n_open += from->outcome == OUTCOME_OPEN;
		stages_by_name(process)[i] = sorted[i] - text->stages;
	}
	process = repalloc(process, fixed + strings.len);
	memcpy((char *) process + fixed, strings.data, strings.len);
	SET_VARSIZE(process, fixed + strings.len);
	return process;
}
