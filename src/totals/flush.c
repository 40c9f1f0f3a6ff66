/*
 * flush.c
 *		The one way totals are computed and stored: a set of parents, locked in
 *		key order, added up, and written where they differ.
 */
#include "expression.h"
#include "totals/totals.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

/* Up to this many parents are cheaper one by one, with kept plans, than planned for. */
#define ONE_BY_ONE 32

/* More than that are taken in pieces, as is a walk over the whole table. */
#define BATCH 20000

static uint32 hash_key(TotalsDefinition *definition, Datum *key);
static bool equal_keys(TotalsDefinition *definition, Datum *a, Datum *b);

#define SH_PREFIX totals_hash
#define SH_ELEMENT_TYPE TotalsParent
#define SH_KEY_TYPE Datum *
#define SH_KEY key
#define SH_HASH_KEY(table, key) hash_key((table)->private_data, key)
#define SH_EQUAL(table, a, b) equal_keys((table)->private_data, a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(table, element) (element)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/*
 * The flush under way, innermost first.  It publishes the exact totals that the
 * guard accepts; its own end, by an error too, takes them back.
 */
static TotalsSet *flushing = NULL;

static uint32
hash_key(TotalsDefinition *definition, Datum *key)
{
	uint32		hash = 0;

	for (int i = 0; i < definition->n_keys; i++)
	{
		TotalsKeyColumn *column = &definition->keys[i];

		hash = hash_combine(hash, DatumGetUInt32(FunctionCall1Coll(&column->operations->hash_proc_finfo,
																   column->collation, key[i])));
	}
	return hash;
}

static bool
equal_keys(TotalsDefinition *definition, Datum *a, Datum *b)
{
	for (int i = 0; i < definition->n_keys; i++)
	{
		TotalsKeyColumn *column = &definition->keys[i];

		if (!DatumGetBool(FunctionCall2Coll(&column->operations->eq_opr_finfo, column->collation, a[i], b[i])))
			return false;
	}
	return true;
}

static int
compare_parents(const void *a, const void *b, void *argument)
{
	TotalsDefinition *definition = argument;
	TotalsParent *left = *(TotalsParent *const *) a;
	TotalsParent *right = *(TotalsParent *const *) b;

	for (int i = 0; i < definition->n_keys; i++)
	{
		TotalsKeyColumn *column = &definition->keys[i];
		int			order = DatumGetInt32(FunctionCall2Coll(&column->operations->cmp_proc_finfo, column->collation,
															left->key[i], right->key[i]));

		if (order != 0)
			return order;
	}
	return 0;
}

/* An empty set, in a child of the current context. */
TotalsSet *
totals_set_create(TotalsDefinition *definition)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "opportunity totals set",
												  ALLOCSET_DEFAULT_SIZES);
	TotalsSet  *set = MemoryContextAllocZero(context, sizeof(TotalsSet));

	set->definition = definition;
	set->context = context;
	set->hash = totals_hash_create(context, 16, definition);
	return set;
}

void
totals_set_free(TotalsSet *set)
{
	MemoryContextDelete(set->context);
}

/* The parent of that key, which is copied when it is new; good until the next addition. */
TotalsParent *
totals_set_add(TotalsSet *set, Datum *key)
{
	TotalsDefinition *definition = set->definition;
	bool		found;
	TotalsParent *parent = totals_hash_insert(set->hash, key, &found);

	if (!found)
	{
		MemoryContext caller = MemoryContextSwitchTo(set->context);
		int			n = definition->n_totals;
		Datum	   *values = palloc0(sizeof(Datum) * (definition->n_keys + 2 * n) + sizeof(bool) * 2 * n);

		parent->key = values;
		for (int i = 0; i < definition->n_keys; i++)
			parent->key[i] = datumCopy(key[i], definition->keys[i].byval, definition->keys[i].len);
		parent->stored = values + definition->n_keys;
		parent->computed = parent->stored + n;
		parent->stored_null = (bool *) (parent->computed + n);
		parent->computed_null = parent->stored_null + n;
		parent->n_unknown = NULL;
		parent->n_lines = 0;
		parent->exists = false;
		MemoryContextSwitchTo(caller);
	}
	return parent;
}

