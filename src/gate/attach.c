/*
 * attach.c
 *		Attaching a sales process to a table, and detaching it.
 *
 * What is attached is triggers and nothing else, so pg_trigger holds the truth
 * and dump, restore and upgrade know it.  They are told by the functions they
 * call, never by their names, which are
 *
 *	opportunity_judge_<stage column>		AFTER INSERT OR UPDATE OR DELETE FOR EACH
 *											ROW; a DELETE may be half of a move
 *											between partitions, whichever level of
 *											them the process is attached to
 *	zz_opportunity_derive_<stage column>	BEFORE INSERT FOR EACH ROW; also OR UPDATE
 *											when columns follow the stage, and where
 *											rows can move between partitions
 *	opportunity_process_changed				on the tables it is read from: AFTER INSERT OR
 *											UPDATE OR DELETE OR TRUNCATE, one a statement
 *
 * with the end of a long column name replaced by a hash.  Their arguments are
 * described in options.h; trigger_arguments() splits pg_trigger.tgargs.
 */
#include "attachment/cache.h"
#include "command.h"
#include "names.h"

#include "access/table.h"
#include "attachment/resolve.h"
#include "attachment/source_table.h"
#include "attachment/target.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "condition/qualify.h"
#include "executor/spi.h"
#include "gate/watch.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "process/json.h"
#include "process/process_value.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(opp_attach_process);
PG_FUNCTION_INFO_V1(opp_detach_process);

/* Every partition and every session holds a copy of a trigger's arguments. */
#define DEFINITION_MAX_BYTES 65536

#define JUDGE_PREFIX "opportunity_judge_"
#define DERIVER_PREFIX "zz_opportunity_derive_"

/* The arguments of attach_process by position. */
enum
{
	ARG_TARGET,
	ARG_STAGE_COLUMN,
	ARG_PROCESS,
	ARG_PROBABILITY_COLUMN,
	ARG_FORECAST_CATEGORY_COLUMN,
	ARG_OUTCOME_COLUMN,
	ARG_ENTERED_AT_COLUMN,
	ARG_CLOSED_AT_COLUMN,
	ARG_PROCESS_TABLE,
	ARG_PROCESS_COLUMN,
	ARG_ENFORCE,
	ARG_PROCESS_KEY,
	ARG_PROCESS_DEFINITION,
	ARG_STAGE_TABLE,
	ARG_STAGE_KEY,
	ARG_STAGE_NAME,
	ARG_PATH_COLUMN,
	ARG_NOTIFY,
	ARG_RULE_TABLE,
	ARG_RULE_POSITION,
	ARG_RULE_PROCESS,
	ARG_RULE_CONDITION,
	ARG_RULE_PROCESS_KEY,
	N_ARGS
};

/* Which of them name the tables that the process is read from. */
static const int source_args[N_SOURCE_TABLES] = {
	[PROCESS_TABLE] = ARG_PROCESS_TABLE,
	[STAGE_TABLE] = ARG_STAGE_TABLE,
	[RULE_TABLE] = ARG_RULE_TABLE
};

/* prefix and column, in a name's length. */
static char *
trigger_name(const char *prefix, const char *column)
{
	char	   *name = psprintf("%s%s", prefix, column);
	char	   *hash;
	int			kept;

	if (strlen(name) < NAMEDATALEN)
		return name;
	hash = psprintf("_%08x", DatumGetUInt32(hash_any((const unsigned char *) column, strlen(column))));
	kept = pg_mbcliplen(name, strlen(name), NAMEDATALEN - 1 - strlen(hash));
	return psprintf("%.*s%s", kept, name, hash);
}

/* The table itself and its inheritance children, each of which needs triggers; partitions get theirs from it. */
static List *
tables_to_attach(Oid target, LOCKMODE lock)
{
	if (get_rel_relkind(target) == RELKIND_PARTITIONED_TABLE)
		return list_make1_oid(target);
	return find_all_inheritors(target, lock, NULL);
}

static void
check_target(Oid target, LOCKMODE lock)
{
	AclResult	allowed = pg_class_aclcheck(target, GetUserId(), ACL_TRIGGER);
	Relation	rel;

	/* Before it is locked. */
	if (allowed != ACLCHECK_OK)
		aclcheck_error(allowed, OBJECT_TABLE, get_rel_name(target));
	rel = table_open(target, lock);
	check_is_table(rel);
	table_close(rel, NoLock);
}

