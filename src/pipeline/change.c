/*
 * change.c
 *		The type pipeline_waterfall, the aggregate that judges each deal, and the
 *		rows of the waterfall.
 */
#include "pipeline/change.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "numeric/fixed.h"
#include "numeric/layout.h"
#include "pipeline/durations.h"
#include "pipeline/wide.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_in);
PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_out);
PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_recv);
PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_send);
PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_eq);
PG_FUNCTION_INFO_V1(opp_pipeline_waterfall_ne);
PG_FUNCTION_INFO_V1(opp_change_add);
PG_FUNCTION_INFO_V1(opp_change_merge);
PG_FUNCTION_INFO_V1(opp_waterfall_steps);

StaticAssertDecl(sizeof(PipelineWaterfall) == 608, "SSPACE in change.sql says 608 bytes");

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
		DEAL_ABSENT, DEAL_IS_OPEN, DEAL_IS_WON, DEAL_IS_LOST
	}			status;
	int128		amount;
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

/* A missing amount adds nothing. */
static int128
amount_argument(FunctionCallInfo fcinfo, int i, uint8 *decimals)
{
	struct varlena *number;
	NumericParts parts;
	int128		amount;
	FixedStatus status;

	if (PG_ARGISNULL(i))
		return 0;
	number = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(i));
	status = numeric_to_fixed(PointerGetDatum(number), CHANGE_DECIMALS, &amount);
	if (status == FIXED_TOO_FINE)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("amount %s has more than %d decimals",
						numeric_message_text(PointerGetDatum(number)), CHANGE_DECIMALS),
				 errhint("Round it first, for example with round(amount, 2).")));
	if (status != FIXED_OK || amount >= CHANGE_AMOUNT_LIMIT || amount <= -CHANGE_AMOUNT_LIMIT)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("amount %s is out of range", numeric_message_text(PointerGetDatum(number))),
				 errdetail("The amount of a deal must be a finite number below 1000000000000000000.")));
	layout_read(number, &parts);
	*decimals = Max(*decimals, Min(parts.scale, CHANGE_DECIMALS));
	return amount;
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

	if (owner == NULL)
		return false;
	deconstruct_array(owners, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		if (!nulls[i] && same_text(owner, (text *) DatumGetPointer(elements[i])))
			return true;
	}
	return false;
}

/*
 * The deal of four arguments from the one given: status, amount, closing date,
 * owner.  A closing date that is not known is later than every window that ends.
 */
static void
read_deal(FunctionCallInfo fcinfo, int first, DealState *deal, uint8 *decimals)
{
	char	   *status = PG_ARGISNULL(first) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(first));
	bool		has_from = !PG_ARGISNULL(9);
	bool		has_to = !PG_ARGISNULL(10);

	memset(deal, 0, sizeof(DealState));
	if (status == NULL)
		return;
	if (strcmp(status, "open") == 0)
		deal->status = DEAL_IS_OPEN;
	else if (strcmp(status, "won") == 0)
		deal->status = DEAL_IS_WON;
	else if (strcmp(status, "lost") == 0)
		deal->status = DEAL_IS_LOST;
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("status \"%s\" of a deal is not known", status),
				 errhint("Use 'open', 'won', 'lost', or NULL for a deal that is not there.")));
	deal->amount = amount_argument(fcinfo, first + 1, decimals);
	if (PG_ARGISNULL(first + 2))
		deal->window = has_from || has_to ? 1 : 0;
	else if (has_from && PG_GETARG_DATEADT(first + 2) < PG_GETARG_DATEADT(9))
		deal->window = -1;
	else if (has_to && PG_GETARG_DATEADT(first + 2) > PG_GETARG_DATEADT(10))
		deal->window = 1;
	deal->owner = PG_ARGISNULL(first + 3) ? NULL : PG_GETARG_TEXT_PP(first + 3);
	deal->is_ours = PG_ARGISNULL(11) || is_listed(deal->owner, PG_GETARG_ARRAYTYPE_P(11));
}

static bool
is_in_pipeline(const DealState *deal)
{
	return deal->status == DEAL_IS_OPEN && deal->window == 0 && deal->is_ours;
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

		if (after->amount != before->amount)
			*kind = after->amount > before->amount ? CHANGE_INCREASED : CHANGE_DECREASED;
		else
			*kind = same_owner ? CHANGE_UNCHANGED : CHANGE_OWNER_MOVED;
	}
	else if (is_in)
	{
		if (before->status == DEAL_ABSENT)
			*kind = CHANGE_NEW;
		else if (before->status != DEAL_IS_OPEN)
			*kind = CHANGE_REOPENED;
		else if (!before->is_ours)
			*kind = CHANGE_OWNER_IN;
		else
			*kind = before->window > 0 ? CHANGE_PULLED_IN : CHANGE_PUSHED_IN;
	}
	else
	{
		if (after->status == DEAL_ABSENT)
			*kind = CHANGE_REMOVED;
		else if (after->status != DEAL_IS_OPEN)
			*kind = after->status == DEAL_IS_WON ? CHANGE_WON : CHANGE_LOST;
		else if (!after->is_ours)
			*kind = CHANGE_OWNER_OUT;
		else
			*kind = after->window > 0 ? CHANGE_PUSHED_OUT : CHANGE_PULLED_OUT;
	}
	return true;
}

