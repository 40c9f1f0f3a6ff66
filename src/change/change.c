/*
 * change.c
 *		The type pipeline_waterfall, the aggregate that judges each deal, and the
 *		rows of the waterfall.
 */
#include "change/change.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "numeric/currency.h"
#include "numeric/fixed.h"
#include "summary/deal.h"
#include "statistics/durations.h"
#include "numeric/wide.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_in);
PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_out);
PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_recv);
PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_send);
PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_eq);
PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_ne);
PG_FUNCTION_INFO_V1(opp_change_merge);
PG_FUNCTION_INFO_V1(opp_waterfall_steps);

StaticAssertDecl(sizeof(PipelineWaterfall) == 616, "SSPACE in change.sql.in says 616 bytes");

static const char *const kind_names[CHANGE_KINDS] = {
	"new", "reopened", "owner_in", "pulled_in", "pushed_in",
	"increased", "decreased", "owner_moved", "unchanged",
	"won", "lost", "removed", "owner_out", "pushed_out", "pulled_out"
};

/* A deal at one of the two instants. */
typedef struct DealState
{
	enum
	{
		WAS_ABSENT, WAS_OPEN, WAS_WON, WAS_LOST
	}			status;
	bool		has_amount;
	Amount		amount;
	const char *currency;		/* of the amount; NULL: a plain number */
	int			window;			/* its closing date: below zero before the window, zero in it */
	bool		is_ours;		/* by owner */
	text	   *owner;			/* or NULL */
} DealState;

static PipelineWaterfall *
waterfall_from_datum(Datum datum)
{
	PipelineWaterfall *waterfall = (PipelineWaterfall *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(waterfall) != sizeof(PipelineWaterfall) || waterfall->version != CHANGE_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("pipeline waterfall has a format this version of the extension cannot read"),
				 errhint("Install the version of the extension that wrote it, or a newer one.")));
	return waterfall;
}

static PipelineWaterfall *
waterfall_create(void)
{
	PipelineWaterfall *waterfall = palloc0(sizeof(PipelineWaterfall));

	SET_VARSIZE(waterfall, sizeof(PipelineWaterfall));
	waterfall->version = CHANGE_VERSION;
	return waterfall;
}

/* The state in argument 0: in an aggregate ours, elsewhere copied. */
static PipelineWaterfall *
state_argument(FunctionCallInfo fcinfo)
{
	PipelineWaterfall *state;

	if (PG_ARGISNULL(0))
		return waterfall_create();
	state = waterfall_from_datum(PG_GETARG_DATUM(0));
	if (!AggCheckCallContext(fcinfo, NULL))
	{
		PipelineWaterfall *copy = waterfall_create();

		memcpy(copy, state, sizeof(PipelineWaterfall));
		state = copy;
	}
	return state;
}

static int64
count_deals(const PipelineWaterfall *waterfall)
{
	int64		deals = 0;

	for (int i = 0; i < CHANGE_KINDS; i++)
		deals += waterfall->sums[i].deals;
	return deals;
}

static void
add_sum(ChangeSum *sum, int64 deals, int128 before, int128 after)
{
	sum->deals += deals;
	wide_from_int128(sum->before, wide_to_int128(sum->before) + before);
	wide_from_int128(sum->after, wide_to_int128(sum->after) + after);
}

static void
check_deals(const PipelineWaterfall *waterfall, int64 more)
{
	if (more > CHANGE_MAX_DEALS - count_deals(waterfall))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("pipeline waterfall would hold more than 1000000000000 deals")));
}

static void
refuse_mixture(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("amounts in different currencies cannot be compared"),
			 errhint("Convert them to one currency first, or group by currency.")));
}

/* Takes over what amounts count, in which all must agree. */
static void
set_unit(PipelineWaterfall *waterfall, ChangeUnit unit, const char *currency)
{
	if (unit == CHANGE_NO_AMOUNTS)
		return;
	if (waterfall->unit == CHANGE_NO_AMOUNTS)
	{
		waterfall->unit = unit;
		if (unit == CHANGE_CURRENCY)
			memcpy(waterfall->currency, currency, sizeof(waterfall->currency));
	}
	else if (waterfall->unit != unit ||
			 (unit == CHANGE_CURRENCY && memcmp(waterfall->currency, currency, sizeof(waterfall->currency)) != 0))
		refuse_mixture();
}

