/*
 * layout.c
 *		Places in the pipeline chart: the frame, the circles, and what the legend says
 *		of them.
 *
 * x is the close date, y the score, the circle's area the amount's magnitude.
 * Deals without a date stand in a band right of the axes, deals without a score
 * in one below.  Where deals of equal score would cover each other they are
 * spread up and down a little, at most half way to the next score that occurs.
 *
 * The layout depends on the set of deals, not on their order: they are sorted
 * first, and all sums run in that order.  Only + - * / and sqrt are used, which
 * IEEE 754 defines to the last bit.
 */
#include "chart/drawing.h"

#include <math.h>

#include "chart/labels.h"
#include "chart/time_axis.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

/* Room around the frame: title above; tick labels and axis title below. */
#define FRAME_LEFT		72
#define FRAME_TOP		92
#define FRAME_BOTTOM	66
#define BAND_GAP		8

/* Circles cover at most this part of the cells of the frame that hold deals. */
#define MAX_COVER		0.5
#define CELL_COLUMNS	13
#define CELL_ROWS		7

#define MIN_RADIUS		1.5
#define FEW_DEALS		1000	/* up to so many leave room for */
#define MIN_RADIUS_FEW	2.5		/* circles that are easier to see and to point at */
#define LEAST_LARGEST	6.0		/* the largest circle's radius is at least this, */
#define MOST_LARGEST	0.072	/* and at most this part of the frame's shorter side */
#define LEAST_SIZE		0.01	/* smallest amount that the legend can write */
#define MAX_SPREAD		24.0	/* up and down, */
#define CUT_SPREAD		10.0	/* but this where it would cross into another grade */

/* The radius of an amount is largest × √(magnitude / max_magnitude), or the least one. */
typedef struct Scales
{
	TimeScale	time;
	double		max_magnitude;
	double		least;			/* no circle is smaller */
	double		largest;
} Scales;

/* The marks in order of score and date, with what the legend says. */
static ChartMark *
collect_marks(ChartLayout *layout, const ChartDeal *deals, int n_deals, Scales *scales)
{
	const ChartOptions *options = layout->options;
	const ChartDeal **order = palloc_extended((n_deals + 1) * sizeof(*order), MCXT_ALLOC_HUGE);
	ChartMark  *marks = palloc_extended((n_deals + 1) * sizeof(*marks), MCXT_ALLOC_HUGE);
	Timestamp	first = PG_INT64_MAX;
	Timestamp	last = PG_INT64_MIN;

	for (int i = 0; i < n_deals; i++)
		order[i] = &deals[i];
	qsort(order, n_deals, sizeof(*order), chart_by_score);
	CHECK_FOR_INTERRUPTS();

	layout->n_marks = n_deals;
	for (int i = 0; i < n_deals; i++)
	{
		const ChartDeal *deal = order[i];
		ChartMark  *mark = &marks[i];

		mark->deal = deal;
		mark->grade = chart_grade(deal, options);
		mark->outcome = chart_outcome(deal, options);

		layout->n_grade[mark->grade]++;
		layout->n_won += mark->outcome == CHART_WON;
		layout->n_lost += mark->outcome == CHART_LOST;
		layout->n_no_amount += !deal->has_amount;
		layout->n_negative += deal->amount < 0;
		layout->n_no_date += !deal->has_date;
		layout->total += deal->amount;
		scales->max_magnitude = Max(scales->max_magnitude, fabs(deal->amount));
		if (deal->has_date)
		{
			first = Min(first, deal->closes);
			last = Max(last, deal->closes);
			layout->n_dated++;
		}
	}
	if (layout->n_dated > 0)
	{
		layout->first_day = julian_day((double) first);
		layout->last_day = julian_day((double) last);
	}
	scales->time.first = options->has_today ? Min(first, options->today) : first;
	scales->time.last = options->has_today ? Max(last, options->today) : last;
	layout->has_axes_x = layout->n_dated > 0 || options->has_today;
	layout->has_axes_y = layout->n_grade[NO_GRADE] < layout->n_marks;
	return marks;
}

static void
set_radii(const ChartLayout *layout, ChartMark *marks, const Scales *scales)
{
	for (int i = 0; i < layout->n_marks; i++)
	{
		double		magnitude = fabs(marks[i].deal->amount);

		if (!marks[i].deal->has_amount)
			marks[i].radius = NO_AMOUNT_RADIUS;
		else if (magnitude == 0)
			marks[i].radius = scales->least;
		else
			marks[i].radius = Max(scales->least, scales->largest * sqrt(magnitude / scales->max_magnitude));
	}
}

/*
 * The largest circle's radius: such that all circles together cover the set
 * part of the cells that hold any.
 */
