/*
 * attachment.h
 *		A process attached to a table: what the arguments of its triggers say,
 *		resolved against the table as it is now.
 */
#ifndef OPPORTUNITY_ATTACHMENT_ATTACHMENT_H
#define OPPORTUNITY_ATTACHMENT_ATTACHMENT_H

#include "opportunity.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "attachment/options.h"
#include "attachment/process_table.h"
#include "attachment/rule_table.h"
#include "attachment/stage_table.h"
#include "attachment/stage_value.h"
#include "condition/requirements.h"
#include "utils/rel.h"
#include "utils/typcache.h"

/* A process as one table follows it. */
typedef struct AttachedProcess
{
	const SalesProcess *process;
	bool		resolved;		/* the rest is there (resolve.c) */
	Requirement *requirements;	/* one for each of process's required columns */
	ConditionTrust trust;
	Conditions *conditions;		/* NULL: the process has none */
	StageIndex *stage_index;
	NullableDatum *values[N_STAGE_VALUES];	/* one for each stage; NULL: column not kept */
} AttachedProcess;

typedef struct AttachedColumn
{
	AttrNumber	attnum;			/* InvalidAttrNumber: not kept */
	Oid			type;
	Oid			base_type;		/* of a domain; else the type */
	int32		typmod;			/* of the base type */
	Oid			collation;
	int16		typlen;
	bool		typbyval;
	TypeCacheEntry *types;		/* with the type's equality, if it has one */
	void	   *domain;			/* what domain_check keeps between calls */
} AttachedColumn;

typedef struct Attachment
{
	MemoryContext context;
	ProcessOptions options;
	AttachedColumn columns[N_STAGE_COLUMNS];
	NameReader	stage_reader;
	AttrNumber	process_attnum; /* InvalidAttrNumber: one process for all rows */
	Oid			process_type;
	int32		process_typmod;
	bool		process_typbyval;
	int16		process_typlen;
	NameReader	process_reader;
	Oid			tables[N_SOURCE_TABLES];
	ProcessTable *process_table;	/* NULL: one process for all rows */
	StageTable *stage_table;	/* NULL: the stage column holds names */
	RuleTable  *rule_table;		/* NULL: no rule chooses processes */
	int			n_processes;
	AttachedProcess *processes; /* one for each of process_table */
} Attachment;

/* What the options stand for, all of it in the current memory context; that is not kept. */
extern Attachment *build_attachment(Relation rel, const ProcessOptions *options);

/*
 * The process of a row whose process column reads so (ignored where all rows
 * follow one process); NULL when there is no such process.
 */
extern const AttachedProcess *find_process(const Attachment *attachment, const char *key);

/* The stage of the process that a value of the stage column stands for; STAGE_NONE: none. */
extern int	attached_stage(const Attachment *attachment, const AttachedProcess *attached, Datum stage);

/* The name of the stage that a value of the stage column stands for. */
extern char *stage_text(const Attachment *attachment, Datum stage);

/* The same of a row, and the text form of its process column; NULL of NULL. */
extern char *row_stage(const Attachment *attachment, HeapTuple row, TupleDesc desc);
extern char *row_process_key(const Attachment *attachment, HeapTuple row, TupleDesc desc);

#endif							/* OPPORTUNITY_ATTACHMENT_ATTACHMENT_H */
