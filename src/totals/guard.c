/*
 * guard.c
 *		The trigger on the parent: nobody but the lines writes a total.
 *
 * AFTER each row it is the judge.  What it compares a changed total with is the
 * truth itself: the value published for that row by the flush under way, else
 * what the lines add up to now.  There is no flag to forge.  BEFORE each row, for
 * outside_writes => 'ignore', it puts the right total back.
 */
#include "totals/totals.h"

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(opp_guard_totals);

/* What a statement remembers: good while no definition has been freed. */
typedef struct GuardState
{
	uint64		generation;
	TotalsDefinition *definition;
	AttrNumber *key;
	AttrNumber *totals;
} GuardState;

static GuardState *
guard_state(FunctionCallInfo fcinfo, TriggerData *data)
{
	GuardState *state = fcinfo->flinfo->fn_extra;
	TotalsDefinition *definition;
	Oid			relid = RelationGetRelid(data->tg_relation);

	if (state != NULL && state->generation == totals_generation() && state->definition->is_valid)
		return state;

	definition = totals_definition(data->tg_trigger->tgargs);
	totals_check_place(data->tg_relation, definition->parent, definition->arguments[TOTALS_PARENT]);
	state = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(GuardState));
	state->definition = definition;
	state->key = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(AttrNumber) * definition->n_keys);
	state->totals = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(AttrNumber) * definition->n_totals);
	for (int i = 0; i < definition->n_keys; i++)
		state->key[i] = get_attnum(relid, definition->keys[i].parent_column);
	for (int i = 0; i < definition->n_totals; i++)
		state->totals[i] = get_attnum(relid, definition->totals[i].name);
	for (int i = 0; i < definition->n_keys + definition->n_totals; i++)
	{
		if ((i < definition->n_keys ? state->key[i] : state->totals[i - definition->n_keys]) <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
					 errmsg("a totals guard on \"%s\" was not made for it",
							RelationGetRelationName(data->tg_relation)),
					 errhint("Use opportunity.attach_totals to make the triggers."),
					 errtable(data->tg_relation)));
	}
	state->generation = totals_generation();
	fcinfo->flinfo->fn_extra = state;
	return state;
}

/* The row's key, unless it has a null in it. */
static bool
read_key(GuardState *state, HeapTuple tuple, TupleDesc row, Datum *key)
{
	for (int i = 0; i < state->definition->n_keys; i++)
	{
		bool		is_null;

		key[i] = heap_getattr(tuple, state->key[i], row, &is_null);
		if (is_null)
			return false;
	}
	return true;
}

static bool
key_changed(GuardState *state, HeapTuple old, HeapTuple new, TupleDesc row)
{
	for (int i = 0; i < state->definition->n_keys; i++)
	{
		TotalsKeyColumn *key = &state->definition->keys[i];
		bool		old_null;
		bool		new_null;
		Datum		before = heap_getattr(old, state->key[i], row, &old_null);
		Datum		after = heap_getattr(new, state->key[i], row, &new_null);

		if (old_null != new_null ||
			(!old_null && !totals_key_equal(key, before, after)))
			return true;
	}
	return false;
}

static bool
total_changed(GuardState *state, HeapTuple old, HeapTuple new, TupleDesc row)
{
	for (int i = 0; i < state->definition->n_totals; i++)
	{
		bool		old_null;
		bool		new_null;
		Datum		before = heap_getattr(old, state->totals[i], row, &old_null);
		Datum		after = heap_getattr(new, state->totals[i], row, &new_null);

		if (!totals_equal(&state->definition->totals[i], before, old_null, after, new_null))
			return true;
	}
	return false;
}

/* The totals as the row has them. */
static void
read_row(GuardState *state, HeapTuple tuple, TupleDesc row, TotalsParent *parent)
{
	for (int i = 0; i < state->definition->n_totals; i++)
		parent->stored[i] = heap_getattr(tuple, state->totals[i], row, &parent->stored_null[i]);
	parent->exists = true;
}

/* Whether the row has what the flush under way has computed for it. */
static bool
is_published(GuardState *state, TotalsParent *published, HeapTuple tuple, TupleDesc row)
{
	for (int i = 0; i < state->definition->n_totals; i++)
	{
		bool		is_null;
		Datum		value = heap_getattr(tuple, state->totals[i], row, &is_null);

		if (!totals_equal(&state->definition->totals[i], value, is_null,
						  published->computed[i], published->computed_null[i]))
			return false;
	}
	return true;
}

/*
 * A new parent with the totals of its lines, of which it may have some: a row that
 * moves between partitions brings them, and a statement that deletes and inserts
 * it anew.  Where no line of other transactions can precede its parent there is
 * nothing to lock for.
 */
