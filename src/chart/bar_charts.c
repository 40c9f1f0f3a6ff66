/*
 * bar_charts.c
 *		The aggregates funnel_chart and waterfall_chart: rows become bars, in the
 *		order in which they come.
 */
#include "chart/bars.h"

#include <math.h>

#include "chart/text.h"

/* Any two of a waterfall stay at least 30 CIELAB units apart for color-blind readers, as the grades' do. */
#define FUNNEL_COLOR	"#6b46c1"
#define TOTAL_COLOR		"#52606d"
#define INCREASE_COLOR	"#2bb58a"
#define DECREASE_COLOR	"#c53030"

typedef struct Row
{
	ChartText	label;
	bool		label_cut;
	bool		has_value;
	bool		is_total;		/* of waterfall_chart */
	double		value;
} Row;

typedef struct RowsState
{
	ChartInput	input;
	int			n_rows;
	Row			rows[MAX_BARS];
} RowsState;

static Row *
add_row(FunctionCallInfo fcinfo, RowsState *state)
{
	Row		   *row;

	if (state->n_rows == MAX_BARS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a chart holds at most %d bars", MAX_BARS),
				 errhint("Add up the smallest rows before they are drawn.")));
	row = &state->rows[state->n_rows++];
	row->label.data = "";
	if (!PG_ARGISNULL(1))
		row->label = chart_label(&state->input, PG_GETARG_TEXT_PP(1), &row->label_cut);
	row->has_value = !PG_ARGISNULL(2);
	if (row->has_value)
		row->value = chart_amount(PG_GETARG_FLOAT8(2));
	return row;
}

PG_FUNCTION_INFO_V1(opp_funnel_chart_add);
Datum
opp_funnel_chart_add(PG_FUNCTION_ARGS)
{
	RowsState  *state = (RowsState *) chart_input(fcinfo, FUNNEL_CHART, 3, sizeof(RowsState));
	Row		   *row = add_row(fcinfo, state);

	if (row->value < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a funnel cannot show %g", row->value),
				 errdetail("What has reached a stage is zero or more.")));
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(opp_waterfall_chart_add);
Datum
opp_waterfall_chart_add(PG_FUNCTION_ARGS)
{
	RowsState  *state = (RowsState *) chart_input(fcinfo, WATERFALL_CHART, 4, sizeof(RowsState));
	Row		   *row = add_row(fcinfo, state);

	row->is_total = !PG_ARGISNULL(3) && PG_GETARG_BOOL(3);
	PG_RETURN_POINTER(state);
}

/* An amount in a column: exact where that takes little room. */
static const char *
amount_cell(double amount, bool sign)
{
	StringInfoData cell;

	initStringInfo(&cell);
	if (sign && amount >= 0.005)
		appendStringInfoChar(&cell, '+');
	if (fabs(amount) < 1e9)
		append_amount(&cell, amount);
	else
		append_short_amount(&cell, amount);
	return cell.data;
}

/* part in percent of whole, empty where that is nothing. */
static const char *
percent_cell(double part, double whole)
{
	StringInfoData cell;
	double		percent = part / whole * 100;

	initStringInfo(&cell);
	if (whole > 0)
	{
		if (percent < 100000)
			appendStringInfo(&cell, "%.1f", percent);
		else
			append_short_amount(&cell, percent < 1e18 ? percent : 1e18);
		appendStringInfoString(&cell, " %");
	}
	return cell.data;
}

/* The heading of a column of amounts, with their unit. */
static const char *
amount_heading(const SvgWriter *writer, const char *words)
{
	ChartText	currency = writer->options->currency;
	StringInfoData heading;

	initStringInfo(&heading);
	appendStringInfoString(&heading, words);
	if (currency.len > 0)
	{
		appendStringInfoString(&heading, " (");
		append_escaped(&heading, currency.data, currency.len, writer->raw);
		appendStringInfoChar(&heading, ')');
	}
	return heading.data;
}

static BarChart *
make_chart(const RowsState *state, StringInfo out)
{
	BarChart   *chart = palloc0(sizeof(BarChart));

	chart_begin_document(out);
	chart->writer = svg_writer(out, &state->input.options);
	chart->n_bars = state->n_rows;
	for (int i = 0; i < state->n_rows; i++)
	{
		chart->bars[i].label = state->rows[i].label;
		chart->bars[i].label_cut = state->rows[i].label_cut;
	}
	return chart;
}

