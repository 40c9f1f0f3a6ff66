/*
 * process_of.c
 *		The process that is attached to a table, as a value.
 */
#include "attachment/cache.h"
#include "names.h"

#include "access/table.h"
#include "attachment/target.h"
#include "miscadmin.h"
#include "process/json.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"

PG_FUNCTION_INFO_V1(opp_process_of);

/* The default process of a table of processes, for who may read it: it was loaded with the owner's rights. */
static const SalesProcess *
default_process(Relation rel, const Attachment *attachment)
{
	AclResult	allowed = pg_class_aclcheck(attachment->tables[PROCESS_TABLE], GetUserId(), ACL_SELECT);
	const AttachedProcess *attached;

	if (allowed == ACLCHECK_OK && check_enable_rls(attachment->tables[PROCESS_TABLE], InvalidOid, true) == RLS_ENABLED)
		allowed = ACLCHECK_NO_PRIV;
	if (allowed != ACLCHECK_OK)
		aclcheck_error(allowed, OBJECT_TABLE, get_rel_name(attachment->tables[PROCESS_TABLE]));
	attached = find_process(attachment, NULL);
	if (attached == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("rows of table \"%s\" follow different sales processes and none is the default",
						RelationGetRelationName(rel)),
				 errhint("Read the process from table %s.", attachment->options.tables[PROCESS_TABLE])));
	return attached->process;
}

/* What process_of keeps between the rows of a statement. */
typedef struct KnownProcess
{
	uint64		generation;
	Oid			user;
	Oid			relid;
	NameData	stage_column;	/* empty: NULL */
	SalesProcess *process;
} KnownProcess;

Datum
opp_process_of(PG_FUNCTION_ARGS)
{
	KnownProcess *known = fcinfo->flinfo->fn_extra;
	const char *stage_column = PG_ARGISNULL(1) ? NULL : NameStr(*PG_GETARG_NAME(1));
	Relation	rel;
	const Trigger *judge;
	const SalesProcess *process;
	uint64		generation;
	MemoryContext caller;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	/* Inside a function, an expression lives as long as the transaction. */
	if (known != NULL)
	{
		if (known->generation == attachment_generation() && known->user == GetUserId() &&
			known->relid == PG_GETARG_OID(0) &&
			strcmp(NameStr(known->stage_column), stage_column ? stage_column : "") == 0)
			PG_RETURN_POINTER(known->process);
		fcinfo->flinfo->fn_extra = NULL;
		pfree(known->process);
		pfree(known);
	}

	rel = table_open(relation_argument(fcinfo, 0, "target"), AccessShareLock);
	generation = attachment_generation();
	judge = only_judge(rel, stage_column);
	/* As it is written, even if it no longer fits the table: to attach it again. */
	if (judge->tgnargs > 1 && judge->tgargs[1][0] != '\0')
		process = process_from_json(judge->tgargs[1], NULL);
	else
		process = default_process(rel, get_attachment(rel, judge));

	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	known = palloc0(sizeof(KnownProcess));
	known->generation = generation;
	known->user = GetUserId();
	known->relid = PG_GETARG_OID(0);
	namestrcpy(&known->stage_column, stage_column ? stage_column : "");
	known->process = palloc(VARSIZE(process));
	memcpy(known->process, process, VARSIZE(process));
	MemoryContextSwitchTo(caller);
	fcinfo->flinfo->fn_extra = known;
	table_close(rel, AccessShareLock);
	PG_RETURN_POINTER(known->process);
}
