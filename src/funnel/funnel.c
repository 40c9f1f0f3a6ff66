/*
 * funnel.c
 *		Counting deals into a funnel, and its stored form.
 */
#include "funnel/funnel.h"

#include "port/pg_bitutils.h"

void
funnel_init(Funnel *funnel, MemoryContext context)
{
	funnel->context = context;
	funnel->n_stages = 0;
	funnel->deals = 0;
	funnel->stages = NULL;
	funnel->times = NULL;
	funnel->names = NULL;
}

static bool
same_name(StagePathName a, StagePathName b)
{
	return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

void
funnel_set_stages(Funnel *funnel, const StagePathName *names, int n)
{
	Assert(funnel->n_stages == 0 && funnel_names_problem(names, n) == NULL);
	if (n == 0)
		return;
	funnel->stages = MemoryContextAllocZero(funnel->context, n * sizeof(FunnelStage));
	funnel->times = MemoryContextAlloc(funnel->context, n * sizeof(Durations));
	funnel->names = MemoryContextAlloc(funnel->context, n * sizeof(StagePathName));
	for (int i = 0; i < n; i++)
	{
		char	   *copy = MemoryContextAlloc(funnel->context, names[i].length);

		memcpy(copy, names[i].text, names[i].length);
		funnel->names[i].text = copy;
		funnel->names[i].length = names[i].length;
		durations_init(&funnel->times[i], funnel->context);
	}
	funnel->n_stages = n;
}

bool
funnel_has_stages(const Funnel *funnel, const StagePathName *names, int n)
{
	if (n != funnel->n_stages)
		return false;
	for (int i = 0; i < n; i++)
	{
		if (!same_name(funnel->names[i], names[i]))
			return false;
	}
	return true;
}

/* For each name of the path its place in the funnel, or -1. */
static void
map_names(const Funnel *funnel, const StagePath *path, int8 *map)
{
	const char *at = STAGE_PATH_NAMES(path);

	for (uint32 i = 0; i < path->n_stages; i++)
	{
		StagePathName name = {at + 1, (uint8) *at};
		int			place = funnel->n_stages - 1;

		while (place >= 0 && !same_name(funnel->names[place], name))
			place--;
		map[i] = place;
		at += 1 + name.length;
	}
}

bool
funnel_add_path(Funnel *funnel, const StagePath *path)
{
	const TimestampTz *entered = STAGE_PATH_ENTERED(path);
	const uint16 *stages = STAGE_PATH_STAGES(path);
	int8		map[STAGE_PATH_MAX_STEPS];
	uint64		stays[FUNNEL_MAX_STAGES];
	uint64		visited = 0;
	uint64		left = 0;
	int			in_order = 0;

	if (funnel->deals >= FUNNEL_MAX_DEALS)
		return false;
	funnel->deals++;
	map_names(funnel, path, map);
	for (int i = 0; i < path->n_steps; i++)
	{
		int			stage = map[stages[i]];
		uint64		bit;

		if (stage < 0)
			continue;
		bit = UINT64CONST(1) << stage;
		visited |= bit;
		if (stage == in_order)
			in_order++;
		if (i == path->n_steps - 1)
			funnel->stages[stage].current++;
		else
		{
			uint64		stay = (uint64) entered[i + 1] - (uint64) entered[i];

			stays[stage] = (left & bit) != 0 ? stays[stage] + stay : stay;
			left |= bit;
		}
	}
	if (visited == 0)
		return true;

	for (int stage = pg_leftmost_one_pos64(visited); stage >= 0; stage--)
	{
		FunnelStage *counts = &funnel->stages[stage];

		counts->passed++;
		counts->in_order += stage < in_order;
		counts->visited += (visited >> stage) & 1;
		counts->visited_next += ((visited & (visited >> 1)) >> stage) & 1;
		if ((left >> stage) & 1)
			durations_add(&funnel->times[stage], stays[stage]);
	}
	return true;
}

bool
funnel_merge(Funnel *funnel, const FunnelParts *parts)
{
	if (parts->deals > FUNNEL_MAX_DEALS - funnel->deals)
		return false;
	Assert(parts->n_stages == 0 || funnel_has_stages(funnel, parts->names, parts->n_stages));
	funnel->deals += parts->deals;
	for (int i = 0; i < parts->n_stages; i++)
	{
		FunnelStage *to = &funnel->stages[i];
		const FunnelStage *from = &parts->stages[i];

		to->visited += from->visited;
		to->passed += from->passed;
		to->in_order += from->in_order;
		to->visited_next += from->visited_next;
		to->current += from->current;
		durations_merge(&funnel->times[i], &from->times, parts->counts[i]);
	}
	return true;
}

Size
funnel_stored_size(const Funnel *funnel)
{
	Size		size = sizeof(FunnelSummary) + funnel->n_stages * sizeof(FunnelStage);

	for (int i = 0; i < funnel->n_stages; i++)
		size += durations_n_counts(&funnel->times[i]) * sizeof(DurationCount) + 1 + funnel->names[i].length;
	return size;
}

void
funnel_store(const Funnel *funnel, FunnelSummary *result, Size size)
{
	FunnelStage *stages = unconstify(FunnelStage *, FUNNEL_STAGES(result));
	DurationCount *counts = (DurationCount *) (stages + funnel->n_stages);
	char	   *at;

	memset(result, 0, sizeof(FunnelSummary));
	SET_VARSIZE(result, size);
	result->version = FUNNEL_VERSION;
	result->n_stages = funnel->n_stages;
	result->deals = funnel->deals;
	for (int i = 0; i < funnel->n_stages; i++)
	{
		stages[i] = funnel->stages[i];
		durations_store(&funnel->times[i], &stages[i].times, counts);
		counts += stages[i].times.n_counts;
	}
	at = (char *) counts;
	for (int i = 0; i < funnel->n_stages; i++)
	{
		*at++ = (char) funnel->names[i].length;
		memcpy(at, funnel->names[i].text, funnel->names[i].length);
		at += funnel->names[i].length;
	}
	Assert(at == (char *) result + size);
}

void
funnel_take_apart(const FunnelSummary *summary, FunnelParts *parts)
{
	int			n = summary->n_stages;
	const DurationCount *counts;
	const char *at;

	parts->n_stages = n;
	parts->deals = summary->deals;
	parts->stages = FUNNEL_STAGES(summary);
	parts->counts = palloc_array(const DurationCount *, n + 1);
	parts->names = palloc_array(StagePathName, n + 1);
	counts = (const DurationCount *) (parts->stages + n);
	for (int i = 0; i < n; i++)
	{
		parts->counts[i] = counts;
		counts += parts->stages[i].times.n_counts;
	}
	at = (const char *) counts;
	for (int i = 0; i < n; i++)
	{
		parts->names[i].length = (uint8) *at;
		parts->names[i].text = at + 1;
		at += 1 + parts->names[i].length;
	}
}

const char *
funnel_names_problem(const StagePathName *names, int n)
{
	if (n > FUNNEL_MAX_STAGES)
		return "A funnel has at most 64 stages.";
	for (int i = 0; i < n; i++)
	{
		if (names[i].length < 1 || names[i].length > STAGE_PATH_NAME_BYTES)
			return "A stage has a name of 1 to 255 bytes.";
		for (int j = 0; j < i; j++)
		{
			if (same_name(names[i], names[j]))
				return "A stage is listed twice.";
		}
	}
	return NULL;
}

const char *
funnel_problem(const FunnelParts *parts)
{
	int64		deals = parts->deals;
	int64		current = 0;

	if (deals < 0 || deals > FUNNEL_MAX_DEALS)
		return "The number of deals is out of range.";
	for (int i = 0; i < parts->n_stages; i++)
	{
		const FunnelStage *stage = &parts->stages[i];
		bool		is_last = i == parts->n_stages - 1;

		if (stage->visited < 0 || stage->visited > stage->passed ||
			stage->passed > (i == 0 ? deals : stage[-1].passed) ||
			(is_last && stage->passed != stage->visited))
			return "Deals that visited a stage or passed it are more than can be.";
		if (stage->in_order < 0 || stage->in_order > stage->visited ||
			(i == 0 ? stage->in_order != stage->visited : stage->in_order > stage[-1].in_order))
			return "Deals that came in order are more than can be.";
		if (stage->visited_next < 0 || stage->visited_next > stage->visited ||
			stage->visited_next > (is_last ? 0 : stage[1].visited))
			return "Deals that visited the next stage too are more than can be.";
		if (stage->current < 0 || stage->current > stage->visited || stage->current > deals - current)
			return "Deals that are in a stage now are more than can be.";
		current += stage->current;
		if (stage->times.n > stage->visited || stage->times.n < stage->visited - stage->current)
			return "Deals that left a stage are not as many as can be.";
	}
	return NULL;
}

FunnelSummary *
funnel_from_datum(Datum datum)
{
	FunnelSummary *summary = (FunnelSummary *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(summary) < sizeof(FunnelSummary) || summary->version != FUNNEL_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("funnel summary has a format this version of the extension cannot read"),
				 errhint("Install the version of the extension that wrote it, or a newer one.")));
	return summary;
}
