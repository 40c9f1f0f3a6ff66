/*
 * exact.h
 *		PostgreSQL's own routines on numerics of any size, by short names.
 */
#ifndef OPPORTUNITY_EXACT_H
#define OPPORTUNITY_EXACT_H

#include "opportunity.h"

#include "utils/fmgrprotos.h"

static inline Datum
exact_add(Datum a, Datum b)
{
	return DirectFunctionCall2(numeric_add, a, b);
}

static inline Datum
exact_subtract(Datum a, Datum b)
{
	return DirectFunctionCall2(numeric_sub, a, b);
}

static inline Datum
exact_multiply(Datum a, Datum b)
{
	return DirectFunctionCall2(numeric_mul, a, b);
}

/* The quotient cut off at the point. */
static inline Datum
exact_divide_whole(Datum a, Datum b)
{
	return DirectFunctionCall2(numeric_div_trunc, a, b);
}

static inline Datum
exact_negate(Datum a)
{
	return DirectFunctionCall1(numeric_uminus, a);
}

/* Negative, zero or positive; NaN is equal to itself and above all else. */
static inline int
exact_compare(Datum a, Datum b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, a, b));
}

#endif							/* OPPORTUNITY_EXACT_H */
