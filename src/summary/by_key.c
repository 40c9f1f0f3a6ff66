/*
 * by_key.c
 *		The aggregate that summarizes deals by a key: a pass over deals that keeps
 *		a summary for each owner, stage or month in a hash table of its own.
 *
 * PostgreSQL's GROUP BY looks up a group for every row in a table made for any
 * number of keys and aggregates; where there is one key and one aggregate, a table
 * made for that is several times as fast.  What it does not do is spill: the
 * state grows with the number of keys, up to MAX_GROUPS.
 */
#include "summary/summary_value.h"

#include "access/htup_details.h"
#include "catalog/pg_collation.h"
#include "common/hashfn.h"
#include "deal/deal.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(opp_groups_combine);
PG_FUNCTION_INFO_V1(opp_groups_serialize);
PG_FUNCTION_INFO_V1(opp_groups_deserialize);
PG_FUNCTION_INFO_V1(opp_groups_final);

/* Their summaries, as an array, have to fit a value of 1 GB. */
#define MAX_GROUPS	1000000

/* Summaries are allocated by so many at a time, at most. */
#define BLOCK_SUMMARIES	64

/* How keys are compared. */
typedef enum KeyKind
{
	KEY_VALUE,					/* the datum is the value */
	KEY_TEXT,					/* the bytes of a varlena are */
	KEY_OTHER					/* by the functions of the type */
} KeyKind;

typedef struct DealGroup
{
	Datum		key;
	PipelineSummary *summary;
	uint32		hash;
	char		status;			/* simplehash's */
} DealGroup;

typedef struct Groups
{
	MemoryContext context;		/* of all below */
	Oid			key_type;
	Oid			collation;
	KeyKind		kind;
	TypeCacheEntry *type;
	struct groups_hash *table;
	PipelineSummary *of_null;	/* of the deals without a key, if there are any */
	PipelineSummary *unused;	/* summaries allocated and not in use */
	int			n_unused;
} Groups;

static uint32 key_hash(const Groups *groups, Datum key);
static bool keys_equal(const Groups *groups, Datum x, Datum y);

#define SH_PREFIX groups
#define SH_ELEMENT_TYPE DealGroup
#define SH_KEY_TYPE Datum
#define SH_KEY key
#define SH_HASH_KEY(table, key) key_hash((Groups *) (table)->private_data, key)
#define SH_EQUAL(table, x, y) keys_equal((Groups *) (table)->private_data, x, y)
#define SH_STORE_HASH
#define SH_GET_HASH(table, group) (group)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static uint32
key_hash(const Groups *groups, Datum key)
{
	switch (groups->kind)
	{
		case KEY_VALUE:
			return murmurhash32((uint32) key ^ (uint32) ((uint64) key >> 32));
		case KEY_TEXT:
			return hash_bytes((const unsigned char *) VARDATA_ANY(DatumGetPointer(key)),
							  VARSIZE_ANY_EXHDR(DatumGetPointer(key)));
		case KEY_OTHER:
			break;
	}
	return DatumGetUInt32(FunctionCall1Coll(&groups->type->hash_proc_finfo, groups->collation, key));
}

static bool
keys_equal(const Groups *groups, Datum x, Datum y)
{
	switch (groups->kind)
	{
		case KEY_VALUE:
			return x == y;
		case KEY_TEXT:
			{
				Size		size = VARSIZE_ANY_EXHDR(DatumGetPointer(x));

				return size == VARSIZE_ANY_EXHDR(DatumGetPointer(y)) &&
					memcmp(VARDATA_ANY(DatumGetPointer(x)), VARDATA_ANY(DatumGetPointer(y)), size) == 0;
			}
		case KEY_OTHER:
			break;
	}
	return DatumGetBool(FunctionCall2Coll(&groups->type->eq_opr_finfo, groups->collation, x, y));
}

static KeyKind
key_kind(const TypeCacheEntry *type, Oid collation)
{
	switch (type->eq_opr_finfo.fn_oid)
	{
		case F_INT2EQ:
		case F_INT4EQ:
		case F_INT8EQ:
		case F_DATE_EQ:
		case F_OIDEQ:
		case F_ENUM_EQ:
		case F_BOOLEQ:
			return type->typbyval ? KEY_VALUE : KEY_OTHER;
		case F_TEXTEQ:
			return OidIsValid(collation) && get_collation_isdeterministic(collation) ? KEY_TEXT : KEY_OTHER;
		default:
			return KEY_OTHER;
	}
}

