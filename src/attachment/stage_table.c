/*
 * stage_table.c
 *		Stages that rows name by an id, which the app keeps in a table of its own.
 *
 * The process knows stages by name, and so do messages; the table translates
 * between the name and the text form of the id.
 */
#include "attachment/stage_table.h"

#include "attachment/source_table.h"
#include "attachment/stage_value.h"
#include "utils/lsyscache.h"

/* A row of it; both as text. */
typedef struct StageId
{
	const char *id;
	const char *name;
} StageId;

struct StageTable
{
	const char *name;			/* qualified and quoted */
	const char *key_column;
	const char *name_column;
	int			n;
	StageId    *ids;			/* sorted by id */
};

/* Columns of the table of stages, and where its rows go. */
typedef struct StageReader
{
	StageTable *table;
	int			room;
	AttrNumber	key;
	AttrNumber	name;
	NameReader	key_reader;
	NameReader	name_reader;
} StageReader;

static int
compare_ids(const void *a, const void *b)
{
	return strcmp(((const StageId *) a)->id, ((const StageId *) b)->id);
}

static void
read_stage_row(TupleTableSlot *row, void *arg)
{
	StageReader *reader = arg;
	StageTable *table = reader->table;
	StageId    *stage;
	bool		no_key;
	bool		no_name;
	Datum		key = slot_getattr(row, reader->key, &no_key);
	Datum		name = slot_getattr(row, reader->name, &no_name);

	if (no_key || no_name)
		return;
	if (table->n == reader->room)
	{
		reader->room *= 2;
		table->ids = repalloc(table->ids, reader->room * sizeof(StageId));
	}
	stage = &table->ids[table->n++];
	stage->id = read_name_of(&reader->key_reader, key);
	stage->name = read_name_of(&reader->name_reader, name);
}

StageTable *
load_stage_table(const ProcessOptions *options, Relation target, Oid *oid)
{
	StageTable *table = palloc0(sizeof(StageTable));
	StageReader reader = {.table = table, .room = 16};
	Relation	stages = open_source_table(STAGE_TABLE, options, target, oid);

	table->name = options->tables[STAGE_TABLE];
	table->key_column = options->stage_key;
	table->name_column = options->stage_name;
	reader.key = source_column(STAGE_TABLE, stages, options->stage_key, InvalidOid);
	reader.name = source_column(STAGE_TABLE, stages, options->stage_name, InvalidOid);
	init_name_reader(&reader.key_reader, get_atttype(*oid, reader.key), CurrentMemoryContext);
	init_name_reader(&reader.name_reader, get_atttype(*oid, reader.name), CurrentMemoryContext);
	table->ids = palloc(reader.room * sizeof(StageId));
	read_source_table(stages, read_stage_row, &reader);

	qsort(table->ids, table->n, sizeof(StageId), compare_ids);
	for (int i = 1; i < table->n; i++)
	{
		if (compare_ids(&table->ids[i - 1], &table->ids[i]) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNIQUE_VIOLATION),
					 errmsg("stage table %s has more than one row with %s %s",
							table->name, table->key_column, table->ids[i].id),
					 errhint("Create a unique index on column \"%s\".", table->key_column)));
	}
	return table;
}

/* Of an id that is not there, what no process has for a stage. */
const char *
stage_of_id(const StageTable *table, const char *id)
{
	StageId		wanted = {.id = id};
	StageId    *found = bsearch(&wanted, table->ids, table->n, sizeof(StageId), compare_ids);

	if (found == NULL)
		return psprintf("%s (not in the stage table)", id);
	return found->name;
}

const char *
id_of_stage(const StageTable *table, const char *name)
{
	const StageId *found = NULL;

	for (int i = 0; i < table->n; i++)
	{
		const StageId *stage = &table->ids[i];

		if (strcmp(stage->name, name) != 0)
			continue;
		if (found != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_UNIQUE_VIOLATION),
					 errmsg("stage \"%s\" of the sales process is more than one row of stage table %s",
							name, table->name),
					 errdetail("Column \"%s\" holds %s, and %s.", table->key_column, found->id, stage->id),
					 errhint("Give the stages of a process names of their own.")));
		found = stage;
	}
	if (found == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("stage \"%s\" of the sales process is not in stage table %s",
						name, table->name),
				 errdetail("Column \"%s\" has no such value.", table->name_column),
				 errhint("If it was renamed there, rename it in the sales process, too, or give it its name back.")));
	return found->id;
}
