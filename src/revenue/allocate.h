/*
 * allocate.h
 *		Splitting an amount by weights without losing a unit: the method of the
 *		largest remainder.
 */
#ifndef OPPORTUNITY_ALLOCATE_H
#define OPPORTUNITY_ALLOCATE_H

#include "opportunity.h"

#include "utils/array.h"

/*
 * The elements of an array of numeric weights, palloc'd.  Raises unless there are
 * some in one dimension, each is a finite number of zero or more, and not all are
 * zero.
 */
extern Datum *allocation_weights(ArrayType *array, int *count);

/*
 * Splits whole units (cents of an amount, say) into count shares that add up to
 * them.  Each share is the exact one cut off toward zero; the units that are left
 * go one each to the shares that lost most, to the earlier one of equals.
 * weights are as allocation_weights returns them.
 */
extern void allocate_units(int64 units, const Datum *weights, int count, int64 *shares);

/* Units of 10^-scale in an amount; raises when it is not finite or not a whole number of them. */
extern Datum amount_units(Datum amount, int scale);

/* The amount of so many units, shown with scale digits after the point. */
extern Datum units_amount(Datum units, int scale);

#endif							/* OPPORTUNITY_ALLOCATE_H */