static Groups *
make_groups(MemoryContext context, Oid key_type, Oid collation)
{
	Groups	   *groups = MemoryContextAllocZero(context, sizeof(Groups));

	groups->context = context;
	groups->key_type = key_type;
	groups->collation = collation;
	groups->type = lookup_type_cache(key_type, TYPECACHE_EQ_OPR_FINFO | TYPECACHE_HASH_PROC_FINFO | TYPECACHE_CMP_PROC_FINFO);
	if (!OidIsValid(groups->type->eq_opr_finfo.fn_oid) ||
		!OidIsValid(groups->type->hash_proc_finfo.fn_oid) ||
		!OidIsValid(groups->type->cmp_proc_finfo.fn_oid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("deals cannot be summarized by a key of type %s", format_type_be(key_type)),
				 errdetail("The type needs a hash function and an order."),
				 errhint("Cast the key to text.")));
	groups->kind = key_kind(groups->type, collation);
	groups->table = groups_create(context, 16, groups);
	return groups;
}

static PipelineSummary *
new_summary(Groups *groups)
{
	PipelineSummary *summary;

	if (groups->n_unused == 0)
	{
		groups->n_unused = Max(1, Min(groups->table->members, BLOCK_SUMMARIES));
		groups->unused = MemoryContextAlloc(groups->context, groups->n_unused * sizeof(PipelineSummary));
	}
	groups->n_unused--;
	summary = groups->unused++;
	summary_init(summary);
	return summary;
}

static pg_noinline PipelineSummary *
new_group(Groups *groups, Datum key)
{
	MemoryContext caller = MemoryContextSwitchTo(groups->context);
	DealGroup  *group;
	bool		found;

	if (groups->table->members == MAX_GROUPS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("deals cannot be summarized by more than %d keys at once", MAX_GROUPS),
				 errhint("Use summarize_pipeline with GROUP BY.")));
	key = datumCopy(key, groups->type->typbyval, groups->type->typlen);
	group = groups_insert(groups->table, key, &found);
	group->summary = new_summary(groups);
	MemoryContextSwitchTo(caller);
	return group->summary;
}

/* The summary of a key, made when there is none. */
static inline PipelineSummary *
group_summary(Groups *groups, Datum key, bool isnull)
{
	DealGroup  *group;

	if (unlikely(isnull))
	{
		if (groups->of_null == NULL)
			groups->of_null = new_summary(groups);
		return groups->of_null;
	}
	if (groups->kind == KEY_TEXT)
		key = PointerGetDatum(PG_DETOAST_DATUM_PACKED(key));
	group = groups_lookup(groups->table, key);
	return likely(group != NULL) ? group->summary : new_group(groups, key);
}

/* Argument n, the state of an aggregate: memory to keep it in is set too. */
static Groups *
groups_argument(FunctionCallInfo fcinfo, int n, MemoryContext *context)
{
	if (!AggCheckCallContext(fcinfo, context))
		elog(ERROR, "function of an aggregate was called outside of one");
	return PG_ARGISNULL(n) ? NULL : (Groups *) PG_GETARG_POINTER(n);
}

/*
 * The memory of a summary is asked for early: reading the deal takes as long as it
 * needs to come.  What an open deal changes stands behind what a closed one does.
 */
static pg_attribute_always_inline void
prefetch_summary(const PipelineSummary *summary, bool is_open)
{
	const char *bytes = (const char *) summary;

	for (Size i = 0; i < offsetof(PipelineSummary, open); i += PREFETCH_SIZE)
		__builtin_prefetch(bytes + i, 1);
	if (is_open)
	{
		for (Size i = offsetof(PipelineSummary, open); i < offsetof(PipelineSummary, open.least); i += PREFETCH_SIZE)
			__builtin_prefetch(bytes + i, 1);
		__builtin_prefetch(&summary->largest[LARGEST_DEALS - 1], 1);
	}
}

