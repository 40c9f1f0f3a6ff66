/*
 * monetary_aggregates.c
 *		The aggregates sum, avg, min and max over monetary.
 *
 * The state of sum and avg is the type monetary_sum, fixed in size and changed in
 * place, with text and binary forms that lose nothing, so that partial sums travel
 * between parallel workers and between servers alike.  It adds minor units in 128
 * bits, which no number of amounts fills: only a total beyond monetary is refused,
 * whatever the order.  Two currencies are refused as soon as they meet.
 */
#include "revenue/monetary.h"

#include "aggregate.h"
#include "libpq/pqformat.h"
#include "numeric/fixed.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#define MONETARY_SUM_VERSION	1

/* Of so many amounts the sum has 114 bits; no table holds as many. */
#define MAX_AMOUNTS				(INT64CONST(1) << 60)

/* The value of type monetary_sum itself. */
typedef struct MonetarySum
{
	int64		amounts;
	int64		key;			/* of their currency; 0 when there are none */
	int128		minor_units;
} MonetarySum;

StaticAssertDecl(sizeof(MonetarySum) == 32, "the type's INTERNALLENGTH");

#define PG_GETARG_MONETARY_SUM(n)	((MonetarySum *) PG_GETARG_POINTER(n))

/* The first argument: itself inside an aggregate, which owns it, else a copy. */
static inline MonetarySum *
state_to_change(FunctionCallInfo fcinfo)
{
	MonetarySum *state = PG_GETARG_MONETARY_SUM(0);
	MonetarySum *copy;

	if (likely(called_by_aggregate(fcinfo)))
		return state;
	copy = palloc(sizeof(MonetarySum));
	memcpy(copy, state, sizeof(MonetarySum));
	return copy;
}

/* What the arithmetic guarantees, and so the input functions demand. */
static bool
state_is_valid(const MonetarySum *state)
{
	int128		limit = (int128) state->amounts * MONETARY_LIMIT;

	if (state->amounts == 0)
		return state->key == 0 && state->minor_units == 0;
	return state->amounts > 0 && state->amounts <= MAX_AMOUNTS &&
		state->minor_units <= limit && state->minor_units >= -limit;
}

PG_FUNCTION_INFO_V1(opp_monetary_sum_add);

Datum
opp_monetary_sum_add(PG_FUNCTION_ARGS)
{
	MonetarySum *state = state_to_change(fcinfo);
	Monetary	value = PG_GETARG_MONETARY(1);

	if (unlikely(state->key != monetary_key(value)))
	{
		if (state->amounts > 0)
			monetary_raise_mixed(monetary_make((int) state->key, 0), value);
		state->key = monetary_key(value);
	}
	state->amounts++;
	state->minor_units += monetary_minor_units(value);
	PG_RETURN_POINTER(state);
}

/* Takes an amount away again, for moving window frames. */
PG_FUNCTION_INFO_V1(opp_monetary_sum_remove);

