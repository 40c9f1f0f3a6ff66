/*
 * forecast.c
 *		The revenue the open deals of a summary will bring: mean, spread and
 *		quantiles.
 *
 * Mean and variance are exact.  A quantile is the mean plus a number of standard
 * deviations; that number is the only inexact part, and is rounded so that it
 * does not show which processor or library computed it.  The exact third and
 * fourth cumulants shape it: by an expansion around the normal distribution, or,
 * where one deal dominates, as that deal beside a normal rest.
 */
#include "pipeline/forecast.h"

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "pipeline/figures.h"
#include "pipeline/quantile.h"
#include "pipeline/wide.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(opp_forecast);
PG_FUNCTION_INFO_V1(opp_forecast_quantile);

/* Fewer open deals than this give rough quantiles in any case. */
#define FEW_DEALS 30

/* Decimals of the number of standard deviations. */
#define DEVIATIONS_DECIMALS		10

/*
 * A single deal at the smallest probability there is, 10^-8, has skewness 10^4
 * and excess kurtosis 10^8; no sum of deals has more.
 */
#define MAX_SKEWNESS	1e4
#define MAX_EXCESS		1e8

/*
 * From here on one deal beside a normal rest is a better picture than an
 * expansion around the normal distribution; tried on portfolios of 2 to 200 deals.
 */
#define DOMINANT_SHARE	0.6

/* Beyond it, as two large deals with opposite signs have it, neither is good. */
#define ROUGH_EXCESS	2.0

static Datum
standard_deviation(const PipelineSummary *summary)
{
	return DirectFunctionCall1(numeric_sqrt,
							   wide_numeric(summary->open.variance, VARIANCE_LIMBS,
											2 * (AMOUNT_DECIMALS + PROBABILITY_DECIMALS), 0));
}

/* False without any spread. */
static bool
shape(const PipelineSummary *summary, double *skewness, double *excess)
{
	double		variance = wide_to_double(summary->open.variance, VARIANCE_LIMBS);

	if (!(variance > 0))
		return false;
	*skewness = wide_to_double(summary->open.third, THIRD_LIMBS) / (variance * sqrt(variance));
	*skewness = Max(-MAX_SKEWNESS, Min(MAX_SKEWNESS, *skewness));
	*excess = wide_to_double(summary->open.fourth, FOURTH_LIMBS) / (variance * variance);
	*excess = Max(-MAX_EXCESS, Min(MAX_EXCESS, *excess));
	return true;
}

bool
forecast_is_rough(const PipelineSummary *summary)
{
	double		skewness;
	double		excess;

	/* of a handful of deals nobody expects fine quantiles */
	return summary->open.deals >= FEW_DEALS && shape(summary, &skewness, &excess) &&
		(dominant_share(skewness, excess) > DOMINANT_SHARE || excess > ROUGH_EXCESS);
}

/*
 * How many standard deviations above the mean the quantile lies; never further
 * than Cantelli's inequality allows any distribution.
 */
static double
deviations(const PipelineSummary *summary, double q)
{
	double		skewness;
	double		excess;
	double		share;
	double		result;

	if (!shape(summary, &skewness, &excess))
		return 0;
	share = dominant_share(skewness, excess);
	result = share > DOMINANT_SHARE ? dominated_quantile(q, skewness, share) :
		cornish_fisher(normal_quantile(q), skewness, excess);
	return Max(-sqrt((1 - q) / q), Min(sqrt(q / (1 - q)), result));
}

static Datum
quantile(const PipelineSummary *summary, Datum expected, Datum spread, double q)
{
	Datum		least = value_numeric(summary, summary->open.least);
	Datum		most = value_numeric(summary, summary->open.most);
	Datum		value;

	if (q == 0)
		return least;
	if (q == 1)
		return most;

	value = DirectFunctionCall2(numeric_round,
								DirectFunctionCall1(float8_numeric, Float8GetDatum(deviations(summary, q))),
								Int32GetDatum(DEVIATIONS_DECIMALS));
	value = DirectFunctionCall2(numeric_add, expected, DirectFunctionCall2(numeric_mul, spread, value));
	value = DirectFunctionCall2(numeric_round, value, Int32GetDatum(Max(summary_decimals(summary), 2)));
	value = DirectFunctionCall2(numeric_larger, value, least);
	return DirectFunctionCall2(numeric_smaller, value, most);
}

Datum
opp_forecast(PG_FUNCTION_ARGS)
{
	PipelineSummary *summary = PG_GETARG_SUMMARY(0);
	Datum		values[5];
	bool		nulls[5] = {false};
	TupleDesc	tupdesc;

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE ||
		tupdesc->natts != lengthof(values))
		elog(ERROR, "forecast has an unexpected result type");

	values[0] = weighted_numeric(summary);
	values[1] = standard_deviation(summary);
	values[2] = quantile(summary, values[0], values[1], 0.1);
	values[3] = quantile(summary, values[0], values[1], 0.5);
	values[4] = quantile(summary, values[0], values[1], 0.9);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls)));
}

Datum
opp_forecast_quantile(PG_FUNCTION_ARGS)
{
	PipelineSummary *summary = PG_GETARG_SUMMARY(0);
	double		q = PG_GETARG_FLOAT8(1);

	if (!(q >= 0 && q <= 1))	/* NaN too */
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("quantile out of range"),
				 errdetail("A quantile is between 0 and 1: 0.1 for p10.")));
	PG_RETURN_DATUM(quantile(summary, weighted_numeric(summary), standard_deviation(summary), q));
}
