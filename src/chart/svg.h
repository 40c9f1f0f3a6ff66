/*
 * svg.h
 *		The charts' house style: its colors, and elements of their documents.
 *
 * No style sheet, no ids and no script, so that a document can stand inside any
 * page, as often as wanted, under any content policy.  The charts' own text is
 * ASCII; coordinates are pixels from the top left corner.
 */
#ifndef OPPORTUNITY_SVG_H
#define OPPORTUNITY_SVG_H

#include "chart/options.h"

#define INK			"#1f2933"	/* text */
#define MUTED		"#616e7c"	/* what explains */
#define GRID		"#e8ecf0"
#define AXIS		"#b8c2cc"
#define BAND		"#f5f7f9"
#define NEUTRAL		"#8795a1"	/* neither good nor bad, as deals without a score */

#define CHART_MARGIN	28

typedef struct ChartBox
{
	double		left;
	double		top;
	double		right;
	double		bottom;
} ChartBox;

typedef struct SvgWriter
{
	StringInfo	out;
	const ChartOptions *options;
	bool		raw;			/* characters beyond ASCII as they are */
} SvgWriter;

extern SvgWriter svg_writer(StringInfo out, const ChartOptions *options);

/* The root element, the title and the open description, whose text follows; then its end and the heading. */
extern void svg_begin(const SvgWriter *writer, int width, int height);
extern void svg_head(const SvgWriter *writer, int width, int height);

extern void append_attribute(StringInfo out, const char *name, double pixels);
extern void append_rect(StringInfo out, const ChartBox *box, const char *fill);

/* more: further attributes, each after a blank */
extern void append_line(StringInfo out, double x1, double y1, double x2, double y2, const char *more);

/* Opens a text element; its content and </text> follow. */
extern void open_text(StringInfo out, double x, double y, const char *more);

/* A whole one, of text that is safe. */
extern void append_text(StringInfo out, double x, double y, const char *more, const char *text);

/* "EUR 1,234.50", the currency where there is one. */
extern void append_money(const SvgWriter *writer, double amount, void (*append) (StringInfo, double));

#endif							/* OPPORTUNITY_SVG_H */
