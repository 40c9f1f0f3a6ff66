/*
 * attach.h
 *		What attaching and detaching do to tables, by SQL commands.
 */
#ifndef OPPORTUNITY_PROCESS_ATTACH_H
#define OPPORTUNITY_PROCESS_ATTACH_H

#include "opportunity.h"

#include "nodes/pg_list.h"
#include "utils/rel.h"

/* Refuses what no process can be attached to. */
extern void check_is_table(Relation rel);

/* Lets a table that a process is read from tell of its changes, unless it does. */
extern void watch_table(Oid table);

/* Ends that for those of the tables, by qualified names, that no process is read from any more. */
extern void unwatch_tables(List *names);

#endif							/* OPPORTUNITY_PROCESS_ATTACH_H */
