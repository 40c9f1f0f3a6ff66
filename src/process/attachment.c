/*
 * attachment.c
 *		Resolving a process against the table it is attached to, once a backend.
 *
 * An attachment belongs to one judge, so every partition, whose columns may
 * stand elsewhere, has its own; the deriver beside the judge shares it.  It is
 * built aside in a memory context that an error sweeps away, and enters the cache
 * complete.
 *
 * The relation callback only marks entries: they are dropped when the next one
 * is built, and their memory stays until the end of that transaction, because a
 * caller further up may be using it.  So a transaction that changes the process
 * and writes a row, over and over, keeps as many attachments until it ends.
 *
 * A nested statement can load a process that its caller has just changed, before
 * the caller's AFTER STATEMENT trigger tells of it.  Where the change is rolled
 * back that trigger never fires, so after an abort nothing that was read from a
 * table of processes, stages or rules is trusted.
 */
#include "names.h"
#include "process/attachment.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "nodes/execnodes.h"
#include "parser/parse_coerce.h"
#include "process/report.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

typedef struct CacheEntry
{
	Oid			trigger;		/* the key */
	Oid			relid;
	Oid			judge;			/* whose entry has the attachment */
	bool		valid;
	Attachment *attachment;		/* NULL: the trigger is a deriver */
} CacheEntry;

static HTAB *cache = NULL;
static uint64 relation_changes = 0;

#define REATTACH_HINT \
	errhint("If the table has changed, call opportunity.attach_process again with the columns it has now.")

/* What converts a stage's value to the type of its column, for error messages. */
typedef struct Conversion
{
	const char *stage;
	const char *column;
} Conversion;

static void
conversion_context(void *arg)
{
	Conversion *conversion = arg;

	errcontext("stage \"%s\" for column \"%s\"", conversion->stage, conversion->column);
}

/* Whether an attachment was read from a table; InvalidOid: from any. */
static bool
reads_table(const Attachment *attachment, Oid table)
{
	for (int i = 0; i < N_SOURCE_TABLES; i++)
	{
		if (OidIsValid(attachment->tables[i]) && (table == InvalidOid || table == attachment->tables[i]))
			return true;
	}
	return false;
}

static void
mark_changed(Oid relid)
{
	HASH_SEQ_STATUS status;
	CacheEntry *entry;

	relation_changes++;
	hash_seq_init(&status, cache);
	while ((entry = hash_seq_search(&status)) != NULL)
	{
		if (relid == InvalidOid || relid == entry->relid ||
			(entry->attachment != NULL && reads_table(entry->attachment, relid)))
			entry->valid = false;
	}
}

/* A stage is known by its value, and a label may have got another name. */
static void
enum_changed(Datum arg, int cacheid, uint32 hashvalue)
{
	mark_changed(InvalidOid);
}

static void
distrust_source_tables(void)
{
	HASH_SEQ_STATUS status;
	CacheEntry *entry;

	relation_changes++;
	hash_seq_init(&status, cache);
	while ((entry = hash_seq_search(&status)) != NULL)
	{
		if (entry->attachment != NULL && reads_table(entry->attachment, InvalidOid))
			entry->valid = false;
	}
}

static void
transaction_ended(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PARALLEL_ABORT)
		distrust_source_tables();
}

static void
subtransaction_ended(SubXactEvent event, SubTransactionId id, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		distrust_source_tables();
}

List *
judges(Relation rel)
{
	Oid			judge = trigger_function("judge_stage");
	TriggerDesc *triggers = CopyTriggerDesc(rel->trigdesc);
	List	   *found = NIL;

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		if (triggers->triggers[i].tgfoid == judge && triggers->triggers[i].tgnargs > 0)
			found = lappend(found, &triggers->triggers[i]);
	}
	return found;
}

const Trigger *
find_judge(Relation rel, const char *stage_column)
{
	ListCell   *cell;

	foreach(cell, judges(rel))
	{
		const Trigger *judge = lfirst(cell);

		if (strcmp(judge->tgargs[0], stage_column) == 0)
			return judge;
	}
	return NULL;
}

