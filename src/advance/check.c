/*
 * check.c
 *		check_process: the rows of a table that their sales process, or a proposed
 *		one, would refuse as they stand, and triggers that do not do their work.
 *
 * Rows are read by SQL as the caller, so privileges and row-level security
 * apply.
 */
#include "attachment/cache.h"
#include "names.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "attachment/resolve.h"
#include "attachment/target.h"
#include "catalog/pg_type.h"
#include "condition/qualify.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "gate/wiring.h"
#include "miscadmin.h"
#include "nodes/bitmapset.h"
#include "process/json.h"
#include "process/process_value.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/relcache.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(opp_check_process);

#define ROWS_AT_ONCE 1000

typedef struct Checker
{
	ReturnSetInfo *result;
	Relation	rel;
	const Attachment *attachment;
	Bitmapset  *key_columns;
	List	   *conditions;		/* of ConditionRun, one for each process that has any */
	MemoryContext context;		/* of what stays from row to row */
} Checker;

static void
add_problem(Checker *checker, const char *key, const char *stage, const char *rule, const char *problem, List *unmet)
{
	Datum		values[5];
	bool		nulls[5] = {key == NULL, stage == NULL, false, false, unmet == NIL};

	if (key != NULL)
		values[0] = CStringGetTextDatum(key);
	if (stage != NULL)
		values[1] = CStringGetTextDatum(stage);
	values[2] = CStringGetTextDatum(rule);
	values[3] = CStringGetTextDatum(problem);
	if (unmet != NIL)
	{
		Datum	   *items = palloc(list_length(unmet) * sizeof(Datum));

		for (int i = 0; i < list_length(unmet); i++)
			items[i] = CStringGetTextDatum(list_nth(unmet, i));
		values[4] = PointerGetDatum(construct_array(items, list_length(unmet), TEXTOID, -1, false, TYPALIGN_INT));
	}
	tuplestore_putvalues(checker->result->setResult, checker->result->setDesc, values, nulls);
}

static char *
column_as_text(const Checker *checker, AttrNumber attnum, HeapTuple row)
{
	TupleDesc	desc = RelationGetDescr(checker->rel);
	bool		isnull;
	Datum		value = heap_getattr(row, attnum, desc, &isnull);
	Oid			output;
	bool		varlena;

	if (isnull)
		return NULL;
	getTypeOutputInfo(TupleDescAttr(desc, attnum - 1)->atttypid, &output, &varlena);
	return OidOutputFunctionCall(output, value);
}

/* One value as it is, which advance() takes; several in brackets; NULL: there is no primary key. */
static char *
key_text(const Checker *checker, HeapTuple row)
{
	StringInfoData text;
	int			column = -1;

	if (bms_is_empty(checker->key_columns))
		return NULL;
	initStringInfo(&text);
	while ((column = bms_next_member(checker->key_columns, column)) >= 0)
	{
		/* An inherited row may have none, whatever the parent's key says. */
		char	   *value = column_as_text(checker, column + FirstLowInvalidHeapAttributeNumber, row);

		appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", value ? value : "");
	}
	return bms_membership(checker->key_columns) == BMS_MULTIPLE ? psprintf("(%s)", text.data) : text.data;
}

static ConditionRun *
run_conditions(Checker *checker, const AttachedProcess *attached)
{
	MemoryContext caller;
	ListCell   *cell;

	foreach(cell, checker->conditions)
	{
		if (run_of(lfirst(cell)) == attached->conditions)
			return lfirst(cell);
	}
	if (attached->conditions == NULL)
		return NULL;
	caller = MemoryContextSwitchTo(checker->context);
	checker->conditions = lcons(start_conditions(attached->conditions, checker->context), checker->conditions);
	MemoryContextSwitchTo(caller);
	return linitial(checker->conditions);
}

static void
check_outcome(Checker *checker, HeapTuple row, const char *key, const AttachedProcess *attached, int stage)
{
	const SalesProcess *process = attached->process;
	const AttachedColumn *kept = &checker->attachment->columns[OUTCOME_COLUMN];
	StageMove	move = decide_move(process, stage, stage, STAGE_NONE);
	const char *name = stage_name(process, stage);
	Unmet		unmet;
	char	   *outcome;

	if (find_unmet(process, attached->requirements, run_conditions(checker, attached), &move, row,
				   RelationGetDescr(checker->rel), &unmet))
		add_problem(checker, key, name, CONSTRAINT_STAGE_GATE, "what its stage requires is missing",
					list_concat(unmet.columns, unmet.checks));
	if (kept->attnum == InvalidAttrNumber)
		return;
	outcome = column_as_text(checker, kept->attnum, row);
	if (kept->base_type == BPCHAROID && outcome != NULL)
		outcome[bpchartruelen(outcome, strlen(outcome))] = '\0';
	if (outcome == NULL || strcmp(outcome, outcome_names[stage_outcome(process, stage)]) != 0)
		add_problem(checker, key, name, "outcome_column",
					psprintf("its outcome reads \"%s\" and that of its stage is \"%s\"",
							 outcome ? outcome : "NULL", outcome_names[stage_outcome(process, stage)]), NIL);
}

