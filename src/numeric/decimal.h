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

/* decimal_read for every layout. */
extern bool decimal_read_any(Datum number, Decimal *decimal);

/* A numeric as most are: short in its varlena header and in its own, with few digits. */
typedef struct ShortNumeric
{
	int64		coefficient;	/* all digits as one integer, with the sign */
	int			weight;			/* power of LAYOUT_BASE of the first digit */
	int			groups;			/* digits after the point; negative: zeros left out before it */
	int			scale;			/* decimals shown */
} ShortNumeric;

/*
 * False when it is not so.  Always inline: four calls a line item were a tenth of
 * the aggregate's time.
 */
static pg_attribute_always_inline bool
short_numeric_read(Datum datum, ShortNumeric *number)
{
	const char *data = (const char *) DatumGetPointer(datum);
	const char *digits = data + VARHDRSZ_SHORT + sizeof(uint16);
	int64		coefficient = 0;
	uint16		header;
	uint32		n_digits;

	/* the header of a TOAST pointer, a size of none, makes too many digits of it */
	if (unlikely(!VARATT_IS_1B(data)))
		return false;
	n_digits = ((uint32) VARSIZE_1B(data) - VARHDRSZ_SHORT - sizeof(header)) / sizeof(int16);
	if (unlikely(n_digits > 4))
		return false;
	memcpy(&header, data + VARHDRSZ_SHORT, sizeof(header));
	if (unlikely((header & LAYOUT_FORM_MASK) != LAYOUT_FORM_SHORT))
		return false;

	/* a loop costs as much again */
	if (likely(n_digits > 0))
	{
		coefficient = layout_digit_at(digits, 0);
		if (n_digits > 1)
			coefficient = coefficient * LAYOUT_BASE + layout_digit_at(digits, 1);
		if (n_digits > 2)
			coefficient = coefficient * LAYOUT_BASE + layout_digit_at(digits, 2);
		if (n_digits > 3)
			coefficient = coefficient * LAYOUT_BASE + layout_digit_at(digits, 3);
	}
	number->coefficient = (header & LAYOUT_SHORT_NEGATIVE) != 0 ? -coefficient : coefficient;
	number->weight = layout_short_weight(header);
	number->groups = n_digits == 0 ? 0 : (int) n_digits - 1 - number->weight;
	number->scale = layout_short_scale(header);
	return true;
}

/* False for NaN, the infinities, toasted values and whatever does not fit. */
static pg_attribute_always_inline bool
decimal_read(Datum number, Decimal *decimal)
{
	ShortNumeric parts;
	Decimal		any;

	if (likely(short_numeric_read(number, &parts) &&
			   (uint32) parts.groups <= DECIMAL_MAX_SCALE / LAYOUT_DIGIT_DECIMALS))
	{
		decimal->coefficient = parts.coefficient;
		decimal->scale = parts.groups * LAYOUT_DIGIT_DECIMALS;
		return true;
	}
	/* by way of a copy: what has no address stays in registers */
	if (!decimal_read_any(number, &any))
		return false;
	*decimal = any;
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
	if (subtrahend.coefficient == 0)
		return true;
	return decimal_align(minuend, subtrahend.scale) &&
		decimal_align(&subtrahend, minuend->scale) &&
		!pg_sub_s64_overflow(minuend->coefficient, subtrahend.coefficient,
							 &minuend->coefficient);
}

#endif							/* OPPORTUNITY_DECIMAL_H */