/* The set's parents in key order, which is the order of their locks. */
static TotalsParent **
sorted(TotalsSet *set, int *n)
{
	TotalsParent **parents = MemoryContextAlloc(set->context, sizeof(TotalsParent *) * Max(set->hash->members, 1));
	totals_hash_iterator iterator;
	TotalsParent *parent;

	*n = 0;
	totals_hash_start_iterate(set->hash, &iterator);
	while ((parent = totals_hash_iterate(set->hash, &iterator)) != NULL)
		parents[(*n)++] = parent;
	qsort_arg(parents, *n, sizeof(TotalsParent *), compare_parents, set->definition);
	return parents;
}

/* The i'th parameter of a query for one parent: its key, then its totals. */
static Datum
parameter(TotalsDefinition *definition, TotalsParent *parent, int i, bool *is_null)
{
	*is_null = false;
	if (i < definition->n_keys)
		return parent->key[i];
	*is_null = parent->computed_null[i - definition->n_keys];
	return parent->computed[i - definition->n_keys];
}

static Datum
parameter_array(TotalsDefinition *definition, TotalsParent **parents, int n, int i)
{
	Datum	   *values = palloc_array(Datum, n);
	bool	   *nulls = palloc_array(bool, n);
	int			lower = 1;
	bool		is_key = i < definition->n_keys;
	TotalsKeyColumn *key = is_key ? &definition->keys[i] : NULL;
	TotalsColumn *total = is_key ? NULL : &definition->totals[i - definition->n_keys];

	for (int k = 0; k < n; k++)
		values[k] = parameter(definition, parents[k], i, &nulls[k]);
	return PointerGetDatum(is_key ?
						   construct_md_array(values, nulls, 1, &n, &lower, key->type, key->len, key->byval, key->align) :
						   construct_md_array(values, nulls, 1, &n, &lower, total->type, total->len, total->byval,
											  total->align));
}

/*
 * The plan for one parent is kept while the tables grow, so it takes an index
 * where there is one, however small they were when it was made.
 */
static SPIPlanPtr
plan_for_one(TotalsQuery *query)
{
	CachedPlan *cached;
	int			level;

	if (query->plan != NULL && SPI_plan_is_valid(query->plan))
		return query->plan;
	level = NewGUCNestLevel();
	(void) set_config_option("enable_seqscan", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	if (query->plan == NULL)
	{
		SPIPlanPtr	plan = SPI_prepare_cursor(query->one, query->n_parameters, query->one_types,
											  CURSOR_OPT_GENERIC_PLAN);

		if (plan == NULL || SPI_keepplan(plan) != 0)
			elog(ERROR, "could not prepare: %s", query->one);
		query->plan = plan;
	}
	cached = SPI_plan_get_cached_plan(query->plan);
	if (cached != NULL)
		ReleaseCachedPlan(cached, CurrentResourceOwner);
	AtEOXact_GUC(false, level);
	return query->plan;
}

/*
 * Runs a query for a parent, or for n of them at once, and returns how many rows
 * it gave or wrote.  With own changes and, where the isolation level allows it,
 * everyone's committed ones in sight; where it does not, a write to a row that
 * changed since raises a serialization failure, as foreign keys do.
 */
static uint64
execute(TotalsDefinition *definition, TotalsQuery *query, TotalsParent **parents, int n, bool one, Snapshot snapshot,
		int expected)
{
	Datum	   *values = palloc_array(Datum, query->n_parameters);
	char	   *nulls = palloc_array(char, query->n_parameters);
	SPIPlanPtr	plan;
	int			result;

	for (int i = 0; i < query->n_parameters; i++)
	{
		bool		is_null = false;

		values[i] = one ? parameter(definition, parents[0], i, &is_null) :
			parameter_array(definition, parents, n, i);
		nulls[i] = is_null ? 'n' : ' ';
	}

	if (one)
		plan = plan_for_one(query);
	else
	{
		plan = SPI_prepare_cursor(query->many, query->n_parameters, query->many_types, CURSOR_OPT_CUSTOM_PLAN);
		if (plan == NULL)
			elog(ERROR, "could not prepare: %s", query->many);
	}

	result = SPI_execute_snapshot(plan, values, nulls, snapshot,
								  expected == SPI_OK_UPDATE && IsolationUsesXactSnapshot() ?
								  GetTransactionSnapshot() : InvalidSnapshot,
								  false, true, 0);
	if (!one)
		SPI_freeplan(plan);
	if (result != expected)
		totals_raise_not_stored(definition);
	return SPI_processed;
}

typedef void (*RowReader) (TotalsSet *set, TotalsParent *parent, SPITupleTable *rows, int row);

/* Runs a query over sorted parents as the owner and reads its rows; stops storing when disturbed. */
static void
run(TotalsSet *set, TotalsQuery *query, Oid owner, TotalsParent **parents, int n, Snapshot snapshot,
	int expected, RowReader reader)
{
	TotalsUser	caller;
	bool		one = n <= ONE_BY_ONE;

	totals_become(owner, &caller, expected == SPI_OK_SELECT);
	for (int i = 0; i < n; i += one ? 1 : BATCH)
	{
		int			piece = one ? 1 : Min(n - i, BATCH);
		uint64		processed = execute(set->definition, query, parents + i, piece, one, snapshot, expected);

		if (expected == SPI_OK_UPDATE)
		{
			if (processed < (uint64) piece)
				totals_raise_not_stored(set->definition);
			if (set->is_disturbed)
				break;
		}
		if (reader != NULL)
		{
			for (uint64 row = 0; row < SPI_processed; row++)
			{
				bool		is_null;
				int64		place = one ? 1 :
					DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 1, &is_null));

				reader(set, parents[i + place - 1], SPI_tuptable, row);
			}
			SPI_freetuptable(SPI_tuptable);
		}
	}
	totals_return(&caller);
}

