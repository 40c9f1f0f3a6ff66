/*
 * requirements.h
 *		What the gates of a move ask of a row: columns that are filled, checks
 *		that are passed.
 */
#ifndef OPPORTUNITY_CONDITION_REQUIREMENTS_H
#define OPPORTUNITY_CONDITION_REQUIREMENTS_H

#include "opportunity.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "condition/condition.h"
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

/* Text must not be blank, a boolean must be true. */
extern bool is_filled(const Requirement *requirement, HeapTuple row, TupleDesc desc);

/* What a row lacks for a move. */
typedef struct Unmet
{
	List	   *columns;		/* names, each once */
	List	   *checks;			/* their messages, or the conditions themselves, each once */
} Unmet;

/*
 * Everything that a row lacks for a move; whether that is anything.  The
 * requirements are those of all the process's required columns, the run is one of
 * its conditions.
 */
extern bool find_unmet(const SalesProcess *process, const Requirement *requirements, ConditionRun *run,
					   const StageMove *move, HeapTuple row, TupleDesc desc, Unmet *unmet);

#endif							/* OPPORTUNITY_CONDITION_REQUIREMENTS_H */
