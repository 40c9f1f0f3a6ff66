/*
 * requirements.c
 *		When a required column is filled.
 */
#include "process/requirements.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "parser/parse_coerce.h"
#include "utils/lsyscache.h"

RequirementKind
requirement_kind(Oid type)
{
	Oid			base = getBaseType(type);

	if (base == BOOLOID)
		return REQUIRED_TRUE;
	if (TypeCategory(base) == TYPCATEGORY_STRING && get_typlen(base) == -1)
		return REQUIRED_TEXT;
	return REQUIRED_NOT_NULL;
}

static bool
requirement_met(RequirementKind kind, Datum value, bool isnull)
{
	bool		met = !isnull;

	if (met && kind == REQUIRED_TRUE)
		met = DatumGetBool(value);
	else if (met && kind == REQUIRED_TEXT)
	{
		text	   *string = DatumGetTextPP(value);
		const char *c = VARDATA_ANY(string);
		const char *end = c + VARSIZE_ANY_EXHDR(string);

		/* blanks, tabs and line ends */
		while (c < end && (*c == ' ' || (*c >= '\t' && *c <= '\r')))
			c++;
		met = c < end;
	}
	return met;
}

static bool
is_listed(List *names, const char *name)
{
	ListCell   *cell;

	foreach(cell, names)
	{
		if (strcmp(lfirst(cell), name) == 0)
			return true;
	}
	return false;
}

List *
unmet_columns(const SalesProcess *process, const Requirement *requirements,
			  const StageMove *move, HeapTuple row, TupleDesc desc)
{
	List	   *unmet = NIL;
	int			i = -1;

	while ((i = next_requirement(process, move, i)) >= 0)
	{
		const char *column = required_column(process, i);
		bool		isnull;
		Datum		value = heap_getattr(row, requirements[i].attnum, desc, &isnull);

		if (!requirement_met(requirements[i].kind, value, isnull) && !is_listed(unmet, column))
			unmet = lappend(unmet, unconstify(char *, column));
	}
	return unmet;
}
