/*
 * json.c
 *		The text form of a sales process: reading it, with the path of what is
 *		wrong in it, and writing the one canonical form.
 *
 * jsonb does the lexing, so of a key given twice the last one counts.  What
 * has its default is left out of the canonical form and makes no difference to
 * the stored value: equal processes are equal bytes.
 */
#include "process/json.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "numeric/fixed.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"

#define ROTTING_DAYS_MAX 36500
#define MESSAGE_NAME_BYTES 64

/* What one stage says, before it is compiled. */
typedef struct StageText
{
	char	   *name;
	char	   *label;
	char	   *forecast_category;
	int32		probability;
	int32		rotting_days;
	int			outcome;
	bool		may_start;
	int			n_required;
	char	  **required;
} StageText;

typedef struct ProcessText
{
	int			n_stages;
	StageText  *stages;
	bool		skip;
	bool		back;
	bool		reopen;
	bool		start_given;
} ProcessText;

/* Where in the JSON we are, for messages. */
typedef struct Reader
{
	Node	   *escontext;
	StringInfoData path;
	ProcessText process;
} Reader;

/* Reads the value of one key of an object; false after a mistake. */
typedef bool (*KeyReader) (Reader *reader, const char *key, JsonbValue *value, void *target);

static bool mistake(Reader *reader, int sqlstate, const char *format,...) pg_attribute_printf(3, 4);

static bool
mistake(Reader *reader, int sqlstate, const char *format,...)
{
	StringInfoData what;

	initStringInfo(&what);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, format);
		needed = appendStringInfoVA(&what, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&what, needed);
	}
	errsave(reader->escontext,
			(errcode(sqlstate),
			 errmsg("invalid sales process: %s", what.data),
			 errdetail("The mistake is at %s.", reader->path.data)));
	return false;
}

/* A name as a message may show it. */
static char *
shown(const char *name)
{
	int			len = strlen(name);
	int			kept = pg_mbcliplen(name, len, MESSAGE_NAME_BYTES);

	return kept == len ? pstrdup(name) : psprintf("%.*s...", kept, name);
}

static char *
value_string(const JsonbValue *value)
{
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static bool
is_container(const JsonbValue *value, bool object)
{
	if (value->type != jbvBinary)
		return false;
	return object ? JsonContainerIsObject(value->val.binary.data)
		: JsonContainerIsArray(value->val.binary.data) && !JsonContainerIsScalar(value->val.binary.data);
}

/* Reads an object, each key by the function given. */
static bool
read_object(Reader *reader, JsonbValue *value, const char *what, KeyReader read_key, void *target)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	item;
	char	   *key = NULL;

	if (!is_container(value, true))
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "%s must be an object", what);

	iterator = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		int			path_len = reader->path.len;

		if (token == WJB_KEY)
			key = value_string(&item);
		else if (token == WJB_VALUE)
		{
			char	   *in_path = shown(key);

			if (strspn(key, "abcdefghijklmnopqrstuvwxyz_") == strlen(key) && key[0] != '\0')
				appendStringInfo(&reader->path, ".%s", in_path);
			else
			{
				appendStringInfoChar(&reader->path, '.');
				escape_json(&reader->path, in_path);
			}
			if (!read_key(reader, key, &item, target))
				return false;
			reader->path.len = path_len;
			reader->path.data[path_len] = '\0';
		}
	}
	return true;
}

/*
 * Reads an array: item i by the function given, which is called with no key
 * and with target advanced by stride bytes an item.
 */
static bool
read_array(Reader *reader, JsonbValue *value, KeyReader read_item, char *target, size_t stride)
{
	uint32		n = JsonContainerSize(value->val.binary.data);

	for (uint32 i = 0; i < n; i++)
	{
		JsonbValue *item = getIthJsonbValueFromContainer(value->val.binary.data, i);
		int			path_len = reader->path.len;

		CHECK_FOR_INTERRUPTS();
		appendStringInfo(&reader->path, "[%u]", i);
		if (!read_item(reader, NULL, item, target + i * stride))
			return false;
		reader->path.len = path_len;
		reader->path.data[path_len] = '\0';
	}
	return true;
}

