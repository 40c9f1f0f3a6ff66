/*
 * path_type.c
 *		The type stage_path: its text form (JSON), its binary form, equality and
 *		hashing.
 *
 * Both forms are lossless and depend on no setting, and both are checked as a
 * hostile hand's.  One path has one text form: times in UTC.
 */
#include "path/path.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(opp_stage_path_in);
PG_FUNCTION_INFO_V1(opp_stage_path_out);
PG_FUNCTION_INFO_V1(opp_stage_path_recv);
PG_FUNCTION_INFO_V1(opp_stage_path_send);
PG_FUNCTION_INFO_V1(opp_stage_path_from_jsonb);
PG_FUNCTION_INFO_V1(opp_stage_path_to_jsonb);
PG_FUNCTION_INFO_V1(opp_stage_path_eq);
PG_FUNCTION_INFO_V1(opp_stage_path_ne);
PG_FUNCTION_INFO_V1(opp_stage_path_hash);
PG_FUNCTION_INFO_V1(opp_stage_path_hash_extended);

#define DIGITS "0123456789"

/*
 * An instant in ISO 8601 with its offset from UTC, which means the same under
 * every DateStyle and TimeZone: the date needs four digits of the year or more.
 */
static bool
is_instant(const char *text)
{
	static const char *const patterns[] = {"-dd-ddTdd:dd", ":dd"};
	const char *at = text + strspn(text, DIGITS);

	if (at - text < 4 || at - text > 6)
		return false;
	for (int i = 0; i < (int) lengthof(patterns); i++)
	{
		if (i > 0 && *at != ':')
			break;
		for (const char *want = patterns[i]; *want != '\0'; want++, at++)
		{
			if (*want == 'd' ? *at < '0' || *at > '9' : *want == 'T' ? *at != 'T' && *at != ' ' : *at != *want)
				return false;
		}
	}
	if (*at == '.')
	{
		int			digits = strspn(at + 1, DIGITS);

		if (digits < 1 || digits > MAX_TIMESTAMP_PRECISION)
			return false;
		at += 1 + digits;
	}
	if (*at == 'Z')
		at++;
	else
	{
		if ((*at != '+' && *at != '-') || strspn(at + 1, DIGITS) != 2)
			return false;
		at += 3;
		if (*at == ':')
		{
			if (strspn(at + 1, DIGITS) != 2)
				return false;
			at += 3;
		}
	}
	return *at == '\0' || strcmp(at, " BC") == 0;
}

static char *
read_step(const JsonbValue *element, int n, StagePathStep *step, Node *context)
{
	JsonbContainer *object;
	JsonbValue	stage;
	JsonbValue	entered;
	char	   *text;
	Datum		instant;
	const char *problem;

	if (element->type != jbvBinary || !JsonContainerIsObject(element->val.binary.data))
		return psprintf("Step %d is not an object.", n);
	object = element->val.binary.data;
	if (JsonContainerSize(object) != 2 ||
		getKeyJsonValueFromContainer(object, "stage", strlen("stage"), &stage) == NULL ||
		getKeyJsonValueFromContainer(object, "entered", strlen("entered"), &entered) == NULL)
		return psprintf("Step %d has other keys than \"stage\" and \"entered\".", n);
	if (stage.type != jbvString)
		return psprintf("\"stage\" of step %d is not a string.", n);
	if (entered.type == jbvString && entered.val.string.len <= MAXDATELEN)
		text = pnstrdup(entered.val.string.val, entered.val.string.len);
	else
		text = "";
	if (!is_instant(text))
		return psprintf("\"entered\" of step %d is not a string like \"2026-01-05T10:00:00+00:00\".", n);
	if (!DirectInputFunctionCallSafe(timestamptz_in, text, InvalidOid, -1, context, &instant))
		return "";
	step->stage.text = stage.val.string.val;
	step->stage.length = stage.val.string.len;
	step->entered = DatumGetTimestampTz(instant);
	problem = stage_path_step_problem(step->stage, step->entered);
	if (problem != NULL)
		return psprintf("Step %d cannot be. %s", n, problem);
	if (n > 1 && step->entered < step[-1].entered)
		return psprintf("Step %d was entered before step %d.", n, n - 1);
	return NULL;
}

/* The path that a JSON array describes, or NULL after a soft error. */
static StagePath *
path_from_jsonb(Jsonb *json, Node *context)
{
	StagePathStep *steps;
	char	   *detail = NULL;
	int			n = 0;

	if (!JB_ROOT_IS_ARRAY(json) || JB_ROOT_IS_SCALAR(json))
		detail = "A stage path is a JSON array.";
	else if (JB_ROOT_COUNT(json) > STAGE_PATH_MAX_STEPS)
		ereturn(context, NULL,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("stage path has more than %d steps", STAGE_PATH_MAX_STEPS)));
	else
	{
		JsonbIterator *iterator = JsonbIteratorInit(&json->root);
		JsonbIteratorToken token;
		JsonbValue	value;

		steps = palloc_array(StagePathStep, JB_ROOT_COUNT(json) + 1);
		while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE && detail == NULL)
		{
			if (token == WJB_ELEM)
			{
				detail = read_step(&value, n + 1, &steps[n], context);
				n++;
			}
		}
		if (SOFT_ERROR_OCCURRED(context))
			return NULL;
	}
	if (detail != NULL)
		ereturn(context, NULL,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s", "stage_path"),
				 errdetail_internal("%s", detail)));
	return stage_path_build(steps, n);
}

