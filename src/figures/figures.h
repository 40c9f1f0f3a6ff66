/*
 * figures.h
 *		Sums of a summary as SQL values.
 */
#ifndef OPPORTUNITY_FIGURES_H
#define OPPORTUNITY_FIGURES_H

#include "summary/summary.h"

/* x × 10^-decimals as a numeric, with the decimals it needs but at least `shown`. */
extern Datum wide_numeric(const uint64 *x, int limbs, int decimals, int shown);

#define value_numeric(summary, x) \
	wide_numeric(x, VALUE_LIMBS, AMOUNT_DECIMALS, summary_decimals(summary))
#define weighted_numeric(summary) \
	wide_numeric((summary)->open.weighted, WEIGHTED_LIMBS, \
				 AMOUNT_DECIMALS + PROBABILITY_DECIMALS, summary_decimals(summary))

#endif							/* OPPORTUNITY_FIGURES_H */
