/*
 * probability.h
 *		A deal's probability, percent as a number of either type, in units of 10^-6
 *		percent, that is 10^-8 of certainty.
 *
 * A numeric probability has a reader of its own beside numeric amounts, because its
 * cast to double precision costs as much as all the rest of a deal.
 */
#ifndef OPPORTUNITY_PROBABILITY_H
#define OPPORTUNITY_PROBABILITY_H

#include "opportunity.h"

#include "deal/meant.h"

#define PROBABILITY_DECIMALS	8
#define PROBABILITY_ONE			INT64CONST(100000000)
#define PROBABILITY_UNKNOWN		(-1)

/* Readers for any value of the type; they raise what is out of range. */
extern int	probability_of_numeric(Datum datum, bool is_open);
extern int	long_probability_of_double(Datum datum);

/* Of closed deals it only has to be in range: zero is as good as what it is. */
static pg_attribute_always_inline int
probability_of_double(Datum datum, bool is_open)
{
	double		percent = DatumGetFloat8(datum);
	int64		nearest = 0;

	/* written so that NaN is out of range */
	if (unlikely(!(percent >= 0 && percent <= 100) ||
				 (is_open && is_near_tie(percent * 1e6, &nearest, 0.4))))
		return long_probability_of_double(datum);
	return (int) nearest;
}

typedef int (*ProbabilityReader) (Datum datum, bool is_open);

#endif							/* OPPORTUNITY_PROBABILITY_H */
