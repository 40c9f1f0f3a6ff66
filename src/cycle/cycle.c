/*
 * cycle.c
 *		The curve of a cycle summary and what it says.
 *
 * At each time at which d of n open deals close, the chance to be open still is
 * multiplied by 1 - d / n; a deal that is still open when it is looked at leaves n
 * after that time, without closing.  The chance to be won, or lost, grows by its
 * share of the deals that close.
 */
#include "cycle/cycle.h"

#include <math.h>

#include "funcapi.h"
#include "numeric/wide.h"
#include "statistics/normal.h"
#include "statistics/percent.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(opp_cycle_quantile);
PG_FUNCTION_INFO_V1(opp_close_probability);
PG_FUNCTION_INFO_V1(opp_average_closed_cycle);
PG_FUNCTION_INFO_V1(opp_cycle_steps);

/* Chances are sums of quotients: a quantile is met within rounding. */
#define CHANCE_TOLERANCE	1e-12

CycleSummary *
cycle_from_datum(Datum datum)
{
	CycleSummary *summary = (CycleSummary *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(summary) < sizeof(CycleSummary) || summary->version != CYCLE_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cycle summary has a format this version of the extension cannot read"),
				 errhint("Install the version of the extension that wrote it, or a newer one.")));
	return summary;
}

CyclePoint *
cycle_curve(const CycleSummary *summary, int *n)
{
	const DurationCount *next[CYCLE_OUTCOMES];
	const DurationCount *end[CYCLE_OUTCOMES];
	const DurationCount *counts = CYCLE_COUNTS(summary);
	uint32		unit = 0;
	int			size = 1;
	CyclePoint *points;
	CyclePoint	last = {.open = 1};

	for (int i = 0; i < CYCLE_OUTCOMES; i++)
	{
		next[i] = counts;
		counts += summary->times[i].n_counts;
		end[i] = counts;
		unit = Max(unit, summary->times[i].unit);
		size += summary->times[i].n_counts;
		last.at_risk += summary->times[i].n;
	}
	points = palloc_array(CyclePoint, size);
	*n = 0;
	for (;;)
	{
		CyclePoint *point = &points[*n];
		bool		is_found = false;
		double		closing;
		double		open = last.open;

		for (int i = 0; i < CYCLE_OUTCOMES; i++)
		{
			uint64		time;

			if (next[i] == end[i])
				continue;
			/* all in the coarsest unit of the three */
			time = next[i]->duration - next[i]->duration % (uint64) duration_units[unit];
			if (!is_found || time < last.time)
				last.time = time;
			is_found = true;
		}
		if (!is_found)
			return points;
		for (int i = 0; i < CYCLE_OUTCOMES; i++)
		{
			last.deals[i] = 0;
			while (next[i] < end[i] && next[i]->duration - next[i]->duration % (uint64) duration_units[unit] == last.time)
				last.deals[i] += (next[i]++)->count;
		}
		closing = last.deals[CYCLE_WON] + last.deals[CYCLE_LOST];
		if (closing > 0)
		{
			double		left = last.at_risk - closing;

			last.closed[CYCLE_WON] += open * last.deals[CYCLE_WON] / last.at_risk;
			last.closed[CYCLE_LOST] += open * last.deals[CYCLE_LOST] / last.at_risk;
			last.open = open * (left / last.at_risk);
			last.variance += left > 0 ? closing / (last.at_risk * left) : INFINITY;
		}
		*point = last;
		last.at_risk -= last.deals[CYCLE_WON] + last.deals[CYCLE_LOST] + last.deals[CYCLE_OPEN];
		(*n)++;
	}
}

/* Which chance: that of one outcome or, CYCLE_OPEN, of any. */
static CycleOutcome
parse_outcome(text *argument)
{
	char	   *outcome = text_to_cstring(argument);

	if (strcmp(outcome, "closed") == 0)
		return CYCLE_OPEN;
	if (strcmp(outcome, "won") == 0)
		return CYCLE_WON;
	if (strcmp(outcome, "lost") == 0)
		return CYCLE_LOST;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("outcome \"%s\" is not known", outcome),
			 errhint("Use 'closed', 'won' or 'lost'.")));
}

static double
chance(const CyclePoint *point, CycleOutcome outcome)
{
	return outcome == CYCLE_OPEN ? 1 - point->open : point->closed[outcome];
}

