/*
 * forecast.c
 *		The revenue the open deals of a summary will bring: mean, spread and
 *		quantiles.
 *
 * Mean and variance are exact.  So are the quantiles of a few uncertain deals:
 * every combination of wins is looked at.  Of more, the largest ones are combined
 * with the distribution that the exact cumulants of the others give; such a
 * quantile is the mean plus a number of standard deviations, and that number is
 * rounded so that it does not show which processor or library computed it.
 */
#include "figures/forecast.h"

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "figures/figures.h"
#include "figures/mixture.h"
#include "summary/summary_value.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(opp_forecast);
PG_FUNCTION_INFO_V1(opp_forecast_quantile);

/* Decimals of the number of standard deviations. */
#define DEVIATIONS_DECIMALS		10

/*
 * A single deal at the smallest probability there is, 10^-8, has skewness 10^4
 * and excess kurtosis 10^8; no sum of deals has more.
 */
#define MAX_SKEWNESS	1e4
#define MAX_EXCESS		1e8

/*
 * A deal smaller than this, in standard deviations of all that are not larger,
 * does not show in their sum; tried on portfolios of 15 to 100 deals.
 */
#define SMALL_DEAL		0.5

/*
 * From this share of the fourth cumulant of the deals that are not listed in the
 * square of the whole variance on, their cumulants say too little; below it, p10 to
 * p90 of those portfolios from 30 deals on were right to a hundredth of the
 * standard deviation.
 */
#define ROUGH_SHARE		0.04

/* Chances of combinations are sums of rounded products. */
#define CHANCE_ERROR	1e-12

static Datum
standard_deviation(const PipelineSummary *summary)
{
	return DirectFunctionCall1(numeric_sqrt,
							   wide_numeric(summary->open.variance, VARIANCE_LIMBS,
											2 * (AMOUNT_DECIMALS + PROBABILITY_DECIMALS), 0));
}

bool
forecast_is_rough(const PipelineSummary *summary)
{
	OpenDeals	rest;
	double		variance = wide_to_double(summary->open.variance, VARIANCE_LIMBS);

	if (summary->open.uncertain <= LARGEST_DEALS)
		return false;
	summary_unlisted(summary, &rest);
	return wide_to_double(rest.fourth, FOURTH_LIMBS) > ROUGH_SHARE * variance * variance;
}

/*
 * The uncertain revenue in its own standard deviations around its mean: the
 * larger ones of the listed deals, and the sum of all others by its cumulants.
 */
static void
make_mixture(const PipelineSummary *summary, Mixture *mixture)
{
	double		deviation = sqrt(wide_to_double(summary->open.variance, VARIANCE_LIMBS));
	double		amount[LARGEST_DEALS];
	double		p[LARGEST_DEALS];
	int			large = summary_listed(summary);
	OpenDeals	rest;
	double		variance;
	double		third;
	double		fourth;
	double		skewness;
	double		excess;

	summary_unlisted(summary, &rest);
	variance = wide_to_double(rest.variance, VARIANCE_LIMBS);
	third = wide_to_double(rest.third, THIRD_LIMBS);
	fourth = wide_to_double(rest.fourth, FOURTH_LIMBS);

	/* in the units of the cumulants: amounts times certainty */
	for (int i = 0; i < large; i++)
	{
		amount[i] = wide_to_double(summary->largest[i].amount, VALUE_LIMBS) * PROBABILITY_ONE;
		p[i] = (double) summary->largest[i].probability / PROBABILITY_ONE;
	}
	while (large > 0 && fabs(amount[large - 1]) < SMALL_DEAL * sqrt(variance))
	{
		double		a = amount[--large];
		double		pq = p[large] * (1 - p[large]);

		variance += a * a * pq;
		third += a * a * a * pq * (1 - 2 * p[large]);
		fourth += a * a * a * a * pq * (1 - 6 * pq);
	}

	skewness = third / (variance * sqrt(variance));
	excess = fourth / (variance * variance);
	shape_init(&mixture->rest, Max(-MAX_SKEWNESS, Min(MAX_SKEWNESS, skewness)),
			   Max(-MAX_EXCESS, Min(MAX_EXCESS, excess)));
	mixture->deviation = sqrt(variance) / deviation;
	mixture->n_outcomes = 1;
	mixture->gain[0] = 0;
	mixture->chance[0] = 1;
	for (int i = 0; i < large; i++)
		mixture_add(mixture, amount[i] / deviation, p[i]);
}