static bool
is_new_and_right(GuardState *state, TotalsSet *set, TotalsParent *parent, HeapTuple tuple, TupleDesc row)
{
	if (!state->definition->has_immediate_key)
		return false;
	read_row(state, tuple, row, parent);
	totals_expect(set, parent);
	return totals_are_right(state->definition, parent);
}

static void
judge(GuardState *state, TriggerData *data)
{
	TotalsDefinition *definition = state->definition;
	TupleDesc	row = RelationGetDescr(data->tg_relation);
	bool		is_update = TRIGGER_FIRED_BY_UPDATE(data->tg_event);
	HeapTuple	tuple = is_update ? data->tg_newtuple : data->tg_trigtuple;
	bool		is_new = !is_update;
	TotalsFlushMode mode = TOTALS_STORE;
	TotalsParent *published;
	TotalsParent *parent;
	TotalsSet  *set;
	Datum		key[INDEX_MAX_KEYS];

	if (!read_key(state, tuple, row, key))
		return;
	published = totals_published(definition, key);
	if (published != NULL && is_published(state, published, tuple, row))
		return;

	if (is_update)
	{
		bool		moved = key_changed(state, data->tg_trigtuple, tuple, row);

		if (published == NULL && !moved && !total_changed(state, data->tg_trigtuple, tuple, row))
			return;
		is_new = moved;
		if (published != NULL || (!moved && !definition->ignores_outside_writes))
			mode = TOTALS_JUDGE;
	}

	if (is_new)
		totals_lock_new_key(definition, key);
	set = totals_set_create(definition);
	parent = totals_set_add(set, key);
	if (is_update || !is_new_and_right(state, set, parent, tuple, row))
		(void) totals_flush(set, mode);
	totals_set_free(set);
}

static HeapTuple
restore(GuardState *state, TriggerData *data)
{
	TotalsDefinition *definition = state->definition;
	TupleDesc	row = RelationGetDescr(data->tg_relation);
	HeapTuple	tuple = data->tg_newtuple;
	Datum		key[INDEX_MAX_KEYS];
	TotalsParent *published;
	TotalsParent *parent;
	TotalsSet  *set;
	int		   *columns;

	if (!total_changed(state, data->tg_trigtuple, tuple, row) || !read_key(state, tuple, row, key))
		return tuple;
	published = totals_published(definition, key);
	if (published != NULL && is_published(state, published, tuple, row))
		return tuple;

	set = totals_set_create(definition);
	parent = totals_set_add(set, key);
	read_row(state, tuple, row, parent);
	totals_expect(set, parent);
	columns = palloc_array(int, definition->n_totals);
	for (int i = 0; i < definition->n_totals; i++)
		columns[i] = state->totals[i];
	if (!totals_are_right(definition, parent))
		tuple = heap_modify_tuple_by_cols(tuple, row, definition->n_totals, columns,
										  parent->computed, parent->computed_null);
	totals_set_free(set);
	return tuple;
}

/* The definition is kept meanwhile: an amount may call what runs statements, which look definitions over. */
static pg_noinline HeapTuple
watch(GuardState *state, TriggerData *data)
{
	TotalsDefinition *definition = state->definition;
	volatile HeapTuple tuple = NULL;

	definition->n_users++;
	PG_TRY();
	{
		if (TRIGGER_FIRED_BEFORE(data->tg_event))
			tuple = restore(state, data);
		else
			judge(state, data);
	}
	PG_CATCH();
	{
		totals_release(definition);
		PG_RE_THROW();
	}
	PG_END_TRY();
	totals_release(definition);
	return tuple;
}

Datum
opp_guard_totals(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	bool		is_before;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("guard_totals was not called by the trigger manager")));
	is_before = TRIGGER_FIRED_BEFORE(data->tg_event);
	if (!TRIGGER_FIRED_FOR_ROW(data->tg_event) || TRIGGER_FIRED_BY_DELETE(data->tg_event) ||
		(is_before && !TRIGGER_FIRED_BY_UPDATE(data->tg_event)))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("guard_totals must be fired AFTER INSERT OR UPDATE or BEFORE UPDATE for each row"),
				 errhint("Use opportunity.attach_totals to make the triggers."),
				 errtable(data->tg_relation)));
	if (data->tg_trigger->tgnargs != TOTALS_N_ARGUMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("guard_totals takes %d arguments, not %d", TOTALS_N_ARGUMENTS, data->tg_trigger->tgnargs),
				 errhint("Use opportunity.attach_totals to make the triggers."),
				 errtable(data->tg_relation)));

	PG_RETURN_POINTER(watch(guard_state(fcinfo, data), data));
}