static pg_attribute_always_inline Datum
add_deal(FunctionCallInfo fcinfo, AmountReader read_amount, ProbabilityReader read_probability, TimeReader read_time)
{
	Groups	   *groups;
	PipelineSummary *summary;
	SummaryStatus status;
	const NullableDatum *columns = fcinfo->args + 2;	/* amount, probability, won and maybe dates */
	Deal		deal;

	if (unlikely(PG_ARGISNULL(0)))
	{
		MemoryContext context;

		(void) groups_argument(fcinfo, 0, &context);
		groups = make_groups(context, get_fn_expr_argtype(fcinfo->flinfo, 1), PG_GET_COLLATION());
	}
	else
		groups = (Groups *) PG_GETARG_POINTER(0);
	summary = group_summary(groups, PG_GETARG_DATUM(1), PG_ARGISNULL(1));
	prefetch_summary(summary, columns[2].isnull);
	read_deal(columns, PG_NARGS() - 2, &deal, read_amount, read_probability, read_time);
	status = summary_add_deal(summary, &deal);
	if (unlikely(status != SUMMARY_OK))
		summary_raise(status);
	PG_RETURN_POINTER(groups);
}

/* The transition function for each type of columns, which follow the key. */
#define GROUPS_FUNCTION(type, read_amount, read_probability, read_time) \
PG_FUNCTION_INFO_V1(opp_groups_add_##type); \
Datum \
opp_groups_add_##type(PG_FUNCTION_ARGS) \
{ \
	return add_deal(fcinfo, read_amount, read_probability, read_time); \
}

READERS(GROUPS_FUNCTION)

static void
merge_group(Groups *groups, Datum key, bool isnull, const PipelineSummary *summary)
{
	SummaryStatus status = summary_merge(group_summary(groups, key, isnull), summary);

	if (status != SUMMARY_OK)
		summary_raise(status);
}

Datum
opp_groups_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	Groups	   *groups = groups_argument(fcinfo, 0, &context);
	Groups	   *other = groups_argument(fcinfo, 1, &context);
	groups_iterator iterator;
	DealGroup	   *group;

	if (other == NULL)
	{
		if (groups == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(groups);
	}
	if (groups == NULL)
		groups = make_groups(context, other->key_type, other->collation);
	groups_start_iterate(other->table, &iterator);
	while ((group = groups_iterate(other->table, &iterator)) != NULL)
		merge_group(groups, group->key, false, group->summary);
	if (other->of_null != NULL)
		merge_group(groups, (Datum) 0, true, other->of_null);
	PG_RETURN_POINTER(groups);
}

/*
 * From a worker to its leader: type and collation of the key, how many groups,
 * whether one is without a key; then the keys with their summaries.
 */
Datum
opp_groups_serialize(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	Groups	   *groups = groups_argument(fcinfo, 0, &context);
	StringInfoData buffer;
	groups_iterator iterator;
	DealGroup	   *group;

	pq_begintypsend(&buffer);
	pq_sendint32(&buffer, groups->key_type);
	pq_sendint32(&buffer, groups->collation);
	pq_sendint32(&buffer, groups->table->members);
	pq_sendbyte(&buffer, groups->of_null != NULL);
	groups_start_iterate(groups->table, &iterator);
	while ((group = groups_iterate(groups->table, &iterator)) != NULL)
	{
		if (groups->type->typbyval)
			pq_sendint64(&buffer, group->key);
		else
		{
			Size		size = datumGetSize(group->key, false, groups->type->typlen);

			pq_sendint32(&buffer, size);
			pq_sendbytes(&buffer, DatumGetPointer(group->key), size);
		}
		pq_sendbytes(&buffer, (char *) group->summary, sizeof(PipelineSummary));
	}
	if (groups->of_null != NULL)
		pq_sendbytes(&buffer, (char *) groups->of_null, sizeof(PipelineSummary));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

Datum
opp_groups_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	MemoryContext context;
	Groups	   *groups;
	StringInfoData buffer;
	Oid			key_type;
	Oid			collation;
	int			n_groups;
	bool		has_null;
	PipelineSummary summary;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "function of an aggregate was called outside of one");
	/* as the server's own: it is read once, by the combine function */
	context = CurrentMemoryContext;
	initReadOnlyStringInfo(&buffer, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	key_type = pq_getmsgint(&buffer, 4);
	collation = pq_getmsgint(&buffer, 4);
	n_groups = pq_getmsgint(&buffer, 4);
	has_null = pq_getmsgbyte(&buffer) != 0;
	groups = make_groups(context, key_type, collation);
	for (int i = 0; i < n_groups; i++)
	{
		Datum		key;

		if (groups->type->typbyval)
			key = (Datum) pq_getmsgint64(&buffer);
		else
		{
			int			size = pq_getmsgint(&buffer, 4);
			char	   *copy = palloc(size);

			pq_copymsgbytes(&buffer, copy, size);
			key = PointerGetDatum(copy);
		}
		pq_copymsgbytes(&buffer, (char *) &summary, sizeof(PipelineSummary));
		merge_group(groups, key, false, &summary);
	}
	if (has_null)
	{
		pq_copymsgbytes(&buffer, (char *) &summary, sizeof(PipelineSummary));
		merge_group(groups, (Datum) 0, true, &summary);
	}
	pq_getmsgend(&buffer);
	PG_RETURN_POINTER(groups);
}

static int
compare_groups(const void *x, const void *y, void *argument)
{
	Groups	   *groups = argument;

	return DatumGetInt32(FunctionCall2Coll(&groups->type->cmp_proc_finfo, groups->collation,
										   (*(DealGroup *const *) x)->key, (*(DealGroup *const *) y)->key));
}

/* An array of (key, summary) that grows in place: no row stands twice in memory. */
typedef struct RowArray
{
	ArrayType  *array;
	Size		size;
	Size		room;
} RowArray;

/* What most rows need: a header, a short key, a summary. */
#define USUAL_ROW	(MAXALIGN(SizeofHeapTupleHeader) + 32 + sizeof(PipelineSummary))

static void
append_row(RowArray *rows, HeapTupleHeader row)
{
	Size		size = MAXALIGN(HeapTupleHeaderGetDatumLength(row));

	if (size > MaxAllocSize - rows->size)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("array size exceeds the maximum allowed (%d)", (int) MaxAllocSize)));
	if (rows->size + size > rows->room)
	{
		rows->room = Min(rows->size + size + rows->room / 8, MaxAllocSize);
		rows->array = repalloc(rows->array, rows->room);
	}
	memset((char *) rows->array + rows->size + size - MAXIMUM_ALIGNOF, 0, MAXIMUM_ALIGNOF);
	memcpy((char *) rows->array + rows->size, row, HeapTupleHeaderGetDatumLength(row));
	rows->size += size;
}

