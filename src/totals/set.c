/*
 * set.c
 *		The parents that a statement touches: each once, found by key, and in the
 *		order of their keys; what equality of keys and of totals is.
 */
#include "totals/totals.h"

#include "common/hashfn.h"
#include "utils/datum.h"
#include "utils/memutils.h"

static bool equal_keys(TotalsDefinition *definition, Datum *a, Datum *b);

typedef struct TotalsEntry
{
	Datum	   *key;
	TotalsParent *parent;
	uint32		hash;
	char		status;
} TotalsEntry;

#define SH_PREFIX totals_hash
#define SH_ELEMENT_TYPE TotalsEntry
#define SH_KEY_TYPE Datum *
#define SH_KEY key
#define SH_HASH_KEY(table, key) totals_hash_key((table)->private_data, key)
#define SH_EQUAL(table, a, b) equal_keys((table)->private_data, a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(table, element) (element)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

uint32
totals_hash_key(TotalsDefinition *definition, Datum *key)
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

bool
totals_key_equal(TotalsKeyColumn *key, Datum a, Datum b)
{
	return DatumGetBool(FunctionCall2Coll(&key->operations->eq_opr_finfo, key->collation, a, b));
}

static bool
equal_keys(TotalsDefinition *definition, Datum *a, Datum *b)
{
	for (int i = 0; i < definition->n_keys; i++)
	{
		if (!totals_key_equal(&definition->keys[i], a[i], b[i]))
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
	set->allocated = 16;
	set->parents = MemoryContextAlloc(context, sizeof(TotalsParent *) * set->allocated);
	return set;
}

void
totals_set_free(TotalsSet *set)
{
	MemoryContextDelete(set->context);
}

/* Room for a parent with all its values, in one piece. */
static TotalsParent *
new_parent(TotalsSet *set, Datum *key)
{
	TotalsDefinition *definition = set->definition;
	int			n = definition->n_totals;
	Size		place = MAXALIGN(sizeof(TotalsParent));
	MemoryContext caller = MemoryContextSwitchTo(set->context);
	char	   *room = palloc0(place + n * (sizeof(int128) + 2 * sizeof(Datum) + sizeof(int) + 2 * sizeof(bool)) +
							   definition->n_keys * sizeof(Datum));
	TotalsParent *parent = (TotalsParent *) room;

	parent->difference = (int128 *) (room + place);
	parent->key = (Datum *) (parent->difference + n);
	parent->stored = parent->key + definition->n_keys;
	parent->computed = parent->stored + n;
	parent->shown_scale = (int *) (parent->computed + n);
	parent->stored_null = (bool *) (parent->shown_scale + n);
	parent->computed_null = parent->stored_null + n;
	for (int i = 0; i < definition->n_keys; i++)
		parent->key[i] = datumCopy(key[i], definition->keys[i].byval, definition->keys[i].len);

	if (set->n_parents == set->allocated)
	{
		set->allocated *= 2;
		set->parents = repalloc_huge(set->parents, sizeof(TotalsParent *) * set->allocated);
	}
	set->parents[set->n_parents++] = parent;
	MemoryContextSwitchTo(caller);
	return parent;
}

/* The parent of that key, which is copied when it is new. */
TotalsParent *
totals_set_add(TotalsSet *set, Datum *key)
{
	bool		found;
	TotalsEntry *entry = totals_hash_insert(set->hash, key, &found);

	if (!found)
	{
		entry->parent = new_parent(set, key);
		entry->key = entry->parent->key;
	}
	return entry->parent;
}

TotalsParent *
totals_set_find(TotalsSet *set, Datum *key)
{
	TotalsEntry *entry = totals_hash_lookup(set->hash, key);

	return entry == NULL ? NULL : entry->parent;
}

/* Brings the set's parents into key order, which is the order of their locks. */
void
totals_set_sort(TotalsSet *set)
{
	qsort_arg(set->parents, set->n_parents, sizeof(TotalsParent *), compare_parents, set->definition);
}

bool
totals_equal(TotalsColumn *total, Datum a, bool a_null, Datum b, bool b_null)
{
	if (a_null || b_null)
		return a_null && b_null;
	return DatumGetBool(FunctionCall2Coll(&total->operations->eq_opr_finfo, InvalidOid, a, b));
}

bool
totals_are_right(TotalsDefinition *definition, TotalsParent *parent)
{
	for (int i = 0; i < definition->n_totals; i++)
	{
		if (!totals_equal(&definition->totals[i], parent->stored[i], parent->stored_null[i],
						  parent->computed[i], parent->computed_null[i]))
			return false;
	}
	return true;
}
