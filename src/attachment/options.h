/*
 * options.h
 *		The options of a process attached to a table, and the trigger arguments
 *		that carry them.
 */
#ifndef OPPORTUNITY_ATTACHMENT_OPTIONS_H
#define OPPORTUNITY_ATTACHMENT_OPTIONS_H

#include "opportunity.h"

#include "nodes/pg_list.h"
#include "utils/reltrigger.h"

/*
 * The columns that follow the stage.  The first four hold a value of the stage
 * itself and are converted to the column's type once, when the process is
 * resolved; then come two that hold a moment, and the stages visited.
 */
typedef enum StageColumn
{
	STAGE_COLUMN,
	PROBABILITY_COLUMN,
	FORECAST_CATEGORY_COLUMN,
	OUTCOME_COLUMN,
	ENTERED_AT_COLUMN,
	CLOSED_AT_COLUMN,
	PATH_COLUMN
} StageColumn;

/* The tables that an attached process is read from. */
typedef enum SourceTable
{
	PROCESS_TABLE,
	STAGE_TABLE,
	RULE_TABLE
} SourceTable;

#define N_SOURCE_TABLES (RULE_TABLE + 1)

#define N_STAGE_VALUES (OUTCOME_COLUMN + 1)
#define N_STAGE_COLUMNS (PATH_COLUMN + 1)

/*
 * The arguments of a judge_stage trigger: the stage column, the process as JSON
 * (empty where a table of processes is named), then pairs of option and value.
 * The other options' names are those of attach_process.  The arguments of a
 * derive_stage trigger are the stage column alone: the rest is found in the
 * judge of the same table.
 */
typedef struct ProcessOptions
{
	const char *definition;		/* NULL: process_table */
	const char *tables[N_SOURCE_TABLES];	/* qualified and quoted; NULL: there is none */
	const char *process_column; /* of the target: the row's process */
	const char *process_key;	/* of process_table: what process_column holds */
	const char *process_definition; /* of process_table: a sales_process */
	const char *stage_key;		/* of stage_table: what the stage column holds */
	const char *stage_name;		/* of stage_table: what the process calls it */
	const char *rule_position;	/* of rule_table: the order of the rules */
	const char *rule_process;	/* of rule_table: the process that a rule chooses */
	const char *rule_condition; /* of rule_table: of which rows */
	const char *rule_process_key;	/* of process_table: what rule_process holds; NULL: process_key */
	const char *notify;			/* channel that is told of moves; NULL: none */
	bool		warn;
	const char *columns[N_STAGE_COLUMNS];	/* STAGE_COLUMN is always there */
} ProcessOptions;

/* The option that names a column that follows the stage. */
extern const char *column_option(StageColumn column);

/* Whether columns follow the stage, so that UPDATEs are to be derived from, too. */
extern bool options_follow(const ProcessOptions *options);

/* Reads a judge's arguments; the strings stay the trigger's. */
extern void read_options(const Trigger *judge, ProcessOptions *options);

/* The strings of options, all but the definition, in the current memory context. */
extern void copy_options(ProcessOptions *options);

/* The arguments as a CREATE TRIGGER command takes them. */
extern char *options_as_arguments(const ProcessOptions *options);

/* The tables that a judge's arguments name, as far as they can be read. */
extern List *source_tables_named(const Trigger *judge);

#endif							/* OPPORTUNITY_ATTACHMENT_OPTIONS_H */