/* One combination of wins and losses. */
typedef struct Outcome
{
	int128		value;
	double		chance;
} Outcome;

static int
compare_outcomes(const void *x, const void *y)
{
	int128		a = ((const Outcome *) x)->value;
	int128		b = ((const Outcome *) y)->value;

	return (a > b) - (a < b);
}

/* The quantile when every uncertain deal is listed: the first outcome whose chance to be reached is that high. */
static Datum
listed_quantile(const PipelineSummary *summary, double q)
{
	Outcome		outcomes[1 << LARGEST_DEALS];
	int			n = 1;
	double		chance = 0;
	int			i;
	int128		least = wide_to_int128(summary->open.least);
	uint64		value[VALUE_LIMBS];

	/* losses that can come are in the least already */
	outcomes[0].value = least;
	outcomes[0].chance = 1;
	for (i = 0; i < summary_listed(summary); i++)
	{
		int128		amount = wide_to_int128(summary->largest[i].amount);
		double		p = (double) summary->largest[i].probability / PROBABILITY_ONE;
		double		up = amount > 0 ? p : 1 - p;

		for (int j = 0; j < n; j++)
		{
			outcomes[n + j].value = outcomes[j].value + (amount > 0 ? amount : -amount);
			outcomes[n + j].chance = outcomes[j].chance * up;
			outcomes[j].chance *= 1 - up;
		}
		n *= 2;
	}
	qsort(outcomes, n, sizeof(Outcome), compare_outcomes);
	for (i = 0; i < n - 1; i++)
	{
		chance += outcomes[i].chance;
		if (chance >= q - CHANCE_ERROR)
			break;
	}
	wide_from_int128(value, outcomes[i].value);
	return value_numeric(summary, value);
}

/*
 * How many standard deviations above the mean the quantile lies; never further
 * than Cantelli's inequality allows any distribution.
 */
static double
deviations(const Mixture *mixture, double q)
{
	return mixture_quantile(mixture, q, -sqrt((1 - q) / q), sqrt(q / (1 - q)));
}

/* The mixture is unset where every uncertain deal is listed. */
static Datum
quantile(const PipelineSummary *summary, const Mixture *mixture, Datum expected, Datum spread, double q)
{
	Datum		least = value_numeric(summary, summary->open.least);
	Datum		most = value_numeric(summary, summary->open.most);
	Datum		value;

	if (q == 0)
		return least;
	if (q == 1)
		return most;

	if (summary->open.uncertain <= LARGEST_DEALS)
		return listed_quantile(summary, q);

	value = DirectFunctionCall2(numeric_round,
								DirectFunctionCall1(float8_numeric, Float8GetDatum(deviations(mixture, q))),
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
	Mixture		mixture;

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE ||
		tupdesc->natts != lengthof(values))
		elog(ERROR, "forecast has an unexpected result type");

	values[0] = weighted_numeric(summary);
	values[1] = standard_deviation(summary);
	if (summary->open.uncertain > LARGEST_DEALS)
		make_mixture(summary, &mixture);
	values[2] = quantile(summary, &mixture, values[0], values[1], 0.1);
	values[3] = quantile(summary, &mixture, values[0], values[1], 0.5);
	values[4] = quantile(summary, &mixture, values[0], values[1], 0.9);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls)));
}

Datum
opp_forecast_quantile(PG_FUNCTION_ARGS)
{
	PipelineSummary *summary = PG_GETARG_SUMMARY(0);
	double		q = PG_GETARG_FLOAT8(1);
	Mixture		mixture;

	if (!(q >= 0 && q <= 1))	/* NaN too */
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("quantile out of range"),
				 errdetail("A quantile is between 0 and 1: 0.1 for p10.")));
	if (summary->open.uncertain > LARGEST_DEALS)
		make_mixture(summary, &mixture);
	PG_RETURN_DATUM(quantile(summary, &mixture, weighted_numeric(summary), standard_deviation(summary), q));
}
