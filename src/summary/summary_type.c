/*
 * summary_type.c
 *		The type pipeline_summary: its text form (JSON), its binary form, and
 *		equality and hashing.
 *
 * Both forms are lossless, one value has one form, and both are checked as a
 * hostile hand's.  The text form leaves out what is zero.
 */
#include "summary/summary_value.h"

#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "summary/possible.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

PG_FUNCTION_INFO_V1(opp_pipeline_summary_in);
PG_FUNCTION_INFO_V1(opp_pipeline_summary_out);
PG_FUNCTION_INFO_V1(opp_pipeline_summary_recv);
PG_FUNCTION_INFO_V1(opp_pipeline_summary_send);
PG_FUNCTION_INFO_V1(opp_pipeline_summary_eq);
PG_FUNCTION_INFO_V1(opp_pipeline_summary_ne);
PG_FUNCTION_INFO_V1(opp_pipeline_summary_hash);
PG_FUNCTION_INFO_V1(opp_pipeline_summary_hash_extended);

StaticAssertDecl(sizeof(PipelineSummary) == 688,
				 "SSPACE of the aggregates and the comment on the type say 688 bytes");

/* What summary_problem found, as a sentence. */
static char *
problem_detail(const char *problem, const SummaryField *field)
{
	if (field == NULL)
		return pstrdup(problem);
	return psprintf("\"%s\" of \"%s\" %s.", field->name, field->section, problem);
}

static bool
key_is(const JsonbValue *key, const char *name)
{
	return key->val.string.len == (int) strlen(name) &&
		memcmp(key->val.string.val, name, key->val.string.len) == 0;
}

/* A key's field in its section, or NULL. */
static const SummaryField *
find_field(const char *section, const JsonbValue *key)
{
	for (int i = 0; i < SUMMARY_FIELDS; i++)
	{
		const SummaryField *field = &summary_fields[i];

		if (strcmp(field->section, section) == 0 && key_is(key, field->name))
			return field;
	}
	return NULL;
}

/* A section's name as it stands in the field list, or NULL. */
static const char *
find_section(const JsonbValue *key)
{
	for (int i = 0; i < SUMMARY_FIELDS; i++)
	{
		if (key_is(key, summary_fields[i].section))
			return summary_fields[i].section;
	}
	return NULL;
}

static bool
read_number(const JsonbValue *value, int limbs, int decimals, uint64 *result)
{
	return value->type == jbvNumeric &&
		wide_from_decimal(result, limbs, decimals,
						  DatumGetCString(DirectFunctionCall1(numeric_out,
															  NumericGetDatum(value->val.numeric))));
}

/* One pair of the outermost object that is no section; what is wrong with it, or NULL. */
static char *
read_header(PipelineSummary *summary, const JsonbValue *key, const JsonbValue *value)
{
	if (key_is(key, "version"))
	{
		uint64		version;

		if (!read_number(value, 1, 0, &version))
			return pstrdup("\"version\" must be an integer.");
		if (version != SUMMARY_VERSION)
			return psprintf("This version of the extension reads version %d of the format.", SUMMARY_VERSION);
		summary->version = SUMMARY_VERSION;
		return NULL;
	}
	if (key_is(key, "currency"))
	{
		if (value->type != jbvString || value->val.string.len != sizeof(summary->currency))
			return pstrdup("\"currency\" must be an ISO 4217 code in capital letters.");
		memcpy(summary->currency, value->val.string.val, sizeof(summary->currency));
		return NULL;
	}
	return psprintf("Key \"%.*s\" is unknown.", key->val.string.len, key->val.string.val);
}

/* Fills the summary from its JSON form; what is wrong with that, or NULL. */
static char *
read_json(PipelineSummary *summary, Jsonb *json)
{
	JsonbIterator *iterator = JsonbIteratorInit(&json->root);
	JsonbIteratorToken token;
	JsonbValue	value;
	JsonbValue	key = {0};
	const char *section = NULL;
	char	   *problem;

	if (!JB_ROOT_IS_OBJECT(json))
		return pstrdup("A pipeline summary is a JSON object.");
	summary_init(summary);
	summary->version = 0;

	(void) JsonbIteratorNext(&iterator, &value, false);
	while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
	{
		const SummaryField *field;

		if (token == WJB_KEY)
		{
			key = value;
			if (section == NULL && (section = find_section(&key)) != NULL)
			{
				if (JsonbIteratorNext(&iterator, &value, false) != WJB_BEGIN_OBJECT)
					return psprintf("\"%s\" must be an object.", section);
			}
			continue;
		}
		if (token == WJB_END_OBJECT)
		{
			section = NULL;
			continue;
		}
		if (section == NULL)
		{
			if ((problem = read_header(summary, &key, &value)) != NULL)
				return problem;
			continue;
		}
		field = find_field(section, &key);
		if (field == NULL)
			return psprintf("Key \"%.*s\" of \"%s\" is unknown.",
							key.val.string.len, key.val.string.val, section);
		if (token != WJB_VALUE ||
			!read_number(&value, field->limbs, field->decimals, summary_limbs(summary, field)))
		{
			if (field->decimals == 0)
				return psprintf("\"%s\" of \"%s\" must be an integer in range.", field->name, section);
			return psprintf("\"%s\" of \"%s\" must be a number in range with at most %d decimals.",
							field->name, section, field->decimals);
		}
	}
	if (summary->version == 0)
		return pstrdup("Key \"version\" is missing.");
	return NULL;
}

