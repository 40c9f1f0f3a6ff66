/*
 * wiring.h
 *		Triggers of an attached process that do not do their work.
 */
#ifndef OPPORTUNITY_GATE_WIRING_H
#define OPPORTUNITY_GATE_WIRING_H

#include "attachment/attachment.h"
#include "nodes/pg_list.h"
#include "utils/reltrigger.h"

/*
 * What is wrong with the triggers of a table whose judge that is, with those of its
 * partitions and children, and of the tables that the process is read from: texts.
 */
extern List *wiring_problems(const Attachment *attachment, Relation rel, const Trigger *judge);

#endif							/* OPPORTUNITY_GATE_WIRING_H */
