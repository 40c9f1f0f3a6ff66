/*
 * flush.c
 *		The one way totals are computed and stored: a set of parents, locked in
 *		key order, their totals computed, and written where they differ.
 */
#include "expression.h"
#include "totals/totals.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

/* Up to this many parents' lines are looked up by an index, one after the other; a plan may do better with more. */
#define READ_BY_INDEX 1000

/*
 * The flush under way, innermost first.  It publishes the exact totals that the
 * guard accepts; its own end, by an error too, takes them back.
 */
static TotalsSet *flushing = NULL;

/* What the totals of parents whose stored ones are known are to be, by adding up their lines. */
void
totals_compute(TotalsSet *set, TotalsQuery *query, TotalsParent **parents, int n, Snapshot snapshot)
{
	TotalsDefinition *definition = set->definition;
	bool		by_index = query == &definition->add && n <= READ_BY_INDEX;
	LineScan   *lines = by_index ? totals_begin_lines(definition, snapshot) : NULL;
	TotalsParent **left = MemoryContextAlloc(set->context, sizeof(TotalsParent *) * Max(n, 1));
	int			n_left = 0;

	totals_lines_are_counted(definition->arguments);
	for (int i = 0; i < n; i++)
	{
		parents[i]->n_lines = 0;
		if (lines != NULL && totals_read_lines(definition, lines, parents[i]))
			totals_set_sums(set, parents[i]);
		else
			left[n_left++] = parents[i];
	}
	if (lines != NULL)
		totals_end_lines(lines);

	if (n_left > 0)
	{
		int			level = pin_expression_settings();

		totals_run(set, query, definition->child_owner, left, n_left, snapshot, SPI_OK_SELECT, totals_read_computed);
		AtEOXact_GUC(false, level);
	}
	for (int i = 0; i < n; i++)
	{
		if (parents[i]->n_lines == 0)
			totals_set_empty(set, parents[i]);
	}
}

/* Own changes up to now and everyone's committed ones. */
Snapshot
totals_latest_snapshot(void)
{
	CommandCounterIncrement();
	return RegisterSnapshot(GetLatestSnapshot());
}

/* Computes the totals of one parent, whose stored ones the caller has filled in. */
void
totals_expect(TotalsSet *set, TotalsParent *parent)
{
	Snapshot	snapshot = totals_latest_snapshot();

	totals_compute(set, &set->definition->add, &parent, 1, snapshot);
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
		if (totals_is_same(outer->definition, set->definition))
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
						 totals_hash_key(definition, key) >> (32 - KEY_LOCK_BITS), KEY_LOCK_FIELD);
	(void) LockAcquire(&tag, mode, false, false);
}

/* Keeps lines of a new parent's key from coming unseen. */
void
totals_lock_new_key(TotalsDefinition *definition, Datum *key)
{
	if (!definition->has_immediate_key)
		lock_key(definition, key, RowExclusiveLock);
}

/*
 * Locks a parent's row.  Where its new totals follow from the stored ones and
 * nobody's trigger runs before they are written, they are at once: an update is a
 * lock.  False when the row was gone once its lock could be had.
 */
static bool
lock_row(TotalsRows *rows, TotalsSet *set, TotalsParent *parent, bool follows)
{
	bool		at_once = follows && set->definition->is_writable && !set->definition->fires_before;
	bool		is_locked = false;

	CHECK_FOR_INTERRUPTS();
	if (!totals_find_row(rows, set, parent))
		return true;
	for (;;)
	{
		if (follows)
			parent->answer = totals_follow(set, parent);
		if (at_once && parent->answer == TOTALS_KNOWN && !totals_are_right(set->definition, parent))
		{
			parent->is_stored = totals_update_row(rows, set, parent);
			if (parent->is_stored)
				return true;
		}
		if (is_locked)
			return true;
		if (!totals_lock_row(rows, set, parent))
			return false;
		is_locked = true;
	}
}

/* Those of n parents that do not exist; returns how many. */
static int
missing_parents(TotalsParent **parents, int n, TotalsParent **missing)
{
	int			n_missing = 0;

	for (int i = 0; i < n; i++)
	{
		if (!parents[i]->exists)
			missing[n_missing++] = parents[i];
	}
	return n_missing;
}

/*
 * Locks parents and reads their totals by SQL.  False when rows were gone once
 * their locks could be had: those that the snapshot has and the query did not lock.
 */
