/*
 * funnel.h
 *		A funnel: how far deals came along a list of stages, and how long each
 *		stage took.
 *
 * A deal is a stage_path.  Every field is a count of deals, or a mergeable set of
 * durations, so merging funnels of the same stages is adding them.
 */
#ifndef OPPORTUNITY_FUNNEL_H
#define OPPORTUNITY_FUNNEL_H

#include "opportunity.h"

#include "path/path.h"
#include "statistics/durations.h"

#define FUNNEL_VERSION		1
#define FUNNEL_MAX_STAGES	64	/* those a deal visited are a mask of so many bits */
#define FUNNEL_MAX_DEALS	DURATIONS_MAX

typedef struct FunnelStage
{
	int64		visited;		/* deals that were ever in the stage */
	int64		passed;			/* deals that were in it or in a later one of the list */
	int64		in_order;		/* deals that were in all stages up to it, one after the other */
	int64		visited_next;	/* deals that were in it and in the next one of the list */
	int64		current;		/* deals whose last step it is */
	DurationsHead times;		/* of the deals that left it: all their stays that ended, added up */
} FunnelStage;

/*
 * The stored form.  What follows the header, without gaps: a FunnelStage for each
 * stage; their counts of durations, stage after stage; their names, each a byte
 * of length and then its bytes.  The type is aligned as a double.
 */
typedef struct FunnelSummary
{
	int32		vl_len_;		/* varlena header */
	uint8		version;
	uint8		unused;			/* zero */
	uint16		n_stages;
	int64		deals;			/* paths, those that visited no stage of the list too */
} FunnelSummary;

#define FUNNEL_STAGES(funnel) ((const FunnelStage *) ((funnel) + 1))

/* The stored form taken apart in place. */
typedef struct FunnelParts
{
	int			n_stages;
	int64		deals;
	const FunnelStage *stages;
	const DurationCount **counts;	/* of each stage */
	StagePathName *names;
} FunnelParts;

/* One that grows, in memory of the context that durations are in too. */
typedef struct Funnel
{
	MemoryContext context;
	int			n_stages;
	int64		deals;
	FunnelStage *stages;		/* their times are not in use */
	Durations  *times;
	StagePathName *names;
} Funnel;

extern void funnel_init(Funnel *funnel, MemoryContext context);

/* Gives the funnel without stages its list; the names are copied. */
extern void funnel_set_stages(Funnel *funnel, const StagePathName *names, int n);
extern bool funnel_has_stages(const Funnel *funnel, const StagePathName *names, int n);

/* False when the funnel would have too many deals. */
extern bool funnel_add_path(Funnel *funnel, const StagePath *path);

/* The stages must be the same, or none on the other side.  False as above. */
extern bool funnel_merge(Funnel *funnel, const FunnelParts *parts);

extern Size funnel_stored_size(const Funnel *funnel);
extern void funnel_store(const Funnel *funnel, FunnelSummary *result, Size size);
extern void funnel_take_apart(const FunnelSummary *summary, FunnelParts *parts);

/* What is wrong with such a list, or with such counts; or NULL. */
extern const char *funnel_names_problem(const StagePathName *names, int n);
extern const char *funnel_problem(const FunnelParts *parts);

/* SQL side: an argument, detoasted and checked for its version. */
extern FunnelSummary *funnel_from_datum(Datum datum);

#define PG_GETARG_FUNNEL(n) funnel_from_datum(PG_GETARG_DATUM(n))

#endif							/* OPPORTUNITY_FUNNEL_H */
