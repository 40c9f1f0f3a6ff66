/*
 * watch.c
 *		The triggers on the tables that processes are read from.
 *
 * One such trigger serves all the processes that are read from its table.
 */
#include "command.h"
#include "gate/watch.h"
#include "names.h"

#include "access/table.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "gate/report.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(opp_process_table_changed);

/* A trigger that is disabled is enabled.  The lock is kept: unwatch_tables looks again when it has its own. */
void
watch_table(Oid table)
{
	Relation	rel = table_open(table, AccessShareLock);
	Oid			function = trigger_function("process_table_changed");
	const char *name = "opportunity_process_changed";
	bool		watched = false;

	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers && !watched; i++)
	{
		const Trigger *trigger = &rel->trigdesc->triggers[i];

		if (trigger->tgfoid != function)
			continue;
		watched = trigger->tgenabled == TRIGGER_FIRES_ON_ORIGIN || trigger->tgenabled == TRIGGER_FIRES_ALWAYS;
		name = pstrdup(trigger->tgname);
	}
	table_close(rel, NoLock);
	if (!watched)
		run_command(psprintf("CREATE OR REPLACE TRIGGER %s AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION opportunity.process_table_changed()",
							 quote_identifier(name), qualified_name(table)));
}

/*
 * Finds the triggers of tables with these names that no judge names any more and
 * that the user may drop: table, and command that drops it.
 */
static void
find_unneeded(List *names)
{
	StringInfoData list;
	ListCell   *cell;

	initStringInfo(&list);
	foreach(cell, names)
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", quote_literal_cstr(lfirst(cell)));
	run_query(psprintf("SELECT c.oid, pg_catalog.format('DROP TRIGGER %%I ON %%s', w.tgname, q.name)"
					   " FROM pg_catalog.pg_trigger w JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) w.tgrelid"
					   " JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace"
					   " CROSS JOIN LATERAL (SELECT pg_catalog.format('%%I.%%I', n.nspname, c.relname) AS name) q"
					   " WHERE w.tgfoid OPERATOR(pg_catalog.=) %u AND q.name OPERATOR(pg_catalog.=) ANY (ARRAY[%s])"
					   " AND pg_catalog.pg_has_role(c.relowner, 'USAGE')"
					   " AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger judge WHERE judge.tgfoid OPERATOR(pg_catalog.=) %u"
					   " AND q.name OPERATOR(pg_catalog.=) ANY (opportunity.trigger_arguments(judge.tgargs)))",
					   trigger_function("process_table_changed"), list.data, trigger_function("judge_stage")));
}

void
unwatch_tables(List *names)
{
	List	   *commands = NIL;
	ListCell   *cell;

	if (names == NIL)
		return;
	find_unneeded(names);
	for (uint64 i = 0; i < SPI_processed; i++)
		LockRelationOid(atooid(SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1)), AccessExclusiveLock);
	if (SPI_processed == 0)
		return;
	/* While we waited for a lock another process may have been attached. */
	find_unneeded(names);
	for (uint64 i = 0; i < SPI_processed; i++)
		commands = lappend(commands, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2));
	foreach(cell, commands)
		run_command(lfirst(cell));
}

/* Tells all backends that what they keep of the table is stale. */
Datum
opp_process_table_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		report_wrong_trigger("process_table_changed", "as a trigger");
	if (!TRIGGER_FIRED_AFTER(trigger->tg_event) || !TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event))
		report_wrong_trigger("process_table_changed", "AFTER each STATEMENT");
	CacheInvalidateRelcache(trigger->tg_relation);
	return PointerGetDatum(NULL);
}
