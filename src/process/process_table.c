/*
 * process_table.c
 *		The processes that rows of a table follow, from a table of processes.
 */
#include "names.h"
#include "process/source_table.h"

#include "catalog/pg_type.h"
#include "process/attachment.h"
#include "utils/lsyscache.h"

#define DEFAULT_COLUMN "is_default"

/* Columns of the table of processes, and where its rows go. */
typedef struct ProcessReader
{
	Attachment *attachment;
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
	return strcmp(((const AttachedProcess *) a)->key, ((const AttachedProcess *) b)->key);
}

/* Called in the attachment's memory context. */
static void
read_process_row(TupleTableSlot *row, void *arg)
{
	ProcessReader *reader = arg;
	Attachment *attachment = reader->attachment;
	AttachedProcess *process;
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
	if (attachment->n_processes == reader->room)
	{
		reader->room *= 2;
		attachment->processes = repalloc(attachment->processes, reader->room * sizeof(AttachedProcess));
	}
	process = &attachment->processes[attachment->n_processes++];
	memset(process, 0, sizeof(AttachedProcess));
	process->key = read_name_of(&reader->key_reader, key);
	process->rule_key = no_rule_key ? "" : read_name_of(&reader->rule_key_reader, rule_key);
	process->process = DatumGetSalesProcess(PointerGetDatum(PG_DETOAST_DATUM_COPY(definition)));
	process->is_default = !no_default && is_default;
}

static void
check_one_default(const Attachment *attachment)
{
	int			n_defaults = 0;

	for (int i = 0; i < attachment->n_processes; i++)
		n_defaults += attachment->processes[i].is_default;
	if (n_defaults > 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("process table %s has more than one default process", attachment->options.tables[PROCESS_TABLE]),
				 errhint("Create a unique index on column \"%s\" WHERE it is true.", DEFAULT_COLUMN)));
}

void
load_processes(Attachment *attachment, Relation rel)
{
	ProcessReader reader = {.attachment = attachment, .room = 8};
	Relation	processes = open_source_table(PROCESS_TABLE, &attachment->options, rel,
											  &attachment->tables[PROCESS_TABLE]);

	find_columns(processes, &attachment->options, &reader);
	attachment->processes = palloc(reader.room * sizeof(AttachedProcess));
	read_source_table(processes, read_process_row, &reader);

	check_one_default(attachment);
	qsort(attachment->processes, attachment->n_processes, sizeof(AttachedProcess), compare_keys);
	for (int i = 1; i < attachment->n_processes; i++)
	{
		if (compare_keys(&attachment->processes[i - 1], &attachment->processes[i]) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNIQUE_VIOLATION),
					 errmsg("process table %s has more than one process \"%s\"",
							attachment->options.tables[PROCESS_TABLE], attachment->processes[i].key),
					 errhint("Create a unique index on column \"%s\".", attachment->options.process_key)));
	}
}
