/*
 * attachment.h
 *		A process attached to a table: what the arguments of its triggers say,
 *		resolved against the table as it is now, and kept for the backend.
 */
#ifndef OPPORTUNITY_ATTACHMENT_H
#define OPPORTUNITY_ATTACHMENT_H

#include "opportunity.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "nodes/pg_list.h"
#include "process/json.h"
#include "process/options.h"
#include "process/requirements.h"
#include "process/stage_value.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"
#include "utils/typcache.h"

/* A process as one table follows it. */
typedef struct AttachedProcess
{
	const char *key;			/* NULL: the only one */
	const char *rule_key;		/* by which rules choose it */
	bool		is_default;		/* of rows whose process column is NULL */
	bool		resolved;		/* the rest is there */
	const SalesProcess *process;
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

/* A row of the table of stages; both as text. */
typedef struct StageId
{
	const char *id;
	const char *name;
} StageId;

/* The rules that choose the process of a new row. */
typedef struct ProcessRules ProcessRules;

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
	int			n_processes;
	AttachedProcess *processes; /* sorted by key */
	int			n_stage_ids;
	StageId    *stage_ids;		/* sorted by id */
	ProcessRules *rules;		/* NULL: no rule chooses processes */
} Attachment;

/*
 * The attachment that a judge_stage or derive_stage trigger stands for.  It
 * stays where it is until the end of the transaction at least.
 */
extern const Attachment *get_attachment(Relation rel, const Trigger *trigger);

/* What the options stand for, all of it in the current memory context; that is not kept. */
extern Attachment *build_attachment(Relation rel, const ProcessOptions *options);

/*
 * The judges of a table, of Trigger.  They are copies: a look-up in the catalogs
 * can have the table's own triggers read anew, and the old ones freed.
 */
extern List *judges(Relation rel);

/*
 * The judge of a table's stage column; NULL: the only one it has.  An error
 * says when there is none, or more than one.
 */
extern const Trigger *only_judge(Relation rel, const char *stage_column);
extern void report_not_attached(Oid relid, const char *stage_column);

/* Changes when anything may have changed that attachments are made of. */
extern uint64 attachment_generation(void);

/* The judge of that stage column, or NULL; a copy in the current memory context. */
extern const Trigger *find_judge(Relation rel, const char *stage_column);

/*
 * The process of a row whose process column reads so (ignored where all rows
 * follow one process); NULL when there is no such process.  Resolving it runs
 * the input functions of the table's types, so what is only to be shown is
 * found without.
 */
extern const AttachedProcess *find_process(const Attachment *attachment, const char *key);
extern const AttachedProcess *attached_process(const Attachment *attachment, Relation rel, const char *key);

/* The stage of the process that a value of the stage column stands for; STAGE_NONE: none. */
extern int	attached_stage(const Attachment *attachment, const AttachedProcess *attached, Datum stage);

/* The name of the stage that a value of the stage column stands for. */
extern char *stage_text(const Attachment *attachment, Datum stage);

/* The same of a row, and the text form of its process column; NULL of NULL. */
extern char *row_stage(const Attachment *attachment, HeapTuple row, TupleDesc desc);
extern char *row_process_key(const Attachment *attachment, HeapTuple row, TupleDesc desc);

/* Fills attachment->processes from its table of processes (process_table.c). */
extern void load_processes(Attachment *attachment, Relation rel);

/*
 * Fills attachment->stage_ids from its table of stages, and looks up there: the
 * name for an id, and the id for a name, which must be there (stage_table.c).
 */
extern void load_stage_ids(Attachment *attachment, Relation rel);
extern const char *stage_of_id(const Attachment *attachment, const char *id);
extern const char *id_of_stage(const Attachment *attachment, const char *name);

/*
 * Reads the table of rules, its processes being known; finds mistakes in all of
 * them.  Chooses the process of a new row that names none, the default one where no
 * rule does; the run is one of the rules' conditions (rule_table.c).
 */
extern ProcessRules *load_rules(Attachment *attachment, Relation rel);
extern void check_rules(const Attachment *attachment);
extern Conditions *rule_conditions(const ProcessRules *rules);
extern const AttachedProcess *choose_process(const Attachment *attachment, ConditionRun *run, HeapTuple row);

#endif							/* OPPORTUNITY_ATTACHMENT_H */