Datum
opp_pipeline_summary_in(PG_FUNCTION_ARGS)
{
	char	   *literal = PG_GETARG_CSTRING(0);
	PipelineSummary *summary = palloc(sizeof(PipelineSummary));
	const SummaryField *field = NULL;
	Datum		json;
	char	   *detail;

	if (!DirectInputFunctionCallSafe(jsonb_in, literal, InvalidOid, -1, fcinfo->context, &json))
		PG_RETURN_NULL();

	detail = read_json(summary, DatumGetJsonbP(json));
	if (detail == NULL)
	{
		const char *problem = summary_problem(summary, &field);

		if (problem != NULL)
			detail = problem_detail(problem, field);
	}
	if (detail != NULL)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"", "pipeline_summary", literal),
				 errdetail_internal("%s", detail)));
	PG_RETURN_SUMMARY(summary);
}

Datum
opp_pipeline_summary_out(PG_FUNCTION_ARGS)
{
	PipelineSummary *summary = PG_GETARG_SUMMARY(0);
	StringInfoData text;
	const char *section = NULL;

	initStringInfo(&text);
	appendStringInfo(&text, "{\"version\": %d", summary->version);
	if (summary->currency[0] != '\0')
		appendStringInfo(&text, ", \"currency\": \"%.3s\"", summary->currency);

	for (int i = 0; i < SUMMARY_FIELDS; i++)
	{
		const SummaryField *field = &summary_fields[i];
		uint64	   *limbs = summary_limbs(summary, field);
		char		digits[WIDE_DECIMAL_SIZE];

		if (wide_is_zero(limbs, field->limbs))
			continue;
		if (section == NULL || strcmp(section, field->section) != 0)
		{
			appendStringInfo(&text, "%s, \"%s\": {", section == NULL ? "" : "}", field->section);
			section = field->section;
		}
		else
			appendStringInfoString(&text, ", ");
		wide_to_decimal(digits, limbs, field->limbs, field->decimals, 0);
		appendStringInfo(&text, "\"%s\": %s", field->name, digits);
	}
	appendStringInfoString(&text, section == NULL ? "}" : "}}");
	PG_RETURN_CSTRING(text.data);
}

static void
bad_binary(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary form of type %s", "pipeline_summary"),
			 errdetail_internal("%s", detail)));
}

/* Version byte, currency, then every field's limbs, in the order of the field list, all big-endian. */
Datum
opp_pipeline_summary_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	PipelineSummary *summary = palloc(sizeof(PipelineSummary));
	const SummaryField *field;
	const char *problem;

	summary_init(summary);
	summary->version = buffer->cursor < buffer->len ? pq_getmsgbyte(buffer) : 0;
	if (summary->version != SUMMARY_VERSION)
		bad_binary(psprintf("It has version %d of the format; this version of the extension reads version %d.",
							summary->version, SUMMARY_VERSION));
	/* every byte of the struct is a field or the header, so the sizes agree */
	if (buffer->len - buffer->cursor != sizeof(PipelineSummary) - VARHDRSZ - 1)
		bad_binary("Its length is wrong.");
	pq_copymsgbytes(buffer, summary->currency, sizeof(summary->currency));
	for (int i = 0; i < SUMMARY_FIELDS; i++)
	{
		uint64	   *limbs = summary_limbs(summary, &summary_fields[i]);

		for (int j = summary_fields[i].limbs - 1; j >= 0; j--)
			limbs[j] = (uint64) pq_getmsgint64(buffer);
	}
	problem = summary_problem(summary, &field);
	if (problem != NULL)
		bad_binary(problem_detail(problem, field));
	PG_RETURN_SUMMARY(summary);
}

Datum
opp_pipeline_summary_send(PG_FUNCTION_ARGS)
{
	PipelineSummary *summary = PG_GETARG_SUMMARY(0);
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendbyte(&buffer, summary->version);
	pq_sendbytes(&buffer, summary->currency, sizeof(summary->currency));
	for (int i = 0; i < SUMMARY_FIELDS; i++)
	{
		uint64	   *limbs = summary_limbs(summary, &summary_fields[i]);

		for (int j = summary_fields[i].limbs - 1; j >= 0; j--)
			pq_sendint64(&buffer, limbs[j]);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

/*
 * Equality is on all but how many decimals were shown, as for numeric: on the header
 * and on what stands behind "decimals".
 */
#define COMPARED_PART(summary)	((const unsigned char *) &(summary)->won)
#define COMPARED_SIZE			(sizeof(PipelineSummary) - offsetof(PipelineSummary, won))

static bool
summaries_equal(FunctionCallInfo fcinfo)
{
	const PipelineSummary *a = PG_GETARG_SUMMARY(0);
	const PipelineSummary *b = PG_GETARG_SUMMARY(1);

	return memcmp(a->currency, b->currency, sizeof(a->currency)) == 0 &&
		memcmp(COMPARED_PART(a), COMPARED_PART(b), COMPARED_SIZE) == 0;
}

Datum
opp_pipeline_summary_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(summaries_equal(fcinfo));
}

Datum
opp_pipeline_summary_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!summaries_equal(fcinfo));
}

Datum
opp_pipeline_summary_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT32(hash_bytes(COMPARED_PART(PG_GETARG_SUMMARY(0)), COMPARED_SIZE));
}

Datum
opp_pipeline_summary_hash_extended(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT64(hash_bytes_extended(COMPARED_PART(PG_GETARG_SUMMARY(0)), COMPARED_SIZE,
										 (uint64) PG_GETARG_INT64(1)));
}
