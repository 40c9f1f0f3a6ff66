/*
 * summarize.c
 *		The aggregates over deals and over summaries: transition, inverse and
 *		combine functions.
 *
 * The state is the type itself.  In an aggregate it is ours and changed in
 * place; called from SQL its argument is copied first.
 */
#include "aggregate.h"
#include "deal/deal.h"
#include "summary/possible.h"
#include "summary/summary_value.h"

PG_FUNCTION_INFO_V1(opp_summary_add_outcome);
PG_FUNCTION_INFO_V1(opp_summary_remove_outcome);
PG_FUNCTION_INFO_V1(opp_summary_merge);
PG_FUNCTION_INFO_V1(opp_summary_unmerge);

/* Argument 0 as what can be changed, where it is not an aggregate's own. */
static pg_noinline PipelineSummary *
state_to_change(FunctionCallInfo fcinfo)
{
	PipelineSummary *state;

	if (!PG_ARGISNULL(0))
		return summary_copy(PG_GETARG_SUMMARY(0));
	state = palloc(sizeof(PipelineSummary));
	summary_init(state);
	return state;
}

/* Argument 0, to be changed and returned. */
static pg_attribute_always_inline PipelineSummary *
state_argument(FunctionCallInfo fcinfo)
{
	if (likely(!PG_ARGISNULL(0) && called_by_aggregate(fcinfo)))
		return PG_GETARG_SUMMARY(0);
	return state_to_change(fcinfo);
}

static pg_attribute_always_inline Datum
add_deal(FunctionCallInfo fcinfo, const Deal *deal)
{
	PipelineSummary *state = state_argument(fcinfo);
	SummaryStatus status = summary_add_deal(state, deal);

	if (unlikely(status != SUMMARY_OK))
		summary_raise(status);
	PG_RETURN_SUMMARY(state);
}

static Datum
remove_deal(FunctionCallInfo fcinfo, const Deal *deal)
{
	PipelineSummary *state = state_argument(fcinfo);
	SummaryStatus status = summary_remove_deal(state, deal);
	const SummaryField *field;

	/* An aggregate takes away what it added; by hand it may be anything. */
	if (status == SUMMARY_OK && !called_by_aggregate(fcinfo) && summary_problem(state, &field) != NULL)
		status = SUMMARY_NOT_THERE;
	/* an inverse that returns NULL makes the executor start anew */
	if (status == SUMMARY_UNKNOWN)
		PG_RETURN_NULL();
	if (status != SUMMARY_OK)
		summary_raise(status);
	PG_RETURN_SUMMARY(state);
}

/* Only won, in argument 1. */
static void
read_outcome(FunctionCallInfo fcinfo, Deal *deal)
{
	memset(deal, 0, sizeof(Deal));
	deal->probability = PROBABILITY_UNKNOWN;
	if (!PG_ARGISNULL(1))
		deal->outcome = PG_GETARG_BOOL(1) ? DEAL_WON : DEAL_LOST;
}

/* The transition function and its inverse for each type of columns. */
#define DEAL_FUNCTIONS(type, read_amount, read_probability, read_time) \
PG_FUNCTION_INFO_V1(opp_summary_add_##type); \
PG_FUNCTION_INFO_V1(opp_summary_remove_##type); \
Datum \
opp_summary_add_##type(PG_FUNCTION_ARGS) \
{ \
	Deal		deal; \
\
	read_deal(fcinfo->args + 1, PG_NARGS() - 1, &deal, read_amount, read_probability, read_time); \
	return add_deal(fcinfo, &deal); \
} \
Datum \
opp_summary_remove_##type(PG_FUNCTION_ARGS) \
{ \
	Deal		deal; \
\
	read_deal(fcinfo->args + 1, PG_NARGS() - 1, &deal, read_amount, read_probability, read_time); \
	return remove_deal(fcinfo, &deal); \
}

READERS(DEAL_FUNCTIONS)

Datum
opp_summary_add_outcome(PG_FUNCTION_ARGS)
{
	Deal		deal;

	read_outcome(fcinfo, &deal);
	return add_deal(fcinfo, &deal);
}

Datum
opp_summary_remove_outcome(PG_FUNCTION_ARGS)
{
	Deal		deal;

	read_outcome(fcinfo, &deal);
	return remove_deal(fcinfo, &deal);
}

/* Argument 1 merged into argument 0, or taken out of it; NULL is no deals. */
static Datum
apply_summary(FunctionCallInfo fcinfo,
			  SummaryStatus (*change) (PipelineSummary *summary, const PipelineSummary *other))
{
	PipelineSummary *state;
	SummaryStatus status;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	state = state_argument(fcinfo);
	if (!PG_ARGISNULL(1))
	{
		status = change(state, PG_GETARG_SUMMARY(1));
		if (status == SUMMARY_UNKNOWN)
			PG_RETURN_NULL();
		if (status != SUMMARY_OK)
			summary_raise(status);
	}
	PG_RETURN_SUMMARY(state);
}

Datum
opp_summary_merge(PG_FUNCTION_ARGS)
{
	return apply_summary(fcinfo, summary_merge);
}

/* What is left is checked: it may be anything that is taken away. */
static SummaryStatus
unmerge(PipelineSummary *summary, const PipelineSummary *other)
{
	SummaryStatus status = summary_unmerge(summary, other);
	const SummaryField *field;

	if (status == SUMMARY_OK && summary_problem(summary, &field) != NULL)
		status = SUMMARY_NOT_THERE;
	return status;
}

Datum
opp_summary_unmerge(PG_FUNCTION_ARGS)
{
	return apply_summary(fcinfo, unmerge);
}
