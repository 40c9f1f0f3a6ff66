/*
 * guard.c
 *		The trigger on a history: it is appended to and never changed.  Its arguments
 *		say by which trigger.
 */
#include "history/history.h"

#include "commands/trigger.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(opp_guard_history);

Datum
opp_guard_history(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("guard_history was not called by the trigger manager")));
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("history \"%s\" is only appended to", RelationGetRelationName(data->tg_relation)),
			 errdetail("%s is not allowed.",
					   TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? "UPDATE" :
					   TRIGGER_FIRED_BY_DELETE(data->tg_event) ? "DELETE" : "TRUNCATE"),
			 errhint("Its owner may disable the trigger \"%s\" to remove old entries.", data->tg_trigger->tgname),
			 errtableconstraint(data->tg_relation, CONSTRAINT_HISTORY_APPEND)));
	PG_RETURN_POINTER(NULL);
}