/* The rows in the order of their keys, NULL last. */
Datum
opp_groups_final(PG_FUNCTION_ARGS)
{
	Oid			row_type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	MemoryContext context;
	Groups	   *groups = groups_argument(fcinfo, 0, &context);
	MemoryContext row_context;
	TupleDesc	tupdesc;
	DealGroup **order;
	DealGroup  *group;
	groups_iterator iterator;
	FmgrInfo	output;
	Oid			output_function;
	bool		is_varlena;
	RowArray	rows;
	int			n = 0;
	int			n_rows;

	if (groups == NULL)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(row_type));

	order = palloc_array(DealGroup *, groups->table->members + 1);
	groups_start_iterate(groups->table, &iterator);
	while ((group = groups_iterate(groups->table, &iterator)) != NULL)
		order[n++] = group;
	qsort_arg(order, n, sizeof(DealGroup *), compare_groups, groups);
	n_rows = n + (groups->of_null != NULL);

	tupdesc = lookup_rowtype_tupdesc_copy(row_type, -1);
	getTypeOutputInfo(groups->key_type, &output_function, &is_varlena);
	fmgr_info(output_function, &output);
	rows.size = ARR_OVERHEAD_NONULLS(1);
	rows.room = rows.size + n_rows * USUAL_ROW;
	rows.array = palloc(rows.room);
	memset(rows.array, 0, rows.size);
	row_context = AllocSetContextCreate(CurrentMemoryContext, "row of summarize_pipeline_by", ALLOCSET_SMALL_SIZES);
	for (int i = 0; i < n_rows; i++)
	{
		Datum		values[2];
		bool		nulls[2] = {false, false};
		MemoryContext caller = MemoryContextSwitchTo(row_context);
		HeapTupleHeader row;

		nulls[0] = (i == n);
		values[0] = nulls[0] ? (Datum) 0 : CStringGetTextDatum(OutputFunctionCall(&output, order[i]->key));
		values[1] = PointerGetDatum(nulls[0] ? groups->of_null : order[i]->summary);
		row = heap_form_tuple(tupdesc, values, nulls)->t_data;
		MemoryContextSwitchTo(caller);
		append_row(&rows, row);
		MemoryContextReset(row_context);
		CHECK_FOR_INTERRUPTS();
	}
	MemoryContextDelete(row_context);
	SET_VARSIZE(rows.array, rows.size);
	rows.array->ndim = 1;
	rows.array->dataoffset = 0;
	rows.array->elemtype = row_type;
	ARR_DIMS(rows.array)[0] = n_rows;
	ARR_LBOUND(rows.array)[0] = 1;
	PG_RETURN_ARRAYTYPE_P(rows.array);
}