Datum
opp_cycle_quantile(PG_FUNCTION_ARGS)
{
	CycleSummary *summary = PG_GETARG_CYCLE(0);
	double		q = PG_GETARG_FLOAT8(1);
	CycleOutcome outcome = parse_outcome(PG_GETARG_TEXT_PP(2));
	CyclePoint *points;
	int			n;

	if (!(q > 0 && q <= 1))		/* NaN too */
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("quantile out of range"),
				 errdetail("A quantile is a chance above 0 and at most 1.")));
	points = cycle_curve(summary, &n);
	for (int i = 0; i < n; i++)
	{
		if (chance(&points[i], outcome) >= q - CHANCE_TOLERANCE)
			PG_RETURN_DATUM(duration_interval(points[i].time));
	}
	PG_RETURN_NULL();
}

Datum
opp_close_probability(PG_FUNCTION_ARGS)
{
	CycleSummary *summary = PG_GETARG_CYCLE(0);
	double		within = PG_GETARG_FLOAT8(1) * USECS_PER_DAY;
	CycleOutcome outcome = parse_outcome(PG_GETARG_TEXT_PP(2));
	CyclePoint *points;
	double		result = 0;
	int			n;
	int			i = 0;

	if (!(within >= 0))			/* NaN too */
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("number of days out of range"),
				 errdetail("It must not be negative.")));
	points = cycle_curve(summary, &n);
	while (i < n && (double) points[i].time <= within)
		result = chance(&points[i++], outcome);
	/* past the last time that is known of, it is known only when none was open then */
	if (n == 0 || (i == n && points[n - 1].deals[CYCLE_OPEN] > 0 && (double) points[n - 1].time < within))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(percent_of_share(Min(result, 1)));
}

Datum
opp_average_closed_cycle(PG_FUNCTION_ARGS)
{
	CycleSummary *summary = PG_GETARG_CYCLE(0);
	CycleOutcome outcome = parse_outcome(PG_GETARG_TEXT_PP(1));
	int128		sum = 0;
	int64		n = 0;

	for (int i = CYCLE_WON; i <= CYCLE_LOST; i++)
	{
		if (outcome != CYCLE_OPEN && outcome != (CycleOutcome) i)
			continue;
		sum += wide_to_int128(summary->times[i].sum);
		n += summary->times[i].n;
	}
	if (n == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(duration_interval((uint64) ((sum + n / 2) / n)));
}

/*
 * The bounds of the chance to be closed, by the logarithm of minus the logarithm
 * of the chance to be open, which keeps them between 0 and 1; false where there
 * are none: before the first deal closed and after all have.
 */
static bool
closed_interval(const CyclePoint *point, double z, double *low, double *high)
{
	double		reach;

	if (point->open <= 0 || point->open >= 1)
		return false;
	reach = z * sqrt(point->variance) / fabs(log(point->open));
	*low = 1 - pow(point->open, exp(-reach));
	*high = 1 - pow(point->open, exp(reach));
	return true;
}

Datum
opp_cycle_steps(PG_FUNCTION_ARGS)
{
	CycleSummary *summary = PG_GETARG_CYCLE(0);
	double		confidence = PG_GETARG_FLOAT8(1);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	CyclePoint *points;
	double		z;
	int			n;

	check_confidence(confidence);
	z = normal_quantile(0.5 + confidence / 200);
	points = cycle_curve(summary, &n);
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < n; i++)
	{
		CyclePoint *point = &points[i];
		Datum		values[10] = {0};
		bool		nulls[10] = {false};
		double		low;
		double		high;

		values[0] = duration_interval(point->time);
		values[1] = Int64GetDatum(point->at_risk);
		values[2] = Int64GetDatum(point->deals[CYCLE_WON]);
		values[3] = Int64GetDatum(point->deals[CYCLE_LOST]);
		values[4] = Int64GetDatum(point->deals[CYCLE_OPEN]);
		values[5] = percent_of_share(1 - point->open);
		nulls[6] = nulls[7] = !closed_interval(point, z, &low, &high);
		if (!nulls[6])
		{
			values[6] = percent_of_share(low);
			values[7] = percent_of_share(high);
		}
		values[8] = percent_of_share(Min(point->closed[CYCLE_WON], 1));
		values[9] = percent_of_share(Min(point->closed[CYCLE_LOST], 1));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