static const char *
funnel_subtitle(const BarChart *chart, const Row *first, const Row *last)
{
	StringInfoData text;
	SvgWriter	writer = chart->writer;

	initStringInfo(&text);
	writer.out = &text;
	appendStringInfo(&text, chart->n_bars == 1 ? "1 stage" : "%d stages", chart->n_bars);
	if (chart->n_bars > 1 && first->value > 0 && last->has_value)
	{
		appendStringInfoString(&text, " &#183; ");
		append_money(&writer, last->value, first->value < 1e6 ? append_amount : append_short_amount);
		appendStringInfoString(&text, " of ");
		append_money(&writer, first->value, first->value < 1e6 ? append_amount : append_short_amount);
		appendStringInfo(&text, " at the last (%s)", percent_cell(last->value, first->value));
	}
	return text.data;
}

PG_FUNCTION_INFO_V1(opp_funnel_chart_svg);
Datum
opp_funnel_chart_svg(PG_FUNCTION_ARGS)
{
	RowsState  *state = (RowsState *) chart_collected(fcinfo, FUNNEL_CHART, sizeof(RowsState));
	const Row  *rows = state->rows;
	StringInfoData out;
	BarChart   *chart = make_chart(state, &out);

	for (int i = 0; i < state->n_rows; i++)
	{
		const Row  *row = &rows[i];
		Bar		   *bar = &chart->bars[i];

		bar->cells[0] = row->has_value ? amount_cell(row->value, false) : "unknown";
		bar->cells[1] = bar->cells[2] = "";
		if (!row->has_value)
			continue;
		bar->color = FUNNEL_COLOR;
		bar->from = -row->value / 2;
		bar->to = row->value / 2;
		if (i > 0)
		{
			bar->cells[1] = percent_cell(row->value, rows[i - 1].value);
			bar->cells[2] = percent_cell(row->value, rows[0].value);
		}
	}
	chart->is_funnel = true;
	chart->nothing = "No stages";
	chart->description = "A bar a stage: its width is what has reached it.";
	chart->n_cells = MAX_CELLS;
	chart->headings[0] = amount_heading(&chart->writer, "Reached");
	chart->headings[1] = "of previous";
	chart->headings[2] = "of first";
	chart->subtitle = funnel_subtitle(chart, &rows[0], &rows[Max(state->n_rows, 1) - 1]);
	write_bar_chart(chart);
	return chart_end_document(&out);
}

static const char *
waterfall_subtitle(const BarChart *chart, double start, double end)
{
	StringInfoData text;
	SvgWriter	writer = chart->writer;

	initStringInfo(&text);
	writer.out = &text;
	append_money(&writer, start, append_short_amount);
	appendStringInfoString(&text, " to ");
	append_money(&writer, end, append_short_amount);
	appendStringInfo(&text, " &#183; %s", end > start ? "+" : "");
	append_short_amount(&text, end - start);
	if (start > 0 && end >= 0)
		appendStringInfo(&text, " (%s of the start)", percent_cell(end, start));
	return text.data;
}

PG_FUNCTION_INFO_V1(opp_waterfall_chart_svg);
Datum
opp_waterfall_chart_svg(PG_FUNCTION_ARGS)
{
	static const struct LegendEntry legend[] = {
		{TOTAL_COLOR, "Total"}, {INCREASE_COLOR, "Increase (+)"}, {DECREASE_COLOR, "Decrease (-)"}
	};
	RowsState  *state = (RowsState *) chart_collected(fcinfo, WATERFALL_CHART, sizeof(RowsState));
	StringInfoData out;
	BarChart   *chart = make_chart(state, &out);
	double		running = 0;
	double		start = 0;

	for (int i = 0; i < state->n_rows; i++)
	{
		const Row  *row = &state->rows[i];
		Bar		   *bar = &chart->bars[i];

		if (row->is_total)
		{
			bar->from = 0;
			running = row->has_value ? row->value : running;
			bar->color = TOTAL_COLOR;
			bar->cells[0] = amount_cell(running, false);
			if (i == 0)
				start = running;
		}
		else if (row->has_value)
		{
			bar->from = running;
			running = chart_amount(running + row->value);
			bar->color = row->value < 0 ? DECREASE_COLOR : (row->value > 0 ? INCREASE_COLOR : NEUTRAL);
			bar->cells[0] = amount_cell(row->value, true);
		}
		else
		{
			bar->from = running;
			bar->cells[0] = "unknown";
		}
		bar->to = running;
	}
	chart->nothing = "No amounts";
	chart->description = "A bar an amount: totals stand on zero, each change begins where the one before ended.";
	chart->n_cells = 1;
	chart->headings[0] = amount_heading(&chart->writer, "Amount");
	chart->n_legend = lengthof(legend);
	chart->legend = legend;
	chart->subtitle = waterfall_subtitle(chart, start, running);
	write_bar_chart(chart);
	return chart_end_document(&out);
}
