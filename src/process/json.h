/*
 * json.h
 *		The text form of a sales process.
 */
#ifndef OPPORTUNITY_PROCESS_JSON_H
#define OPPORTUNITY_PROCESS_JSON_H

#include "opportunity.h"

#include "nodes/nodes.h"
#include "process/process.h"

#define DatumGetSalesProcess(d) sales_process_of(d)
#define PG_GETARG_SALES_PROCESS(n) DatumGetSalesProcess(PG_GETARG_DATUM(n))

/* A stored value, detoasted; an error when another version of its layout was stored (process_type.c). */
extern SalesProcess *sales_process_of(Datum value);

/* The stored form has no freedom: equal processes are equal bytes. */
extern bool same_process(const SalesProcess *a, const SalesProcess *b);

/* The process that a JSON text describes; NULL after a soft error. */
extern SalesProcess *process_from_json(char *json, Node *escontext);

/* The same from a jsonb value. */
extern SalesProcess *process_from_jsonb(Datum jsonb, Node *escontext);

/* The one text form: keys in a fixed order, what has its default left out. */
extern char *process_to_json(const SalesProcess *process);

/* A stage's probability as a numeric without trailing zeros; it must have one. */
extern Datum probability_numeric(int32 probability);

#endif							/* OPPORTUNITY_PROCESS_JSON_H */
