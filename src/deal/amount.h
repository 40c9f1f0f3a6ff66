/*
 * amount.h
 *		A deal's amount, of whatever type, in units of 10^-6.
 *
 * There is a reader for each type of amount that an aggregate takes: what fits
 * none of them, PostgreSQL casts.  What runs a row is inline; amount.c has what is
 * rare.
 */
#ifndef OPPORTUNITY_AMOUNT_H
#define OPPORTUNITY_AMOUNT_H

#include "opportunity.h"

#include "deal/meant.h"
#include "numeric/decimal.h"

#define AMOUNT_DECIMALS			6
/* exclusive, in units: 10^18 × 10^6 */
#define AMOUNT_LIMIT			((int128) INT64CONST(1000000000000000000) * 1000000)

/* An amount in units, below AMOUNT_LIMIT. */
typedef struct Amount
{
	int128		units;
	int			decimals;		/* that it shows, at most AMOUNT_DECIMALS */
} Amount;

/* Readers for any value of the type; they raise what is out of range. */
extern Amount long_amount_of_numeric(Datum datum);
extern Amount long_amount_of_bigint(Datum datum);
extern Amount long_amount_of_double(Datum datum);
extern Amount amount_of_monetary(Datum datum);
extern const char *currency_of_monetary(Datum datum);

/* The decimals of an amount that is a decimal number, without zeros at its end. */
extern int	shown_decimals(int64 units);

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

typedef Amount (*AmountReader) (Datum datum);

#endif							/* OPPORTUNITY_AMOUNT_H */
