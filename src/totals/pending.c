/*
 * pending.c
 *		The statements under way whose lines the totals do not have yet.
 *
 * A total may be changed by the difference that a statement makes only while
 * every other line is in it.  That is known from here: a statement is entered
 * before it writes its first line and leaves when its flush is done.  Where two
 * are under way at once, one within the other (a trigger on the lines that writes
 * lines) or the events of one command (MERGE, ON CONFLICT DO UPDATE), the flush
 * that comes first adds the lines up anew, and sees the other's; the other must
 * not add them again, so it is told.
 *
 * An error ends the subtransaction that a statement belongs to, and its entry
 * with it.
 */
#include "totals/totals.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "utils/memutils.h"

typedef struct Statement
{
	uint32		attachment;		/* a hash: one taken for another is only slower */
	Oid			relid;			/* the table it names */
	TriggerEvent event;
	SubTransactionId subtransaction;
	bool		is_counted;		/* lines have been added up while it was under way */
} Statement;

static Statement *statements = NULL;
static int	n_statements = 0;
static int	n_allocated = 0;

static uint32
attachment_hash(char **arguments)
{
	static const TotalsArgument identity[] = {TOTALS_PARENT, TOTALS_COLUMNS, TOTALS_CHILD};
	uint32		hash = 0;

	for (int i = 0; i < (int) lengthof(identity); i++)
		hash = hash_combine(hash, hash_bytes((const unsigned char *) arguments[identity[i]],
											 strlen(arguments[identity[i]])));
	return hash;
}

static void
at_transaction_end(XactEvent event, void *unused)
{
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_COMMIT || event == XACT_EVENT_PREPARE)
		n_statements = 0;
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId own, SubTransactionId parent, void *unused)
{
	int			n = 0;

	if (event != SUBXACT_EVENT_ABORT_SUB)
		return;
	for (int i = 0; i < n_statements; i++)
	{
		/* Those begun since are within it. */
		if (statements[i].subtransaction < own)
			statements[n++] = statements[i];
	}
	n_statements = n;
}

/* A statement is about to write lines into a table. */
void
totals_statement_begins(char **arguments, Oid relid, TriggerEvent event)
{
	Statement  *statement;

	if (n_statements == n_allocated)
	{
		if (statements == NULL)
		{
			RegisterXactCallback(at_transaction_end, NULL);
			RegisterSubXactCallback(at_subtransaction_end, NULL);
			statements = MemoryContextAlloc(opportunity_context(), sizeof(Statement) * 8);
			n_allocated = 8;
		}
		else
		{
			statements = repalloc(statements, sizeof(Statement) * 2 * n_allocated);
			n_allocated *= 2;
		}
	}
	statement = &statements[n_statements++];
	statement->attachment = attachment_hash(arguments);
	statement->relid = relid;
	statement->event = event & TRIGGER_EVENT_OPMASK;
	statement->subtransaction = GetCurrentSubTransactionId();
	statement->is_counted = false;
}

/* The innermost such statement, or -1 where its beginning went unseen. */
static int
find_statement(uint32 attachment, Oid relid, TriggerEvent event)
{
	int			i = n_statements - 1;

	while (i >= 0 && !(statements[i].attachment == attachment && statements[i].relid == relid &&
					   statements[i].event == (event & TRIGGER_EVENT_OPMASK)))
		i--;
	return i;
}

/* Whether its lines are all that the totals lack, and they lack all of them. */
bool
totals_statement_is_alone(char **arguments, Oid relid, TriggerEvent event)
{
	uint32		attachment = attachment_hash(arguments);
	int			own = find_statement(attachment, relid, event);

	if (own < 0 || statements[own].is_counted)
		return false;
	for (int i = 0; i < n_statements; i++)
	{
		if (i != own && statements[i].attachment == attachment)
			return false;
	}
	return true;
}

/* The totals have its lines now. */
void
totals_statement_ends(char **arguments, Oid relid, TriggerEvent event)
{
	int			own = find_statement(attachment_hash(arguments), relid, event);

	if (own < 0)
		return;
	memmove(&statements[own], &statements[own + 1], sizeof(Statement) * (n_statements - own - 1));
	n_statements--;
}

/* Lines are being added up, those of the statements under way among them. */
void
totals_lines_are_counted(char **arguments)
{
	uint32		attachment;

	if (n_statements == 0)
		return;
	attachment = attachment_hash(arguments);
	for (int i = 0; i < n_statements; i++)
	{
		if (statements[i].attachment == attachment)
			statements[i].is_counted = true;
	}
}