Datum
opp_monetary_sum_remove(PG_FUNCTION_ARGS)
{
	MonetarySum *state = state_to_change(fcinfo);
	Monetary	value = PG_GETARG_MONETARY(1);
	bool		is_there = state->key == monetary_key(value);

	state->amounts--;
	state->minor_units -= monetary_minor_units(value);
	if (state->amounts == 0)
		state->key = 0;
	if (!is_there || !state_is_valid(state))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot remove an amount that monetary_sum does not have")));
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(opp_monetary_sum_combine);

Datum
opp_monetary_sum_combine(PG_FUNCTION_ARGS)
{
	MonetarySum *state = state_to_change(fcinfo);
	const MonetarySum *other = PG_GETARG_MONETARY_SUM(1);

	if (other->amounts == 0)
		PG_RETURN_POINTER(state);
	if (state->amounts > 0 && state->key != other->key)
		monetary_raise_mixed(monetary_make((int) state->key, 0), monetary_make((int) other->key, 0));
	if (state->amounts + other->amounts > MAX_AMOUNTS)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many amounts in monetary_sum")));
	state->key = other->key;
	state->amounts += other->amounts;
	state->minor_units += other->minor_units;
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(opp_monetary_sum_final);

Datum
opp_monetary_sum_final(PG_FUNCTION_ARGS)
{
	const MonetarySum *state = PG_GETARG_MONETARY_SUM(0);

	if (state->amounts == 0)
		PG_RETURN_NULL();
	PG_RETURN_MONETARY(monetary_checked((int) state->key, state->minor_units));
}

PG_FUNCTION_INFO_V1(opp_monetary_avg_final);

Datum
opp_monetary_avg_final(PG_FUNCTION_ARGS)
{
	const MonetarySum *state = PG_GETARG_MONETARY_SUM(0);
	int128		mean;
	int128		rest;

	if (state->amounts == 0)
		PG_RETURN_NULL();
	/* half away from zero */
	mean = state->minor_units / state->amounts;
	rest = state->minor_units % state->amounts;
	if (2 * (rest < 0 ? -rest : rest) >= state->amounts)
		mean += rest < 0 ? -1 : 1;
	PG_RETURN_MONETARY(monetary_checked((int) state->key, mean));
}

PG_FUNCTION_INFO_V1(opp_monetary_smaller);

Datum
opp_monetary_smaller(PG_FUNCTION_ARGS)
{
	Monetary	a = PG_GETARG_MONETARY(0);
	Monetary	b = PG_GETARG_MONETARY(1);

	if (unlikely(!monetary_same_currency(a, b)))
		monetary_raise_mixed(a, b);
	PG_RETURN_MONETARY(Min(a, b));
}

PG_FUNCTION_INFO_V1(opp_monetary_larger);

Datum
opp_monetary_larger(PG_FUNCTION_ARGS)
{
	Monetary	a = PG_GETARG_MONETARY(0);
	Monetary	b = PG_GETARG_MONETARY(1);

	if (unlikely(!monetary_same_currency(a, b)))
		monetary_raise_mixed(a, b);
	PG_RETURN_MONETARY(Max(a, b));
}

/* The text form: (amounts,currency,sum in units of the currency). */
static char *
state_text(const MonetarySum *state)
{
	const Currency *currency = NULL;
	Datum		sum;

	if (state->amounts > 0)
		currency = monetary_currency(monetary_make((int) state->key, 0));
	sum = fixed_to_numeric(state->minor_units, currency == NULL ? 0 : currency->minor_unit);
	return psprintf("(" INT64_FORMAT ",%s,%s)", state->amounts, currency == NULL ? "" : currency->code,
					DatumGetCString(DirectFunctionCall1(numeric_out, sum)));
}

/* A state of these fields; NULL when there is none. */
static MonetarySum *
make_state(int64 amounts, const Currency *currency, int128 minor_units)
{
	MonetarySum *state = palloc(sizeof(MonetarySum));

	if (currency == NULL ? amounts != 0 : (amounts == 0 || currency->minor_unit == NO_MINOR_UNIT))
		return NULL;
	state->amounts = amounts;
	state->key = currency == NULL ? 0 : currency_key(currency);
	state->minor_units = minor_units;
	return state_is_valid(state) ? state : NULL;
}

/* Takes only what state_text writes, which is compared in the end. */
static MonetarySum *
parse_state(const char *string)
{
	char	   *rest;
	int64		amounts;
	char		code[CURRENCY_CODE_LENGTH + 1] = "";
	char		digits[38 + 1];
	int128		minor_units = 0;
	MonetarySum *state;

	if (*string != '(')
		return NULL;
	amounts = strtoll(string + 1, &rest, 10);
	if (sscanf(rest, ",%3[A-Z],%38[-0-9.]", code, digits) != 2 &&
		sscanf(rest, ",,%38[-0-9.]", digits) != 1)
		return NULL;
	for (const char *digit = digits; *digit != '\0'; digit++)
	{
		if (*digit >= '0' && *digit <= '9')
			minor_units = minor_units * 10 + (*digit - '0');
	}
	state = make_state(amounts, currency_by_code(code, strlen(code)),
					   *digits == '-' ? -minor_units : minor_units);
	return state != NULL && strcmp(state_text(state), string) == 0 ? state : NULL;
}

PG_FUNCTION_INFO_V1(opp_monetary_sum_in);

Datum
opp_monetary_sum_in(PG_FUNCTION_ARGS)
{
	const char *string = PG_GETARG_CSTRING(0);
	MonetarySum *state = parse_state(string);

	if (state == NULL)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"", "monetary_sum", string)));
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(opp_monetary_sum_out);

Datum
opp_monetary_sum_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(state_text(PG_GETARG_MONETARY_SUM(0)));
}

/* The binary form: version, amounts, the currency's letters (zeros: none), the sum's two words. */
#define BINARY_FORM_LENGTH (1 + CURRENCY_CODE_LENGTH + 3 * (int) sizeof(int64))

PG_FUNCTION_INFO_V1(opp_monetary_sum_recv);

Datum
opp_monetary_sum_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	MonetarySum *state = NULL;

	if (buffer->len - buffer->cursor == BINARY_FORM_LENGTH &&
		pq_getmsgbyte(buffer) == MONETARY_SUM_VERSION)
	{
		const char *code = pq_getmsgbytes(buffer, CURRENCY_CODE_LENGTH);
		const Currency *currency = currency_by_code(code, CURRENCY_CODE_LENGTH);
		int64		amounts = pq_getmsgint64(buffer);
		int64		high = pq_getmsgint64(buffer);
		uint64		low = pq_getmsgint64(buffer);
		const char *letters = currency == NULL ? "\0\0\0" : currency->code;

		if (memcmp(code, letters, CURRENCY_CODE_LENGTH) == 0)
			state = make_state(amounts, currency, (int128) ((uint128) (uint64) high << 64 | low));
	}
	if (state == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value for type %s", "monetary_sum")));
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(opp_monetary_sum_send);

Datum
opp_monetary_sum_send(PG_FUNCTION_ARGS)
{
	const MonetarySum *state = PG_GETARG_MONETARY_SUM(0);
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendbyte(&buffer, MONETARY_SUM_VERSION);
	pq_sendbytes(&buffer, state->amounts == 0 ? "\0\0\0" : monetary_currency(monetary_make((int) state->key, 0))->code,
				 CURRENCY_CODE_LENGTH);
	pq_sendint64(&buffer, state->amounts);
	pq_sendint64(&buffer, (uint64) ((uint128) state->minor_units >> 64));
	pq_sendint64(&buffer, (uint64) state->minor_units);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}
