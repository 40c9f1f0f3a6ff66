/*
 * funnel_type.c
 *		The type funnel_summary: its text form (JSON), its binary form and equality.
 *
 * What is stored has no freedom: equal funnels are equal bytes.
 */
#include "funnel/funnel.h"

#include "catalog/pg_type.h"
#include "libpq/pqformat.h"
#include "numeric/json_integer.h"
#include "statistics/durations_form.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/expandeddatum.h"
#include "utils/json.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(opp_funnel_summary_in);
PG_FUNCTION_INFO_V1(opp_funnel_summary_out);
PG_FUNCTION_INFO_V1(opp_funnel_summary_recv);
PG_FUNCTION_INFO_V1(opp_funnel_summary_send);

/* The stored form of stages given by the outside world: NULL, and what is wrong with them. */
static FunnelSummary *
build(const FunnelParts *parts, const char **problem)
{
	Size		size = sizeof(FunnelSummary) + parts->n_stages * sizeof(FunnelStage);
	FunnelSummary *result;
	char	   *at;

	*problem = funnel_names_problem(parts->names, parts->n_stages);
	if (*problem == NULL)
		*problem = funnel_problem(parts);
	if (*problem != NULL)
		return NULL;
	for (int i = 0; i < parts->n_stages; i++)
		size += parts->stages[i].times.n_counts * sizeof(DurationCount) + 1 + parts->names[i].length;
	result = palloc0(size);
	SET_VARSIZE(result, size);
	result->version = FUNNEL_VERSION;
	result->n_stages = parts->n_stages;
	result->deals = parts->deals;
	at = (char *) (result + 1);
	memcpy(at, parts->stages, parts->n_stages * sizeof(FunnelStage));
	at += parts->n_stages * sizeof(FunnelStage);
	for (int i = 0; i < parts->n_stages; i++)
	{
		memcpy(at, parts->counts[i], parts->stages[i].times.n_counts * sizeof(DurationCount));
		at += parts->stages[i].times.n_counts * sizeof(DurationCount);
	}
	for (int i = 0; i < parts->n_stages; i++)
	{
		*at++ = (char) parts->names[i].length;
		memcpy(at, parts->names[i].text, parts->names[i].length);
		at += parts->names[i].length;
	}
	return result;
}

/* Room for n stages. */
static FunnelStage *
allocate_parts(FunnelParts *parts, int n)
{
	FunnelStage *stages = palloc0_array(FunnelStage, n + 1);

	parts->n_stages = n;
	parts->stages = stages;
	parts->counts = palloc_array(const DurationCount *, n + 1);
	parts->names = palloc_array(StagePathName, n + 1);
	return stages;
}

/* What is wrong with a stage of the text form, or NULL. */
static const char *
read_stage(const JsonbValue *element, FunnelStage *stage, const DurationCount **counts, StagePathName *name)
{
	JsonbContainer *object = element->type == jbvBinary ? element->val.binary.data : NULL;
	DurationCount *read;
	JsonbValue	value;
	const char *problem;

	if (object == NULL || !JsonContainerIsObject(object) || JsonContainerSize(object) != 7 ||
		!json_count(object, "visited", &stage->visited) || !json_count(object, "passed", &stage->passed) ||
		!json_count(object, "in_order", &stage->in_order) || !json_count(object, "visited_next", &stage->visited_next) ||
		!json_count(object, "current", &stage->current) ||
		getKeyJsonValueFromContainer(object, "stage", strlen("stage"), &value) == NULL || value.type != jbvString)
		return "A stage is an object of \"stage\", \"times\" and the counts \"visited\", \"passed\", \"in_order\", \"visited_next\" and \"current\".";
	name->text = value.val.string.val;
	name->length = value.val.string.len;
	if (getKeyJsonValueFromContainer(object, "times", strlen("times"), &value) == NULL || value.type != jbvBinary)
		return "\"times\" of a stage is missing.";
	problem = durations_read(value.val.binary.data, &stage->times, &read);
	*counts = read;
	return problem;
}

static FunnelSummary *
read_json(Jsonb *json, const char **problem)
{
	FunnelParts parts;
	FunnelStage *stages;
	JsonbContainer *list;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	int64		version;
	int			n = 0;

	*problem = "A funnel summary is an object of \"version\", \"deals\" and the array \"stages\".";
	if (!JB_ROOT_IS_OBJECT(json) || JB_ROOT_COUNT(json) != 3 ||
		!json_count(&json->root, "version", &version) || !json_count(&json->root, "deals", &parts.deals) ||
		getKeyJsonValueFromContainer(&json->root, "stages", strlen("stages"), &value) == NULL ||
		value.type != jbvBinary || !JsonContainerIsArray(value.val.binary.data))
		return NULL;
	list = value.val.binary.data;
	*problem = "This version of the extension reads version 1 of the format.";
	if (version != FUNNEL_VERSION)
		return NULL;
	*problem = "A funnel has at most 64 stages.";
	if (JsonContainerSize(list) > FUNNEL_MAX_STAGES)
		return NULL;
	*problem = NULL;
	stages = allocate_parts(&parts, JsonContainerSize(list));
	iterator = JsonbIteratorInit(list);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE && *problem == NULL)
	{
		if (token == WJB_ELEM)
		{
			*problem = read_stage(&value, &stages[n], &parts.counts[n], &parts.names[n]);
			n++;
		}
	}
	return *problem != NULL ? NULL : build(&parts, problem);
}

