/*
 * waterfall_steps.c
 *		The rows of a waterfall: start, each kind of change, end.
 */
#include "change/waterfall.h"

#include "funcapi.h"
#include "numeric/fixed.h"
#include "numeric/wide.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(opp_waterfall_steps);

/* Units as a numeric with so many decimals, which no amount exceeds. */
static Datum
amount_numeric(int128 units, int decimals)
{
	return fixed_to_numeric(units / power_of_ten[AMOUNT_DECIMALS - decimals], decimals);
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
		put_step(result, waterfall, i + 2, change_names[i], sum->deals, change, running, before, after);
	}
	put_step(result, waterfall, CHANGE_KINDS + 2, "end", deals_after, running, running, running, running);
	return (Datum) 0;
}
