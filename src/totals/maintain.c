/*
 * maintain.c
 *		The trigger on the lines: which parents a statement touched.
 */
#include "totals/totals.h"

#include "access/table.h"
#include "access/tupconvert.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(opp_maintain_totals);

/* One side of a statement: lines as they were, or as they are. */
typedef struct Lines
{
	Tuplestorestate *store;
	TupleTableSlot *stored;
	TupleTableSlot *line;		/* the same, as the table that was attached has it */
} Lines;

static void
open_lines(Lines *lines, Tuplestorestate *store, TupleDesc stored, TupleDesc attached, TupleConversionMap *map)
{
	lines->store = store;
	if (store == NULL)
		return;
	lines->stored = MakeSingleTupleTableSlot(stored, &TTSOpsMinimalTuple);
	lines->line = map == NULL ? lines->stored : MakeSingleTupleTableSlot(attached, &TTSOpsVirtual);
	tuplestore_rescan(store);
}

static void
close_lines(Lines *lines)
{
	if (lines->store == NULL)
		return;
	if (lines->line != lines->stored)
		ExecDropSingleTupleTableSlot(lines->line);
	ExecDropSingleTupleTableSlot(lines->stored);
}

/* A slot owns the line that a spilled table reads back for it. */
static inline bool
next_line(Lines *lines, TupleConversionMap *map)
{
	if (lines->store == NULL || !tuplestore_gettupleslot(lines->store, true, false, lines->stored))
		return false;
	if (map != NULL)
		(void) execute_attr_map_slot(map->attrMap, lines->stored, lines->line);
	return true;
}

/* The parent of a line, taken to the parent key's type; lines with a null in their key have none. */
static void
add_parent_of(TotalsSet *set, TupleTableSlot *line, bool is_taken)
{
	TotalsDefinition *definition = set->definition;
	Datum		key[INDEX_MAX_KEYS];
	TotalsParent *parent;

	for (int i = 0; i < definition->n_keys; i++)
	{
		bool		is_null;

		key[i] = slot_getattr(line, definition->keys[i].child_number, &is_null);
		if (is_null)
			return;
		if (definition->keys[i].is_cast)
			key[i] = FunctionCall1Coll(&definition->keys[i].cast, definition->keys[i].collation, key[i]);
	}
	parent = totals_set_add(set, key);
	if (set->follows)
		set->follows = totals_add_line(definition, parent, line, is_taken);
}

static bool
same_line(TotalsDefinition *definition, TupleTableSlot *a, TupleTableSlot *b)
{
	for (int i = 0; i < definition->n_line_columns; i++)
	{
		AttrNumber	number = definition->line_columns[i];
		Form_pg_attribute attribute = TupleDescAttr(a->tts_tupleDescriptor, number - 1);
		bool		a_null;
		bool		b_null;
		Datum		old = slot_getattr(a, number, &a_null);
		Datum		new = slot_getattr(b, number, &b_null);

		if (a_null != b_null || (!a_null && !datum_image_eq(old, new, attribute->attbyval, attribute->attlen)))
			return false;
	}
	return definition->n_line_columns > 0;
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
	TotalsDefinition *definition = set->definition;
	bool		is_child = RelationGetRelid(relation) == definition->child;
	Relation	child = is_child ? relation : table_open(definition->child, AccessShareLock);
	TupleConversionMap *map = is_child ? NULL :
		convert_tuples_by_name(RelationGetDescr(relation), RelationGetDescr(child));
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "opportunity totals line",
													  ALLOCSET_SMALL_SIZES);
	Lines		old = {0};
	Lines		new = {0};

	open_lines(&old, old_lines, RelationGetDescr(relation), RelationGetDescr(child), map);
	open_lines(&new, new_lines, RelationGetDescr(relation), RelationGetDescr(child), map);
	for (;;)
	{
		bool		has_old = next_line(&old, map);
		bool		has_new = next_line(&new, map);
		MemoryContext caller;

		if (!has_old && !has_new)
			break;
		caller = MemoryContextSwitchTo(row_context);
		if (!(has_old && has_new && same_line(definition, old.line, new.line)))
		{
			if (has_old)
				add_parent_of(set, old.line, true);
			if (has_new)
				add_parent_of(set, new.line, false);
		}
		MemoryContextSwitchTo(caller);
		MemoryContextReset(row_context);
	}
	close_lines(&old);
	close_lines(&new);
	MemoryContextDelete(row_context);
	if (!is_child)
		table_close(child, NoLock);
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
	bool		is_before;
	char	  **arguments;
	Oid			relid;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("maintain_totals was not called by the trigger manager")));
	is_before = TRIGGER_FIRED_BEFORE(data->tg_event);
	if (!TRIGGER_FIRED_FOR_STATEMENT(data->tg_event) ||
		(!is_before &&
		 ((TRIGGER_FIRED_BY_INSERT(data->tg_event) && data->tg_newtable == NULL) ||
		  (TRIGGER_FIRED_BY_DELETE(data->tg_event) && data->tg_oldtable == NULL) ||
		  (TRIGGER_FIRED_BY_UPDATE(data->tg_event) && (data->tg_oldtable == NULL || data->tg_newtable == NULL)))))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("maintain_totals must be fired BEFORE a statement, or AFTER it with its transition tables"),
				 errhint("Use opportunity.attach_totals to make the triggers."),
				 errtable(data->tg_relation)));
	if (data->tg_trigger->tgnargs != TOTALS_N_ARGUMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("maintain_totals takes %d arguments, not %d", TOTALS_N_ARGUMENTS, data->tg_trigger->tgnargs),
				 errhint("Use opportunity.attach_totals to make the triggers."),
				 errtable(data->tg_relation)));

	arguments = data->tg_trigger->tgargs;
	relid = RelationGetRelid(data->tg_relation);
	if (is_before && !TRIGGER_FIRED_BY_TRUNCATE(data->tg_event))
	{
		totals_statement_begins(arguments, relid, data->tg_event);
		PG_RETURN_POINTER(NULL);
	}

	definition = totals_definition(arguments);
	totals_check_place(data->tg_relation, definition->child, definition->arguments[TOTALS_CHILD]);
	if (TRIGGER_FIRED_BY_TRUNCATE(data->tg_event))
	{
		truncated(definition, is_before);
		PG_RETURN_POINTER(NULL);
	}

	set = totals_set_create(definition);
	set->follows = definition->follows && totals_statement_is_alone(arguments, relid, data->tg_event);
	add_parents(set, data->tg_relation,
				TRIGGER_FIRED_BY_INSERT(data->tg_event) ? NULL : data->tg_oldtable,
				TRIGGER_FIRED_BY_DELETE(data->tg_event) ? NULL : data->tg_newtable);
	(void) totals_flush(set, TOTALS_STORE);
	totals_set_free(set);
	totals_statement_ends(arguments, relid, data->tg_event);
	PG_RETURN_POINTER(NULL);
}
