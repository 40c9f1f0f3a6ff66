/*
 * closed.c
 *		The trigger that keeps the lines of a closed opportunity as they are.
 *
 * price_line reads the outcome without a lock, with the rights of the writer: it
 * can miss that another session is closing the opportunity, or an opportunity
 * that the writer may not see.  A line that comes, goes or moves changes the
 * opportunity's totals, and so meets the lock of its row; a change that leaves
 * them as they are does not.  This trigger fires after an update, locks the
 * opportunities in the order of their keys, as totals do, and looks again.  As a
 * foreign key does, it reads as the owner of the table, past row-level security:
 * what it reads must be a table of that owner, or whoever may make a trigger on
 * the lines could have a view of their own read with the owner's rights.
 */
#include "pricing/pricing.h"

#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(opp_keep_closed_lines);

/* The opportunities of the updated lines; one of several lines in a row is there once. */
static Datum
updated_opportunities(const TriggerData *data, const LineShape *shape)
{
	AttrNumber	attnum = shape->attnum[COLUMN_OPPORTUNITY_ID];
	Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(data->tg_relation), attnum - 1);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(data->tg_relation), &TTSOpsMinimalTuple);
	ArrayBuildState *array = initArrayResult(attribute->atttypid, CurrentMemoryContext, false);

	tuplestore_rescan(data->tg_newtable);
	while (tuplestore_gettupleslot(data->tg_newtable, true, false, slot))
	{
		bool		is_null;
		Datum		key = slot_getattr(slot, attnum, &is_null);

		if (!is_null && (array->nelems == 0 ||
						 !datum_image_eq(key, array->dvalues[array->nelems - 1], attribute->attbyval, attribute->attlen)))
			accumArrayResult(array, key, false, attribute->atttypid, CurrentMemoryContext);
	}
	ExecDropSingleTupleTableSlot(slot);
	return makeArrayResult(array, CurrentMemoryContext);
}

static void
check_opportunities(Relation rel, const LineShape *shape)
{
	Oid			relid = get_relname_relid("opportunity", get_namespace_oid(shape->schema, false));
	Relation	table = OidIsValid(relid) ? try_relation_open(relid, RowShareLock) : NULL;

	if (table == NULL || table->rd_rel->relowner != rel->rd_rel->relowner ||
		(table->rd_rel->relkind != RELKIND_RELATION && table->rd_rel->relkind != RELKIND_PARTITIONED_TABLE))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("keep_closed_lines on \"%s\" needs a table \"opportunity\" in schema \"%s\" with the same owner",
						RelationGetRelationName(rel), shape->schema),
				 errdetail("It reads opportunities as the owner of the lines, past row-level security; a view cannot be read so."),
				 errtable(rel)));
	relation_close(table, NoLock);
}

static void
refuse_closed(Relation rel, const LineShape *shape, Datum opportunities)
{
	int			result;

	SPI_connect();
	result = SPI_execute_plan(shape->lock_opportunities, &opportunities, NULL, false, 0);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(result));
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		char	   *outcome = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 2);

		if (outcome != NULL && strcmp(outcome, "open") != 0)
			report_closed(rel, shape, SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 1), outcome);
	}
	SPI_finish();
}

Datum
opp_keep_closed_lines(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	const LineShape *shape;
	Datum		opportunities;
	Oid			user;
	int			context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(data->tg_event) ||
		!TRIGGER_FIRED_FOR_STATEMENT(data->tg_event) || !TRIGGER_FIRED_BY_UPDATE(data->tg_event) ||
		data->tg_newtable == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("keep_closed_lines is a trigger function for AFTER UPDATE, for each statement, with a transition table"),
				 errhint("CREATE TRIGGER keep_closed_lines AFTER UPDATE ON lines REFERENCING NEW TABLE AS updated FOR EACH STATEMENT EXECUTE FUNCTION opportunity.keep_closed_lines();")));

	shape = make_line_shape(data->tg_relation, data->tg_trigger, CurrentMemoryContext);
	opportunities = updated_opportunities(data, shape);
	check_opportunities(data->tg_relation, shape);
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(data->tg_relation->rd_rel->relowner,
						   context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	refuse_closed(data->tg_relation, shape, opportunities);
	SetUserIdAndSecContext(user, context);
	return PointerGetDatum(NULL);
}
