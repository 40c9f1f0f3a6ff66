/*
 * input.c
 *		What the aggregates that draw charts share: their state's beginning, labels
 *		and amounts.
 */
#include "chart/options.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "chart/text.h"
#include "utils/memutils.h"

#define LABEL_CHARACTERS	60
#define DRAWN_LIMIT			1e18

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "function of a chart called outside an aggregate");
	return context;
}

/* Which row is first is chance: so that no picture depends on it, all say the same. */
static void
check_options(const ChartInput *input, const Jsonb *given)
{
	bool		same;

	if (given == NULL || input->options_given == NULL)
		same = given == input->options_given;
	else
		same = VARSIZE(given) == VARSIZE(input->options_given) &&
			memcmp(given, input->options_given, VARSIZE(given)) == 0;
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options of a chart differ between rows"),
				 errhint("Pass one constant for all rows of a chart.")));
}

ChartInput *
chart_input(FunctionCallInfo fcinfo, ChartKind kind, int options_argument, Size size)
{
	MemoryContext context = aggregate_context(fcinfo);
	MemoryContext old;
	Jsonb	   *given = NULL;
	ChartInput *input;

	if (PG_NARGS() > options_argument && !PG_ARGISNULL(options_argument))
		given = PG_GETARG_JSONB_P(options_argument);
	if (!PG_ARGISNULL(0))
	{
		input = (ChartInput *) PG_GETARG_POINTER(0);
		check_options(input, given);
		return input;
	}

	old = MemoryContextSwitchTo(context);
	input = palloc0(size);
	input->context = context;
	chart_default_options(kind, &input->options);
	if (given != NULL)
	{
		input->options_given = PG_GETARG_JSONB_P_COPY(options_argument);
		chart_read_options(kind, input->options_given, &input->options);
	}
	MemoryContextSwitchTo(old);
	return input;
}

ChartInput *
chart_collected(FunctionCallInfo fcinfo, ChartKind kind, Size size)
{
	ChartInput *input;

	(void) aggregate_context(fcinfo);
	if (!PG_ARGISNULL(0))
		return (ChartInput *) PG_GETARG_POINTER(0);
	input = palloc0(size);
	chart_default_options(kind, &input->options);
	return input;
}

ChartText
chart_label(const ChartInput *input, text *label, bool *cut)
{
	const char *data = VARDATA_ANY(label);
	int			len = VARSIZE_ANY_EXHDR(label);
	int			shown = pg_mbcharcliplen(data, len, LABEL_CHARACTERS);
	char	   *clipped = pnstrdup(data, shown);
	ChartText	result;

	result.data = MemoryContextStrdup(input->context, chart_utf8(clipped, shown));
	result.len = strlen(result.data);
	*cut = shown < len;
	return result;
}

double
chart_amount(double amount)
{
	if (!(fabs(amount) < DRAWN_LIMIT))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("amount %g cannot be drawn", amount),
				 errdetail("Amounts are finite and below 10^18 in magnitude.")));
	return amount + 0.0;
}

void
chart_begin_document(StringInfo out)
{
	initStringInfo(out);
	appendStringInfoSpaces(out, VARHDRSZ);
}

Datum
chart_end_document(StringInfo out)
{
	SET_VARSIZE(out->data, out->len);
	return PointerGetDatum(out->data);
}
