/*
 * bubbles.c
 *		The pipeline chart's document: SVG 1.1, well-formed XML 1.0.
 *
 * No style sheet, no ids and no script, so that it can stand inside any page, as
 * often as wanted, under any content policy.  The chart's own text is ASCII.
 */
#include "chart/drawing.h"

#include "miscadmin.h"
#include "chart/text.h"
#include "chart/svg.h"
#include "utils/datetime.h"

#define LEGEND_LINE	19
#define TITLE_WIDTH	100			/* of the y axis' title */
#define USUAL_BYTES	160			/* of a deal in the document */

static const char *const month_names[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
};

typedef struct PipelineWriter
{
	SvgWriter	svg;
	const ChartLayout *layout;
} PipelineWriter;

/* What the y axis measures, as its option says. */
static const char *
measure(const ChartLayout *layout)
{
	return layout->options->is_probability ? "probability" : "score";
}

static void
append_deals(StringInfo out, int n_deals)
{
	append_count(out, n_deals);
	appendStringInfoString(out, n_deals == 1 ? " deal" : " deals");
}

static void
write_head(const PipelineWriter *writer)
{
	const ChartLayout *layout = writer->layout;
	const ChartOptions *options = layout->options;
	StringInfo	out = writer->svg.out;

	svg_begin(&writer->svg, options->width, options->height);
	append_deals(out, layout->n_marks);
	appendStringInfo(out, " by estimated close date and %s; the area of a circle is the amount, its color the grade.", measure(layout));
	for (int grade = 0; grade <= N_GRADES; grade++)
	{
		if (grade == NO_GRADE)
			appendStringInfo(out, ", no %s: ", measure(layout));
		else
			appendStringInfo(out, "%s%c: ", grade == 0 ? " " : ", ", 'A' + grade);
		append_count(out, layout->n_grade[grade]);
	}
	appendStringInfoChar(out, '.');
	svg_head(&writer->svg, options->width, options->height);

	if (layout->n_marks == 0)
		return;
	open_text(out, CHART_MARGIN, 60, " font-size=\"13\" fill=\"" MUTED "\"");
	append_deals(out, layout->n_marks);
	if (layout->n_no_amount < layout->n_marks)
	{
		appendStringInfoString(out, " &#183; ");
		append_money(&writer->svg, layout->total, append_short_amount);
		appendStringInfoString(out, " in total");
	}
	if (layout->n_dated > 0)
	{
		appendStringInfoString(out, " &#183; close dates ");
		append_day(out, layout->first_day);
		if (layout->last_day != layout->first_day)
		{
			appendStringInfoString(out, " to ");
			append_day(out, layout->last_day);
		}
	}
	appendStringInfoString(out, "</text>\n");
}

static void
write_score_axis(const PipelineWriter *writer)
{
	const ChartLayout *layout = writer->layout;
	const ChartBox *axes = &layout->axes;
	StringInfo	out = writer->svg.out;
	double		per_point = (layout->score_bottom - layout->score_top) / 100;
	double		left = layout->has_axes_x ? axes->left : layout->no_date.left;

	append_text(out, CHART_MARGIN, layout->frame.top - 10, " fill=\"" MUTED "\"",
				layout->options->is_probability ? "Probability (%)" : "Score (0&#8211;100)");

	/* one strip along the axis shows where the grades begin */
	for (int grade = 0; grade < N_GRADES; grade++)
	{
		int			high = grade == 0 ? 100 : layout->options->cuts.cut[grade - 1];
		int			low = grade == N_GRADES - 1 ? 0 : layout->options->cuts.cut[grade];
		ChartBox	part = {left - 8, layout->score_bottom - high * per_point,
			left - 4, layout->score_bottom - low * per_point};

		if (high > low)
			append_rect(out, &part, grade_colors[grade]);
	}

	appendStringInfoString(out, "<g stroke=\"" GRID "\">\n");
	for (int score = 0; score <= 100; score += 25)
	{
		double		y = layout->score_bottom - score * per_point;

		append_line(out, left, y, layout->has_axes_x ? axes->right : layout->no_date.right, y, "");
	}
	appendStringInfoString(out, "</g>\n<g font-size=\"11\" fill=\"" MUTED "\" text-anchor=\"end\">\n");
	for (int score = 0; score <= 100; score += 25)
	{
		open_text(out, left - 14, layout->score_bottom - score * per_point + 4, "");
		appendStringInfo(out, "%d</text>\n", score);
	}
	appendStringInfoString(out, "</g>\n");
}

