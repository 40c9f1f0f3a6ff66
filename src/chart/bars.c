/*
 * bars.c
 *		Charts of horizontal bars: places and document.
 *
 * The height follows from the number of bars.  All text stands in columns as wide
 * as it needs, so that none meets other text or a bar.
 */
#include "chart/bars.h"

#include <math.h>

#include "chart/drawing.h"
#include "chart/text.h"

#define FONT			12
#define HEADING_FONT	11
#define CELL_GAP		18
#define LABEL_SHARE		0.28	/* of the width, at most */
#define LEAST_PLOT		40
#define ROW_HEIGHT		38
#define BAR_HEIGHT		24
#define AXIS_HEIGHT		24
#define LEAST_BAR		1.5
#define LEAST_STEP		0.01	/* that a tick's text can tell */

#define SAFE_WIDTH(text, font) text_width(text, strlen(text), font)

typedef struct BarPlaces
{
	double		label_width;
	ChartBox	plot;
	double		cell_right[MAX_CELLS];
	int			height;
	double		low;			/* the values at the plot's sides */
	double		high;
} BarPlaces;

static void
place_columns(const BarChart *chart, BarPlaces *places)
{
	double		right = chart->writer.options->width - CHART_MARGIN;

	for (int cell = chart->n_cells - 1; cell >= 0; cell--)
	{
		double		widest = SAFE_WIDTH(chart->headings[cell], HEADING_FONT);

		for (int i = 0; i < chart->n_bars; i++)
			widest = Max(widest, SAFE_WIDTH(chart->bars[i].cells[cell], FONT));
		places->cell_right[cell] = right;
		right -= widest + CELL_GAP;
	}

	places->label_width = 0;
	for (int i = 0; i < chart->n_bars; i++)
	{
		const Bar  *bar = &chart->bars[i];

		places->label_width = Max(places->label_width,
								  text_width(bar->label.data, bar->label.len, FONT) + (bar->label_cut ? FONT : 0));
	}
	places->label_width = Min(places->label_width, LABEL_SHARE * chart->writer.options->width);

	places->plot.left = CHART_MARGIN + places->label_width + 14;
	places->plot.right = Max(right, places->plot.left + LEAST_PLOT);
}

static void
place_rows(const BarChart *chart, BarPlaces *places)
{
	places->plot.top = chart->n_legend > 0 ? 118 : 94;
	places->plot.bottom = places->plot.top + chart->n_bars * ROW_HEIGHT;
	places->height = (int) places->plot.bottom + 20 + (chart->is_funnel ? 0 : AXIS_HEIGHT);

	places->low = places->high = 0;
	for (int i = 0; i < chart->n_bars; i++)
	{
		const Bar  *bar = &chart->bars[i];

		places->low = Min(places->low, Min(bar->from, bar->to));
		places->high = Max(places->high, Max(bar->from, bar->to));
	}
	if (places->low == places->high)
	{
		places->low = chart->is_funnel ? -1 : 0;
		places->high = 1;
	}
}

static double
value_x(const BarPlaces *places, double value)
{
	return places->plot.left +
		(value - places->low) / (places->high - places->low) * (places->plot.right - places->plot.left);
}

static void
write_axis(const BarChart *chart, const BarPlaces *places)
{
	StringInfo	out = chart->writer.out;
	double		step = Max(chart_round_down(Max((places->high - places->low) / 3, LEAST_STEP)), LEAST_STEP);
	double		room = 7.0 * FONT;	/* of a tick's text */

	/* as many as there is room for */
	while ((places->high - places->low) / step * room > places->plot.right - places->plot.left &&
		   step < places->high - places->low)
		step *= 2;
	for (int i = (int) ceil(places->low / step); i <= (int) floor(places->high / step); i++)
	{
		double		x = value_x(places, i * step);

		append_line(out, x, places->plot.top, x, places->plot.bottom,
					i == 0 ? " stroke=\"" AXIS "\"" : " stroke=\"" GRID "\"");
		open_text(out, x, places->plot.bottom + 17, " font-size=\"11\" fill=\"" MUTED "\" text-anchor=\"middle\"");
		append_short_amount(out, i * step);
		appendStringInfoString(out, "</text>\n");
	}
}

