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
#include "utils/numeric.h"

static void
push_key(JsonbParseState **parse, const char *name)
{
	JsonbValue	key;

	key.type = jbvString;
	key.val.string.val = unconstify(char *, name);
	key.val.string.len = strlen(name);
	(void) pushJsonbValue(parse, WJB_KEY, &key);
}

/* Text in the server's encoding that lives until all is pushed; NULL gives a JSON null. */
static void
push_text(JsonbParseState **parse, const char *name, const char *text)
{
	JsonbValue	value;

	push_key(parse, name);
	value.type = jbvNull;
	if (text != NULL)
	{
		value.type = jbvString;
		value.val.string.val = unconstify(char *, text);
		value.val.string.len = strlen(text);
	}
	(void) pushJsonbValue(parse, WJB_VALUE, &value);
}

/* The shortest decimal that is this double. */
static void
push_number(JsonbParseState **parse, const char *name, bool has_number, double number)
{
	JsonbValue	value;

	push_key(parse, name);
	value.type = jbvNull;
	if (has_number)
	{
		char	   *digits = float8out_internal(number);

		value.type = jbvNumeric;
		value.val.numeric = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(digits),
																ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	}
	(void) pushJsonbValue(parse, WJB_VALUE, &value);
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
push_deal(JsonbParseState **parse, const ChartDeal *deal, const ChartOptions *options)
{
	static const char *const grades[N_GRADES + 1] = {"A", "B", "C", "D", NULL};
	static const char *const outcomes[] = {"open", "won", "lost"};
	int			grade = chart_grade(deal, options);
	StringInfoData day;

	initStringInfo(&day);
	if (deal->has_date)
		append_day(&day, julian_day((double) deal->closes));

	(void) pushJsonbValue(parse, WJB_BEGIN_OBJECT, NULL);
	push_text(parse, "label", deal_label(deal));
	push_text(parse, "close_date", deal->has_date ? day.data : NULL);
	push_number(parse, "amount", deal->has_amount, deal->amount);
	push_number(parse, options->is_probability ? "probability" : "score", deal->has_score, deal->score);
	push_text(parse, "grade", grades[grade]);
	push_text(parse, "color", chart_color(grade));
	push_text(parse, "outcome", outcomes[chart_outcome(deal, options)]);
	(void) pushJsonbValue(parse, WJB_END_OBJECT, NULL);
}

Jsonb *
chart_deals_json(const ChartDeal *deals, int n_deals, const ChartOptions *options)
{
	const ChartDeal **order = palloc_extended((n_deals + 1) * sizeof(*order), MCXT_ALLOC_HUGE);
	JsonbParseState *parse = NULL;

	for (int i = 0; i < n_deals; i++)
		order[i] = &deals[i];
	qsort(order, n_deals, sizeof(*order), chart_by_date);

	(void) pushJsonbValue(&parse, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < n_deals; i++)
	{
		CHECK_FOR_INTERRUPTS();
		push_deal(&parse, order[i], options);
	}
	return JsonbValueToJsonb(pushJsonbValue(&parse, WJB_END_ARRAY, NULL));
}