/* A regclass may be any number: the tables before their names are asked for. */
static void
check_named_tables(FunctionCallInfo fcinfo, Oid target)
{
	for (int i = 0; i < N_SOURCE_TABLES; i++)
	{
		Relation	source;
		Relation	rel;

		if (PG_ARGISNULL(source_args[i]))
			continue;
		source = table_open(relation_argument(fcinfo, source_args[i], "table"), AccessShareLock);
		rel = table_open(target, NoLock);
		check_source_table(i, source, rel);
		table_close(rel, NoLock);
		table_close(source, AccessShareLock);
	}
}

/* A trigger of ours on one stage column of a table; stage_column NULL: on any. */
static bool
is_attached(const Trigger *trigger, const char *stage_column)
{
	if (trigger->tgfoid != trigger_function("judge_stage") && trigger->tgfoid != trigger_function("derive_stage"))
		return false;
	return stage_column == NULL ||
		(trigger->tgnargs > 0 && strcmp(trigger->tgargs[0], stage_column) == 0);
}

/*
 * DROP TRIGGER commands for what is attached to a table, but not for triggers of
 * these names; adds the tables that it is read from until then to sources.
 */
static List *
drop_commands(Oid relid, const char *stage_column, List *kept, List **sources)
{
	Relation	rel = table_open(relid, NoLock);
	TriggerDesc *triggers = CopyTriggerDesc(rel->trigdesc);
	List	   *commands = NIL;

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (!is_attached(trigger, stage_column))
			continue;
		if (trigger->tgisclone)
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("table \"%s\" is a partition and has its sales process from the table it is part of",
							RelationGetRelationName(rel)),
					 errhint("Call the function on the partitioned table.")));
		*sources = list_concat(*sources, source_tables_named(trigger));
		if (list_member(kept, makeString(trigger->tgname)))
			continue;
		commands = lappend(commands, psprintf("DROP TRIGGER %s ON %s",
											  quote_identifier(trigger->tgname), qualified_name(relid)));
	}
	/* DROP TRIGGER refuses a table that is open. */
	table_close(rel, NoLock);
	return commands;
}

/* Runs them for all of the tables; says whether there was anything to drop. */
static bool
drop_triggers(List *tables, const char *stage_column, List *kept, List **sources)
{
	List	   *commands = NIL;
	ListCell   *cell;

	foreach(cell, tables)
		commands = list_concat(commands, drop_commands(lfirst_oid(cell), stage_column, kept, sources));
	foreach(cell, commands)
		run_command(lfirst(cell));
	return commands != NIL;
}

/* A partition's own process would be replaced by that of the table it is part of. */
static void
check_partitions(Oid target, const char *stage_column)
{
	List	   *partitions = NIL;
	ListCell   *cell;

	if (get_rel_relkind(target) == RELKIND_PARTITIONED_TABLE)
		partitions = list_delete_oid(find_all_inheritors(target, ShareRowExclusiveLock, NULL), target);
	foreach(cell, partitions)
	{
		Relation	rel = table_open(lfirst_oid(cell), NoLock);
		TriggerDesc *triggers = CopyTriggerDesc(rel->trigdesc);

		for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
		{
			if (is_attached(&triggers->triggers[i], stage_column) && !triggers->triggers[i].tgisclone)
				ereport(ERROR,
						(errcode(ERRCODE_DUPLICATE_OBJECT),
						 errmsg("partition \"%s\" of table \"%s\" has a sales process of its own",
								RelationGetRelationName(rel), get_rel_name(target)),
						 errhint("Call opportunity.detach_process on the partition first.")));
		}
		table_close(rel, NoLock);
	}
}

static const char *
name_argument(FunctionCallInfo fcinfo, int arg)
{
	return PG_ARGISNULL(arg) ? NULL : NameStr(*PG_GETARG_NAME(arg));
}