/* From a bar to the next one: the area that a funnel narrows by, or a line at the value reached. */
static void
write_link(const BarChart *chart, const BarPlaces *places, int i)
{
	const Bar  *bar = &chart->bars[i];
	const Bar  *next = &chart->bars[i + 1];
	StringInfo	out = chart->writer.out;
	double		margin = (ROW_HEIGHT - BAR_HEIGHT) / 2.0;
	double		top = places->plot.top + (i + 1) * ROW_HEIGHT - margin;
	double		bottom = top + 2 * margin;

	if (!chart->is_funnel)
	{
		append_line(out, value_x(places, bar->to), top, value_x(places, bar->to), bottom,
					" stroke=\"" MUTED "\" stroke-dasharray=\"2 2\"");
		return;
	}
	if (bar->color == NULL || next->color == NULL)
		return;
	appendStringInfoString(out, "<path d=\"M");
	append_pixels(out, value_x(places, bar->from));
	appendStringInfoChar(out, ' ');
	append_pixels(out, top);
	appendStringInfoChar(out, 'H');
	append_pixels(out, value_x(places, bar->to));
	appendStringInfoChar(out, 'L');
	append_pixels(out, value_x(places, next->to));
	appendStringInfoChar(out, ' ');
	append_pixels(out, bottom);
	appendStringInfoChar(out, 'H');
	append_pixels(out, value_x(places, next->from));
	appendStringInfo(out, "Z\" fill=\"%s\" fill-opacity=\".18\"/>\n", bar->color);
}

static void
write_bar(const BarChart *chart, const BarPlaces *places, int i)
{
	const SvgWriter *writer = &chart->writer;
	const Bar  *bar = &chart->bars[i];
	StringInfo	out = writer->out;
	double		top = places->plot.top + i * ROW_HEIGHT + (ROW_HEIGHT - BAR_HEIGHT) / 2.0;
	double		base = top + BAR_HEIGHT / 2.0 + 4;
	int			fit = text_fit(bar->label.data, bar->label.len, FONT, places->label_width);
	bool		cut = bar->label_cut || fit < bar->label.len;

	if (cut)
		fit = text_fit(bar->label.data, bar->label.len, FONT, places->label_width - FONT);

	appendStringInfoString(out, "<g><title>");
	append_escaped(out, bar->label.data, bar->label.len, writer->raw);
	if (bar->label_cut)
		appendStringInfoString(out, "&#8230;");
	for (int cell = 0; cell < chart->n_cells; cell++)
		if (bar->cells[cell][0] != '\0')
			appendStringInfo(out, "\n%s: %s", chart->headings[cell], bar->cells[cell]);
	appendStringInfoString(out, "</title>\n");

	open_text(out, CHART_MARGIN, base, "");
	append_escaped(out, bar->label.data, fit, writer->raw);
	appendStringInfo(out, "%s</text>\n", cut ? "&#8230;" : "");
	if (bar->color != NULL)
	{
		double		left = value_x(places, Min(bar->from, bar->to));
		double		right = value_x(places, Max(bar->from, bar->to));
		double		more = Max(0, (LEAST_BAR - (right - left)) / 2);
		ChartBox	box = {left - more, top, right + more, top + BAR_HEIGHT};

		append_rect(out, &box, bar->color);
	}
	for (int cell = 0; cell < chart->n_cells; cell++)
		if (bar->cells[cell][0] != '\0')
			append_text(out, places->cell_right[cell], base, " text-anchor=\"end\"", bar->cells[cell]);
	appendStringInfoString(out, "</g>\n");
}

static void
write_legend(const BarChart *chart)
{
	StringInfo	out = chart->writer.out;
	double		left = CHART_MARGIN;

	for (int i = 0; i < chart->n_legend; i++)
	{
		ChartBox	box = {left, 75, left + 11, 86};

		append_rect(out, &box, chart->legend[i].color);
		append_text(out, left + 17, 85, "", chart->legend[i].words);
		left += 17 + SAFE_WIDTH(chart->legend[i].words, FONT) + CELL_GAP;
	}
}

void
write_bar_chart(const BarChart *chart)
{
	int			width = chart->writer.options->width;
	StringInfo	out = chart->writer.out;
	BarPlaces	places;

	place_columns(chart, &places);
	place_rows(chart, &places);
	if (chart->n_bars == 0)
		places.height = 160;

	svg_begin(&chart->writer, width, places.height);
	appendStringInfoString(out, chart->description);
	svg_head(&chart->writer, width, places.height);
	if (chart->n_bars == 0)
	{
		append_text(out, width / 2.0, 100, " font-size=\"16\" fill=\"" MUTED "\" text-anchor=\"middle\"", chart->nothing);
		appendStringInfoString(out, "</svg>\n");
		return;
	}
	append_text(out, CHART_MARGIN, 60, " font-size=\"13\" fill=\"" MUTED "\"", chart->subtitle);
	write_legend(chart);
	for (int cell = 0; cell < chart->n_cells; cell++)
		append_text(out, places.cell_right[cell], places.plot.top - 9,
					" font-size=\"11\" fill=\"" MUTED "\" text-anchor=\"end\"", chart->headings[cell]);
	if (!chart->is_funnel)
		write_axis(chart, &places);
	for (int i = 0; i < chart->n_bars - 1; i++)
		write_link(chart, &places, i);
	for (int i = 0; i < chart->n_bars; i++)
		write_bar(chart, &places, i);
	appendStringInfoString(out, "</svg>\n");
}
