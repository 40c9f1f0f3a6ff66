/*
 * requirements.h
 *		When a required column is filled.
 */
#ifndef OPPORTUNITY_PROCESS_REQUIREMENTS_H
#define OPPORTUNITY_PROCESS_REQUIREMENTS_H

#include "opportunity.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "nodes/pg_list.h"
#include "process/process.h"

/* How a required column is found to be filled. */
typedef enum RequirementKind
{
	REQUIRED_NOT_NULL,
	REQUIRED_TEXT,				/* and not blank */
	REQUIRED_TRUE
} RequirementKind;

typedef struct Requirement
{
	AttrNumber	attnum;
	RequirementKind kind;
} Requirement;

extern RequirementKind requirement_kind(Oid type);

/*
 * The required columns of a move's gates that a row has not filled, each once.
 * The requirements are those of all the process's required columns.
 */
extern List *unmet_columns(const SalesProcess *process, const Requirement *requirements,
						   const StageMove *move, HeapTuple row, TupleDesc desc);

#endif							/* OPPORTUNITY_PROCESS_REQUIREMENTS_H */
