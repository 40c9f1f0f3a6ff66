/*
 * possible.c
 *		What is wrong with a summary that no set of deals can have: its counts, the
 *		size of its sums, and the list of the largest deals.
 */
#include "summary/possible.h"

#include "numeric/currency.h"

/* Deals that a sum is over. */
static int64
field_deals(const PipelineSummary *summary, const SummaryField *field)
{
	const ClosedDeals *closed;

	if (field->offset >= offsetof(PipelineSummary, open))
		return summary->open.deals - summary->open.without_amount;
	closed = field->offset < offsetof(PipelineSummary, lost) ? &summary->won : &summary->lost;
	if (summary_limbs(summary, field) == closed->cycle)
		return closed->cycles;
	return closed->deals - closed->without_amount;
}

/* summary_problem for the list of the largest deals. */
static const char *
largest_problem(const PipelineSummary *summary)
{
	const OpenDeals *open = &summary->open;
	static const UncertainDeal none;
	OpenDeals	rest;

	if (open->uncertain > open->deals - open->without_amount ||
		open->uncertain > open->up_to_one + open->above_one)
		return "The counts contradict each other.";
	for (int i = 0; i < LARGEST_DEALS; i++)
	{
		const UncertainDeal *deal = &summary->largest[i];
		int128		amount = wide_to_int128(deal->amount);

		if (i >= open->uncertain ? uncertain_order(deal, &none) != 0 :
			(amount == 0 || amount >= AMOUNT_LIMIT || amount <= -AMOUNT_LIMIT ||
			 deal->probability <= 0 || deal->probability >= PROBABILITY_ONE ||
			 (i > 0 && uncertain_order(&summary->largest[i - 1], deal) > 0)))
			return "\"largest\" must list the largest uncertain deals, in their order.";
	}
	summary_unlisted(summary, &rest);
	if (wide_is_negative(rest.variance, VARIANCE_LIMBS) ||
		wide_is_zero(rest.variance, VARIANCE_LIMBS) != (rest.uncertain == 0))
		return "\"variance\" must be that of the uncertain deals.";
	if (rest.uncertain == 0 &&
		!(wide_is_zero(rest.third, THIRD_LIMBS) && wide_is_zero(rest.fourth, FOURTH_LIMBS)))
		return "\"third\" and \"fourth\" must be those of the uncertain deals.";
	return NULL;
}

static bool
closed_counts_fit(const ClosedDeals *closed)
{
	return closed->without_amount <= closed->deals
		&& closed->without_opened <= closed->deals
		&& closed->without_closed <= closed->deals
		&& closed->cycles <= closed->deals - Max(closed->without_opened, closed->without_closed)
		&& closed->cycles >= closed->deals - closed->without_opened - closed->without_closed
		&& closed->backward <= closed->cycles;
}

const char *
summary_problem(const PipelineSummary *summary, const SummaryField **field)
{
	const OpenDeals *open = &summary->open;
	int64		amounts = 0;
	const char *problem;
	uint64		bound[WEIGHTED_LIMBS];
	const uint64 one = PROBABILITY_ONE;

	for (int i = 0; i < SUMMARY_SUMS; i++)
	{
		int64		count = (int64) *summary_limbs(summary, &summary_fields[i]);

		*field = &summary_fields[i];
		if (summary_fields[i].limbs > 1)
			continue;
		if (count < 0)
			return "must not be negative";
		if (count > SUMMARY_MAX_DEALS)
			return "is above the limit of 1000000000000 deals";
		if (summary_fields[i].offset >= offsetof(PipelineSummary, decimals) &&
			summary_fields[i].offset < offsetof(PipelineSummary, won))
			amounts += count;
	}
	*field = NULL;
	if (open->deals + summary->won.deals + summary->lost.deals > SUMMARY_MAX_DEALS)
		return "A summary holds at most 1000000000000 deals.";
	if (open->without_amount > open->deals || open->with_closed > open->deals ||
		open->without_probability + open->up_to_one + open->above_one > open->deals ||
		!closed_counts_fit(&summary->won) || !closed_counts_fit(&summary->lost))
		return "The counts contradict each other.";
	if (amounts != summary_amounts(summary))
		return "The counts under \"decimals\" must add up to the deals with an amount.";

	for (int i = 0; i < SUMMARY_SUMS; i++)
	{
		*field = &summary_fields[i];
		if ((*field)->limbs > 1 &&
			!wide_within(summary_limbs(summary, *field), (*field)->limbs,
						 field_deals(summary, *field), (*field)->exponent))
			return "is more than the number of deals allows";
	}
	*field = NULL;

	/* least ≤ weighted ≤ most; the bounds above leave room to multiply by PROBABILITY_ONE */
	for (int i = 0; i < 2; i++)
	{
		const uint64 *value = i == 0 ? open->least : open->most;
		int128		magnitude = wide_to_int128(value);
		uint64		limbs[VALUE_LIMBS];
		int			order;

		wide_from_int128(limbs, magnitude < 0 ? -magnitude : magnitude);
		wide_multiply(bound, limbs, VALUE_LIMBS, &one, 1);
		if (magnitude < 0)
		{
			uint64		opposite[WEIGHTED_LIMBS] = {0};

			wide_subtract(opposite, bound, WEIGHTED_LIMBS);
			memcpy(bound, opposite, sizeof(bound));
		}
		order = wide_compare(open->weighted, bound, WEIGHTED_LIMBS);
		if (i == 0 ? order < 0 : order > 0)
			return "\"weighted\" must lie between \"least\" and \"most\".";
	}
	problem = largest_problem(summary);
	if (problem != NULL)
		return problem;

	if (memcmp(summary->currency, "\0\0", sizeof(summary->currency)) != 0)
	{
		const Currency *currency = currency_by_code(summary->currency, sizeof(summary->currency));

		if (currency == NULL || memcmp(currency->code, summary->currency, sizeof(summary->currency)) != 0)
			return "\"currency\" must be an ISO 4217 code in capital letters.";
		if (amounts == 0)
			return "Without amounts there is no \"currency\".";
	}
	return NULL;
}
