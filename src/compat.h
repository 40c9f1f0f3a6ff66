/*
 * compat.h
 *		Every difference between PostgreSQL major versions, and nothing else.
 *
 * No other file of the project tests PG_VERSION_NUM.  Include this header right
 * after postgres.h.
 */
#ifndef OPPORTUNITY_COMPAT_H
#define OPPORTUNITY_COMPAT_H

#include "postgres.h"

#include "access/amapi.h"
#include "access/genam.h"
#include "access/tableam.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "nodes/primnodes.h"

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 200000
#error "opportunity supports PostgreSQL 15 to 19"
#endif

#ifndef HAVE_INT128
#error "opportunity needs a compiler with 128-bit integers"
#endif

#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#else
/*
 * 16 brought soft errors (commit d9f7f5d32): below it, input functions have no
 * error context and every error is hard.
 */
#define errsave(context, ...) \
	do { (void) (context); ereport(ERROR, __VA_ARGS__); } while (0)
#define ereturn(context, dummy_value, ...) \
	do { errsave(context, __VA_ARGS__); return dummy_value; } while (0)
#define SOFT_ERROR_OCCURRED(context) ((void) (context), false)

/* Likewise 16's (commit 1939d2628). */
static inline bool
DirectInputFunctionCallSafe(PGFunction func, char *str, Oid typioparam,
							int32 typmod, fmNodePtr escontext, Datum *result)
{
	*result = DirectFunctionCall3(func, CStringGetDatum(str),
								  ObjectIdGetDatum(typioparam), Int32GetDatum(typmod));
	return true;
}
#endif

#if PG_VERSION_NUM < 160000
/*
 * 16 hides a module's symbols and exports what PG_FUNCTION_INFO_V1 names
 * (commit 089480c07).  Below it they are hidden by our own -fvisibility, so that
 * no other library of the backend meets them, and exported here.
 */
#undef PGDLLEXPORT
#define PGDLLEXPORT __attribute__((visibility("default")))
#undef PG_FUNCTION_INFO_V1
#define PG_FUNCTION_INFO_V1(funcname) \
extern PGDLLEXPORT Datum funcname(PG_FUNCTION_ARGS); \
extern PGDLLEXPORT const Pg_finfo_record *CppConcat(pg_finfo_,funcname) (void); \
const Pg_finfo_record * \
CppConcat(pg_finfo_,funcname) (void) \
{ \
	static const Pg_finfo_record finfo = {1}; \
	return &finfo; \
} \
extern PGDLLEXPORT Datum funcname(PG_FUNCTION_ARGS)
#endif

/* 18 counts an index scan's steps on request (commit 0fbceae84), 19 takes options. */
static inline IndexScanDesc
begin_index_scan(Relation table, Relation index, Snapshot snapshot, int n_keys)
{
#if PG_VERSION_NUM >= 190000
	return index_beginscan(table, index, snapshot, NULL, n_keys, 0, SO_NONE);
#elif PG_VERSION_NUM >= 180000
	return index_beginscan(table, index, snapshot, NULL, n_keys, 0);
#else
	return index_beginscan(table, index, snapshot, n_keys, 0);
#endif
}

/* 19 takes options. */
static inline TableScanDesc
begin_table_scan(Relation table, Snapshot snapshot)
{
#if PG_VERSION_NUM >= 190000
	return table_beginscan(table, snapshot, 0, NULL, SO_NONE);
#else
	return table_beginscan(table, snapshot, 0, NULL);
#endif
}

/*
 * 19's planner simplifies by NOT NULL constraints, which it looks up in the range
 * table of a query; for an expression without one it crashes (19rc1).  A column
 * that an outer join may have nulled is left alone, and nothing else asks for it.
 */
static inline void
mark_nullable(Var *column)
{
#if PG_VERSION_NUM >= 190000
	column->varnullingrels = bms_make_singleton(column->varno);
#endif
}

#if PG_VERSION_NUM < 160000
/* 16 tells which indexes an update needs: all, or those that summarize (commit 19d8e2308). */
typedef enum TU_UpdateIndexes
{
	TU_None,
	TU_All,
	TU_Summarizing
} TU_UpdateIndexes;
#endif

static inline bool
index_summarizes(Relation index)
{
#if PG_VERSION_NUM >= 160000
	return index->rd_indam->amsummarizing;
#else
	return false;
#endif
}

static inline TM_Result
update_tuple(Relation table, ItemPointer tid, TupleTableSlot *slot, CommandId command, Snapshot snapshot,
			 Snapshot crosscheck, TM_FailureData *failure, LockTupleMode *mode, TU_UpdateIndexes *indexes)
{
#if PG_VERSION_NUM >= 190000
	return table_tuple_update(table, tid, slot, command, 0, snapshot, crosscheck, true, failure, mode, indexes);
#elif PG_VERSION_NUM >= 160000
	return table_tuple_update(table, tid, slot, command, snapshot, crosscheck, true, failure, mode, indexes);
#else
	bool		all;
	TM_Result	result = table_tuple_update(table, tid, slot, command, snapshot, crosscheck, true, failure, mode, &all);

	*indexes = all ? TU_All : TU_None;
	return result;
#endif
}

