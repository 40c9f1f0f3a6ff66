/*
 * data.c
 *		The pipeline chart's deals as jsonb, for programs that draw them themselves.
 */
#include "chart/drawing.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "chart/text.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/json.h"
#include "utils/jsonb.h"

/* Text in the server's encoding; NULL gives a JSON null. */
static void
append_text_member(StringInfo json, const char *name, const char *text)
{
	appendStringInfo(json, "\"%s\": ", name);
	if (text == NULL)
		appendStringInfoString(json, "null");
	else
		escape_json(json, text);
	appendStringInfoString(json, ", ");
}

/* The shortest decimal that is this double. */
static void
append_number_member(StringInfo json, const char *name, bool has_number, double number)
{
	appendStringInfo(json, "\"%s\": %s, ", name, has_number ? float8out_internal(number) : "null");
}

static char *
deal_label(const ChartDeal *deal)
{
	char	   *label;

	if (deal->label == NULL)
		return NULL;
	label = deal->label_cut ? psprintf("%s...", deal->label) : pstrdup(deal->label);
	if (GetDatabaseEncoding() == PG_SQL_ASCII)
		return label;
	return pg_any_to_server(label, strlen(label), PG_UTF8);
}

static void
append_deal(StringInfo json, const ChartDeal *deal, const ChartOptions *options)
{
	static const char *const grades[N_GRADES + 1] = {"A", "B", "C", "D", NULL};
	static const char *const outcomes[] = {"open", "won", "lost"};
	int			grade = chart_grade(deal, options);
	StringInfoData day;

	initStringInfo(&day);
	if (deal->has_date)
		append_day(&day, julian_day((double) deal->closes));

	appendStringInfoChar(json, '{');
	append_text_member(json, "label", deal_label(deal));
	append_text_member(json, "close_date", deal->has_date ? day.data : NULL);
	append_number_member(json, "amount", deal->has_amount, deal->amount);
	append_number_member(json, options->is_probability ? "probability" : "score", deal->has_score, deal->score);
	append_text_member(json, "grade", grades[grade]);
	append_text_member(json, "color", chart_color(grade));
	appendStringInfo(json, "\"outcome\": \"%s\"}", outcomes[chart_outcome(deal, options)]);
	pfree(day.data);
}

Jsonb *
chart_deals_json(const ChartDeal *deals, int n_deals, const ChartOptions *options)
{
	const ChartDeal **order = palloc_extended((n_deals + 1) * sizeof(*order), MCXT_ALLOC_HUGE);
	StringInfoData json;

	for (int i = 0; i < n_deals; i++)
		order[i] = &deals[i];
	qsort(order, n_deals, sizeof(*order), chart_by_date);

	initStringInfo(&json);
	appendStringInfoChar(&json, '[');
	for (int i = 0; i < n_deals; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (i > 0)
			appendStringInfoString(&json, ", ");
		append_deal(&json, order[i], options);
	}
	appendStringInfoChar(&json, ']');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
}
