/*
 * aggregate.h
 *		Is a function called by an aggregate, which owns the state it is given?
 */
#ifndef OPPORTUNITY_AGGREGATE_H
#define OPPORTUNITY_AGGREGATE_H

#include "opportunity.h"

#include "nodes/execnodes.h"

/* What AggCheckCallContext answers, without a call for every row. */
static inline bool
called_by_aggregate(FunctionCallInfo fcinfo)
{
	return fcinfo->context != NULL &&
		(IsA(fcinfo->context, AggState) || IsA(fcinfo->context, WindowAggState));
}

#endif							/* OPPORTUNITY_AGGREGATE_H */
