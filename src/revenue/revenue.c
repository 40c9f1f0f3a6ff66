/*
 * revenue.c
 *		The aggregate revenue: the sum of the net amounts of line items.
 *
 * Its state is the type revenue_state, fixed in size and changed in place, with
 * text and binary forms that lose nothing, so that partial sums travel between
 * parallel workers and between servers alike.  The sum counts units of
 * 10^-REVENUE_SCALE in 192 bits, more than any number of lines fills: order and
 * grouping of the lines never matter, and only a total beyond 128 bits is refused.
 */
#include "opportunity.h"

#include "aggregate.h"
#include "common/int.h"
#include "libpq/pqformat.h"
#include "numeric/fixed.h"
#include "revenue/line.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/* Net amounts are rounded to the cent before they are added. */
#define REVENUE_SCALE 2

#define REVENUE_STATE_VERSION 1

typedef struct RevenueState
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	int32		version;		/* of the stored form: REVENUE_STATE_VERSION */
	int64		lines;			/* lines with a finite amount */
	int64		nan;			/* lines that are not a number */
	int64		plus_infinity;
	int64		minus_infinity;
	int64		high;			/* the sum is high × 2^128 + low */
	uint128		low;
} RevenueState;

static RevenueState *
new_state(void)
{
	RevenueState *state = palloc0(sizeof(RevenueState));

	SET_VARSIZE(state, sizeof(RevenueState));
	state->version = REVENUE_STATE_VERSION;
	return state;
}

/*
 * The first argument as a state to change: itself inside an aggregate, which
 * owns it, a copy when called as a function, a new one when it is null.  States
 * are never toasted: the type's storage is plain.
 */
static inline RevenueState *
state_to_change(FunctionCallInfo fcinfo)
{
	if (unlikely(PG_ARGISNULL(0)))
		return new_state();
	if (likely(called_by_aggregate(fcinfo)))
		return (RevenueState *) PG_GETARG_POINTER(0);
	return (RevenueState *) PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0));
}

/* What the arithmetic guarantees, and so the input functions demand. */
static bool
state_is_valid(const RevenueState *state)
{
	return state->lines >= 0 && state->nan >= 0 &&
		state->plus_infinity >= 0 && state->minus_infinity >= 0 &&
		(state->lines > 0 || (state->high == 0 && state->low == 0));
}

static void
add_count(int64 *count, int64 more)
{
	if (pg_add_s64_overflow(*count, more, count))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many lines in revenue_state")));
}

/* Adds high × 2^128 + low; only states made by hand can make the high word wrap. */
static inline void
add_to_sum(RevenueState *state, int64 high, uint128 low)
{
	state->low += low;
	state->high = (int64) ((uint64) state->high + (uint64) high + (state->low < low));
}

/* The counter that a line with such an amount belongs to. */
static int64 *
special_counter(RevenueState *state, FixedStatus status)
{
	switch (status)
	{
		case FIXED_NAN:
			return &state->nan;
		case FIXED_PLUS_INFINITY:
			return &state->plus_infinity;
		case FIXED_MINUS_INFINITY:
			return &state->minus_infinity;
		case FIXED_OK:
			return &state->lines;
		case FIXED_TOO_FINE:
		case FIXED_TOO_BIG:
			break;
	}
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("net amount of a line is out of range"),
			 errdetail("Amounts are added up to 1.7e36.")));
}

/*
 * The net amount of the line in the arguments after the state.  False when
 * quantity or price is missing: such a line is skipped.
 */
static inline bool
get_line(FunctionCallInfo fcinfo, FixedStatus *status, int128 *amount)
{
	const NullableDatum none = {0, true};
	const NullableDatum *line = fcinfo->args + 1;
	NullableDatum undiscounted[LINE_MANUAL_DISCOUNT + 1];

	if (line[LINE_QUANTITY].isnull || line[LINE_PRICE].isnull)
		return false;
	if (PG_NARGS() == 1 + LINE_PRICE + 1)
	{
		undiscounted[LINE_QUANTITY] = line[LINE_QUANTITY];
		undiscounted[LINE_PRICE] = line[LINE_PRICE];
		undiscounted[LINE_VOLUME_DISCOUNT] = none;
		undiscounted[LINE_MANUAL_DISCOUNT] = none;
		line = undiscounted;
	}

	*status = FIXED_OK;
	*amount = 0;
	if (!net_amount_fixed(line, REVENUE_SCALE, amount))
		*status = numeric_to_fixed(net_amount_exactly(line, REVENUE_SCALE), REVENUE_SCALE, amount);
	return true;
}

PG_FUNCTION_INFO_V1(opp_revenue_add);

Datum
opp_revenue_add(PG_FUNCTION_ARGS)
{
	RevenueState *state = state_to_change(fcinfo);
	FixedStatus status;
	int128		amount;

	if (get_line(fcinfo, &status, &amount))
	{
		if (likely(status == FIXED_OK))
		{
			add_count(&state->lines, 1);
			add_to_sum(state, amount < 0 ? -1 : 0, (uint128) amount);
		}
		else
			add_count(special_counter(state, status), 1);
	}
	PG_RETURN_POINTER(state);
}

/* Takes a line away again, for moving window frames. */
PG_FUNCTION_INFO_V1(opp_revenue_remove);

