/*
 * options.c
 *		The options of charts, from a jsonb object.
 */
#include "chart/options.h"

#include "mb/pg_wchar.h"
#include "numeric/fixed.h"
#include "chart/text.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#define MIN_WIDTH	560
#define MIN_HEIGHT	400
#define MAX_SIDE	4000
#define MAX_LABELS	100
#define MAX_TITLE	500			/* characters */
#define MAX_CURRENCY 10

enum
{
	OPTION_TITLE,
	OPTION_CURRENCY,
	OPTION_WIDTH,
	N_COMMON_OPTIONS,
	/* of pipeline_chart alone */
	OPTION_HEIGHT = N_COMMON_OPTIONS,
	OPTION_MAX_LABELS,
	OPTION_TODAY,
	OPTION_QUARTERS,
	OPTION_Y_AXIS,
	OPTION_MARK_CLOSED,
	OPTION_CUTS,
	N_OPTIONS
};

static const char *const option_names[N_OPTIONS] = {
	"title", "currency", "width", "height", "max_labels", "today", "quarters", "y_axis", "mark_closed", "cuts"
};

static const char *const default_titles[] = {"Sales pipeline", "Sales funnel", "Pipeline change"};

void
chart_default_options(ChartKind kind, ChartOptions *options)
{
	static const GradeCuts default_cuts = DEFAULT_GRADE_CUTS;

	memset(options, 0, sizeof(*options));
	options->title.data = default_titles[kind];
	options->title.len = strlen(options->title.data);
	options->width = 960;
	options->height = 540;
	options->max_labels = 12;
	options->mark_closed = true;
	options->cuts = default_cuts;
}

static void
bad_value(const char *name, const char *expected)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid value of chart option \"%s\"", name),
			 errdetail("It must be %s.", expected)));
}

static char *
string_value(const char *name, const JsonbValue *value)
{
	if (value->type != jbvString)
		bad_value(name, "a string");
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static ChartText
text_value(const char *name, const JsonbValue *value, int max_characters)
{
	char	   *string = string_value(name, value);
	ChartText	text;

	if (pg_mbstrlen(string) > max_characters)
		bad_value(name, psprintf("a string of at most %d characters", max_characters));
	text.data = chart_utf8(string, strlen(string));
	text.len = strlen(text.data);
	return text;
}

static int
integer_value(const char *name, const JsonbValue *value, int min, int max)
{
	int128		number = 0;

	if (value->type != jbvNumeric ||
		numeric_to_fixed(NumericGetDatum(value->val.numeric), 0, &number) != FIXED_OK ||
		number < min || number > max)
		bad_value(name, psprintf("an integer from %d to %d", min, max));
	return (int) number;
}

static bool
boolean_value(const char *name, const JsonbValue *value)
{
	if (value->type != jbvBool)
		bad_value(name, "true or false");
	return value->val.boolean;
}

static bool
is_probability_value(const char *name, const JsonbValue *value)
{
	char	   *string = string_value(name, value);

	if (strcmp(string, "score") != 0 && strcmp(string, "probability") != 0)
		bad_value(name, "\"score\" or \"probability\"");
	return strcmp(string, "probability") == 0;
}

static Timestamp
date_value(const char *name, const JsonbValue *value)
{
	MemoryContext context = CurrentMemoryContext;
	char	   *string = string_value(name, value);
	volatile Timestamp time = DT_NOEND;

	/* The cast has no soft errors.  Both only compute, so nothing but the error is to be cleaned up. */
	PG_TRY();
	{
		time = DatumGetTimestamp(DirectFunctionCall1(date_timestamp,
													 DirectFunctionCall1(date_in, CStringGetDatum(string))));
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		if (ERRCODE_TO_CATEGORY(geterrcode()) != ERRCODE_DATA_EXCEPTION)
			PG_RE_THROW();
		FlushErrorState();
	}
	PG_END_TRY();

	if (TIMESTAMP_NOT_FINITE(time))
		bad_value(name, "a finite date");
	return time;
}

static GradeCuts
cuts_value(const char *name, const JsonbValue *value)
{
	JsonbContainer *array = value->type == jbvBinary ? value->val.binary.data : NULL;
	GradeCuts	cuts;

	if (array == NULL || !JsonContainerIsArray(array) || JsonContainerSize(array) != N_CUTS)
		bad_value(name, psprintf("an array of %d integers", N_CUTS));
	for (int i = 0; i < N_CUTS; i++)
		cuts.cut[i] = integer_value(name, getIthJsonbValueFromContainer(array, i), 0, 100);
	check_grade_cuts(&cuts);
	return cuts;
}

static void
unknown_option(const char *name, int n_known)
{
	StringInfoData known;

	initStringInfo(&known);
	for (int i = 0; i < n_known; i++)
		appendStringInfo(&known, "%s%s", i == 0 ? "" : (i == n_known - 1 ? " and " : ", "), option_names[i]);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown chart option \"%s\"", name),
			 errdetail("The options are %s.", known.data)));
}

void
chart_read_options(ChartKind kind, Jsonb *object, ChartOptions *options)
{
	int			n_known = kind == PIPELINE_CHART ? N_OPTIONS : N_COMMON_OPTIONS;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	key;
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(object))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("chart options must be a JSON object")));

	iterator = JsonbIteratorInit(&object->root);
	(void) JsonbIteratorNext(&iterator, &key, true);
	while ((token = JsonbIteratorNext(&iterator, &key, true)) == WJB_KEY)
	{
		int			option;
		char	   *name = pnstrdup(key.val.string.val, key.val.string.len);

		(void) JsonbIteratorNext(&iterator, &value, true);
		for (option = 0; option < n_known; option++)
			if (strcmp(name, option_names[option]) == 0)
				break;
		if (option == n_known)
			unknown_option(name, n_known);
		if (value.type == jbvNull)
			continue;			/* the default */

		switch (option)
		{
			case OPTION_TITLE:
				options->title = text_value(name, &value, MAX_TITLE);
				break;
			case OPTION_CURRENCY:
				options->currency = text_value(name, &value, MAX_CURRENCY);
				break;
			case OPTION_WIDTH:
				options->width = integer_value(name, &value, MIN_WIDTH, MAX_SIDE);
				break;
			case OPTION_HEIGHT:
				options->height = integer_value(name, &value, MIN_HEIGHT, MAX_SIDE);
				break;
			case OPTION_MAX_LABELS:
				options->max_labels = integer_value(name, &value, 0, MAX_LABELS);
				break;
			case OPTION_TODAY:
				options->today = date_value(name, &value);
				options->has_today = true;
				break;
			case OPTION_QUARTERS:
				options->quarters = boolean_value(name, &value);
				break;
			case OPTION_Y_AXIS:
				options->is_probability = is_probability_value(name, &value);
				break;
			case OPTION_MARK_CLOSED:
				options->mark_closed = boolean_value(name, &value);
				break;
			case OPTION_CUTS:
				options->cuts = cuts_value(name, &value);
				break;
		}
	}
}
