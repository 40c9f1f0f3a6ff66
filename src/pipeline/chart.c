/*
 * chart.c
 *		The aggregate pipeline_chart: collects deals, and draws them at the end.
 *
 * The state grows with the deals: about 60 bytes a deal and its label.  It is
 * internal and cannot be combined: the picture needs all deals at once.
 */
#include "pipeline/chart_drawing.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "numeric/fixed.h"
#include "pipeline/chart_text.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define MAX_DEALS			1000000
#define LABEL_CHARACTERS	60
#define DRAWN_LIMIT			1e18	/* amounts are below it */

typedef struct ChartState
{
	Jsonb	   *options_given;	/* of the first row; all rows have the same */
	ChartOptions options;
	ChartDeal  *deals;
	int			n_deals;
	int			capacity;
	MemoryContext context;		/* of the labels */
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

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "pipeline_chart called outside an aggregate");
	return context;
}

static ChartState *
chart_state(FunctionCallInfo fcinfo)
{
	MemoryContext context = aggregate_context(fcinfo);
	MemoryContext old;
	ChartState *state;

	if (!PG_ARGISNULL(0))
		return (ChartState *) PG_GETARG_POINTER(0);

	old = MemoryContextSwitchTo(context);
	state = palloc0(sizeof(ChartState));
	state->capacity = 64;
	state->deals = palloc(state->capacity * sizeof(ChartDeal));
	state->context = context;
	if (PG_NARGS() > ARG_OPTIONS && !PG_ARGISNULL(ARG_OPTIONS))
	{
		state->options_given = PG_GETARG_JSONB_P_COPY(ARG_OPTIONS);
		chart_read_options(state->options_given, &state->options);
	}
	else
		chart_default_options(&state->options);
	MemoryContextSwitchTo(old);
	return state;
}

/* Which row is first is chance: so that no picture depends on it, all say the same. */
static void
check_options(const ChartState *state, FunctionCallInfo fcinfo)
{
	Jsonb	   *given = NULL;
	bool		same;

	if (PG_NARGS() <= ARG_OPTIONS)
		return;
	if (!PG_ARGISNULL(ARG_OPTIONS))
		given = PG_GETARG_JSONB_P(ARG_OPTIONS);
	if (given == NULL || state->options_given == NULL)
		same = given == state->options_given;
	else
		same = VARSIZE(given) == VARSIZE(state->options_given) &&
			memcmp(given, state->options_given, VARSIZE(given)) == 0;
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options of pipeline_chart differ between rows"),
				 errhint("Pass one constant for all rows of a chart.")));
}

static void
add_label(ChartState *state, ChartDeal *deal, text *label)
{
	const char *data = VARDATA_ANY(label);
	int			len = VARSIZE_ANY_EXHDR(label);
	int			shown = pg_mbcharcliplen(data, len, LABEL_CHARACTERS);
	char	   *clipped = pnstrdup(data, shown);
	const char *utf8 = chart_utf8(clipped, shown);

	deal->label_cut = shown < len;
	deal->label_len = strlen(utf8);
	deal->label = MemoryContextStrdup(state->context, utf8);
}

/* Takes a row in; amount is 0 where it is NULL. */
static void
add_deal(FunctionCallInfo fcinfo, ChartState *state, Timestamp closes, double amount)
{
	ChartDeal  *deal;

	check_options(state, fcinfo);
	if (state->n_deals >= MAX_DEALS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a pipeline chart holds at most %d deals", MAX_DEALS),
				 errhint("Filter the deals, or draw a chart for each group.")));
	if (state->n_deals == state->capacity)
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
		if (!(fabs(amount) < DRAWN_LIMIT))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("amount %g cannot be drawn", amount),
					 errdetail("Amounts are finite and below 10^18 in magnitude.")));
		deal->amount = amount + 0.0;	/* no negative zero */
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
		add_label(state, deal, PG_GETARG_TEXT_PP(ARG_LABEL));
	state->n_deals++;
}

static double
numeric_amount(FunctionCallInfo fcinfo)
{
	Datum		number;
	int128		hundredths;

	if (PG_ARGISNULL(ARG_AMOUNT))
		return 0;
	number = PG_GETARG_DATUM(ARG_AMOUNT);

	/* Both operands of this division are exact, so its result is the nearest double. */
	if (numeric_to_fixed(number, 2, &hundredths) == FIXED_OK &&
		hundredths < (INT64CONST(1) << 53) && hundredths > -(INT64CONST(1) << 53))
		return (double) (int64) hundredths / 100;
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, number));
}

static double
float_amount(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(ARG_AMOUNT) ? 0 : PG_GETARG_FLOAT8(ARG_AMOUNT);
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
accumulate(FunctionCallInfo fcinfo, PGFunction convert, double (*amount) (FunctionCallInfo))
{
	ChartState *state = chart_state(fcinfo);

	add_deal(fcinfo, state, local_time(fcinfo, convert), amount(fcinfo));
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

PG_FUNCTION_INFO_V1(opp_chart_svg);
Datum
opp_chart_svg(PG_FUNCTION_ARGS)
{
	ChartOptions defaults;
	const ChartOptions *options = &defaults;
	const ChartDeal *deals = NULL;
	int			n_deals = 0;
	StringInfoData out;

	(void) aggregate_context(fcinfo);
	chart_default_options(&defaults);
	if (!PG_ARGISNULL(0))
	{
		ChartState *state = (ChartState *) PG_GETARG_POINTER(0);

		options = &state->options;
		deals = state->deals;
		n_deals = state->n_deals;
	}

	/* The document is written behind a varlena header: copying it costs as much as sorting. */
	initStringInfo(&out);
	appendStringInfoSpaces(&out, VARHDRSZ);
	chart_write_svg(&out, chart_layout(deals, n_deals, options));
	SET_VARSIZE(out.data, out.len);
	PG_RETURN_TEXT_P((text *) out.data);
}
