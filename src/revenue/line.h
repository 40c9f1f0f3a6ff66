/*
 * line.h
 *		The amount of a line item, as the line functions and the aggregates that
 *		add lines compute it.
 *
 * Each amount is rounded once, from the exact value:
 *
 *		base     = round((price per unit - volume discount) × quantity)
 *		net      = round((price per unit - volume discount) × quantity - manual discount)
 *		extended = round((price per unit - volume discount) × quantity - manual discount + tax)
 *
 * The figures a reader sees add up all the same where discount and tax have no
 * more decimals than the scale and the amounts stay positive.
 */
#ifndef OPPORTUNITY_LINE_H
#define OPPORTUNITY_LINE_H

#include "opportunity.h"

/* Of a line given as nullable numerics, in the order of the functions' arguments. */
enum
{
	LINE_QUANTITY,
	LINE_PRICE,
	LINE_VOLUME_DISCOUNT,
	LINE_MANUAL_DISCOUNT,
	LINE_TAX
};

/*
 * The net amount as fixed point of the given scale (0, if that is negative).
 * False when the line has other than ordinary numbers: then the exact function
 * has the answer.  Quantity and price are not null.
 */
extern bool net_amount_fixed(const NullableDatum *line, int scale, int128 *net);
extern Datum net_amount_exactly(const NullableDatum *line, int scale);

#endif							/* OPPORTUNITY_LINE_H */
