/*
 * summary.h
 *		A pipeline summary: what is known of a set of deals, as a vector of exact
 *		integers.
 *
 * Every field but the header's and the list of the largest deals is a count or a
 * sum over deals.  So merging two summaries is adding them field by field and
 * joining the lists, taking deals away again is subtracting, and neither the
 * order nor the grouping of deals can be seen in the bytes.  The struct is the
 * stored value itself (a plain, never toasted varlena), the state of the
 * aggregates, and what the text and binary forms spell out.
 *
 * Units: amounts are multiples of 10^-6, probabilities P multiples of 10^-6
 * percent, that is 10^-8 of certainty; times are microseconds.  A deal's amount
 * is below 10^18 and a summary holds at most 10^12 deals, which bounds every sum
 * below its width: no addition here can overflow.
 *
 * The forecast fields are the cumulants of the revenue the open deals will
 * bring, each an independent gain of a with probability p: Σ ap, Σ a²pq,
 * Σ a³pq(q - p) and Σ a⁴pq(1 - 6pq) with q = 1 - p.  Of deals that alone are
 * much of the total, cumulants say too little: the largest uncertain ones are
 * kept as they are.  When one of them is taken away, the next largest is not
 * known: a moving aggregate then starts anew (SUMMARY_UNKNOWN).
 */
#ifndef OPPORTUNITY_SUMMARY_H
#define OPPORTUNITY_SUMMARY_H

#include "opportunity.h"

#include "deal/deal.h"
#include "numeric/wide.h"

#define SUMMARY_VERSION			1

#define SUMMARY_MAX_DEALS		INT64CONST(1000000000000)

#define VALUE_LIMBS				2
#define WEIGHTED_LIMBS			3
#define VARIANCE_LIMBS			4
#define THIRD_LIMBS				6
#define FOURTH_LIMBS			8

/* Deals won, or deals lost. */
typedef struct ClosedDeals
{
	int64		without_amount;
	int64		without_opened;
	int64		without_closed;
	int64		backward;		/* of those with both dates, closed before they were opened */
	int64		cycles;			/* deals with both dates */
	uint64		value[VALUE_LIMBS];
	uint64		cycle[VALUE_LIMBS]; /* Σ closed - opened */
	int64		deals;
} ClosedDeals;

typedef struct OpenDeals
{
	int64		deals;
	int64		above_one;
	int64		uncertain;		/* with an amount that is not 0, neither impossible nor certain */
	uint64		value[VALUE_LIMBS];
	uint64		most[VALUE_LIMBS];	/* the most that can come of them */
	uint64		weighted[WEIGHTED_LIMBS];
	uint64		variance[VARIANCE_LIMBS];
	uint64		third[THIRD_LIMBS];
	uint64		fourth[FOURTH_LIMBS];
	uint64		least[VALUE_LIMBS]; /* the least: what is certain and negative */
	int64		without_amount;
	int64		without_probability;
	int64		up_to_one;		/* 0 < probability ≤ 1 percent: maybe meant as fractions */
	int64		with_closed;	/* open, yet with a closing date */
} OpenDeals;

#define LARGEST_DEALS			8

/* An open deal that is uncertain; all zero: none. */
typedef struct UncertainDeal
{
	uint64		amount[VALUE_LIMBS];
	int64		probability;
} UncertainDeal;

/*
 * What most rows change stands together, and next to the count of deals of the two
 * other outcomes: with a summary a group, every cache line counts.
 */
typedef struct PipelineSummary
{
	int32		vl_len_;
	uint8		version;
	char		currency[3];	/* ISO 4217 letters; zero bytes: amounts are plain numbers, or there are none */
	int64		decimals[AMOUNT_DECIMALS + 1];	/* amounts by how many decimals they showed */
	ClosedDeals won;
	ClosedDeals lost;
	OpenDeals	open;
	UncertainDeal largest[LARGEST_DEALS];	/* of them, in the order of uncertain_order */
} PipelineSummary;

typedef enum SummaryStatus
{
	SUMMARY_OK,
	SUMMARY_TOO_MANY,			/* above SUMMARY_MAX_DEALS */
	SUMMARY_MIXED,				/* amounts of two currencies */
	SUMMARY_NOT_THERE,			/* what is to be taken away was never added */
	SUMMARY_UNKNOWN				/* which are the largest deals of what is left; the summary is void */
} SummaryStatus;

