/*
 * drawing.h
 *		The pipeline chart: its input, its layout and its document.
 *
 * Deals are collected by chart.c, given places by layout.c and written as SVG by
 * bubbles.c, or as data by data.c.  Coordinates are pixels from the top left
 * corner.
 */
#ifndef OPPORTUNITY_CHART_DRAWING_H
#define OPPORTUNITY_CHART_DRAWING_H

#include "opportunity.h"

#include <math.h>

#include "datatype/timestamp.h"
#include "chart/svg.h"

typedef struct ChartDeal
{
	Timestamp	closes;			/* local time; infinite counts as no date */
	double		amount;
	double		score;
	const char *label;
	uint16		label_len;
	bool		label_cut;		/* the label was longer */
	bool		has_date;
	bool		has_amount;
	bool		has_score;
} ChartDeal;

/* The Julian day of a local time; microseconds are dropped. */
static inline int
julian_day(double usecs)
{
	return (int) floor(usecs / USECS_PER_DAY) + POSTGRES_EPOCH_JDATE;
}

/* The value, or the bound that it is beyond. */
static inline double
chart_clamp(double value, double low, double high)
{
	return Max(low, Min(value, high));
}

#define NO_GRADE	N_GRADES	/* of a deal without a score */

typedef enum ChartOutcome
{
	CHART_OPEN,
	CHART_WON,
	CHART_LOST
} ChartOutcome;

static inline int
chart_grade(const ChartDeal *deal, const ChartOptions *options)
{
	return deal->has_score ? grade_of(deal->score, &options->cuts) : NO_GRADE;
}

static inline const char *
chart_color(int grade)
{
	return grade == NO_GRADE ? NEUTRAL : grade_colors[grade];
}

static inline ChartOutcome
chart_outcome(const ChartDeal *deal, const ChartOptions *options)
{
	if (!options->mark_closed || !deal->has_score || (deal->score != 0 && deal->score != 100))
		return CHART_OPEN;
	return deal->score == 100 ? CHART_WON : CHART_LOST;
}

/* A deal in its place. */
typedef struct ChartMark
{
	const ChartDeal *deal;
	double		x;
	double		y;
	double		radius;
	uint8		grade;
	ChartOutcome outcome;
} ChartMark;

typedef enum ChartTickUnit
{
	TICK_DAYS,
	TICK_MONTHS,
	TICK_QUARTERS,
	TICK_YEARS
} ChartTickUnit;

typedef struct ChartTick
{
	double		x;
	int			julian_day;
	bool		heading;		/* carries the larger unit on a second line */
} ChartTick;

#define MAX_TICKS	160

typedef struct ChartQuarter
{
	double		left;
	double		right;
	int			julian_day;		/* one of its days */
} ChartQuarter;

typedef enum ChartAnchor
{
	ANCHOR_START,
	ANCHOR_MIDDLE,
	ANCHOR_END
} ChartAnchor;

typedef struct ChartLabel
{
	ChartText	text;			/* what is shown */
	bool		cut;			/* an ellipsis follows */
	ChartAnchor anchor;			/* which part of the text x is */
	double		x;
	double		y;				/* of the base line */
} ChartLabel;

#define MAX_SIZES	3

typedef struct ChartLayout
{
	const ChartOptions *options;

	ChartBox	frame;			/* everything that holds marks */
	ChartBox	axes;			/* deals with both date and score */
	ChartBox	no_date;		/* right of the axes */
	ChartBox	no_score;		/* below the axes */
	bool		has_axes_x;		/* some deal, or today, has a date */
	bool		has_axes_y;		/* some deal has a score */
	double		score_bottom;	/* y of score 0 and of score 100 */
	double		score_top;

	ChartTickUnit tick_unit;
	int			n_ticks;
	ChartTick	ticks[MAX_TICKS];
	double		today_x;		/* where today is given */
	int			n_quarters;
	ChartQuarter *quarters;

	int			n_marks;
	ChartMark **marks;			/* in drawing order: largest first */
	int			n_labels;
	ChartLabel *labels;
	bool		spread;			/* some marks were moved off their score */

	/* what the legend says */
	double		total;
	int			n_grade[N_GRADES + 1];
	int			n_won;
	int			n_lost;
	int			n_no_date;
	int			n_no_amount;
	int			n_negative;
	int			n_dated;
	int			first_day;		/* Julian days of the first and last date */
	int			last_day;
	int			n_sizes;
	double		size_amount[MAX_SIZES]; /* descending */
	double		size_radius[MAX_SIZES];
} ChartLayout;

/* Sizes that bubbles.c writes with and the layout leaves room for. */
#define LABEL_FONT		11
#define LEGEND_WIDTH	172
#define LEGEND_GAP		28
#define NO_AMOUNT_RADIUS 2.5

/* For qsort: of pointers to deals, and of pointers to marks. */
extern int	chart_by_score(const void *left, const void *right);
extern int	chart_by_date(const void *left, const void *right);
extern int	chart_by_size(const void *left, const void *right);

extern ChartLayout *chart_layout(const ChartDeal *deals, int n_deals,
								 const ChartOptions *options);

/* 1, 2 or 5 times a power of ten, the largest that is no larger than a positive amount. */
extern double chart_round_down(double amount);

/* The document, appended to out. */
extern void chart_write_svg(StringInfo out, const ChartLayout *layout);

/* The deals as jsonb, an array of objects in order of date. */
extern Jsonb *chart_deals_json(const ChartDeal *deals, int n_deals, const ChartOptions *options);

#endif							/* OPPORTUNITY_CHART_DRAWING_H */