Datum
opp_revenue_remove(PG_FUNCTION_ARGS)
{
	RevenueState *state = state_to_change(fcinfo);
	FixedStatus status;
	int128		amount;

	if (get_line(fcinfo, &status, &amount))
	{
		int64	   *count = special_counter(state, status);

		--*count;
		if (status == FIXED_OK && amount != 0)
			add_to_sum(state, amount > 0 ? -1 : 0, -(uint128) amount);
		if (!state_is_valid(state))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("cannot remove a line that revenue_state does not have")));
	}
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(opp_revenue_combine);

Datum
opp_revenue_combine(PG_FUNCTION_ARGS)
{
	RevenueState *state = state_to_change(fcinfo);
	const RevenueState *other = (RevenueState *) PG_GETARG_POINTER(1);

	add_count(&state->lines, other->lines);
	add_count(&state->nan, other->nan);
	add_count(&state->plus_infinity, other->plus_infinity);
	add_count(&state->minus_infinity, other->minus_infinity);
	add_to_sum(state, other->high, other->low);
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(opp_revenue_final);

Datum
opp_revenue_final(PG_FUNCTION_ARGS)
{
	const RevenueState *state;
	const char *special = NULL;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (RevenueState *) PG_GETARG_POINTER(0);

	if (state->nan > 0 || (state->plus_infinity > 0 && state->minus_infinity > 0))
		special = "NaN";
	else if (state->plus_infinity > 0)
		special = "Infinity";
	else if (state->minus_infinity > 0)
		special = "-Infinity";
	if (special != NULL)
		return DirectFunctionCall3(numeric_in, CStringGetDatum(special),
								   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	if (state->lines == 0)
		PG_RETURN_NULL();

	if (state->high != ((int128) state->low < 0 ? -1 : 0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("revenue is out of range"),
				 errdetail("Amounts are added up to 1.7e36.")));
	return fixed_to_numeric((int128) state->low, REVENUE_SCALE);
}

/*
 * The forms of a state: its numbers as 64-bit integers, the sum as three words
 * of two's complement, in text within parentheses, in binary after the version.
 */
#define N_FIELDS 7

static void
state_to_fields(const RevenueState *state, int64 *fields)
{
	fields[0] = state->lines;
	fields[1] = state->nan;
	fields[2] = state->plus_infinity;
	fields[3] = state->minus_infinity;
	fields[4] = state->high;
	fields[5] = (int64) (uint64) (state->low >> 64);
	fields[6] = (int64) (uint64) state->low;
}

/* NULL when the fields are no state. */
static RevenueState *
state_from_fields(const int64 *fields)
{
	RevenueState *state = new_state();

	state->lines = fields[0];
	state->nan = fields[1];
	state->plus_infinity = fields[2];
	state->minus_infinity = fields[3];
	state->high = fields[4];
	state->low = (uint128) (uint64) fields[5] << 64 | (uint64) fields[6];
	return state_is_valid(state) ? state : NULL;
}

static char *
fields_text(const int64 *fields)
{
	StringInfoData string;

	initStringInfo(&string);
	for (int i = 0; i < N_FIELDS; i++)
		appendStringInfo(&string, "%c" INT64_FORMAT, i == 0 ? '(' : ',', fields[i]);
	appendStringInfoChar(&string, ')');
	return string.data;
}

/* Only what fields_text writes: no blanks, plus signs or leading zeros. */
static bool
parse_fields(const char *string, int64 *fields)
{
	const char *next = string;

	for (int i = 0; i < N_FIELDS; i++)
	{
		char	   *end;

		if (*next++ != (i == 0 ? '(' : ','))
			return false;
		fields[i] = strtoll(next, &end, 10);
		next = end;
	}
	return strcmp(fields_text(fields), string) == 0;
}

PG_FUNCTION_INFO_V1(opp_revenue_state_in);

Datum
opp_revenue_state_in(PG_FUNCTION_ARGS)
{
	const char *string = PG_GETARG_CSTRING(0);
	int64		fields[N_FIELDS];
	RevenueState *state = NULL;

	if (parse_fields(string, fields))
		state = state_from_fields(fields);
	if (state == NULL)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"", "revenue_state", string)));
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(opp_revenue_state_out);

Datum
opp_revenue_state_out(PG_FUNCTION_ARGS)
{
	int64		fields[N_FIELDS];

	state_to_fields((RevenueState *) PG_GETARG_POINTER(0), fields);
	PG_RETURN_CSTRING(fields_text(fields));
}

PG_FUNCTION_INFO_V1(opp_revenue_state_recv);

Datum
opp_revenue_state_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	int64		fields[N_FIELDS];
	RevenueState *state = NULL;

	if (buffer->len - buffer->cursor == 1 + N_FIELDS * (int) sizeof(int64) &&
		pq_getmsgbyte(buffer) == REVENUE_STATE_VERSION)
	{
		for (int i = 0; i < N_FIELDS; i++)
			fields[i] = pq_getmsgint64(buffer);
		state = state_from_fields(fields);
	}
	if (state == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value for type %s", "revenue_state")));
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(opp_revenue_state_send);

Datum
opp_revenue_state_send(PG_FUNCTION_ARGS)
{
	int64		fields[N_FIELDS];
	StringInfoData buffer;

	state_to_fields((RevenueState *) PG_GETARG_POINTER(0), fields);
	pq_begintypsend(&buffer);
	pq_sendbyte(&buffer, REVENUE_STATE_VERSION);
	for (int i = 0; i < N_FIELDS; i++)
		pq_sendint64(&buffer, fields[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}
