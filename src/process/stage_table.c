/*
 * stage_table.c
 *		Stages that rows name by an id, which the app keeps in a table of its own.
 *
 * The process knows stages by name, and so do messages; the table translates
 * between the name and the text form of the id.
 */
#include "process/source_table.h"

#include "process/attachment.h"
#include "utils/lsyscache.h"

/* Columns of the table of stages, and where its rows go. */
typedef struct StageReader
{
	Attachment *attachment;
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

/* Called in the attachment's memory context. */
static void
read_stage_row(TupleTableSlot *row, void *arg)
{
	StageReader *reader = arg;
	Attachment *attachment = reader->attachment;
	StageId    *stage;
	bool		no_key;
	bool		no_name;
	Datum		key = slot_getattr(row, reader->key, &no_key);
	Datum		name = slot_getattr(row, reader->name, &no_name);

	if (no_key || no_name)
		return;
	if (attachment->n_stage_ids == reader->room)
	{
		reader->room *= 2;
		attachment->stage_ids = repalloc(attachment->stage_ids, reader->room * sizeof(StageId));
	}
	stage = &attachment->stage_ids[attachment->n_stage_ids++];
	stage->id = read_name_of(&reader->key_reader, key);
	stage->name = read_name_of(&reader->name_reader, name);
}

void
load_stage_ids(Attachment *attachment, Relation rel)
{
	const ProcessOptions *options = &attachment->options;
	StageReader reader = {.attachment = attachment, .room = 16};
	Relation	stages = open_source_table(STAGE_TABLE, options, rel, &attachment->tables[STAGE_TABLE]);
	Oid			table = RelationGetRelid(stages);

	reader.key = source_column(STAGE_TABLE, stages, options->stage_key, InvalidOid);
	reader.name = source_column(STAGE_TABLE, stages, options->stage_name, InvalidOid);
	init_name_reader(&reader.key_reader, get_atttype(table, reader.key), CurrentMemoryContext);
	init_name_reader(&reader.name_reader, get_atttype(table, reader.name), CurrentMemoryContext);
	attachment->stage_ids = palloc(reader.room * sizeof(StageId));
	read_source_table(stages, read_stage_row, &reader);

	qsort(attachment->stage_ids, attachment->n_stage_ids, sizeof(StageId), compare_ids);
	for (int i = 1; i < attachment->n_stage_ids; i++)
	{
		if (compare_ids(&attachment->stage_ids[i - 1], &attachment->stage_ids[i]) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNIQUE_VIOLATION),
					 errmsg("stage table %s has more than one row with %s %s",
							options->tables[STAGE_TABLE], options->stage_key, attachment->stage_ids[i].id),
					 errhint("Create a unique index on column \"%s\".", options->stage_key)));
	}
}

/* Of an id that is not there, what no process has for a stage. */
const char *
stage_of_id(const Attachment *attachment, const char *id)
{
	StageId		wanted = {.id = id};
	StageId    *found = bsearch(&wanted, attachment->stage_ids, attachment->n_stage_ids,
								sizeof(StageId), compare_ids);

	if (found == NULL)
		return psprintf("%s (not in the stage table)", id);
	return found->name;
}

const char *
id_of_stage(const Attachment *attachment, const char *name)
{
	const ProcessOptions *options = &attachment->options;
	const StageId *found = NULL;

	for (int i = 0; i < attachment->n_stage_ids; i++)
	{
		const StageId *stage = &attachment->stage_ids[i];

		if (strcmp(stage->name, name) != 0)
			continue;
		if (found != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_UNIQUE_VIOLATION),
					 errmsg("stage \"%s\" of the sales process is more than one row of stage table %s",
							name, options->tables[STAGE_TABLE]),
					 errdetail("Column \"%s\" holds %s, and %s.", options->stage_key, found->id, stage->id),
					 errhint("Give the stages of a process names of their own.")));
		found = stage;
	}
	if (found == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("stage \"%s\" of the sales process is not in stage table %s",
						name, options->tables[STAGE_TABLE]),
				 errdetail("Column \"%s\" has no such value.", options->stage_name),
				 errhint("If it was renamed there, rename it in the sales process, too, or give it its name back.")));
	return found->id;
}
