/*
 * collect.c
 *		The aggregate that makes a sales process of the rows of a stages table.
 *
 * The state is the JSON text of the stages so far; the final function reads it,
 * with all the checks of that.
 */
#include "process/json.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/numeric.h"

PG_FUNCTION_INFO_V1(opp_collect_process_add);
PG_FUNCTION_INFO_V1(opp_collect_process_final);

/* Outcomes stand last in a process, wherever they stand in the table. */
typedef struct CollectedStages
{
	int			n_stages;
	StringInfoData open;
	StringInfoData outcomes;
} CollectedStages;

static CollectedStages *
start_collecting(MemoryContext context)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	CollectedStages *stages = palloc0(sizeof(CollectedStages));

	initStringInfo(&stages->open);
	initStringInfo(&stages->outcomes);
	MemoryContextSwitchTo(caller);
	return stages;
}

/* (state, name, probability, outcome) */
Datum
opp_collect_process_add(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	CollectedStages *stages;
	StringInfo	list;
	char	   *outcome;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "collect_process_add called outside of an aggregate");
	stages = PG_ARGISNULL(0) ? start_collecting(context) : (CollectedStages *) PG_GETARG_POINTER(0);
	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a stage's name must not be null")));
	if (++stages->n_stages > PROCESS_MAX_STAGES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a process has at most %d stages", PROCESS_MAX_STAGES)));

	outcome = PG_ARGISNULL(3) ? "open" : text_to_cstring(PG_GETARG_TEXT_PP(3));
	list = strcmp(outcome, "open") == 0 ? &stages->open : &stages->outcomes;
	appendStringInfoString(list, list->len > 0 ? ", {\"name\": " : "{\"name\": ");
	escape_json(list, text_to_cstring(PG_GETARG_TEXT_PP(1)));
	if (!PG_ARGISNULL(2))
	{
		Numeric		probability = PG_GETARG_NUMERIC(2);

		/* JSON has no such numbers. */
		if (numeric_is_nan(probability) || numeric_is_inf(probability))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("probability must be a percentage from 0 to 100")));
		probability = DatumGetNumeric(DirectFunctionCall1(numeric_trim_scale, NumericGetDatum(probability)));
		appendStringInfo(list, ", \"probability\": %s",
						 DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(probability))));
	}
	if (list == &stages->outcomes)
	{
		appendStringInfoString(list, ", \"outcome\": ");
		escape_json(list, outcome);
	}
	appendStringInfoChar(list, '}');
	PG_RETURN_POINTER(stages);
}

Datum
opp_collect_process_final(PG_FUNCTION_ARGS)
{
	const CollectedStages *stages;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "collect_process_final called outside of an aggregate");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	stages = (const CollectedStages *) PG_GETARG_POINTER(0);
	PG_RETURN_POINTER(process_from_json(psprintf("{\"stages\": [%s%s%s]}", stages->open.data,
												 stages->open.len > 0 && stages->outcomes.len > 0 ? ", " : "",
												 stages->outcomes.data), NULL));
}
