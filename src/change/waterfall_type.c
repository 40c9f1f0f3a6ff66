/*
 * waterfall_type.c
 *		The type pipeline_waterfall: its text form (JSON), its binary form and
 *		equality.
 */
#include "change/waterfall.h"

#include "libpq/pqformat.h"
#include "numeric/currency.h"
#include "numeric/fixed.h"
#include "numeric/json_integer.h"
#include "numeric/wide.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_in);
PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_out);
PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_recv);
PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_send);
PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_eq);
PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_ne);

/* Whether deals could have these counts and sums, as far as can be told: NULL, or what is wrong. */
static const char *
waterfall_problem(const PipelineWaterfall *waterfall)
{
	int64		left = CHANGE_MAX_DEALS;
	int64		unit;

	if (waterfall->unit > CHANGE_CURRENCY)
		return "What amounts count is unknown.";
	if (waterfall->unit == CHANGE_CURRENCY)
	{
		const Currency *currency = currency_by_code(waterfall->currency, sizeof(waterfall->currency));

		if (currency == NULL || memcmp(currency->code, waterfall->currency, sizeof(waterfall->currency)) != 0)
			return "\"currency\" must be an ISO 4217 code in capital letters.";
	}
	else if (memcmp(waterfall->currency, "\0\0", sizeof(waterfall->currency)) != 0)
		return "Plain numbers have no currency.";
	if (waterfall->decimals > AMOUNT_DECIMALS)
		return "The number of decimals is out of range.";
	if (waterfall->unit == CHANGE_NO_AMOUNTS ? waterfall->decimals != 0 : waterfall_deals(waterfall) == 0)
		return "There are decimals or a currency without amounts.";
	unit = (int64) power_of_ten[AMOUNT_DECIMALS - waterfall->decimals];
	for (int i = 0; i < CHANGE_KINDS; i++)
	{
		const ChangeSum *sum = &waterfall->sums[i];
		int128		before = wide_to_int128(sum->before);
		int128		after = wide_to_int128(sum->after);
		int128		limit;

		if (sum->deals < 0 || sum->deals > left)
			return "The number of deals is out of range.";
		left -= sum->deals;
		limit = (int128) sum->deals * (AMOUNT_LIMIT - 1);
		if (before > limit || before < -limit || after > limit || after < -limit)
			return "A sum of amounts is out of range.";
		if (waterfall->unit == CHANGE_NO_AMOUNTS && (before != 0 || after != 0))
			return "There are sums without amounts.";
		if (before % unit != 0 || after % unit != 0)
			return "A sum of amounts has more decimals than amounts have.";
		if (i == CHANGE_NEW && before != 0)
			return "New deals have no amount before.";
		if (i == CHANGE_REMOVED && after != 0)
			return "Removed deals have no amount after.";
		if (i == CHANGE_INCREASED ? after < before + sum->deals : i == CHANGE_DECREASED && before < after + sum->deals)
			return "Increased or decreased deals are not.";
		if ((i == CHANGE_OWNER_MOVED || i == CHANGE_UNCHANGED) && before != after)
			return "Deals of the same amount have different ones.";
	}
	return NULL;
}

static bool
read_sum(const JsonbValue *value, uint64 *sum)
{
	int128		amount;

	if (value->type != jbvNumeric ||
		numeric_to_fixed(NumericGetDatum(value->val.numeric), AMOUNT_DECIMALS, &amount) != FIXED_OK)
		return false;
	wide_from_int128(sum, amount);
	return true;
}

/* The sums of one kind of change; a kind that is not there is of no deals. */
static const char *
read_kind(Jsonb *json, const char *name, ChangeSum *sum, int *n_keys)
{
	JsonbContainer *object;
	JsonbValue	value;
	JsonbValue	before;
	JsonbValue	after;

	if (getKeyJsonValueFromContainer(&json->root, name, strlen(name), &value) == NULL)
		return NULL;
	(*n_keys)++;
	object = value.type == jbvBinary ? value.val.binary.data : NULL;
	if (object == NULL || !JsonContainerIsObject(object) || JsonContainerSize(object) != 3 ||
		!json_count(object, "deals", &sum->deals) ||
		getKeyJsonValueFromContainer(object, "before", strlen("before"), &before) == NULL || !read_sum(&before, sum->before) ||
		getKeyJsonValueFromContainer(object, "after", strlen("after"), &after) == NULL || !read_sum(&after, sum->after))
		return psprintf("\"%s\" is not an object of the numbers \"deals\", \"before\" and \"after\".", name);
	return NULL;
}

/* Decimals are there when amounts are, a currency when they have one. */
static const char *
read_json(Jsonb *json, PipelineWaterfall *waterfall)
{
	int			n_keys = 1;
	JsonbValue	value;
	int64		version;
	int64		decimals;

	if (!JB_ROOT_IS_OBJECT(json) || !json_count(&json->root, "version", &version))
		return "A pipeline waterfall is an object with \"version\".";
	if (version != CHANGE_VERSION)
		return psprintf("This version of the extension reads version %d of the format.", CHANGE_VERSION);
	if (json_count(&json->root, "decimals", &decimals))
	{
		n_keys++;
		waterfall->unit = CHANGE_NUMBERS;
		waterfall->decimals = (uint8) Min(decimals, AMOUNT_DECIMALS + 1);
	}
	if (getKeyJsonValueFromContainer(&json->root, "currency", strlen("currency"), &value) != NULL)
	{
		n_keys++;
		if (waterfall->unit != CHANGE_NUMBERS || value.type != jbvString || value.val.string.len != sizeof(waterfall->currency))
			return "\"currency\" must be an ISO 4217 code in capital letters, beside \"decimals\".";
		waterfall->unit = CHANGE_CURRENCY;
		memcpy(waterfall->currency, value.val.string.val, sizeof(waterfall->currency));
	}
	for (int i = 0; i < CHANGE_KINDS; i++)
	{
		const char *problem = read_kind(json, change_names[i], &waterfall->sums[i], &n_keys);

		if (problem != NULL)
			return problem;
	}
	if (n_keys != (int) JB_ROOT_COUNT(json))
		return "There is a key other than \"version\", \"decimals\", \"currency\" and the kinds of change, or \"decimals\" is no number.";
	return waterfall_problem(waterfall);
}