/* What an error of taking a sum to its total's type is about. */
typedef struct Taking
{
	TotalsDefinition *definition;
	TotalsParent *parent;
	TotalsColumn *total;
} Taking;

/* Tells the total that is out of range; nothing but the type and the value are known where that is found. */
static void
taking(void *argument)
{
	Taking	   *take = argument;
	Relation	relation;

	if (geterrcode() != ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE)
		return;
	relation = RelationIdGetRelation(take->definition->parent);
	errmsg("total of \"%s\" %s is out of range for %s of type %s", RelationGetRelationName(relation),
		   totals_key_text(take->definition, take->parent->key), take->total->name,
		   format_type_with_typemod(take->total->type, take->total->typmod));
	errtablecol(relation, get_attnum(take->definition->parent, take->total->name));
	RelationClose(relation);
}

/* A sum in numeric as its total's type has it, rounded as an assignment would. */
static Datum
take_sum(TotalsDefinition *definition, TotalsParent *parent, TotalsColumn *total, Datum sum)
{
	Taking		take = {definition, parent, total};
	ErrorContextCallback callback = {error_context_stack, taking, &take};

	error_context_stack = &callback;
	switch (total->type)
	{
		case INT2OID:
			sum = DirectFunctionCall1(numeric_int2, sum);
			break;
		case INT4OID:
			sum = DirectFunctionCall1(numeric_int4, sum);
			break;
		case INT8OID:
			sum = DirectFunctionCall1(numeric_int8, sum);
			break;
		case FLOAT4OID:
			sum = DirectFunctionCall1(numeric_float4, sum);
			break;
		case FLOAT8OID:
			sum = DirectFunctionCall1(numeric_float8, sum);
			break;
		default:
			sum = DirectFunctionCall2(numeric, sum, Int32GetDatum(total->typmod));
			break;
	}
	error_context_stack = callback.previous;
	return sum;
}

/*
 * Plans are made anew when a table changes: a value is not read as what it was
 * before.
 */
static void
check_result(SPITupleTable *rows, int column, Oid type, TotalsColumn *total)
{
	if (SPI_gettypeid(rows->tupdesc, column) != type)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the type of total column \"%s\" has changed meanwhile", total->name)));
}

