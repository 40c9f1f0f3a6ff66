/*
 * durations.c
 *		Counting durations, and what their counts say.
 */
#include "statistics/durations.h"

#include "common/hashfn.h"
#include "common/int.h"
#include "numeric/wide.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

const int64 duration_units[DURATION_UNITS] = {
	1,
	USECS_PER_SEC,
	USECS_PER_MINUTE,
	USECS_PER_HOUR,
	USECS_PER_DAY,
	USECS_PER_DAY * 32,
	USECS_PER_DAY * 1024,
	USECS_PER_DAY * 32768		/* all there are fit in less than DURATIONS_MAX_COUNTS of them */
};

typedef struct DurationEntry
{
	uint64		duration;
	int64		count;
	char		status;
} DurationEntry;

#define SH_PREFIX duration
#define SH_ELEMENT_TYPE DurationEntry
#define SH_KEY_TYPE uint64
#define SH_KEY duration
#define SH_HASH_KEY(table, key) murmurhash32((uint32) (key) ^ (uint32) ((key) >> 32) * 0x9e3779b9)
#define SH_EQUAL(table, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

#define FIRST_BUCKETS 16

void
durations_init(Durations *durations, MemoryContext context)
{
	memset(durations, 0, sizeof(Durations));
	durations->context = context;
}

static inline uint64
round_down(uint64 duration, int unit)
{
	return unit == 0 ? duration : duration - duration % (uint64) duration_units[unit];
}

static inline void
count_one(duration_hash *hash, uint64 duration, int64 count)
{
	bool		found;
	DurationEntry *entry = duration_insert(hash, duration, &found);

	entry->count = found ? entry->count + count : count;
}

/* Counts all again in a larger unit. */
static void
coarsen(Durations *durations, int unit)
{
	duration_hash *fine = durations->hash;
	duration_iterator iterator;
	DurationEntry *entry;

	durations->unit = unit;
	if (fine == NULL)
		return;
	durations->hash = duration_create(durations->context, FIRST_BUCKETS, NULL);
	duration_start_iterate(fine, &iterator);
	while ((entry = duration_iterate(fine, &iterator)) != NULL)
		count_one(durations->hash, round_down(entry->duration, unit), entry->count);
	duration_destroy(fine);
}

static inline void
count_duration(Durations *durations, uint64 duration, int64 count)
{
	if (durations->hash == NULL)
		durations->hash = duration_create(durations->context, FIRST_BUCKETS, NULL);
	count_one(durations->hash, round_down(duration, durations->unit), count);
	while (unlikely(durations->hash->members > DURATIONS_MAX_COUNTS))
		coarsen(durations, durations->unit + 1);
}

void
durations_add(Durations *durations, uint64 duration)
{
	durations->n++;
	durations->sum += duration;
	count_duration(durations, duration, 1);
}

void
durations_merge(Durations *durations, const DurationsHead *head, const DurationCount *counts)
{
	durations->n += head->n;
	durations->sum += wide_to_int128(head->sum);
	if ((int) head->unit > durations->unit)
		coarsen(durations, head->unit);
	for (uint32 i = 0; i < head->n_counts; i++)
		count_duration(durations, counts[i].duration, counts[i].count);
}

int
durations_n_counts(const Durations *durations)
{
	return durations->hash == NULL ? 0 : durations->hash->members;
}

static int
compare_counts(const void *left, const void *right)
{
	uint64		a = ((const DurationCount *) left)->duration;
	uint64		b = ((const DurationCount *) right)->duration;

	return a < b ? -1 : a > b;
}

void
durations_store(const Durations *durations, DurationsHead *head, DurationCount *counts)
{
	duration_iterator iterator;
	DurationEntry *entry;
	int			n = 0;

	wide_from_int128(head->sum, durations->sum);
	head->n = durations->n;
	head->unit = durations->unit;
	head->n_counts = durations_n_counts(durations);
	if (durations->hash == NULL)
		return;
	duration_start_iterate(durations->hash, &iterator);
	while ((entry = duration_iterate(durations->hash, &iterator)) != NULL)
	{
		counts[n].duration = entry->duration;
		counts[n++].count = entry->count;
	}
	qsort(counts, n, sizeof(DurationCount), compare_counts);
}

/* The duration that stands at a place, from 0, in ascending order. */
static uint64
duration_at(const DurationsHead *head, const DurationCount *counts, int64 place)
{
	uint32		i = 0;

	while (place >= counts[i].count)
		place -= counts[i++].count;
	Assert(i < head->n_counts);
	return counts[i].duration;
}

uint64
durations_median(const DurationsHead *head, const DurationCount *counts)
{
	uint64		low = duration_at(head, counts, (head->n - 1) / 2);
	uint64		high = duration_at(head, counts, head->n / 2);

	return low + (high - low + 1) / 2;
}

uint64
durations_mean(const DurationsHead *head)
{
	return (wide_to_int128(head->sum) + head->n / 2) / head->n;
}

Datum
duration_interval(uint64 duration)
{
	Interval   *interval = palloc0_object(Interval);

	interval->day = (int32) (duration / USECS_PER_DAY);
	interval->time = (int64) (duration % USECS_PER_DAY);
	return IntervalPGetDatum(interval);
}
