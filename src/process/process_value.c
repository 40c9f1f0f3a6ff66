/*
 * process_value.c
 *		Values of the type sales_process, and what they hold as SQL has it.
 */
#include "process/process_value.h"

#include "numeric/fixed.h"

SalesProcess *
sales_process_of(Datum value)
{
	SalesProcess *process = (SalesProcess *) PG_DETOAST_DATUM(value);

	if (VARSIZE(process) < sizeof(SalesProcess) || process->version != PROCESS_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("stored sales process is not of version %d", PROCESS_VERSION),
				 errhint("Write it again from its JSON text.")));
	return process;
}

bool
same_process(const SalesProcess *a, const SalesProcess *b)
{
	return VARSIZE(a) == VARSIZE(b) && memcmp(VARDATA(a), VARDATA(b), VARSIZE(a) - VARHDRSZ) == 0;
}

Datum
probability_numeric(int32 probability)
{
	int			decimals = PROBABILITY_DECIMALS;

	for (; decimals > 0 && probability % 10 == 0; decimals--)
		probability /= 10;
	return fixed_to_numeric(probability, decimals);
}