/* A name, label or category. */
static bool
read_name(Reader *reader, JsonbValue *value, const char *what, char **name)
{
	char	   *s;
	int			len;

	if (value->type != jbvString)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "%s must be a string", what);
	*name = s = value_string(value);
	len = strlen(s);
	if (len == 0)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "%s must not be empty", what);
	if (len > STAGE_NAME_BYTES)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
					   "%s is longer than %d bytes", what, STAGE_NAME_BYTES);
	if (s[0] == ' ' || s[len - 1] == ' ')
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
					   "%s must not begin or end with a space", what);
	for (int i = 0; i < len; i++)
	{
		if ((unsigned char) s[i] < ' ' || s[i] == 0x7F)
			return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
						   "%s must not contain control characters", what);
	}
	return true;
}

static bool
read_column(Reader *reader, const char *key, JsonbValue *value, void *target)
{
	char	  **column = target;

	if (value->type != jbvString)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "a required column must be given by its name");
	*column = value_string(value);
	if ((*column)[0] == '\0' || strlen(*column) >= NAMEDATALEN)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
					   "a column's name has 1 to %d bytes", NAMEDATALEN - 1);
	return true;
}

static bool
read_required(Reader *reader, JsonbValue *value, StageText *stage)
{
	int			n;

	if (!is_container(value, false))
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "required must be an array of column names");
	n = JsonContainerSize(value->val.binary.data);
	if (n > PROCESS_MAX_REQUIRED)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
					   "more than %d required columns", PROCESS_MAX_REQUIRED);
	stage->n_required = n;
	stage->required = palloc0(n * sizeof(char *));
	if (!read_array(reader, value, read_column, (char *) stage->required, sizeof(char *)))
		return false;
	for (int i = 1; i < n; i++)
	{
		for (int j = 0; j < i; j++)
		{
			if (strcmp(stage->required[i], stage->required[j]) == 0)
				return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
							   "column \"%s\" is required twice", stage->required[i]);
		}
	}
	return true;
}

static bool
read_outcome(Reader *reader, JsonbValue *value, StageText *stage)
{
	for (int i = OUTCOME_WON; i <= OUTCOME_LOST; i++)
	{
		if (value->type == jbvString && value->val.string.len == (int) strlen(outcome_names[i]) &&
			memcmp(value->val.string.val, outcome_names[i], value->val.string.len) == 0)
		{
			stage->outcome = i;
			return true;
		}
	}
	return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "outcome must be \"won\" or \"lost\"");
}

static bool
read_probability(Reader *reader, JsonbValue *value, StageText *stage)
{
	int128		fixed = -1;
	FixedStatus status;

	if (value->type != jbvNumeric)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "probability must be a number");
	status = numeric_to_fixed(NumericGetDatum(value->val.numeric), PROBABILITY_DECIMALS, &fixed);
	if (status == FIXED_TOO_FINE)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
					   "probability has more than %d decimals", PROBABILITY_DECIMALS);
	if (status != FIXED_OK || fixed < 0 || fixed > PROBABILITY_MAX)
		return mistake(reader, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
					   "probability must be a percentage from 0 to 100");
	stage->probability = (int32) fixed;
	return true;
}

static bool
read_rotting_days(Reader *reader, JsonbValue *value, StageText *stage)
{
	int128		days;

	if (value->type != jbvNumeric ||
		numeric_to_fixed(NumericGetDatum(value->val.numeric), 0, &days) != FIXED_OK ||
		days < 1 || days > ROTTING_DAYS_MAX)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
					   "rotting_days must be a whole number of days from 1 to %d", ROTTING_DAYS_MAX);
	stage->rotting_days = (int32) days;
	return true;
}

static bool
read_stage_key(Reader *reader, const char *key, JsonbValue *value, void *target)
{
	StageText  *stage = target;

	if (strcmp(key, "name") == 0)
		return read_name(reader, value, "a stage's name", &stage->name);
	if (strcmp(key, "label") == 0)
		return read_name(reader, value, "a stage's label", &stage->label);
	if (strcmp(key, "probability") == 0)
		return read_probability(reader, value, stage);
	if (strcmp(key, "forecast_category") == 0)
		return read_name(reader, value, "a forecast category", &stage->forecast_category);
	if (strcmp(key, "rotting_days") == 0)
		return read_rotting_days(reader, value, stage);
	if (strcmp(key, "required") == 0)
		return read_required(reader, value, stage);
	if (strcmp(key, "outcome") == 0)
		return read_outcome(reader, value, stage);
	return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
				   "unknown key \"%s\" of a stage (known are name, label, probability, forecast_category, rotting_days, required, outcome)",
				   shown(key));
}

