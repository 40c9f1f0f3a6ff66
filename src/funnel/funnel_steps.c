/*
 * funnel_steps.c
 *		What a funnel says, stage by stage.
 */
#include "funnel/funnel.h"

#include "funcapi.h"
#include "statistics/percent.h"
#include "statistics/wilson.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(opp_funnel_steps);

/* Which deals count at a stage. */
typedef enum FunnelMode
{
	FUNNEL_STRICT,				/* in_order */
	FUNNEL_REACHED,				/* visited */
	FUNNEL_IMPLIED				/* passed */
} FunnelMode;

static FunnelMode
parse_mode(text *argument)
{
	char	   *mode = text_to_cstring(argument);

	if (strcmp(mode, "strict") == 0)
		return FUNNEL_STRICT;
	if (strcmp(mode, "reached") == 0)
		return FUNNEL_REACHED;
	if (strcmp(mode, "implied") == 0)
		return FUNNEL_IMPLIED;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("funnel mode \"%s\" is not known", mode),
			 errhint("Use 'strict', 'reached' or 'implied'.")));
}

static int64
reached(const FunnelStage *stage, FunnelMode mode)
{
	switch (mode)
	{
		case FUNNEL_STRICT:
			return stage->in_order;
		case FUNNEL_REACHED:
			return stage->visited;
		case FUNNEL_IMPLIED:
			return stage->passed;
	}
	pg_unreachable();
}

/* Of these deals, those that count at the next stage too. */
static int64
converted(const FunnelStage *stage, FunnelMode mode)
{
	return mode == FUNNEL_REACHED ? stage->visited_next : reached(stage + 1, mode);
}

Datum
opp_funnel_steps(PG_FUNCTION_ARGS)
{
	FunnelMode	mode = parse_mode(PG_GETARG_TEXT_PP(1));
	double		confidence = PG_GETARG_FLOAT8(2);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	FunnelParts parts;

	check_confidence(confidence);
	funnel_take_apart(PG_GETARG_FUNNEL(0), &parts);
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < parts.n_stages; i++)
	{
		const FunnelStage *stage = &parts.stages[i];
		int64		here = reached(stage, mode);
		bool		is_last = i == parts.n_stages - 1;
		Datum		values[13] = {0};
		bool		nulls[13] = {false};

		values[0] = Int32GetDatum(i + 1);
		values[1] = PointerGetDatum(cstring_to_text_with_len(parts.names[i].text, parts.names[i].length));
		values[2] = Int64GetDatum(here);
		nulls[3] = nulls[4] = is_last;
		nulls[5] = nulls[6] = nulls[7] = is_last || here == 0;
		if (!is_last)
		{
			int64		next = converted(stage, mode);

			values[3] = Int64GetDatum(next);
			values[4] = Int64GetDatum(here - next);
			if (here > 0)
			{
				double		low;
				double		high;

				wilson_interval(next, here, confidence / 100, &low, &high);
				values[5] = percent_of(next, here);
				values[6] = percent_of_share(low);
				values[7] = percent_of_share(high);
			}
		}
		nulls[8] = parts.stages[0].passed == 0;
		if (!nulls[8])
			values[8] = percent_of(here, parts.stages[0].passed);
		values[9] = Int64GetDatum(stage->current);
		values[10] = Int64GetDatum(stage->times.n);
		nulls[11] = nulls[12] = stage->times.n == 0;
		if (stage->times.n > 0)
		{
			values[11] = duration_interval(durations_median(&stage->times, parts.counts[i]));
			values[12] = duration_interval(durations_mean(&stage->times));
		}
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
