/*
 * fixed.c
 *		Exact conversion between numeric and fixed-point 128-bit integers.
 */
#include "numeric/fixed.h"

#include "numeric/layout.h"
#include "utils/builtins.h"

#define TEN_TO_19 ((int128) INT64CONST(1000000000000000000) * 10)

const int128 power_of_ten[FIXED_MAX_SCALE + 1] = {
	INT64CONST(1),
	INT64CONST(10),
	INT64CONST(100),
	INT64CONST(1000),
	INT64CONST(10000),
	INT64CONST(100000),
	INT64CONST(1000000),
	INT64CONST(10000000),
	INT64CONST(100000000),
	INT64CONST(1000000000),
	INT64CONST(10000000000),
	INT64CONST(100000000000),
	INT64CONST(1000000000000),
	INT64CONST(10000000000000),
	INT64CONST(100000000000000),
	INT64CONST(1000000000000000),
	INT64CONST(10000000000000000),
	INT64CONST(100000000000000000),
	INT64CONST(1000000000000000000),
	TEN_TO_19,
	TEN_TO_19 * INT64CONST(10),
	TEN_TO_19 * INT64CONST(100),
	TEN_TO_19 * INT64CONST(1000),
	TEN_TO_19 * INT64CONST(10000),
	TEN_TO_19 * INT64CONST(100000),
	TEN_TO_19 * INT64CONST(1000000),
	TEN_TO_19 * INT64CONST(10000000),
	TEN_TO_19 * INT64CONST(100000000),
	TEN_TO_19 * INT64CONST(1000000000),
	TEN_TO_19 * INT64CONST(10000000000),
	TEN_TO_19 * INT64CONST(100000000000),
	TEN_TO_19 * INT64CONST(1000000000000),
	TEN_TO_19 * INT64CONST(10000000000000),
	TEN_TO_19 * INT64CONST(100000000000000),
	TEN_TO_19 * INT64CONST(1000000000000000),
	TEN_TO_19 * INT64CONST(10000000000000000),
	TEN_TO_19 * INT64CONST(100000000000000000),
	TEN_TO_19 * INT64CONST(1000000000000000000),
	TEN_TO_19 * TEN_TO_19
};

bool
fixed_scale_up(int128 *value, int decimals)
{
	for (; decimals > MAX_SHORT_POWER; decimals -= MAX_SHORT_POWER)
	{
		if (!fixed_multiply(*value, (int64) power_of_ten[MAX_SHORT_POWER], value))
			return false;
	}
	return decimals == 0 ||
		fixed_multiply(*value, (int64) power_of_ten[decimals], value);
}

/* numeric_to_fixed for what decimal_read leaves. */
static pg_noinline FixedStatus
wide_numeric_to_fixed(Datum number, int scale, int128 *value)
{
	NumericParts parts;
	int128		coefficient = 0;
	int			last;
	int			shift;			/* decimals to add after the last digit, or to drop from it */
	int			dropped;

	layout_read(pg_detoast_datum_packed((struct varlena *) DatumGetPointer(number)), &parts);
	if (parts.special != 0)
	{
		if (parts.special == LAYOUT_NAN)
			return FIXED_NAN;
		return parts.special == LAYOUT_PLUS_INFINITY ? FIXED_PLUS_INFINITY : FIXED_MINUS_INFINITY;
	}
	if (parts.n_digits == 0)
	{
		*value = 0;
		return FIXED_OK;
	}

	/* the last digit is not zero, so no more than its own zeros can be dropped */
	shift = scale + LAYOUT_DIGIT_DECIMALS * (parts.weight - parts.n_digits + 1);
	dropped = shift < 0 ? -shift : 0;
	last = layout_digit(&parts, parts.n_digits - 1);
	if (dropped >= LAYOUT_DIGIT_DECIMALS || last % (int) power_of_ten[dropped] != 0)
		return FIXED_TOO_FINE;

	for (int i = 0; i < parts.n_digits - 1; i++)
	{
		if (!fixed_multiply(coefficient, LAYOUT_BASE, &coefficient) ||
			__builtin_add_overflow(coefficient, (int128) layout_digit(&parts, i), &coefficient))
			return FIXED_TOO_BIG;
	}
	if (!fixed_scale_up(&coefficient, LAYOUT_DIGIT_DECIMALS - dropped) ||
		__builtin_add_overflow(coefficient, (int128) (last / (int) power_of_ten[dropped]), &coefficient) ||
		shift > FIXED_MAX_SCALE ||
		!fixed_scale_up(&coefficient, shift + dropped))
		return FIXED_TOO_BIG;

	*value = parts.negative ? -coefficient : coefficient;
	return FIXED_OK;
}

