/*
 * decimal.h
 *		A numeric read in place as a 64-bit coefficient: the fast way in.
 *
 * Ordinary amounts have few digits.  They are read from the datum as it lies in
 * the tuple, with no detoasted copy; whatever does not fit is left to the exact
 * routines of the caller.  Two such coefficients multiply to less than 127 bits,
 * so a product needs no check.
 */
#ifndef OPPORTUNITY_DECIMAL_H
#define OPPORTUNITY_DECIMAL_H

#include "opportunity.h"

#include "common/int.h"
#include "numeric/layout.h"

#define DECIMAL_MAX_SCALE	16

/* coefficient × 10^-scale; the scale is a multiple of LAYOUT_DIGIT_DECIMALS, 0 to DECIMAL_MAX_SCALE */
typedef struct Decimal
{
	int64		coefficient;
	int			scale;
} Decimal;

/* False for NaN, the infinities, toasted values and whatever does not fit. */
static inline bool
decimal_read(Datum number, Decimal *decimal)
{
	const struct varlena *datum = (const struct varlena *) DatumGetPointer(number);
	const int64 limit = (PG_INT64_MAX - LAYOUT_BASE) / LAYOUT_BASE;
	NumericParts parts;
	int64		coefficient = 0;
	int			groups;

	if (VARATT_IS_COMPRESSED(datum) || VARATT_IS_EXTERNAL(datum))
		return false;
	layout_read(datum, &parts);
	if (parts.special != 0)
		return false;

	for (int i = 0; i < parts.n_digits; i++)
	{
		/* four digits always fit */
		if (i >= 4 && coefficient > limit)
			return false;
		coefficient = coefficient * LAYOUT_BASE + layout_digit(&parts, i);
	}

	/* digits after the point; fewer than none are zeros before it */
	groups = coefficient == 0 ? 0 : parts.n_digits - 1 - parts.weight;
	for (; groups < 0; groups++)
	{
		if (coefficient > limit)
			return false;
		coefficient *= LAYOUT_BASE;
	}
	if (groups > DECIMAL_MAX_SCALE / LAYOUT_DIGIT_DECIMALS)
		return false;

	decimal->coefficient = parts.negative ? -coefficient : coefficient;
	decimal->scale = groups * LAYOUT_DIGIT_DECIMALS;
	return true;
}

/* Raises the scale; false when the coefficient does not fit then. */
static inline bool
decimal_align(Decimal *decimal, int scale)
{
	for (; decimal->scale < scale; decimal->scale += LAYOUT_DIGIT_DECIMALS)
	{
		if (pg_mul_s64_overflow(decimal->coefficient, LAYOUT_BASE, &decimal->coefficient))
			return false;
	}
	return true;
}

/* Takes one decimal from another; false when the difference does not fit. */
static inline bool
decimal_subtract(Decimal *minuend, Decimal subtrahend)
{
	return decimal_align(minuend, subtrahend.scale) &&
		decimal_align(&subtrahend, minuend->scale) &&
		!pg_sub_s64_overflow(minuend->coefficient, subtrahend.coefficient,
							 &minuend->coefficient);
}

#endif							/* OPPORTUNITY_DECIMAL_H */
