/*
 * cycle.h
 *		How long deals take to close, those that are still open counted for what
 *		they tell: that they have taken longer already.
 *
 * E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete
 * observations, Journal of the American Statistical Association 53 (1958); for
 * won and lost apart, O. O. Aalen and S. Johansen, An empirical transition matrix
 * for non-homogeneous Markov chains, Scandinavian Journal of Statistics 5 (1978).
 */
#ifndef OPPORTUNITY_CYCLE_H
#define OPPORTUNITY_CYCLE_H

#include "opportunity.h"

#include "statistics/durations.h"

#define CYCLE_VERSION	1

typedef enum CycleOutcome
{
	CYCLE_WON,
	CYCLE_LOST,
	CYCLE_OPEN
} CycleOutcome;
#define CYCLE_OUTCOMES	3

/*
 * The stored form; the counts of durations follow, those of won deals first.  The
 * type is aligned as a double.
 */
typedef struct CycleSummary
{
	int32		vl_len_;		/* varlena header */
	uint8		version;
	uint8		unused[3];		/* zero */
	int64		left_out;		/* deals of which it is not known how long they took */
	DurationsHead times[CYCLE_OUTCOMES];	/* from opened to closed, or to the day of looking */
} CycleSummary;

#define CYCLE_COUNTS(summary) ((const DurationCount *) ((summary) + 1))

/* After so long, and until the next such point. */
typedef struct CyclePoint
{
	uint64		time;			/* microseconds */
	int64		at_risk;		/* deals that were open just before */
	int64		deals[CYCLE_OUTCOMES];	/* that closed then, or were looked at last */
	double		open;			/* the chance to be open still */
	double		closed[2];		/* the chance to be won by then, and lost */
	double		variance;		/* Greenwood's sum; infinite when none is left */
} CyclePoint;

/* The curve, palloc'd; n points in ascending order of time. */
extern CyclePoint *cycle_curve(const CycleSummary *summary, int *n);

/* SQL side: an argument, detoasted and checked for its version. */
extern CycleSummary *cycle_from_datum(Datum datum);

#define PG_GETARG_CYCLE(n) cycle_from_datum(PG_GETARG_DATUM(n))

#endif							/* OPPORTUNITY_CYCLE_H */
