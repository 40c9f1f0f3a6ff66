/*
 * totals.h
 *		Totals that a table keeps of the lines in another: what the files of this
 *		subject share.
 *
 * Nothing but triggers is stored.  Every trigger of an attachment, on the child
 * (maintain_totals) and on the parent (guard_totals), carries the same
 * arguments, in the order of attach_totals' own and in canonical form; the
 * enumeration TotalsArgument below is that order.  Triggers are recognized by
 * their function, attachments by their arguments, never by a trigger's name, and
 * a trigger works only on the tables it names.  Two tables may have several
 * attachments, a total has one.
 *
 * Whose rights.  The parent is read and written as its owner, the lines are read
 * as theirs, with row security off, whoever writes; both tables consent by
 * carrying a trigger with the same arguments, and both owners by the right to make
 * triggers on the other's table.  Expressions name nothing but what
 * belongs to a superuser or to a role with the rights of the lines' owner, and
 * are analyzed, planned and run as that owner in a restricted operation.
 *
 * How a total is kept right.  A statement that changes lines ends with a flush:
 * the parents it touched are locked in key order, their new totals are computed
 * from what is there once they are locked, and those that differ are written.
 * Whoever commits lines of a parent has held that parent's lock since its own
 * flush, so the last flush sees all lines; a parent that is missing yet has a
 * lock of its key for that, where no foreign key is checked at once.  Single
 * statements that touch the same parents lock them in the same order.
 *
 * How it is computed.  By the difference that the statement makes to the stored
 * total, or by adding the lines up anew.  The difference is taken only where it
 * gives the same number: amounts are exact and have no more decimals than the
 * total, no other statement's lines are missing from the total (pending.c), and
 * it is known whether the parent had lines before and has some after
 * (difference.c).  A wrong total stays wrong by the same amount then, until
 * rebuild_totals or a flush that adds up.
 *
 * By SQL or without.  Rows are locked, read and written through the table and
 * index access methods where SQL would do no more: parents.c, update.c, lines.c.
 * Everything else runs the queries of query.c.
 *
 * Memory: a statement keeps one entry for each parent it touches, nothing for
 * each line.
 */
#ifndef OPPORTUNITY_TOTALS_H
#define OPPORTUNITY_TOTALS_H

#include "opportunity.h"

#include "access/skey.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "nodes/bitmapset.h"
#include "nodes/execnodes.h"
#include "storage/itemptr.h"
#include "utils/rel.h"
#include "utils/snapshot.h"
#include "utils/typcache.h"

typedef enum TotalsArgument
{
	TOTALS_PARENT,				/* qualified name */
	TOTALS_COLUMNS,				/* column list of the parent */
	TOTALS_CHILD,				/* qualified name of the table attached, also in its partitions' triggers */
	TOTALS_FOREIGN_KEY,			/* column list of the child */
	TOTALS_AMOUNTS,				/* expression list over the child */
	TOTALS_LINES_WHERE,			/* boolean expression over the child, or empty */
	TOTALS_WHEN_EMPTY,			/* keep, zero or null */
	TOTALS_OUTSIDE_WRITES,		/* refuse or ignore */
	TOTALS_PARENT_KEY,			/* column list of the parent, in the foreign key's order */
	TOTALS_N_ARGUMENTS
} TotalsArgument;

typedef enum TotalsWhenEmpty
{
	TOTALS_KEEP,
	TOTALS_ZERO,
	TOTALS_NULL
} TotalsWhenEmpty;

/* One column of the key: a line's value is taken to the parent's type. */
typedef struct TotalsKeyColumn
{
	char	   *parent_column;
	char	   *child_column;
	AttrNumber	parent_number;
	AttrNumber	child_number;
	Oid			type;			/* of the parent's column, domains looked through */
	Oid			child_type;
	Oid			collation;
	Oid			array_type;
	int16		len;
	bool		byval;
	char		align;
	TypeCacheEntry *operations; /* equality, order and hash of type */
	bool		is_cast;
	FmgrInfo	cast;			/* child_type to type, when is_cast */
} TotalsKeyColumn;

/* One total. */
typedef struct TotalsColumn
{
	char	   *name;
	AttrNumber	number;
	Oid			column_type;
	Oid			type;			/* the same, domains looked through */
	int32		typmod;
	Oid			array_type;
	int16		len;
	bool		byval;
	char		align;
	TypeCacheEntry *operations;
	bool		is_count;		/* its amount reads no column: without lines it is 0 even under keep */
	Datum		zero;

	/* Without SQL: the sum counts units of 10^-scale. */
	int			scale;
	Oid			amount_type;
	ExprState  *amount;
	bool		counts_lines;	/* its amount is a positive integer constant */
} TotalsColumn;

