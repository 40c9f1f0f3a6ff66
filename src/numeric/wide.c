/*
 * wide.c
 *		Signed integers of several 64-bit limbs: carrying, comparison, and the way
 *		to and from decimal digits and doubles.
 */
#include "numeric/wide.h"

#include <math.h>

/* The largest power of ten in a limb. */
#define LIMB_DECIMALS	19
#define LIMB_POWER		UINT64CONST(10000000000000000000)

void
wide_step(uint64 *x, int limbs, bool down)
{
	for (int i = 0; i < limbs; i++)
	{
		if (down ? x[i]-- != 0 : ++x[i] != 0)
			return;
	}
}

/* x = |x|; whether it was negative */
static bool
take_sign(uint64 *x, int limbs)
{
	if (!wide_is_negative(x, limbs))
		return false;
	for (int i = 0; i < limbs; i++)
		x[i] = ~x[i];
	wide_step(x, limbs, false);
	return true;
}

/* x = x × factor + addend, unsigned; false when it needs the sign bit */
static bool
multiply_add(uint64 *x, int limbs, uint64 factor, uint64 addend)
{
	uint64		carry = addend;

	for (int i = 0; i < limbs; i++)
	{
		uint128		limb = (uint128) x[i] * factor + carry;

		x[i] = (uint64) limb;
		carry = (uint64) (limb >> 64);
	}
	return carry == 0 && !wide_is_negative(x, limbs);
}

/* x = x / divisor, unsigned; returns the remainder */
static uint64
divide(uint64 *x, int limbs, uint64 divisor)
{
	uint64		remainder = 0;

	for (int i = limbs - 1; i >= 0; i--)
	{
		uint128		dividend = (uint128) remainder << 64 | x[i];

		x[i] = (uint64) (dividend / divisor);
		remainder = (uint64) (dividend % divisor);
	}
	return remainder;
}

int
wide_compare(const uint64 *x, const uint64 *y, int limbs)
{
	if (wide_is_negative(x, limbs) != wide_is_negative(y, limbs))
		return wide_is_negative(x, limbs) ? -1 : 1;
	for (int i = limbs - 1; i >= 0; i--)
	{
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	}
	return 0;
}

bool
wide_within(const uint64 *x, int limbs, int64 count, int exponent)
{
	uint64		magnitude[WIDE_MAX_LIMBS];
	uint64		bound[WIDE_MAX_LIMBS] = {0};

	memcpy(magnitude, x, limbs * sizeof(uint64));
	take_sign(magnitude, limbs);
	bound[0] = (uint64) count;
	for (; exponent >= LIMB_DECIMALS; exponent -= LIMB_DECIMALS)
		multiply_add(bound, limbs, LIMB_POWER, 0);
	for (; exponent > 0; exponent--)
		multiply_add(bound, limbs, 10, 0);

	/* the one number without an opposite is still negative */
	return !wide_is_negative(magnitude, limbs) && wide_compare(magnitude, bound, limbs) <= 0;
}

double
wide_to_double(const uint64 *x, int limbs)
{
	uint64		magnitude[WIDE_MAX_LIMBS];
	bool		negative;
	int			top = limbs - 1;
	int			shift;
	uint64		head;
	bool		tail;
	double		value;

	memcpy(magnitude, x, limbs * sizeof(uint64));
	negative = take_sign(magnitude, limbs);
	while (top >= 0 && magnitude[top] == 0)
		top--;
	if (top < 0)
		return 0.0;

	/* 64 leading bits, the last one set when any bit below is: one rounding, done by the cast */
	shift = __builtin_clzll(magnitude[top]);
	head = magnitude[top] << shift;
	tail = false;
	if (top > 0)
	{
		if (shift > 0)
			head |= magnitude[top - 1] >> (64 - shift);
		tail = magnitude[top - 1] << shift != 0 || !wide_is_zero(magnitude, top - 1);
	}
	value = ldexp((double) (head | (tail ? 1 : 0)), 64 * top - shift);
	return negative ? -value : value;
}

void
wide_to_decimal(char *buffer, const uint64 *x, int limbs, int decimals, int shown)
{
	char		digits[WIDE_DECIMAL_SIZE];	/* least significant first */
	uint64		rest[WIDE_MAX_LIMBS];
	int			n_digits = 0;
	int			last = 0;		/* the last digit that is written */

	memcpy(rest, x, limbs * sizeof(uint64));
	if (take_sign(rest, limbs))
		*buffer++ = '-';

	while (!wide_is_zero(rest, limbs))
	{
		uint64		group = divide(rest, limbs, LIMB_POWER);

		for (int i = 0; i < LIMB_DECIMALS; i++)
		{
			digits[n_digits++] = '0' + (char) (group % 10);
			group /= 10;
		}
	}
	while (n_digits > decimals + 1 && digits[n_digits - 1] == '0')
		n_digits--;
	while (n_digits < decimals + 1)
		digits[n_digits++] = '0';
	while (last < decimals - shown && digits[last] == '0')
		last++;

	for (int i = n_digits - 1; i >= last; i--)
	{
		*buffer++ = digits[i];
		if (i == decimals && i > last)
			*buffer++ = '.';
	}
	*buffer = '\0';
}

bool
wide_from_decimal(uint64 *x, int limbs, int decimals, const char *digits)
{
	bool		negative = (*digits == '-');
	bool		fraction = false;
	bool		any = false;

	if (negative)
		digits++;
	memset(x, 0, limbs * sizeof(uint64));
	for (; *digits != '\0'; digits++)
	{
		if (*digits == '.' && !fraction)
		{
			fraction = true;
			continue;
		}
		if (*digits < '0' || *digits > '9')
			return false;
		any = true;
		if (fraction && decimals == 0)
		{
			if (*digits != '0')
				return false;
			continue;
		}
		if (fraction)
			decimals--;
		if (!multiply_add(x, limbs, 10, *digits - '0'))
			return false;
	}
	for (; decimals > 0; decimals--)
	{
		if (!multiply_add(x, limbs, 10, 0))
			return false;
	}
	if (negative)
	{
		uint64		magnitude[WIDE_MAX_LIMBS];

		memcpy(magnitude, x, limbs * sizeof(uint64));
		memset(x, 0, limbs * sizeof(uint64));
		wide_subtract(x, magnitude, limbs);
	}
	return any;
}
