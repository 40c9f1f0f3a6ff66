/*
 * wiring.c
 *		Triggers of an attached process that do not do their work.
 */
#include "gate/wiring.h"
#include "names.h"

#include "access/relation.h"
#include "access/table.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"

/* A trigger of a function and stage column; NULL: there is none. */
static const Trigger *
find_trigger(const TriggerDesc *triggers, Oid function, const char *stage_column)
{
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (trigger->tgfoid == function && trigger->tgnargs > 0 && strcmp(trigger->tgargs[0], stage_column) == 0)
			return trigger;
	}
	return NULL;
}

static bool
same_arguments(const Trigger *a, const Trigger *b)
{
	if (a->tgnargs != b->tgnargs)
		return false;
	for (int i = 0; i < a->tgnargs; i++)
	{
		if (strcmp(a->tgargs[i], b->tgargs[i]) != 0)
			return false;
	}
	return true;
}

/* A trigger must be there, enabled, and fire for all it is to fire for. */
static void
check_trigger(List **problems, Oid table, const Trigger *trigger, const char *function, int16 type)
{
	const char *name = qualified_name(table);

	if (trigger == NULL)
		*problems = lappend(*problems, psprintf("table %s has no trigger of %s", name, function));
	else if (trigger->tgenabled != TRIGGER_FIRES_ON_ORIGIN && trigger->tgenabled != TRIGGER_FIRES_ALWAYS)
		*problems = lappend(*problems, psprintf("trigger \"%s\" of table %s is disabled", trigger->tgname, name));
	else if ((trigger->tgtype & type) != type || trigger->tgqual != NULL || trigger->tgnattr > 0)
		*problems = lappend(*problems, psprintf("trigger \"%s\" of table %s does not fire for all that it should",
												trigger->tgname, name));
}

static void
check_table(List **problems, const ProcessOptions *options, Oid table, const Trigger *judge)
{
	Relation	rel = table_open(table, AccessShareLock);
	TriggerDesc *triggers = CopyTriggerDesc(rel->trigdesc);
	const Trigger *own = find_trigger(triggers, trigger_function("judge_stage"), options->columns[STAGE_COLUMN]);
	const Trigger *deriver = find_trigger(triggers, trigger_function("derive_stage"), options->columns[STAGE_COLUMN]);
	int16		deriver_type = TRIGGER_TYPE_ROW | TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_INSERT;

	if (options_follow(options) || rel->rd_rel->relispartition)
		deriver_type |= TRIGGER_TYPE_UPDATE;
	check_trigger(problems, table, own, "opportunity.judge_stage",
				  TRIGGER_TYPE_ROW | TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE);
	check_trigger(problems, table, deriver, "opportunity.derive_stage", deriver_type);
	if (own != NULL && !same_arguments(own, judge))
		*problems = lappend(*problems, psprintf("table %s has a process or options of its own", qualified_name(table)));
	table_close(rel, AccessShareLock);
}

List *
wiring_problems(const Attachment *attachment, Relation rel, const Trigger *judge)
{
	List	   *problems = NIL;
	ListCell   *cell;

	foreach(cell, find_all_inheritors(RelationGetRelid(rel), AccessShareLock, NULL))
		check_table(&problems, &attachment->options, lfirst_oid(cell), judge);
	for (int i = 0; i < N_SOURCE_TABLES; i++)
	{
		Relation	source;
		const Trigger *watcher = NULL;

		if (!OidIsValid(attachment->tables[i]))
			continue;
		source = relation_open(attachment->tables[i], AccessShareLock);
		for (int j = 0; source->trigdesc != NULL && j < source->trigdesc->numtriggers; j++)
		{
			if (source->trigdesc->triggers[j].tgfoid == trigger_function("process_table_changed"))
				watcher = &source->trigdesc->triggers[j];
		}
		check_trigger(&problems, attachment->tables[i], watcher, "opportunity.process_table_changed",
					  TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE | TRIGGER_TYPE_TRUNCATE);
		relation_close(source, AccessShareLock);
	}
	return problems;
}