static char *
path_to_json(const StagePath *path)
{
	StagePathName *names = palloc_array(StagePathName, path->n_stages + 1);
	int			utc = 0;
	StringInfoData text;

	stage_path_names(path, names);
	initStringInfo(&text);
	appendStringInfoChar(&text, '[');
	for (int i = 0; i < path->n_steps; i++)
	{
		StagePathName *stage = &names[STAGE_PATH_STAGES(path)[i]];
		char		instant[MAXDATELEN + 1];

		appendStringInfoString(&text, i == 0 ? "{\"stage\": " : ", {\"stage\": ");
		escape_json(&text, pnstrdup(stage->text, stage->length));
		(void) JsonEncodeDateTime(instant, TimestampTzGetDatum(STAGE_PATH_ENTERED(path)[i]), TIMESTAMPTZOID, &utc);
		appendStringInfo(&text, ", \"entered\": \"%s\"}", instant);
	}
	appendStringInfoChar(&text, ']');
	return text.data;
}

Datum
opp_stage_path_in(PG_FUNCTION_ARGS)
{
	Datum		json;
	StagePath  *path;

	if (!DirectInputFunctionCallSafe(jsonb_in, PG_GETARG_CSTRING(0), InvalidOid, -1, fcinfo->context, &json))
		PG_RETURN_NULL();
	path = path_from_jsonb(DatumGetJsonbP(json), fcinfo->context);
	if (path == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(path);
}

Datum
opp_stage_path_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(path_to_json(PG_GETARG_STAGE_PATH(0)));
}

Datum
opp_stage_path_from_jsonb(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(path_from_jsonb(PG_GETARG_JSONB_P(0), NULL));
}

Datum
opp_stage_path_to_jsonb(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(path_to_json(PG_GETARG_STAGE_PATH(0))));
}

static void
bad_binary(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary form of type %s", "stage_path"),
			 errdetail_internal("%s", detail)));
}

/* Version byte, number of steps, and of each step its time, the length of its stage's name and the name. */
Datum
opp_stage_path_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	StagePathStep *steps;
	int			version = buffer->cursor < buffer->len ? pq_getmsgbyte(buffer) : 0;
	int			n;

	if (version != STAGE_PATH_VERSION)
		bad_binary(psprintf("It has version %d of the format; this version of the extension reads version %d.",
							version, STAGE_PATH_VERSION));
	n = buffer->len - buffer->cursor >= (int) sizeof(int32) ? (int) pq_getmsgint(buffer, sizeof(int32)) : -1;
	if (n < 0 || n > STAGE_PATH_MAX_STEPS)
		bad_binary("Its number of steps is missing or out of range.");
	steps = palloc_array(StagePathStep, n + 1);
	for (int i = 0; i < n; i++)
	{
		int			length;
		const char *problem;

		if (buffer->len - buffer->cursor < (int) (sizeof(int64) + sizeof(int32)))
			bad_binary("It ends within a step.");
		steps[i].entered = pq_getmsgint64(buffer);
		length = (int) pq_getmsgint(buffer, sizeof(int32));
		if (length < 0 || length > buffer->len - buffer->cursor)
			bad_binary("It ends within a step.");
		steps[i].stage.text = pq_getmsgtext(buffer, length, &length);
		steps[i].stage.length = length;
		problem = stage_path_step_problem(steps[i].stage, steps[i].entered);
		if (problem != NULL)
			bad_binary(problem);
		if (!IS_VALID_TIMESTAMP(steps[i].entered))
			bad_binary("A time is out of range.");
		if (i > 0 && steps[i].entered < steps[i - 1].entered)
			bad_binary("Its steps are not in the order of time.");
	}
	PG_RETURN_POINTER(stage_path_build(steps, n));
}

Datum
opp_stage_path_send(PG_FUNCTION_ARGS)
{
	StagePath  *path = PG_GETARG_STAGE_PATH(0);
	StagePathName *names = palloc_array(StagePathName, path->n_stages + 1);
	StringInfoData buffer;

	stage_path_names(path, names);
	pq_begintypsend(&buffer);
	pq_sendbyte(&buffer, path->version);
	pq_sendint32(&buffer, path->n_steps);
	for (int i = 0; i < path->n_steps; i++)
	{
		StagePathName *stage = &names[STAGE_PATH_STAGES(path)[i]];
		char	   *name = pnstrdup(stage->text, stage->length);
		char	   *sent = pg_server_to_client(name, stage->length);
		int			length = strlen(sent);

		pq_sendint64(&buffer, STAGE_PATH_ENTERED(path)[i]);
		pq_sendint32(&buffer, length);
		pq_sendbytes(&buffer, sent, length);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

/* The stored form has no freedom: equal paths are equal bytes. */
static bool
paths_equal(FunctionCallInfo fcinfo)
{
	StagePath  *a = PG_GETARG_STAGE_PATH(0);
	StagePath  *b = PG_GETARG_STAGE_PATH(1);

	return VARSIZE(a) == VARSIZE(b) && memcmp(VARDATA(a), VARDATA(b), VARSIZE(a) - VARHDRSZ) == 0;
}

Datum
opp_stage_path_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(paths_equal(fcinfo));
}

Datum
opp_stage_path_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!paths_equal(fcinfo));
}

Datum
opp_stage_path_hash(PG_FUNCTION_ARGS)
{
	StagePath  *path = PG_GETARG_STAGE_PATH(0);

	return hash_any((unsigned char *) VARDATA(path), VARSIZE(path) - VARHDRSZ);
}

Datum
opp_stage_path_hash_extended(PG_FUNCTION_ARGS)
{
	StagePath  *path = PG_GETARG_STAGE_PATH(0);

	return hash_any_extended((unsigned char *) VARDATA(path), VARSIZE(path) - VARHDRSZ, PG_GETARG_INT64(1));
}
