/*
 * figures.c
 *		What a summary says: counts, values and ratios as SQL values.
 *
 * Ratios are divided as PostgreSQL divides numerics and NULL where they have no
 * meaning.
 */
#include "figures/figures.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "statistics/percent.h"
#include "statistics/wilson.h"
#include "summary/summary_value.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(opp_open_count);
PG_FUNCTION_INFO_V1(opp_won_count);
PG_FUNCTION_INFO_V1(opp_lost_count);
PG_FUNCTION_INFO_V1(opp_open_value);
PG_FUNCTION_INFO_V1(opp_won_value);
PG_FUNCTION_INFO_V1(opp_lost_value);
PG_FUNCTION_INFO_V1(opp_weighted_value);
PG_FUNCTION_INFO_V1(opp_average_deal);
PG_FUNCTION_INFO_V1(opp_win_rate);
PG_FUNCTION_INFO_V1(opp_win_rate_interval);
PG_FUNCTION_INFO_V1(opp_cohort_win_rate);
PG_FUNCTION_INFO_V1(opp_average_cycle);
PG_FUNCTION_INFO_V1(opp_sales_velocity);
PG_FUNCTION_INFO_V1(opp_pipeline_figures);

Datum
wide_numeric(const uint64 *x, int limbs, int decimals, int shown)
{
	char		digits[WIDE_DECIMAL_SIZE];

	wide_to_decimal(digits, x, limbs, decimals, shown);
	return DirectFunctionCall3(numeric_in, CStringGetDatum(digits),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

static Datum
multiply(Datum x, Datum y)
{
	return DirectFunctionCall2(numeric_mul, x, y);
}

static Datum
quotient(Datum x, Datum y)
{
	return DirectFunctionCall2(numeric_div, x, y);
}

static Datum
integer(int64 value)
{
	return NumericGetDatum(int64_to_numeric(value));
}

/* The figures below are unset, and false returned, where they have no meaning. */

static bool
average_deal(const PipelineSummary *summary, Datum *result)
{
	int64		amounts = summary->won.deals - summary->won.without_amount;

	if (amounts == 0)
		return false;
	*result = quotient(value_numeric(summary, summary->won.value), integer(amounts));
	return true;
}

static bool
win_rate(const PipelineSummary *summary, Datum *result)
{
	int64		closed = summary->won.deals + summary->lost.deals;

	if (closed == 0)
		return false;
	*result = quotient(integer(100 * summary->won.deals), integer(closed));
	return true;
}

static bool
win_rate_by_value(const PipelineSummary *summary, Datum *result)
{
	int128		won = wide_to_int128(summary->won.value);
	int128		lost = wide_to_int128(summary->lost.value);
	uint64		closed[VALUE_LIMBS];

	if (won < 0 || lost < 0 || won + lost == 0)
		return false;
	wide_from_int128(closed, won + lost);
	*result = quotient(multiply(integer(100), value_numeric(summary, summary->won.value)),
					   value_numeric(summary, closed));
	return true;
}

/* Of all deals, open ones too. */
static bool
cohort_win_rate(const PipelineSummary *summary, Datum *result)
{
	int64		deals = summary->open.deals + summary->won.deals + summary->lost.deals;

	if (deals == 0)
		return false;
	*result = quotient(integer(100 * summary->won.deals), integer(deals));
	return true;
}

static bool
win_rate_interval(const PipelineSummary *summary, double confidence, Datum *low, Datum *high)
{
	int64		closed = summary->won.deals + summary->lost.deals;
	double		lowest;
	double		highest;

	if (closed == 0)
		return false;
	wilson_interval(summary->won.deals, closed, confidence, &lowest, &highest);
	*low = percent_of_share(lowest);
	*high = percent_of_share(highest);
	return true;
}

static bool
average_cycle(const PipelineSummary *summary, Interval *result)
{
	int128		sum = wide_to_int128(summary->won.cycle);
	int64		count = summary->won.cycles;
	int128		mean;

	if (count == 0)
		return false;
	mean = (sum + (sum < 0 ? -(count / 2) : count / 2)) / count;
	result->month = 0;
	result->day = (int32) (mean / USECS_PER_DAY);
	result->time = (int64) (mean % USECS_PER_DAY);
	return true;
}

static bool
average_cycle_days(const PipelineSummary *summary, Datum *result)
{
	if (summary->won.cycles == 0)
		return false;
	*result = quotient(wide_numeric(summary->won.cycle, VALUE_LIMBS, 6, 0),
					   multiply(integer(summary->won.cycles), integer(SECS_PER_DAY)));
	return true;
}

/*
 * open × (won value / won with an amount) × (won / closed) / (cycle days / cycles),
 * divided once so that it is rounded once
 */
static bool
sales_velocity(const PipelineSummary *summary, Datum *result)
{
	const ClosedDeals *won = &summary->won;
	int64		amounts = won->deals - won->without_amount;
	Datum		dividend;
	Datum		divisor;

	if (amounts == 0 || won->cycles == 0 || wide_to_int128(won->cycle) <= 0)
		return false;
	dividend = multiply(multiply(integer(summary->open.deals), value_numeric(summary, won->value)),
						multiply(integer(won->deals),
								 multiply(integer(won->cycles), integer(SECS_PER_DAY))));
	divisor = multiply(multiply(integer(amounts), integer(won->deals + summary->lost.deals)),
					   wide_numeric(won->cycle, VALUE_LIMBS, 6, 0));
	*result = quotient(dividend, divisor);
	return true;
}

Datum
opp_open_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_SUMMARY(0)->open.deals);
}