/* What attach_process was asked for. */
static void
options_asked_for(FunctionCallInfo fcinfo, Relation rel, ProcessOptions *options)
{
	char	   *enforce = PG_ARGISNULL(ARG_ENFORCE) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(ARG_ENFORCE));

	*options = (ProcessOptions) {0};
	options->warn = strcmp(enforce, "warn") == 0;
	if (!options->warn && strcmp(enforce, "refuse") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("enforce must be \"refuse\" or \"warn\"")));
	if (PG_ARGISNULL(ARG_PROCESS) == PG_ARGISNULL(ARG_PROCESS_TABLE) ||
		PG_ARGISNULL(ARG_PROCESS_TABLE) != PG_ARGISNULL(ARG_PROCESS_COLUMN))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("either process, or process_table and process_column must be given")));
	if (!PG_ARGISNULL(ARG_RULE_TABLE) && PG_ARGISNULL(ARG_PROCESS_TABLE))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rule_table goes with process_table and process_column")));

	options->columns[STAGE_COLUMN] = name_argument(fcinfo, ARG_STAGE_COLUMN);
	for (int i = PROBABILITY_COLUMN; i <= CLOSED_AT_COLUMN; i++)
		options->columns[i] = name_argument(fcinfo, ARG_PROBABILITY_COLUMN + i - PROBABILITY_COLUMN);
	options->columns[PATH_COLUMN] = name_argument(fcinfo, ARG_PATH_COLUMN);
	options->notify = name_argument(fcinfo, ARG_NOTIFY);
	if (options->notify != NULL && options->notify[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("notify must be the name of a channel")));
	for (int i = 0; i < N_SOURCE_TABLES; i++)
		options->tables[i] = PG_ARGISNULL(source_args[i]) ? NULL : qualified_name(PG_GETARG_OID(source_args[i]));
	if (!PG_ARGISNULL(ARG_STAGE_TABLE))
	{
		options->stage_key = name_argument(fcinfo, ARG_STAGE_KEY);
		options->stage_name = name_argument(fcinfo, ARG_STAGE_NAME);
	}
	if (!PG_ARGISNULL(ARG_RULE_TABLE))
	{
		options->rule_position = name_argument(fcinfo, ARG_RULE_POSITION);
		options->rule_process = name_argument(fcinfo, ARG_RULE_PROCESS);
		options->rule_condition = name_argument(fcinfo, ARG_RULE_CONDITION);
		options->rule_process_key = name_argument(fcinfo, ARG_RULE_PROCESS_KEY);
	}
	if (PG_ARGISNULL(ARG_PROCESS))
	{
		options->process_column = name_argument(fcinfo, ARG_PROCESS_COLUMN);
		options->process_key = name_argument(fcinfo, ARG_PROCESS_KEY);
		options->process_definition = name_argument(fcinfo, ARG_PROCESS_DEFINITION);
		return;
	}
	options->definition = process_to_json(qualify_conditions(PG_GETARG_SALES_PROCESS(ARG_PROCESS), rel));
	if (strlen(options->definition) > DEFINITION_MAX_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the sales process is too long for a trigger: %zu of at most %d bytes",
						strlen(options->definition), DEFINITION_MAX_BYTES),
				 errhint("Keep it in a table and name that by process_table and process_column.")));
}

static void
create_triggers(Oid relid, const ProcessOptions *options)
{
	const char *stage_column = options->columns[STAGE_COLUMN];
	char	   *table = qualified_name(relid);
	bool		follows = options_follow(options) ||
		get_rel_relkind(relid) == RELKIND_PARTITIONED_TABLE || get_rel_relispartition(relid);

	run_command(psprintf("CREATE OR REPLACE TRIGGER %s AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION opportunity.judge_stage(%s)",
						 quote_identifier(trigger_name(JUDGE_PREFIX, stage_column)), table,
						 options_as_arguments(options)));
	run_command(psprintf("CREATE OR REPLACE TRIGGER %s BEFORE INSERT%s ON %s FOR EACH ROW EXECUTE FUNCTION opportunity.derive_stage(%s)",
						 quote_identifier(trigger_name(DERIVER_PREFIX, stage_column)),
						 follows ? " OR UPDATE" : "", table, quote_literal_cstr(stage_column)));
}

/* A column that two processes name would hold what the one says or the other. */
static void
check_other_processes(Relation rel, const ProcessOptions *options)
{
	ListCell   *cell;

	foreach(cell, judges(rel))
	{
		ProcessOptions other;

		read_options(lfirst(cell), &other);
		if (strcmp(other.columns[STAGE_COLUMN], options->columns[STAGE_COLUMN]) == 0)
			continue;
		for (int i = 0; i < N_STAGE_COLUMNS * N_STAGE_COLUMNS; i++)
		{
			const char *mine = options->columns[i / N_STAGE_COLUMNS];
			const char *its = other.columns[i % N_STAGE_COLUMNS];

			if (mine != NULL && its != NULL && strcmp(mine, its) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("column \"%s\" of table \"%s\" is named by the sales process of stage column \"%s\", too",
								mine, RelationGetRelationName(rel), other.columns[STAGE_COLUMN]),
						 errhint("Give each process columns of its own.")));
		}
	}
}

