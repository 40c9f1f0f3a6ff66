/*
 * meant.c
 *		The decimal that a double is meant as, by PostgreSQL's own routines.
 */
#include "deal/meant.h"

#include "numeric/fixed.h"
#include "utils/fmgrprotos.h"

int128
round_as_numeric(double value)
{
	Datum		number = DirectFunctionCall2(numeric_round,
											 DirectFunctionCall1(float8_numeric, Float8GetDatum(value)),
											 Int32GetDatum(6));
	int128		units;

	if (numeric_to_fixed(number, 6, &units) != FIXED_OK)
		elog(ERROR, "%.17g has no fixed-point form", value);
	return units;
}
