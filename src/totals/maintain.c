/*
 * maintain.c
 *		The trigger on the lines: which parents a statement touched.
 */
#include "totals/totals.h"

#include "catalog/pg_attribute.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(opp_maintain_totals);

/* Where the definition's columns are in the relation that fired: partitions differ. */
typedef struct LineColumns
{
	AttrNumber	key[INDEX_MAX_KEYS];
	int			n_compared;
	AttrNumber *compared;		/* none: every row counts as changed */
} LineColumns;

static void
find_columns(TotalsDefinition *definition, Relation relation, LineColumns *columns)
{
	ListCell   *cell;

	for (int i = 0; i < definition->n_keys; i++)
	{
		TotalsKeyColumn *key = &definition->keys[i];

		columns->key[i] = get_attnum(RelationGetRelid(relation), key->child_column);
		if (columns->key[i] <= 0 ||
			getBaseType(TupleDescAttr(RelationGetDescr(relation), columns->key[i] - 1)->atttypid) != key->child_type)
			ereport(ERROR,
					(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
					 errmsg("a totals trigger on \"%s\" was not made for it", RelationGetRelationName(relation)),
					 errhint("Use opportunity.attach_totals to make the triggers."),
					 errtable(relation)));
	}
	columns->n_compared = 0;
	columns->compared = palloc_array(AttrNumber, list_length(definition->line_columns));
	foreach(cell, definition->line_columns)
	{
		AttrNumber	number = get_attnum(RelationGetRelid(relation), lfirst(cell));

		if (number > 0)
			columns->compared[columns->n_compared++] = number;
	}
}

/* The parent of a line, taken to the parent key's type; lines with a null in their key have none. */
static void
add_parent_of(TotalsSet *set, LineColumns *columns, TupleTableSlot *slot)
{
	TotalsDefinition *definition = set->definition;
	Datum		key[INDEX_MAX_KEYS];

	for (int i = 0; i < definition->n_keys; i++)
	{
		bool		is_null;

		key[i] = slot_getattr(slot, columns->key[i], &is_null);
		if (is_null)
			return;
		if (definition->keys[i].is_cast)
			key[i] = FunctionCall1Coll(&definition->keys[i].cast, definition->keys[i].collation, key[i]);
	}
	(void) totals_set_add(set, key);
}

static bool
same_line(LineColumns *columns, TupleTableSlot *a, TupleTableSlot *b)
{
	for (int i = 0; i < columns->n_compared; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(a->tts_tupleDescriptor, columns->compared[i] - 1);
		bool		a_null;
		bool		b_null;
		Datum		old = slot_getattr(a, columns->compared[i], &a_null);
		Datum		new = slot_getattr(b, columns->compared[i], &b_null);

		if (a_null != b_null || (!a_null && !datum_image_eq(old, new, attribute->attbyval, attribute->attlen)))
			return false;
	}
	return columns->n_compared > 0;
}

/*
 * Adds the parents of the lines in the transition tables, either of which may be
 * missing.  Where both stand, places that hold equal lines on both sides are
 * passed over: taking equal members out of two bags leaves their difference, so
 * this is right even where the two are not in the same order.
 */
static void
add_parents(TotalsSet *set, Relation relation, Tuplestorestate *old_lines, Tuplestorestate *new_lines)
{
	LineColumns columns;
	TupleTableSlot *old = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsMinimalTuple);
	TupleTableSlot *new = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsMinimalTuple);
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "opportunity totals line",
													  ALLOCSET_SMALL_SIZES);

	find_columns(set->definition, relation, &columns);
	if (old_lines != NULL)
		tuplestore_rescan(old_lines);
	if (new_lines != NULL)
		tuplestore_rescan(new_lines);

	for (;;)
	{
		/* A slot owns the line that a spilled table reads back for it. */
		bool		has_old = old_lines != NULL && tuplestore_gettupleslot(old_lines, true, false, old);
		bool		has_new = new_lines != NULL && tuplestore_gettupleslot(new_lines, true, false, new);
		MemoryContext caller;

		if (!has_old && !has_new)
			break;
		caller = MemoryContextSwitchTo(row_context);
		if (!(has_old && has_new && same_line(&columns, old, new)))
		{
			if (has_old)
				add_parent_of(set, &columns, old);
			if (has_new)
				add_parent_of(set, &columns, new);
		}
		MemoryContextSwitchTo(caller);
		MemoryContextReset(row_context);
	}
	MemoryContextDelete(row_context);
	ExecDropSingleTupleTableSlot(old);
	ExecDropSingleTupleTableSlot(new);
}

