/*
 * options.c
 *		The options of an attached process as the arguments of its trigger.
 */
#include "attachment/options.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

/* What is a string or absent, in the order in which it is written. */
static const struct
{
	const char *name;
	size_t		offset;
}			string_options[] =
{
	{"process_table", offsetof(ProcessOptions, tables[PROCESS_TABLE])},
	{"probability_column", offsetof(ProcessOptions, columns[PROBABILITY_COLUMN])},
	{"forecast_category_column", offsetof(ProcessOptions, columns[FORECAST_CATEGORY_COLUMN])},
	{"outcome_column", offsetof(ProcessOptions, columns[OUTCOME_COLUMN])},
	{"entered_at_column", offsetof(ProcessOptions, columns[ENTERED_AT_COLUMN])},
	{"closed_at_column", offsetof(ProcessOptions, columns[CLOSED_AT_COLUMN])},
	{"path_column", offsetof(ProcessOptions, columns[PATH_COLUMN])},
	{"process_column", offsetof(ProcessOptions, process_column)},
	{"process_key", offsetof(ProcessOptions, process_key)},
	{"process_definition", offsetof(ProcessOptions, process_definition)},
	{"stage_table", offsetof(ProcessOptions, tables[STAGE_TABLE])},
	{"stage_key", offsetof(ProcessOptions, stage_key)},
	{"stage_name", offsetof(ProcessOptions, stage_name)},
	{"rule_table", offsetof(ProcessOptions, tables[RULE_TABLE])},
	{"rule_position", offsetof(ProcessOptions, rule_position)},
	{"rule_process", offsetof(ProcessOptions, rule_process)},
	{"rule_condition", offsetof(ProcessOptions, rule_condition)},
	{"rule_process_key", offsetof(ProcessOptions, rule_process_key)},
	{"notify", offsetof(ProcessOptions, notify)}
};

static const char **
option_string(ProcessOptions *options, int i)
{
	return (const char **) ((char *) options + string_options[i].offset);
}

const char *
column_option(StageColumn column)
{
	for (int i = 0; i < (int) lengthof(string_options); i++)
	{
		if (string_options[i].offset == offsetof(ProcessOptions, columns) + column * sizeof(const char *))
			return string_options[i].name;
	}
	elog(ERROR, "no option names column %d", column);
}

bool
options_follow(const ProcessOptions *options)
{
	for (int i = PROBABILITY_COLUMN; i < N_STAGE_COLUMNS; i++)
	{
		if (options->columns[i] != NULL)
			return true;
	}
	return false;
}

static void
bad_arguments(const Trigger *trigger, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("trigger \"%s\": %s", trigger->tgname, what),
			 errhint("Let opportunity.attach_process make the triggers, as in SELECT opportunity.attach_process('deals', 'stage', '{\"stages\": ...}').")));
}

static bool
read_option(ProcessOptions *options, const char *name, const char *value)
{
	if (strcmp(name, "enforce") == 0)
	{
		options->warn = strcmp(value, "warn") == 0;
		return options->warn || strcmp(value, "refuse") == 0;
	}
	for (int i = 0; i < (int) lengthof(string_options); i++)
	{
		if (strcmp(name, string_options[i].name) == 0)
		{
			*option_string(options, i) = value;
			return true;
		}
	}
	return false;
}

void
read_options(const Trigger *judge, ProcessOptions *options)
{
	char	  **args = judge->tgargs;

	*options = (ProcessOptions) {
		.process_key = "name", .process_definition = "definition",
		.stage_key = "id", .stage_name = "name",
		.rule_position = "position", .rule_process = "process", .rule_condition = "condition"
	};
	if (judge->tgnargs < 2 || judge->tgnargs % 2 != 0)
		bad_arguments(judge, "expected a stage column, a process and pairs of option and value");
	options->columns[STAGE_COLUMN] = args[0];
	options->definition = args[1][0] == '\0' ? NULL : args[1];
	for (int i = 2; i < judge->tgnargs; i += 2)
	{
		if (!read_option(options, args[i], args[i + 1]))
			bad_arguments(judge, psprintf("option \"%s\" is unknown or cannot be \"%s\"", args[i], args[i + 1]));
	}
	if ((options->definition == NULL) != (options->tables[PROCESS_TABLE] != NULL) ||
		(options->tables[PROCESS_TABLE] == NULL) != (options->process_column == NULL))
		bad_arguments(judge, "expected either a process, or a process_table and a process_column");
	if (options->tables[RULE_TABLE] != NULL && options->tables[PROCESS_TABLE] == NULL)
		bad_arguments(judge, "a rule_table goes with a process_table");
}

void
copy_options(ProcessOptions *options)
{
	options->definition = NULL;
	options->columns[STAGE_COLUMN] = pstrdup(options->columns[STAGE_COLUMN]);
	for (int i = 0; i < (int) lengthof(string_options); i++)
	{
		const char **string = option_string(options, i);

		*string = *string ? pstrdup(*string) : NULL;
	}
}

char *
options_as_arguments(const ProcessOptions *options)
{
	StringInfoData arguments;

	initStringInfo(&arguments);
	appendStringInfo(&arguments, "%s, %s", quote_literal_cstr(options->columns[STAGE_COLUMN]),
					 quote_literal_cstr(options->definition ? options->definition : ""));
	for (int i = 0; i < (int) lengthof(string_options); i++)
	{
		const char *value = *option_string(unconstify(ProcessOptions *, options), i);

		if (value != NULL)
			appendStringInfo(&arguments, ", '%s', %s", string_options[i].name, quote_literal_cstr(value));
	}
	appendStringInfo(&arguments, ", 'enforce', '%s'", options->warn ? "warn" : "refuse");
	return arguments.data;
}

List *
source_tables_named(const Trigger *trigger)
{
	List	   *names = NIL;

	for (int i = 2; i + 1 < trigger->tgnargs; i += 2)
	{
		for (int j = 0; j < (int) lengthof(string_options); j++)
		{
			if (string_options[j].offset >= offsetof(ProcessOptions, tables) &&
				string_options[j].offset < offsetof(ProcessOptions, tables) + N_SOURCE_TABLES * sizeof(const char *) &&
				strcmp(trigger->tgargs[i], string_options[j].name) == 0)
				names = lappend(names, trigger->tgargs[i + 1]);
		}
	}
	return names;
}
