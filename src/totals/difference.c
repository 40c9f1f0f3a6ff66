/*
 * difference.c
 *		New totals from the stored ones and what a statement adds and takes away,
 *		without reading the lines.
 *
 * Whether a parent had lines before and has some after decides whether its own
 * amount gives way.  Mostly that is known: who takes a line away took it from a
 * parent that had one, who adds one leaves it there; a total that counts lines
 * tells, and one that is null under "keep" and "null" has none.  Else the lines
 * are asked for one more than the statement brought, or for a single one.
 */
#include "totals/totals.h"

#include "catalog/pg_type.h"
#include "numeric/fixed.h"

/* A total as a number × 10^scale. */
static bool
read_stored(TotalsColumn *total, Datum stored, int128 *value, int *shown_scale)
{
	switch (total->type)
	{
		case INT2OID:
			*value = DatumGetInt16(stored);
			return true;
		case INT4OID:
			*value = DatumGetInt32(stored);
			return true;
		case INT8OID:
			*value = DatumGetInt64(stored);
			return true;
		default:
			return totals_number(stored, total->scale, value, shown_scale);
	}
}

/* A sum of amounts as its total's type has it, in the set's memory, showing no more decimals than they do. */
static void
set_sum(TotalsSet *set, TotalsParent *parent, int i, int128 sum, int shown_scale)
{
	TotalsColumn *total = &set->definition->totals[i];
	MemoryContext caller = MemoryContextSwitchTo(set->context);
	int			scale = Min(total->scale, shown_scale);

	sum /= power_of_ten[total->scale - scale];
	parent->computed[i] = totals_take_sum(set->definition, parent, total, fixed_to_numeric(sum, scale));
	parent->computed_null[i] = false;
	MemoryContextSwitchTo(caller);
}

/* The sums of all of a parent's lines, which have been read. */
void
totals_set_sums(TotalsSet *set, TotalsParent *parent)
{
	parent->n_lines = parent->n_added;
	for (int i = 0; i < set->definition->n_totals; i++)
		set_sum(set, parent, i, parent->difference[i], parent->shown_scale[i]);
}

/* What the totals of a parent without lines are. */
void
totals_set_empty(TotalsSet *set, TotalsParent *parent)
{
	TotalsDefinition *definition = set->definition;

	parent->n_lines = 0;
	for (int i = 0; i < definition->n_totals; i++)
	{
		TotalsColumn *total = &definition->totals[i];
		bool		is_zero = definition->when_empty == TOTALS_ZERO ||
			(definition->when_empty == TOTALS_KEEP && total->is_count);
		bool		is_kept = definition->when_empty == TOTALS_KEEP && !is_zero;

		parent->computed[i] = is_zero ? total->zero : parent->stored[i];
		parent->computed_null[i] = is_zero ? false : is_kept ? parent->stored_null[i] : true;
	}
}

/* A total that counts lines says after so many more whether there are none. */
static bool
counts_none(TotalsDefinition *definition, TotalsParent *parent, bool is_after, bool *is_told)
{
	*is_told = false;
	for (int i = 0; i < definition->n_totals; i++)
	{
		int128		count;
		int			unused = 0;

		if (definition->totals[i].counts_lines && !parent->stored_null[i] &&
			read_stored(&definition->totals[i], parent->stored[i], &count, &unused))
		{
			*is_told = true;
			return (is_after ? count + parent->difference[i] : count) == 0;
		}
	}
	return false;
}

static TotalsFact
was_empty(TotalsDefinition *definition, TotalsParent *parent)
{
	bool		is_told;
	bool		is_none;

	if (parent->n_taken > 0 || definition->when_empty == TOTALS_ZERO)
		return TOTALS_NO;
	if (definition->when_empty == TOTALS_NULL)
		return parent->stored_null[0] ? TOTALS_YES : TOTALS_NO;
	is_none = counts_none(definition, parent, false, &is_told);
	if (is_told)
		return is_none ? TOTALS_YES : TOTALS_NO;
	for (int i = 0; i < definition->n_totals; i++)
	{
		if (!definition->totals[i].is_count && parent->stored_null[i])
			return TOTALS_YES;
	}
	return parent->had_none;
}

static TotalsFact
is_empty(TotalsDefinition *definition, TotalsParent *parent)
{
	bool		is_told;
	bool		is_none;

	if (parent->n_added > 0 || definition->when_empty == TOTALS_ZERO)
		return TOTALS_NO;
	is_none = counts_none(definition, parent, true, &is_told);
	if (is_told)
		return is_none ? TOTALS_YES : TOTALS_NO;
	return parent->has_none;
}

/* Computes the totals of a parent whose stored ones are known; says what is to be done where it cannot. */
TotalsAnswer
totals_follow(TotalsSet *set, TotalsParent *parent)
{
	TotalsDefinition *definition = set->definition;
	TotalsFact	had_none = was_empty(definition, parent);
	TotalsFact	has_none = is_empty(definition, parent);

	if (had_none == TOTALS_UNKNOWN || has_none == TOTALS_UNKNOWN)
		return TOTALS_ASK_LINES;
	if (has_none == TOTALS_YES)
	{
		totals_set_empty(set, parent);
		return TOTALS_KNOWN;
	}
	for (int i = 0; i < definition->n_totals; i++)
	{
		int128		sum = 0;
		int			shown_scale = parent->shown_scale[i];

		if (had_none != TOTALS_YES &&
			(parent->stored_null[i] ||
			 !read_stored(&definition->totals[i], parent->stored[i], &sum, &shown_scale)))
			return TOTALS_ADD_UP;
		if (__builtin_add_overflow(sum, parent->difference[i], &sum))
			return TOTALS_ADD_UP;
		set_sum(set, parent, i, sum, shown_scale);
	}
	return TOTALS_KNOWN;
}

/* Asks the lines what totals_follow needs to know. */
void
totals_ask_lines(TotalsSet *set, LineScan *lines, TotalsParent *parent)
{
	if (parent->n_taken == 0)
		parent->had_none = totals_has_lines(set->definition, lines, parent, parent->n_added + 1) ? TOTALS_NO : TOTALS_YES;
	else
		parent->has_none = totals_has_lines(set->definition, lines, parent, 1) ? TOTALS_NO : TOTALS_YES;
}

/* Whether a statement leaves a parent's totals as they are. */
bool
totals_make_no_difference(TotalsDefinition *definition, TotalsParent *parent)
{
	if (definition->when_empty != TOTALS_ZERO && (parent->n_added == 0) != (parent->n_taken == 0))
		return false;
	for (int i = 0; i < definition->n_totals; i++)
	{
		if (parent->difference[i] != 0)
			return false;
	}
	return true;
}
