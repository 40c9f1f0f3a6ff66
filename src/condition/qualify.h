/*
 * qualify.h
 *		A process with its conditions as a trigger keeps them.
 */
#ifndef OPPORTUNITY_CONDITION_QUALIFY_H
#define OPPORTUNITY_CONDITION_QUALIFY_H

#include "opportunity.h"

#include "process/process.h"
#include "utils/relcache.h"

/*
 * The conditions are read as the caller reads them now, and written with every
 * name qualified and every cast; a check without a message has the author's words
 * for one.  rel is the table whose columns they are over.
 */
extern SalesProcess *qualify_conditions(const SalesProcess *process, Relation rel);

#endif							/* OPPORTUNITY_CONDITION_QUALIFY_H */
