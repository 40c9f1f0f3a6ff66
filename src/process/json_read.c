/*
 * json_read.c
 *		Reading the text form of a sales process: what its keys must be.
 *
 * What has its default makes no difference to the stored
 * value: equal processes are equal bytes.  Conditions are taken as they are: what
 * they mean depends on the table that the process is attached to.
 */
#include "process/json.h"
#include "process/json_keys.h"
#include "process/json_reader.h"

#include "numeric/fixed.h"
#include "utils/fmgrprotos.h"

#define ROTTING_DAYS_MAX 36500

/* A name, label or category. */
static bool
read_name(Reader *reader, JsonbValue *value, const char *what, char **name)
{
	return read_words(reader, value, what, STAGE_NAME_BYTES, name);
}

/* An SQL expression, not looked into. */
static bool
read_expression(Reader *reader, JsonbValue *value, char **condition)
{
	if (value->type != jbvString || value->val.string.len == 0)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "a condition must be an SQL expression in a string");
	if (value->val.string.len > CONDITION_BYTES)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "a condition is longer than %d bytes", CONDITION_BYTES);
	*condition = value_string(value);
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
read_check_key(Reader *reader, const char *key, JsonbValue *value, void *target)
{
	CheckText  *check = target;

	if (strcmp(key, "when") == 0)
		return read_expression(reader, value, &check->when);
	if (strcmp(key, "message") == 0)
		return read_words(reader, value, "a check's message", CHECK_MESSAGE_BYTES, &check->message);
	return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
				   "unknown key \"%s\" of a check (known are when, message)", shown_name(key));
}

static bool
read_check(Reader *reader, const char *key, JsonbValue *value, void *target)
{
	if (!read_object(reader, value, "a check", read_check_key, target))
		return false;
	if (((CheckText *) target)->when == NULL)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "a check has no condition");
	return true;
}

static bool
read_checks(Reader *reader, JsonbValue *value, StageText *stage)
{
	if (!is_container(value, false))
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "checks must be an array");
	stage->n_checks = JsonContainerSize(value->val.binary.data);
	if (stage->n_checks > PROCESS_MAX_CHECKS)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "more than %d checks", PROCESS_MAX_CHECKS);
	stage->checks = palloc0(stage->n_checks * sizeof(CheckText));
	return read_array(reader, value, read_check, (char *) stage->checks, sizeof(CheckText));
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
	if (strcmp(key, "checks") == 0)
		return read_checks(reader, value, stage);
	if (strcmp(key, "outcome") == 0)
		return read_outcome(reader, value, stage);
	return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
				   "unknown key \"%s\" of a stage (known are name, label, probability, forecast_category, rotting_days, required, checks, outcome)",
				   shown_name(key));
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
		if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
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

/* A stage given by its name. */
static bool
read_stage_name(Reader *reader, JsonbValue *value, int *stage)
{
	const ProcessText *process = &reader->process;
	char	   *name;

	if (!read_name(reader, value, "a stage's name", &name))
		return false;
	for (*stage = 0; *stage < process->n_stages; (*stage)++)
	{
		if (strcmp(process->stages[*stage].name, name) == 0)
			return true;
	}
	return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "there is no stage \"%s\"", shown_name(name));
}

static bool
read_branch_key(Reader *reader, const char *key, JsonbValue *value, void *target)
{
	BranchText *branch = target;

	if (strcmp(key, "from") == 0)
		return read_stage_name(reader, value, &branch->from);
	if (strcmp(key, "to") == 0)
		return read_stage_name(reader, value, &branch->to);
	if (strcmp(key, "when") == 0)
		return read_expression(reader, value, &branch->when);
	return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
				   "unknown key \"%s\" of a branch (known are from, to, when)", shown_name(key));
}

/*
 * A branch leads on: going back and losing have rules of their own, and what is
 * closed is reopened.
 */
static bool
read_branch(Reader *reader, const char *key, JsonbValue *value, void *target)
{
	const ProcessText *process = &reader->process;
	BranchText *branch = target;

	branch->from = branch->to = STAGE_NONE;
	if (!read_object(reader, value, "a branch", read_branch_key, branch))
		return false;
	if (branch->from == STAGE_NONE || branch->to == STAGE_NONE)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "a branch has no \"%s\"",
					   branch->from == STAGE_NONE ? "from" : "to");
	if (process->stages[branch->from].outcome != OUTCOME_OPEN)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "a branch leaves stage \"%s\", which is closed",
					   process->stages[branch->from].name);
	if (process->stages[branch->to].outcome == OUTCOME_LOST)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "a branch leads to stage \"%s\", which is lost",
					   process->stages[branch->to].name);
	if (branch->to <= branch->from)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "a branch leads from stage \"%s\" %s stage \"%s\"",
					   process->stages[branch->from].name, branch->to == branch->from ? "to the same" : "back to",
					   process->stages[branch->to].name);
	for (BranchText *before = process->branches; before < branch; before++)
	{
		if (before->from == branch->from && before->when == NULL)
			return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
						   "no deal reaches this branch: the one before it from stage \"%s\" takes all",
						   process->stages[branch->from].name);
	}
	return true;
}