static bool
lock_by_query(TotalsSet *set, TotalsParent **parents, int n, Snapshot snapshot)
{
	TotalsDefinition *definition = set->definition;
	TotalsParent **missing = MemoryContextAllocHuge(set->context, sizeof(TotalsParent *) * n);
	bool		is_lost = false;
	int			n_missing;

	totals_run(set, &definition->lock, definition->parent_owner, parents, n, snapshot, SPI_OK_SELECT,
			   totals_read_stored);
	n_missing = missing_parents(parents, n, missing);
	if (n_missing > 0)
		totals_run(set, &definition->read, definition->parent_owner, missing, n_missing, snapshot, SPI_OK_SELECT,
				   totals_read_stored);
	for (int i = 0; i < n_missing; i++)
	{
		is_lost |= missing[i]->exists;
		missing[i]->exists = false;
	}
	return !is_lost;
}

/*
 * Locks parents in the order given and reads their totals; what follows from these
 * is computed.  False when rows were gone once their locks could be had.
 */
static bool
lock_parents(TotalsSet *set, TotalsParent **parents, int n, bool follows)
{
	TotalsDefinition *definition = set->definition;
	Snapshot	snapshot = totals_latest_snapshot();
	TotalsRows *rows = totals_open_rows(definition, snapshot);
	bool		is_done = true;

	for (int i = 0; i < n; i++)
	{
		parents[i]->exists = false;
		parents[i]->is_stored = false;
		parents[i]->answer = TOTALS_ADD_UP;
		ItemPointerSetInvalid(&parents[i]->tid);
	}
	for (int i = 0; i < n && rows != NULL; i++)
	{
		is_done &= lock_row(rows, set, parents[i], follows);

		/* Whoever was waited for has changed more of the rows to come, most likely. */
		if (rows->is_behind)
		{
			UnregisterSnapshot(snapshot);
			snapshot = RegisterSnapshot(GetLatestSnapshot());
			totals_renew_rows(rows, snapshot);
		}
	}
	if (rows != NULL)
		totals_close_rows(rows);
	else
	{
		is_done = lock_by_query(set, parents, n, snapshot);
		for (int i = 0; i < n && follows; i++)
		{
			if (parents[i]->exists)
				parents[i]->answer = totals_follow(set, parents[i]);
		}
	}
	UnregisterSnapshot(snapshot);
	return is_done;
}

/*
 * Locks all parents that there are.  Some may have come while their keys were
 * waited for, or have taken the place of one that was deleted: by a statement that
 * inserts it anew, or by a change of keys.
 */
static void
lock_all(TotalsSet *set, TotalsParent **touched, int n, bool follows)
{
	TotalsParent **missing = MemoryContextAllocHuge(set->context, sizeof(TotalsParent *) * n);
	bool		is_done = lock_parents(set, touched, n, follows);
	int			n_missing = missing_parents(touched, n, missing);

	for (int i = 0; i < n_missing && !set->definition->has_immediate_key; i++)
	{
		lock_key(set->definition, missing[i]->key, ShareLock);
		is_done = false;
	}
	while (!is_done && n_missing > 0)
	{
		is_done = lock_parents(set, missing, n_missing, follows);
		n_missing = missing_parents(missing, n_missing, missing);
	}
}

/* What the totals of locked parents are to be, where it is not known yet. */
static void
compute_rest(TotalsSet *set, TotalsParent **parents, int n, Snapshot snapshot)
{
	TotalsDefinition *definition = set->definition;
	TotalsParent **unknown = MemoryContextAlloc(set->context, sizeof(TotalsParent *) * n);
	int			n_unknown = 0;
	LineScan   *lines = NULL;

	for (int i = 0; i < n; i++)
	{
		if (parents[i]->answer == TOTALS_ASK_LINES)
		{
			if (lines == NULL)
				lines = totals_begin_lines(definition, snapshot);
			if (lines != NULL)
			{
				totals_ask_lines(set, lines, parents[i]);
				parents[i]->answer = totals_follow(set, parents[i]);
			}
		}
		if (parents[i]->answer != TOTALS_KNOWN)
			unknown[n_unknown++] = parents[i];
	}
	if (lines != NULL)
		totals_end_lines(lines);
	if (n_unknown > 0)
		totals_compute(set, &definition->add, unknown, n_unknown, snapshot);
	for (int i = 0; i < n_unknown; i++)
		unknown[i]->answer = TOTALS_KNOWN;
}

