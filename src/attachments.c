/*
 * attachments.c
 *		What the view attachments needs beyond the catalogs: a trigger's arguments.
 */
#include "opportunity.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(opp_trigger_arguments);

/* pg_trigger.tgargs holds NUL-terminated strings one behind the other. */
Datum
opp_trigger_arguments(PG_FUNCTION_ARGS)
{
	bytea	   *arguments = PG_GETARG_BYTEA_PP(0);
	const char *start = VARDATA_ANY(arguments);
	const char *end = start + VARSIZE_ANY_EXHDR(arguments);
	ArrayBuildState *array = initArrayResult(TEXTOID, CurrentMemoryContext, false);

	while (start < end)
	{
		int			length = strnlen(start, end - start);
		text	   *argument;

		CHECK_FOR_INTERRUPTS();
		if (array->nelems == PG_INT16_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a trigger has at most %d arguments", PG_INT16_MAX)));
		(void) pg_verify_mbstr(GetDatabaseEncoding(), start, length, false);
		argument = cstring_to_text_with_len(start, length);
		accumArrayResult(array, PointerGetDatum(argument), false, TEXTOID, CurrentMemoryContext);
		pfree(argument);
		start += length + 1;
	}
	return makeArrayResult(array, CurrentMemoryContext);
}
