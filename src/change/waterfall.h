/*
 * waterfall.h
 *		What changed in a pipeline between two instants: each deal that was in it
 *		at the one or the other counts in exactly one kind of change.
 *
 * The pipeline is the open deals whose closing date lies in a window and, if so
 * asked, that certain people own.  Amounts are multiples of 10^-6 and below 10^18,
 * and there are at most 10^12 deals: no sum overflows 128 bits.
 */
#ifndef OPPORTUNITY_WATERFALL_H
#define OPPORTUNITY_WATERFALL_H

#include "opportunity.h"

#include "deal/amount.h"

#define CHANGE_VERSION	1
#define CHANGE_MAX_DEALS INT64CONST(1000000000000)

/* In the order of the rows. */
typedef enum ChangeKind
{
	/* not in the pipeline before, in it after */
	CHANGE_NEW,					/* was not there */
	CHANGE_REOPENED,			/* was won or lost */
	CHANGE_OWNER_IN,			/* was somebody else's */
	CHANGE_PULLED_IN,			/* was to close after the window */
	CHANGE_PUSHED_IN,			/* was to close before the window */
	/* in it both times */
	CHANGE_INCREASED,
	CHANGE_DECREASED,
	CHANGE_OWNER_MOVED,			/* same amount, another owner of those asked for */
	CHANGE_UNCHANGED,
	/* in the pipeline before, not in it after */
	CHANGE_WON,
	CHANGE_LOST,
	CHANGE_REMOVED,				/* is not there any more */
	CHANGE_OWNER_OUT,			/* is somebody else's */
	CHANGE_PUSHED_OUT,			/* is to close after the window, or it is not known when */
	CHANGE_PULLED_OUT			/* is to close before the window */
} ChangeKind;
#define CHANGE_KINDS		(CHANGE_PULLED_OUT + 1)
#define CHANGE_IN_BEFORE(kind)	((kind) >= CHANGE_INCREASED)
#define CHANGE_IN_AFTER(kind)	((kind) <= CHANGE_UNCHANGED)

typedef struct ChangeSum
{
	int64		deals;
	uint64		before[2];		/* Σ of their amounts, int128 (wide.h) */
	uint64		after[2];
} ChangeSum;

/* What the amounts count. */
typedef enum ChangeUnit
{
	CHANGE_NO_AMOUNTS,			/* there has been none */
	CHANGE_NUMBERS,
	CHANGE_CURRENCY
} ChangeUnit;

/* The stored form, and the state of the aggregates, plain and aligned as a double. */
typedef struct PipelineWaterfall
{
	int32		vl_len_;		/* varlena header */
	uint8		version;
	uint8		decimals;		/* of the amounts, at most */
	uint8		unit;			/* a ChangeUnit */
	char		currency[3];	/* its ISO 4217 letters, or zeros */
	uint8		unused[6];		/* zero */
	ChangeSum	sums[CHANGE_KINDS];
} PipelineWaterfall;

/* The kinds of change, as they are written. */
extern const char *const change_names[CHANGE_KINDS];

/* The waterfall of no deals. */
extern PipelineWaterfall *waterfall_create(void);

/* An argument, checked for size and version. */
extern PipelineWaterfall *waterfall_from_datum(Datum datum);

/* The deals of all kinds of change. */
extern int64 waterfall_deals(const PipelineWaterfall *waterfall);

#endif							/* OPPORTUNITY_WATERFALL_H */