/* A column of the target by name; user says what for, in messages. */
static Form_pg_attribute
find_column(Relation rel, const char *name, const char *user)
{
	TupleDesc	desc = RelationGetDescr(rel);
	int			attnum = SPI_fnumber(desc, name);
	Form_pg_attribute attribute;

	if (attnum <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of table \"%s\", %s, does not exist",
						name, RelationGetRelationName(rel), user),
				 REATTACH_HINT));
	attribute = TupleDescAttr(desc, attnum - 1);
	/* Triggers written in C see no value there. */
	if (attribute->attgenerated == ATTRIBUTE_GENERATED_VIRTUAL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("column \"%s\" of table \"%s\", %s, is a virtual generated column",
						name, RelationGetRelationName(rel), user),
				 errhint("Make it a stored generated column.")));
	return attribute;
}

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

/* Such as BEFORE triggers see and may set. */
static Form_pg_attribute
find_plain_column(Relation rel, const char *name, const char *user)
{
	Form_pg_attribute attribute = find_column(rel, name, user);

	if (attribute->attgenerated != '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_DEFINITION),
				 errmsg("column \"%s\" of table \"%s\", %s, is generated",
						name, RelationGetRelationName(rel), user)));
	return attribute;
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
		load_stage_ids(attachment, rel);

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
		load_processes(attachment, rel);
		if (attachment->options.tables[RULE_TABLE] != NULL)
			attachment->rules = load_rules(attachment, rel);
	}
	return attachment;
}

/* Drops what has changed; callers further up may still be looking at it. */
static void
drop_invalid_entries(void)
{
	HASH_SEQ_STATUS status;
	CacheEntry *entry;

	hash_seq_init(&status, cache);
	while ((entry = hash_seq_search(&status)) != NULL)
	{
		if (entry->valid)
			continue;
		if (entry->attachment != NULL)
			MemoryContextSetParent(entry->attachment->context, TopTransactionContext);
		hash_search(cache, &entry->trigger, HASH_REMOVE, NULL);
	}
}

static void
prepare_cache(void)
{
	HASHCTL		control = {
		.keysize = sizeof(Oid), .entrysize = sizeof(CacheEntry)
	};

	if (cache != NULL)
		return;
	control.hcxt = opportunity_context();
	cache = hash_create("attached processes", 32, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	on_relation_change(mark_changed);
	CacheRegisterSyscacheCallback(ENUMOID, enum_changed, (Datum) 0);
	RegisterXactCallback(transaction_ended, NULL);
	RegisterSubXactCallback(subtransaction_ended, NULL);
}

uint64
attachment_generation(void)
{
	prepare_cache();
	return relation_changes;
}

static const Attachment *
find_attachment(Oid trigger)
{
	CacheEntry *entry = hash_search(cache, &trigger, HASH_FIND, NULL);

	if (entry != NULL && entry->valid && entry->attachment == NULL)
		entry = hash_search(cache, &entry->judge, HASH_FIND, NULL);
	return entry != NULL && entry->valid ? entry->attachment : NULL;
}

/* Keeps what a trigger stands for, found when relation_changes was that. */
static void
keep_attachment(Relation rel, Oid trigger, Oid judge, Attachment *attachment, uint64 found_at)
{
	CacheEntry *entry;
	bool		found;

	drop_invalid_entries();
	entry = hash_search(cache, &trigger, HASH_ENTER, &found);
	/* A type's input function may have come here for the same trigger meanwhile. */
	if (found && entry->attachment != NULL)
		MemoryContextSetParent(entry->attachment->context, TopTransactionContext);
	entry->relid = RelationGetRelid(rel);
	entry->judge = judge;
	entry->attachment = attachment;
	/* What changed while we looked may not have been seen: look again next time. */
	entry->valid = relation_changes == found_at;
}

/* The judge that tells a deriver what to derive. */
static const Trigger *
judge_beside(Relation rel, const Trigger *deriver)
{
	const Trigger *judge = deriver->tgnargs == 1 ? find_judge(rel, deriver->tgargs[0]) : NULL;

	if (judge == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" of table \"%s\" has no opportunity.judge_stage trigger beside it",
						deriver->tgname, RelationGetRelationName(rel)),
				 errhint("Call opportunity.attach_process again, which makes both.")));
	return judge;
}

