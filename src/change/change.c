/*
 * change.c
 *		The aggregates over deals before and after, and over waterfalls: which kind
 *		of change a deal is, and adding it up.
 */
#include "change/waterfall.h"

#include "catalog/pg_type.h"
#include "numeric/wide.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"

PG_FUNCTION_INFO_V1(opp_change_merge);

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
	if (more > CHANGE_MAX_DEALS - waterfall_deals(waterfall))
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
	check_deals(state, waterfall_deals(other));
	set_unit(state, other->unit, other->currency);
	for (int i = 0; i < CHANGE_KINDS; i++)
		add_sum(&state->sums[i], other->sums[i].deals, wide_to_int128(other->sums[i].before), wide_to_int128(other->sums[i].after));
	state->decimals = Max(state->decimals, other->decimals);
	PG_RETURN_POINTER(state);
}