static double
largest_radius(const ChartLayout *layout, const ChartMark *marks, const Scales *scales)
{
	bool		occupied[CELL_COLUMNS][CELL_ROWS] = {{false}};
	double		relative = 0;	/* Σ area / area of the largest */
	int			n_cells = 0;
	double		width = layout->frame.right - layout->frame.left;
	double		height = layout->frame.bottom - layout->frame.top;
	double		radius;

	if (scales->max_magnitude == 0)
		return LEAST_LARGEST;

	for (int i = 0; i < layout->n_marks; i++)
	{
		const ChartDeal *deal = marks[i].deal;
		int			column = CELL_COLUMNS - 1;
		int			row = CELL_ROWS - 1;

		if (deal->has_date)
			column = Min((int) (time_part(&scales->time, deal->closes) * (CELL_COLUMNS - 1)), CELL_COLUMNS - 2);
		if (deal->has_score)
			row = Min((int) (deal->score / 100 * (CELL_ROWS - 1)), CELL_ROWS - 2);
		n_cells += !occupied[column][row];
		occupied[column][row] = true;
		relative += fabs(deal->amount) / scales->max_magnitude;
	}

	radius = sqrt(MAX_COVER * n_cells * (width / CELL_COLUMNS) * (height / CELL_ROWS) / (M_PI * relative));
	return Max(LEAST_LARGEST, Min(radius, MOST_LARGEST * Min(width, height)));
}

/* A band's thickness: its largest circle, its label, and more for many deals. */
static double
band_thickness(double largest, double least, int n_deals, double available)
{
	double		thickness = Max(2 * largest + 12, least);

	if (n_deals > 40)
		thickness = Max(thickness, 0.14 * available);
	return Min(thickness, 0.4 * available);
}

static void
divide_frame(ChartLayout *layout, const ChartMark *marks, const Scales *scales)
{
	ChartBox   *frame = &layout->frame;
	double		width = frame->right - frame->left;
	double		height = frame->bottom - frame->top;
	double		column_radius = 0;
	double		row_radius = 0;

	for (int i = 0; i < layout->n_marks; i++)
	{
		if (!marks[i].deal->has_date)
			column_radius = Max(column_radius, marks[i].radius);
		if (!marks[i].deal->has_score)
			row_radius = Max(row_radius, marks[i].radius);
	}

	layout->axes = layout->no_date = layout->no_score = *frame;
	if (layout->n_no_date > 0 && layout->has_axes_x)
	{
		layout->no_date.left = frame->right - band_thickness(column_radius, 64, layout->n_no_date, width);
		layout->axes.right = layout->no_date.left - BAND_GAP;
	}
	if (layout->n_grade[NO_GRADE] > 0 && layout->has_axes_y)
	{
		layout->no_score.top = frame->bottom - band_thickness(row_radius, 36, layout->n_grade[NO_GRADE], height);
		layout->axes.bottom = layout->no_score.top - BAND_GAP;
	}
	layout->no_date.bottom = layout->axes.bottom;
	layout->no_score.right = layout->axes.right;

	layout->score_top = layout->axes.top + scales->largest + 4;
	layout->score_bottom = layout->axes.bottom - scales->largest - 4;
}

/*
 * The i-th of van der Corput's sequence in (0, 1), which fills the gaps that it
 * leaves: 1/2, 1/4, 3/4, 1/8 … in base 2.  Another base is unrelated.
 */
static double
between(int i, int base)
{
	double		part = 1;
	double		sum = 0;

	for (i++; i > 0; i /= base)
	{
		part /= base;
		sum += part * (i % base);
	}
	return sum;
}

static void
spread_run(ChartLayout *layout, ChartMark *marks, int n_marks, double room, int base)
{
	double		reach = room * Min(1.0, (n_marks - 1) / 4.0);

	for (int i = 0; i < n_marks && n_marks > 1; i++)
	{
		marks[i].y = chart_clamp(marks[i].y + reach * (2 * between(i, base) - 1),
						   layout->axes.top + marks[i].radius + 1,
						   layout->axes.bottom - marks[i].radius - 1);
		layout->spread = true;
	}
}

/* Spreads the dated marks of one score, which stand in order of date. */
static void
spread_dated(ChartLayout *layout, ChartMark *marks, int from, int to, double room)
{
	int			start = from;

	for (int i = from + 1; i <= to; i++)
	{
		/* A run ends where the next circle is well clear of the one before. */
		if (i < to &&
			marks[i].x - marks[i - 1].x < 0.7 * (marks[i].radius + marks[i - 1].radius))
			continue;

		spread_run(layout, marks + start, i - start, room, 2);
		start = i;
	}
}

/* Spreads those without a date where they fill their band. */
static void
spread_undated(ChartLayout *layout, ChartMark *marks, int n_marks, double room)
{
	double		taken = 0;

	for (int i = 0; i < n_marks; i++)
		taken += 2 * marks[i].radius;
	if (taken > 0.5 * (layout->no_date.right - layout->no_date.left))
		spread_run(layout, marks, n_marks, room, 3);	/* x has base 2 */
}

