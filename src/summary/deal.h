/*
 * deal.h
 *		A deal's columns, of whatever type, as a checked Deal.
 *
 * There is a reader for each type of amount, of probability and of dates that an
 * aggregate takes: what fits none of them, PostgreSQL casts.  A numeric probability
 * has its own beside numeric amounts, because its cast to double precision costs as
 * much as all the rest.  Timestamps with and without time zone are read alike: only
 * their difference counts.
 *
 * What runs a row is inline; deal.c has what is rare.
 */
#ifndef OPPORTUNITY_DEAL_H
#define OPPORTUNITY_DEAL_H

#include "summary/summary.h"

#include <math.h>

#include "numeric/decimal.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

/* Readers of one column, for any value of its type; they raise what is out of range. */
extern Amount long_amount_of_numeric(Datum datum);
extern Amount long_amount_of_bigint(Datum datum);
extern Amount long_amount_of_double(Datum datum);
extern Amount amount_of_monetary(Datum datum);
extern const char *currency_of_monetary(Datum datum);
extern int	shown_decimals(int64 units);
extern int	probability_of_numeric(Datum datum, bool is_open);
extern int	long_probability_of_double(Datum datum);

static pg_attribute_always_inline Amount
amount_of_numeric(Datum datum)
{
	/* a unit of the last digit, which stands from two digits before the point to one after it */
	static const int64 units[] = {
		INT64CONST(100000000000000), INT64CONST(10000000000), INT64CONST(1000000), INT64CONST(100)
	};
	ShortNumeric number;

	/* below 10^12 */
	if (likely(short_numeric_read(datum, &number) && number.weight <= 2 && number.groups <= 1))
		return (Amount)
	{
		.units = number.coefficient * units[number.groups + 2],
			.decimals = Min(number.scale, AMOUNT_DECIMALS)
	};
	return long_amount_of_numeric(datum);
}

static pg_attribute_always_inline Amount
amount_of_bigint(Datum datum)
{
	int64		amount = DatumGetInt64(datum);

	if (likely(amount < INT64CONST(1000000000000) && amount > -INT64CONST(1000000000000)))
		return (Amount)
	{
		.units = amount * 1000000
	};
	return long_amount_of_bigint(datum);
}

/*
 * Sets the nearest whole number of units, and tells whether rounding to it might
 * differ from round(value::numeric, 6), which rounds twice: its first rounding moves
 * them by 0.05 at most.
 */
static inline bool
is_near_tie(double units, int64 *nearest, double margin)
{
	*nearest = (int64) (units + copysign(0.5, units));
	return fabs(units - (double) *nearest) > margin;
}

static pg_attribute_always_inline Amount
amount_of_double(Datum datum)
{
	double		units = DatumGetFloat8(datum) * 1e6;
	int64		nearest;

	/* the product is off by 0.02 of a unit at most */
	if (unlikely(!(fabs(units) < 1e14) || is_near_tie(units, &nearest, 0.35)))
		return long_amount_of_double(datum);
	return (Amount)
	{
		.units = nearest,
			.decimals = nearest % 10000 != 0 ? shown_decimals(nearest) :
			nearest % 100000 != 0 ? 2 : nearest % 1000000 != 0 ? 1 : 0
	};
}

/* Of closed deals it only has to be in range: zero is as good as what it is. */
static pg_attribute_always_inline int
probability_of_double(Datum datum, bool is_open)
{
	double		percent = DatumGetFloat8(datum);
	int64		nearest = 0;

	/* written so that NaN is out of range */
	if (unlikely(!(percent >= 0 && percent <= 100) ||
				 (is_open && is_near_tie(percent * 1e6, &nearest, 0.4))))
		return long_probability_of_double(datum);
	return (int) nearest;
}

/* Sets the time, or returns false when it is infinite, which is as good as missing. */
static pg_attribute_always_inline bool
time_of_timestamp(Datum datum, Timestamp *time)
{
	*time = DatumGetTimestamp(datum);
	return !TIMESTAMP_NOT_FINITE(*time);
}

static pg_attribute_always_inline bool
time_of_date(Datum datum, Timestamp *time)
{
	return time_of_timestamp(DirectFunctionCall1(date_timestamp, datum), time);
}

typedef Amount (*AmountReader) (Datum datum);
typedef int (*ProbabilityReader) (Datum datum, bool is_open);
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

	*deal = (Deal)
	{
		.probability = PROBABILITY_UNKNOWN
	};
	if (won != NULL && !won->isnull)
		deal->outcome = DatumGetBool(won->value) ? DEAL_WON : DEAL_LOST;
	if (likely(!columns[0].isnull))
	{
		deal->has_amount = true;
		deal->amount = read_amount(columns[0].value);
		if (read_amount == amount_of_monetary)
			deal->currency = currency_of_monetary(columns[0].value);
	}
	if (n_columns != 4 && likely(!columns[1].isnull))
		deal->probability = read_probability(columns[1].value, deal->outcome == DEAL_OPEN);
	if (n_columns > 3)
	{
		const NullableDatum *dates = columns + n_columns - 2;

		deal->has_opened = !dates[0].isnull && read_time(dates[0].value, &deal->opened);
		deal->has_closed = !dates[1].isnull && read_time(dates[1].value, &deal->closed);
	}
}

/* READERS(X) is X(type, its readers) for each of them. */
#define READERS(X) \
	X(numeric, amount_of_numeric, probability_of_double, time_of_timestamp) \
	X(numeric_date, amount_of_numeric, probability_of_double, time_of_date) \
	X(numeric_numeric, amount_of_numeric, probability_of_numeric, time_of_timestamp) \
	X(numeric_numeric_date, amount_of_numeric, probability_of_numeric, time_of_date) \
	X(bigint, amount_of_bigint, probability_of_double, time_of_timestamp) \
	X(bigint_date, amount_of_bigint, probability_of_double, time_of_date) \
	X(double, amount_of_double, probability_of_double, time_of_timestamp) \
	X(double_date, amount_of_double, probability_of_double, time_of_date) \
	X(monetary, amount_of_monetary, probability_of_double, time_of_timestamp) \
	X(monetary_date, amount_of_monetary, probability_of_double, time_of_date)

#endif							/* OPPORTUNITY_DEAL_H */
