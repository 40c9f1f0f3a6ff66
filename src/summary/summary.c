/*
 * summary.c
 *		Pipeline summaries as values: adding deals, taking them away, and merging.
 */
#include "summary/summary.h"

#include "summary/fields.h"

void
summary_init(PipelineSummary *summary)
{
	memset(summary, 0, sizeof(PipelineSummary));
	SET_VARSIZE(summary, sizeof(PipelineSummary));
	summary->version = SUMMARY_VERSION;
}

int64
summary_amounts(const PipelineSummary *summary)
{
	return summary->open.deals - summary->open.without_amount
		+ summary->won.deals - summary->won.without_amount
		+ summary->lost.deals - summary->lost.without_amount;
}

int
summary_decimals(const PipelineSummary *summary)
{
	int			decimals = AMOUNT_DECIMALS;

	while (decimals > 0 && summary->decimals[decimals] == 0)
		decimals--;
	return decimals;
}

int
summary_listed(const PipelineSummary *summary)
{
	return (int) Min(summary->open.uncertain, LARGEST_DEALS);
}

/* Lists a deal that is not counted yet; false when it is not among the largest. */
static inline bool
list_deal(PipelineSummary *summary, const UncertainDeal *deal)
{
	UncertainDeal *largest = summary->largest;
	int			i = LARGEST_DEALS - 1;

	/* where there is room, nothing comes after the deal */
	if (uncertain_order(deal, &largest[i]) >= 0)
		return false;
	for (; i > 0 && uncertain_order(deal, &largest[i - 1]) < 0; i--)
		largest[i] = largest[i - 1];
	largest[i] = *deal;
	return true;
}

/*
 * Takes a deal out of the list of `listed` deals; false when it is not there.
 * What comes after moves up.
 */
static bool
unlist_deal(PipelineSummary *summary, int listed, const UncertainDeal *deal)
{
	for (int i = 0; i < listed; i++)
	{
		if (uncertain_order(&summary->largest[i], deal) == 0)
		{
			memmove(&summary->largest[i], &summary->largest[i + 1],
					(LARGEST_DEALS - 1 - i) * sizeof(UncertainDeal));
			memset(&summary->largest[LARGEST_DEALS - 1], 0, sizeof(UncertainDeal));
			return true;
		}
	}
	return false;
}

/*
 * Adds an uncertain deal's second to fourth cumulants, exactly.  The magnitude
 * has one limb or two (below 1.8 × 10^13, as almost always, one is enough);
 * sign is -1 to take the deal away.
 */
static pg_attribute_always_inline void
add_cumulants(OpenDeals *open, const uint64 *a, int a_limbs, bool negative, int64 p, int sign)
{
	int64		q = PROBABILITY_ONE - p;
	int64		skew = q - p;
	int64		peak = PROBABILITY_ONE * PROBABILITY_ONE - 6 * p * q;
	uint64		pq = p * q;
	uint64		skew_magnitude = skew < 0 ? -skew : skew;
	uint64		peak_magnitude = peak < 0 ? -peak : peak;
	uint64		a2[4];
	uint64		a2pq[5];
	uint64		product[9];
	uint64		term[10];

	wide_multiply(a2, a, a_limbs, a, a_limbs);
	wide_multiply(a2pq, a2, 2 * a_limbs, &pq, 1);
	wide_add_signed(open->variance, VARIANCE_LIMBS, a2pq, 2 * a_limbs + 1, sign < 0);

	wide_multiply(product, a2pq, 2 * a_limbs + 1, a, a_limbs);
	wide_multiply(term, product, 3 * a_limbs + 1, &skew_magnitude, 1);
	wide_add_signed(open->third, THIRD_LIMBS, term, 3 * a_limbs + 2, negative ^ (skew < 0) ^ (sign < 0));

	wide_multiply(product, a2pq, 2 * a_limbs + 1, a2, 2 * a_limbs);
	wide_multiply(term, product, 4 * a_limbs + 1, &peak_magnitude, 1);
	wide_add_signed(open->fourth, FOURTH_LIMBS, term, 4 * a_limbs + 2, (peak < 0) ^ (sign < 0));
}

/*
 * add_cumulants for amounts as most are, below 137,438 of any currency.  With a below
 * 2^37, a²pq is below 2^126 since pq is at most 2^51.2 (a quarter of 10^16), and
 * a(q - p) below 2^64.
 */
#define SHORT_AMOUNT	(INT64CONST(1) << 37)

static pg_attribute_always_inline void
add_short_cumulants(OpenDeals *open, uint64 a, bool negative, int64 p, int sign)
{
	int64		q = PROBABILITY_ONE - p;
	int64		skew = q - p;
	int64		peak = PROBABILITY_ONE * PROBABILITY_ONE - 6 * p * q;
	uint128		square = (uint128) a * a;
	uint64		third = a * (uint64) (skew < 0 ? -skew : skew);
	uint64		a2pq[2];
	uint64		a2peak[2];
	uint64		term[4];

	wide_set_pair(a2pq, square * (uint64) (p * q));
	wide_set_pair(a2peak, square * (uint64) (peak < 0 ? -peak : peak));
	wide_add_signed(open->variance, VARIANCE_LIMBS, a2pq, 2, sign < 0);
	wide_multiply(term, a2pq, 2, &third, 1);
	wide_add_signed(open->third, THIRD_LIMBS, term, 3, negative ^ (skew < 0) ^ (sign < 0));
	wide_multiply(term, a2pq, 2, a2peak, 2);
	wide_add_signed(open->fourth, FOURTH_LIMBS, term, 4, (peak < 0) ^ (sign < 0));
}

