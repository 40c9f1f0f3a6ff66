/*
 * process_table.c
 *		The processes that rows of a table follow, from a table of processes.
 */
#include "attachment/process_table.h"
#include "names.h"

#include "attachment/source_table.h"
#include "attachment/stage_value.h"
#include "catalog/pg_type.h"
#include "process/process_value.h"
#include "utils/lsyscache.h"

#define DEFAULT_COLUMN "is_default"

/* Columns of the table of processes, and where its rows go. */
typedef struct ProcessReader
{
	ProcessTable *table;
	int			room;
	AttrNumber	key;
	AttrNumber	definition;
	AttrNumber	is_default;		/* InvalidAttrNumber: there is none */
	AttrNumber	rule_key;
	NameReader	key_reader;
	NameReader	rule_key_reader;
} ProcessReader;

static void
find_columns(Relation processes, const ProcessOptions *options, ProcessReader *reader)
{
	Oid			table = RelationGetRelid(processes);

	reader->key = source_column(PROCESS_TABLE, processes, options->process_key, InvalidOid);
	reader->definition = source_column(PROCESS_TABLE, processes, options->process_definition,
									   extension_type("sales_process"));
	reader->is_default = get_attnum(table, DEFAULT_COLUMN);
	if (reader->is_default > 0)
		reader->is_default = get_atttype(table, reader->is_default) != BOOLOID ? InvalidAttrNumber :
			source_column(PROCESS_TABLE, processes, DEFAULT_COLUMN, BOOLOID);
	reader->rule_key = options->rule_process_key == NULL ? reader->key :
		source_column(PROCESS_TABLE, processes, options->rule_process_key, InvalidOid);
	init_name_reader(&reader->key_reader, get_atttype(table, reader->key), CurrentMemoryContext);
	init_name_reader(&reader->rule_key_reader, get_atttype(table, reader->rule_key), CurrentMemoryContext);
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(((const TableProcess *) a)->key, ((const TableProcess *) b)->key);
}

static void
read_process_row(TupleTableSlot *row, void *arg)
{
	ProcessReader *reader = arg;
	ProcessTable *table = reader->table;
	TableProcess *process;
	bool		no_key;
	bool		no_definition;
	bool		no_default = true;
	bool		is_default = false;
	Datum		key = slot_getattr(row, reader->key, &no_key);
	Datum		definition = slot_getattr(row, reader->definition, &no_definition);
	bool		no_rule_key;
	Datum		rule_key = slot_getattr(row, reader->rule_key, &no_rule_key);

	if (no_key || no_definition)
		return;
	if (reader->is_default > 0)
		is_default = DatumGetBool(slot_getattr(row, reader->is_default, &no_default));
	if (table->n == reader->room)
	{
		reader->room *= 2;
		table->processes = repalloc(table->processes, reader->room * sizeof(TableProcess));
	}
	process = &table->processes[table->n++];
	process->key = read_name_of(&reader->key_reader, key);
	process->rule_key = no_rule_key ? "" : read_name_of(&reader->rule_key_reader, rule_key);
	process->process = DatumGetSalesProcess(PointerGetDatum(PG_DETOAST_DATUM_COPY(definition)));
	process->is_default = !no_default && is_default;
}

static void
check_one_default(const ProcessTable *table)
{
	int			n_defaults = 0;

	for (int i = 0; i < table->n; i++)
		n_defaults += table->processes[i].is_default;
	if (n_defaults > 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("process table %s has more than one default process", table->name),
				 errhint("Create a unique index on column \"%s\" WHERE it is true.", DEFAULT_COLUMN)));
}

ProcessTable *
load_process_table(const ProcessOptions *options, Relation target, Oid *oid)
{
	ProcessTable *table = palloc0(sizeof(ProcessTable));
	ProcessReader reader = {.table = table, .room = 8};
	Relation	processes = open_source_table(PROCESS_TABLE, options, target, oid);

	find_columns(processes, options, &reader);
	table->name = options->tables[PROCESS_TABLE];
	table->rule_key_column = options->rule_process_key != NULL ? options->rule_process_key : options->process_key;
	table->processes = palloc(reader.room * sizeof(TableProcess));
	read_source_table(processes, read_process_row, &reader);

	check_one_default(table);
	qsort(table->processes, table->n, sizeof(TableProcess), compare_keys);
	for (int i = 1; i < table->n; i++)
	{
		if (compare_keys(&table->processes[i - 1], &table->processes[i]) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNIQUE_VIOLATION),
					 errmsg("process table %s has more than one process \"%s\"", table->name, table->processes[i].key),
					 errhint("Create a unique index on column \"%s\".", options->process_key)));
	}
	return table;
}

int
find_table_process(const ProcessTable *table, const char *key)
{
	for (int i = 0; i < table->n; i++)
	{
		if (key != NULL ? strcmp(key, table->processes[i].key) == 0 : table->processes[i].is_default)
			return i;
	}
	return -1;
}
