/*
 * watch.h
 *		The triggers on the tables that processes are read from.
 */
#ifndef OPPORTUNITY_GATE_WATCH_H
#define OPPORTUNITY_GATE_WATCH_H

#include "opportunity.h"

#include "nodes/pg_list.h"

/* Lets a table that a process is read from tell of its changes, unless it does. */
extern void watch_table(Oid table);

/* Ends that for those of the tables, by qualified names, that no process is read from any more. */
extern void unwatch_tables(List *names);

#endif							/* OPPORTUNITY_GATE_WATCH_H */
