/*
 * options.h
 *		Options of charts, and what the aggregates that draw them share.
 */
#ifndef OPPORTUNITY_CHART_OPTIONS_H
#define OPPORTUNITY_CHART_OPTIONS_H

#include "opportunity.h"

#include "datatype/timestamp.h"
#include "chart/grade.h"
#include "utils/jsonb.h"

/* A string in UTF-8, or NULL. */
typedef struct ChartText
{
	const char *data;
	int			len;
} ChartText;

typedef enum ChartKind
{
	PIPELINE_CHART,
	FUNNEL_CHART,
	WATERFALL_CHART
} ChartKind;

typedef struct ChartOptions
{
	ChartText	title;
	ChartText	currency;
	int			width;
	/* of pipeline_chart alone */
	int			height;
	int			max_labels;
	bool		is_probability; /* what the y axis is called */
	bool		mark_closed;
	bool		quarters;		/* bands of calendar quarters */
	bool		has_today;
	Timestamp	today;
	GradeCuts	cuts;
} ChartOptions;

/* The defaults, and the options of a jsonb object over them, copied into the current context. */
extern void chart_default_options(ChartKind kind, ChartOptions *options);
extern void chart_read_options(ChartKind kind, Jsonb *object, ChartOptions *options);

/* What the state of each aggregate begins with. */
typedef struct ChartInput
{
	Jsonb	   *options_given;	/* of the first row; all rows have the same */
	ChartOptions options;
	MemoryContext context;		/* of the texts */
} ChartInput;

/*
 * The state of a transition function's call, of that size, made and zeroed on the
 * first row.  Options stand in that argument, where there are so many; raises
 * 22023 when they differ between rows.
 */
extern ChartInput *chart_input(FunctionCallInfo fcinfo, ChartKind kind, int options_argument, Size size);

/* The state of a final function's call, one without rows where there were none. */
extern ChartInput *chart_collected(FunctionCallInfo fcinfo, ChartKind kind, Size size);

/* A label as a chart shows it, kept with the state. */
extern ChartText chart_label(const ChartInput *input, text *label, bool *cut);

/* The amount without a negative zero; raises 22003 unless it is finite and below 10^18. */
extern double chart_amount(double amount);

/* A document is written behind a varlena header: copying it costs as much as sorting. */
extern void chart_begin_document(StringInfo out);
extern Datum chart_end_document(StringInfo out);

#endif							/* OPPORTUNITY_CHART_OPTIONS_H */