static bool
same_text(text *a, text *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

static bool
is_listed(text *owner, ArrayType *owners)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	deconstruct_array(owners, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		if (!nulls[i] && same_text(owner, (text *) DatumGetPointer(elements[i])))
			return true;
	}
	return false;
}

static bool
is_word(text *value, const char *word)
{
	return VARSIZE_ANY_EXHDR(value) == strlen(word) && memcmp(VARDATA_ANY(value), word, strlen(word)) == 0;
}

typedef DateADT (*DayReader) (Datum datum);

static DateADT
day_of_date(Datum datum)
{
	return DatumGetDateADT(datum);
}

static DateADT
day_of_timestamp(Datum datum)
{
	return DatumGetDateADT(DirectFunctionCall1(timestamp_date, datum));
}

static DateADT
day_of_timestamptz(Datum datum)
{
	return DatumGetDateADT(DirectFunctionCall1(timestamptz_date, datum));
}

/*
 * The status and closing date of a deal, whose four arguments from the first one
 * are status, amount, closing date and owner.  A closing date that is not known is
 * later than every window that ends.
 */
static void
read_state(FunctionCallInfo fcinfo, int first, DealState *state, DayReader day_of)
{
	bool		has_from = !PG_ARGISNULL(9);
	bool		has_to = !PG_ARGISNULL(10);
	DateADT		closes;
	text	   *status;

	state->status = WAS_ABSENT;
	state->window = 0;
	if (PG_ARGISNULL(first))
		return;
	status = PG_GETARG_TEXT_PP(first);
	if (is_word(status, "open"))
		state->status = WAS_OPEN;
	else if (is_word(status, "won"))
		state->status = WAS_WON;
	else if (is_word(status, "lost"))
		state->status = WAS_LOST;
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("status \"%s\" of a deal is not known", text_to_cstring(status)),
				 errhint("Use 'open', 'won', 'lost', or NULL for a deal that is not there.")));
	if (!has_from && !has_to)
		return;
	if (PG_ARGISNULL(first + 2))
	{
		state->window = 1;
		return;
	}
	closes = day_of(PG_GETARG_DATUM(first + 2));
	if (has_from && closes < PG_GETARG_DATEADT(9))
		state->window = -1;
	else if (has_to && closes > PG_GETARG_DATEADT(10))
		state->window = 1;
}

/* Its amount and owner.  A missing amount adds nothing. */
static void
read_rest(FunctionCallInfo fcinfo, int first, DealState *state, AmountReader read_amount)
{
	state->has_amount = false;
	state->owner = NULL;
	state->is_ours = PG_ARGISNULL(11);
	if (state->status == WAS_ABSENT)
		return;
	if (!PG_ARGISNULL(first + 1))
	{
		state->has_amount = true;
		state->amount = read_amount(PG_GETARG_DATUM(first + 1));
		state->currency = read_amount == amount_of_monetary ? currency_of_monetary(PG_GETARG_DATUM(first + 1)) : NULL;
	}
	if (PG_ARGISNULL(first + 3))
		return;
	state->owner = PG_GETARG_TEXT_PP(first + 3);
	if (!state->is_ours)
		state->is_ours = is_listed(state->owner, PG_GETARG_ARRAYTYPE_P(11));
}

static int128
amount_of(const DealState *state)
{
	return state->has_amount ? state->amount.units : 0;
}

static void
use_amount(PipelineWaterfall *waterfall, const DealState *state)
{
	if (!state->has_amount)
		return;
	set_unit(waterfall, state->currency != NULL ? CHANGE_CURRENCY : CHANGE_NUMBERS, state->currency);
	waterfall->decimals = Max(waterfall->decimals, state->amount.decimals);
}

/* As far as status and date go. */
static bool
may_be_in_pipeline(const DealState *state)
{
	return state->status == WAS_OPEN && state->window == 0;
}

static bool
is_in_pipeline(const DealState *state)
{
	return may_be_in_pipeline(state) && state->is_ours;
}