Datum
opp_funnel_summary_in(PG_FUNCTION_ARGS)
{
	Datum		json;
	FunnelSummary *result;
	const char *problem;

	if (!DirectInputFunctionCallSafe(jsonb_in, PG_GETARG_CSTRING(0), InvalidOid, -1, fcinfo->context, &json))
		PG_RETURN_NULL();
	result = read_json(DatumGetJsonbP(json), &problem);
	if (result == NULL)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s", "funnel_summary"),
				 errdetail_internal("%s", problem)));
	PG_RETURN_POINTER(result);
}

Datum
opp_funnel_summary_out(PG_FUNCTION_ARGS)
{
	FunnelParts parts;
	StringInfoData text;

	funnel_take_apart(PG_GETARG_FUNNEL(0), &parts);
	initStringInfo(&text);
	appendStringInfo(&text, "{\"version\": %d, \"deals\": " INT64_FORMAT ", \"stages\": [", FUNNEL_VERSION, parts.deals);
	for (int i = 0; i < parts.n_stages; i++)
	{
		const FunnelStage *stage = &parts.stages[i];

		appendStringInfoString(&text, i > 0 ? ", {\"stage\": " : "{\"stage\": ");
		escape_json(&text, pnstrdup(parts.names[i].text, parts.names[i].length));
		appendStringInfo(&text, ", \"visited\": " INT64_FORMAT ", \"passed\": " INT64_FORMAT ", \"in_order\": " INT64_FORMAT
						 ", \"visited_next\": " INT64_FORMAT ", \"current\": " INT64_FORMAT ", \"times\": ",
						 stage->visited, stage->passed, stage->in_order, stage->visited_next, stage->current);
		durations_write(&text, &stage->times, parts.counts[i]);
		appendStringInfoChar(&text, '}');
	}
	appendStringInfoString(&text, "]}");
	PG_RETURN_CSTRING(text.data);
}

static void
bad_binary(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary form of type %s", "funnel_summary"),
			 errdetail_internal("%s", detail)));
}

/* Version byte, number of stages, deals; of each stage the length of its name, the name, five counts, times. */
Datum
opp_funnel_summary_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	int			version = buffer->cursor < buffer->len ? pq_getmsgbyte(buffer) : 0;
	FunnelParts parts;
	FunnelStage *stages;
	FunnelSummary *result;
	const char *problem;
	int			n;

	if (version != FUNNEL_VERSION)
		bad_binary(psprintf("It has version %d of the format; this version of the extension reads version %d.",
							version, FUNNEL_VERSION));
	if (buffer->len - buffer->cursor < (int) (sizeof(int32) + sizeof(int64)))
		bad_binary("It ends within its header.");
	n = (int) pq_getmsgint(buffer, sizeof(int32));
	if (n < 0 || n > FUNNEL_MAX_STAGES)
		bad_binary("Its number of stages is out of range.");
	parts.deals = pq_getmsgint64(buffer);
	stages = allocate_parts(&parts, n);
	for (int i = 0; i < n; i++)
	{
		DurationCount *counts;
		int			length = buffer->len - buffer->cursor >= (int) sizeof(int32) ?
			(int) pq_getmsgint(buffer, sizeof(int32)) : -1;

		if (length < 0 || buffer->len - buffer->cursor < (int) (5 * sizeof(int64)) ||
			length > buffer->len - buffer->cursor - (int) (5 * sizeof(int64)))
			bad_binary("It ends within a stage.");
		parts.names[i].text = pq_getmsgtext(buffer, length, &length);
		parts.names[i].length = length;
		stages[i].visited = pq_getmsgint64(buffer);
		stages[i].passed = pq_getmsgint64(buffer);
		stages[i].in_order = pq_getmsgint64(buffer);
		stages[i].visited_next = pq_getmsgint64(buffer);
		stages[i].current = pq_getmsgint64(buffer);
		problem = durations_receive(buffer, &stages[i].times, &counts);
		if (problem != NULL)
			bad_binary(problem);
		parts.counts[i] = counts;
	}
	result = build(&parts, &problem);
	if (result == NULL)
		bad_binary(problem);
	PG_RETURN_POINTER(result);
}

Datum
opp_funnel_summary_send(PG_FUNCTION_ARGS)
{
	FunnelParts parts;
	StringInfoData buffer;

	funnel_take_apart(PG_GETARG_FUNNEL(0), &parts);
	pq_begintypsend(&buffer);
	pq_sendbyte(&buffer, FUNNEL_VERSION);
	pq_sendint32(&buffer, parts.n_stages);
	pq_sendint64(&buffer, parts.deals);
	for (int i = 0; i < parts.n_stages; i++)
	{
		const FunnelStage *stage = &parts.stages[i];
		char	   *name = pnstrdup(parts.names[i].text, parts.names[i].length);
		char	   *sent = pg_server_to_client(name, parts.names[i].length);

		pq_sendint32(&buffer, strlen(sent));
		pq_sendbytes(&buffer, sent, strlen(sent));
		pq_sendint64(&buffer, stage->visited);
		pq_sendint64(&buffer, stage->passed);
		pq_sendint64(&buffer, stage->in_order);
		pq_sendint64(&buffer, stage->visited_next);
		pq_sendint64(&buffer, stage->current);
		durations_send(&buffer, &stage->times, parts.counts[i]);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}
