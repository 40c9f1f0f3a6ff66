/*
 * collect_path.c
 *		The aggregate collect_path: a stage_path of the steps in a table.
 *
 * Rows come in any order, so the state keeps all of them: it grows with the rows
 * of the group.  Steps of one instant go by the bytes of their names, which makes
 * the path the same for every order and every split among workers.
 */
#include "path/path.h"

#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(opp_collect_path_add);
PG_FUNCTION_INFO_V1(opp_collect_path_combine);
PG_FUNCTION_INFO_V1(opp_collect_path_serialize);
PG_FUNCTION_INFO_V1(opp_collect_path_deserialize);
PG_FUNCTION_INFO_V1(opp_collect_path_final);

typedef struct CollectedSteps
{
	MemoryContext context;		/* of the steps and their names */
	StagePathStep *steps;
	int			n;
	int			capacity;
} CollectedSteps;

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "collect_path function called in non-aggregate context");
	return context;
}

static CollectedSteps *
collected_create(MemoryContext context)
{
	CollectedSteps *collected = MemoryContextAllocZero(context, sizeof(CollectedSteps));

	collected->context = context;
	return collected;
}

static void
collected_add(CollectedSteps *collected, StagePathName stage, TimestampTz entered)
{
	char	   *copy;

	stage_path_check_step(stage, entered);
	if (collected->n == collected->capacity)
	{
		Size		size;

		collected->capacity = collected->capacity == 0 ? 8 : collected->capacity * 2;
		size = collected->capacity * sizeof(StagePathStep);
		if (!AllocSizeIsValid(size))
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many steps for one stage path")));
		collected->steps = collected->steps == NULL ? MemoryContextAlloc(collected->context, size) :
			repalloc(collected->steps, size);
	}
	copy = MemoryContextAlloc(collected->context, stage.length);
	memcpy(copy, stage.text, stage.length);
	collected->steps[collected->n].stage.text = copy;
	collected->steps[collected->n].stage.length = stage.length;
	collected->steps[collected->n].entered = entered;
	collected->n++;
}

Datum
opp_collect_path_add(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	CollectedSteps *collected = PG_ARGISNULL(0) ? NULL : (CollectedSteps *) PG_GETARG_POINTER(0);

	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		text	   *stage = PG_GETARG_TEXT_PP(1);
		StagePathName name = {VARDATA_ANY(stage), VARSIZE_ANY_EXHDR(stage)};

		if (collected == NULL)
			collected = collected_create(context);
		collected_add(collected, name, PG_GETARG_TIMESTAMPTZ(2));
	}
	if (collected == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(collected);
}

Datum
opp_collect_path_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	CollectedSteps *a = PG_ARGISNULL(0) ? NULL : (CollectedSteps *) PG_GETARG_POINTER(0);
	CollectedSteps *b = PG_ARGISNULL(1) ? NULL : (CollectedSteps *) PG_GETARG_POINTER(1);

	if (b != NULL)
	{
		if (a == NULL)
			a = collected_create(context);
		for (int i = 0; i < b->n; i++)
			collected_add(a, b->steps[i].stage, b->steps[i].entered);
	}
	if (a == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(a);
}

Datum
opp_collect_path_serialize(PG_FUNCTION_ARGS)
{
	CollectedSteps *collected;
	StringInfoData buffer;

	(void) aggregate_context(fcinfo);
	collected = (CollectedSteps *) PG_GETARG_POINTER(0);
	pq_begintypsend(&buffer);
	for (int i = 0; i < collected->n; i++)
	{
		pq_sendint64(&buffer, collected->steps[i].entered);
		pq_sendbyte(&buffer, collected->steps[i].stage.length);
		pq_sendbytes(&buffer, collected->steps[i].stage.text, collected->steps[i].stage.length);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

Datum
opp_collect_path_deserialize(PG_FUNCTION_ARGS)
{
	CollectedSteps *collected;
	bytea	   *serialized;
	StringInfoData buffer;

	collected = collected_create(aggregate_context(fcinfo));
	serialized = PG_GETARG_BYTEA_PP(0);
	initReadOnlyStringInfo(&buffer, VARDATA_ANY(serialized), VARSIZE_ANY_EXHDR(serialized));
	while (buffer.cursor < buffer.len)
	{
		StagePathName stage;
		TimestampTz entered = pq_getmsgint64(&buffer);

		stage.length = pq_getmsgbyte(&buffer);
		stage.text = pq_getmsgbytes(&buffer, stage.length);
		collected_add(collected, stage, entered);
	}
	PG_RETURN_POINTER(collected);
}

static int
compare_steps(const void *left, const void *right)
{
	const StagePathStep *a = left;
	const StagePathStep *b = right;
	int			order;

	if (a->entered != b->entered)
		return a->entered < b->entered ? -1 : 1;
	order = memcmp(a->stage.text, b->stage.text, Min(a->stage.length, b->stage.length));
	return order != 0 ? order : a->stage.length - b->stage.length;
}

/* The state stays as it is: more rows may follow in a window. */
Datum
opp_collect_path_final(PG_FUNCTION_ARGS)
{
	CollectedSteps *collected;
	StagePathStep *steps;
	int			n = 0;
	int			forgotten;

	(void) aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	collected = (CollectedSteps *) PG_GETARG_POINTER(0);
	steps = palloc_array(StagePathStep, collected->n);
	memcpy(steps, collected->steps, collected->n * sizeof(StagePathStep));
	qsort(steps, collected->n, sizeof(StagePathStep), compare_steps);

	/* what repeats the stage before it is no step and does not count against the limit */
	for (int i = 0; i < collected->n; i++)
	{
		if (n == 0 || steps[n - 1].stage.length != steps[i].stage.length ||
			memcmp(steps[n - 1].stage.text, steps[i].stage.text, steps[i].stage.length) != 0)
			steps[n++] = steps[i];
	}
	forgotten = Max(n - STAGE_PATH_MAX_STEPS, 0);
	PG_RETURN_POINTER(stage_path_build(steps + forgotten, n - forgotten));
}