static void
append_tick_label(StringInfo out, ChartTickUnit unit, int julian_day)
{
	int			year;
	int			month;
	int			day;

	j2date(julian_day, &year, &month, &day);
	switch (unit)
	{
		case TICK_DAYS:
			appendStringInfo(out, "%d", day);
			break;
		case TICK_MONTHS:
			appendStringInfoString(out, month_names[month - 1]);
			break;
		case TICK_QUARTERS:
			appendStringInfo(out, "Q%d", (month + 2) / 3);
			break;
		case TICK_YEARS:
			append_year(out, year);
			break;
	}
}

static void
write_date_axis(const PipelineWriter *writer)
{
	const ChartLayout *layout = writer->layout;
	const ChartBox *axes = &layout->axes;
	StringInfo	out = writer->svg.out;
	double		base = layout->frame.bottom;

	appendStringInfoString(out, "<g stroke=\"" GRID "\">\n");
	for (int i = 0; i < layout->n_ticks; i++)
		append_line(out, layout->ticks[i].x, axes->top, layout->ticks[i].x, base, "");
	appendStringInfoString(out, "</g>\n");
	append_line(out, axes->left, base, axes->right, base, " stroke=\"" AXIS "\"");

	appendStringInfoString(out, "<g font-size=\"11\" fill=\"" MUTED "\" text-anchor=\"middle\">\n");
	for (int i = 0; i < layout->n_ticks; i++)
	{
		const ChartTick *tick = &layout->ticks[i];

		open_text(out, tick->x, base + 17, "");
		append_tick_label(out, layout->tick_unit, tick->julian_day);
		appendStringInfoString(out, "</text>\n");
		if (tick->heading)
		{
			int			year;
			int			month;
			int			day;

			j2date(tick->julian_day, &year, &month, &day);
			open_text(out, tick->x, base + 31, " fill=\"" INK "\"");
			if (layout->tick_unit == TICK_DAYS)
				appendStringInfo(out, "%s ", month_names[month - 1]);
			append_year(out, year);
			appendStringInfoString(out, "</text>\n");
		}
	}
	appendStringInfoString(out, "</g>\n");
	append_text(out, (axes->left + axes->right) / 2, base + 52,
				" fill=\"" MUTED "\" text-anchor=\"middle\"", "Estimated close date");
}

/* Every other quarter shaded, and their names above the frame, right of the y axis' title. */
static void
write_quarters(const PipelineWriter *writer)
{
	const ChartLayout *layout = writer->layout;
	StringInfo	out = writer->svg.out;

	for (int i = 0; i < layout->n_quarters; i++)
	{
		const ChartQuarter *quarter = &layout->quarters[i];
		ChartBox	box = {quarter->left, layout->axes.top, quarter->right, layout->axes.bottom};
		double		left = Max(quarter->left, CHART_MARGIN + TITLE_WIDTH);
		double		room = quarter->right - left;
		int			year;
		int			month;
		int			day;

		j2date(quarter->julian_day, &year, &month, &day);
		if ((month - 1) / 3 % 2 == 1)
			append_rect(out, &box, BAND);
		if (room < 24)
			continue;
		open_text(out, (left + quarter->right) / 2, layout->frame.top - 10,
				  " font-size=\"11\" fill=\"" MUTED "\" text-anchor=\"middle\"");
		appendStringInfo(out, "Q%d", (month + 2) / 3);
		if (room >= 56)
		{
			appendStringInfoChar(out, ' ');
			append_year(out, year);
		}
		appendStringInfoString(out, "</text>\n");
	}
}