static void
place_marks(ChartLayout *layout, ChartMark *marks, const Scales *scales)
{
	double		pixels_per_point = (layout->score_bottom - layout->score_top) / 100;
	int			n_no_date = 0;
	int			n_no_score = 0;
	int			n_neither = 0;
	double		lower_score = -1000;

	for (int i = 0; i < layout->n_marks; i++)
	{
		ChartMark  *mark = &marks[i];
		const ChartDeal *deal = mark->deal;
		const ChartBox *column = &layout->no_date;
		const ChartBox *row = &layout->no_score;
		double		margin = mark->radius + 3;

		if (deal->has_date)
			mark->x = time_place(&scales->time, (double) deal->closes);
		else
			mark->x = column->left + margin +
				between(deal->has_score ? n_no_date++ : n_neither, 2) * Max(0, column->right - column->left - 2 * margin);

		if (deal->has_score)
			mark->y = layout->score_bottom - deal->score * pixels_per_point;
		else
		{
			/* without a date too: another sequence than x's, or they stand on a line */
			double		part = deal->has_date ? between(n_no_score++, 2) : between(n_neither++, 3);

			mark->y = row->top + margin + part * Max(0, row->bottom - row->top - 2 * margin);
		}
	}

	for (int from = 0, to; from < layout->n_marks; from = to)
	{
		double		score = marks[from].deal->score;
		double		higher_score = 1000;
		double		to_cut = 1000;
		double		room;
		int			n_dated = from;

		if (!marks[from].deal->has_score)
			break;				/* they come last */
		for (to = from; to < layout->n_marks && marks[to].deal->has_score &&
			 marks[to].deal->score == score; to++)
			n_dated += marks[to].deal->has_date;
		if (to < layout->n_marks && marks[to].deal->has_score)
			higher_score = marks[to].deal->score;

		for (int i = 0; i < N_CUTS; i++)
			to_cut = Min(to_cut, fabs(score - layout->options->cuts.cut[i]));

		room = Min(MAX_SPREAD, 0.45 * pixels_per_point * Min(score - lower_score, higher_score - score));
		room = Min(room, Max(CUT_SPREAD, pixels_per_point * to_cut));
		spread_dated(layout, marks, from, n_dated, room);
		spread_undated(layout, marks + n_dated, to - n_dated, room);
		lower_score = score;
	}
}

double
chart_round_down(double amount)
{
	double		power = 1;

	while (power * 10 <= amount)
		power *= 10;
	while (power > amount)
		power /= 10;
	return power * (5 * power <= amount ? 5 : (2 * power <= amount ? 2 : 1));
}

static void
choose_sizes(ChartLayout *layout, const Scales *scales)
{
	double		amount = scales->max_magnitude;

	while (amount > 0 && layout->n_sizes < MAX_SIZES)
	{
		double		shown = chart_round_down(amount);
		double		radius = scales->largest * sqrt(shown / scales->max_magnitude);

		if (radius < scales->least || shown < LEAST_SIZE)
			break;
		layout->size_amount[layout->n_sizes] = shown;
		layout->size_radius[layout->n_sizes] = radius;
		layout->n_sizes++;
		amount = shown / 5;
	}
}

ChartLayout *
chart_layout(const ChartDeal *deals, int n_deals, const ChartOptions *options)
{
	ChartLayout *layout = palloc0(sizeof(ChartLayout));
	Scales		scales = {0};
	ChartMark  *marks;

	layout->options = options;
	layout->frame.left = FRAME_LEFT;
	layout->frame.top = FRAME_TOP;
	layout->frame.right = options->width - CHART_MARGIN - LEGEND_WIDTH - LEGEND_GAP;
	layout->frame.bottom = options->height - FRAME_BOTTOM;

	marks = collect_marks(layout, deals, n_deals, &scales);
	scales.least = layout->n_marks > FEW_DEALS ? MIN_RADIUS : MIN_RADIUS_FEW;
	scales.largest = largest_radius(layout, marks, &scales);
	set_radii(layout, marks, &scales);
	divide_frame(layout, marks, &scales);

	if (layout->has_axes_x)
		place_time_axis(layout, &scales.time, scales.largest + 6);
	place_marks(layout, marks, &scales);
	choose_sizes(layout, &scales);

	layout->marks = palloc_extended((n_deals + 1) * sizeof(*layout->marks), MCXT_ALLOC_HUGE);
	for (int i = 0; i < n_deals; i++)
		layout->marks[i] = &marks[i];
	qsort(layout->marks, n_deals, sizeof(*layout->marks), chart_by_size);
	CHECK_FOR_INTERRUPTS();
	place_labels(layout);
	return layout;
}
