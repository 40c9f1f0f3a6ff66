/*
 * path_functions.c
 *		What SQL asks of a stage_path: its steps, times and durations.
 *
 * A stay lasts from a step to the next one.  The last stay goes on; it has a
 * length only as of an instant.
 */
#include "path/path.h"

#include "common/int.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(opp_path_steps);
PG_FUNCTION_INFO_V1(opp_time_in_stage);
PG_FUNCTION_INFO_V1(opp_entered_stage);
PG_FUNCTION_INFO_V1(opp_visited);
PG_FUNCTION_INFO_V1(opp_current_stage);
PG_FUNCTION_INFO_V1(opp_path_age);
PG_FUNCTION_INFO_V1(opp_path_duration);
PG_FUNCTION_INFO_V1(opp_append_step);

static StagePathName
name_argument(text *argument)
{
	StagePathName name = {VARDATA_ANY(argument), VARSIZE_ANY_EXHDR(argument)};

	return name;
}

static void
duration_out_of_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("duration out of range")));
}

/* Microseconds from one instant to another. */
static int64
elapsed(TimestampTz from, TimestampTz to)
{
	int64		result;

	if (pg_sub_s64_overflow(to, from, &result))
		duration_out_of_range();
	return result;
}

/* As the difference of two timestamps shows it: days of 24 hours, and a time. */
static Datum
duration(int64 microseconds)
{
	Interval   *interval = palloc0_object(Interval);

	interval->day = microseconds / USECS_PER_DAY;
	interval->time = microseconds % USECS_PER_DAY;
	return IntervalPGetDatum(interval);
}

static void
check_as_of(TimestampTz as_of)
{
	if (TIMESTAMP_NOT_FINITE(as_of))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("as_of must be a finite time")));
}

Datum
opp_path_steps(PG_FUNCTION_ARGS)
{
	StagePath  *path = PG_GETARG_STAGE_PATH(0);
	const TimestampTz *entered = STAGE_PATH_ENTERED(path);
	StagePathName *names = palloc_array(StagePathName, path->n_stages + 1);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	stage_path_names(path, names);
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < path->n_steps; i++)
	{
		StagePathName *stage = &names[STAGE_PATH_STAGES(path)[i]];
		bool		is_last = i == path->n_steps - 1;
		Datum		values[5];
		bool		nulls[5] = {false, false, false, is_last, is_last};

		values[0] = Int32GetDatum(i + 1);
		values[1] = PointerGetDatum(cstring_to_text_with_len(stage->text, stage->length));
		values[2] = TimestampTzGetDatum(entered[i]);
		if (!is_last)
		{
			values[3] = TimestampTzGetDatum(entered[i + 1]);
			values[4] = duration(elapsed(entered[i], entered[i + 1]));
		}
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* Not strict: without as_of the stay that goes on has no length and does not count. */
Datum
opp_time_in_stage(PG_FUNCTION_ARGS)
{
	bool		has_end = !PG_ARGISNULL(2);
	TimestampTz end = has_end ? PG_GETARG_TIMESTAMPTZ(2) : 0;
	StagePath  *path;
	const TimestampTz *entered;
	int			stage;
	int64		total = 0;
	bool		is_found = false;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (has_end)
		check_as_of(end);
	path = PG_GETARG_STAGE_PATH(0);
	entered = STAGE_PATH_ENTERED(path);
	stage = stage_path_find(path, name_argument(PG_GETARG_TEXT_PP(1)));
	for (int i = 0; i < path->n_steps && !(has_end && entered[i] > end); i++)
	{
		bool		goes_on = i == path->n_steps - 1 || (has_end && entered[i + 1] > end);

		if (STAGE_PATH_STAGES(path)[i] != stage || (goes_on && !has_end))
			continue;
		if (pg_add_s64_overflow(total, elapsed(entered[i], goes_on ? end : entered[i + 1]), &total))
			duration_out_of_range();
		is_found = true;
	}
	if (!is_found)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(duration(total));
}

Datum
opp_entered_stage(PG_FUNCTION_ARGS)
{
	StagePath  *path = PG_GETARG_STAGE_PATH(0);
	int			stage = stage_path_find(path, name_argument(PG_GETARG_TEXT_PP(1)));

	for (int i = 0; i < path->n_steps; i++)
	{
		if (STAGE_PATH_STAGES(path)[i] == stage)
			PG_RETURN_TIMESTAMPTZ(STAGE_PATH_ENTERED(path)[i]);
	}
	PG_RETURN_NULL();
}

Datum
opp_visited(PG_FUNCTION_ARGS)
{
	StagePath  *path = PG_GETARG_STAGE_PATH(0);

	PG_RETURN_BOOL(stage_path_find(path, name_argument(PG_GETARG_TEXT_PP(1))) >= 0);
}

Datum
opp_current_stage(PG_FUNCTION_ARGS)
{
	StagePath  *path;
	StagePathName *names;
	int			last;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	path = PG_GETARG_STAGE_PATH(0);
	last = path->n_steps - 1;
	while (last >= 0 && !PG_ARGISNULL(1) && STAGE_PATH_ENTERED(path)[last] > PG_GETARG_TIMESTAMPTZ(1))
		last--;
	if (last < 0)
		PG_RETURN_NULL();
	names = palloc_array(StagePathName, path->n_stages);
	stage_path_names(path, names);
	last = STAGE_PATH_STAGES(path)[last];
	PG_RETURN_TEXT_P(cstring_to_text_with_len(names[last].text, names[last].length));
}

Datum
opp_path_age(PG_FUNCTION_ARGS)
{
	StagePath  *path = PG_GETARG_STAGE_PATH(0);
	TimestampTz as_of = PG_GETARG_TIMESTAMPTZ(1);

	check_as_of(as_of);
	if (path->n_steps == 0 || STAGE_PATH_ENTERED(path)[0] > as_of)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(duration(elapsed(STAGE_PATH_ENTERED(path)[0], as_of)));
}

Datum
opp_path_duration(PG_FUNCTION_ARGS)
{
	StagePath  *path = PG_GETARG_STAGE_PATH(0);

	if (path->n_steps == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(duration(elapsed(STAGE_PATH_ENTERED(path)[0], STAGE_PATH_ENTERED(path)[path->n_steps - 1])));
}

/* Not strict: a NULL path has no steps yet, and a step that is not known adds none. */
Datum
opp_append_step(PG_FUNCTION_ARGS)
{
	StagePath  *path = PG_ARGISNULL(0) ? NULL : PG_GETARG_STAGE_PATH(0);
	TimestampTz entered;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		if (path == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(path);
	}
	entered = PG_GETARG_TIMESTAMPTZ(2);
	if (path != NULL && path->n_steps > 0 && entered < STAGE_PATH_ENTERED(path)[path->n_steps - 1])
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a step cannot be appended that was entered before the last one"),
				 errdetail("The last step was entered %s, the new one %s.",
						   pstrdup(timestamptz_to_str(STAGE_PATH_ENTERED(path)[path->n_steps - 1])),
						   pstrdup(timestamptz_to_str(entered))),
				 errhint("The aggregate opportunity.collect_path takes steps in any order.")));
	PG_RETURN_POINTER(stage_path_append(path, name_argument(PG_GETARG_TEXT_PP(1)), entered));
}
