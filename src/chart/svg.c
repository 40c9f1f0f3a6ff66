/*
 * svg.c
 *		Elements of the charts' documents: SVG 1.1, well-formed XML 1.0.
 */
#include "chart/svg.h"

#include "mb/pg_wchar.h"
#include "chart/text.h"

#define TITLE_FONT	20

SvgWriter
svg_writer(StringInfo out, const ChartOptions *options)
{
	SvgWriter	writer = {out, options, GetDatabaseEncoding() == PG_UTF8};

	return writer;
}

void
append_attribute(StringInfo out, const char *name, double pixels)
{
	appendStringInfo(out, " %s=\"", name);
	append_pixels(out, pixels);
	appendStringInfoChar(out, '"');
}

void
append_rect(StringInfo out, const ChartBox *box, const char *fill)
{
	appendStringInfoString(out, "<rect");
	append_attribute(out, "x", box->left);
	append_attribute(out, "y", box->top);
	append_attribute(out, "width", box->right - box->left);
	append_attribute(out, "height", box->bottom - box->top);
	appendStringInfo(out, " fill=\"%s\"/>\n", fill);
}

void
append_line(StringInfo out, double x1, double y1, double x2, double y2, const char *more)
{
	appendStringInfoString(out, "<path d=\"M");
	append_pixels(out, x1);
	appendStringInfoChar(out, ' ');
	append_pixels(out, y1);
	appendStringInfoChar(out, 'L');
	append_pixels(out, x2);
	appendStringInfoChar(out, ' ');
	append_pixels(out, y2);
	appendStringInfo(out, "\"%s/>\n", more);
}

/* Opens a text element; its content and </text> follow. */
void
open_text(StringInfo out, double x, double y, const char *more)
{
	appendStringInfoString(out, "<text");
	append_attribute(out, "x", x);
	append_attribute(out, "y", y);
	appendStringInfo(out, "%s>", more);
}

void
append_text(StringInfo out, double x, double y, const char *more, const char *text)
{
	open_text(out, x, y, more);
	appendStringInfo(out, "%s</text>\n", text);
}

/* "EUR 1,234.50", the currency where there is one. */
void
append_money(const SvgWriter *writer, double amount, void (*append) (StringInfo, double))
{
	ChartText	currency = writer->options->currency;

	if (currency.len > 0)
	{
		append_escaped(writer->out, currency.data, currency.len, writer->raw);
		appendStringInfoChar(writer->out, ' ');
	}
	append(writer->out, amount);
}

void
svg_begin(const SvgWriter *writer, int width, int height)
{
	const ChartOptions *options = writer->options;
	StringInfo	out = writer->out;

	appendStringInfo(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
					 " role=\"img\" font-family=\"sans-serif\" font-size=\"12\" fill=\"" INK "\">\n<title>",
					 width, height, width, height);
	append_escaped(out, options->title.data, options->title.len, writer->raw);
	appendStringInfoString(out, "</title>\n<desc>");
}

void
svg_head(const SvgWriter *writer, int width, int height)
{
	const ChartOptions *options = writer->options;
	StringInfo	out = writer->out;
	int			fit = text_fit(options->title.data, options->title.len, TITLE_FONT,
							   width - 2 * CHART_MARGIN - TITLE_FONT);

	appendStringInfo(out, "</desc>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", width, height);
	open_text(out, CHART_MARGIN, 38, " font-size=\"20\" font-weight=\"600\"");
	append_escaped(out, options->title.data, fit, writer->raw);
	appendStringInfo(out, "%s</text>\n", fit < options->title.len ? "&#8230;" : "");
}
