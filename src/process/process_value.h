/*
 * process_value.h
 *		Values of the type sales_process, and what they hold as SQL has it.
 */
#ifndef OPPORTUNITY_PROCESS_VALUE_H
#define OPPORTUNITY_PROCESS_VALUE_H

#include "opportunity.h"

#include "process/process.h"

#define DatumGetSalesProcess(d) sales_process_of(d)
#define PG_GETARG_SALES_PROCESS(n) DatumGetSalesProcess(PG_GETARG_DATUM(n))

/* A stored value, detoasted; an error when another version of its layout was stored. */
extern SalesProcess *sales_process_of(Datum value);

/* The stored form has no freedom: equal processes are equal bytes. */
extern bool same_process(const SalesProcess *a, const SalesProcess *b);

/* A stage's probability as a numeric without trailing zeros; it must have one. */
extern Datum probability_numeric(int32 probability);

#endif							/* OPPORTUNITY_PROCESS_VALUE_H */
