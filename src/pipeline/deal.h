/*
 * deal.h
 *		A deal's columns, of whatever type, as a checked Deal.
 *
 * There is a reader for each type of amount, of probability and of dates that an
 * aggregate takes: what fits none of them, PostgreSQL casts.  A numeric probability
 * has its own beside numeric amounts, because its cast to double precision costs as
 * much as all the rest.  Timestamps with and without time zone are read alike: only
 * their difference counts.
 */
#ifndef OPPORTUNITY_DEAL_H
#define OPPORTUNITY_DEAL_H

#include "pipeline/summary.h"

/* READERS(X) is X(type) for each of them. */
#define READERS(X) \
	X(numeric) \
	X(numeric_date) \
	X(numeric_numeric) \
	X(numeric_numeric_date) \
	X(bigint) \
	X(bigint_date) \
	X(double) \
	X(double_date) \
	X(monetary) \
	X(monetary_date)

/*
 * Two to five columns, as deal.c says; raises what is out of range.
 */
#define DECLARE_READER(type) \
extern void read_deal_##type(const NullableDatum *columns, int n_columns, Deal *deal);
READERS(DECLARE_READER)

#endif							/* OPPORTUNITY_DEAL_H */
