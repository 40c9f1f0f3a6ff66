/*
 * report.c
 *		What is said about a row that breaks its sales process.
 */
#include "gate/report.h"
#include "names.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/relcache.h"

#define SHOWN_KEY_BYTES 64

List *
stage_names(const SalesProcess *process, bool starts_only)
{
	List	   *names = NIL;

	for (uint32 i = 0; i < process->n_stages; i++)
	{
		if (!starts_only || process->stages[i].may_start)
			names = lappend(names, unconstify(char *, stage_name(process, i)));
	}
	return names;
}

static List *
reachable_stages(const SalesProcess *process, const char *from, int branch)
{
	List	   *names = NIL;
	int			stage = find_stage(process, from);

	for (int i = 0; i < (int) process->n_stages; i++)
	{
		if (i != stage && decide_move(process, stage, i, branch).verdict == MOVE_ALLOWED)
			names = lappend(names, unconstify(char *, stage_name(process, i)));
	}
	return names;
}

/* What the user writes to: the root of a partition, else the table. */
static Relation
open_written_table(Relation rel)
{
	Oid			relid = RelationGetRelid(rel);

	if (rel->rd_rel->relispartition)
		relid = llast_oid(get_partition_ancestors(relid));
	return table_open(relid, AccessShareLock);
}

/* Whether the user may see that column of the table. */
static bool
may_read(Relation table, const char *column)
{
	Oid			relid = RelationGetRelid(table);

	return pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK ||
		pg_attribute_aclcheck(relid, get_attnum(relid, column), GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

/* The row's primary key as in "(id)=(5)"; NULL when there is none to show. */
static char *
primary_key(const JudgedRow *judged, Relation table)
{
	TupleDesc	desc = RelationGetDescr(judged->rel);
	Relation	index;
	StringInfoData names;
	StringInfoData values;
	bool		readable = true;

	(void) RelationGetIndexList(judged->rel);
	if (!OidIsValid(judged->rel->rd_pkindex))
		return NULL;
	index = index_open(judged->rel->rd_pkindex, AccessShareLock);
	initStringInfo(&names);
	initStringInfo(&values);
	for (int i = 0; i < IndexRelationGetNumberOfKeyAttributes(index); i++)
	{
		AttrNumber	attnum = index->rd_index->indkey.values[i];
		Form_pg_attribute attribute = TupleDescAttr(desc, attnum - 1);
		const char *separator = i > 0 ? ", " : "";
		bool		isnull;
		Datum		value = heap_getattr(judged->row, attnum, desc, &isnull);
		Oid			output;
		bool		varlena;
		char	   *text;
		int			shown;

		readable = !isnull && may_read(table, NameStr(attribute->attname));
		if (!readable)
			break;
		getTypeOutputInfo(attribute->atttypid, &output, &varlena);
		text = OidOutputFunctionCall(output, value);
		shown = pg_mbcliplen(text, strlen(text), SHOWN_KEY_BYTES);
		appendStringInfo(&names, "%s%s", separator, NameStr(attribute->attname));
		appendStringInfo(&values, "%s%.*s%s", separator, shown, text, text[shown] != '\0' ? "..." : "");
	}
	index_close(index, AccessShareLock);
	if (!readable)
		return NULL;
	return psprintf("(%s)=(%s)", names.data, values.data);
}

/* How messages call the row. */
static const char *
row_name(const JudgedRow *judged, Relation table)
{
	const char *key = judged->row != NULL ? primary_key(judged, table) : judged->key;

	if (key == NULL)
		return psprintf("a row of table \"%s\"", RelationGetRelationName(table));
	return psprintf("row %s of table \"%s\"", key, RelationGetRelationName(table));
}

/* How messages call what it tried to do. */
static const char *
attempt(const JudgedRow *judged)
{
	if (judged->from == NULL)
		return psprintf("enter stage \"%s\"", judged->to);
	if (strcmp(judged->from, judged->to) == 0)
		return psprintf(judged->switched ? "change its sales process in stage \"%s\"" : "stay in stage \"%s\"", judged->to);
	return psprintf("move from stage \"%s\" to stage \"%s\"", judged->from, judged->to);
}

/* The error fields that client libraries map on; used within ereport. */
static int
fields(Relation table, const char *column, const char *constraint)
{
	err_generic_string(PG_DIAG_CONSTRAINT_NAME, constraint);
	return errtablecolname(table, column);
}

/* A row that is not written yet is refused in any case. */
static int
level(const JudgedRow *judged)
{
	return judged->attachment->options.warn && judged->row != NULL ? WARNING : ERROR;
}

static const char *
stage_column(const JudgedRow *judged)
{
	return judged->attachment->options.columns[STAGE_COLUMN];
}

void
report_no_stage(const JudgedRow *judged)
{
	Relation	table = open_written_table(judged->rel);

	ereport(level(judged),
			(errcode(ERRCODE_NOT_NULL_VIOLATION),
			 errmsg("%s has no stage", row_name(judged, table)),
			 judged->from ? errdetail("It was in stage \"%s\".", judged->from) : 0,
			 errhint("Give column \"%s\" a stage of its sales process.", stage_column(judged)),
			 fields(table, stage_column(judged), CONSTRAINT_STAGE_UNKNOWN)));
	table_close(table, AccessShareLock);
}

void
report_no_process(const JudgedRow *judged)
{
	Relation	table = open_written_table(judged->rel);
	const ProcessOptions *options = &judged->attachment->options;

	if (judged->process_key == NULL)
		ereport(level(judged),
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("%s has no sales process", row_name(judged, table)),
				 errdetail("Process table %s has no row that is the default.", options->tables[PROCESS_TABLE]),
				 errhint("Give column \"%s\" the name of a process.", options->process_column),
				 fields(table, options->process_column, CONSTRAINT_STAGE_UNKNOWN)));
	else
		ereport(level(judged),
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("%s follows unknown sales process \"%s\"", row_name(judged, table), judged->process_key),
				 errhint("Give column \"%s\" the name of a process in table %s.",
						 options->process_column, options->tables[PROCESS_TABLE]),
				 fields(table, options->process_column, CONSTRAINT_STAGE_UNKNOWN)));
	table_close(table, AccessShareLock);
}

