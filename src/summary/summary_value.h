/*
 * summary_value.h
 *		A summary as an SQL value: arguments, results and errors.
 */
#ifndef OPPORTUNITY_SUMMARY_VALUE_H
#define OPPORTUNITY_SUMMARY_VALUE_H

#include "summary/summary.h"

extern PipelineSummary *summary_from_other_datum(Datum datum);

/* An argument, checked for size and version. */
static inline PipelineSummary *
summary_from_datum(Datum datum)
{
	PipelineSummary *summary = (PipelineSummary *) DatumGetPointer(datum);

	if (likely(VARATT_IS_4B_U(summary) && VARSIZE_4B(summary) == sizeof(PipelineSummary) &&
			   summary->version == SUMMARY_VERSION))
		return summary;
	return summary_from_other_datum(datum);
}

#define PG_GETARG_SUMMARY(n)	summary_from_datum(PG_GETARG_DATUM(n))
#define PG_RETURN_SUMMARY(s)	PG_RETURN_POINTER(s)

extern PipelineSummary *summary_copy(const PipelineSummary *summary);

/* The error of a status other than SUMMARY_OK. */
extern void summary_raise(SummaryStatus status);

#endif							/* OPPORTUNITY_SUMMARY_VALUE_H */