Datum
opp_won_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_SUMMARY(0)->won.deals);
}

Datum
opp_lost_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_SUMMARY(0)->lost.deals);
}

Datum
opp_open_value(PG_FUNCTION_ARGS)
{
	PipelineSummary *summary = PG_GETARG_SUMMARY(0);

	PG_RETURN_DATUM(value_numeric(summary, summary->open.value));
}

Datum
opp_won_value(PG_FUNCTION_ARGS)
{
	PipelineSummary *summary = PG_GETARG_SUMMARY(0);

	PG_RETURN_DATUM(value_numeric(summary, summary->won.value));
}

Datum
opp_lost_value(PG_FUNCTION_ARGS)
{
	PipelineSummary *summary = PG_GETARG_SUMMARY(0);

	PG_RETURN_DATUM(value_numeric(summary, summary->lost.value));
}

Datum
opp_weighted_value(PG_FUNCTION_ARGS)
{
	PipelineSummary *summary = PG_GETARG_SUMMARY(0);

	PG_RETURN_DATUM(weighted_numeric(summary));
}

Datum
opp_average_deal(PG_FUNCTION_ARGS)
{
	Datum		result;

	if (!average_deal(PG_GETARG_SUMMARY(0), &result))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

/* Without a second argument, as a final function, by count. */
Datum
opp_win_rate(PG_FUNCTION_ARGS)
{
	PipelineSummary *summary = PG_GETARG_SUMMARY(0);
	char	   *by = PG_NARGS() > 1 ? text_to_cstring(PG_GETARG_TEXT_PP(1)) : "count";
	Datum		result;
	bool		known;

	if (strcmp(by, "count") == 0)
		known = win_rate(summary, &result);
	else if (strcmp(by, "value") == 0)
		known = win_rate_by_value(summary, &result);
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("win rate by \"%s\" is not known", by),
				 errhint("Use 'count' or 'value'.")));
	if (!known)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

Datum
opp_win_rate_interval(PG_FUNCTION_ARGS)
{
	PipelineSummary *summary = PG_GETARG_SUMMARY(0);
	double		confidence = PG_GETARG_FLOAT8(1);
	TupleDesc	tupdesc;
	Datum		values[2];
	bool		nulls[2] = {false, false};

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE ||
		tupdesc->natts != lengthof(values))
		elog(ERROR, "win_rate_interval has an unexpected result type");
	check_confidence(confidence);
	if (!win_rate_interval(summary, confidence / 100, &values[0], &values[1]))
		nulls[0] = nulls[1] = true;
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls)));
}

Datum
opp_cohort_win_rate(PG_FUNCTION_ARGS)
{
	Datum		result;

	if (!cohort_win_rate(PG_GETARG_SUMMARY(0), &result))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

Datum
opp_average_cycle(PG_FUNCTION_ARGS)
{
	Interval   *result = palloc(sizeof(Interval));

	if (!average_cycle(PG_GETARG_SUMMARY(0), result))
		PG_RETURN_NULL();
	PG_RETURN_INTERVAL_P(result);
}

Datum
opp_sales_velocity(PG_FUNCTION_ARGS)
{
	Datum		result;

	if (!sales_velocity(PG_GETARG_SUMMARY(0), &result))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

Datum
opp_pipeline_figures(PG_FUNCTION_ARGS)
{
	PipelineSummary *summary = PG_GETARG_SUMMARY(0);
	TupleDesc	tupdesc;
	Datum		values[19];
	bool		nulls[19] = {false};
	Interval	cycle;
	int			i = 0;

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE ||
		tupdesc->natts != lengthof(values))
		elog(ERROR, "pipeline_figures has an unexpected result type");

	nulls[i] = (summary->currency[0] == '\0');
	if (!nulls[i])
		values[i] = PointerGetDatum(cstring_to_text_with_len(summary->currency, sizeof(summary->currency)));
	i++;
	values[i++] = Int64GetDatum(summary->open.deals);
	values[i++] = Int64GetDatum(summary->won.deals);
	values[i++] = Int64GetDatum(summary->lost.deals);
	values[i++] = value_numeric(summary, summary->open.value);
	values[i++] = value_numeric(summary, summary->won.value);
	values[i++] = value_numeric(summary, summary->lost.value);
	values[i++] = weighted_numeric(summary);
	nulls[i] = !average_deal(summary, &values[i]);
	i++;
	nulls[i] = !win_rate(summary, &values[i]);
	i++;
	nulls[i] = nulls[i + 1] = !win_rate_interval(summary, 0.95, &values[i], &values[i + 1]);
	i += 2;
	nulls[i] = !win_rate_by_value(summary, &values[i]);
	i++;
	nulls[i] = !cohort_win_rate(summary, &values[i]);
	i++;
	nulls[i] = !average_cycle(summary, &cycle);
	values[i++] = IntervalPGetDatum(&cycle);
	nulls[i] = !average_cycle_days(summary, &values[i]);
	i++;
	nulls[i] = !sales_velocity(summary, &values[i]);
	i++;
	values[i++] = Int64GetDatum(summary->open.without_amount + summary->won.without_amount +
								summary->lost.without_amount);
	values[i++] = Int64GetDatum(summary->open.without_probability);
	Assert(i == lengthof(values));

	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls)));
}
