/*
 * cycle_type.c
 *		The type cycle_summary: its expanded form, which the aggregates change in
 *		place, its text form (JSON), its binary form and equality.
 */
#include "cycle/cycle.h"

#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(opp_cycle_summary_in);
PG_FUNCTION_INFO_V1(opp_cycle_summary_out);
PG_FUNCTION_INFO_V1(opp_cycle_summary_recv);
PG_FUNCTION_INFO_V1(opp_cycle_summary_send);
PG_FUNCTION_INFO_V1(opp_cycle_summary_eq);
PG_FUNCTION_INFO_V1(opp_cycle_summary_ne);
PG_FUNCTION_INFO_V1(opp_cycle_add_timestamp);
PG_FUNCTION_INFO_V1(opp_cycle_add_date);
PG_FUNCTION_INFO_V1(opp_cycle_merge);

static const char *const outcome_names[CYCLE_OUTCOMES] = {"won", "lost", "open"};

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

CycleSummary *
cycle_from_datum(Datum datum)
{
	CycleSummary *summary = (CycleSummary *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(summary) < sizeof(CycleSummary) || summary->version != CYCLE_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cycle summary has a format this version of the extension cannot read"),
				 errhint("Install the version of the extension that wrote it, or a newer one.")));
	return summary;
}

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

/* The stored form of what the outside world gave, or NULL: there are too many deals. */
static CycleSummary *
build(int64 left_out, const DurationsHead *times, DurationCount **counts)
{
	Size		size = sizeof(CycleSummary);
	int64		deals = left_out;
	CycleSummary *result;
	char	   *at;

	for (int i = 0; i < CYCLE_OUTCOMES; i++)
	{
		size += times[i].n_counts * sizeof(DurationCount);
		deals += times[i].n;
	}
	if (left_out < 0 || left_out > DURATIONS_MAX || deals > DURATIONS_MAX)
		return NULL;
	result = palloc0(size);
	SET_VARSIZE(result, size);
	result->version = CYCLE_VERSION;
	result->left_out = left_out;
	memcpy(result->times, times, sizeof(result->times));
	at = (char *) (result + 1);
	for (int i = 0; i < CYCLE_OUTCOMES; i++)
	{
		memcpy(at, counts[i], times[i].n_counts * sizeof(DurationCount));
		at += times[i].n_counts * sizeof(DurationCount);
	}
	return result;
}

#define TOO_MANY_DEALS "The number of deals is out of range."

static CycleSummary *
read_json(Jsonb *json, const char **problem)
{
	DurationsHead times[CYCLE_OUTCOMES];
	DurationCount *counts[CYCLE_OUTCOMES];
	CycleSummary *result;
	int64		version;
	int64		left_out;

	*problem = "A cycle summary is an object of \"version\", \"left_out\", \"won\", \"lost\" and \"open\".";
	if (!JB_ROOT_IS_OBJECT(json) || JB_ROOT_COUNT(json) != 2 + CYCLE_OUTCOMES ||
		!json_count(&json->root, "version", &version) || !json_count(&json->root, "left_out", &left_out))
		return NULL;
	if (version != CYCLE_VERSION)
	{
		*problem = "This version of the extension reads version 1 of the format.";
		return NULL;
	}
	for (int i = 0; i < CYCLE_OUTCOMES; i++)
	{
		JsonbValue	value;
		const char *wrong;

		if (getKeyJsonValueFromContainer(&json->root, outcome_names[i], strlen(outcome_names[i]), &value) == NULL ||
			value.type != jbvBinary)
			return NULL;
		wrong = durations_read(value.val.binary.data, &times[i], &counts[i]);
		if (wrong != NULL)
		{
			*problem = wrong;
			return NULL;
		}
	}
	result = build(left_out, times, counts);
	*problem = TOO_MANY_DEALS;
	return result;
}

Datum
opp_cycle_summary_in(PG_FUNCTION_ARGS)
{
	Datum		json;
	CycleSummary *result;
	const char *problem;

	if (!DirectInputFunctionCallSafe(jsonb_in, PG_GETARG_CSTRING(0), InvalidOid, -1, fcinfo->context, &json))
		PG_RETURN_NULL();
	result = read_json(DatumGetJsonbP(json), &problem);
	if (result == NULL)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s", "cycle_summary"),
				 errdetail_internal("%s", problem)));
	PG_RETURN_POINTER(result);
}

Datum
opp_cycle_summary_out(PG_FUNCTION_ARGS)
{
	CycleSummary *summary = PG_GETARG_CYCLE(0);
	const DurationCount *counts = CYCLE_COUNTS(summary);
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "{\"version\": %d, \"left_out\": " INT64_FORMAT, CYCLE_VERSION, summary->left_out);
	for (int i = 0; i < CYCLE_OUTCOMES; i++)
	{
		appendStringInfo(&text, ", \"%s\": ", outcome_names[i]);
		durations_write(&text, &summary->times[i], counts);
		counts += summary->times[i].n_counts;
	}
	appendStringInfoChar(&text, '}');
	PG_RETURN_CSTRING(text.data);
}

static void
bad_binary(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary form of type %s", "cycle_summary"),
			 errdetail_internal("%s", detail)));
}

/* Version byte, deals left out, times of won, lost and open deals. */
Datum
opp_cycle_summary_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	int			version = buffer->cursor < buffer->len ? pq_getmsgbyte(buffer) : 0;
	DurationsHead times[CYCLE_OUTCOMES];
	DurationCount *counts[CYCLE_OUTCOMES];
	CycleSummary *result;
	int64		left_out;

	if (version != CYCLE_VERSION)
		bad_binary(psprintf("It has version %d of the format; this version of the extension reads version %d.",
							version, CYCLE_VERSION));
	if (buffer->len - buffer->cursor < (int) sizeof(int64))
		bad_binary("It ends within its header.");
	left_out = pq_getmsgint64(buffer);
	for (int i = 0; i < CYCLE_OUTCOMES; i++)
	{
		const char *problem = durations_receive(buffer, &times[i], &counts[i]);

		if (problem != NULL)
			bad_binary(problem);
	}
	result = build(left_out, times, counts);
	if (result == NULL)
		bad_binary(TOO_MANY_DEALS);
	PG_RETURN_POINTER(result);
}

Datum
opp_cycle_summary_send(PG_FUNCTION_ARGS)
{
	CycleSummary *summary = PG_GETARG_CYCLE(0);
	const DurationCount *counts = CYCLE_COUNTS(summary);
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendbyte(&buffer, CYCLE_VERSION);
	pq_sendint64(&buffer, summary->left_out);
	for (int i = 0; i < CYCLE_OUTCOMES; i++)
	{
		durations_send(&buffer, &summary->times[i], counts);
		counts += summary->times[i].n_counts;
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

static bool
cycles_equal(FunctionCallInfo fcinfo)
{
	CycleSummary *a = PG_GETARG_CYCLE(0);
	CycleSummary *b = PG_GETARG_CYCLE(1);

	return VARSIZE(a) == VARSIZE(b) && memcmp(VARDATA(a), VARDATA(b), VARSIZE(a) - VARHDRSZ) == 0;
}

Datum
opp_cycle_summary_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(cycles_equal(fcinfo));
}

Datum
opp_cycle_summary_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!cycles_equal(fcinfo));
}
