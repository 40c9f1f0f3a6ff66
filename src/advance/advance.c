/*
 * advance.c
 *		Moving one row of a table to its next stage, or to a named one.
 *
 * The row is read and updated by SQL as the caller, so privileges and row-level
 * security apply; the decision is the judge's.
 */
#include "gate/report.h"
#include "names.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "attachment/cache.h"
#include "attachment/resolve.h"
#include "attachment/target.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/relcache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(opp_advance);
PG_FUNCTION_INFO_V1(opp_move_to);

/* One row of a table, found by its primary key. */
typedef struct KeyedRow
{
	Relation	rel;
	const char *table;			/* as SQL text */
	const char *key_text;
	Form_pg_attribute key_column;
	Datum		key;
	const char *condition;		/* SQL: the key is $1 */
} KeyedRow;

static void
find_row(Relation rel, const char *key_text, AttrNumber stage, KeyedRow *row)
{
	Bitmapset  *columns = row_key_columns(rel, stage);
	int			column;
	Oid			input;
	Oid			ioparam;

	if (!bms_get_singleton_member(columns, &column))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("table \"%s\" has no primary key of one column", RelationGetRelationName(rel)),
				 errdetail("The stage column may stand in the key, too."),
				 errhint("Move the row by UPDATE.")));
	row->rel = rel;
	row->table = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)),
											RelationGetRelationName(rel));
	row->key_column = TupleDescAttr(RelationGetDescr(rel), column + FirstLowInvalidHeapAttributeNumber - 1);
	row->key_text = key_text;
	getTypeInputInfo(row->key_column->atttypid, &input, &ioparam);
	row->key = OidInputFunctionCall(input, unconstify(char *, key_text), ioparam, row->key_column->atttypmod);
	row->condition = psprintf("%s %s $1", quote_identifier(NameStr(row->key_column->attname)),
							  qualified_operator(lookup_type_cache(row->key_column->atttypid, TYPECACHE_EQ_OPR)->eq_opr));
}

/* Runs a command whose $1 is the key and $2 the stage; it must meet the one row. */
static HeapTuple
run_on_row(const KeyedRow *row, const char *command, int expected, Oid stage_type, Datum stage)
{
	Oid			types[] = {row->key_column->atttypid, stage_type};
	Datum		values[] = {row->key, stage};
	int			result = SPI_execute_with_args(command, OidIsValid(stage_type) ? 2 : 1,
											   types, values, NULL, false, 0);

	if (result != expected)
		elog(ERROR, "\"%s\" gave %s", command, SPI_result_code_string(result));
	if (SPI_processed > 1)
		ereport(ERROR,
				(errcode(ERRCODE_CARDINALITY_VIOLATION),
				 errmsg("there is more than one row (%s)=(%s) of table \"%s\"", NameStr(row->key_column->attname),
						row->key_text, RelationGetRelationName(row->rel)),
				 errdetail("The column is not unique: the stage is in the primary key, too, or another table inherits from this one."),
				 errhint("Move the row by UPDATE.")));
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("no row (%s)=(%s) of table \"%s\" can be moved", NameStr(row->key_column->attname),
						row->key_text, RelationGetRelationName(row->rel)),
				 errdetail("There is none, or it is not visible to you.")));
	return SPI_tuptable->vals[0];
}

/* The first column of a command's result, which is the stage. */
static char *
result_stage(const Attachment *attachment, HeapTuple tuple)
{
	bool		isnull;
	Datum		stage = SPI_getbinval(tuple, SPI_tuptable->tupdesc, 1, &isnull);

	return isnull ? NULL : stage_text(attachment, stage);
}

/* Where its branch takes the row, which is then read whole. */
static int
branch_of_row(const AttachedProcess *attached, int stage, const KeyedRow *row)
{
	HeapTuple	tuple;
	Conditions *conditions;

	if (attached->process->stages[stage].n_branches == 0)
		return STAGE_NONE;
	tuple = run_on_row(row, psprintf("SELECT * FROM %s WHERE %s", row->table, row->condition),
					   SPI_OK_SELECT, InvalidOid, (Datum) 0);
	/* Over the columns of the result, which lacks the table's dropped ones. */
	conditions = make_conditions(attached->process, SPI_tuptable->tupdesc, attached->trust, true);
	return row_branch(start_conditions(conditions, CurrentMemoryContext), attached->process, stage, tuple);
}