/* One stage: its keys, then what they must be together. */
static bool
read_stage(Reader *reader, const char *key, JsonbValue *value, void *target)
{
	StageText  *stage = target;
	int32		certain;

	stage->probability = PROBABILITY_NONE;
	if (!read_object(reader, value, "a stage", read_stage_key, stage))
		return false;
	if (stage->name == NULL)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "a stage has no name");

	if (stage->label != NULL && strcmp(stage->label, stage->name) == 0)
		stage->label = NULL;
	if (stage->outcome != OUTCOME_OPEN)
	{
		certain = stage->outcome == OUTCOME_WON ? PROBABILITY_MAX : 0;
		if (stage->probability != PROBABILITY_NONE && stage->probability != certain)
			return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
						   "stage \"%s\" is %s, so its probability is %d",
						   stage->name, outcome_names[stage->outcome], certain / PROBABILITY_ONE);
		stage->probability = certain;
		if (stage->forecast_category == NULL)
			stage->forecast_category = pstrdup(outcome_names[stage->outcome]);
	}
	return true;
}

static int
compare_stage_names(const void *a, const void *b)
{
	return strcmp((*(StageText *const *) a)->name, (*(StageText *const *) b)->name);
}

/* The stages in the order of their names, compared bytewise. */
static StageText **
sort_stages(const ProcessText *process)
{
	StageText **sorted = palloc(process->n_stages * sizeof(StageText *));

	for (int i = 0; i < process->n_stages; i++)
		sorted[i] = &process->stages[i];
	qsort(sorted, process->n_stages, sizeof(StageText *), compare_stage_names);
	return sorted;
}

/* The stages: each of them, then names and order. */
static bool
read_stages(Reader *reader, JsonbValue *value, ProcessText *process)
{
	int			n_won = 0;
	StageText **sorted;

	if (!is_container(value, false))
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "stages must be an array");
	process->n_stages = JsonContainerSize(value->val.binary.data);
	/* what is wrong within a stage is said before that there are too few */
	process->stages = palloc0(Min(process->n_stages, PROCESS_MAX_STAGES) * sizeof(StageText));
	if (process->n_stages <= PROCESS_MAX_STAGES &&
		!read_array(reader, value, read_stage, (char *) process->stages, sizeof(StageText)))
		return false;
	if (process->n_stages < PROCESS_MIN_STAGES || process->n_stages > PROCESS_MAX_STAGES)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
					   "a process has %d to %d stages, not %d",
					   PROCESS_MIN_STAGES, PROCESS_MAX_STAGES, process->n_stages);

	sorted = sort_stages(process);
	for (int i = 1; i < process->n_stages; i++)
	{
		if (compare_stage_names(&sorted[i - 1], &sorted[i]) == 0)
		{
			appendStringInfo(&reader->path, "[%d].name",
							 (int) (Max(sorted[i - 1], sorted[i]) - process->stages));
			return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
						   "stage \"%s\" is there twice", sorted[i]->name);
		}
	}
	for (int i = 0; i < process->n_stages; i++)
	{
		n_won += process->stages[i].outcome == OUTCOME_WON;
		if (i > 0 && process->stages[i].outcome == OUTCOME_OPEN &&
			process->stages[i - 1].outcome != OUTCOME_OPEN)
		{
			appendStringInfo(&reader->path, "[%d]", i);
			return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
						   "open stage \"%s\" stands after outcome \"%s\"",
						   process->stages[i].name, process->stages[i - 1].name);
		}
	}
	if (process->stages[0].outcome != OUTCOME_OPEN)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "no stage is open");
	if (n_won == 0)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "no stage has the outcome \"won\"");
	return true;
}

static bool
read_start_stage(Reader *reader, const char *key, JsonbValue *value, void *target)
{
	ProcessText *process = target;
	char	   *name;

	if (!read_name(reader, value, "a stage's name", &name))
		return false;
	for (int i = 0; i < process->n_stages; i++)
	{
		if (strcmp(process->stages[i].name, name) == 0)
		{
			process->stages[i].may_start = true;
			return true;
		}
	}
	return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "there is no stage \"%s\"", shown(name));
}