static void
read_stored(TotalsSet *set, TotalsParent *parent, SPITupleTable *rows, int row)
{
	parent->exists = true;
	for (int i = 0; i < set->definition->n_totals; i++)
	{
		TotalsColumn *total = &set->definition->totals[i];
		Datum		value = SPI_getbinval(rows->vals[row], rows->tupdesc, 2 + i, &parent->stored_null[i]);
		MemoryContext caller = MemoryContextSwitchTo(set->context);

		check_result(rows, 2 + i, total->column_type, total);
		parent->stored[i] = parent->stored_null[i] ? (Datum) 0 : datumCopy(value, total->byval, total->len);
		MemoryContextSwitchTo(caller);
	}
}

static void
read_computed(TotalsSet *set, TotalsParent *parent, SPITupleTable *rows, int row)
{
	int			n = set->definition->n_totals;
	bool		is_null;

	parent->n_lines = DatumGetInt64(SPI_getbinval(rows->vals[row], rows->tupdesc, 2, &is_null));
	for (int i = 0; i < n; i++)
	{
		TotalsColumn *total = &set->definition->totals[i];
		Datum		sum = SPI_getbinval(rows->vals[row], rows->tupdesc, 3 + i, &parent->computed_null[i]);
		MemoryContext caller = MemoryContextSwitchTo(set->context);

		check_result(rows, 3 + i, NUMERICOID, total);
		parent->computed[i] = take_sum(set->definition, parent, total, sum);
		MemoryContextSwitchTo(caller);
	}
	if (rows->tupdesc->natts > 2 + n)
	{
		parent->n_unknown = MemoryContextAlloc(set->context, sizeof(int64) * n);
		for (int i = 0; i < n; i++)
			parent->n_unknown[i] = DatumGetInt64(SPI_getbinval(rows->vals[row], rows->tupdesc, 3 + n + i, &is_null));
	}
}

/* What the totals of parents whose stored ones are known are to be. */
static void
compute(TotalsSet *set, TotalsQuery *query, TotalsParent **parents, int n, Snapshot snapshot)
{
	TotalsDefinition *definition = set->definition;
	int			level;

	for (int i = 0; i < n; i++)
		parents[i]->n_lines = 0;

	level = pin_expression_settings();
	run(set, query, definition->child_owner, parents, n, snapshot, SPI_OK_SELECT, read_computed);
	AtEOXact_GUC(false, level);

	for (int i = 0; i < n; i++)
	{
		for (int k = 0; parents[i]->n_lines == 0 && k < definition->n_totals; k++)
		{
			TotalsColumn *total = &definition->totals[k];
			bool		is_zero = definition->when_empty == TOTALS_ZERO ||
				(definition->when_empty == TOTALS_KEEP && total->is_count);
			bool		is_kept = definition->when_empty == TOTALS_KEEP && !is_zero;

			parents[i]->computed[k] = is_zero ? total->zero : parents[i]->stored[k];
			parents[i]->computed_null[k] = is_zero ? false : is_kept ? parents[i]->stored_null[k] : true;
		}
	}
}

/* Own changes up to now and everyone's committed ones. */
static Snapshot
latest_snapshot(void)
{
	CommandCounterIncrement();
	return RegisterSnapshot(GetLatestSnapshot());
}

/* Computes the totals of one parent, whose stored ones the caller has filled in. */
void
totals_expect(TotalsSet *set, TotalsParent *parent)
{
	Snapshot	snapshot = latest_snapshot();

	SPI_connect();
	compute(set, &set->definition->add, &parent, 1, snapshot);
	SPI_finish();
	UnregisterSnapshot(snapshot);
}

/*
 * What flushes around this one have computed is no longer to be relied on.  They
 * are told before anything is stored and stay told when a savepoint takes it
 * back, which nobody would tell them.
 */
static void
disturb_outer(TotalsSet *set)
{
	for (TotalsSet *outer = set->outer; outer != NULL; outer = outer->outer)
	{
		if (outer->definition == set->definition)
			outer->is_disturbed = true;
	}
}