static void
write_bands(const PipelineWriter *writer)
{
	const ChartLayout *layout = writer->layout;
	StringInfo	out = writer->svg.out;
	const ChartBox *column = &layout->no_date;
	const ChartBox *row = &layout->no_score;
	static const char *const aside = " font-size=\"11\" fill=\"" MUTED "\" text-anchor=\"end\"";
	bool		has_row = layout->n_grade[NO_GRADE] > 0;

	if (layout->n_no_date > 0)
	{
		append_rect(out, column, BAND);
		if (has_row && layout->has_axes_y)
		{
			ChartBox	corner = {column->left, row->top, column->right, row->bottom};

			append_rect(out, &corner, BAND);
		}
		append_text(out, (column->left + column->right) / 2, layout->frame.bottom + 17,
					" font-size=\"11\" fill=\"" MUTED "\" text-anchor=\"middle\"", "No date");
	}
	if (has_row)
	{
		if (layout->has_axes_x)
			append_rect(out, row, BAND);
		if (layout->options->is_probability)
		{
			/* too long for one line */
			append_text(out, layout->frame.left - 8, (row->top + row->bottom) / 2 - 3, aside, "No");
			append_text(out, layout->frame.left - 8, (row->top + row->bottom) / 2 + 11, aside, "probability");
		}
		else
			append_text(out, layout->frame.left - 8, (row->top + row->bottom) / 2 + 4, aside, "No score");
	}
}

/* Attributes of a circle beyond its place; the group around it has the usual ones. */
static void
append_mark_style(StringInfo out, int grade, ChartOutcome outcome, bool has_amount, bool negative)
{
	const char *color = chart_color(grade);

	/* the usual one first: this runs once a deal */
	if (has_amount && !negative && outcome == CHART_OPEN)
	{
		appendStringInfoString(out, " fill=\"");
		appendStringInfoString(out, color);
		appendStringInfoChar(out, '"');
	}
	else if (!has_amount)
		appendStringInfo(out, " fill=\"#fff\" stroke=\"%s\" stroke-width=\"1.5\"", color);
	else if (negative)
		appendStringInfo(out, " fill=\"%s\" fill-opacity=\".15\" stroke=\"%s\" stroke-width=\"1.2\" stroke-dasharray=\"2.5 1.5\"",
						 color, color);
	else if (outcome == CHART_LOST)
		appendStringInfo(out, " fill=\"%s\" fill-opacity=\".12\" stroke=\"%s\" stroke-width=\"1.2\"", color, color);
	else
		appendStringInfo(out, " fill=\"%s\" stroke=\"" INK "\" stroke-width=\"1.5\"", color);
}

static void
append_circle(StringInfo out, double x, double y, double radius)
{
	appendStringInfoString(out, "<circle cx=\"");
	append_pixels(out, x);
	appendStringInfoString(out, "\" cy=\"");
	append_pixels(out, y);
	appendStringInfoString(out, "\" r=\"");
	append_pixels(out, radius);
	appendStringInfoChar(out, '"');
}

/* What a pointer on the circle shows: three lines, so that none turns another's direction of writing. */
static void
write_tooltip(const PipelineWriter *writer, const ChartMark *mark)
{
	const ChartDeal *deal = mark->deal;
	StringInfo	out = writer->svg.out;

	appendStringInfoString(out, "<title>");
	if (deal->label_len > 0)
	{
		append_escaped(out, deal->label, deal->label_len, writer->svg.raw);
		appendStringInfoString(out, deal->label_cut ? "&#8230;\n" : "\n");
	}
	if (deal->has_amount)
		append_money(&writer->svg, deal->amount, append_amount);
	else
		appendStringInfoString(out, "no amount");
	appendStringInfoChar(out, '\n');
	if (deal->has_date)
		append_day(out, julian_day((double) deal->closes));
	else
		appendStringInfoString(out, "no date");
	if (deal->has_score)
	{
		appendStringInfoString(out, writer->layout->options->is_probability ? ", probability " : ", score ");
		append_score(out, deal->score);
		appendStringInfoString(out, writer->layout->options->is_probability ? " % (" : " (");
		appendStringInfoChar(out, 'A' + mark->grade);
		appendStringInfoChar(out, ')');
	}
	else
		appendStringInfo(out, ", no %s", measure(writer->layout));
	if (mark->outcome != CHART_OPEN)
		appendStringInfoString(out, mark->outcome == CHART_WON ? ", won" : ", lost");
	appendStringInfoString(out, "</title>");
}