/* An index on a key: how it is scanned for one. */
typedef struct TotalsIndex
{
	Oid			oid;			/* InvalidOid: there is none */
	int			n;
	int			key[INDEX_MAX_KEYS];	/* the key's column at each position */
	ScanKeyData conditions[INDEX_MAX_KEYS];
} TotalsIndex;

/*
 * A query by key, run as the owner of the table it reads or writes.  For one key
 * it has a plan prepared once in a session; for many it takes arrays and is
 * planned for their number each time.
 */
typedef struct TotalsQuery
{
	char	   *one;
	char	   *many;
	int			n_parameters;
	Oid		   *one_types;
	Oid		   *many_types;
	SPIPlanPtr	plan;			/* of one; NULL until first used */
} TotalsQuery;

typedef struct TotalsDefinition
{
	MemoryContext context;		/* holds this and all below */
	bool		is_valid;		/* no relation it reads has changed */
	int			n_users;		/* flushes under way with it */
	char	   *arguments[TOTALS_N_ARGUMENTS];
	Oid			parent;
	Oid			child;
	Oid			parent_owner;
	Oid			child_owner;
	TotalsWhenEmpty when_empty;
	bool		ignores_outside_writes;
	bool		has_immediate_key;	/* a foreign key that lines can never precede their parent under */
	int			n_keys;
	TotalsKeyColumn *keys;
	int			n_totals;
	TotalsColumn *totals;
	int			n_line_columns; /* 0: lines cannot be compared */
	AttrNumber *line_columns;	/* of the child, that totals depend on */
	TotalsQuery lock;			/* keys → place, stored totals; rows locked in the keys' order */
	TotalsQuery read;			/* the same without locking */
	TotalsQuery add;			/* keys → place, lines, totals computed */
	TotalsQuery audit;			/* the same, and for each total its lines without an amount */
	TotalsQuery store;			/* keys, totals */
	char	   *all_keys;		/* a query for all of the parent's keys, in order */

	/* What is done without SQL. */
	bool		is_plain;		/* lines are computed */
	bool		follows;		/* totals follow by the difference */
	ExprContext *econtext;
	ExprState  *lines_where;	/* NULL: all lines count */
	List	   *expressions;	/* CachedExpressions, to be told of changes */
	TotalsIndex line_index;
	TotalsIndex parent_index;	/* parents are locked */
	bool		is_writable;	/* and written */
	bool		is_checked;		/* constraints, generated columns or indexes' expressions look at what is written */
	bool		fires_triggers; /* of others, or of keys that totals are part of */
	bool		fires_before;	/* some before a row is written */
	bool		has_foreign_key;	/* the parent's own */
	Oid			guard;			/* the function of the guards */
} TotalsDefinition;

typedef enum TotalsFact
{
	TOTALS_UNKNOWN,
	TOTALS_NO,
	TOTALS_YES
} TotalsFact;

typedef enum TotalsAnswer
{
	TOTALS_KNOWN,				/* computed by the difference */
	TOTALS_ASK_LINES,			/* not before it is known whether there are or were any */
	TOTALS_ADD_UP				/* the lines are to be added up */
} TotalsAnswer;

/* One parent, among those a statement touches. */
typedef struct TotalsParent
{
	Datum	   *key;
	bool		exists;
	bool		is_stored;		/* its totals have been written already */
	TotalsAnswer answer;
	TotalsFact	had_none;		/* lines, before the statement, where they have been asked */
	TotalsFact	has_none;		/* after it */
	ItemPointerData tid;		/* of the row found or locked without SQL */
	bool	   *stored_null;
	Datum	   *stored;
	int64		n_lines;
	bool	   *computed_null;
	Datum	   *computed;		/* what the totals are to be, empty parents included */
	int64	   *n_unknown;		/* lines without an amount, by total; read by an audit only */
	int64		n_added;		/* lines that count, brought by a statement or read */
	int64		n_taken;
	int128	   *difference;		/* by total, at its scale */
	int		   *shown_scale;	/* the most decimals shown by an amount in it */
} TotalsParent;

struct totals_hash_hash;
typedef struct TotalsUpdate TotalsUpdate;

