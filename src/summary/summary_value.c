/*
 * summary_value.c
 *		A summary as an SQL value: unusual arguments, copies and errors.
 */
#include "summary/summary_value.h"

/* For what is stored otherwise: toasted inside another value, or of another version. */
PipelineSummary *
summary_from_other_datum(Datum datum)
{
	PipelineSummary *summary = (PipelineSummary *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(summary) != sizeof(PipelineSummary) || summary->version != SUMMARY_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("pipeline summary has a format this version of the extension cannot read"),
				 errhint("Install the version of the extension that wrote it, or a newer one.")));
	return summary;
}

PipelineSummary *
summary_copy(const PipelineSummary *summary)
{
	PipelineSummary *copy = palloc(sizeof(PipelineSummary));

	memcpy(copy, summary, sizeof(PipelineSummary));
	return copy;
}

void
summary_raise(SummaryStatus status)
{
	switch (status)
	{
		case SUMMARY_OK:
		case SUMMARY_UNKNOWN:
			break;
		case SUMMARY_TOO_MANY:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("pipeline summary would hold more than 1000000000000 deals")));
			break;
		case SUMMARY_MIXED:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("amounts in different currencies cannot be summarized together"),
					 errhint("Convert them to one currency first, or group by currency.")));
			break;
		case SUMMARY_NOT_THERE:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("deals cannot be taken out of a pipeline summary they are not in")));
			break;
	}
	elog(ERROR, "unexpected pipeline summary status %d", (int) status);
}
