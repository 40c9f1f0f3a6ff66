/*
 * insights.c
 *		deal_insights: what deserves attention in one deal.
 *
 * Days are days of the calendar in one time zone: a deal whose last activity was
 * yesterday evening has been idle for one day, on the day that the clocks change
 * too.
 */
#include "opportunity.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

enum
{
	ARG_CLOSE_DATE,
	ARG_LAST_ACTIVITY,
	ARG_STAGE_ENTERED,
	ARG_ROTTING_DAYS,
	ARG_PUSHES,
	ARG_AMOUNT,
	ARG_LINE_COUNT,
	ARG_DECISION_MAKER_COUNT,
	ARG_COMPETITOR_COUNT,
	ARG_AS_OF,
	ARG_TIME_ZONE,
	ARG_CLOSE_WITHIN_DAYS,
	ARG_INACTIVE_DAYS,
	ARG_MAX_PUSHES
};

#define NO_DAYS		(-1)

/* Every argument that counts something is a bigint; NULL is NOT_ASKED. */
#define NOT_ASKED	(-1)

static int64
count_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	int64		count;

	if (PG_ARGISNULL(argument))
		return NOT_ASKED;
	count = PG_GETARG_INT64(argument);
	if (count < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s " INT64_FORMAT " of deal_insights is negative", name, count)));
	return count;
}

/* False for NULL and for an infinite time. */
static bool
local_day(FunctionCallInfo fcinfo, int argument, DateADT *day)
{
	if (PG_ARGISNULL(argument) || TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(argument)))
		return false;
	*day = DatumGetDateADT(DirectFunctionCall1(timestamp_date,
											   DirectFunctionCall2(timestamptz_zone, PG_GETARG_DATUM(ARG_TIME_ZONE),
																   PG_GETARG_DATUM(argument))));
	return true;
}

static void
put(ReturnSetInfo *result, const char *kind, const char *severity, int64 days, const char *message)
{
	Datum		values[4];
	bool		nulls[4] = {false};

	values[0] = CStringGetTextDatum(kind);
	values[1] = CStringGetTextDatum(severity);
	nulls[2] = days == NO_DAYS;
	values[2] = Int32GetDatum((int32) days);
	values[3] = CStringGetTextDatum(message);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* "1 day", "14 days" */
static const char *
counted(int64 n, const char *noun)
{
	return psprintf(INT64_FORMAT " %s%s", n, noun, n == 1 ? "" : "s");
}

static void
put_close_date(ReturnSetInfo *result, DateADT closes, DateADT today, int64 within)
{
	int64		ahead = (int64) closes - today;

	if (ahead < 0)
		put(result, "close_date_passed", "high", -ahead,
			psprintf("The close date passed %s ago.", counted(-ahead, "day")));
	else if (ahead <= within)
		put(result, "close_date_near", "medium", ahead,
			ahead == 0 ? "The close date is today." : psprintf("The close date is in %s.", counted(ahead, "day")));
}

PG_FUNCTION_INFO_V1(opp_deal_insights);
Datum
opp_deal_insights(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int64		rotting_days = count_argument(fcinfo, ARG_ROTTING_DAYS, "rotting_days");
	int64		pushes = count_argument(fcinfo, ARG_PUSHES, "pushes");
	int64		line_count = count_argument(fcinfo, ARG_LINE_COUNT, "line_count");
	int64		decision_makers = count_argument(fcinfo, ARG_DECISION_MAKER_COUNT, "decision_maker_count");
	int64		competitors = count_argument(fcinfo, ARG_COMPETITOR_COUNT, "competitor_count");
	int64		close_within = count_argument(fcinfo, ARG_CLOSE_WITHIN_DAYS, "close_within_days");
	int64		inactive = count_argument(fcinfo, ARG_INACTIVE_DAYS, "inactive_days");
	int64		max_pushes = count_argument(fcinfo, ARG_MAX_PUSHES, "max_pushes");
	DateADT		today;
	DateADT		day;

	if (PG_ARGISNULL(ARG_AS_OF) || PG_ARGISNULL(ARG_TIME_ZONE))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("as_of and time_zone of deal_insights must not be null")));
	if (!local_day(fcinfo, ARG_AS_OF, &today))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("as_of of deal_insights must be finite")));

	/* in order of severity */
	InitMaterializedSRF(fcinfo, 0);
	if (!PG_ARGISNULL(ARG_CLOSE_DATE) && !DATE_NOT_FINITE(PG_GETARG_DATEADT(ARG_CLOSE_DATE)))
		put_close_date(result, PG_GETARG_DATEADT(ARG_CLOSE_DATE), today, close_within);

	/* 0 is never, as in the stages of a process that have none */
	if (rotting_days > 0 && local_day(fcinfo, ARG_STAGE_ENTERED, &day) && (int64) today - day > rotting_days)
		put(result, "rotting", "medium", (int64) today - day,
			psprintf("The deal has been in this stage for %s, longer than %s.",
					 counted((int64) today - day, "day"), counted(rotting_days, "day")));

	if (inactive != NOT_ASKED && local_day(fcinfo, ARG_LAST_ACTIVITY, &day) &&
		today > day && (int64) today - day >= inactive)
		put(result, "no_activity", "medium", (int64) today - day,
			psprintf("There has been no activity for %s.", counted((int64) today - day, "day")));

	if (max_pushes != NOT_ASKED && pushes > max_pushes)
		put(result, "pushed", "medium", NO_DAYS,
			psprintf("The close date has been pushed out %s.", counted(pushes, "time")));

	if (decision_makers == 0)
		put(result, "no_decision_maker", "medium", NO_DAYS, "No decision maker is known.");

	if (line_count == 0 && !PG_ARGISNULL(ARG_AMOUNT) &&
		DatumGetInt32(DirectFunctionCall2(numeric_cmp, PG_GETARG_DATUM(ARG_AMOUNT),
										  DirectFunctionCall1(int4_numeric, Int32GetDatum(0)))) != 0)
		put(result, "no_lines", "low", NO_DAYS, "The amount has no lines behind it.");

	if (competitors > 0)
		put(result, "competitor", "low", NO_DAYS,
			competitors == 1 ? "1 competitor is present." : psprintf(INT64_FORMAT " competitors are present.", competitors));

	return (Datum) 0;
}