/* What can come of the deal at best and at worst; all of it is certain with p of 1. */
static pg_attribute_always_inline void
add_bounds(OpenDeals *open, int128 amount, int64 p, int sign)
{
	if (p == PROBABILITY_ONE || amount < 0)
		add_value(open->least, amount, sign);
	if (p == PROBABILITY_ONE || amount >= 0)
		add_value(open->most, amount, sign);
}

/* An amount of any size. */
static pg_noinline void
add_long_open_amount(OpenDeals *open, int128 amount, int64 p, int sign)
{
	bool		negative = amount < 0;
	uint64		a[VALUE_LIMBS];
	uint64		weighted[WEIGHTED_LIMBS];
	uint64		probability = p;

	wide_from_int128(a, negative ? -amount : amount);
	add_value(open->value, amount, sign);
	add_bounds(open, amount, p, sign);
	wide_multiply(weighted, a, VALUE_LIMBS, &probability, 1);
	wide_add_signed(open->weighted, WEIGHTED_LIMBS, weighted, WEIGHTED_LIMBS, negative ^ (sign < 0));
	if (p == PROBABILITY_ONE)
		return;
	open->uncertain += sign;
	if (a[1] == 0)
		add_cumulants(open, a, 1, negative, p, sign);
	else
		add_cumulants(open, a, 2, negative, p, sign);
}

static pg_attribute_always_inline void
add_open_amount(OpenDeals *open, int128 amount, int64 p, int sign)
{
	bool		negative = amount < 0;
	uint64		a = negative ? -(uint64) amount : (uint64) amount;
	uint64		weighted[VALUE_LIMBS];

	if (p == 0 || amount == 0)
		add_value(open->value, amount, sign);
	else if (unlikely(amount >= SHORT_AMOUNT || amount <= -SHORT_AMOUNT))
		add_long_open_amount(open, amount, p, sign);
	else
	{
		add_value(open->value, amount, sign);
		add_bounds(open, amount, p, sign);
		wide_set_pair(weighted, (uint128) a * (uint64) p);
		wide_add_signed(open->weighted, WEIGHTED_LIMBS, weighted, VALUE_LIMBS, negative ^ (sign < 0));
		if (p == PROBABILITY_ONE)
			return;
		open->uncertain += sign;
		add_short_cumulants(open, a, negative, p, sign);
	}
}

static pg_attribute_always_inline void
apply_open_deal(OpenDeals *open, int128 amount, int probability, bool has_amount, bool has_closed, int sign)
{
	open->deals += sign;
	if (probability == PROBABILITY_UNKNOWN)
		open->without_probability += sign;
	else if (probability > PROBABILITY_ONE / 100)
		open->above_one += sign;
	else if (probability > 0)
		open->up_to_one += sign;
	if (has_closed)
		open->with_closed += sign;
	if (has_amount)
		add_open_amount(open, amount, Max(probability, 0), sign);
	else
		open->without_amount += sign;
}

static inline bool
is_uncertain(int128 amount, int probability)
{
	return amount != 0 && probability > 0 && probability < PROBABILITY_ONE;
}

static inline UncertainDeal
uncertain_deal(int128 amount, int probability)
{
	UncertainDeal uncertain;

	wide_from_int128(uncertain.amount, amount);
	uncertain.probability = probability;
	return uncertain;
}

void
summary_add_open_deal(PipelineSummary *summary, int128 amount, int probability, bool has_amount, bool has_closed)
{
	if (is_uncertain(amount, probability))
	{
		UncertainDeal uncertain = uncertain_deal(amount, probability);

		(void) list_deal(summary, &uncertain);
	}
	apply_open_deal(&summary->open, amount, probability, has_amount, has_closed, 1);
}

bool
summary_take_currency(PipelineSummary *summary, const char *currency)
{
	if (summary_amounts(summary) > 0)
		return false;
	memcpy(summary->currency, currency, sizeof(summary->currency));
	return true;
}

