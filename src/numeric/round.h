/*
 * round.h
 *		The one rounding everything uses.
 */
#ifndef OPPORTUNITY_ROUND_H
#define OPPORTUNITY_ROUND_H

#include "opportunity.h"

/* Digits after the point that an amount may be rounded to; negative: before it. */
#define AMOUNT_MAX_SCALE	20
#define AMOUNT_MIN_SCALE	(-20)

typedef enum RoundingMode
{
	ROUND_HALF_UP,				/* ties away from zero, as numeric's round() */
	ROUND_HALF_EVEN,			/* ties to the even neighbor */
	ROUND_HALF_DOWN,			/* ties toward zero */
	ROUND_UP,					/* away from zero */
	ROUND_DOWN,					/* toward zero */
	ROUND_CEILING,				/* toward plus infinity */
	ROUND_FLOOR					/* toward minus infinity */
} RoundingMode;

/* Raises 22003 unless the scale is one that amounts may have. */
extern void check_amount_scale(int scale);

/* The mode of that name; raises 22023 when there is none. */
extern RoundingMode rounding_mode(const text *name);

/*
 * Rounds value × 10^-from (from ≥ 0) to "to" digits after the point.  The result
 * has scale "to", or 0 when that is negative.  False when 128 bits are not enough.
 */
extern bool fixed_round(int128 value, int from, int to, RoundingMode mode, int128 *result);

/* The same with PostgreSQL's own routines: any numeric, NaN and the infinities included. */
extern Datum numeric_round_exactly(Datum number, int to, RoundingMode mode);

#endif							/* OPPORTUNITY_ROUND_H */
