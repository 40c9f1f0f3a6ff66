/*
 * path.c
 *		Making a stage_path and looking into one.
 */
#include "path/path.h"

#include "utils/timestamp.h"

StagePath *
stage_path_from_datum(Datum datum)
{
	StagePath  *path = (StagePath *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(path) < sizeof(StagePath) || path->version != STAGE_PATH_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("stage path has a format this version of the extension cannot read"),
				 errhint("Install the version of the extension that wrote it, or a newer one.")));
	return path;
}

void
stage_path_names(const StagePath *path, StagePathName *names)
{
	const char *at = STAGE_PATH_NAMES(path);

	for (uint32 i = 0; i < path->n_stages; i++)
	{
		names[i].length = (uint8) *at;
		names[i].text = at + 1;
		at += 1 + names[i].length;
	}
}

static bool
same_name(StagePathName a, StagePathName b)
{
	return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

int
stage_path_find(const StagePath *path, StagePathName stage)
{
	const char *at = STAGE_PATH_NAMES(path);

	for (uint32 i = 0; i < path->n_stages; i++)
	{
		StagePathName name = {at + 1, (uint8) *at};

		if (same_name(name, stage))
			return i;
		at += 1 + name.length;
	}
	return -1;
}

const char *
stage_path_step_problem(StagePathName stage, TimestampTz entered)
{
	if (stage.length < 1 || stage.length > STAGE_PATH_NAME_BYTES)
		return "A stage has a name of 1 to 255 bytes.";
	if (TIMESTAMP_NOT_FINITE(entered))
		return "A stage is entered at a finite time.";
	return NULL;
}

void
stage_path_check_step(StagePathName stage, TimestampTz entered)
{
	const char *problem = stage_path_step_problem(stage, entered);

	if (problem != NULL)
		ereport(ERROR,
				(errcode(TIMESTAMP_NOT_FINITE(entered) ? ERRCODE_DATETIME_VALUE_OUT_OF_RANGE : ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("stage path cannot have such a step"),
				 errdetail_internal("%s", problem)));
}

StagePath *
stage_path_build(const StagePathStep *steps, int n)
{
	StagePathName *names = palloc_array(StagePathName, Max(n, 1));
	uint16	   *stages = palloc_array(uint16, Max(n, 1));
	TimestampTz *entered = palloc_array(TimestampTz, Max(n, 1));
	Size		name_bytes = 0;
	uint32		n_names = 0;
	int			n_steps = 0;
	Size		size;
	StagePath  *path;
	char	   *at;

	Assert(n <= STAGE_PATH_MAX_STEPS);
	for (int i = 0; i < n; i++)
	{
		uint32		stage = 0;

		Assert(stage_path_step_problem(steps[i].stage, steps[i].entered) == NULL);
		while (stage < n_names && !same_name(names[stage], steps[i].stage))
			stage++;
		if (stage == n_names)
		{
			names[n_names++] = steps[i].stage;
			name_bytes += 1 + steps[i].stage.length;
		}
		if (n_steps > 0 && stages[n_steps - 1] == stage)
			continue;
		stages[n_steps] = stage;
		entered[n_steps++] = steps[i].entered;
	}

	size = sizeof(StagePath) + n_steps * (sizeof(TimestampTz) + sizeof(uint16)) + name_bytes;
	path = palloc0(size);
	SET_VARSIZE(path, size);
	path->version = STAGE_PATH_VERSION;
	path->n_steps = n_steps;
	path->n_stages = n_names;
	memcpy(unconstify(TimestampTz *, STAGE_PATH_ENTERED(path)), entered, n_steps * sizeof(TimestampTz));
	memcpy(unconstify(uint16 *, STAGE_PATH_STAGES(path)), stages, n_steps * sizeof(uint16));
	at = unconstify(char *, STAGE_PATH_NAMES(path));
	for (uint32 i = 0; i < n_names; i++)
	{
		*at++ = (char) names[i].length;
		memcpy(at, names[i].text, names[i].length);
		at += names[i].length;
	}
	pfree(names);
	pfree(stages);
	pfree(entered);
	return path;
}

StagePath *
stage_path_append(const StagePath *path, StagePathName stage, TimestampTz entered)
{
	int			n_steps = path == NULL ? 0 : path->n_steps;
	StagePathName *names;
	StagePathStep *steps;
	StagePath  *longer;
	int			forgotten;

	stage_path_check_step(stage, entered);
	names = palloc_array(StagePathName, n_steps + 1);
	steps = palloc_array(StagePathStep, n_steps + 1);
	if (path != NULL)
		stage_path_names(path, names);
	for (int i = 0; i < n_steps; i++)
	{
		steps[i].stage = names[STAGE_PATH_STAGES(path)[i]];
		steps[i].entered = STAGE_PATH_ENTERED(path)[i];
	}
	if (n_steps == 0 || !same_name(steps[n_steps - 1].stage, stage))
	{
		steps[n_steps].stage = stage;
		steps[n_steps].entered = n_steps > 0 ? Max(entered, steps[n_steps - 1].entered) : entered;
		n_steps++;
	}
	forgotten = Max(n_steps - STAGE_PATH_MAX_STEPS, 0);
	longer = stage_path_build(steps + forgotten, n_steps - forgotten);
	pfree(names);
	pfree(steps);
	return longer;
}
