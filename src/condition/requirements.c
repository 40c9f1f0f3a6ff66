/*
 * requirements.c
 *		What the gates of a move ask of a row.
 */
#include "condition/requirements.h"

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

bool
is_filled(const Requirement *requirement, HeapTuple row, TupleDesc desc)
{
	bool		isnull;
	Datum		value = heap_getattr(row, requirement->attnum, desc, &isnull);
	bool		met = !isnull;

	if (met && requirement->kind == REQUIRED_TRUE)
		met = DatumGetBool(value);
	else if (met && requirement->kind == REQUIRED_TEXT)
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

static List *
add_once(List *names, const char *name)
{
	ListCell   *cell;

	foreach(cell, names)
	{
		if (strcmp(lfirst(cell), name) == 0)
			return names;
	}
	return lappend(names, unconstify(char *, name));
}

bool
find_unmet(const SalesProcess *process, const Requirement *requirements, ConditionRun *run,
		   const StageMove *move, HeapTuple row, TupleDesc desc, Unmet *unmet)
{
	int			gate = STAGE_NONE;

	*unmet = (Unmet) {NIL, NIL};
	while ((gate = next_gate(move, gate)) != STAGE_NONE)
	{
		const ProcessStage *stage = &process->stages[gate];

		for (uint32 i = stage->first_required; i < stage->first_required + stage->n_required; i++)
		{
			if (!is_filled(&requirements[i], row, desc))
				unmet->columns = add_once(unmet->columns, required_column(process, i));
		}
		for (uint32 i = stage->first_check; i < stage->first_check + stage->n_checks; i++)
		{
			if (!check_passes(run, i, row))
				unmet->checks = add_once(unmet->checks, check_message(process, i));
		}
	}
	return unmet->columns != NIL || unmet->checks != NIL;
}