const Attachment *
get_attachment(Relation rel, const Trigger *trigger)
{
	const Attachment *known;
	Attachment *built;
	ProcessOptions options;
	MemoryContext context;
	MemoryContext caller;
	uint64		before;

	prepare_cache();
	known = find_attachment(trigger->tgoid);
	if (known != NULL)
		return known;

	before = relation_changes;
	if (trigger->tgfoid != trigger_function("judge_stage"))
	{
		const Trigger *judge = judge_beside(rel, trigger);

		known = get_attachment(rel, judge);
		keep_attachment(rel, trigger->tgoid, judge->tgoid, NULL, before);
		return known;
	}
	read_options(trigger, &options);
	context = AllocSetContextCreate(CurrentMemoryContext, "attached process", ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(context);
	built = build_attachment(rel, &options);
	MemoryContextSwitchTo(caller);
	keep_attachment(rel, trigger->tgoid, trigger->tgoid, built, before);
	MemoryContextSetParent(context, opportunity_context());
	return built;
}

void
report_not_attached(Oid target, const char *stage_column)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 stage_column == NULL ? errmsg("table \"%s\" has no sales process", get_rel_name(target)) :
			 errmsg("column \"%s\" of table \"%s\" has no sales process", stage_column, get_rel_name(target)),
			 errhint("SELECT opportunity.attach_process('deals', 'stage', process) attaches one.")));
}

const Trigger *
only_judge(Relation rel, const char *stage_column)
{
	List	   *found = judges(rel);
	const Trigger *judge = NULL;

	if (stage_column != NULL)
		judge = find_judge(rel, stage_column);
	else if (list_length(found) == 1)
		judge = linitial(found);
	else if (found != NIL)
	{
		List	   *columns = NIL;
		ListCell   *cell;

		foreach(cell, found)
			columns = lappend(columns, ((const Trigger *) lfirst(cell))->tgargs[0]);
		ereport(ERROR,
				(errcode(ERRCODE_AMBIGUOUS_PARAMETER),
				 errmsg("table \"%s\" has more than one sales process", RelationGetRelationName(rel)),
				 errdetail("Its stage columns are %s.", list_names(columns)),
				 errhint("Name the stage column.")));
	}
	if (judge == NULL)
		report_not_attached(RelationGetRelid(rel), stage_column);
	return judge;
}

/* What a stage says for one of its columns, in the column's type. */
static NullableDatum
stage_value(const Attachment *attachment, const SalesProcess *process, int stage, StageColumn column)
{
	const AttachedColumn *to = &attachment->columns[column];
	const ProcessStage *entry = &process->stages[stage];
	const char *text = NULL;
	NullableDatum value = {.isnull = true};
	Oid			input;
	Oid			ioparam;

	if (column == STAGE_COLUMN)
		text = attachment->options.tables[STAGE_TABLE] == NULL ? stage_name(process, stage) :
			id_of_stage(attachment, stage_name(process, stage));
	else if (column == PROBABILITY_COLUMN && entry->probability != PROBABILITY_NONE)
		text = DatumGetCString(DirectFunctionCall1(numeric_out, probability_numeric(entry->probability)));
	else if (column == FORECAST_CATEGORY_COLUMN && entry->forecast_category != 0)
		text = process_string(process, entry->forecast_category);
	else if (column == OUTCOME_COLUMN)
		text = outcome_names[entry->outcome];

	if (text != NULL)
	{
		getTypeInputInfo(to->type, &input, &ioparam);
		value.value = OidInputFunctionCall(input, unconstify(char *, text), ioparam, to->typmod);
		value.isnull = false;
	}
	return value;
}