static bool
read_start(Reader *reader, JsonbValue *value, ProcessText *process)
{
	char	   *word = value->type == jbvString ? value_string(value) : NULL;

	process->start_given = true;
	if (word != NULL && strcmp(word, "first") == 0)
	{
		process->stages[0].may_start = true;
		return true;
	}
	if (word != NULL && strcmp(word, "any") == 0)
	{
		process->start_given = false;
		return true;
	}
	if (!is_container(value, false) || JsonContainerSize(value->val.binary.data) == 0)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
					   "start must be \"any\", \"first\" or an array of stage names");
	return read_array(reader, value, read_start_stage, (char *) process, 0);
}

static bool
read_move(Reader *reader, const char *key, JsonbValue *value, void *target)
{
	ProcessText *process = target;
	bool	   *rule;

	if (strcmp(key, "start") == 0)
		return read_start(reader, value, process);
	if (strcmp(key, "skip") == 0)
		rule = &process->skip;
	else if (strcmp(key, "back") == 0)
		rule = &process->back;
	else if (strcmp(key, "reopen") == 0)
		rule = &process->reopen;
	else
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
					   "unknown key \"%s\" of moves (known are skip, back, reopen, start)", shown(key));
	if (value->type != jbvBool)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "%s must be true or false", key);
	*rule = value->val.boolean;
	return true;
}

/* jsonb orders keys by length: "moves", which names stages, would come first. */
static bool
read_process_key(Reader *reader, const char *key, JsonbValue *value, void *target)
{
	JsonbValue *moves = target;

	if (strcmp(key, "stages") == 0)
		return read_stages(reader, value, &reader->process);
	if (strcmp(key, "moves") == 0)
	{
		if (!is_container(value, true))
			return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "moves must be an object");
		*moves = *value;
		return true;
	}
	return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
				   "unknown key \"%s\" (known are stages, moves)", shown(key));
}

static uint32
add_string(StringInfo strings, uint32 before, const char *s)
{
	uint32		offset = before + strings->len;

	if (s == NULL)
		return 0;
	appendBinaryStringInfo(strings, s, strlen(s) + 1);
	return offset;
}

/* The stored form of what has been read and found right. */
static SalesProcess *
compile_process(const ProcessText *text)
{
	SalesProcess *process;
	StageText **sorted = sort_stages(text);
	StringInfoData strings;
	uint32		n_required = 0;
	Size		fixed;
	int			r = 0;

	for (int i = 0; i < text->n_stages; i++)
		n_required += text->stages[i].n_required;
	fixed = offsetof(SalesProcess, stages) + text->n_stages * (sizeof(ProcessStage) + sizeof(uint32)) +
		n_required * sizeof(uint32);
	process = palloc0(fixed);
	process->version = PROCESS_VERSION;
	process->skip = text->skip;
	process->back = text->back;
	process->reopen = text->reopen;
	process->n_stages = text->n_stages;
	process->n_required = n_required;

	initStringInfo(&strings);
	for (int i = 0; i < text->n_stages; i++)
	{
		const StageText *from = &text->stages[i];
		ProcessStage *to = &process->stages[i];

		to->name = add_string(&strings, fixed, from->name);
		to->label = add_string(&strings, fixed, from->label);
		to->forecast_category = add_string(&strings, fixed, from->forecast_category);
		to->probability = from->probability;
		to->rotting_days = from->rotting_days;
		to->outcome = from->outcome;
		to->may_start = from->may_start || !text->start_given;
		to->first_required = r;
		to->n_required = from->n_required;
		for (int j = 0; j < from->n_required; j++)
			required_columns(process)[r++] = add_string(&strings, fixed, from->required[j]);
		process->n_open += from->outcome == OUTCOME_OPEN;
		stages_by_name(process)[i] = sorted[i] - text->stages;
	}
	process = repalloc(process, fixed + strings.len);
	memcpy((char *) process + fixed, strings.data, strings.len);
	SET_VARSIZE(process, fixed + strings.len);
	return process;
}

