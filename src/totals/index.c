/*
 * index.c
 *		The indexes by which parents and lines are found without SQL.
 */
#include "totals/totals.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/transam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

/* Under deterministic collations equal values are the same. */
static bool
collations_agree(Oid a, Oid b)
{
	return a == b || !OidIsValid(a) || !OidIsValid(b) ||
		(get_collation_isdeterministic(a) && get_collation_isdeterministic(b));
}

/* A scan's condition that an index column equals one of the key. */
static bool
make_condition(TotalsKeyColumn *key, Relation index, int position, ScanKey condition)
{
	Oid			family = index->rd_opfamily[position];
	Oid			input = index->rd_opcintype[position];
	Oid			type = key->type;
	Oid			operator;

	if (family != key->operations->btree_opf || !collations_agree(index->rd_indcollation[position], key->collation))
		return false;
	operator = get_opfamily_member(family, input, type, BTEqualStrategyNumber);
	if (!OidIsValid(operator) && IsBinaryCoercible(type, input))
	{
		type = input;
		operator = get_opfamily_member(family, input, input, BTEqualStrategyNumber);
	}
	if (!OidIsValid(operator))
		return false;
	ScanKeyEntryInitialize(condition, 0, position + 1, BTEqualStrategyNumber,
						   type, index->rd_indcollation[position], get_opcode(operator), (Datum) 0);
	return true;
}

/* Whether the index begins with the key's columns, in any order, and how it is asked. */
static bool
fits(TotalsDefinition *definition, Relation index, bool of_parent, TotalsIndex *found)
{
	Form_pg_index form = index->rd_index;
	int			n = definition->n_keys;

	if (index->rd_rel->relam != BTREE_AM_OID || !form->indisvalid || form->indnkeyatts < n ||
		(of_parent && (form->indnkeyatts != n || !form->indisunique || !form->indimmediate)) ||
		!heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL))
		return false;
	for (int position = 0; position < n; position++)
	{
		int			i = 0;

		while (i < n && (of_parent ? definition->keys[i].parent_number : definition->keys[i].child_number) !=
			   form->indkey.values[position])
			i++;
		if (i == n || !make_condition(&definition->keys[i], index, position, &found->conditions[position]))
			return false;
		for (int earlier = 0; earlier < position; earlier++)
		{
			if (found->key[earlier] == i)
				return false;
		}
		found->key[position] = i;
	}
	found->n = n;
	return true;
}

/* The index with the fewest columns, into memory of the definition. */
void
totals_find_index(TotalsDefinition *definition, Relation relation, bool of_parent, TotalsIndex *found)
{
	int			n_columns = INDEX_MAX_KEYS + 1;
	ListCell   *cell;

	found->oid = InvalidOid;
	foreach(cell, RelationGetIndexList(relation))
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);
		TotalsIndex candidate;

		if (index->rd_index->indnatts < n_columns && fits(definition, index, of_parent, &candidate))
		{
			n_columns = index->rd_index->indnatts;
			*found = candidate;
			found->oid = RelationGetRelid(index);
		}
		index_close(index, AccessShareLock);
	}
}

/* The index, unless it is younger than a snapshot of ours and rows were changed while it was made. */
Relation
totals_open_index(TotalsIndex *which, LOCKMODE lock)
{
	Relation	index = index_open(which->oid, lock);

	if (!index->rd_index->indcheckxmin ||
		TransactionIdPrecedes(HeapTupleHeaderGetXmin(index->rd_indextuple->t_data), TransactionXmin))
		return index;
	index_close(index, NoLock);
	return NULL;
}

/* Starts a scan for a key. */
void
totals_rescan(TotalsIndex *which, IndexScanDesc scan, Datum *key)
{
	for (int i = 0; i < which->n; i++)
		which->conditions[i].sk_argument = key[which->key[i]];
	index_rescan(scan, which->conditions, which->n, NULL, 0);
}