/* A TRUNCATE under way, of a table attached or of its partitions. */
typedef struct Truncation
{
	Oid			parent;
	Oid			child;
	char	   *columns;		/* the totals: the same two tables may have several attachments */
	int			depth;			/* of triggers: a nested command is another one */
} Truncation;

/*
 * TRUNCATE tells no lines, so all totals are looked at afterwards: once for a
 * command, which fires for each of its tables, all BEFORE triggers first.  What
 * an error leaves in the list costs the next TRUNCATE nothing but a second look.
 */
static void
truncated(TotalsDefinition *definition, bool is_before)
{
	static List *truncations = NIL;
	int			depth = DatumGetInt32(OidFunctionCall0(F_PG_TRIGGER_DEPTH));
	ListCell   *cell;

	foreach(cell, truncations)
	{
		Truncation *truncation = lfirst(cell);

		if (truncation->parent == definition->parent && truncation->child == definition->child &&
			truncation->depth == depth &&
			strcmp(truncation->columns, definition->arguments[TOTALS_COLUMNS]) == 0)
		{
			if (!is_before)
			{
				truncations = foreach_delete_current(truncations, cell);
				pfree(truncation->columns);
				pfree(truncation);
				(void) totals_rebuild(definition);
			}
			return;
		}
	}
	if (is_before)
	{
		MemoryContext caller = MemoryContextSwitchTo(opportunity_context());
		Truncation *truncation = palloc_object(Truncation);

		truncation->parent = definition->parent;
		truncation->child = definition->child;
		truncation->columns = pstrdup(definition->arguments[TOTALS_COLUMNS]);
		truncation->depth = depth;
		truncations = lappend(truncations, truncation);
		MemoryContextSwitchTo(caller);
	}
}

Datum
opp_maintain_totals(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	TotalsDefinition *definition;
	TotalsSet  *set;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("maintain_totals was not called by the trigger manager")));
	if (!TRIGGER_FIRED_FOR_STATEMENT(data->tg_event) ||
		(!TRIGGER_FIRED_AFTER(data->tg_event) && !TRIGGER_FIRED_BY_TRUNCATE(data->tg_event)) ||
		(TRIGGER_FIRED_BY_INSERT(data->tg_event) && data->tg_newtable == NULL) ||
		(TRIGGER_FIRED_BY_DELETE(data->tg_event) && data->tg_oldtable == NULL) ||
		(TRIGGER_FIRED_BY_UPDATE(data->tg_event) && (data->tg_oldtable == NULL || data->tg_newtable == NULL)))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("maintain_totals must be fired AFTER a statement, with its transition tables"),
				 errhint("Use opportunity.attach_totals to make the triggers."),
				 errtable(data->tg_relation)));
	if (data->tg_trigger->tgnargs != TOTALS_N_ARGUMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("maintain_totals takes %d arguments, not %d", TOTALS_N_ARGUMENTS, data->tg_trigger->tgnargs),
				 errhint("Use opportunity.attach_totals to make the triggers."),
				 errtable(data->tg_relation)));

	definition = totals_definition(data->tg_trigger->tgargs);
	totals_check_place(data->tg_relation, definition->child, definition->arguments[TOTALS_CHILD]);
	if (TRIGGER_FIRED_BY_TRUNCATE(data->tg_event))
		truncated(definition, TRIGGER_FIRED_BEFORE(data->tg_event));
	else
	{
		set = totals_set_create(definition);
		add_parents(set, data->tg_relation,
					TRIGGER_FIRED_BY_INSERT(data->tg_event) ? NULL : data->tg_oldtable,
					TRIGGER_FIRED_BY_DELETE(data->tg_event) ? NULL : data->tg_newtable);
		(void) totals_flush(set, TOTALS_STORE);
		totals_set_free(set);
	}
	PG_RETURN_POINTER(NULL);
}
