/*
 * stage_value.c
 *		A value of a stage column and the name that stands for it.
 */
#include "process/stage_value.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

void
init_name_reader(NameReader *reader, Oid type, MemoryContext context)
{
	Oid			function;
	bool		varlena;

	getTypeOutputInfo(type, &function, &varlena);
	fmgr_info_cxt(function, &reader->output, context);
	reader->is_padded = getBaseType(type) == BPCHAROID;
}

char *
read_name_of(const NameReader *reader, Datum value)
{
	char	   *name = OutputFunctionCall(unconstify(FmgrInfo *, &reader->output), value);

	/* The blanks that pad a char(n) are not part of the name. */
	if (reader->is_padded)
		name[bpchartruelen(name, strlen(name))] = '\0';
	return name;
}