/* The parents a statement touches, each once. */
typedef struct TotalsSet
{
	TotalsDefinition *definition;
	MemoryContext context;
	struct totals_hash_hash *hash;
	int			n_parents;
	int			allocated;
	TotalsParent **parents;
	bool		follows;		/* the parents' differences are all that their totals lack */
	struct TotalsSet *outer;	/* the flush this one is nested in */
	bool		is_disturbed;	/* a flush nested in this one has stored totals, kept or rolled back */
	TotalsUpdate *update;		/* of parents, under way without SQL */
} TotalsSet;

/* The lines' table, open for reading. */
typedef struct LineScan
{
	Relation	child;
	Relation	index;
	IndexScanDesc scan;
	TupleTableSlot *slot;
} LineScan;

/* The parents' table and one of its rows. */
typedef struct TotalsRows
{
	TotalsDefinition *definition;
	Relation	table;
	Relation	index;
	IndexScanDesc scan;
	Snapshot	snapshot;
	TupleTableSlot *row;
	TupleTableSlot *changed;
	bool		is_checked;		/* that subscribers could follow an update */
	bool		is_behind;		/* others have committed what the snapshot does not have */
	int			n_indexes;		/* open for a row without the executor; -1: not yet */
	Relation   *indexes;
	IndexInfo **infos;
} TotalsRows;

/* Who acted before a table's owner did. */
typedef struct TotalsUser
{
	Oid			user;
	int			security;
} TotalsUser;

typedef enum TotalsFlushMode
{
	TOTALS_STORE,				/* write what the lines add up to */
	TOTALS_JUDGE				/* raise when something else is stored */
} TotalsFlushMode;

/* On each table of the lines: insert, update, delete, before and after truncate. */
#define TOTALS_N_LINE_TRIGGERS 5

/* One of our triggers, as a query over pg_trigger finds it. */
typedef struct TotalsTrigger
{
	Oid			relid;
	char	   *name;
	bool		is_enabled;
	bool		is_guard;
	bytea	   *arguments;
} TotalsTrigger;

/* definition.c */
extern TotalsDefinition *totals_definition(char **arguments);
extern TotalsDefinition *totals_build(char **arguments, bool cached);
extern void totals_release(TotalsDefinition *definition);
extern uint64 totals_generation(void);
extern bool totals_is_same(TotalsDefinition *a, TotalsDefinition *b);
extern void totals_check_place(Relation relation, Oid named, const char *name);

/* query.c */
extern void totals_build_queries(TotalsDefinition *definition, Relation parent, Relation child,
								 List *amounts, Node *lines_where);

/* expression.c */
extern void totals_become(Oid owner, TotalsUser *before, bool is_reading);
extern void totals_return(TotalsUser *before);
extern List *totals_amounts(const char *text, Relation child, Bitmapset **columns);
extern Node *totals_lines_where(const char *text, Relation child, Bitmapset **columns);
extern char *totals_deparse(List *expressions, Relation child, bool is_explicit);

/* index.c */
extern void totals_find_index(TotalsDefinition *definition, Relation relation, bool of_parent, TotalsIndex *found);
extern Relation totals_open_index(TotalsIndex *which, LOCKMODE lock);
extern void totals_rescan(TotalsIndex *which, IndexScanDesc scan, Datum *key);

/* lines.c */
extern void totals_prepare_lines(TotalsDefinition *definition, Relation child, List *amounts, Node *lines_where);
extern bool totals_expressions_are_valid(TotalsDefinition *definition);
extern int	totals_typmod_scale(int32 typmod);
extern bool totals_number(Datum number, int scale, int128 *value, int *shown);
extern bool totals_add_line(TotalsDefinition *definition, TotalsParent *parent, TupleTableSlot *line, bool is_taken);
extern LineScan *totals_begin_lines(TotalsDefinition *definition, Snapshot snapshot);
extern void totals_end_lines(LineScan *scan);
extern bool totals_read_lines(TotalsDefinition *definition, LineScan *scan, TotalsParent *parent);
extern bool totals_has_lines(TotalsDefinition *definition, LineScan *scan, TotalsParent *parent, int64 n);