static void
write_marks(const PipelineWriter *writer)
{
	const ChartLayout *layout = writer->layout;
	StringInfo	out = writer->svg.out;
	bool		many = layout->n_marks > 800;

	enlargeStringInfo(out, layout->n_marks * USUAL_BYTES);
	appendStringInfo(out, "<g fill-opacity=\"%s\" stroke=\"#fff\" stroke-width=\"%s\">\n",
					 many ? ".6" : ".78", many ? ".4" : ".8");
	for (int i = 0; i < layout->n_marks; i++)
	{
		const ChartMark *mark = layout->marks[i];

		append_circle(out, mark->x, mark->y, mark->radius);
		append_mark_style(out, mark->grade, mark->outcome, mark->deal->has_amount, mark->deal->amount < 0);
		appendStringInfoChar(out, '>');
		write_tooltip(writer, mark);
		appendStringInfoString(out, "</circle>\n");
		if (i % 10000 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	appendStringInfoString(out, "</g>\n");
}

/* Twice: a white edge first, since not every program knows paint-order. */
static void
write_labels(const PipelineWriter *writer)
{
	static const char *const anchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
	const ChartLayout *layout = writer->layout;
	StringInfo	out = writer->svg.out;

	for (int edge = 1; edge >= 0 && layout->n_labels > 0; edge--)
	{
		appendStringInfo(out, "<g font-size=\"%d\" pointer-events=\"none\"%s>\n", LABEL_FONT,
						 edge ? " aria-hidden=\"true\" fill=\"#fff\" stroke=\"#fff\" stroke-width=\"3\""
						 " stroke-opacity=\".8\" stroke-linejoin=\"round\"" : "");
		for (int i = 0; i < layout->n_labels; i++)
		{
			const ChartLabel *label = &layout->labels[i];

			open_text(out, label->x, label->y, anchors[label->anchor]);
			append_escaped(out, label->text.data, label->text.len, writer->svg.raw);
			appendStringInfo(out, "%s</text>\n", label->cut ? "&#8230;" : "");
		}
		appendStringInfoString(out, "</g>\n");
	}
}

static void
write_today(const PipelineWriter *writer)
{
	const ChartLayout *layout = writer->layout;

	append_line(writer->svg.out, layout->today_x, layout->axes.top, layout->today_x, layout->frame.bottom,
				" stroke=\"" INK "\" stroke-dasharray=\"4 3\"");
}

/* One line of the legend: a sample circle, words and a count. */
static void
write_legend_line(const PipelineWriter *writer, double y, int grade, ChartOutcome outcome,
				  bool has_amount, bool negative, const char *letter, const char *words, int count)
{
	const ChartOptions *options = writer->layout->options;
	double		left = options->width - CHART_MARGIN - LEGEND_WIDTH;
	StringInfo	out = writer->svg.out;

	append_circle(out, left + 6, y - 4, has_amount ? 6 : NO_AMOUNT_RADIUS);
	append_mark_style(out, grade, outcome, has_amount, negative);
	appendStringInfoString(out, "/>");
	if (letter[0] != '\0')
		append_text(out, left + 20, y, " font-weight=\"600\"", letter);
	append_text(out, left + (letter[0] != '\0' ? 36 : 20), y, "", words);
	open_text(out, options->width - CHART_MARGIN, y, " text-anchor=\"end\"");
	append_count(out, count);
	appendStringInfoString(out, "</text>\n");
}

static double
write_sizes(const PipelineWriter *writer, double y)
{
	const ChartLayout *layout = writer->layout;
	double		left = layout->options->width - CHART_MARGIN - LEGEND_WIDTH;
	StringInfo	out = writer->svg.out;
	double		largest = layout->size_radius[0];
	double		text_y = y;

	open_text(out, left, y, " fill=\"" MUTED "\"");
	appendStringInfoString(out, "Amount");
	if (layout->options->currency.len > 0)
	{
		ChartText	currency = layout->options->currency;

		appendStringInfoString(out, " (");
		append_escaped(out, currency.data, currency.len, writer->svg.raw);
		appendStringInfoChar(out, ')');
	}
	appendStringInfoString(out, "</text>\n");

	/* nested circles on one base, each with a line to its amount */
	y += Max(12 + 2 * largest, 14 * layout->n_sizes + 2);
	for (int i = 0; i < layout->n_sizes; i++)
	{
		double		radius = layout->size_radius[i];
		double		top = y - 2 * radius;

		text_y = i == 0 ? Min(top, y - 14 * (layout->n_sizes - 1)) : Max(text_y + 14, top);
		append_circle(out, left + largest, y - radius, radius);
		appendStringInfoString(out, " fill=\"none\" stroke=\"" NEUTRAL "\"/>\n");
		appendStringInfoString(out, "<path d=\"M");
		append_pixels(out, left + largest);
		appendStringInfoChar(out, ' ');
		append_pixels(out, top);
		appendStringInfoString(out, "L");
		append_pixels(out, left + 2 * largest + 10);
		appendStringInfoChar(out, ' ');
		append_pixels(out, text_y);
		appendStringInfoString(out, "\" stroke=\"" AXIS "\" fill=\"none\"/>");
		open_text(out, left + 2 * largest + 14, text_y + 4, "");
		append_short_amount(out, layout->size_amount[i]);
		appendStringInfoString(out, "</text>\n");
	}
	return Max(y, text_y);
}

static void
write_legend(const PipelineWriter *writer)
{
	const ChartLayout *layout = writer->layout;
	const ChartOptions *options = layout->options;
	double		left = options->width - CHART_MARGIN - LEGEND_WIDTH;
	double		y = layout->frame.top - 10;
	StringInfo	out = writer->svg.out;

	append_text(out, left, y, " fill=\"" MUTED "\"", psprintf("Grade by %s", measure(layout)));
	append_text(out, options->width - CHART_MARGIN, y, " fill=\"" MUTED "\" text-anchor=\"end\"", "Deals");
	y += 3;
	for (int grade = 0; grade < N_GRADES; grade++)
	{
		const char	letter[2] = {'A' + grade, '\0'};
		char		range[32];

		if (grade < N_CUTS)
			snprintf(range, sizeof(range), "%d and more", options->cuts.cut[grade]);
		else
			snprintf(range, sizeof(range), "below %d", options->cuts.cut[N_CUTS - 1]);
		write_legend_line(writer, y += LEGEND_LINE, grade, CHART_OPEN, true, false,
						  letter, range, layout->n_grade[grade]);
	}
	if (layout->n_grade[NO_GRADE] > 0)
		write_legend_line(writer, y += LEGEND_LINE, NO_GRADE, CHART_OPEN, true, false,
						  "", psprintf("no %s", measure(layout)), layout->n_grade[NO_GRADE]);
	if (layout->n_won + layout->n_lost + layout->n_no_amount + layout->n_negative > 0)
		y += 6;
	if (layout->n_won > 0)
		write_legend_line(writer, y += LEGEND_LINE, 0, CHART_WON, true, false,
						  "", layout->options->is_probability ? "won (100 %)" : "won (score 100)", layout->n_won);
	if (layout->n_lost > 0)
		write_legend_line(writer, y += LEGEND_LINE, N_GRADES - 1, CHART_LOST, true, false,
						  "", layout->options->is_probability ? "lost (0 %)" : "lost (score 0)", layout->n_lost);
	if (layout->n_no_amount > 0)
		write_legend_line(writer, y += LEGEND_LINE, NO_GRADE, CHART_OPEN, false, false,
						  "", "no amount", layout->n_no_amount);
	if (layout->n_negative > 0)
		write_legend_line(writer, y += LEGEND_LINE, NO_GRADE, CHART_OPEN, true, true,
						  "", "negative amount", layout->n_negative);

	y += LEGEND_LINE + 12;
	if (layout->n_sizes > 0)
		y = write_sizes(writer, y) + LEGEND_LINE + 8;
	if (layout->spread)
	{
		const char *const note[] = {layout->options->is_probability ? "Deals of equal probability are" : "Deals of equal score are",
		"moved apart a little where", "they would overlap."};

		for (int i = 0; i < (int) lengthof(note); i++)
			append_text(out, left, y + 14 * i, " font-size=\"11\" fill=\"" MUTED "\"", note[i]);
	}
}

void
chart_write_svg(StringInfo out, const ChartLayout *layout)
{
	PipelineWriter writer = {svg_writer(out, layout->options), layout};

	write_head(&writer);
	if (layout->n_marks == 0)
		append_text(out, layout->options->width / 2.0, layout->options->height / 2.0,
					" font-size=\"16\" fill=\"" MUTED "\" text-anchor=\"middle\"", "No deals");
	else
	{
		if (layout->n_quarters > 0)
			write_quarters(&writer);
		write_bands(&writer);
		if (layout->has_axes_y)
			write_score_axis(&writer);
		if (layout->has_axes_x)
			write_date_axis(&writer);
		write_marks(&writer);
		if (layout->options->has_today)
			write_today(&writer);
		write_labels(&writer);
		write_legend(&writer);
	}
	appendStringInfoString(out, "</svg>\n");
}