/* The stage that the row is to move to; judged->to is NULL for the next one. */
static int
destination(const AttachedProcess *attached, const KeyedRow *row, JudgedRow *judged)
{
	const SalesProcess *process = attached->process;
	int			from = judged->from != NULL ? find_stage(process, judged->from) : STAGE_NONE;
	int			to = STAGE_NONE;

	judged->process = process;
	if (judged->to != NULL)
		to = find_stage(process, judged->to);
	else if (judged->from == NULL)
		to = 0;
	else if (from != STAGE_NONE)
	{
		to = stage_after(process, from, branch_of_row(attached, from, row));
		if (to == STAGE_NONE)
			report_no_next_stage(judged);
	}
	else
		judged->to = judged->from;
	if (to == STAGE_NONE)
		report_unknown_stage(judged);
	return to;
}

/* to NULL: to the next stage; stage_column NULL: there is one with a process. */
static char *
move_row(Oid target, const char *key_text, const char *to, const char *stage_column_name)
{
	Relation	rel = table_open(target, RowExclusiveLock);
	const Attachment *attachment = get_attachment(rel, only_judge(rel, stage_column_name));
	const ProcessOptions *options = &attachment->options;
	const char *stage_column = quote_identifier(options->columns[STAGE_COLUMN]);
	const AttachedProcess *attached;
	KeyedRow	row;
	JudgedRow	judged = {.branch = STAGE_NONE};
	HeapTuple	tuple;
	int			stage = 0;

	find_row(rel, key_text, attachment->columns[STAGE_COLUMN].attnum, &row);
	tuple = run_on_row(&row, psprintf("SELECT %s, %s FROM %s WHERE %s FOR NO KEY UPDATE", stage_column,
									  options->process_column ? quote_identifier(options->process_column) : "NULL",
									  row.table, row.condition),
					   SPI_OK_SELECT, InvalidOid, (Datum) 0);
	judged.rel = rel;
	judged.attachment = attachment;
	judged.key = psprintf("(%s)=(%s)", NameStr(row.key_column->attname), key_text);
	judged.from = result_stage(attachment, tuple);
	judged.process_key = SPI_getvalue(tuple, SPI_tuptable->tupdesc, 2);
	judged.to = to;
	attached = attached_process(attachment, rel, judged.process_key);
	/* Of a row that is not written yet, every report is an error. */
	if (attached == NULL)
		report_no_process(&judged);
	else
		stage = destination(attached, &row, &judged);

	tuple = run_on_row(&row, psprintf("UPDATE %s SET %s = $2 WHERE %s RETURNING %s",
									  row.table, stage_column, row.condition, stage_column),
					   SPI_OK_UPDATE_RETURNING, attachment->columns[STAGE_COLUMN].type,
					   attached->values[STAGE_COLUMN][stage].value);
	table_close(rel, NoLock);
	return result_stage(attachment, tuple);
}

/* Returns the stage reached. */
static Datum
move_and_return(FunctionCallInfo fcinfo, const char *to, int stage_column_arg)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid			target = relation_argument(fcinfo, 0, "target");
	char	   *key = text_to_cstring(PG_GETARG_TEXT_PP(1));
	char	   *stage;

	SPI_connect();
	stage = move_row(target, key, to,
					 PG_ARGISNULL(stage_column_arg) ? NULL : NameStr(*PG_GETARG_NAME(stage_column_arg)));
	if (stage != NULL)
		stage = MemoryContextStrdup(caller, stage);
	SPI_finish();
	/* Another trigger can take the stage away where the process only warns. */
	if (stage == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(stage));
}

Datum
opp_advance(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	return move_and_return(fcinfo, NULL, 2);
}

Datum
opp_move_to(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	return move_and_return(fcinfo, text_to_cstring(PG_GETARG_TEXT_PP(2)), 3);
}
