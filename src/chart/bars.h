/*
 * bars.h
 *		Charts of horizontal bars: one a row, with its label before it and figures
 *		behind it.
 */
#ifndef OPPORTUNITY_BARS_H
#define OPPORTUNITY_BARS_H

#include "chart/svg.h"

#define MAX_BARS	100
#define MAX_CELLS	3

typedef struct Bar
{
	ChartText	label;
	bool		label_cut;		/* the label was longer */
	double		from;			/* the ends of the bar, in the unit of the values, */
	double		to;				/* and where the next one takes over */
	const char *color;			/* NULL: no bar */
	const char *cells[MAX_CELLS];	/* the figures: text that is safe */
} Bar;

typedef struct BarChart
{
	SvgWriter	writer;
	const char *subtitle;		/* text that is safe, as are the others */
	const char *description;
	const char *nothing;		/* what stands in place of bars where there are none */
	bool		is_funnel;		/* areas lead from bar to bar, not lines; no axis */
	int			n_bars;
	Bar			bars[MAX_BARS];
	int			n_cells;
	const char *headings[MAX_CELLS];	/* of the figures */
	int			n_legend;
	const struct LegendEntry
	{
		const char *color;
		const char *words;
	}		   *legend;
} BarChart;

extern void write_bar_chart(const BarChart *chart);

#endif							/* OPPORTUNITY_BARS_H */