/* Stores the totals of locked parents; stops when disturbed. */
static void
store(TotalsSet *set, TotalsParent **parents, int n, Snapshot snapshot)
{
	TotalsDefinition *definition = set->definition;
	TotalsRows *rows = definition->is_writable ? totals_open_rows(definition, snapshot) : NULL;
	int			n_left = n;

	if (rows != NULL)
	{
		n_left = 0;
		for (int i = 0; i < n && !set->is_disturbed; i++)
		{
			CHECK_FOR_INTERRUPTS();
			if (!totals_fetch_row(rows, set, parents[i]))
				parents[n_left++] = parents[i];
			else if (!totals_update_row(rows, set, parents[i]))
				elog(ERROR, "a locked row of \"%s\" was changed", get_rel_name(definition->parent));
		}
		totals_close_rows(rows);
	}
	if (n_left > 0 && !set->is_disturbed)
		totals_run(set, &definition->store, definition->parent_owner, parents, n_left, snapshot, SPI_OK_UPDATE, NULL);
}

/* The parents that a flush is about: all of the set, but for those whose totals it leaves as they are. */
static TotalsParent **
touched_parents(TotalsSet *set, bool follows, int *n)
{
	TotalsParent **touched = MemoryContextAllocHuge(set->context, sizeof(TotalsParent *) * set->n_parents);

	totals_set_sort(set);
	*n = 0;
	for (int i = 0; i < set->n_parents; i++)
	{
		if (!follows || !totals_make_no_difference(set->definition, set->parents[i]))
			touched[(*n)++] = set->parents[i];
	}
	return touched;
}

/* Computes and stores what is left once all parents are locked; returns how many have been written, before too. */
static int64
store_rest(TotalsSet *set, TotalsParent **touched, int n_touched, TotalsFlushMode mode)
{
	TotalsParent **parents = MemoryContextAllocHuge(set->context, sizeof(TotalsParent *) * n_touched);
	TotalsParent **wrong = MemoryContextAllocHuge(set->context, sizeof(TotalsParent *) * n_touched);
	Snapshot	snapshot;
	int			n = 0;
	int			n_wrong = 0;
	int			n_stored = 0;

	for (int i = 0; i < n_touched; i++)
	{
		/* The parent of a cascade's lines is gone; that of a deferred key's is still to come. */
		if (touched[i]->exists && !touched[i]->is_stored)
			parents[n++] = touched[i];
		n_stored += touched[i]->is_stored;
	}
	if (n == 0)
		return n_stored;

	snapshot = totals_latest_snapshot();
	compute_rest(set, parents, n, snapshot);
	for (int i = 0; i < n; i++)
	{
		if (!totals_are_right(set->definition, parents[i]))
			wrong[n_wrong++] = parents[i];
	}
	if (n_wrong > 0)
	{
		if (mode == TOTALS_JUDGE)
			totals_refuse(set->definition, wrong[0]);
		disturb_outer(set);
		flushing = set;
		store(set, wrong, n_wrong, snapshot);
		flushing = set->outer;
	}
	UnregisterSnapshot(snapshot);
	return n_stored + n_wrong;
}

/* Not inlined: gcc fears for its variables when it finds them beside a setjmp. */
static pg_noinline int64
flush_locked(TotalsSet *set, TotalsFlushMode mode)
{
	bool		follows = set->follows && mode == TOTALS_STORE;
	int			n_touched;
	TotalsParent **touched = touched_parents(set, follows, &n_touched);
	int64		n_changed = 0;

	if (n_touched == 0)
		return 0;
	if (follows)
		disturb_outer(set);
	do
	{
		set->is_disturbed = false;
		flushing = set;
		lock_all(set, touched, n_touched, follows);
		flushing = set->outer;
		if (!set->is_disturbed)
			n_changed += store_rest(set, touched, n_touched, mode);
		flushing = set;
		totals_end_update(set);
		flushing = set->outer;

		/* Lines have changed since the statement whose lines were told apart. */
		follows = false;
	} while (set->is_disturbed);
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
		if (set->n_parents > 0)
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
		TotalsParent *parent = !set->is_disturbed && totals_is_same(set->definition, definition) ?
			totals_set_find(set, key) : NULL;

		if (parent != NULL && parent->exists && parent->answer == TOTALS_KNOWN)
			return parent;
	}
	return NULL;
}