/* False when it is in the pipeline neither before nor after. */
static bool
judge(const DealState *before, const DealState *after, ChangeKind *kind)
{
	bool		was_in = is_in_pipeline(before);
	bool		is_in = is_in_pipeline(after);

	if (!was_in && !is_in)
		return false;
	if (was_in && is_in)
	{
		bool		same_owner = before->owner == NULL || after->owner == NULL ? before->owner == after->owner :
			same_text(before->owner, after->owner);

		if (amount_of(after) != amount_of(before))
			*kind = amount_of(after) > amount_of(before) ? CHANGE_INCREASED : CHANGE_DECREASED;
		else
			*kind = same_owner ? CHANGE_UNCHANGED : CHANGE_OWNER_MOVED;
	}
	else if (is_in)
	{
		if (before->status == WAS_ABSENT)
			*kind = CHANGE_NEW;
		else if (before->status != WAS_OPEN)
			*kind = CHANGE_REOPENED;
		else if (!before->is_ours)
			*kind = CHANGE_OWNER_IN;
		else
			*kind = before->window > 0 ? CHANGE_PULLED_IN : CHANGE_PUSHED_IN;
	}
	else
	{
		if (after->status == WAS_ABSENT)
			*kind = CHANGE_REMOVED;
		else if (after->status != WAS_OPEN)
			*kind = after->status == WAS_WON ? CHANGE_WON : CHANGE_LOST;
		else if (!after->is_ours)
			*kind = CHANGE_OWNER_OUT;
		else
			*kind = after->window > 0 ? CHANGE_PUSHED_OUT : CHANGE_PULLED_OUT;
	}
	return true;
}

static Datum
change_add(FunctionCallInfo fcinfo, AmountReader read_amount, DayReader day_of)
{
	PipelineWaterfall *waterfall = state_argument(fcinfo);
	DealState	before;
	DealState	after;
	ChangeKind	kind;

	read_state(fcinfo, 1, &before, day_of);
	read_state(fcinfo, 5, &after, day_of);
	if (!may_be_in_pipeline(&before) && !may_be_in_pipeline(&after))
		PG_RETURN_POINTER(waterfall);
	read_rest(fcinfo, 1, &before, read_amount);
	read_rest(fcinfo, 5, &after, read_amount);
	if (judge(&before, &after, &kind))
	{
		check_deals(waterfall, 1);
		use_amount(waterfall, &before);
		use_amount(waterfall, &after);
		add_sum(&waterfall->sums[kind], 1, amount_of(&before), amount_of(&after));
	}
	PG_RETURN_POINTER(waterfall);
}

