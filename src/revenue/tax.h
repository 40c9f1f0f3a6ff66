/*
 * tax.h
 *		The tax on an amount, or within it.
 */
#ifndef OPPORTUNITY_TAX_H
#define OPPORTUNITY_TAX_H

#include "opportunity.h"

/*
 * amount × rate / 100, or with the tax included in the amount
 * amount × rate / (100 + rate); rounded once, half away from zero.  Raises 22003
 * when the rate is not from 0 to 100 or the scale is none.
 */
extern Datum compute_tax(Datum amount, Datum rate, bool included, int scale);

#endif							/* OPPORTUNITY_TAX_H */
