/*
 * summarize_cycle.c
 *		The aggregates over deals and over cycles: transition and combine functions.
 *
 * A growing set of cycles is an expanded object, so the aggregates' state is the
 * type itself: wherever it is read or stored it becomes the flat form.
 */
#include "cycle/cycle.h"

#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(opp_cycle_add_timestamp);
PG_FUNCTION_INFO_V1(opp_cycle_add_date);
PG_FUNCTION_INFO_V1(opp_cycle_merge);

typedef struct ExpandedCycle
{
	ExpandedObjectHeader header;
	int64		left_out;
	Durations	times[CYCLE_OUTCOMES];
} ExpandedCycle;

static Size
get_flat_size(ExpandedObjectHeader *header)
{
	Size		size = sizeof(CycleSummary);

	for (int i = 0; i < CYCLE_OUTCOMES; i++)
		size += durations_n_counts(&((ExpandedCycle *) header)->times[i]) * sizeof(DurationCount);
	return size;
}

static void
flatten_into(ExpandedObjectHeader *header, void *result, Size size)
{
	ExpandedCycle *cycle = (ExpandedCycle *) header;
	CycleSummary *summary = result;
	DurationCount *counts = unconstify(DurationCount *, CYCLE_COUNTS(summary));

	memset(summary, 0, sizeof(CycleSummary));
	SET_VARSIZE(summary, size);
	summary->version = CYCLE_VERSION;
	summary->left_out = cycle->left_out;
	for (int i = 0; i < CYCLE_OUTCOMES; i++)
	{
		durations_store(&cycle->times[i], &summary->times[i], counts);
		counts += summary->times[i].n_counts;
	}
}

static const ExpandedObjectMethods cycle_methods = {get_flat_size, flatten_into};

/* Room for so many deals more. */
static void
check_deals(const ExpandedCycle *cycle, int64 more)
{
	int64		deals = cycle->left_out;

	for (int i = 0; i < CYCLE_OUTCOMES; i++)
		deals += cycle->times[i].n;
	if (more > DURATIONS_MAX - deals)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("cycle summary would hold more than 1000000000000 deals")));
}

static void
merge_datum(ExpandedCycle *cycle, Datum datum)
{
	CycleSummary *summary = cycle_from_datum(datum);
	const DurationCount *counts = CYCLE_COUNTS(summary);

	check_deals(cycle, summary->left_out + summary->times[CYCLE_WON].n +
				summary->times[CYCLE_LOST].n + summary->times[CYCLE_OPEN].n);
	cycle->left_out += summary->left_out;
	for (int i = 0; i < CYCLE_OUTCOMES; i++)
	{
		durations_merge(&cycle->times[i], &summary->times[i], counts);
		counts += summary->times[i].n_counts;
	}
}

/*
 * The state in argument 0.  In an aggregate it is ours and changed in place once
 * it is expanded; elsewhere it is copied.
 */
static ExpandedCycle *
state_argument(FunctionCallInfo fcinfo)
{
	MemoryContext parent = CurrentMemoryContext;
	MemoryContext context;
	ExpandedCycle *state;

	if (AggCheckCallContext(fcinfo, &parent) && !PG_ARGISNULL(0) &&
		VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(PG_GETARG_DATUM(0))))
	{
		state = (ExpandedCycle *) DatumGetEOHP(PG_GETARG_DATUM(0));
		if (state->header.eoh_methods == &cycle_methods)
			return state;
	}
	context = AllocSetContextCreate(parent, "opportunity cycle", ALLOCSET_START_SMALL_SIZES);
	state = MemoryContextAllocZero(context, sizeof(ExpandedCycle));
	EOH_init_header(&state->header, &cycle_methods, context);
	for (int i = 0; i < CYCLE_OUTCOMES; i++)
		durations_init(&state->times[i], context);
	if (!PG_ARGISNULL(0))
		merge_datum(state, PG_GETARG_DATUM(0));
	return state;
}

/* An instant argument; false when it is not known: NULL or infinite. */
static bool
timestamp_argument(FunctionCallInfo fcinfo, int i, Timestamp *time)
{
	*time = PG_ARGISNULL(i) ? DT_NOEND : PG_GETARG_TIMESTAMP(i);
	return !TIMESTAMP_NOT_FINITE(*time);
}

/* A day, which may be beyond the range of timestamps, as its first microsecond. */
static bool
date_argument(FunctionCallInfo fcinfo, int i, Timestamp *time)
{
	DateADT		date = PG_ARGISNULL(i) ? DATEVAL_NOEND : PG_GETARG_DATEADT(i);

	if (DATE_NOT_FINITE(date))
		return false;
	if (date >= TIMESTAMP_END_JULIAN - POSTGRES_EPOCH_JDATE)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("date out of range for timestamp")));
	*time = date * USECS_PER_DAY;
	return true;
}

/* Adds the deal of arguments 1 to 4: opened, closed, won, as_of. */
static Datum
add_deal(FunctionCallInfo fcinfo, bool (*time_argument) (FunctionCallInfo fcinfo, int i, Timestamp *time))
{
	ExpandedCycle *cycle = state_argument(fcinfo);
	CycleOutcome outcome = CYCLE_OPEN;
	Timestamp	opened;
	Timestamp	closed;
	Timestamp	as_of;
	bool		is_known;

	check_deals(cycle, 1);
	is_known = time_argument(fcinfo, 1, &opened) && time_argument(fcinfo, 4, &as_of);
	if (is_known && opened > as_of)
		PG_RETURN_DATUM(EOHPGetRWDatum(&cycle->header));
	if (is_known && !PG_ARGISNULL(3))
	{
		is_known = time_argument(fcinfo, 2, &closed) && closed >= opened;
		if (is_known && closed <= as_of)
		{
			outcome = PG_GETARG_BOOL(3) ? CYCLE_WON : CYCLE_LOST;
			as_of = closed;
		}
	}
	if (is_known)
		durations_add(&cycle->times[outcome], (uint64) as_of - (uint64) opened);
	else
		cycle->left_out++;
	PG_RETURN_DATUM(EOHPGetRWDatum(&cycle->header));
}

Datum
opp_cycle_add_timestamp(PG_FUNCTION_ARGS)
{
	return add_deal(fcinfo, timestamp_argument);
}

Datum
opp_cycle_add_date(PG_FUNCTION_ARGS)
{
	return add_deal(fcinfo, date_argument);
}

Datum
opp_cycle_merge(PG_FUNCTION_ARGS)
{
	ExpandedCycle *state;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	state = state_argument(fcinfo);
	if (!PG_ARGISNULL(1))
		merge_datum(state, PG_GETARG_DATUM(1));
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->header));
}
