/*
 * fixed.h
 *		Exact conversion between numeric and fixed-point 128-bit integers.
 *
 * A fixed-point value v at scale s stands for v × 10^-s.  Numbers that no such
 * value can hold are reported, never rounded: the caller then takes
 * PostgreSQL's own numeric routines.
 */
#ifndef OPPORTUNITY_FIXED_H
#define OPPORTUNITY_FIXED_H

#include "opportunity.h"

#include "numeric/decimal.h"

/* Largest scale of a fixed-point value: 10^38 is the last power of ten in 127 bits. */
#define FIXED_MAX_SCALE 38

typedef enum FixedStatus
{
	FIXED_OK,
	FIXED_NAN,
	FIXED_PLUS_INFINITY,
	FIXED_MINUS_INFINITY,
	FIXED_TOO_FINE,				/* has decimals beyond the scale asked for */
	FIXED_TOO_BIG				/* does not fit 128 bits at that scale */
} FixedStatus;

extern const int128 power_of_ten[FIXED_MAX_SCALE + 1];

/* Powers of ten up to this one fit 64 bits. */
#define MAX_SHORT_POWER 18

/*
 * value / 10^power with its remainder.  The divisors of usual scales are
 * constants, which is cheaper: four decimals or eight down to two.
 */
static inline int64
divide_by_power(int64 value, int power, int64 *remainder)
{
	int64		divisor = (int64) power_of_ten[power];
	int64		quotient;

	switch (power)
	{
		case 2:
			quotient = value / INT64CONST(100);
			break;
		case 6:
			quotient = value / INT64CONST(1000000);
			break;
		default:
			quotient = value / divisor;
			break;
	}
	*remainder = value - quotient * divisor;
	return quotient;
}

/* Sets *value to decimal × 10^scale when that is an integer, at most 34 digits long. */
static inline FixedStatus
decimal_to_fixed(Decimal decimal, int scale, int128 *value)
{
	int			shift = scale - decimal.scale;
	int64		remainder = 0;

	if (shift > MAX_SHORT_POWER)
		return FIXED_TOO_BIG;
	if (shift >= 0)
		*value = (int128) decimal.coefficient * (int64) power_of_ten[shift];
	else
		*value = divide_by_power(decimal.coefficient, -shift, &remainder);
	return remainder == 0 ? FIXED_OK : FIXED_TOO_FINE;
}

/* A product of 128 bits, or false. */
static inline bool
fixed_multiply(int128 value, int64 factor, int128 *product)
{
	uint128		magnitude = value < 0 ? -(uint128) value : (uint128) value;
	uint64		multiplier = factor < 0 ? -(uint64) factor : (uint64) factor;
	uint128		low = (uint128) (uint64) magnitude * multiplier;
	uint128		high = (uint128) (uint64) (magnitude >> 64) * multiplier + (uint64) (low >> 64);

	/* the one number of 2^127 that would fit, the least one, is refused too */
	if (high >> 63 != 0)
		return false;
	magnitude = (high << 64) | (uint64) low;
	*product = (value < 0) != (factor < 0) ? -(int128) magnitude : (int128) magnitude;
	return true;
}

/* Multiplies by 10^decimals; false when the product has more than 128 bits. */
extern bool fixed_scale_up(int128 *value, int decimals);

/* Sets *value to number × 10^scale when that is an integer of 128 bits. */
extern FixedStatus numeric_to_fixed(Datum number, int scale, int128 *value);

/*
 * The number as text for a message, at most NUMBER_TEXT_LENGTH bytes: a numeric
 * may have 100,000 digits.
 */
#define NUMBER_TEXT_LENGTH 40
extern char *numeric_message_text(Datum number);

/* A palloc'd numeric of value × 10^-scale, shown with that many decimals; scale ≤ FIXED_MAX_SCALE. */
extern Datum fixed_to_numeric(int128 value, int scale);

#endif							/* OPPORTUNITY_FIXED_H */
