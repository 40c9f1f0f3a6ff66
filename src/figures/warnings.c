/*
 * warnings.c
 *		What in the deals of a summary makes its figures doubtful.
 */
#include "opportunity.h"

#include "catalog/pg_type.h"
#include "figures/forecast.h"
#include "summary/summary_value.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(opp_warnings);

static void
warn(ArrayBuildState *warnings, const char *text)
{
	(void) accumArrayResult(warnings, CStringGetTextDatum(text), false, TEXTOID, CurrentMemoryContext);
}

Datum
opp_warnings(PG_FUNCTION_ARGS)
{
	PipelineSummary *summary = PG_GETARG_SUMMARY(0);
	const OpenDeals *open = &summary->open;
	const ClosedDeals *won = &summary->won;
	const ClosedDeals *lost = &summary->lost;
	int64		deals = open->deals + won->deals + lost->deals;
	ArrayBuildState *warnings = initArrayResult(TEXTOID, CurrentMemoryContext, false);

	if (open->up_to_one > 0 && open->above_one == 0)
		warn(warnings, "the probabilities of all open deals are 1 or less: they are taken as percent, 0 to 100");
	if (open->without_probability > 0)
		warn(warnings, psprintf(INT64_FORMAT " of " INT64_FORMAT " open deals have no probability and count 0 in the weighted value",
			 open->without_probability, open->deals));
	if (summary_amounts(summary) < deals)
		warn(warnings, psprintf(INT64_FORMAT " of " INT64_FORMAT " deals have no amount",
			 deals - summary_amounts(summary), deals));
	if (open->with_closed > 0)
		warn(warnings, psprintf(INT64_FORMAT " of " INT64_FORMAT " open deals have a closing date",
			 open->with_closed, open->deals));

	/* where no closed deal has a date of any kind, dates were not asked about */
	if (won->without_opened + lost->without_opened < won->deals + lost->deals ||
		won->without_closed + lost->without_closed < won->deals + lost->deals)
	{
		if (won->cycles < won->deals)
			warn(warnings, psprintf(INT64_FORMAT " of " INT64_FORMAT " won deals have no opening or closing date and are left out of the average cycle",
				 won->deals - won->cycles, won->deals));
		if (lost->without_closed > 0)
			warn(warnings, psprintf(INT64_FORMAT " of " INT64_FORMAT " lost deals have no closing date",
				 lost->without_closed, lost->deals));
	}
	if (forecast_is_rough(summary))
		warn(warnings, "many large or unlikely deals dominate the forecast: its quantiles are rough");
	if (won->backward + lost->backward > 0)
		warn(warnings, psprintf(INT64_FORMAT " of " INT64_FORMAT " won and lost deals were closed before they were opened",
								won->backward + lost->backward, won->deals + lost->deals));

	PG_RETURN_DATUM(makeArrayResult(warnings, CurrentMemoryContext));
}