/* parents.c */
extern void totals_prepare_parents(TotalsDefinition *definition, Relation parent);
extern TotalsRows *totals_open_rows(TotalsDefinition *definition, Snapshot snapshot);
extern void totals_renew_rows(TotalsRows *rows, Snapshot snapshot);
extern void totals_close_rows(TotalsRows *rows);
extern bool totals_find_row(TotalsRows *rows, TotalsSet *set, TotalsParent *parent);
extern bool totals_lock_row(TotalsRows *rows, TotalsSet *set, TotalsParent *parent);
extern bool totals_fetch_row(TotalsRows *rows, TotalsSet *set, TotalsParent *parent);
extern void totals_raise_concurrent(bool is_deleted);

/* update.c */
extern void totals_prepare_update(TotalsDefinition *definition, Relation parent);
extern bool totals_update_row(TotalsRows *rows, TotalsSet *set, TotalsParent *parent);
extern void totals_end_update(TotalsSet *set);

/* difference.c */
extern TotalsAnswer totals_follow(TotalsSet *set, TotalsParent *parent);
extern void totals_ask_lines(TotalsSet *set, LineScan *lines, TotalsParent *parent);
extern bool totals_make_no_difference(TotalsDefinition *definition, TotalsParent *parent);
extern void totals_set_sums(TotalsSet *set, TotalsParent *parent);
extern void totals_set_empty(TotalsSet *set, TotalsParent *parent);

/* pending.c */
extern void totals_statement_begins(char **arguments, Oid relid, TriggerEvent event);
extern bool totals_statement_is_alone(char **arguments, Oid relid, TriggerEvent event);
extern void totals_statement_ends(char **arguments, Oid relid, TriggerEvent event);
extern void totals_lines_are_counted(char **arguments);

/* set.c */
extern bool totals_key_equal(TotalsKeyColumn *key, Datum a, Datum b);
extern bool totals_equal(TotalsColumn *total, Datum a, bool a_null, Datum b, bool b_null);
extern bool totals_are_right(TotalsDefinition *definition, TotalsParent *parent);
extern uint32 totals_hash_key(TotalsDefinition *definition, Datum *key);
extern TotalsSet *totals_set_create(TotalsDefinition *definition);
extern TotalsParent *totals_set_add(TotalsSet *set, Datum *key);
extern TotalsParent *totals_set_find(TotalsSet *set, Datum *key);
extern void totals_set_sort(TotalsSet *set);
extern void totals_set_free(TotalsSet *set);

/* run.c: many parents are taken in pieces of so many, as is a walk over the whole table. */
#define TOTALS_BATCH 20000

typedef void (*TotalsReader) (TotalsSet *set, TotalsParent *parent, SPITupleTable *rows, int row);
extern void totals_run(TotalsSet *set, TotalsQuery *query, Oid owner, TotalsParent **parents, int n, Snapshot snapshot,
					   int expected, TotalsReader reader);
extern void totals_read_stored(TotalsSet *set, TotalsParent *parent, SPITupleTable *rows, int row);
extern void totals_read_computed(TotalsSet *set, TotalsParent *parent, SPITupleTable *rows, int row);
extern Datum totals_take_sum(TotalsDefinition *definition, TotalsParent *parent, TotalsColumn *total, Datum sum);

/* flush.c */
extern Snapshot totals_latest_snapshot(void);
extern void totals_compute(TotalsSet *set, TotalsQuery *query, TotalsParent **parents, int n, Snapshot snapshot);
extern void totals_lock_new_key(TotalsDefinition *definition, Datum *key);
extern void totals_expect(TotalsSet *set, TotalsParent *parent);
extern int64 totals_flush(TotalsSet *set, TotalsFlushMode mode);
extern TotalsParent *totals_published(TotalsDefinition *definition, Datum *key);

/* visit.c */
typedef void (*TotalsVisitor) (TotalsSet *batch, void *argument);
extern void totals_visit(TotalsDefinition *definition, TotalsVisitor visitor, void *argument);
extern int64 totals_rebuild(TotalsDefinition *definition);

/* report.c */
extern char *totals_key_text(TotalsDefinition *definition, Datum *key);
extern void totals_refuse(TotalsDefinition *definition, TotalsParent *parent);
extern void totals_raise_not_stored(TotalsDefinition *definition);

/* triggers.c */
extern List *totals_find_triggers(bytea *arguments);
extern char **totals_split_arguments(bytea *arguments, int *n);
extern bool totals_same_arguments(bytea *a, bytea *b);
extern List *totals_find_attachments(Oid parent, Oid child);

/* attach.c */
extern Relation totals_open_table(Oid relid, LOCKMODE lock);

#endif							/* OPPORTUNITY_TOTALS_H */
