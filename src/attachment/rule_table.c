/*
 * rule_table.c
 *		The rules that choose the process of a new row which names none.
 *
 * They stand in a table, in order; the first whose condition the row meets has
 * its say.  As their editors need not own the row's table, conditions may use what
 * those of a process table may.
 */
#include "attachment/rule_table.h"

#include "attachment/source_table.h"
#include "attachment/stage_value.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

/* A row of the table, before it is put in its place. */
typedef struct ReadRule
{
	Datum		position;
	char	   *position_text;
	char	   *process;
	char	   *condition;
} ReadRule;

/* Columns of the table of rules, and where its rows go. */
typedef struct RuleReader
{
	const char *table;
	AttrNumber	position;
	AttrNumber	process;
	AttrNumber	condition;
	NameReader	position_reader;
	NameReader	process_reader;
	NameReader	condition_reader;
	TypeCacheEntry *position_type;
	Oid			position_collation;
	bool		position_byval;
	int16		position_length;
	int			n;
	int			room;
	ReadRule   *rules;
} RuleReader;

struct RuleTable
{
	const char *name;			/* qualified and quoted */
	int			n;
	const char **positions;		/* for messages */
	const char **processes;		/* as the table names them */
	const char **texts;
	Conditions *conditions;
};

static AttrNumber
open_column(Relation table, const char *name, NameReader *reader)
{
	AttrNumber	attnum = source_column(RULE_TABLE, table, name, InvalidOid);

	init_name_reader(reader, get_atttype(RelationGetRelid(table), attnum), CurrentMemoryContext);
	return attnum;
}

static void
find_columns(Relation table, const ProcessOptions *options, RuleReader *reader)
{
	Form_pg_attribute position;

	reader->position = open_column(table, options->rule_position, &reader->position_reader);
	reader->process = open_column(table, options->rule_process, &reader->process_reader);
	reader->condition = open_column(table, options->rule_condition, &reader->condition_reader);
	position = TupleDescAttr(RelationGetDescr(table), reader->position - 1);
	reader->position_type = lookup_type_cache(position->atttypid, TYPECACHE_CMP_PROC_FINFO);
	if (!OidIsValid(reader->position_type->cmp_proc_finfo.fn_oid))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of rule table \"%s\" has no order",
						options->rule_position, RelationGetRelationName(table))));
	reader->position_collation = position->attcollation;
	reader->position_byval = position->attbyval;
	reader->position_length = position->attlen;
}

/* A row that lacks any of the three is no rule. */
static void
read_rule_row(TupleTableSlot *row, void *arg)
{
	RuleReader *reader = arg;
	bool		no_position;
	bool		no_process;
	bool		no_condition;
	Datum		position = slot_getattr(row, reader->position, &no_position);
	Datum		process = slot_getattr(row, reader->process, &no_process);
	Datum		condition = slot_getattr(row, reader->condition, &no_condition);
	ReadRule   *rule;

	if (no_position || no_process || no_condition)
		return;
	if (reader->n == reader->room)
	{
		reader->room *= 2;
		reader->rules = repalloc(reader->rules, reader->room * sizeof(ReadRule));
	}
	rule = &reader->rules[reader->n++];
	rule->position = datumCopy(position, reader->position_byval, reader->position_length);
	rule->position_text = read_name_of(&reader->position_reader, position);
	rule->process = read_name_of(&reader->process_reader, process);
	rule->condition = read_name_of(&reader->condition_reader, condition);
	if (strlen(rule->condition) > CONDITION_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the condition of the rule at position %s of rule table \"%s\" is longer than %d bytes",
						rule->position_text, reader->table, CONDITION_BYTES)));
}

static int
compare_positions(const void *a, const void *b, void *arg)
{
	RuleReader *reader = arg;

	return DatumGetInt32(FunctionCall2Coll(&reader->position_type->cmp_proc_finfo, reader->position_collation,
										   ((const ReadRule *) a)->position, ((const ReadRule *) b)->position));
}

static char *
rule_place(const void *source, int i)
{
	const RuleTable *table = source;

	return psprintf("condition of the rule at position %s of rule table %s", table->positions[i], table->name);
}

RuleTable *
load_rule_table(const ProcessOptions *options, Relation target, Oid *oid)
{
	RuleReader	reader = {.room = 8};
	Relation	rules = open_source_table(RULE_TABLE, options, target, oid);
	RuleTable  *table = palloc0(sizeof(RuleTable));

	reader.table = RelationGetRelationName(rules);
	find_columns(rules, options, &reader);
	reader.rules = palloc(reader.room * sizeof(ReadRule));
	read_source_table(rules, read_rule_row, &reader);
	qsort_arg(reader.rules, reader.n, sizeof(ReadRule), compare_positions, &reader);

	table->name = options->tables[RULE_TABLE];
	table->n = reader.n;
	table->positions = palloc(reader.n * sizeof(char *));
	table->processes = palloc(reader.n * sizeof(char *));
	table->texts = palloc(reader.n * sizeof(char *));
	for (int i = 0; i < reader.n; i++)
	{
		table->positions[i] = reader.rules[i].position_text;
		table->processes[i] = reader.rules[i].process;
		table->texts[i] = reader.rules[i].condition;
		if (i > 0 && compare_positions(&reader.rules[i - 1], &reader.rules[i], &reader) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNIQUE_VIOLATION),
					 errmsg("rule table %s has more than one rule at position %s", table->name, table->positions[i]),
					 errhint("Create a unique index on column \"%s\".", options->rule_position)));
	}
	table->conditions = make_condition_list(table->texts, table->n, RelationGetDescr(target),
											CONDITION_OF_EDITOR, rule_place, table);
	return table;
}

/* The process that a rule chooses. */
static int
chosen_process(const RuleTable *table, const ProcessTable *processes, int rule)
{
	for (int i = 0; i < processes->n; i++)
	{
		if (strcmp(processes->processes[i].rule_key, table->processes[rule]) == 0)
			return i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("the rule at position %s of rule table %s chooses sales process \"%s\", which process table %s does not have",
					table->positions[rule], table->name, table->processes[rule], processes->name),
			 errhint("Name a process by its column \"%s\".", processes->rule_key_column)));
	return -1;
}

void
check_rules(const RuleTable *table, const ProcessTable *processes)
{
	read_conditions(table->conditions);
	for (int i = 0; i < table->n; i++)
		(void) chosen_process(table, processes, i);
}

Conditions *
rule_conditions(const RuleTable *table)
{
	return table->conditions;
}

int
choose_process(const RuleTable *table, const ProcessTable *processes, ConditionRun *run, HeapTuple row)
{
	for (int i = 0; i < table->n; i++)
	{
		if (check_passes(run, i, row))
			return chosen_process(table, processes, i);
	}
	return find_table_process(processes, NULL);
}