Datum
opp_change_add(PG_FUNCTION_ARGS)
{
	PipelineWaterfall *state = state_argument(fcinfo);
	uint8		decimals = 0;
	DealState	before;
	DealState	after;
	ChangeKind	kind;

	read_deal(fcinfo, 1, &before, &decimals);
	read_deal(fcinfo, 5, &after, &decimals);
	if (judge(&before, &after, &kind))
	{
		check_deals(state, 1);
		add_sum(&state->sums[kind], 1, before.amount, after.amount);
		state->decimals = Max(state->decimals, decimals);
	}
	PG_RETURN_POINTER(state);
}

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

	if (waterfall->decimals > CHANGE_DECIMALS)
		return "The number of decimals is out of range.";
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
read_amount(const JsonbValue *value, uint64 *sum)
{
	int128		amount;

	if (value->type != jbvNumeric ||
		numeric_to_fixed(NumericGetDatum(value->val.numeric), CHANGE_DECIMALS, &amount) != FIXED_OK)
		return false;
	wide_from_int128(sum, amount);
	return true;
}

static const char *
read_json(Jsonb *json, PipelineWaterfall *waterfall)
{
	int64		version;
	int64		decimals;

	if (!JB_ROOT_IS_OBJECT(json) || JB_ROOT_COUNT(json) != 2 + CHANGE_KINDS ||
		!json_count(&json->root, "version", &version) || !json_count(&json->root, "decimals", &decimals))
		return "A pipeline waterfall is an object of \"version\", \"decimals\" and all kinds of change.";
	if (version != CHANGE_VERSION)
		return "This version of the extension reads version 1 of the format.";
	waterfall->decimals = (uint8) Min(decimals, CHANGE_DECIMALS + 1);
	for (int i = 0; i < CHANGE_KINDS; i++)
	{
		ChangeSum  *sum = &waterfall->sums[i];
		JsonbContainer *object;
		JsonbValue	value;
		JsonbValue	before;
		JsonbValue	after;

		if (getKeyJsonValueFromContainer(&json->root, kind_names[i], strlen(kind_names[i]), &value) == NULL ||
			value.type != jbvBinary)
			return psprintf("Key \"%s\" is missing or no object.", kind_names[i]);
		object = value.val.binary.data;
		if (!JsonContainerIsObject(object) || JsonContainerSize(object) != 3 || !json_count(object, "deals", &sum->deals) ||
			getKeyJsonValueFromContainer(object, "before", strlen("before"), &before) == NULL || !read_amount(&before, sum->before) ||
			getKeyJsonValueFromContainer(object, "after", strlen("after"), &after) == NULL || !read_amount(&after, sum->after))
			return psprintf("\"%s\" is not an object of the numbers \"deals\", \"before\" and \"after\".", kind_names[i]);
	}
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
	appendStringInfo(&text, "{\"version\": %d, \"decimals\": %d", waterfall->version, waterfall->decimals);
	for (int i = 0; i < CHANGE_KINDS; i++)
	{
		ChangeSum  *sum = &waterfall->sums[i];
		char		before[WIDE_DECIMAL_SIZE];
		char		after[WIDE_DECIMAL_SIZE];

		wide_to_decimal(before, sum->before, 2, CHANGE_DECIMALS, 0);
		wide_to_decimal(after, sum->after, 2, CHANGE_DECIMALS, 0);
		appendStringInfo(&text, ", \"%s\": {\"deals\": " INT64_FORMAT ", \"before\": %s, \"after\": %s}",
						 kind_names[i], sum->deals, before, after);
	}
	appendStringInfoChar(&text, '}');
	PG_RETURN_CSTRING(text.data);
}

/* Version byte, decimals byte, and of each kind of change the count and the two sums, all big-endian. */
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
	else if (buffer->len - buffer->cursor != 1 + (int) sizeof(result->sums))
		problem = "Its length is wrong.";
	else
	{
		result->decimals = pq_getmsgbyte(buffer);
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

	return memcmp(a->sums, b->sums, sizeof(a->sums)) == 0;
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
put_step(ReturnSetInfo *result, int decimals, int place, const char *change, int64 deals,
		 int128 value, int128 running, int128 before, int128 after)
{
	Datum		values[7];
	bool		nulls[7] = {false};

	values[0] = Int32GetDatum(place);
	values[1] = CStringGetTextDatum(change);
	values[2] = Int64GetDatum(deals);
	values[3] = amount_numeric(value, decimals);
	values[4] = amount_numeric(running, decimals);
	values[5] = amount_numeric(before, decimals);
	values[6] = amount_numeric(after, decimals);
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
	put_step(result, waterfall->decimals, 1, "start", deals_before, start, start, start, start);
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
		put_step(result, waterfall->decimals, i + 2, kind_names[i], sum->deals, change, running, before, after);
	}
	put_step(result, waterfall->decimals, CHANGE_KINDS + 2, "end", deals_after, running, running, running, running);
	return (Datum) 0;
}
