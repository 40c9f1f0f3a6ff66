/*
 * run.c
 *		The queries of an attachment run: by key, for one parent or for many, and
 *		what they answer read.
 */
#include "totals/totals.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

/* Up to this many parents are cheaper one by one, with kept plans, than planned for. */
#define ONE_BY_ONE 32

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

/* Runs a query over sorted parents as the owner and reads its rows; stops storing when disturbed. */
void
totals_run(TotalsSet *set, TotalsQuery *query, Oid owner, TotalsParent **parents, int n, Snapshot snapshot,
		   int expected, TotalsReader reader)
{
	TotalsUser	caller;
	bool		one = n <= ONE_BY_ONE;

	SPI_connect();
	totals_become(owner, &caller, expected == SPI_OK_SELECT);
	for (int i = 0; i < n; i += one ? 1 : TOTALS_BATCH)
	{
		int			piece = one ? 1 : Min(n - i, TOTALS_BATCH);
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
	SPI_finish();
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
Datum
totals_take_sum(TotalsDefinition *definition, TotalsParent *parent, TotalsColumn *total, Datum sum)
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

void
totals_read_stored(TotalsSet *set, TotalsParent *parent, SPITupleTable *rows, int row)
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

void
totals_read_computed(TotalsSet *set, TotalsParent *parent, SPITupleTable *rows, int row)
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
		parent->computed[i] = totals_take_sum(set->definition, parent, total, sum);
		MemoryContextSwitchTo(caller);
	}
	if (rows->tupdesc->natts > 2 + n)
	{
		parent->n_unknown = MemoryContextAlloc(set->context, sizeof(int64) * n);
		for (int i = 0; i < n; i++)
			parent->n_unknown[i] = DatumGetInt64(SPI_getbinval(rows->vals[row], rows->tupdesc, 3 + n + i, &is_null));
	}
}
