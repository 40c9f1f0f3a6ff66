/*
 * deal.c
 *		A deal's columns, of whatever type, as a checked Deal.
 */
#include "pipeline/deal.h"

#include <math.h>

#include "numeric/fixed.h"
#include "numeric/layout.h"
#include "numeric/round.h"
#include "revenue/monetary.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

static void
amount_out_of_range(const char *amount)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("amount %s is out of range", amount),
			 errdetail("The amount of a deal must be a finite number below 1000000000000000000.")));
}

/* False when it is out of range. */
static bool
set_amount(Deal *deal, int128 amount, int decimals)
{
	deal->has_amount = true;
	deal->amount = amount;
	deal->decimals = decimals;
	return amount < AMOUNT_LIMIT && amount > -AMOUNT_LIMIT;
}

/* round(value::numeric, 6), a multiple of 10^-6: the cast takes 15 significant digits. */
static pg_noinline int128
round_as_numeric(double value)
{
	Datum		number = DirectFunctionCall2(numeric_round,
											 DirectFunctionCall1(float8_numeric, Float8GetDatum(value)),
											 Int32GetDatum(6));
	int128		units;

	if (numeric_to_fixed(number, 6, &units) != FIXED_OK)
		elog(ERROR, "%.17g has no fixed-point form", value);
	return units;
}

/*
 * Sets the nearest whole number of units, and tells whether rounding to it might
 * differ from round_as_numeric, which rounds twice: its first rounding moves them
 * by 0.05 at most.
 */
static inline bool
is_near_tie(double units, int64 *nearest, double margin)
{
	*nearest = (int64) (units < 0 ? units - 0.5 : units + 0.5);
	return fabs(units - (double) *nearest) > margin;
}

/* amount_of_numeric for what has no more than four decimals and few digits, as amounts have; false for the rest. */
static inline bool
short_amount_of_numeric(Deal *deal, Datum datum)
{
	const struct varlena *number = (const struct varlena *) DatumGetPointer(datum);
	NumericParts parts;
	Decimal		decimal;
	int64		units;

	if (!decimal_read(datum, &decimal) || decimal.scale > LAYOUT_DIGIT_DECIMALS ||
		pg_mul_s64_overflow(decimal.coefficient,
							decimal.scale == 0 ? INT64CONST(1000000) : INT64CONST(100), &units))
		return false;
	layout_read(number, &parts);
	deal->has_amount = true;
	deal->amount = units;
	deal->decimals = Min(parts.scale, AMOUNT_DECIMALS);
	return true;
}

static pg_noinline void
long_amount_of_numeric(Deal *deal, Datum datum)
{
	struct varlena *number = PG_DETOAST_DATUM_PACKED(datum);
	NumericParts parts;
	int128		amount;
	FixedStatus status = numeric_to_fixed(PointerGetDatum(number), AMOUNT_DECIMALS, &amount);

	if (status == FIXED_TOO_FINE)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("amount %s has more than %d decimals",
						numeric_message_text(PointerGetDatum(number)), AMOUNT_DECIMALS),
				 errhint("Round it first, for example with round(amount, 2).")));
	layout_read(number, &parts);
	if (status != FIXED_OK || !set_amount(deal, amount, Min(parts.scale, AMOUNT_DECIMALS)))
		amount_out_of_range(numeric_message_text(PointerGetDatum(number)));
}

static inline void
amount_of_numeric(Deal *deal, Datum datum)
{
	if (!short_amount_of_numeric(deal, datum))
		long_amount_of_numeric(deal, datum);
}

static void
amount_of_bigint(Deal *deal, Datum datum)
{
	int64		amount = DatumGetInt64(datum);

	if (!set_amount(deal, (int128) amount * power_of_ten[AMOUNT_DECIMALS], 0))
		amount_out_of_range(psprintf(INT64_FORMAT, amount));
}

/*
 * A double is meant as the decimal it prints as: it is taken to 15 significant
 * digits and then six decimals, as round(amount::numeric, 6) is, but to no fewer
 * digits than its integer part has.
 */
static pg_noinline void
long_amount_of_double(Deal *deal, Datum datum)
{
	double		value = DatumGetFloat8(datum);
	double		whole;
	double		fraction = modf(value, &whole);
	int			decimals = AMOUNT_DECIMALS;
	int64		units;

	if (!(fabs(value) < 1e18))	/* NaN too */
		amount_out_of_range(psprintf("%.15g", value));
	for (double limit = 1e9; decimals > 0 && fabs(value) >= limit; limit *= 10)
		decimals--;
	fraction *= (double) power_of_ten[decimals];
	if (is_near_tie(fraction, &units, 0.4) && fabs(value) < 1e15)
	{
		int128		amount = round_as_numeric(value);

		decimals = AMOUNT_DECIMALS;
		whole = (double) (int64) (amount / power_of_ten[decimals]);
		units = (int64) (amount % power_of_ten[decimals]);
	}
	for (; decimals > 0 && units % 10 == 0; decimals--)
		units /= 10;
	(void) set_amount(deal,
					  (int128) (int64) whole * power_of_ten[AMOUNT_DECIMALS] +
					  units * power_of_ten[AMOUNT_DECIMALS - decimals],
					  decimals);
}

