/*
 * time_axis.c
 *		The time axis of the pipeline chart: its scale, its ticks and its quarters.
 */
#include "chart/time_axis.h"

#include "utils/datetime.h"
#include "utils/timestamp.h"

#define DAYS_PER_QUARTER 91.3
#define QUARTER_SPACING	14		/* pixels, at least */

/* x of a day's midnight. */
static double
day_place(const TimeScale *scale, int julian_day)
{
	return time_place(scale, (double) (julian_day - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY);
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
place_ticks(ChartLayout *layout, const TimeScale *scale)
{
	double		width = layout->axes.right - layout->axes.left;
	double		usecs = width / scale->pixels_per_usec;
	double		days = usecs / USECS_PER_DAY;
	double		start = (double) scale->first - (scale->x0 - layout->axes.left) / scale->pixels_per_usec;
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
		tick->x = day_place(scale, day);
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
place_quarters(ChartLayout *layout, const TimeScale *scale)
{
	double		usecs = (layout->axes.right - layout->axes.left) / scale->pixels_per_usec;
	double		start = (double) scale->first - (scale->x0 - layout->axes.left) / scale->pixels_per_usec;
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
		double		right = day_place(scale, next);

		quarter->julian_day = day;
		quarter->left = left;
		quarter->right = Min(right, layout->axes.right);
		left = right;
		day = next;
	}
}

void
place_time_axis(ChartLayout *layout, TimeScale *scale, double pad)
{
	const ChartOptions *options = layout->options;
	double		range = (double) scale->last - (double) scale->first;
	double		least = 6.0 * USECS_PER_DAY;
	double		width = Max(1, layout->axes.right - layout->axes.left - 2 * pad);

	/* A short range stands in the middle of a week. */
	scale->pixels_per_usec = width / Max(range, least);
	scale->x0 = layout->axes.left + pad + (range < least ? (least - range) / 2 * scale->pixels_per_usec : 0);
	place_ticks(layout, scale);
	if (options->quarters)
		place_quarters(layout, scale);
	if (options->has_today)
		layout->today_x = time_place(scale, (double) options->today);
}
