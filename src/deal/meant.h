/*
 * meant.h
 *		The decimal that a double is meant as.
 *
 * That is what it prints as: round(value::numeric, 6), of a cast that takes 15
 * significant digits.  Where the nearest multiple of 10^-6 is clear, it is that.
 */
#ifndef OPPORTUNITY_MEANT_H
#define OPPORTUNITY_MEANT_H

#include "opportunity.h"

#include <math.h>

/*
 * Sets the nearest whole number of units, and tells whether rounding to it might
 * differ from round(value::numeric, 6), which rounds twice: its first rounding moves
 * them by 0.05 at most.
 */
static inline bool
is_near_tie(double units, int64 *nearest, double margin)
{
	*nearest = (int64) (units + copysign(0.5, units));
	return fabs(units - (double) *nearest) > margin;
}

/* round(value::numeric, 6), a multiple of 10^-6, of a finite value below 10^18. */
extern int128 round_as_numeric(double value);

#endif							/* OPPORTUNITY_MEANT_H */
