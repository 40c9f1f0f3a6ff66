/*
 * summarize_funnel.c
 *		The aggregates over paths and over funnels: transition and combine functions.
 *
 * A growing funnel is an expanded object, so the aggregates' state is the type
 * itself: wherever it is read or stored it becomes the flat form.
 */
#include "funnel/funnel.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(opp_funnel_add);
PG_FUNCTION_INFO_V1(opp_funnel_merge);

typedef struct ExpandedFunnel
{
	ExpandedObjectHeader header;
	Funnel		funnel;
	ArrayType  *list;			/* the argument that the stages came from, or NULL */
} ExpandedFunnel;

static Size
get_flat_size(ExpandedObjectHeader *header)
{
	return funnel_stored_size(&((ExpandedFunnel *) header)->funnel);
}

static void
flatten_into(ExpandedObjectHeader *header, void *result, Size size)
{
	funnel_store(&((ExpandedFunnel *) header)->funnel, result, size);
}

static const ExpandedObjectMethods funnel_methods = {get_flat_size, flatten_into};

static void
too_many_deals(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("funnel summary would hold more than 1000000000000 deals")));
}

static void
merge_datum(Funnel *funnel, Datum datum)
{
	FunnelParts parts;

	funnel_take_apart(funnel_from_datum(datum), &parts);
	if (funnel->n_stages == 0)
		funnel_set_stages(funnel, parts.names, parts.n_stages);
	else if (parts.n_stages > 0 && !funnel_has_stages(funnel, parts.names, parts.n_stages))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("funnels of different stages cannot be merged"),
				 errhint("Summarize them with the same list of stages, or group by it.")));
	if (!funnel_merge(funnel, &parts))
		too_many_deals();
}

/*
 * The state in argument 0.  In an aggregate it is ours and changed in place once
 * it is expanded; elsewhere it is copied.
 */
static ExpandedFunnel *
state_argument(FunctionCallInfo fcinfo)
{
	MemoryContext parent = CurrentMemoryContext;
	MemoryContext context;
	ExpandedFunnel *state;

	if (AggCheckCallContext(fcinfo, &parent) && !PG_ARGISNULL(0) &&
		VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(PG_GETARG_DATUM(0))))
	{
		state = (ExpandedFunnel *) DatumGetEOHP(PG_GETARG_DATUM(0));
		if (state->header.eoh_methods == &funnel_methods)
			return state;
	}
	context = AllocSetContextCreate(parent, "opportunity funnel", ALLOCSET_START_SMALL_SIZES);
	state = MemoryContextAllocZero(context, sizeof(ExpandedFunnel));
	EOH_init_header(&state->header, &funnel_methods, context);
	funnel_init(&state->funnel, context);
	if (!PG_ARGISNULL(0))
		merge_datum(&state->funnel, PG_GETARG_DATUM(0));
	return state;
}

/* The funnel gets the stages of an array of text, or has them already. */
static void
set_stages(ExpandedFunnel *state, ArrayType *list)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;
	StagePathName *names;
	const char *problem = NULL;

	if (state->list != NULL && VARSIZE(list) == VARSIZE(state->list) &&
		memcmp(list, state->list, VARSIZE(list)) == 0)
		return;

	deconstruct_array(list, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	names = palloc_array(StagePathName, n + 1);
	for (int i = 0; i < n && problem == NULL; i++)
	{
		if (nulls[i])
			problem = "A stage is NULL.";
		else
		{
			names[i].text = VARDATA_ANY(DatumGetPointer(elements[i]));
			names[i].length = VARSIZE_ANY_EXHDR(DatumGetPointer(elements[i]));
		}
	}
	if (problem == NULL)
		problem = n == 0 ? "A funnel has at least one stage." : funnel_names_problem(names, n);
	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a funnel cannot have these stages"),
				 errdetail_internal("%s", problem)));
	if (state->funnel.n_stages == 0)
		funnel_set_stages(&state->funnel, names, n);
	else if (!funnel_has_stages(&state->funnel, names, n))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the stages of a funnel must be the same in every row"),
				 errhint("Group by them.")));
	if (state->list != NULL)
		pfree(state->list);
	state->list = MemoryContextAlloc(state->header.eoh_context, VARSIZE(list));
	memcpy(state->list, list, VARSIZE(list));
}

Datum
opp_funnel_add(PG_FUNCTION_ARGS)
{
	ExpandedFunnel *state = state_argument(fcinfo);

	if (PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the stages of a funnel must not be null")));
	set_stages(state, PG_GETARG_ARRAYTYPE_P(2));
	if (!PG_ARGISNULL(1) && !funnel_add_path(&state->funnel, PG_GETARG_STAGE_PATH(1)))
		too_many_deals();
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->header));
}

Datum
opp_funnel_merge(PG_FUNCTION_ARGS)
{
	ExpandedFunnel *state;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	state = state_argument(fcinfo);
	if (!PG_ARGISNULL(1))
		merge_datum(&state->funnel, PG_GETARG_DATUM(1));
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->header));
}
