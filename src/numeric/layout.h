/*
 * layout.h
 *		The stored layout of PostgreSQL's numeric: the only file that knows it.
 *
 * The layout is private to the server's numeric.c but is the on-disk format,
 * unchanged since 9.1; the test numeric_layout compares it with numeric_send on
 * every supported major.  After the varlena header stand a 16-bit header word, in the
 * long form a 16-bit weight, and base-10000 digits, most significant first, with
 * no leading or trailing zero digit.
 */
#ifndef OPPORTUNITY_LAYOUT_H
#define OPPORTUNITY_LAYOUT_H

#include "opportunity.h"

#define LAYOUT_BASE				10000
#define LAYOUT_DIGIT_DECIMALS	4

#define LAYOUT_FORM_MASK		0xC000
#define LAYOUT_FORM_NEGATIVE	0x4000	/* long form, sign in the form bits */
#define LAYOUT_FORM_SHORT		0x8000
#define LAYOUT_FORM_SPECIAL		0xC000

#define LAYOUT_SPECIAL_MASK		0xF000
#define LAYOUT_NAN				0xC000
#define LAYOUT_PLUS_INFINITY	0xD000
#define LAYOUT_MINUS_INFINITY	0xF000

#define LAYOUT_LONG_SCALE_MASK	0x3FFF

#define LAYOUT_SHORT_NEGATIVE		0x2000
#define LAYOUT_SHORT_SCALE_SHIFT	7
#define LAYOUT_SHORT_SCALE_MAX		0x3F
#define LAYOUT_SHORT_WEIGHT_SIGN	0x0040
#define LAYOUT_SHORT_WEIGHT_MASK	0x003F
#define LAYOUT_SHORT_WEIGHT_MAX		63
#define LAYOUT_SHORT_WEIGHT_MIN		(-64)

/*
 * A numeric taken apart in place: digits point into the datum and may be
 * unaligned, as a packed varlena is, so they are read by layout_digit.
 */
typedef struct NumericParts
{
	uint16		special;		/* 0, or one of the LAYOUT_NAN … words */
	bool		negative;
	int			scale;			/* digits shown after the point */
	int			weight;			/* power of LAYOUT_BASE of the first digit */
	int			n_digits;
	const char *digits;
} NumericParts;

/* The weight in the header word of the short form, in two's complement of seven bits. */
static inline int
layout_short_weight(uint16 header)
{
	return (int) (header & LAYOUT_SHORT_WEIGHT_MASK) - (int) (header & LAYOUT_SHORT_WEIGHT_SIGN);
}

static inline int
layout_short_scale(uint16 header)
{
	return (header >> LAYOUT_SHORT_SCALE_SHIFT) & LAYOUT_SHORT_SCALE_MAX;
}

static inline int
layout_digit_at(const char *digits, int i)
{
	int16		digit;

	memcpy(&digit, digits + i * sizeof(int16), sizeof(int16));
	return digit;
}

static inline int
layout_digit(const NumericParts *parts, int i)
{
	return layout_digit_at(parts->digits, i);
}

/* Takes a value apart; a compressed or out-of-line one is detoasted by the caller. */
static inline void
layout_read(const struct varlena *number, NumericParts *parts)
{
	const char *data = VARDATA_ANY(number);
	uint32		size = VARSIZE_ANY_EXHDR(number);
	uint16		header;

	/* a TOAST pointer counts as VARATT_IS_SHORT */
	Assert(!VARATT_IS_EXTERNAL(number) && !VARATT_IS_COMPRESSED(number));
	memcpy(&header, data, sizeof(uint16));

	if (likely((header & LAYOUT_FORM_MASK) == LAYOUT_FORM_SHORT))
	{
		parts->special = 0;
		parts->negative = (header & LAYOUT_SHORT_NEGATIVE) != 0;
		parts->scale = layout_short_scale(header);
		parts->weight = layout_short_weight(header);
		parts->digits = data + sizeof(uint16);
		parts->n_digits = (size - sizeof(uint16)) / sizeof(int16);
	}
	else if ((header & LAYOUT_FORM_MASK) == LAYOUT_FORM_SPECIAL)
	{
		parts->special = header & LAYOUT_SPECIAL_MASK;
		parts->negative = false;
		parts->scale = 0;
		parts->weight = 0;
		parts->digits = data;
		parts->n_digits = 0;
	}
	else
	{
		int16		weight;

		memcpy(&weight, data + sizeof(uint16), sizeof(int16));
		parts->special = 0;
		parts->negative = (header & LAYOUT_FORM_MASK) == LAYOUT_FORM_NEGATIVE;
		parts->scale = header & LAYOUT_LONG_SCALE_MASK;
		parts->weight = weight;
		parts->digits = data + 2 * sizeof(uint16);
		parts->n_digits = (size - 2 * sizeof(uint16)) / sizeof(int16);
	}
}

/*
 * Builds a numeric in the short form.  digits has no leading or trailing zero
 * digit; scale and weight are within the short form's limits.
 */
static inline struct varlena *
layout_build(bool negative, int scale, int weight, const int16 *digits, int n_digits)
{
	Size		size = VARHDRSZ + sizeof(uint16) + n_digits * sizeof(int16);
	struct varlena *number = palloc(size);
	char	   *data = VARDATA(number);
	uint16		header;

	Assert(scale >= 0 && scale <= LAYOUT_SHORT_SCALE_MAX);
	Assert(weight >= LAYOUT_SHORT_WEIGHT_MIN && weight <= LAYOUT_SHORT_WEIGHT_MAX);
	Assert(n_digits == 0 || (digits[0] != 0 && digits[n_digits - 1] != 0));

	header = LAYOUT_FORM_SHORT
		| (negative ? LAYOUT_SHORT_NEGATIVE : 0)
		| (scale << LAYOUT_SHORT_SCALE_SHIFT)
		| (weight & (LAYOUT_SHORT_WEIGHT_SIGN | LAYOUT_SHORT_WEIGHT_MASK));
	SET_VARSIZE(number, size);
	memcpy(data, &header, sizeof(uint16));
	memcpy(data + sizeof(uint16), digits, n_digits * sizeof(int16));
	return number;
}

#endif							/* OPPORTUNITY_LAYOUT_H */