/*
 * Where no foreign key is checked by each statement, lines and their parent can
 * come from two transactions that do not see each other.  Who adds lines to a
 * parent that he finds missing and who adds a parent therefore wait for each
 * other on a lock of its key; lines are added up and parents looked for after
 * that.  The lock lasts to the end of the transaction.
 *
 * It is an advisory lock, with a fourth field that PostgreSQL's functions for
 * these never use (theirs is 1 or 2).  Its modes agree with themselves, so lines
 * wait for parents alone and parents for lines.  Keys are told apart by some bits
 * of their hash, so that a bulk load cannot fill the lock table.
 */
#define KEY_LOCK_FIELD 0x4F50
#define KEY_LOCK_BITS 10

static void
lock_key(TotalsDefinition *definition, Datum *key, LOCKMODE mode)
{
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, definition->parent,
						 hash_key(definition, key) >> (32 - KEY_LOCK_BITS), KEY_LOCK_FIELD);
	(void) LockAcquire(&tag, mode, false, false);
}

/* Keeps lines of a new parent's key from coming unseen. */
void
totals_lock_new_key(TotalsDefinition *definition, Datum *key)
{
	if (!definition->has_immediate_key)
		lock_key(definition, key, RowExclusiveLock);
}

static void
lock_missing(TotalsSet *set, TotalsParent **touched, int n)
{
	TotalsParent **missing = MemoryContextAlloc(set->context, sizeof(TotalsParent *) * n);
	int			n_missing = 0;
	Snapshot	snapshot;

	for (int i = 0; i < n; i++)
	{
		if (!touched[i]->exists)
		{
			lock_key(set->definition, touched[i]->key, ShareLock);
			missing[n_missing++] = touched[i];
		}
	}
	if (n_missing == 0)
		return;
	snapshot = latest_snapshot();
	run(set, &set->definition->lock, set->definition->parent_owner, missing, n_missing, snapshot,
		SPI_OK_SELECT, read_stored);
	UnregisterSnapshot(snapshot);
}

/* Not inlined: gcc fears for its variables when it finds them beside a setjmp. */
static pg_noinline int64
flush_locked(TotalsSet *set, TotalsFlushMode mode)
{
	TotalsDefinition *definition = set->definition;
	Snapshot	snapshot;
	int			n_touched;
	TotalsParent **touched = sorted(set, &n_touched);
	TotalsParent **parents = MemoryContextAlloc(set->context, sizeof(TotalsParent *) * n_touched);
	TotalsParent **wrong = MemoryContextAlloc(set->context, sizeof(TotalsParent *) * n_touched);
	int64		n_changed = 0;

	SPI_connect();
	do
	{
		int			n = 0;
		int			n_wrong = 0;

		CHECK_FOR_INTERRUPTS();
		set->is_disturbed = false;
		for (int i = 0; i < n_touched; i++)
			touched[i]->exists = false;

		snapshot = latest_snapshot();
		run(set, &definition->lock, definition->parent_owner, touched, n_touched, snapshot, SPI_OK_SELECT, read_stored);
		UnregisterSnapshot(snapshot);
		if (!definition->has_immediate_key)
			lock_missing(set, touched, n_touched);
		for (int i = 0; i < n_touched; i++)
		{
			/* The parent of a cascade's lines is gone; that of a deferred key's is still to come. */
			if (touched[i]->exists)
				parents[n++] = touched[i];
		}

		snapshot = latest_snapshot();
		compute(set, &definition->add, parents, n, snapshot);
		for (int i = 0; i < n; i++)
		{
			if (!totals_are_right(definition, parents[i]))
				wrong[n_wrong++] = parents[i];
		}
		if (n_wrong > 0)
		{
			if (mode == TOTALS_JUDGE)
				totals_refuse(definition, wrong[0]);
			disturb_outer(set);
			flushing = set;
			run(set, &definition->store, definition->parent_owner, wrong, n_wrong, snapshot, SPI_OK_UPDATE, NULL);
			flushing = set->outer;
		}
		UnregisterSnapshot(snapshot);
		n_changed += n_wrong;
	} while (set->is_disturbed);
	SPI_finish();
	return n_changed;
}

