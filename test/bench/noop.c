/*
 * noop.c
 *		A row trigger that does nothing: what any trigger written in C costs.
 *		test/bench/gate.sql compiles and loads it.
 */
#include "postgres.h"

#include "fmgr.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(noop);

Datum
noop(PG_FUNCTION_ARGS)
{
	return PointerGetDatum(NULL);
}