static inline void
amount_of_double(Deal *deal, Datum datum)
{
	double		units = DatumGetFloat8(datum) * 1e6;
	int64		nearest;

	/* the product is off by 0.02 of a unit at most */
	if (!(fabs(units) < 1e14) || is_near_tie(units, &nearest, 0.35))
	{
		long_amount_of_double(deal, datum);
		return;
	}
	deal->has_amount = true;
	deal->amount = nearest;
	if (nearest % 10000 == 0)
		deal->decimals = nearest % 1000000 == 0 ? 0 : nearest % 100000 == 0 ? 1 : 2;
	else
	{
		deal->decimals = AMOUNT_DECIMALS;
		for (; nearest % 10 == 0; deal->decimals--)
			nearest /= 10;
	}
}

static void
amount_of_monetary(Deal *deal, Datum datum)
{
	Monetary	amount = DatumGetMonetary(datum);
	const Currency *currency = monetary_currency(amount);

	deal->currency = currency->code;
	(void) set_amount(deal, (int128) monetary_minor_units(amount) *
					  (int64) power_of_ten[AMOUNT_DECIMALS - currency->minor_unit], currency->minor_unit);
}

static void
probability_out_of_range(const char *probability)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("probability %s is out of range", probability),
			 errdetail("A probability is a percentage between 0 and 100.")));
}

/* Percent rounded to six decimals, as round(percent::numeric, 6), which is certainty to eight. */
static int
probability_of_double(Datum datum)
{
	double		percent = DatumGetFloat8(datum);
	int64		nearest;

	if (!(percent >= 0 && percent <= 100))	/* NaN too */
		probability_out_of_range(psprintf("%.15g", percent));
	if (is_near_tie(percent * 1e6, &nearest, 0.4))
		return (int) round_as_numeric(percent);
	return (int) nearest;
}

static int
probability_of_numeric(Datum datum)
{
	const int	decimals = PROBABILITY_DECIMALS - 2;
	int128		probability;
	FixedStatus status = numeric_to_fixed(datum, decimals, &probability);

	if (status == FIXED_TOO_FINE)
	{
		/* away from zero, so that what is out of range stays so */
		status = numeric_to_fixed(numeric_round_exactly(datum, decimals, ROUND_UP), decimals, &probability);
		if (status == FIXED_OK && probability >= 0 && probability <= PROBABILITY_ONE)
			status = numeric_to_fixed(numeric_round_exactly(datum, decimals, ROUND_HALF_UP), decimals, &probability);
	}
	if (status != FIXED_OK || probability < 0 || probability > PROBABILITY_ONE)
		probability_out_of_range(numeric_message_text(datum));
	return (int) probability;
}

/* Sets the time, or returns false when it is infinite, which is as good as missing. */
static bool
time_of_timestamp(Datum datum, Timestamp *time)
{
	*time = DatumGetTimestamp(datum);
	return !TIMESTAMP_NOT_FINITE(*time);
}

static bool
time_of_date(Datum datum, Timestamp *time)
{
	return time_of_timestamp(DirectFunctionCall1(date_timestamp, datum), time);
}

typedef void (*AmountReader) (Deal *deal, Datum datum);
typedef int (*ProbabilityReader) (Datum datum);
typedef bool (*TimeReader) (Datum datum, Timestamp *time);

/*
 * The columns of a deal, told apart by how many there are:
 *
 *		amount, probability
 *		amount, probability, won
 *		amount, won, opened, closed
 *		amount, probability, won, opened, closed
 *
 * Those left out are as if NULL.
 */
static pg_attribute_always_inline void
read_deal(const NullableDatum *columns, int n_columns, Deal *deal, AmountReader read_amount,
		  ProbabilityReader read_probability, TimeReader read_time)
{
	const NullableDatum *won = n_columns == 4 ? columns + 1 : n_columns > 2 ? columns + 2 : NULL;

	deal->has_amount = false;
	deal->currency = NULL;
	if (!columns[0].isnull)
		read_amount(deal, columns[0].value);

	deal->probability = n_columns == 4 || columns[1].isnull ? PROBABILITY_UNKNOWN : read_probability(columns[1].value);

	if (won == NULL || won->isnull)
		deal->outcome = DEAL_OPEN;
	else
		deal->outcome = DatumGetBool(won->value) ? DEAL_WON : DEAL_LOST;

	deal->has_opened = deal->has_closed = false;
	if (n_columns > 3)
	{
		const NullableDatum *dates = columns + n_columns - 2;

		deal->has_opened = !dates[0].isnull && read_time(dates[0].value, &deal->opened);
		deal->has_closed = !dates[1].isnull && read_time(dates[1].value, &deal->closed);
	}
}

#define DEFINE_READER(type, read_amount, read_probability, read_time) \
void \
read_deal_##type(const NullableDatum *columns, int n_columns, Deal *deal) \
{ \
	read_deal(columns, n_columns, deal, read_amount, read_probability, read_time); \
}

DEFINE_READER(numeric, amount_of_numeric, probability_of_double, time_of_timestamp)
DEFINE_READER(numeric_date, amount_of_numeric, probability_of_double, time_of_date)
DEFINE_READER(numeric_numeric, amount_of_numeric, probability_of_numeric, time_of_timestamp)
DEFINE_READER(numeric_numeric_date, amount_of_numeric, probability_of_numeric, time_of_date)
DEFINE_READER(bigint, amount_of_bigint, probability_of_double, time_of_timestamp)
DEFINE_READER(bigint_date, amount_of_bigint, probability_of_double, time_of_date)
DEFINE_READER(double, amount_of_double, probability_of_double, time_of_timestamp)
DEFINE_READER(double_date, amount_of_double, probability_of_double, time_of_date)
DEFINE_READER(monetary, amount_of_monetary, probability_of_double, time_of_timestamp)
DEFINE_READER(monetary_date, amount_of_monetary, probability_of_double, time_of_date)
