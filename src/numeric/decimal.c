/*
 * decimal.c
 *		A numeric read in place as a 64-bit coefficient: every layout it may have.
 */
#include "numeric/decimal.h"

/* The next digit of a coefficient; false when it does not fit any more. */
static inline bool
append_digit(int64 *coefficient, int digit)
{
	return !pg_mul_s64_overflow(*coefficient, LAYOUT_BASE, coefficient) &&
		!pg_add_s64_overflow(*coefficient, digit, coefficient);
}

bool
decimal_read_any(Datum number, Decimal *decimal)
{
	const struct varlena *datum = (const struct varlena *) DatumGetPointer(number);
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
		if (!append_digit(&coefficient, layout_digit(&parts, i)))
			return false;
	}

	/* digits after the point; fewer than none are zeros before it */
	for (groups = parts.n_digits - 1 - parts.weight; groups < 0; groups++)
	{
		if (!append_digit(&coefficient, 0))
			return false;
	}
	if (groups > DECIMAL_MAX_SCALE / LAYOUT_DIGIT_DECIMALS)
		return false;

	decimal->coefficient = parts.negative ? -coefficient : coefficient;
	decimal->scale = groups * LAYOUT_DIGIT_DECIMALS;
	return true;
}