/* Refuses, or warns of, rows that are in stages their process does not have. */
static void
check_rows(Relation rel, const Attachment *attachment)
{
	const ProcessOptions *options = &attachment->options;
	bool		per_row = options->process_column != NULL;
	List	   *unknown = NIL;

	run_query(psprintf("SELECT DISTINCT %s::pg_catalog.text, %s%s FROM %s ORDER BY 1, 2",
					   quote_identifier(options->columns[STAGE_COLUMN]),
					   per_row ? quote_identifier(options->process_column) : "NULL",
					   "::pg_catalog.text", qualified_name(RelationGetRelid(rel))));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		const char *stage = SPI_getvalue(row, SPI_tuptable->tupdesc, 1);
		char	   *key = SPI_getvalue(row, SPI_tuptable->tupdesc, 2);
		const AttachedProcess *attached = attached_process(attachment, rel, key);

		if (stage != NULL && attachment->stage_table != NULL)
			stage = stage_of_id(attachment->stage_table, stage);
		if (attached == NULL || stage == NULL || find_stage(attached->process, stage) == STAGE_NONE)
			unknown = lappend(unknown, psprintf(key ? "%s (%s)" : "%s", stage ? stage : "NULL", key));
	}
	if (unknown != NIL)
		ereport(options->warn ? WARNING : ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("table \"%s\" has rows in stages that their sales process does not have",
						RelationGetRelationName(rel)),
				 errdetail("Unknown: %s.", list_names(unknown)),
				 options->warn ? 0 : errhint("Add the stages to the process, correct the rows, or attach with enforce => 'warn'."),
				 errtablecolname(rel, options->columns[STAGE_COLUMN]),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, CONSTRAINT_STAGE_UNKNOWN)));
}

/* Resolves what has just been attached, which finds whatever does not fit the table. */
static void
check_attachment(Oid relid, const char *stage_column)
{
	Relation	rel = table_open(relid, NoLock);
	const Attachment *attachment = get_attachment(rel, find_judge(rel, stage_column));

	check_other_processes(rel, &attachment->options);
	for (int i = 0; i < attachment->n_processes; i++)
		read_conditions(resolve_process(attachment, rel, &attachment->processes[i])->conditions);
	if (attachment->rule_table != NULL)
		check_rules(attachment->rule_table, attachment->process_table);
	check_rows(rel, attachment);
	table_close(rel, NoLock);
}

Datum
opp_attach_process(PG_FUNCTION_ARGS)
{
	Oid			target;
	Relation	rel;
	const char *stage_column;
	ProcessOptions options;
	List	   *tables;
	List	   *sources = NIL;
	ListCell   *cell;

	Assert(PG_NARGS() == N_ARGS);
	if (PG_ARGISNULL(ARG_TARGET) || PG_ARGISNULL(ARG_STAGE_COLUMN))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("target and stage_column must not be null")));
	target = PG_GETARG_OID(ARG_TARGET);
	stage_column = name_argument(fcinfo, ARG_STAGE_COLUMN);
	check_target(target, ShareRowExclusiveLock);
	check_named_tables(fcinfo, target);
	rel = table_open(target, NoLock);
	options_asked_for(fcinfo, rel, &options);
	table_close(rel, NoLock);

	/*
	 * Replacing takes no stronger lock than check_target did, so that a session
	 * that writes rows is waited for.  Dropping does; only triggers that were
	 * renamed are dropped.
	 */
	check_partitions(target, stage_column);
	SPI_connect();
	tables = tables_to_attach(target, ShareRowExclusiveLock);
	drop_triggers(tables, stage_column,
				  list_make2(makeString(trigger_name(JUDGE_PREFIX, stage_column)),
							 makeString(trigger_name(DERIVER_PREFIX, stage_column))), &sources);
	foreach(cell, tables)
		create_triggers(lfirst_oid(cell), &options);
	for (int i = 0; i < N_SOURCE_TABLES; i++)
	{
		if (!PG_ARGISNULL(source_args[i]))
			watch_table(PG_GETARG_OID(source_args[i]));
	}
	unwatch_tables(sources);
	CommandCounterIncrement();
	foreach(cell, tables)
		check_attachment(lfirst_oid(cell), stage_column);
	SPI_finish();
	PG_RETURN_VOID();
}

Datum
opp_detach_process(PG_FUNCTION_ARGS)
{
	Oid			target;
	const char *stage_column = name_argument(fcinfo, 1);
	List	   *sources = NIL;

	if (PG_ARGISNULL(0))
		PG_RETURN_VOID();
	target = PG_GETARG_OID(0);
	check_target(target, AccessExclusiveLock);
	SPI_connect();
	if (!drop_triggers(tables_to_attach(target, AccessExclusiveLock), stage_column, NIL, &sources))
		report_not_attached(target, stage_column);
	unwatch_tables(sources);
	SPI_finish();
	PG_RETURN_VOID();
}