SalesProcess *
process_from_jsonb(Datum jsonb, Node *escontext)
{
	Jsonb	   *json = DatumGetJsonbP(jsonb);
	Reader		reader = {.escontext = escontext, .process = {.back = true, .reopen = true}};
	JsonbValue	root;
	JsonbValue	moves = {.type = jbvNull};

	initStringInfo(&reader.path);
	appendStringInfoChar(&reader.path, '$');
	root.type = jbvBinary;
	root.val.binary.data = &json->root;
	root.val.binary.len = VARSIZE(json) - VARHDRSZ;
	if (!read_object(&reader, &root, "a sales process", read_process_key, &moves))
		return NULL;
	if (reader.process.stages == NULL)
	{
		mistake(&reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "there are no stages");
		return NULL;
	}
	appendStringInfoString(&reader.path, ".moves");
	if (moves.type != jbvNull && !read_object(&reader, &moves, "moves", read_move, &reader.process))
		return NULL;
	return compile_process(&reader.process);
}

SalesProcess *
process_from_json(char *json, Node *escontext)
{
	Datum		jsonb;

	if (!DirectInputFunctionCallSafe(jsonb_in, json, InvalidOid, -1, escontext, &jsonb))
		return NULL;
	return process_from_jsonb(jsonb, escontext);
}

Datum
probability_numeric(int32 probability)
{
	int			decimals = PROBABILITY_DECIMALS;

	for (; decimals > 0 && probability % 10 == 0; decimals--)
		probability /= 10;
	return fixed_to_numeric(probability, decimals);
}

static void
append_text(StringInfo json, const char *key, const char *value)
{
	appendStringInfo(json, ", \"%s\": ", key);
	escape_json(json, value);
}

static void
append_stage(StringInfo json, const SalesProcess *process, const ProcessStage *stage)
{
	appendStringInfoString(json, "{\"name\": ");
	escape_json(json, process_string(process, stage->name));
	if (stage->label != 0)
		append_text(json, "label", process_string(process, stage->label));
	if (stage->outcome != OUTCOME_OPEN)
		append_text(json, "outcome", outcome_names[stage->outcome]);
	else if (stage->probability != PROBABILITY_NONE)
		appendStringInfo(json, ", \"probability\": %s",
						 DatumGetCString(DirectFunctionCall1(numeric_out, probability_numeric(stage->probability))));
	if (stage->forecast_category != 0 &&
		(stage->outcome == OUTCOME_OPEN ||
		 strcmp(process_string(process, stage->forecast_category), outcome_names[stage->outcome]) != 0))
		append_text(json, "forecast_category", process_string(process, stage->forecast_category));
	if (stage->rotting_days != 0)
		appendStringInfo(json, ", \"rotting_days\": %d", stage->rotting_days);
	for (uint32 i = 0; i < stage->n_required; i++)
	{
		appendStringInfoString(json, i == 0 ? ", \"required\": [" : ", ");
		escape_json(json, required_column(process, stage->first_required + i));
	}
	appendStringInfoString(json, stage->n_required > 0 ? "]}" : "}");
}

static void
append_start(StringInfo json, const SalesProcess *process)
{
	uint32		n_start = 0;
	const char *separator = "[";

	for (uint32 i = 0; i < process->n_stages; i++)
		n_start += process->stages[i].may_start;
	if (n_start == process->n_stages)
		return;
	appendStringInfoString(json, ", \"start\": ");
	if (n_start == 1 && process->stages[0].may_start)
	{
		appendStringInfoString(json, "\"first\"");
		return;
	}
	for (uint32 i = 0; i < process->n_stages; i++)
	{
		if (!process->stages[i].may_start)
			continue;
		appendStringInfoString(json, separator);
		escape_json(json, stage_name(process, i));
		separator = ", ";
	}
	appendStringInfoChar(json, ']');
}

char *
process_to_json(const SalesProcess *process)
{
	StringInfoData json;
	StringInfoData moves;

	initStringInfo(&json);
	for (uint32 i = 0; i < process->n_stages; i++)
	{
		appendStringInfoString(&json, i == 0 ? "{\"stages\": [" : ", ");
		append_stage(&json, process, &process->stages[i]);
	}
	appendStringInfoChar(&json, ']');

	initStringInfo(&moves);
	if (process->skip)
		appendStringInfoString(&moves, ", \"skip\": true");
	if (!process->back)
		appendStringInfoString(&moves, ", \"back\": false");
	if (!process->reopen)
		appendStringInfoString(&moves, ", \"reopen\": false");
	append_start(&moves, process);
	if (moves.len > 0)
		appendStringInfo(&json, ", \"moves\": {%s}", moves.data + 2);
	appendStringInfoChar(&json, '}');
	return json.data;
}