/* The summary of no deals: what merging leaves as it is. */
extern void summary_init(PipelineSummary *summary);

extern SummaryStatus summary_remove_deal(PipelineSummary *summary, const Deal *deal);
extern SummaryStatus summary_merge(PipelineSummary *summary, const PipelineSummary *other);
extern SummaryStatus summary_unmerge(PipelineSummary *summary, const PipelineSummary *other);

/* The parts of summary_add_deal, below. */
extern void summary_add_open_deal(PipelineSummary *summary, int128 amount, int probability,
								  bool has_amount, bool has_closed);
extern bool summary_take_currency(PipelineSummary *summary, const char *currency);

static inline int128
absolute(int128 value)
{
	return value < 0 ? -value : value;
}

/* Below zero when x comes first: by size, then gains before losses, then by probability. */
static inline int
uncertain_order(const UncertainDeal *x, const UncertainDeal *y)
{
	int128		a = wide_to_int128(x->amount);
	int128		b = wide_to_int128(y->amount);

	if (absolute(a) != absolute(b))
		return absolute(a) > absolute(b) ? -1 : 1;
	if (a != b)
		return a > b ? -1 : 1;
	if (x->probability != y->probability)
		return x->probability > y->probability ? -1 : 1;
	return 0;
}

/* How many of the largest deals are listed. */
extern int	summary_listed(const PipelineSummary *summary);

/* The open deals without those that are listed. */
extern void summary_unlisted(const PipelineSummary *summary, OpenDeals *rest);

/* Deals, all outcomes, that have an amount. */
extern int64 summary_amounts(const PipelineSummary *summary);

/* Decimals that amounts are shown with: as many as the most exact of them showed. */
extern int	summary_decimals(const PipelineSummary *summary);

/* Memory is asked for in pieces of a cache line, of most processors. */
#define PREFETCH_SIZE	64

/* sum ± value; sign is 1 or -1 */
static pg_attribute_always_inline void
add_value(uint64 *sum, int128 value, int sign)
{
	wide_from_int128(sum, wide_to_int128(sum) + sign * value);
}

static pg_attribute_always_inline void
apply_closed_deal(ClosedDeals *closed, const Deal *deal, int sign)
{
	closed->deals += sign;
	if (likely(deal->has_amount))
		add_value(closed->value, deal->amount.units, sign);
	else
		closed->without_amount += sign;
	if (likely(deal->has_opened && deal->has_closed))
	{
		closed->cycles += sign;
		if (unlikely(deal->closed < deal->opened))
			closed->backward += sign;
		add_value(closed->cycle, (int128) deal->closed - deal->opened, sign);
	}
	else
	{
		closed->without_opened += deal->has_opened ? 0 : sign;
		closed->without_closed += deal->has_closed ? 0 : sign;
	}
}

/* Whether an amount in that currency, or none, is in the one of the summary. */
static inline bool
currency_matches(const PipelineSummary *summary, const char *currency)
{
	if (likely(currency == NULL))
		return summary->currency[0] == '\0';
	return memcmp(summary->currency, currency, sizeof(summary->currency)) == 0;
}

/*
 * Always inline, with the reader of the deal's columns: what runs a row is a third
 * shorter where the deal stays in registers.
 */
static pg_attribute_always_inline SummaryStatus
summary_add_deal(PipelineSummary *summary, const Deal *deal)
{
	if (unlikely(summary->won.deals + summary->lost.deals + summary->open.deals >= SUMMARY_MAX_DEALS))
		return SUMMARY_TOO_MANY;
	if (likely(deal->has_amount))
	{
		if (unlikely(!currency_matches(summary, deal->currency)) &&
			!summary_take_currency(summary, deal->currency))
			return SUMMARY_MIXED;
		summary->decimals[deal->amount.decimals]++;
	}
	if (deal->outcome == DEAL_OPEN)
		summary_add_open_deal(summary, deal->has_amount ? deal->amount.units : 0, deal->probability,
							  deal->has_amount, deal->has_closed);
	else
		apply_closed_deal(deal->outcome == DEAL_WON ? &summary->won : &summary->lost, deal, 1);
	return SUMMARY_OK;
}

#endif							/* OPPORTUNITY_SUMMARY_H */