SummaryStatus
summary_remove_deal(PipelineSummary *summary, const Deal *deal)
{
	int128		amount = deal->has_amount ? deal->amount.units : 0;

	if (deal->has_amount && !currency_matches(summary, deal->currency))
		return SUMMARY_MIXED;
	if (deal->outcome == DEAL_OPEN && is_uncertain(amount, deal->probability))
	{
		UncertainDeal uncertain = uncertain_deal(amount, deal->probability);
		bool		all_listed = summary->open.uncertain <= LARGEST_DEALS;

		if (unlist_deal(summary, summary_listed(summary), &uncertain))
		{
			if (!all_listed)
				return SUMMARY_UNKNOWN;
		}
		else if (all_listed || uncertain_order(&uncertain, &summary->largest[LARGEST_DEALS - 1]) < 0)
			return SUMMARY_NOT_THERE;
	}
	if (deal->has_amount)
		summary->decimals[deal->amount.decimals]--;
	if (deal->outcome == DEAL_OPEN)
		apply_open_deal(&summary->open, amount, deal->probability, deal->has_amount, deal->has_closed, -1);
	else
		apply_closed_deal(deal->outcome == DEAL_WON ? &summary->won : &summary->lost, deal, -1);
	for (int i = 0; i < SUMMARY_SUMS; i++)
	{
		if (summary_fields[i].limbs == 1 &&
			(int64) *summary_limbs(summary, &summary_fields[i]) < 0)
			return SUMMARY_NOT_THERE;
	}
	if (summary->currency[0] != '\0' && summary_amounts(summary) == 0)
		memset(summary->currency, 0, sizeof(summary->currency));
	return SUMMARY_OK;
}

/* The counts and sums of another summary, field by field; sign is 1 or -1. */
#define COMBINE(field) \
	wide_add_signed((uint64 *) &x->field, sizeof(x->field) / sizeof(uint64), \
					(const uint64 *) &y->field, sizeof(x->field) / sizeof(uint64), sign < 0)

static pg_attribute_always_inline void
combine_open(OpenDeals *x, const OpenDeals *y, int sign)
{
	COMBINE(deals);
	COMBINE(without_amount);
	COMBINE(without_probability);
	COMBINE(up_to_one);
	COMBINE(above_one);
	COMBINE(with_closed);
	COMBINE(uncertain);
	COMBINE(value);
	COMBINE(least);
	COMBINE(most);
	COMBINE(weighted);
	COMBINE(variance);
	COMBINE(third);
	COMBINE(fourth);
}

static pg_attribute_always_inline void
combine_closed(ClosedDeals *x, const ClosedDeals *y, int sign)
{
	COMBINE(deals);
	COMBINE(without_amount);
	COMBINE(without_opened);
	COMBINE(without_closed);
	COMBINE(cycles);
	COMBINE(backward);
	COMBINE(value);
	COMBINE(cycle);
}

static pg_attribute_always_inline void
combine_sums(PipelineSummary *x, const PipelineSummary *y, int sign)
{
	combine_open(&x->open, &y->open, sign);
	combine_closed(&x->won, &y->won, sign);
	combine_closed(&x->lost, &y->lost, sign);
	for (int i = 0; i <= AMOUNT_DECIMALS; i++)
		COMBINE(decimals[i]);
}

SummaryStatus
summary_merge(PipelineSummary *summary, const PipelineSummary *other)
{
	/* stored summaries come from memory: all of one at once, not field after field */
	for (Size i = 0; i < offsetof(PipelineSummary, largest[1]); i += PREFETCH_SIZE)
		__builtin_prefetch((const char *) other + i);

	if (summary->open.deals + summary->won.deals + summary->lost.deals
		+ other->open.deals + other->won.deals + other->lost.deals > SUMMARY_MAX_DEALS)
		return SUMMARY_TOO_MANY;
	if (memcmp(summary->currency, other->currency, sizeof(summary->currency)) != 0 &&
		summary_amounts(other) > 0 &&
		!summary_take_currency(summary, other->currency))
		return SUMMARY_MIXED;
	for (int i = 0; i < summary_listed(other); i++)
	{
		/* the next are smaller still */
		if (!list_deal(summary, &other->largest[i]))
			break;
	}
	combine_sums(summary, other, 1);
	return SUMMARY_OK;
}

SummaryStatus
summary_unmerge(PipelineSummary *summary, const PipelineSummary *other)
{
	int			listed = summary_listed(summary);
	bool		all_listed = summary->open.uncertain <= LARGEST_DEALS;

	if (memcmp(summary->currency, other->currency, sizeof(summary->currency)) != 0 &&
		summary_amounts(other) > 0)
		return SUMMARY_MIXED;
	for (int i = 0; i < summary_listed(other); i++)
	{
		if (unlist_deal(summary, listed, &other->largest[i]))
			listed--;
		else if (all_listed || (listed > 0 && uncertain_order(&other->largest[i], &summary->largest[listed - 1]) < 0))
			return SUMMARY_NOT_THERE;
	}
	combine_sums(summary, other, -1);
	if (listed < Min(summary->open.uncertain, LARGEST_DEALS))
		return SUMMARY_UNKNOWN;
	if (summary_amounts(summary) == 0)
		memset(summary->currency, 0, sizeof(summary->currency));
	return SUMMARY_OK;
}

void
summary_unlisted(const PipelineSummary *summary, OpenDeals *rest)
{
	*rest = summary->open;
	for (int i = 0; i < summary_listed(summary); i++)
		add_open_amount(rest, wide_to_int128(summary->largest[i].amount),
						summary->largest[i].probability, -1);
}
