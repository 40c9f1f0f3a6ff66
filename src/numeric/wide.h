/*
 * wide.h
 *		Signed integers of several 64-bit limbs, for exact sums of any width.
 *
 * A number is an array of limbs, least significant first, in two's complement;
 * its length is known to whoever holds it.  Nothing here allocates or raises, or
 * notices that a sum overflows: widths are chosen so that none can.
 */
#ifndef OPPORTUNITY_WIDE_H
#define OPPORTUNITY_WIDE_H

#include "postgres.h"

/* The widest number in use, and a buffer for its decimal form with sign and point. */
#define WIDE_MAX_LIMBS		8
#define WIDE_DECIMAL_SIZE	176

/* Two limbs and the 128-bit integer they are. */
static pg_attribute_always_inline uint128
wide_pair(const uint64 *x)
{
	return (uint128) x[1] << 64 | x[0];
}

static pg_attribute_always_inline void
wide_set_pair(uint64 *x, uint128 value)
{
	x[0] = (uint64) value;
	x[1] = (uint64) (value >> 64);
}

static pg_attribute_always_inline void
wide_from_int128(uint64 *x, int128 value)
{
	wide_set_pair(x, (uint128) value);
}

static pg_attribute_always_inline int128
wide_to_int128(const uint64 *x)
{
	return (int128) wide_pair(x);
}

/* Adds 1 or, when down, takes it away. */
extern void wide_step(uint64 *x, int limbs, bool down);

/*
 * sum ± term, a magnitude of at most as many limbs.  Signs come in any order, so
 * there is no branch for them: taking away is adding to the complement.  What is
 * carried beyond the limbs of the term is rare, and is.
 */
static pg_attribute_always_inline void
wide_add_signed(uint64 *sum, int limbs, const uint64 *term, int term_limbs, bool negative)
{
	const uint64 flip = negative ? ~UINT64CONST(0) : 0;
	const int	term_pairs = Min((term_limbs + 1) / 2, limbs / 2);
	uint64		carry = 0;

#pragma GCC unroll 4
	for (int i = 0; i < WIDE_MAX_LIMBS / 2; i++)
	{
		if (i < term_pairs)
		{
			uint64	   *x = sum + 2 * i;
			const uint64 *y = term + 2 * i;
			uint128		more = (2 * i + 1 < term_limbs ? wide_pair(y) : (uint128) *y) + carry;
			uint128		pair = ((uint128) (x[1] ^ flip) << 64 | (x[0] ^ flip)) + more;

			carry = (pair < more) | (more < carry);
			x[0] = (uint64) pair ^ flip;
			x[1] = (uint64) (pair >> 64) ^ flip;
		}
	}
	if (2 * term_pairs < Min(term_limbs, limbs))
		sum[limbs - 1] = ((sum[limbs - 1] ^ flip) + term[limbs - 1] + carry) ^ flip;
	else if (2 * term_pairs < limbs && unlikely(carry != 0))
		wide_step(sum + 2 * term_pairs, limbs - 2 * term_pairs, negative);
}

/* For numbers of one width two's complement makes signed the same as unsigned. */
static pg_attribute_always_inline void
wide_add(uint64 *sum, const uint64 *term, int limbs)
{
	wide_add_signed(sum, limbs, term, limbs, false);
}

static pg_attribute_always_inline void
wide_subtract(uint64 *sum, const uint64 *term, int limbs)
{
	wide_add_signed(sum, limbs, term, limbs, true);
}

/* product = x × y, all unsigned; product has x_limbs + y_limbs limbs and overlaps neither */
static pg_attribute_always_inline void
wide_multiply(uint64 *product, const uint64 *x, int x_limbs, const uint64 *y, int y_limbs)
{
	for (int i = 0; i < x_limbs; i++)
		product[i] = 0;
#pragma GCC unroll 8
	for (int j = 0; j < y_limbs; j++)
	{
		uint64		carry = 0;

#pragma GCC unroll 8
		for (int i = 0; i < x_limbs; i++)
		{
			uint128		limb = (uint128) x[i] * y[j] + product[i + j] + carry;

			product[i + j] = (uint64) limb;
			carry = (uint64) (limb >> 64);
		}
		product[x_limbs + j] = carry;
	}
}

static inline bool
wide_is_negative(const uint64 *x, int limbs)
{
	return (int64) x[limbs - 1] < 0;
}

static inline bool
wide_is_zero(const uint64 *x, int limbs)
{
	for (int i = 0; i < limbs; i++)
	{
		if (x[i] != 0)
			return false;
	}
	return true;
}

/* Below zero, zero or above zero as x is less than, equal to or greater than y. */
extern int	wide_compare(const uint64 *x, const uint64 *y, int limbs);

/* |x| ≤ count × 10^exponent, which the caller knows to fit */
extern bool wide_within(const uint64 *x, int limbs, int64 count, int exponent);

/* The nearest double, the same on every processor. */
extern double wide_to_double(const uint64 *x, int limbs);

/*
 * x × 10^-decimals in digits, with the decimals it needs but at least `shown`.
 * The buffer has WIDE_DECIMAL_SIZE bytes.
 */
extern void wide_to_decimal(char *buffer, const uint64 *x, int limbs, int decimals, int shown);

/*
 * Reads -?digits[.digits] as a multiple of 10^-decimals; false when it is none
 * or does not fit.
 */
extern bool wide_from_decimal(uint64 *x, int limbs, int decimals, const char *digits);

#endif							/* OPPORTUNITY_WIDE_H */
