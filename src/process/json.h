/*
 * json.h
 *		The text form of a sales process.
 */
#ifndef OPPORTUNITY_PROCESS_JSON_H
#define OPPORTUNITY_PROCESS_JSON_H

#include "opportunity.h"

#include "nodes/nodes.h"
#include "process/process.h"

/* The process that a JSON text describes; NULL after a soft error. */
extern SalesProcess *process_from_json(char *json, Node *escontext);

/* The same from a jsonb value. */
extern SalesProcess *process_from_jsonb(Datum jsonb, Node *escontext);

/* The one text form: keys in a fixed order, what has its default left out. */
extern char *process_to_json(const SalesProcess *process);

#endif							/* OPPORTUNITY_PROCESS_JSON_H */