static bool
read_branches(Reader *reader, JsonbValue *value)
{
	ProcessText *process = &reader->process;

	if (!is_container(value, false))
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "branches must be an array");
	process->n_branches = JsonContainerSize(value->val.binary.data);
	if (process->n_branches > PROCESS_MAX_BRANCHES)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "more than %d branches", PROCESS_MAX_BRANCHES);
	process->branches = palloc0(process->n_branches * sizeof(BranchText));
	return read_array(reader, value, read_branch, (char *) process->branches, sizeof(BranchText));
}

static bool
read_start_stage(Reader *reader, const char *key, JsonbValue *value, void *target)
{
	int			stage;

	if (!read_stage_name(reader, value, &stage))
		return false;
	reader->process.stages[stage].may_start = true;
	return true;
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
	return read_array(reader, value, read_start_stage, NULL, 0);
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
					   "unknown key \"%s\" of moves (known are skip, back, reopen, start)", shown_name(key));
	if (value->type != jbvBool)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "%s must be true or false", key);
	*rule = value->val.boolean;
	return true;
}

/*
 * Where deals can be at all: the ones before the first start are reached by going
 * back or by reopening only.
 */
static bool
check_reachable(Reader *reader)
{
	const ProcessText *process = &reader->process;

	if (!process->start_given || process->back || process->reopen || process->stages[0].may_start)
		return true;
	return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
				   "no deal can reach stage \"%s\": none starts there, or may go back", process->stages[0].name);
}

static bool
read_moves(Reader *reader, JsonbValue *value)
{
	return read_object(reader, value, "moves", read_move, &reader->process) && check_reachable(reader);
}

/* jsonb orders keys by length: what names stages would come before them. */
typedef struct LaterKeys
{
	JsonbValue *branches;		/* NULL: not there */
	JsonbValue *moves;
} LaterKeys;

static bool
read_process_key(Reader *reader, const char *key, JsonbValue *value, void *target)
{
	LaterKeys  *later = target;
	JsonbValue **kept;

	if (strcmp(key, "stages") == 0)
		return read_stages(reader, value, &reader->process);
	if (strcmp(key, "branches") == 0)
		kept = &later->branches;
	else if (strcmp(key, "moves") == 0)
		kept = &later->moves;
	else
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
					   "unknown key \"%s\" (known are stages, branches, moves)", shown_name(key));
	*kept = palloc(sizeof(JsonbValue));
	**kept = *value;
	return true;
}

/* The value of a key kept for later, read in its place. */
static bool
read_later(Reader *reader, const char *key, JsonbValue *value, bool (*read) (Reader *, JsonbValue *))
{
	int			path_len = reader->path.len;

	if (value == NULL)
		return true;
	appendStringInfo(&reader->path, ".%s", key);
	if (!read(reader, value))
		return false;
	reader->path.len = path_len;
	reader->path.data[path_len] = '\0';
	return true;
}

SalesProcess *
process_from_jsonb(Datum jsonb, Node *escontext)
{
	Jsonb	   *json = DatumGetJsonbP(jsonb);
	Reader		reader = {.escontext = escontext, .process = {.back = true, .reopen = true}};
	JsonbValue	root;
	LaterKeys	later = {0};

	initStringInfo(&reader.path);
	appendStringInfoChar(&reader.path, '$');
	root.type = jbvBinary;
	root.val.binary.data = &json->root;
	root.val.binary.len = VARSIZE(json) - VARHDRSZ;
	if (!read_object(&reader, &root, "a sales process", read_process_key, &later))
		return NULL;
	if (reader.process.stages == NULL)
	{
		mistake(&reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "there are no stages");
		return NULL;
	}
	if (!read_later(&reader, "branches", later.branches, read_branches) ||
		!read_later(&reader, "moves", later.moves, read_moves))
		return NULL;
	return compile_process(&reader.process);
}

SalesProcess *
process_from_json(char *json, Node *escontext)
{
	Datum		jsonb;

	if (!DirectInputFunctionCallSafe(jsonb_in, json, InvalidOid, -1, escontext, &jsonb))
		return NULL;
	if (text_repeats_keys(json, DatumGetJsonbP(jsonb)))
	{
		Reader		reader = {.escontext = escontext};

		initStringInfo(&reader.path);
		append_repeated_key(&reader.path, json);
		mistake(&reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "an object has the same key twice");
		return NULL;
	}
	return process_from_jsonb(jsonb, escontext);
}