Datum
opp_pipeline_waterfall_in(PG_FUNCTION_ARGS)
{
	PipelineWaterfall *result = waterfall_create();
	Datum		json;
	const char *problem;

	if (!DirectInputFunctionCallSafe(jsonb_in, PG_GETARG_CSTRING(0), InvalidOid, -1, fcinfo->context, &json))
		PG_RETURN_NULL();
	problem = read_json(DatumGetJsonbP(json), result);
	if (problem != NULL)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s", "pipeline_waterfall"),
				 errdetail_internal("%s", problem)));
	PG_RETURN_POINTER(result);
}

Datum
opp_pipeline_waterfall_out(PG_FUNCTION_ARGS)
{
	PipelineWaterfall *waterfall = waterfall_from_datum(PG_GETARG_DATUM(0));
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "{\"version\": %d", waterfall->version);
	if (waterfall->unit != CHANGE_NO_AMOUNTS)
		appendStringInfo(&text, ", \"decimals\": %d", waterfall->decimals);
	if (waterfall->unit == CHANGE_CURRENCY)
		appendStringInfo(&text, ", \"currency\": \"%.3s\"", waterfall->currency);
	for (int i = 0; i < CHANGE_KINDS; i++)
	{
		ChangeSum  *sum = &waterfall->sums[i];
		char		before[WIDE_DECIMAL_SIZE];
		char		after[WIDE_DECIMAL_SIZE];

		if (sum->deals == 0)
			continue;
		wide_to_decimal(before, sum->before, 2, AMOUNT_DECIMALS, 0);
		wide_to_decimal(after, sum->after, 2, AMOUNT_DECIMALS, 0);
		appendStringInfo(&text, ", \"%s\": {\"deals\": " INT64_FORMAT ", \"before\": %s, \"after\": %s}",
						 change_names[i], sum->deals, before, after);
	}
	appendStringInfoChar(&text, '}');
	PG_RETURN_CSTRING(text.data);
}

/* Version, decimals and unit, a byte each, currency, and of each kind of change the count and the two sums, all big-endian. */
Datum
opp_pipeline_waterfall_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	PipelineWaterfall *result = waterfall_create();
	int			version = buffer->cursor < buffer->len ? pq_getmsgbyte(buffer) : 0;
	const char *problem = NULL;

	if (version != CHANGE_VERSION)
		problem = psprintf("It has version %d of the format; this version of the extension reads version %d.",
						   version, CHANGE_VERSION);
	else if (buffer->len - buffer->cursor != 2 + (int) (sizeof(result->currency) + sizeof(result->sums)))
		problem = "Its length is wrong.";
	else
	{
		result->decimals = pq_getmsgbyte(buffer);
		result->unit = pq_getmsgbyte(buffer);
		pq_copymsgbytes(buffer, result->currency, sizeof(result->currency));
		for (int i = 0; i < CHANGE_KINDS; i++)
		{
			ChangeSum  *sum = &result->sums[i];

			sum->deals = pq_getmsgint64(buffer);
			sum->before[1] = pq_getmsgint64(buffer);
			sum->before[0] = pq_getmsgint64(buffer);
			sum->after[1] = pq_getmsgint64(buffer);
			sum->after[0] = pq_getmsgint64(buffer);
		}
		problem = waterfall_problem(result);
	}
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary form of type %s", "pipeline_waterfall"),
				 errdetail_internal("%s", problem)));
	PG_RETURN_POINTER(result);
}

Datum
opp_pipeline_waterfall_send(PG_FUNCTION_ARGS)
{
	PipelineWaterfall *waterfall = waterfall_from_datum(PG_GETARG_DATUM(0));
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendbyte(&buffer, waterfall->version);
	pq_sendbyte(&buffer, waterfall->decimals);
	pq_sendbyte(&buffer, waterfall->unit);
	pq_sendbytes(&buffer, waterfall->currency, sizeof(waterfall->currency));
	for (int i = 0; i < CHANGE_KINDS; i++)
	{
		ChangeSum  *sum = &waterfall->sums[i];

		pq_sendint64(&buffer, sum->deals);
		pq_sendint64(&buffer, sum->before[1]);
		pq_sendint64(&buffer, sum->before[0]);
		pq_sendint64(&buffer, sum->after[1]);
		pq_sendint64(&buffer, sum->after[0]);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

/* How many decimals amounts were shown with does not count, as for numeric. */
static bool
waterfalls_equal(FunctionCallInfo fcinfo)
{
	PipelineWaterfall *a = waterfall_from_datum(PG_GETARG_DATUM(0));
	PipelineWaterfall *b = waterfall_from_datum(PG_GETARG_DATUM(1));

	return a->unit == b->unit && memcmp(a->currency, b->currency, sizeof(a->currency)) == 0 &&
		memcmp(a->sums, b->sums, sizeof(a->sums)) == 0;
}

Datum
opp_pipeline_waterfall_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(waterfalls_equal(fcinfo));
}

Datum
opp_pipeline_waterfall_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!waterfalls_equal(fcinfo));
}