/* 16 can leave out the indexes that an update does not concern (commit 19d8e2308), 19 takes flags. */
#if PG_VERSION_NUM >= 190000
#define insert_into_indexes(result, slot, estate) ExecInsertIndexTuples(result, estate, 0, slot, NIL, NULL)
#define update_indexes(result, slot, estate, which) \
	ExecInsertIndexTuples(result, estate, EIIT_IS_UPDATE | ((which) == TU_Summarizing ? EIIT_ONLY_SUMMARIZING : 0), \
						  slot, NIL, NULL)
#elif PG_VERSION_NUM >= 160000
#define insert_into_indexes(result, slot, estate) ExecInsertIndexTuples(result, slot, estate, false, false, NULL, NIL, false)
#define update_indexes(result, slot, estate, which) \
	ExecInsertIndexTuples(result, slot, estate, true, false, NULL, NIL, (which) == TU_Summarizing)
#else
#define insert_into_indexes(result, slot, estate) ExecInsertIndexTuples(result, slot, estate, false, false, NULL, NIL)
#define update_indexes(result, slot, estate, which) ExecInsertIndexTuples(result, slot, estate, true, false, NULL, NIL)
#endif

/*
 * The executor's range table for an update of some columns of one table: 16 took
 * the columns out of its entries (commit a61b1f748), 18 tells entries that are
 * pruned (commit cbc127917).
 */
#if PG_VERSION_NUM >= 180000
#define init_range_table_for_update(estate, entry, columns) \
	do { \
		List	   *permissions_ = NIL; \
		addRTEPermissionInfo(&permissions_, entry)->updatedCols = (columns); \
		ExecInitRangeTable(estate, list_make1(entry), permissions_, bms_make_singleton(1)); \
	} while (0)
#elif PG_VERSION_NUM >= 160000
#define init_range_table_for_update(estate, entry, columns) \
	do { \
		List	   *permissions_ = NIL; \
		addRTEPermissionInfo(&permissions_, entry)->updatedCols = (columns); \
		ExecInitRangeTable(estate, list_make1(entry), permissions_); \
	} while (0)
#else
#define init_range_table_for_update(estate, entry, columns) \
	do { \
		(entry)->updatedCols = (columns); \
		ExecInitRangeTable(estate, list_make1(entry)); \
	} while (0)
#endif

/* 16 tells why a row was not there for its triggers (commit 9321c79c8), 18 whether MERGE asks (commit 6f3f6e9ec). */
#if PG_VERSION_NUM >= 180000
#define fire_before_update(estate, epq, result, tid, slot) \
	ExecBRUpdateTriggers(estate, epq, result, tid, NULL, slot, NULL, NULL, false)
#elif PG_VERSION_NUM >= 160000
#define fire_before_update(estate, epq, result, tid, slot) ExecBRUpdateTriggers(estate, epq, result, tid, NULL, slot, NULL, NULL)
#else
#define fire_before_update(estate, epq, result, tid, slot) ExecBRUpdateTriggers(estate, epq, result, tid, NULL, slot, NULL)
#endif

#if PG_VERSION_NUM < 170000
/* 17 lets an index end a series of insertions (commit c1ec02be1). */
static inline void
index_insert_cleanup(Relation index, struct IndexInfo *info)
{
}

/*
 * 17 brought initReadOnlyStringInfo (commit f0efa5aec): a StringInfo over bytes
 * that are not copied and must not be changed.
 */
static inline void
initReadOnlyStringInfo(StringInfo str, char *data, int len)
{
	str->data = data;
	str->len = len;
	str->maxlen = 0;
	str->cursor = 0;
}
#endif

#if PG_VERSION_NUM < 180000
/* 18 brought pg_noreturn in place of pg_attribute_noreturn(), written before the type. */
#define pg_noreturn __attribute__((noreturn))

/* 18 brought virtual generated columns (commit 83ea6c540). */
#define ATTRIBUTE_GENERATED_VIRTUAL 'v'
#endif

#if PG_VERSION_NUM >= 190000
/* 19 knows strings by the standard alone. */
#define standard_conforming_strings true
#endif

#if PG_VERSION_NUM >= 180000
/* 18 lets a module say its name and version (commit 9324c8c58). */
#define OPPORTUNITY_MODULE_MAGIC \
	PG_MODULE_MAGIC_EXT(.name = "opportunity", .version = OPPORTUNITY_VERSION)
#else
#define OPPORTUNITY_MODULE_MAGIC PG_MODULE_MAGIC
#endif

#endif							/* OPPORTUNITY_COMPAT_H */
