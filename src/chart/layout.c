/*
 * layout.c
 *		Places in the pipeline chart: axes, ticks, circles and labels.
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

#include "miscadmin.h"
#include "chart/text.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

/* Room around the frame: title above; tick labels and axis title below. */
#define FRAME_LEFT		72
#define FRAME_TOP		92
#define FRAME_BOTTOM	66
#define LEGEND_GAP		28
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

#define DAYS_PER_QUARTER 91.3
#define QUARTER_SPACING	14		/* pixels, at least */

#define LABEL_MAX_WIDTH	180
#define LABEL_MIN_WIDTH	100		/* cut to this where it finds no place */
#define LABEL_GAP		3
#define LABEL_ASCENT	9
#define LABEL_DESCENT	3
#define LABEL_OBSTACLES	400		/* the largest circles */
#define LABEL_TRIES		4		/* deals tried for each label */

/* The radius of an amount is largest × √(magnitude / max_magnitude), or the least one. */
typedef struct Scales
{
	Timestamp	first;
	Timestamp	last;
	double		x0;				/* of first */
	double		pixels_per_usec;
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
	scales->first = options->has_today ? Min(first, options->today) : first;
	scales->last = options->has_today ? Max(last, options->today) : last;
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

static double
time_part(const Scales *scales, Timestamp when)
{
	double		range = (double) scales->last - (double) scales->first;

	return range > 0 ? ((double) when - (double) scales->first) / range : 0.5;
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
			column = Min((int) (time_part(scales, deal->closes) * (CELL_COLUMNS - 1)), CELL_COLUMNS - 2);
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

static double
clamp(double value, double low, double high)
{
	return Max(low, Min(value, high));
}

static void
spread_run(ChartLayout *layout, ChartMark *marks, int n_marks, double room, int base)
{
	double		reach = room * Min(1.0, (n_marks - 1) / 4.0);

	for (int i = 0; i < n_marks && n_marks > 1; i++)
	{
		marks[i].y = clamp(marks[i].y + reach * (2 * between(i, base) - 1),
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
			mark->x = scales->x0 + ((double) deal->closes - (double) scales->first) * scales->pixels_per_usec;
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

/* Steps of the time axis, ascending; each needs so many pixels a tick. */
static const struct
{
	ChartTickUnit unit;
	int			step;			/* days, or months */
	int			spacing;
}			tick_steps[] = {
	{TICK_DAYS, 1, 30}, {TICK_DAYS, 2, 30}, {TICK_DAYS, 7, 34}, {TICK_DAYS, 14, 34},
	{TICK_MONTHS, 1, 38}, {TICK_QUARTERS, 3, 40}, {TICK_YEARS, 12, 46}
};

/* Months are counted from a year that every step divides. */
#define MONTH_ORIGIN	(-1000000 * 12)

/* The first tick at or after a day (following false), or the one after it. */
static int
tick_day(ChartTickUnit unit, int step, int day, bool following)
{
	int			year;
	int			month;
	int			month_day;
	int			count;

	if (unit == TICK_DAYS)
	{
		/* Julian day 0 was a Monday: weeks start on Mondays. */
		return following ? day + step : (day + step - 1) / step * step;
	}

	j2date(day, &year, &month, &month_day);
	count = year * 12 + month - 1 - MONTH_ORIGIN;
	if (following || month_day > 1)
		count++;
	count = (count + step - 1) / step * step + MONTH_ORIGIN;
	year = count >= 0 ? count / 12 : -((11 - count) / 12);
	return date2j(year, count - year * 12 + 1, 1);
}

/* Whether a tick begins another month (of days) or year than the one before. */
static bool
begins_larger_unit(ChartTickUnit unit, int day, int day_before)
{
	int			year[2];
	int			month[2];
	int			month_day;

	j2date(day, &year[0], &month[0], &month_day);
	j2date(day_before, &year[1], &month[1], &month_day);
	return year[0] != year[1] || (unit == TICK_DAYS && month[0] != month[1]);
}

static void
place_ticks(ChartLayout *layout, const Scales *scales)
{
	double		width = layout->axes.right - layout->axes.left;
	double		usecs = width / scales->pixels_per_usec;
	double		days = usecs / USECS_PER_DAY;
	double		start = (double) scales->first - (scales->x0 - layout->axes.left) / scales->pixels_per_usec;
	ChartTickUnit unit = TICK_YEARS;
	int			step = 12;
	int			first;
	int			last;

	for (int i = 0; i < (int) lengthof(tick_steps); i++)
	{
		unit = tick_steps[i].unit;
		step = tick_steps[i].step;
		if (days / (unit == TICK_DAYS ? step : step * 30.44) * tick_steps[i].spacing <= width)
			break;
	}
	/* 1, 2, 5, 10, 20, 50 … years; timestamps span less than 300,000 */
	if (unit == TICK_YEARS)
	{
		int			years = 1;

		for (int i = 0; years < 1000000 && days / (years * 365.25) * (years < 1000 ? 46 : 60) > width; i++)
			years = i % 3 == 1 ? years / 2 * 5 : years * 2;
		step = years * 12;
	}
	layout->tick_unit = unit;

	/* Both ends are days that j2date knows. */
	first = Max(julian_day(start) + 1, 1);
	last = julian_day(start + usecs);
	for (int day = tick_day(unit, step, first, false);
		 day <= last && layout->n_ticks < MAX_TICKS;
		 day = tick_day(unit, step, day, true))
	{
		ChartTick  *tick = &layout->ticks[layout->n_ticks];

		tick->julian_day = day;
		tick->x = scales->x0 +
			((double) (day - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY - (double) scales->first) * scales->pixels_per_usec;
		tick->heading = unit != TICK_YEARS &&
			(layout->n_ticks == 0 || begins_larger_unit(unit, day, tick[-1].julian_day));
		/* The first one's second line gives way to the next one's. */
		if (tick->heading && layout->n_ticks > 0 && layout->ticks[0].heading &&
			tick->x - layout->ticks[0].x < 60)
			layout->ticks[0].heading = false;
		layout->n_ticks++;
	}
}

/* Bands of calendar quarters, where they are wide enough to be told apart. */
static void
place_quarters(ChartLayout *layout, const Scales *scales)
{
	double		usecs = (layout->axes.right - layout->axes.left) / scales->pixels_per_usec;
	double		start = (double) scales->first - (scales->x0 - layout->axes.left) / scales->pixels_per_usec;
	double		days = usecs / USECS_PER_DAY;
	int			day = Max(julian_day(start), 1);

	if (days / DAYS_PER_QUARTER * QUARTER_SPACING > layout->axes.right - layout->axes.left)
		return;

	/* the widest frame has 4000 pixels */
	layout->quarters = palloc((4000 / QUARTER_SPACING + 2) * sizeof(ChartQuarter));
	for (double left = layout->axes.left; left < layout->axes.right;)
	{
		ChartQuarter *quarter = &layout->quarters[layout->n_quarters++];
		int			next = tick_day(TICK_QUARTERS, 3, day + 1, false);
		double		right = scales->x0 +
			((double) (next - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY - (double) scales->first) * scales->pixels_per_usec;

		quarter->julian_day = day;
		quarter->left = left;
		quarter->right = Min(right, layout->axes.right);
		left = right;
		day = next;
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

static bool
boxes_meet(const ChartBox *a, const ChartBox *b)
{
	return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}

static bool
circle_meets(const ChartMark *mark, const ChartBox *box)
{
	double		dx = mark->x - clamp(mark->x, box->left, box->right);
	double		dy = mark->y - clamp(mark->y, box->top, box->bottom);

	return dx * dx + dy * dy < mark->radius * mark->radius;
}

/* Where a label may stand by its circle, best first. */
static const struct
{
	int			x;				/* where its anchor is: in radii from the center */
	int			y;				/* above, beside, below */
	ChartAnchor anchor;
}			label_places[] = {
	{1, 0, ANCHOR_START}, {-1, 0, ANCHOR_END},
	{0, -1, ANCHOR_MIDDLE}, {0, 1, ANCHOR_MIDDLE},
	{-1, -1, ANCHOR_START}, {1, -1, ANCHOR_END},
	{-1, 1, ANCHOR_START}, {1, 1, ANCHOR_END}
};

#define RIGHT_PLACE	0
#define LEFT_PLACE	1

/* The box of a label of that width, and its anchor, in one of the places. */
static ChartBox
label_box(ChartLabel *label, const ChartMark *mark, int place, double width)
{
	double		aside = mark->radius + LABEL_GAP;
	int			side = label_places[place].y;
	ChartBox	box;

	label->anchor = label_places[place].anchor;
	label->x = mark->x + label_places[place].x * (side == 0 ? aside : mark->radius);
	if (side == 0)
		label->y = mark->y + 4;
	else
		label->y = side < 0 ? mark->y - aside - LABEL_DESCENT : mark->y + aside + LABEL_ASCENT;

	box.left = label->x;
	if (label->anchor != ANCHOR_START)
		box.left -= label->anchor == ANCHOR_END ? width : width / 2;
	box.right = box.left + width;
	box.top = label->y - LABEL_ASCENT;
	box.bottom = label->y + LABEL_DESCENT;
	return box;
}

static void
label_today(ChartLayout *layout, ChartBox *box)
{
	static const ChartText today = {"Today", 5};
	ChartLabel *label = &layout->labels[layout->n_labels++];
	ChartMark	line = {0};

	line.x = layout->today_x;
	line.y = layout->axes.top + LABEL_DESCENT;
	line.radius = 2;
	label->text = today;
	label->cut = false;
	*box = label_box(label, &line, RIGHT_PLACE, text_width(today.data, today.len, LABEL_FONT));
	if (box->right > layout->frame.right)
		*box = label_box(label, &line, LEFT_PLACE, box->right - box->left);
}

/*
 * Finds a place for the label of the i-th largest deal, cut to a width: one that
 * is clear of the labels whose boxes are taken and covers less than so many large
 * circles, as few as can be.
 */
static bool
find_place(const ChartLayout *layout, const ChartBox *taken, int i, double max_width, int least,
		   ChartLabel *found, ChartBox *found_box)
{
	const ChartMark *mark = layout->marks[i];
	const ChartDeal *deal = mark->deal;
	int			n_obstacles = Min(layout->n_marks, LABEL_OBSTACLES);
	int			limit = least;
	ChartLabel	label;
	double		width;

	label.text.data = deal->label;
	label.text.len = text_fit(deal->label, deal->label_len, LABEL_FONT, max_width);
	label.cut = deal->label_cut || label.text.len < deal->label_len;
	while (label.cut && label.text.len > 0 && deal->label[label.text.len - 1] == ' ')
		label.text.len--;
	width = text_width(deal->label, label.text.len, LABEL_FONT) + (label.cut ? LABEL_FONT : 0);

	for (int place = 0; place < (int) lengthof(label_places); place++)
	{
		ChartBox	box = label_box(&label, mark, place, width);
		int			n_beneath = 0;
		bool		free = true;

		/* widths are rather too large than too small, and beside the frame is room */
		if (box.left < layout->frame.left || box.right > layout->frame.right + LEGEND_GAP / 2 ||
			box.top < layout->frame.top || box.bottom > layout->frame.bottom)
			continue;
		for (int j = 0; j < layout->n_labels && free; j++)
			free = !boxes_meet(&box, &taken[j]);
		for (int j = 0; j < n_obstacles && free; j++)
			n_beneath += j != i && circle_meets(layout->marks[j], &box);
		if (!free || n_beneath >= least)
			continue;
		least = n_beneath;
		*found = label;
		*found_box = box;
	}
	return least < limit;
}

/*
 * Labels by the largest circles, clear of other labels and of other large circles,
 * shortened if that makes room.  The very largest deals are labeled over other
 * circles where it does not.
 */
static void
place_labels(ChartLayout *layout)
{
	const ChartOptions *options = layout->options;
	int			max_labels = options->max_labels + (options->has_today ? 1 : 0);
	ChartBox   *taken = palloc((max_labels + 1) * sizeof(ChartBox));
	int			n_tries = Min(layout->n_marks, LABEL_TRIES * options->max_labels);

	layout->labels = palloc((max_labels + 1) * sizeof(ChartLabel));
	if (options->has_today)
		label_today(layout, &taken[0]);

	for (int i = 0; i < n_tries && layout->n_labels < max_labels; i++)
	{
		bool		is_largest = i < (options->max_labels + 2) / 3;
		ChartLabel	label;
		ChartBox	box;

		if (layout->marks[i]->deal->label_len == 0 ||
			!(find_place(layout, taken, i, LABEL_MAX_WIDTH, 1, &label, &box) ||
			  find_place(layout, taken, i, LABEL_MIN_WIDTH, 1, &label, &box) ||
			  (is_largest && find_place(layout, taken, i, LABEL_MAX_WIDTH, PG_INT32_MAX, &label, &box))))
			continue;
		layout->labels[layout->n_labels] = label;

		/* some air around it */
		box.left -= 6;
		box.right += 6;
		box.top -= 3;
		box.bottom += 3;
		taken[layout->n_labels++] = box;
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
	{
		double		pad = scales.largest + 6;
		double		range = (double) scales.last - (double) scales.first;
		double		least = 6.0 * USECS_PER_DAY;
		double		width = Max(1, layout->axes.right - layout->axes.left - 2 * pad);

		/* A short range stands in the middle of a week. */
		scales.pixels_per_usec = width / Max(range, least);
		scales.x0 = layout->axes.left + pad + (range < least ? (least - range) / 2 * scales.pixels_per_usec : 0);
		place_ticks(layout, &scales);
		if (options->quarters)
			place_quarters(layout, &scales);
		if (options->has_today)
			layout->today_x = scales.x0 + ((double) options->today - (double) scales.first) * scales.pixels_per_usec;
	}
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
