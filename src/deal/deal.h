/*
 * deal.h
 *		A deal's columns, of whatever type, as a checked Deal.
 *
 * Timestamps with and without time zone are read alike: only their difference
 * counts.
 */
#ifndef OPPORTUNITY_DEAL_H
#define OPPORTUNITY_DEAL_H

#include "opportunity.h"

#include "deal/amount.h"
#include "deal/probability.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

typedef enum DealOutcome
{
	DEAL_OPEN,
	DEAL_WON,
	DEAL_LOST
} DealOutcome;

/* A deal after its columns were checked. */
typedef struct Deal
{
	DealOutcome outcome;
	bool		has_amount;
	bool		has_opened;
	bool		has_closed;
	int			probability;	/* or PROBABILITY_UNKNOWN */
	Amount		amount;
	const char *currency;		/* its ISO 4217 letters; NULL: a plain number */
	Timestamp	opened;
	Timestamp	closed;
} Deal;

/* Sets the time, or returns false when it is infinite, which is as good as missing. */
static pg_attribute_always_inline bool
time_of_timestamp(Datum datum, Timestamp *time)
{
	*time = DatumGetTimestamp(datum);
	return !TIMESTAMP_NOT_FINITE(*time);
}

static pg_attribute_always_inline bool
time_of_date(Datum datum, Timestamp *time)
{
	return time_of_timestamp(DirectFunctionCall1(date_timestamp, datum), time);
}

typedef bool (*TimeReader) (Datum datum, Timestamp *time);

/*
 * The columns of a deal, told apart by how many there are:
 *
 *		amount, probability
 *		amount, probability, won
 *		amount, won, opened, closed
 *		amount, probability, won, opened, closed
 *
 * Those left out are as if NULL.
 */
static pg_attribute_always_inline void
read_deal(const NullableDatum *columns, int n_columns, Deal *deal, AmountReader read_amount,
		  ProbabilityReader read_probability, TimeReader read_time)
{
	const NullableDatum *won = n_columns == 4 ? columns + 1 : n_columns > 2 ? columns + 2 : NULL;

	*deal = (Deal)
	{
		.probability = PROBABILITY_UNKNOWN
	};
	if (won != NULL && !won->isnull)
		deal->outcome = DatumGetBool(won->value) ? DEAL_WON : DEAL_LOST;
	if (likely(!columns[0].isnull))
	{
		deal->has_amount = true;
		deal->amount = read_amount(columns[0].value);
		if (read_amount == amount_of_monetary)
			deal->currency = currency_of_monetary(columns[0].value);
	}
	if (n_columns != 4 && likely(!columns[1].isnull))
		deal->probability = read_probability(columns[1].value, deal->outcome == DEAL_OPEN);
	if (n_columns > 3)
	{
		const NullableDatum *dates = columns + n_columns - 2;

		deal->has_opened = !dates[0].isnull && read_time(dates[0].value, &deal->opened);
		deal->has_closed = !dates[1].isnull && read_time(dates[1].value, &deal->closed);
	}
}

/* READERS(X) is X(type, its readers) for each of them. */
#define READERS(X) \
	X(numeric, amount_of_numeric, probability_of_double, time_of_timestamp) \
	X(numeric_date, amount_of_numeric, probability_of_double, time_of_date) \
	X(numeric_numeric, amount_of_numeric, probability_of_numeric, time_of_timestamp) \
	X(numeric_numeric_date, amount_of_numeric, probability_of_numeric, time_of_date) \
	X(bigint, amount_of_bigint, probability_of_double, time_of_timestamp) \
	X(bigint_date, amount_of_bigint, probability_of_double, time_of_date) \
	X(double, amount_of_double, probability_of_double, time_of_timestamp) \
	X(double_date, amount_of_double, probability_of_double, time_of_date) \
	X(monetary, amount_of_monetary, probability_of_double, time_of_timestamp) \
	X(monetary_date, amount_of_monetary, probability_of_double, time_of_date)

#endif							/* OPPORTUNITY_DEAL_H */