/* Rows are known by what the column's type makes of the name. */
static void
check_stage_value(const Attachment *attachment, Datum value, const char *name)
{
	char	   *text = stage_text(attachment, value);

	if (strcmp(text, name) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("stage \"%s\" reads \"%s\" in column \"%s\", which is of type %s",
						name, text, attachment->options.columns[STAGE_COLUMN],
						format_type_be(attachment->columns[STAGE_COLUMN].type)),
				 errhint("Name the stage as the column has it, or give the column another type.")));
}

/* The stages' values for the columns that are kept. */
static void
resolve_values(const Attachment *attachment, AttachedProcess *attached)
{
	const SalesProcess *process = attached->process;
	Conversion	conversion;
	ErrorContextCallback context = {
		.previous = error_context_stack, .callback = conversion_context, .arg = &conversion
	};

	error_context_stack = &context;
	for (int column = 0; column < N_STAGE_VALUES; column++)
	{
		NullableDatum *values;

		if (attachment->columns[column].attnum == InvalidAttrNumber)
			continue;
		values = palloc(process->n_stages * sizeof(NullableDatum));
		conversion.column = attachment->options.columns[column];
		for (uint32 i = 0; i < process->n_stages; i++)
		{
			conversion.stage = stage_name(process, i);
			values[i] = stage_value(attachment, process, i, column);
			if (column == STAGE_COLUMN)
				check_stage_value(attachment, values[i].value, conversion.stage);
		}
		attached->values[column] = values;
	}
	error_context_stack = context.previous;
}

static void
resolve_requirements(Relation rel, AttachedProcess *attached)
{
	const SalesProcess *process = attached->process;

	attached->requirements = palloc(process->n_required * sizeof(Requirement));
	for (uint32 i = 0; i < process->n_stages; i++)
	{
		const ProcessStage *stage = &process->stages[i];
		char	   *user = psprintf("required by stage \"%s\"", stage_name(process, i));

		for (uint32 j = stage->first_required; j < stage->first_required + stage->n_required; j++)
		{
			Form_pg_attribute attribute = find_column(rel, required_column(process, j), user);

			attached->requirements[j].attnum = attribute->attnum;
			attached->requirements[j].kind = requirement_kind(attribute->atttypid);
		}
		pfree(user);
	}
}

/* Done at a process's first use: one that does not fit the table harms its own rows only. */
static void
resolve_process(const Attachment *attachment, Relation rel, AttachedProcess *attached)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "resolved process", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	AttachedProcess resolved = *attached;

	resolve_requirements(rel, &resolved);
	resolve_values(attachment, &resolved);
	resolved.stage_index = index_stages(resolved.values[STAGE_COLUMN], resolved.process->n_stages,
										attachment->columns[STAGE_COLUMN].typbyval,
										attachment->columns[STAGE_COLUMN].typlen);
	resolved.trust = attachment->process_attnum == InvalidAttrNumber ? CONDITION_OF_OWNER : CONDITION_OF_EDITOR;
	resolved.conditions = make_conditions(resolved.process, RelationGetDescr(rel), resolved.trust, true);
	resolved.resolved = true;
	MemoryContextSwitchTo(caller);
	MemoryContextSetParent(context, attachment->context);
	*attached = resolved;
}

const AttachedProcess *
find_process(const Attachment *attachment, const char *key)
{
	if (attachment->process_attnum == InvalidAttrNumber)
		return attachment->processes;
	for (int i = 0; i < attachment->n_processes; i++)
	{
		const AttachedProcess *candidate = &attachment->processes[i];

		if (key != NULL ? strcmp(key, candidate->key) == 0 : candidate->is_default)
			return candidate;
	}
	return NULL;
}

const AttachedProcess *
attached_process(const Attachment *attachment, Relation rel, const char *key)
{
	const AttachedProcess *found = find_process(attachment, key);

	if (found != NULL && !found->resolved)
		resolve_process(attachment, rel, unconstify(AttachedProcess *, found));
	return found;
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

	if (attachment->options.tables[STAGE_TABLE] == NULL)
		return text;
	return unconstify(char *, stage_of_id(attachment, text));
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
