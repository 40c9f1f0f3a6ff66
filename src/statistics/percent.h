/*
 * percent.h
 *		Shares as SQL values: numerics from 0 to 100.
 */
#ifndef OPPORTUNITY_PERCENT_H
#define OPPORTUNITY_PERCENT_H

#include "opportunity.h"

#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

/* Divided as PostgreSQL divides numerics; whole is above zero and at most 10^16. */
static inline Datum
percent_of(int64 part, int64 whole)
{
	return DirectFunctionCall2(numeric_div,
							   NumericGetDatum(int64_to_numeric(100 * part)),
							   NumericGetDatum(int64_to_numeric(whole)));
}

/* To as many decimals as are the same on every processor. */
static inline Datum
percent_of_share(double share)
{
	return DirectFunctionCall2(numeric_round,
							   DirectFunctionCall1(float8_numeric, Float8GetDatum(100 * share)),
							   Int32GetDatum(8));
}

static inline void
check_confidence(double confidence)
{
	if (!(confidence > 0 && confidence < 100))	/* NaN too */
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("confidence out of range"),
				 errdetail("A confidence is a percentage above 0 and below 100.")));
}

#endif							/* OPPORTUNITY_PERCENT_H */
