/*
 * cycle_type.c
 *		The type cycle_summary: its text form (JSON), its binary form and equality.
 */
#include "cycle/cycle.h"

#include "libpq/pqformat.h"
#include "numeric/json_integer.h"
#include "statistics/durations_form.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(opp_cycle_summary_in);
PG_FUNCTION_INFO_V1(opp_cycle_summary_out);
PG_FUNCTION_INFO_V1(opp_cycle_summary_recv);
PG_FUNCTION_INFO_V1(opp_cycle_summary_send);

static const char *const outcome_names[CYCLE_OUTCOMES] = {"won", "lost", "open"};

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
