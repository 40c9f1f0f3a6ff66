/*
 * chart.c
 *		The aggregates pipeline_chart and pipeline_chart_data: collect deals, and draw
 *		or list them at the end.
 *
 * The state grows with the deals: about 60 bytes a deal and its label.  It is
 * internal and cannot be combined: the picture needs all deals at once.
 */
#include "chart/drawing.h"

#include "numeric/fixed.h"
#include "revenue/monetary.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#define MAX_DEALS			1000000

typedef struct ChartState
{
	ChartInput	input;
	ChartDeal  *deals;
	int			n_deals;
	int			capacity;
	bool		has_currency;	/* some amount is monetary: */
	Monetary	amount;			/* the first */
} ChartState;

/* Arguments of the transition functions after the state. */
enum
{
	ARG_CLOSES = 1,
	ARG_AMOUNT,
	ARG_SCORE,
	ARG_LABEL,
	ARG_OPTIONS
};

/* Takes a row in; amount is 0 where it is NULL. */
static void
add_deal(FunctionCallInfo fcinfo, ChartState *state, Timestamp closes, double amount)
{
	ChartDeal  *deal;

	if (state->n_deals >= MAX_DEALS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a pipeline chart holds at most %d deals", MAX_DEALS),
				 errhint("Filter the deals, or draw a chart for each group.")));
	if (state->deals == NULL)
	{
		state->capacity = 64;
		state->deals = MemoryContextAlloc(state->input.context, state->capacity * sizeof(ChartDeal));
	}
	else if (state->n_deals == state->capacity)
	{
		state->capacity *= 2;
		state->deals = repalloc_huge(state->deals, state->capacity * sizeof(ChartDeal));
	}

	deal = &state->deals[state->n_deals];
	memset(deal, 0, sizeof(*deal));
	if (!PG_ARGISNULL(ARG_CLOSES))
	{
		deal->closes = closes;
		deal->has_date = !TIMESTAMP_NOT_FINITE(closes);
	}
	if (!PG_ARGISNULL(ARG_AMOUNT))
	{
		deal->amount = chart_amount(amount);
		deal->has_amount = true;
	}
	if (!PG_ARGISNULL(ARG_SCORE))
	{
		double		score = PG_GETARG_FLOAT8(ARG_SCORE);

		if (!score_is_valid(score))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("score %g is out of range", score),
					 errdetail("Scores are numbers from 0 to 100.")));
		deal->score = score + 0.0;
		deal->has_score = true;
	}
	if (!PG_ARGISNULL(ARG_LABEL))
	{
		ChartText	label = chart_label(&state->input, PG_GETARG_TEXT_PP(ARG_LABEL), &deal->label_cut);

		deal->label = label.data;
		deal->label_len = label.len;
	}
	state->n_deals++;
}

typedef double (*AmountReader) (ChartState *state, Datum amount);

static double
numeric_amount(ChartState *state, Datum number)
{
	int128		hundredths;

	/* Both operands of this division are exact, so its result is the nearest double. */
	if (numeric_to_fixed(number, 2, &hundredths) == FIXED_OK &&
		hundredths < (INT64CONST(1) << 53) && hundredths > -(INT64CONST(1) << 53))
		return (double) (int64) hundredths / 100;
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, number));
}

static double
float_amount(ChartState *state, Datum amount)
{
	return DatumGetFloat8(amount);
}

static double
monetary_amount(ChartState *state, Datum amount)
{
	Monetary	value = DatumGetMonetary(amount);
	double		units = (double) monetary_minor_units(value);

	if (!state->has_currency)
	{
		state->has_currency = true;
		state->amount = value;
	}
	else if (!monetary_same_currency(value, state->amount))
		monetary_raise_mixed(state->amount, value);

	/* both operands of this division are exact */
	return units / (double) power_of_ten[monetary_currency(value)->minor_unit];
}

/* The local time that a date, timestamp or timestamptz stands for; conversions keep infinities. */
static Timestamp
local_time(FunctionCallInfo fcinfo, PGFunction convert)
{
	if (PG_ARGISNULL(ARG_CLOSES))
		return 0;
	if (convert == NULL)
		return PG_GETARG_TIMESTAMP(ARG_CLOSES);
	return DatumGetTimestamp(DirectFunctionCall1(convert, PG_GETARG_DATUM(ARG_CLOSES)));
}

static Datum
accumulate(FunctionCallInfo fcinfo, PGFunction convert, AmountReader read_amount)
{
	ChartState *state = (ChartState *) chart_input(fcinfo, PIPELINE_CHART, ARG_OPTIONS, sizeof(ChartState));
	double		amount = PG_ARGISNULL(ARG_AMOUNT) ? 0 : read_amount(state, PG_GETARG_DATUM(ARG_AMOUNT));

	add_deal(fcinfo, state, local_time(fcinfo, convert), amount);
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(opp_chart_add_date_numeric);
Datum
opp_chart_add_date_numeric(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, date_timestamp, numeric_amount);
}

PG_FUNCTION_INFO_V1(opp_chart_add_date_float);
Datum
opp_chart_add_date_float(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, date_timestamp, float_amount);
}

PG_FUNCTION_INFO_V1(opp_chart_add_date_monetary);
Datum
opp_chart_add_date_monetary(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, date_timestamp, monetary_amount);
}

PG_FUNCTION_INFO_V1(opp_chart_add_timestamp_numeric);
Datum
opp_chart_add_timestamp_numeric(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, NULL, numeric_amount);
}

PG_FUNCTION_INFO_V1(opp_chart_add_timestamp_float);
Datum
opp_chart_add_timestamp_float(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, NULL, float_amount);
}

PG_FUNCTION_INFO_V1(opp_chart_add_timestamp_monetary);
Datum
opp_chart_add_timestamp_monetary(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, NULL, monetary_amount);
}

PG_FUNCTION_INFO_V1(opp_chart_add_timestamptz_numeric);
Datum
opp_chart_add_timestamptz_numeric(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, timestamptz_timestamp, numeric_amount);
}

PG_FUNCTION_INFO_V1(opp_chart_add_timestamptz_float);
Datum
opp_chart_add_timestamptz_float(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, timestamptz_timestamp, float_amount);
}

PG_FUNCTION_INFO_V1(opp_chart_add_timestamptz_monetary);
Datum
opp_chart_add_timestamptz_monetary(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, timestamptz_timestamp, monetary_amount);
}

/* The collected deals, and options in which the currency of monetary amounts stands. */
static ChartState *
collected(FunctionCallInfo fcinfo, ChartOptions *options)
{
	ChartState *state = (ChartState *) chart_collected(fcinfo, PIPELINE_CHART, sizeof(ChartState));

	*options = state->input.options;
	if (options->currency.len == 0 && state->has_currency)
	{
		options->currency.data = monetary_currency(state->amount)->code;
		options->currency.len = CURRENCY_CODE_LENGTH;
	}
	return state;
}

PG_FUNCTION_INFO_V1(opp_chart_svg);
Datum
opp_chart_svg(PG_FUNCTION_ARGS)
{
	ChartOptions options;
	ChartState *state = collected(fcinfo, &options);
	StringInfoData out;

	chart_begin_document(&out);
	chart_write_svg(&out, chart_layout(state->deals, state->n_deals, &options));
	return chart_end_document(&out);
}

PG_FUNCTION_INFO_V1(opp_chart_data);
Datum
opp_chart_data(PG_FUNCTION_ARGS)
{
	ChartOptions options;
	ChartState *state = collected(fcinfo, &options);

	PG_RETURN_JSONB_P(chart_deals_json(state->deals, state->n_deals, &options));
}