/* Brings the totals of a set of parents right, or raises that they are not; returns how many changed. */
int64
totals_flush(TotalsSet *set, TotalsFlushMode mode)
{
	TotalsDefinition *definition = set->definition;
	volatile int64 n_changed = 0;

	set->outer = flushing;
	definition->n_users++;
	PG_TRY();
	{
		if (set->hash->members > 0)
			n_changed = flush_locked(set, mode);
	}
	PG_CATCH();
	{
		flushing = set->outer;
		totals_release(definition);
		PG_RE_THROW();
	}
	PG_END_TRY();
	totals_release(definition);
	return n_changed;
}

/* The entry of a flush under way that has computed the totals of that key, or NULL. */
TotalsParent *
totals_published(TotalsDefinition *definition, Datum *key)
{
	for (TotalsSet *set = flushing; set != NULL; set = set->outer)
	{
		TotalsParent *parent = set->definition == definition && !set->is_disturbed ?
			totals_hash_lookup(set->hash, key) : NULL;

		if (parent != NULL && parent->exists)
			return parent;
	}
	return NULL;
}

static pg_noinline void
visit_batches(TotalsDefinition *definition, Snapshot snapshot, TotalsVisitor visitor, void *argument)
{
	TotalsUser	caller;
	Portal		portal;
	uint64		n_fetched;

	SPI_connect();
	totals_become(definition->parent_owner, &caller, true);
	PushActiveSnapshot(snapshot);
	portal = SPI_cursor_open_with_args(NULL, definition->all_keys, 0, NULL, NULL, NULL, true, 0);
	PopActiveSnapshot();
	totals_return(&caller);
	do
	{
		TotalsSet  *batch = totals_set_create(definition);
		TotalsParent **parents;
		int			n;

		totals_become(definition->parent_owner, &caller, true);
		SPI_cursor_fetch(portal, true, BATCH);
		totals_return(&caller);
		n_fetched = SPI_processed;
		for (uint64 row = 0; row < n_fetched; row++)
		{
			Datum		key[INDEX_MAX_KEYS];
			bool		is_null = false;

			for (int i = 0; i < definition->n_keys && !is_null; i++)
				key[i] = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, i + 1, &is_null);
			if (!is_null)
				(void) totals_set_add(batch, key);
		}
		SPI_freetuptable(SPI_tuptable);

		parents = sorted(batch, &n);
		if (n > 0)
		{
			run(batch, &definition->read, definition->parent_owner, parents, n, snapshot,
					   SPI_OK_SELECT, read_stored);
			compute(batch, &definition->audit, parents, n, snapshot);
			visitor(batch, parents, n, argument);
		}
		totals_set_free(batch);
	} while (n_fetched == BATCH);
	SPI_cursor_close(portal);
	SPI_finish();
}

/*
 * Walks over all parents in batches: each batch's stored and computed totals, of
 * one moment, are handed to the visitor, which may flush.
 */
void
totals_visit(TotalsDefinition *definition, TotalsVisitor visitor, void *argument)
{
	Snapshot	snapshot = latest_snapshot();

	definition->n_users++;
	PG_TRY();
	{
		visit_batches(definition, snapshot, visitor, argument);
	}
	PG_CATCH();
	{
		totals_release(definition);
		PG_RE_THROW();
	}
	PG_END_TRY();
	totals_release(definition);
	UnregisterSnapshot(snapshot);
}

static void
flush_wrong(TotalsSet *batch, TotalsParent **parents, int n, void *argument)
{
	TotalsSet  *wrong = totals_set_create(batch->definition);

	for (int i = 0; i < n; i++)
	{
		if (parents[i]->exists && !totals_are_right(batch->definition, parents[i]))
			(void) totals_set_add(wrong, parents[i]->key);
	}
	*(int64 *) argument += totals_flush(wrong, TOTALS_STORE);
	totals_set_free(wrong);
}

/* Brings all totals right; returns how many parents changed. */
int64
totals_rebuild(TotalsDefinition *definition)
{
	int64		n_changed = 0;

	totals_visit(definition, flush_wrong, &n_changed);
	return n_changed;
}