#define DEFINE_CHANGE_ADD(amount, time) \
PG_FUNCTION_INFO_V1(opp_change_add_##amount##_##time); \
Datum \
opp_change_add_##amount##_##time(PG_FUNCTION_ARGS) \
{ \
	return change_add(fcinfo, amount_of_##amount, day_of_##time); \
}

DEFINE_CHANGE_ADD(numeric, date)
DEFINE_CHANGE_ADD(numeric, timestamp)
DEFINE_CHANGE_ADD(numeric, timestamptz)
DEFINE_CHANGE_ADD(bigint, date)
DEFINE_CHANGE_ADD(bigint, timestamp)
DEFINE_CHANGE_ADD(bigint, timestamptz)
DEFINE_CHANGE_ADD(double, date)
DEFINE_CHANGE_ADD(double, timestamp)
DEFINE_CHANGE_ADD(double, timestamptz)
DEFINE_CHANGE_ADD(monetary, date)
DEFINE_CHANGE_ADD(monetary, timestamp)
DEFINE_CHANGE_ADD(monetary, timestamptz)

Datum
opp_change_merge(PG_FUNCTION_ARGS)
{
	PipelineWaterfall *state;
	PipelineWaterfall *other;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	state = state_argument(fcinfo);
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);
	other = waterfall_from_datum(PG_GETARG_DATUM(1));
	check_deals(state, count_deals(other));
	set_unit(state, other->unit, other->currency);
	for (int i = 0; i < CHANGE_KINDS; i++)
		add_sum(&state->sums[i], other->sums[i].deals, wide_to_int128(other->sums[i].before), wide_to_int128(other->sums[i].after));
	state->decimals = Max(state->decimals, other->decimals);
	PG_RETURN_POINTER(state);
}

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
	if (waterfall->decimals > CHANGE_DECIMALS)
		return "The number of decimals is out of range.";
	if (waterfall->unit == CHANGE_NO_AMOUNTS ? waterfall->decimals != 0 : count_deals(waterfall) == 0)
		return "There are decimals or a currency without amounts.";
	unit = (int64) power_of_ten[CHANGE_DECIMALS - waterfall->decimals];
	for (int i = 0; i < CHANGE_KINDS; i++)
	{
		const ChangeSum *sum = &waterfall->sums[i];
		int128		before = wide_to_int128(sum->before);
		int128		after = wide_to_int128(sum->after);
		int128		limit;

		if (sum->deals < 0 || sum->deals > left)
			return "The number of deals is out of range.";
		left -= sum->deals;
		limit = (int128) sum->deals * (CHANGE_AMOUNT_LIMIT - 1);
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
		numeric_to_fixed(NumericGetDatum(value->val.numeric), CHANGE_DECIMALS, &amount) != FIXED_OK)
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
		waterfall->decimals = (uint8) Min(decimals, CHANGE_DECIMALS + 1);
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
		const char *problem = read_kind(json, kind_names[i], &waterfall->sums[i], &n_keys);

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
		wide_to_decimal(before, sum->before, 2, CHANGE_DECIMALS, 0);
		wide_to_decimal(after, sum->after, 2, CHANGE_DECIMALS, 0);
		appendStringInfo(&text, ", \"%s\": {\"deals\": " INT64_FORMAT ", \"before\": %s, \"after\": %s}",
						 kind_names[i], sum->deals, before, after);
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

/* Units as a numeric with so many decimals, which no amount exceeds. */
static Datum
amount_numeric(int128 units, int decimals)
{
	return fixed_to_numeric(units / power_of_ten[CHANGE_DECIMALS - decimals], decimals);
}

static void
put_step(ReturnSetInfo *result, const PipelineWaterfall *waterfall, int place, const char *change, int64 deals,
		 int128 value, int128 running, int128 before, int128 after)
{
	Datum		values[8];
	bool		nulls[8] = {false};

	values[0] = Int32GetDatum(place);
	values[1] = CStringGetTextDatum(change);
	values[2] = Int64GetDatum(deals);
	values[3] = amount_numeric(value, waterfall->decimals);
	values[4] = amount_numeric(running, waterfall->decimals);
	values[5] = amount_numeric(before, waterfall->decimals);
	values[6] = amount_numeric(after, waterfall->decimals);
	nulls[7] = waterfall->unit != CHANGE_CURRENCY;
	values[7] = PointerGetDatum(cstring_to_text_with_len(waterfall->currency, sizeof(waterfall->currency)));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
opp_waterfall_steps(PG_FUNCTION_ARGS)
{
	PipelineWaterfall *waterfall = waterfall_from_datum(PG_GETARG_DATUM(0));
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int64		deals_before = 0;
	int64		deals_after = 0;
	int128		start = 0;
	int128		running;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = CHANGE_INCREASED; i < CHANGE_KINDS; i++)
	{
		deals_before += waterfall->sums[i].deals;
		start += wide_to_int128(waterfall->sums[i].before);
	}
	put_step(result, waterfall, 1, "start", deals_before, start, start, start, start);
	running = start;
	for (int i = 0; i < CHANGE_KINDS; i++)
	{
		ChangeSum  *sum = &waterfall->sums[i];
		int128		before = wide_to_int128(sum->before);
		int128		after = wide_to_int128(sum->after);
		int128		change = (CHANGE_IN_AFTER(i) ? after : 0) - (CHANGE_IN_BEFORE(i) ? before : 0);

		running += change;
		if (CHANGE_IN_AFTER(i))
			deals_after += sum->deals;
		put_step(result, waterfall, i + 2, kind_names[i], sum->deals, change, running, before, after);
	}
	put_step(result, waterfall, CHANGE_KINDS + 2, "end", deals_after, running, running, running, running);
	return (Datum) 0;
}
