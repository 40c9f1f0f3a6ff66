/*
 * log.c
 *		The triggers that write a history, one call a statement.
 *
 * Entries are stored without SQL: no plan, no query, nothing that grows with the
 * rows.  The old and the new rows of an UPDATE come in the same order.
 */
#include "history/history.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(opp_log_changes);

typedef enum HistoryEvent
{
	HISTORY_INSERT,
	HISTORY_UPDATE,
	HISTORY_DELETE
} HistoryEvent;
#define HISTORY_N_EVENTS 3

/* The writing of one statement's entries; begun with the first one, when estate is made. */
typedef struct HistoryWriter
{
	HistoryDefinition *definition;
	Relation	table;
	EState	   *estate;
	ResultRelInfo *result;
	TupleTableSlot *slot;
	ExprState **defaults;
	bool		fires_triggers;
	TransitionCaptureState *capture;	/* for statement triggers on the log */
	Datum		changed_at;
	Datum		changed_by;
	Datum		events[HISTORY_N_EVENTS];
	int			settings;		/* nest level, 0 when they are not pinned */
	Oid			caller;
	int			caller_security;
} HistoryWriter;

static const char *const event_names[HISTORY_N_EVENTS] = {"insert", "update", "delete"};

/*
 * What happens on the log, its defaults and triggers, is its owner's affair.  An
 * error needs no cleaning up: the transaction restores user and settings.
 */