void
report_unknown_stage(const JudgedRow *judged)
{
	Relation	table = open_written_table(judged->rel);

	ereport(level(judged),
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s cannot %s: its sales process has no such stage",
					row_name(judged, table), attempt(judged)),
			 errdetail("Its stages are %s.", list_names(stage_names(judged->process, false))),
			 fields(table, stage_column(judged), CONSTRAINT_STAGE_UNKNOWN)));
	table_close(table, AccessShareLock);
}

void
report_move(const JudgedRow *judged, MoveVerdict verdict)
{
	Relation	table = open_written_table(judged->rel);
	bool		entering = verdict == MOVE_NOT_A_START || verdict == MOVE_CLOSES_BY_SWITCH;
	List	   *allowed = entering ? stage_names(judged->process, true) :
		reachable_stages(judged->process, judged->from, judged->branch);
	const char *reason[] = {
		[MOVE_NOT_A_START] = judged->from == NULL ? "a new row may not start there" :
		psprintf("its sales process does not have stage \"%s\" and may not be entered there", judged->from),
		[MOVE_CLOSES_BY_SWITCH] = "changing its sales process may not close it",
		[MOVE_SKIPS] = "stages may not be skipped",
		[MOVE_BACK] = "rows may not move back",
		[MOVE_REOPENS] = "closed rows may not be reopened",
		[MOVE_BETWEEN_OUTCOMES] = "it is closed"
	};

	ereport(level(judged),
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s cannot %s: %s", row_name(judged, table), attempt(judged), reason[verdict]),
			 allowed == NIL ? errdetail("It may not leave stage \"%s\".", judged->from) :
			 entering ? errdetail("It may start at %s.", list_names(allowed)) :
			 errdetail("From stage \"%s\" it may move to %s.", judged->from, list_names(allowed)),
			 verdict == MOVE_CLOSES_BY_SWITCH ? errhint("Change the process first, then move it.") :
			 verdict == MOVE_BETWEEN_OUTCOMES && allowed != NIL ? errhint("Reopen it first, by moving it to an open stage.") : 0,
			 fields(table, stage_column(judged), entering ? CONSTRAINT_STAGE_START : CONSTRAINT_STAGE_MOVE)));
	table_close(table, AccessShareLock);
}

/* All that is unmet: columns first. */
static char *
list_unmet(const Unmet *unmet)
{
	StringInfoData list;
	ListCell   *cell;

	initStringInfo(&list);
	foreach(cell, unmet->columns)
		appendStringInfo(&list, "%s\"%s\"", list.len == 0 ? "Missing: " : ", ", (char *) lfirst(cell));
	if (unmet->columns != NIL)
		appendStringInfoString(&list, unmet->checks != NIL ? ". " : ".");
	foreach(cell, unmet->checks)
		appendStringInfo(&list, "%s%s", cell == list_head(unmet->checks) ? "Not met: " : "; ", (char *) lfirst(cell));
	if (unmet->checks != NIL)
		appendStringInfoChar(&list, '.');
	return list.data;
}

void
report_unmet(const JudgedRow *judged, const Unmet *unmet)
{
	Relation	table = open_written_table(judged->rel);
	const char *reason = "its gate is not passed";

	if (unmet->checks == NIL)
		reason = "required values are missing";
	else if (unmet->columns == NIL && list_length(unmet->checks) == 1)
		reason = linitial(unmet->checks);
	ereport(level(judged),
			(errcode(unmet->checks == NIL ? ERRCODE_NOT_NULL_VIOLATION : ERRCODE_CHECK_VIOLATION),
			 errmsg("%s cannot %s: %s", row_name(judged, table), attempt(judged), reason),
			 errdetail("%s", list_unmet(unmet)),
			 unmet->columns == NIL ? 0 :
			 errhint("Fill them before, or in the same statement; a text must not be blank, a boolean must be true."),
			 fields(table, unmet->columns != NIL ? linitial(unmet->columns) : stage_column(judged),
					CONSTRAINT_STAGE_GATE)));
	table_close(table, AccessShareLock);
}

void
report_no_next_stage(const JudgedRow *judged)
{
	Relation	table = open_written_table(judged->rel);

	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s has no stage after \"%s\"", row_name(judged, table), judged->from),
			 errdetail("It is closed."),
			 fields(table, stage_column(judged), CONSTRAINT_STAGE_MOVE)));
	table_close(table, AccessShareLock);
}

void
report_wrong_trigger(const char *function, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 errmsg("function \"%s\" must be called %s", function, what),
			 errhint("Let opportunity.attach_process make the triggers.")));
}