static void
check_row(Checker *checker, HeapTuple row, const char *place)
{
	const Attachment *attachment = checker->attachment;
	TupleDesc	desc = RelationGetDescr(checker->rel);
	char	   *stage = row_stage(attachment, row, desc);
	char	   *process_key = row_process_key(attachment, row, desc);
	const AttachedProcess *attached = attached_process(attachment, checker->rel, process_key);
	const char *key = key_text(checker, row);
	int			i = STAGE_NONE;

	if (key == NULL)
		key = place;
	if (attached != NULL && stage != NULL)
		i = find_stage(attached->process, stage);
	if (attached == NULL)
		add_problem(checker, key, stage, CONSTRAINT_STAGE_UNKNOWN,
					process_key ? psprintf("there is no sales process \"%s\"", process_key) :
					"it has no sales process and none is the default", NIL);
	else if (stage == NULL)
		add_problem(checker, key, stage, CONSTRAINT_STAGE_UNKNOWN, "it has no stage", NIL);
	else if (i == STAGE_NONE)
		add_problem(checker, key, stage, CONSTRAINT_STAGE_UNKNOWN, "its sales process has no such stage", NIL);
	else
		check_outcome(checker, row, key, attached, i);
}

/* Each row whole, under a name that no column has; and where it is. */
static char *
rows_query(Relation rel)
{
	char	   *row = "deal";

	while (get_attnum(RelationGetRelid(rel), row) != InvalidAttrNumber)
		row = psprintf("%s_", row);
	return psprintf("SELECT %s, %s.ctid FROM %s AS %s", row, row, qualified_name(RelationGetRelid(rel)), row);
}

static void
check_rows(Checker *checker)
{
	SPIPlanPtr	plan = SPI_prepare(rows_query(checker->rel), 0, NULL);
	MemoryContext per_row = AllocSetContextCreate(CurrentMemoryContext, "checking a row", ALLOCSET_DEFAULT_SIZES);
	Portal		portal;

	if (plan == NULL)
		elog(ERROR, "SPI_prepare gave %s", SPI_result_code_string(SPI_result));
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, true);
	for (;;)
	{
		SPI_cursor_fetch(portal, true, ROWS_AT_ONCE);
		if (SPI_processed == 0)
			break;
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			MemoryContext caller = MemoryContextSwitchTo(per_row);
			bool		isnull;
			HeapTupleHeader header = DatumGetHeapTupleHeader(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
			HeapTupleData row = {.t_len = HeapTupleHeaderGetDatumLength(header), .t_data = header};

			CHECK_FOR_INTERRUPTS();
			ItemPointerSetInvalid(&row.t_self);
			check_row(checker, &row, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2));
			MemoryContextSwitchTo(caller);
			MemoryContextReset(per_row);
		}
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
}

/* The attachment that there would be with a proposed process, of which only the stage column matters. */
static const Attachment *
propose_attachment(Relation rel, const SalesProcess *process, const char *stage_column)
{
	const Attachment *attachment;
	ProcessOptions proposed = {.columns[STAGE_COLUMN] = stage_column ? stage_column : "stage"};

	if (stage_column != NULL ? find_judge(rel, stage_column) != NULL : judges(rel) != NIL)
	{
		ProcessOptions now;

		read_options(only_judge(rel, stage_column), &now);
		proposed.columns[STAGE_COLUMN] = now.columns[STAGE_COLUMN];
		proposed.tables[STAGE_TABLE] = now.tables[STAGE_TABLE];
		proposed.stage_key = now.stage_key;
		proposed.stage_name = now.stage_name;
	}
	proposed.definition = process_to_json(qualify_conditions(process, rel));
	attachment = build_attachment(rel, &proposed);
	/* What does not fit the table is said even of an empty one. */
	read_conditions(attached_process(attachment, rel, NULL)->conditions);
	return attachment;
}

Datum
opp_check_process(PG_FUNCTION_ARGS)
{
	const char *stage_column = PG_ARGISNULL(2) ? NULL : NameStr(*PG_GETARG_NAME(2));
	Checker		checker = {.result = (ReturnSetInfo *) fcinfo->resultinfo, .context = CurrentMemoryContext};
	const Trigger *judge = NULL;
	List	   *problems = NIL;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	checker.rel = table_open(relation_argument(fcinfo, 0, "target"), AccessShareLock);
	check_is_table(checker.rel);
	if (!PG_ARGISNULL(1))
		checker.attachment = propose_attachment(checker.rel, PG_GETARG_SALES_PROCESS(1), stage_column);
	else
	{
		judge = only_judge(checker.rel, stage_column);
		checker.attachment = get_attachment(checker.rel, judge);
	}
	checker.key_columns = row_key_columns(checker.rel, checker.attachment->columns[STAGE_COLUMN].attnum);

	if (judge != NULL)
		problems = wiring_problems(checker.attachment, checker.rel, judge);
	foreach(cell, problems)
		add_problem(&checker, NULL, NULL, "wiring", lfirst(cell), NIL);
	SPI_connect();
	check_rows(&checker);
	SPI_finish();
	table_close(checker.rel, AccessShareLock);
	return (Datum) 0;
}
