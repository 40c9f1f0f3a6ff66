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

/* So many digits of the layout always fit a coefficient. */
#define DECIMAL_SAFE_DIGITS 4

/* decimal_read for every layout. */
extern bool decimal_read_any(Datum number, Decimal *decimal);

/*
 * False for NaN, the infinities, toasted values and whatever does not fit.
 *
 * The usual column is read here, always inline: short in its varlena header and in
 * its own, zero or with few digits, the last of them not before the point. Four
 * calls a line item were a tenth of the aggregate's time.
 */
static pg_attribute_always_inline bool
decimal_read(Datum number, Decimal *decimal)
{
	const char *datum = (const char *) DatumGetPointer(number);
	const char *digits = datum + VARHDRSZ_SHORT + sizeof(uint16);
	int64		coefficient = 0;
	uint16		header;
	uint32		n_digits;
	uint32		groups;			/* digits after the point; wraps below none */

	if (unlikely(!VARATT_IS_1B(datum) || VARATT_IS_1B_E(datum)))
		return decimal_read_any(number, decimal);
	memcpy(&header, datum + VARHDRSZ_SHORT, sizeof(header));
	n_digits = (VARSIZE_1B(datum) - VARHDRSZ_SHORT - sizeof(header)) / sizeof(int16);
	groups = n_digits == 0 ? 0 : n_digits - 1 - layout_short_weight(header);
	if (unlikely((header & LAYOUT_FORM_MASK) != LAYOUT_FORM_SHORT ||
				 n_digits > DECIMAL_SAFE_DIGITS ||
				 groups > DECIMAL_MAX_SCALE / LAYOUT_DIGIT_DECIMALS))
		return decimal_read_any(number, decimal);

	for (uint32 i = 0; i < n_digits; i++)
	{
		int16		digit;

		memcpy(&digit, digits + i * sizeof(digit), sizeof(digit));
		coefficient = coefficient * LAYOUT_BASE + digit;
	}
	decimal->coefficient = (header & LAYOUT_SHORT_NEGATIVE) != 0 ? -coefficient : coefficient;
	decimal->scale = (int) groups * LAYOUT_DIGIT_DECIMALS;
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