static void
begin_writing(HistoryWriter *writer)
{
	HistoryDefinition *definition = writer->definition;
	MemoryContext caller;

	if (!RelationUsesLocalBuffers(writer->table))
		PreventCommandIfReadOnly("INSERT");
	writer->changed_by = CStringGetTextDatum(GetUserNameFromId(GetOuterUserId(), false));
	writer->changed_at = TimestampTzGetDatum(GetCurrentTimestamp());
	for (int i = 0; i < HISTORY_N_EVENTS; i++)
		writer->events[i] = CStringGetTextDatum(event_names[i]);

	GetUserIdAndSecContext(&writer->caller, &writer->caller_security);
	SetUserIdAndSecContext(writer->table->rd_rel->relowner,
						   writer->caller_security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	if (definition->needs_settings || definition->runs_code)
		writer->settings = history_pin_settings();

	writer->estate = CreateExecutorState();
	caller = MemoryContextSwitchTo(writer->estate->es_query_cxt);
	writer->estate->es_output_cid = GetCurrentCommandId(true);
	writer->result = makeNode(ResultRelInfo);
	InitResultRelInfo(writer->result, writer->table, 0, NULL, 0);
	/* where triggers on the log look for it */
	writer->estate->es_opened_result_relations = lappend(NIL, writer->result);
	ExecOpenIndices(writer->result, false);
	writer->slot = ExecInitExtraTupleSlot(writer->estate, RelationGetDescr(writer->table), &TTSOpsVirtual);
	writer->defaults = palloc_array(ExprState *, definition->n_defaults + 1);
	for (int i = 0; i < definition->n_defaults; i++)
		writer->defaults[i] = ExecInitExpr(definition->defaults[i], NULL);
	MemoryContextSwitchTo(caller);
	writer->slot->tts_tableOid = RelationGetRelid(writer->table);
	writer->fires_triggers = writer->result->ri_TrigDesc != NULL && definition->runs_code;
	if (writer->fires_triggers)
	{
		AfterTriggerBeginQuery();
		writer->capture = MakeTransitionCaptureState(writer->result->ri_TrigDesc, RelationGetRelid(writer->table), CMD_INSERT);
		ExecBSInsertTriggers(writer->estate, writer->result);
	}
}

static void
end_writing(HistoryWriter *writer)
{
	if (writer->estate != NULL)
	{
		if (writer->fires_triggers)
		{
			ExecASInsertTriggers(writer->estate, writer->result, writer->capture);
			AfterTriggerEndQuery(writer->estate);
		}
		if (writer->settings > 0)
			AtEOXact_GUC(true, writer->settings);
		SetUserIdAndSecContext(writer->caller, writer->caller_security);
		ExecResetTupleTable(writer->estate->es_tupleTable, false);
		ExecCloseIndices(writer->result);
		FreeExecutorState(writer->estate);
	}
	table_close(writer->table, NoLock);
}

/* As INSERT does it, without a plan. */
static void
store_entry(HistoryWriter *writer)
{
	ResultRelInfo *result = writer->result;
	EState	   *estate = writer->estate;
	TupleTableSlot *slot = writer->slot;
	TriggerDesc *triggers = result->ri_TrigDesc;
	TupleConstr *constraints = RelationGetDescr(writer->table)->constr;
	List	   *recheck = NIL;

	if (triggers != NULL && triggers->trig_insert_before_row && !ExecBRInsertTriggers(estate, result, slot))
		return;
	if (constraints != NULL && constraints->has_generated_stored)
		ExecComputeStoredGenerated(result, estate, slot, CMD_INSERT);
	if (constraints != NULL)
		ExecConstraints(result, slot, estate);
	if (writer->table->rd_rel->relispartition)
		ExecPartitionCheck(result, slot, estate, true);
	table_tuple_insert(writer->table, slot, estate->es_output_cid, 0, NULL);
	if (result->ri_NumIndices > 0)
		recheck = insert_into_indexes(result, slot, estate);
	ExecARInsertTriggers(estate, result, slot, recheck, writer->capture);
}

/* One entry about one column of one row; the row's key comes from the slot. */
static void
write_entry(HistoryWriter *writer, HistoryEvent event, TupleTableSlot *row, HistoryColumn *column,
			Datum old_value, bool old_null, Datum new_value, bool new_null)
{
	HistoryDefinition *definition = writer->definition;
	TupleTableSlot *slot = writer->slot;
	Datum	   *values = slot->tts_values;
	bool	   *nulls = slot->tts_isnull;

	ExecClearTuple(slot);
	memset(nulls, true, slot->tts_tupleDescriptor->natts * sizeof(bool));
	for (int i = 0; i < definition->n_keys; i++)
	{
		int			at = definition->keys[i].table_number - 1;

		values[at] = slot_getattr(row, definition->keys[i].number, &nulls[at]);
	}
#define SET_OWN(which, value, is_null) \
	(values[definition->own[which] - 1] = (value), nulls[definition->own[which] - 1] = (is_null))
	SET_OWN(HISTORY_CHANGED_AT, writer->changed_at, false);
	SET_OWN(HISTORY_CHANGED_BY, writer->changed_by, false);
	SET_OWN(HISTORY_EVENT, writer->events[event], false);
	SET_OWN(HISTORY_COLUMN_NAME, column->name, false);
	SET_OWN(HISTORY_OLD_VALUE, old_value, old_null);
	SET_OWN(HISTORY_NEW_VALUE, new_value, new_null);
#undef SET_OWN
	for (int i = 0; i < definition->n_defaults; i++)
	{
		int			at = definition->default_numbers[i] - 1;

		values[at] = ExecEvalExpr(writer->defaults[i], GetPerTupleExprContext(writer->estate), &nulls[at]);
	}
	ExecStoreVirtualTuple(slot);
	store_entry(writer);
}

/*
 * A row that came or went.  Columns without a value are left out, but for the
 * first: so each coming and going is in the log.
 */
static void
log_row(HistoryWriter *writer, HistoryEvent event, TupleTableSlot *row)
{
	MemoryContext caller;

	if (writer->estate == NULL)
		begin_writing(writer);
	caller = MemoryContextSwitchTo(GetPerTupleMemoryContext(writer->estate));
	for (int i = 0; i < writer->definition->n_columns; i++)
	{
		HistoryColumn *column = &writer->definition->columns[i];
		bool		is_null;
		Datum		value = slot_getattr(row, column->number, &is_null);

		if (is_null && i > 0)
			continue;
		if (!is_null)
			value = history_value(&column->value_type, value);
		if (event == HISTORY_INSERT)
			write_entry(writer, event, row, column, (Datum) 0, true, value, is_null);
		else
			write_entry(writer, event, row, column, value, is_null, (Datum) 0, true);
	}
	MemoryContextSwitchTo(caller);
	ResetPerTupleExprContext(writer->estate);
}

static bool
same_key(HistoryDefinition *definition, TupleTableSlot *old, TupleTableSlot *new)
{
	for (int i = 0; i < definition->n_keys; i++)
	{
		HistoryKeyColumn *key = &definition->keys[i];
		bool		old_null;
		bool		new_null;
		Datum		before = slot_getattr(old, key->number, &old_null);
		Datum		after = slot_getattr(new, key->number, &new_null);

		if (old_null || new_null)
			return old_null && new_null;
		if (!datum_image_eq(before, after, key->by_val, key->length) &&
			!DatumGetBool(FunctionCall2Coll(&key->equal, key->collation, before, after)))
			return false;
	}
	return true;
}

static void
log_update(HistoryWriter *writer, TupleTableSlot *old, TupleTableSlot *new)
{
	for (int i = 0; i < writer->definition->n_columns; i++)
	{
		HistoryColumn *column = &writer->definition->columns[i];
		bool		old_null;
		bool		new_null;
		Datum		before = slot_getattr(old, column->number, &old_null);
		Datum		after = slot_getattr(new, column->number, &new_null);
		MemoryContext caller;
		bool		is_same;

		if (old_null && new_null)
			continue;
		if (!old_null && !new_null && datum_image_eq(before, after, column->by_val, column->length))
			continue;
		if (writer->estate == NULL)
			begin_writing(writer);
		caller = MemoryContextSwitchTo(GetPerTupleMemoryContext(writer->estate));
		if (!old_null)
			before = history_value(&column->value_type, before);
		if (!new_null)
			after = history_value(&column->value_type, after);
		/* other bytes may have the same text */
		is_same = !old_null && !new_null && datum_image_eq(before, after, false, -1);
		if (!is_same)
			write_entry(writer, HISTORY_UPDATE, new, column, before, old_null, after, new_null);
		MemoryContextSwitchTo(caller);
		ResetPerTupleExprContext(writer->estate);
	}
}

/*
 * A row whose key changes is another row from then on.  So is each where the old
 * and the new rows are not one for one: a row moved to another partition can be
 * swallowed there by a trigger.
 */
static void
log_updates(HistoryWriter *writer, TriggerData *data, TupleTableSlot *old, TupleTableSlot *new)
{
	bool		are_paired = tuplestore_tuple_count(data->tg_oldtable) == tuplestore_tuple_count(data->tg_newtable);

	for (;;)
	{
		bool		has_old = tuplestore_gettupleslot(data->tg_oldtable, true, false, old);
		bool		has_new = tuplestore_gettupleslot(data->tg_newtable, true, false, new);

		if (!has_old && !has_new)
			break;
		if (are_paired && same_key(writer->definition, old, new))
			log_update(writer, old, new);
		else
		{
			if (has_old)
				log_row(writer, HISTORY_DELETE, old);
			if (has_new)
				log_row(writer, HISTORY_INSERT, new);
		}
	}
}

/*
 * The rows that TRUNCATE is about to remove, also those that the transaction's own
 * snapshot is too old to see.  Each table that inherits has a trigger of its own.
 */
static void
log_truncate(HistoryWriter *writer, Relation relation)
{
	TupleTableSlot *slot;
	TableScanDesc scan;
	Snapshot	snapshot;

	if (relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
		return;
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	slot = table_slot_create(relation, NULL);
	scan = begin_table_scan(relation, snapshot);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		log_row(writer, HISTORY_DELETE, slot);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
}

/* The trigger as attach_history makes it, with the transition tables it needs. */
static void
check_call(FunctionCallInfo fcinfo)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	bool		is_right;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("log_changes was not called by the trigger manager")));
	is_right = TRIGGER_FIRED_FOR_STATEMENT(data->tg_event) && data->tg_trigger->tgnargs == HISTORY_N_ARGUMENTS;
	if (TRIGGER_FIRED_BY_TRUNCATE(data->tg_event))
		is_right &= TRIGGER_FIRED_BEFORE(data->tg_event);
	else
		is_right &= TRIGGER_FIRED_AFTER(data->tg_event) &&
			(TRIGGER_FIRED_BY_INSERT(data->tg_event) || data->tg_oldtable != NULL) &&
			(TRIGGER_FIRED_BY_DELETE(data->tg_event) || data->tg_newtable != NULL);
	if (!is_right)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("a history trigger on \"%s\" does not have the form that it needs",
						RelationGetRelationName(data->tg_relation)),
				 errdetail("It is fired AFTER each statement with the transition tables, or BEFORE TRUNCATE, and has %d arguments.",
						   HISTORY_N_ARGUMENTS),
				 errhint("Use opportunity.attach_history to make the triggers."),
				 errtable(data->tg_relation)));
}