FixedStatus
numeric_to_fixed(Datum number, int scale, int128 *value)
{
	FixedStatus status = FIXED_TOO_BIG;
	Decimal		decimal;

	Assert(scale >= 0 && scale <= FIXED_MAX_SCALE);

	if (decimal_read(number, &decimal))
		status = decimal_to_fixed(decimal, scale, value);
	if (status == FIXED_TOO_BIG)
		status = wide_numeric_to_fixed(number, scale, value);
	return status;
}

char *
numeric_message_text(Datum number)
{
	char	   *digits = DatumGetCString(DirectFunctionCall1(numeric_out, number));

	if (strlen(digits) > NUMBER_TEXT_LENGTH)
		strcpy(digits + NUMBER_TEXT_LENGTH - 3, "...");
	return digits;
}

/* fixed_to_numeric when the magnitude, made whole digits of the layout, has 64 bits. */
static inline Datum
short_to_numeric(bool negative, uint64 magnitude, int scale, int fraction_digits)
{
	int16		digits[5];
	int			first = lengthof(digits);
	int			last = lengthof(digits) - 1;

	while (magnitude != 0)
	{
		digits[--first] = (int16) (magnitude % LAYOUT_BASE);
		magnitude /= LAYOUT_BASE;
	}
	if (first > last)
		return PointerGetDatum(layout_build(false, scale, 0, digits, 0));
	while (digits[last] == 0)
		last--;
	return PointerGetDatum(layout_build(negative, scale,
										(int) lengthof(digits) - 1 - first - fraction_digits,
										digits + first, last - first + 1));
}

Datum
fixed_to_numeric(int128 value, int scale)
{
	/* 39 decimals before the point and up to 40 after it, four a digit */
	int16		digits[20];
	int			first = 10;		/* index of the first digit in use */
	int			last = 9;		/* and of the last */
	bool		negative = value < 0;
	uint128		magnitude = negative ? -(uint128) value : (uint128) value;
	uint128		whole;
	uint128		fraction;
	int			weight;

	Assert(scale >= 0 && scale <= FIXED_MAX_SCALE);

	if (magnitude <= PG_UINT64_MAX / LAYOUT_BASE)
	{
		int			fraction_digits = (scale + LAYOUT_DIGIT_DECIMALS - 1) / LAYOUT_DIGIT_DECIMALS;
		int			missing = fraction_digits * LAYOUT_DIGIT_DECIMALS - scale;

		return short_to_numeric(negative,
								(uint64) magnitude * (uint64) power_of_ten[missing],
								scale, fraction_digits);
	}

	whole = magnitude / (uint128) power_of_ten[scale];
	fraction = magnitude % (uint128) power_of_ten[scale];

	while (whole != 0)
	{
		digits[--first] = (int16) (whole % LAYOUT_BASE);
		whole /= LAYOUT_BASE;
	}
	weight = last - first;

	if (fraction != 0)
	{
		int			places = scale;

		/* the leading digits of the fraction, four decimals at a time */
		while (places >= LAYOUT_DIGIT_DECIMALS)
		{
			places -= LAYOUT_DIGIT_DECIMALS;
			digits[++last] = (int16) (fraction / (uint128) power_of_ten[places]);
			fraction %= (uint128) power_of_ten[places];
		}
		if (places > 0)
			digits[++last] = (int16) (fraction * (uint128) power_of_ten[LAYOUT_DIGIT_DECIMALS - places]);
	}

	while (last >= first && digits[last] == 0)
		last--;
	while (first <= last && digits[first] == 0)
	{
		first++;
		weight--;
	}
	if (first > last)
		weight = 0;

	return PointerGetDatum(layout_build(negative && first <= last, scale, weight,
										digits + first, last - first + 1));
}
