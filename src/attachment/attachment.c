/*
 * attachment.c
 *		A process attached to a table: what the arguments of its triggers say,
 *		resolved against the table as it is now.
 */
#include "attachment/attachment.h"
#include "names.h"

#include "access/htup_details.h"
#include "attachment/target.h"
#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "process/json.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

/* Whether a column of that type can be kept. */
static bool
column_type_fits(StageColumn column, Oid type)
{
	Oid			base = getBaseType(type);
	TYPCATEGORY category = TypeCategory(base);

	switch (column)
	{
		case STAGE_COLUMN:
			return true;
		case PROBABILITY_COLUMN:
			return category == TYPCATEGORY_NUMERIC;
		case FORECAST_CATEGORY_COLUMN:
		case OUTCOME_COLUMN:
			return category == TYPCATEGORY_STRING || category == TYPCATEGORY_ENUM;
		case ENTERED_AT_COLUMN:
		case CLOSED_AT_COLUMN:
			return base == TIMESTAMPTZOID || base == TIMESTAMPOID || base == DATEOID;
		case PATH_COLUMN:
			return base == extension_type("stage_path");
	}
	return false;
}

static void
resolve_column(Attachment *attachment, Relation rel, StageColumn column)
{
	const char *name = attachment->options.columns[column];
	AttachedColumn *resolved = &attachment->columns[column];
	const char *user = column == STAGE_COLUMN ? "the stage column" : psprintf("the %s", column_option(column));
	Form_pg_attribute attribute;

	if (name == NULL)
		return;
	attribute = find_plain_column(rel, name, user);
	if (!column_type_fits(column, attribute->atttypid))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of table \"%s\" cannot be %s: it is of type %s",
						name, RelationGetRelationName(rel), user, format_type_be(attribute->atttypid))));
	for (int i = 0; i < (int) column; i++)
	{
		if (attachment->columns[i].attnum == attribute->attnum)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("column \"%s\" of table \"%s\" is named twice",
							name, RelationGetRelationName(rel))));
	}
	resolved->attnum = attribute->attnum;
	resolved->type = attribute->atttypid;
	resolved->typmod = attribute->atttypmod;
	resolved->typlen = attribute->attlen;
	resolved->typbyval = attribute->attbyval;
	resolved->collation = attribute->attcollation;
	resolved->base_type = getBaseTypeAndTypmod(attribute->atttypid, &resolved->typmod);
	resolved->types = lookup_type_cache(attribute->atttypid, TYPECACHE_EQ_OPR_FINFO);
}

/* Reading leaves much behind; of it all only the process is kept. */
static SalesProcess *
read_process(const char *definition)
{
	MemoryContext reading = AllocSetContextCreate(CurrentMemoryContext, "reading a process", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(reading);
	SalesProcess *process = process_from_json(unconstify(char *, definition), NULL);
	SalesProcess *kept = MemoryContextAlloc(caller, VARSIZE(process));

	memcpy(kept, process, VARSIZE(process));
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(reading);
	return kept;
}

Attachment *
build_attachment(Relation rel, const ProcessOptions *options)
{
	Attachment *attachment = palloc0(sizeof(Attachment));
	const char *definition = options->definition;

	attachment->context = CurrentMemoryContext;
	attachment->options = *options;
	copy_options(&attachment->options);
	for (int i = 0; i < N_STAGE_COLUMNS; i++)
		resolve_column(attachment, rel, i);
	init_name_reader(&attachment->stage_reader, attachment->columns[STAGE_COLUMN].type, CurrentMemoryContext);
	if (attachment->options.tables[STAGE_TABLE] != NULL)
		attachment->stage_table = load_stage_table(&attachment->options, rel, &attachment->tables[STAGE_TABLE]);

	if (definition != NULL)
	{
		attachment->n_processes = 1;
		attachment->processes = palloc0(sizeof(AttachedProcess));
		attachment->processes->process = read_process(definition);
	}
	else
	{
		Form_pg_attribute attribute = find_plain_column(rel, attachment->options.process_column, "the process_column");

		attachment->process_attnum = attribute->attnum;
		attachment->process_type = attribute->atttypid;
		attachment->process_typmod = attribute->atttypmod;
		attachment->process_typbyval = attribute->attbyval;
		attachment->process_typlen = attribute->attlen;
		init_name_reader(&attachment->process_reader, attribute->atttypid, CurrentMemoryContext);
		attachment->process_table = load_process_table(&attachment->options, rel, &attachment->tables[PROCESS_TABLE]);
		attachment->n_processes = attachment->process_table->n;
		attachment->processes = palloc0(attachment->n_processes * sizeof(AttachedProcess));
		for (int i = 0; i < attachment->n_processes; i++)
			attachment->processes[i].process = attachment->process_table->processes[i].process;
		if (attachment->options.tables[RULE_TABLE] != NULL)
			attachment->rule_table = load_rule_table(&attachment->options, rel, &attachment->tables[RULE_TABLE]);
	}
	return attachment;
}

const AttachedProcess *
find_process(const Attachment *attachment, const char *key)
{
	int			found;

	if (attachment->process_table == NULL)
		return attachment->processes;
	found = find_table_process(attachment->process_table, key);
	return found >= 0 ? &attachment->processes[found] : NULL;
}

int
attached_stage(const Attachment *attachment, const AttachedProcess *attached, Datum stage)
{
	int			found = indexed_stage(attached->stage_index, stage);

	/* A value may look otherwise than the one that its name is read as. */
	return found >= 0 ? found : find_stage(attached->process, stage_text(attachment, stage));
}

char *
stage_text(const Attachment *attachment, Datum stage)
{
	char	   *text = read_name_of(&attachment->stage_reader, stage);

	if (attachment->stage_table == NULL)
		return text;
	return unconstify(char *, stage_of_id(attachment->stage_table, text));
}

char *
row_stage(const Attachment *attachment, HeapTuple row, TupleDesc desc)
{
	bool		isnull;
	Datum		stage = heap_getattr(row, attachment->columns[STAGE_COLUMN].attnum, desc, &isnull);

	return isnull ? NULL : stage_text(attachment, stage);
}

char *
row_process_key(const Attachment *attachment, HeapTuple row, TupleDesc desc)
{
	Datum		key;
	bool		isnull;

	if (attachment->process_attnum == InvalidAttrNumber)
		return NULL;
	key = heap_getattr(row, attachment->process_attnum, desc, &isnull);
	return isnull ? NULL : read_name_of(&attachment->process_reader, key);
}
