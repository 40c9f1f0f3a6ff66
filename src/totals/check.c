/*
 * check.c
 *		check_totals and rebuild_totals: attachments and their totals audited, and
 *		brought right.
 */
#include "names.h"
#include "totals/totals.h"

#include "access/table.h"
#include "catalog/pg_inherits.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(opp_check_totals);
PG_FUNCTION_INFO_V1(opp_rebuild_totals);

/* Totals are read and written as the tables' owners: that is for the parent's to ask for. */
static List *
owned_attachments(Oid parent)
{
	Relation	relation = totals_open_table(parent, AccessShareLock);
	List	   *attachments;
	List	   *copies = NIL;
	ListCell   *cell;
	MemoryContext caller = CurrentMemoryContext;

	if (!has_privs_of_role(GetUserId(), relation->rd_rel->relowner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of table \"%s\"", RelationGetRelationName(relation)),
				 errtable(relation)));
	SPI_connect();
	attachments = totals_find_attachments(parent, InvalidOid);
	MemoryContextSwitchTo(caller);
	foreach(cell, attachments)
		copies = lappend(copies, DatumGetByteaPCopy(PointerGetDatum(lfirst(cell))));
	SPI_finish();
	table_close(relation, NoLock);
	if (copies == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("table \"%s\" has no totals attached", get_rel_name(parent)),
				 errhint("Attach them with opportunity.attach_totals.")));
	return copies;
}

Datum
opp_rebuild_totals(PG_FUNCTION_ARGS)
{
	Relation	parent = totals_open_table(relation_argument(fcinfo, 0, "parent"), AccessShareLock);
	int64		n_changed = 0;
	ListCell   *cell;

	foreach(cell, owned_attachments(RelationGetRelid(parent)))
	{
		int			n;
		TotalsDefinition *definition = totals_definition(totals_split_arguments(lfirst(cell), &n));

		totals_check_place(parent, definition->parent, definition->arguments[TOTALS_PARENT]);
		n_changed += totals_rebuild(definition);
	}
	table_close(parent, NoLock);
	PG_RETURN_INT64(n_changed);
}

/* A row of check_totals' answer that is about the attachment as a whole. */
static void
report_attachment(ReturnSetInfo *result, Oid child, const char *problem)
{
	Datum		values[6] = {0};
	bool		nulls[6] = {false, true, true, true, true, false};

	nulls[0] = !OidIsValid(child);
	values[0] = ObjectIdGetDatum(child);
	values[5] = CStringGetTextDatum(problem);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * Whether the attachment is one of the tables its triggers stand on.  A table
 * renamed leaves its name to nobody or to another.
 */
static bool
report_misplaced(ReturnSetInfo *result, bytea *arguments)
{
	int			n;
	char	  **strings = totals_split_arguments(arguments, &n);
	Oid			child = relation_of_name(strings[TOTALS_CHILD]);
	bool		is_right = OidIsValid(child);
	List	   *inheritors;
	ListCell   *cell;

	if (!is_right)
		report_attachment(result, InvalidOid,
						  psprintf("%s does not exist: detach the totals, or call opportunity.attach_totals again if it was renamed",
								   strings[TOTALS_CHILD]));
	SPI_connect();
	inheritors = is_right ? find_all_inheritors(child, AccessShareLock, NULL) : NIL;
	foreach(cell, totals_find_triggers(arguments))
	{
		TotalsTrigger *trigger = lfirst(cell);
		char	   *named = trigger->is_guard ? strings[TOTALS_PARENT] : strings[TOTALS_CHILD];

		if (trigger->is_guard ? trigger->relid == relation_of_name(named) :
			!OidIsValid(child) || list_member_oid(inheritors, trigger->relid))
			continue;
		report_attachment(result, child,
						  psprintf("trigger %s on %s was made for %s: call opportunity.attach_totals again",
								   quote_identifier(trigger->name), qualified_name(trigger->relid), named));
		is_right = false;
	}
	SPI_finish();
	return is_right;
}

/* One that is about a total of a row. */
static void
report(ReturnSetInfo *result, TotalsDefinition *definition, TotalsParent *parent, int total, const char *problem)
{
	Datum		values[6] = {0};
	bool		nulls[6] = {false};
	TotalsColumn *column = &definition->totals[total];
	Oid			output;
	bool		is_varlena;

	values[0] = ObjectIdGetDatum(definition->child);
	values[1] = CStringGetTextDatum(totals_key_text(definition, parent->key));
	values[2] = CStringGetTextDatum(column->name);
	values[5] = CStringGetTextDatum(problem);
	getTypeOutputInfo(column->type, &output, &is_varlena);
	nulls[3] = parent->stored_null[total];
	if (!nulls[3])
		values[3] = CStringGetTextDatum(OidOutputFunctionCall(output, parent->stored[total]));
	nulls[4] = parent->computed_null[total];
	if (!nulls[4])
		values[4] = CStringGetTextDatum(OidOutputFunctionCall(output, parent->computed[total]));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static void
report_wrong(TotalsSet *batch, void *argument)
{
	TotalsDefinition *definition = batch->definition;

	for (int i = 0; i < batch->n_parents; i++)
	{
		TotalsParent *parent = batch->parents[i];

		for (int k = 0; k < definition->n_totals && parent->exists; k++)
		{
			if (!totals_equal(&definition->totals[k], parent->stored[k], parent->stored_null[k],
							  parent->computed[k], parent->computed_null[k]))
				report(argument, definition, parent, k, "total differs from its lines");
			if (parent->n_unknown != NULL && parent->n_unknown[k] > 0)
				report(argument, definition, parent, k,
					   psprintf("lines without an amount: " INT64_FORMAT, parent->n_unknown[k]));
		}
	}
}

/* Triggers that are missing or disabled: on the parent, on the lines' table, on its partitions. */
static void
report_triggers(ReturnSetInfo *result, TotalsDefinition *definition, bytea *arguments)
{
	List	   *triggers;
	ListCell   *cell;
	ListCell   *found;

	SPI_connect();
	triggers = totals_find_triggers(arguments);
	foreach(found, triggers)
	{
		TotalsTrigger *trigger = lfirst(found);

		if (!trigger->is_enabled)
			report_attachment(result, definition->child,
							  psprintf("trigger %s on %s is disabled",
									   quote_identifier(trigger->name), qualified_name(trigger->relid)));
	}
	foreach(cell, find_all_inheritors(definition->child, AccessShareLock, NULL))
	{
		int			n = 0;

		foreach(found, triggers)
			n += ((TotalsTrigger *) lfirst(found))->relid == lfirst_oid(cell) &&
				!((TotalsTrigger *) lfirst(found))->is_guard;
		if (n < TOTALS_N_LINE_TRIGGERS)
			report_attachment(result, definition->child,
							  psprintf("%s lacks triggers: call opportunity.attach_totals again",
									   qualified_name(lfirst_oid(cell))));
	}
	SPI_finish();
}

Datum
opp_check_totals(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	List	   *attachments = owned_attachments(relation_argument(fcinfo, 0, "parent"));
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	foreach(cell, attachments)
	{
		int			n;
		TotalsDefinition *definition;

		if (!report_misplaced(result, lfirst(cell)))
			continue;
		definition = totals_definition(totals_split_arguments(lfirst(cell), &n));
		report_triggers(result, definition, lfirst(cell));
		totals_visit(definition, report_wrong, result);
	}
	return (Datum) 0;
}
