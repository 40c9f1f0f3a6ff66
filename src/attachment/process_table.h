/*
 * process_table.h
 *		The processes that rows of a table follow, from a table of processes.
 */
#ifndef OPPORTUNITY_ATTACHMENT_PROCESS_TABLE_H
#define OPPORTUNITY_ATTACHMENT_PROCESS_TABLE_H

#include "opportunity.h"

#include "attachment/options.h"
#include "process/process.h"
#include "utils/relcache.h"

typedef struct TableProcess
{
	const char *key;			/* what rows of the target name it by */
	const char *rule_key;		/* by which rules choose it */
	bool		is_default;		/* of rows whose process column is NULL */
	const SalesProcess *process;
} TableProcess;

typedef struct ProcessTable
{
	const char *name;			/* qualified and quoted */
	const char *rule_key_column;
	int			n;
	TableProcess *processes;	/* sorted by key */
} ProcessTable;

/* Reads the table that a target's options name into the current memory context; *oid is the table's. */
extern ProcessTable *load_process_table(const ProcessOptions *options, Relation target, Oid *oid);

/* The process of that key, of NULL the default one; -1: there is none. */
extern int	find_table_process(const ProcessTable *table, const char *key);

#endif							/* OPPORTUNITY_ATTACHMENT_PROCESS_TABLE_H */
