/*
 * triggers.c
 *		The triggers of attachments as the catalog has them: all that is stored of
 *		an attachment.
 */
#include "expression.h"
#include "names.h"
#include "totals/totals.h"

#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

/*
 * The triggers of this subject in the database, of one attachment or of all, but
 * for clones on partitions.  SPI is connected, and what is found lives in its
 * memory.
 */
List *
totals_find_triggers(bytea *arguments)
{
	static const char *const query =
		"SELECT tgrelid, tgname, tgenabled IN ('O', 'A'), tgfoid OPERATOR(pg_catalog.=) $1, tgargs "
		"FROM pg_catalog.pg_trigger "
		"WHERE tgfoid OPERATOR(pg_catalog.=) ANY (ARRAY[$1, $2]) AND tgparentid OPERATOR(pg_catalog.=) 0::pg_catalog.oid "
		"AND ($3 IS NULL OR tgargs OPERATOR(pg_catalog.=) $3) ORDER BY oid";
	Oid			types[] = {OIDOID, OIDOID, BYTEAOID};
	Datum		values[3];
	char		nulls[] = "   ";
	List	   *triggers = NIL;
	int			level = pin_expression_settings();

	values[0] = ObjectIdGetDatum(trigger_function("guard_totals"));
	values[1] = ObjectIdGetDatum(trigger_function("maintain_totals"));
	values[2] = PointerGetDatum(arguments);
	if (arguments == NULL)
		nulls[2] = 'n';
	if (SPI_execute_with_args(query, 3, types, values, nulls, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read triggers");
	AtEOXact_GUC(false, level);

	for (uint64 row = 0; row < SPI_processed; row++)
	{
		TotalsTrigger *found = palloc_object(TotalsTrigger);
		HeapTuple	tuple = SPI_tuptable->vals[row];
		TupleDesc	columns = SPI_tuptable->tupdesc;
		bool		is_null;

		found->relid = DatumGetObjectId(SPI_getbinval(tuple, columns, 1, &is_null));
		found->name = pstrdup(NameStr(*DatumGetName(SPI_getbinval(tuple, columns, 2, &is_null))));
		found->is_enabled = DatumGetBool(SPI_getbinval(tuple, columns, 3, &is_null));
		found->is_guard = DatumGetBool(SPI_getbinval(tuple, columns, 4, &is_null));
		found->arguments = DatumGetByteaPCopy(SPI_getbinval(tuple, columns, 5, &is_null));
		triggers = lappend(triggers, found);
	}
	return triggers;
}

/* A trigger's arguments as strings, or NULL when they are not ours. */
char **
totals_split_arguments(bytea *arguments, int *n)
{
	char	   *at = VARDATA_ANY(arguments);
	char	   *end = at + VARSIZE_ANY_EXHDR(arguments);
	char	  **strings = palloc_array(char *, VARSIZE_ANY_EXHDR(arguments) + 1);

	for (*n = 0; at < end; (*n)++)
	{
		int			length = strnlen(at, end - at);

		strings[*n] = pnstrdup(at, length);
		at += length + 1;
	}
	return strings;
}

bool
totals_same_arguments(bytea *a, bytea *b)
{
	return VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

/*
 * The arguments of a parent's attachments, of one child's or of all.  A guard on
 * the parent tells them; a child given is also known by its own triggers, so that
 * what has lost its guard can be found and dropped.  Tables that have been renamed
 * are known by the triggers that stand on them.
 */
List *
totals_find_attachments(Oid parent, Oid child)
{
	List	   *attachments = NIL;
	List	   *triggers = totals_find_triggers(NULL);
	ListCell   *cell;

	foreach(cell, triggers)
	{
		bytea	   *arguments = ((TotalsTrigger *) lfirst(cell))->arguments;
		bool		is_known = false;
		bool		has_parent;
		bool		has_child;
		ListCell   *other;
		int			n;
		char	  **strings = totals_split_arguments(arguments, &n);

		foreach(other, attachments)
			is_known |= totals_same_arguments(lfirst(other), arguments);
		if (is_known || n != TOTALS_N_ARGUMENTS)
			continue;

		has_parent = false;
		has_child = !OidIsValid(child) || relation_of_name(strings[TOTALS_CHILD]) == child;
		foreach(other, triggers)
		{
			TotalsTrigger *trigger = lfirst(other);

			if (!totals_same_arguments(trigger->arguments, arguments))
				continue;
			has_parent |= trigger->is_guard ? trigger->relid == parent :
				trigger->relid == child && relation_of_name(strings[TOTALS_PARENT]) == parent;
			has_child |= !trigger->is_guard && trigger->relid == child;
		}
		if (has_parent && has_child)
			attachments = lappend(attachments, arguments);
	}
	return attachments;
}
