/*
 * durations.h
 *		A mergeable set of durations: their exact sum and how often each occurs.
 *
 * Different durations are counted exactly while there are at most
 * DURATIONS_MAX_COUNTS of them.  Beyond, they are rounded down to the finest unit
 * (seconds, minutes, hours, days and multiples of days) that keeps to the limit.
 * Each unit is a multiple of the one before it, so the unit and the counts follow
 * from the set alone: neither order nor grouping can be seen in them.
 */
#ifndef OPPORTUNITY_DURATIONS_H
#define OPPORTUNITY_DURATIONS_H

#include "opportunity.h"

#include "datatype/timestamp.h"

#define DURATIONS_MAX_COUNTS	8192
#define DURATIONS_MAX			INT64CONST(1000000000000)	/* durations in a set */

#define DURATION_UNITS			8
extern const int64 duration_units[DURATION_UNITS];	/* in microseconds, the first is 1 */

/* All between two instants fit: timestamps span more than an int64 of microseconds. */
#define DURATION_LIMIT			((uint64) END_TIMESTAMP - (uint64) MIN_TIMESTAMP)

typedef struct DurationCount
{
	uint64		duration;		/* microseconds, a multiple of the unit */
	int64		count;
} DurationCount;

/* The stored form is this and, elsewhere, its counts in ascending order of durations. */
typedef struct DurationsHead
{
	uint64		sum[2];			/* microseconds, an int128 (wide.h) */
	int64		n;
	uint32		unit;			/* a place in duration_units */
	uint32		n_counts;
} DurationsHead;

/* One that grows. All zero bytes, or just durations_init, is the empty one. */
typedef struct Durations
{
	MemoryContext context;
	int128		sum;
	int64		n;
	int			unit;
	struct duration_hash *hash; /* NULL while empty */
} Durations;

extern void durations_init(Durations *durations, MemoryContext context);
extern void durations_add(Durations *durations, uint64 duration);
extern void durations_merge(Durations *durations, const DurationsHead *head, const DurationCount *counts);

/* How many counts the stored form has; the stored form. */
extern int	durations_n_counts(const Durations *durations);
extern void durations_store(const Durations *durations, DurationsHead *head, DurationCount *counts);

/*
 * The mean of the two middle ones, or the middle one, rounded to microseconds;
 * the mean of all.  n is above zero.
 */
extern uint64 durations_median(const DurationsHead *head, const DurationCount *counts);
extern uint64 durations_mean(const DurationsHead *head);

/* As an interval of days of 24 hours and a time. */
extern Datum duration_interval(uint64 duration);

#endif							/* OPPORTUNITY_DURATIONS_H */
