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
 * carrying a trigger with the same arguments.  Expressions name nothing but what
 * belongs to a superuser or to a role with the rights of the lines' owner, and
 * are analyzed, planned and run as that owner in a restricted operation.
 *
 * How a total is kept right.  A statement that changes lines ends with a flush:
 * the parents it touched are locked in key order, then their lines are added up
 * anew under a snapshot taken after the locks, then the parents whose stored
 * total differs are updated.  Whoever commits lines of a parent has held that
 * parent's lock since its own flush, so the last flush sees all lines; a parent
 * that is missing yet has a lock of its key for that, where no foreign key is
 * checked at once.  Single statements that touch the same parents lock them in
 * the same order.  Deltas were weighed and left: they cannot know whether a parent had lines before
 * (which decides whether its own amount gives way), they count rows of a nested
 * statement twice next to any recomputation, and they never forget a NaN.
 *
 * Memory: a statement keeps one entry for each parent it touches, nothing for
 * each line.
 */
#ifndef OPPORTUNITY_TOTALS_H
#define OPPORTUNITY_TOTALS_H

#include "opportunity.h"

#include "executor/spi.h"
#include "nodes/bitmapset.h"
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
} TotalsColumn;

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
	List	   *line_columns;	/* names of the child's columns that totals depend on; NIL: not comparable */
	TotalsQuery lock;			/* keys → place, stored totals; rows locked in the keys' order */
	TotalsQuery read;			/* the same without locking */
	TotalsQuery add;			/* keys → place, lines, totals computed */
	TotalsQuery audit;			/* the same, and for each total its lines without an amount */
	TotalsQuery store;			/* keys, totals */
	char	   *all_keys;		/* a query for all of the parent's keys, in order */
} TotalsDefinition;

/* One parent, among those a statement touches. */
typedef struct TotalsParent
{
	Datum	   *key;
	bool		exists;
	bool	   *stored_null;
	Datum	   *stored;
	int64		n_lines;
	bool	   *computed_null;
	Datum	   *computed;		/* what the totals are to be, empty parents included */
	int64	   *n_unknown;		/* lines without an amount, by total; read by an audit only */
	uint32		hash;
	char		status;
} TotalsParent;

struct totals_hash_hash;

/* The parents a statement touches, each once. */
typedef struct TotalsSet
{
	TotalsDefinition *definition;
	MemoryContext context;
	struct totals_hash_hash *hash;
	struct TotalsSet *outer;	/* the flush this one is nested in */
	bool		is_disturbed;	/* a flush nested in this one has stored totals, kept or rolled back */
} TotalsSet;

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
extern Oid	totals_function(const char *name);
extern List *totals_names(const char *list, const char *what);
extern Oid	totals_relation(const char *name);
extern void totals_check_place(Relation relation, Oid named, const char *name);
extern bool totals_equal(TotalsColumn *total, Datum a, bool a_null, Datum b, bool b_null);
extern bool totals_are_right(TotalsDefinition *definition, TotalsParent *parent);

/* query.c */
extern void totals_build_queries(TotalsDefinition *definition, Relation parent, Relation child,
								 List *amounts, Node *lines_where);

/* expression.c */
extern void totals_become(Oid owner, TotalsUser *before, bool is_reading);
extern void totals_return(TotalsUser *before);
extern List *totals_amounts(const char *text, Relation child, Bitmapset **columns);
extern Node *totals_lines_where(const char *text, Relation child, Bitmapset **columns);
extern char *totals_deparse(List *expressions, Relation child, bool is_explicit);

/* flush.c */
extern TotalsSet *totals_set_create(TotalsDefinition *definition);
extern TotalsParent *totals_set_add(TotalsSet *set, Datum *key);
extern void totals_set_free(TotalsSet *set);
extern void totals_lock_new_key(TotalsDefinition *definition, Datum *key);
extern void totals_expect(TotalsSet *set, TotalsParent *parent);
extern int64 totals_flush(TotalsSet *set, TotalsFlushMode mode);
extern TotalsParent *totals_published(TotalsDefinition *definition, Datum *key);
extern int64 totals_rebuild(TotalsDefinition *definition);

typedef void (*TotalsVisitor) (TotalsSet *batch, TotalsParent **parents, int n, void *argument);
extern void totals_visit(TotalsDefinition *definition, TotalsVisitor visitor, void *argument);

/* report.c */
extern char *totals_key_text(TotalsDefinition *definition, Datum *key);
extern void totals_refuse(TotalsDefinition *definition, TotalsParent *parent);
extern void totals_raise_not_stored(TotalsDefinition *definition);

/* triggers.c */
extern char *totals_qualified_name(Oid relid);
extern List *totals_find_triggers(bytea *arguments);
extern char **totals_split_arguments(bytea *arguments, int *n);
extern bool totals_same_arguments(bytea *a, bytea *b);
extern List *totals_find_attachments(Oid parent, Oid child);

/* attach.c */
extern Oid	totals_table_argument(FunctionCallInfo fcinfo, int i, const char *name);
extern Relation totals_open_table(Oid relid, LOCKMODE lock);

#endif							/* OPPORTUNITY_TOTALS_H */
