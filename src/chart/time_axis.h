/*
 * time_axis.h
 *		The time axis of the pipeline chart: its scale, its ticks and its quarters.
 */
#ifndef OPPORTUNITY_CHART_TIME_AXIS_H
#define OPPORTUNITY_CHART_TIME_AXIS_H

#include "chart/drawing.h"

typedef struct TimeScale
{
	Timestamp	first;
	Timestamp	last;
	double		x0;				/* of first */
	double		pixels_per_usec;
} TimeScale;

/* x of a local time, in microseconds as a timestamp has them. */
static inline double
time_place(const TimeScale *scale, double usecs)
{
	return scale->x0 + (usecs - (double) scale->first) * scale->pixels_per_usec;
}

/* Where from first, 0, to last, 1. */
static inline double
time_part(const TimeScale *scale, Timestamp when)
{
	double		range = (double) scale->last - (double) scale->first;

	return range > 0 ? ((double) when - (double) scale->first) / range : 0.5;
}

/*
 * Fits the scale from first to last to the axes, with so much room left and right,
 * and places ticks, quarters and today.
 */
extern void place_time_axis(ChartLayout *layout, TimeScale *scale, double pad);

#endif							/* OPPORTUNITY_CHART_TIME_AXIS_H */