Datum
opp_log_changes(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	HistoryWriter writer = {0};
	TupleTableSlot *old;
	TupleTableSlot *new;

	check_call(fcinfo);
	writer.definition = history_definition(data, &writer.table);
	old = MakeSingleTupleTableSlot(RelationGetDescr(data->tg_relation), &TTSOpsMinimalTuple);
	new = MakeSingleTupleTableSlot(RelationGetDescr(data->tg_relation), &TTSOpsMinimalTuple);
	if (data->tg_oldtable != NULL)
		tuplestore_rescan(data->tg_oldtable);
	if (data->tg_newtable != NULL)
		tuplestore_rescan(data->tg_newtable);

	if (TRIGGER_FIRED_BY_INSERT(data->tg_event))
	{
		while (tuplestore_gettupleslot(data->tg_newtable, true, false, new))
			log_row(&writer, HISTORY_INSERT, new);
	}
	else if (TRIGGER_FIRED_BY_UPDATE(data->tg_event))
		log_updates(&writer, data, old, new);
	else if (TRIGGER_FIRED_BY_DELETE(data->tg_event))
	{
		while (tuplestore_gettupleslot(data->tg_oldtable, true, false, old))
			log_row(&writer, HISTORY_DELETE, old);
	}
	else
		log_truncate(&writer, data->tg_relation);

	ExecDropSingleTupleTableSlot(old);
	ExecDropSingleTupleTableSlot(new);
	end_writing(&writer);
	PG_RETURN_POINTER(NULL);
}
