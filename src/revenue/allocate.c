/*
 * allocate.c
 *		Splitting an amount by weights: the method of the largest remainder.
 *
 * Units and weights of 64 bits have products of 128, where quotient and remainder
 * are exact; whatever is larger takes PostgreSQL's numeric routines and the same
 * steps.
 */
#include "revenue/allocate.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "numeric/exact.h"
#include "numeric/fixed.h"
#include "numeric/round.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

static bool
is_finite(Datum number)
{
	Numeric		value = DatumGetNumeric(number);

	return !numeric_is_nan(value) && !numeric_is_inf(value);
}

Datum *
allocation_weights(ArrayType *array, int *count)
{
	Datum		zero = fixed_to_numeric(0, 0);
	Datum	   *weights;
	bool	   *nulls;
	bool		some = false;

	Assert(ARR_ELEMTYPE(array) == NUMERICOID);

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weights must be a one-dimensional array")));
	deconstruct_array(array, NUMERICOID, -1, false, TYPALIGN_INT, &weights, &nulls, count);
	if (*count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are no weights to allocate by")));

	for (int i = 0; i < *count; i++)
	{
		int			sign;

		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("weight %d is null", i + 1),
					 errhint("A share of nothing has weight 0.")));
		sign = exact_compare(weights[i], zero);
		if (sign < 0 || !is_finite(weights[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("weight %d is %s", i + 1, numeric_message_text(weights[i])),
					 errdetail("A weight is a finite number of zero or more.")));
		if (sign > 0)
			some = true;
	}
	if (!some)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("all weights are zero"),
				 errdetail("At least one share must have a weight above zero.")));
	return weights;
}

/* What a share lost when it was cut off, as 128 bits or as a numeric. */
typedef struct Rest
{
	union
	{
		uint128		fixed;
		Datum		exact;
	}			rest;
	int			index;
} Rest;

static int
compare_indexes(const Rest *a, const Rest *b)
{
	return a->index < b->index ? -1 : 1;
}

static int
compare_fixed_rests(const void *a, const void *b)
{
	const Rest *left = a;
	const Rest *right = b;

	if (left->rest.fixed != right->rest.fixed)
		return left->rest.fixed > right->rest.fixed ? -1 : 1;
	return compare_indexes(left, right);
}

static int
compare_exact_rests(const void *a, const void *b)
{
	const Rest *left = a;
	const Rest *right = b;
	int			order = exact_compare(right->rest.exact, left->rest.exact);

	return order != 0 ? order : compare_indexes(left, right);
}

/* The weights as integers of a common scale; false when they do not fit. */
static bool
weights_to_fixed(const Datum *weights, int count, uint64 *fixed, uint128 *total)
{
	int			scale = 0;
	Decimal		weight;

	for (int i = 0; i < count; i++)
	{
		if (!decimal_read(weights[i], &weight))
			return false;
		scale = Max(scale, weight.scale);
	}
	*total = 0;
	for (int i = 0; i < count; i++)
	{
		if (!decimal_read(weights[i], &weight) || !decimal_align(&weight, scale))
			return false;
		fixed[i] = (uint64) weight.coefficient;
		*total += fixed[i];
	}
	return true;
}

/* The shares of a number of units that is not negative, by numeric's routines. */
static void
allocate_exactly(Datum units, const Datum *weights, int count, Datum *shares)
{
	Datum		one = fixed_to_numeric(1, 0);
	Datum		total = weights[0];
	Datum		left = units;
	Rest	   *rests = palloc_extended(count * sizeof(Rest), MCXT_ALLOC_HUGE);
	int			n_left;

	for (int i = 1; i < count; i++)
		total = exact_add(total, weights[i]);
	for (int i = 0; i < count; i++)
	{
		Datum		product = exact_multiply(units, weights[i]);
		Datum		cut;

		CHECK_FOR_INTERRUPTS();
		shares[i] = exact_divide_whole(product, total);
		cut = exact_multiply(shares[i], total);
		rests[i].rest.exact = exact_subtract(product, cut);
		/* a weight may have 100,000 digits, and there may be many */
		pfree(DatumGetPointer(product));
		pfree(DatumGetPointer(cut));
		rests[i].index = i;
		left = exact_subtract(left, shares[i]);
	}

	n_left = DatumGetInt32(DirectFunctionCall1(numeric_int4, left));
	if (n_left > 0)
		qsort(rests, count, sizeof(Rest), compare_exact_rests);
	for (int i = 0; i < n_left; i++)
		shares[rests[i].index] = exact_add(shares[rests[i].index], one);
}

void
allocate_units(int64 units, const Datum *weights, int count, int64 *shares)
{
	bool		negative = units < 0;
	uint64		magnitude = negative ? -(uint64) units : (uint64) units;
	uint64	   *fixed = palloc(count * sizeof(uint64));
	uint128		total;

	if (weights_to_fixed(weights, count, fixed, &total))
	{
		Rest	   *rests = palloc_extended(count * sizeof(Rest), MCXT_ALLOC_HUGE);
		uint64		left = magnitude;

		for (int i = 0; i < count; i++)
		{
			uint128		product = (uint128) magnitude * fixed[i];

			fixed[i] = (uint64) (product / total);
			rests[i].rest.fixed = product - fixed[i] * total;
			rests[i].index = i;
			left -= fixed[i];
		}
		if (left > 0)
			qsort(rests, count, sizeof(Rest), compare_fixed_rests);
		for (uint64 i = 0; i < left; i++)
			fixed[rests[i].index]++;
		pfree(rests);
	}
	else
	{
		Datum	   *exact = palloc(count * sizeof(Datum));

		allocate_exactly(DirectFunctionCall1(numeric_abs, fixed_to_numeric(units, 0)),
						 weights, count, exact);
		for (int i = 0; i < count; i++)
		{
			int128		share;

			if (numeric_to_fixed(exact[i], 0, &share) != FIXED_OK)
				elog(ERROR, "a share is not a part of its whole");
			fixed[i] = (uint64) share;
		}
	}

	for (int i = 0; i < count; i++)
		shares[i] = (int64) (negative ? -fixed[i] : fixed[i]);
	pfree(fixed);
}

Datum
amount_units(Datum amount, int scale)
{
	Datum		units;

	if (!is_finite(amount))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("cannot split the amount %s", numeric_message_text(amount))));

	units = exact_multiply(amount, scale >= 0 ?
						   fixed_to_numeric(power_of_ten[scale], 0) : fixed_to_numeric(1, -scale));
	units = DirectFunctionCall2(numeric_trunc, units, Int32GetDatum(0));
	if (exact_compare(units_amount(units, scale), amount) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot split the amount %s at scale %d", numeric_message_text(amount), scale),
				 errdetail("It has digits beyond that scale, which no share could hold."),
				 errhint("Round it with round_amount first, or name a larger scale.")));
	return units;
}

Datum
units_amount(Datum units, int scale)
{
	return exact_multiply(units, scale >= 0 ?
						  fixed_to_numeric(1, scale) : fixed_to_numeric(power_of_ten[-scale], 0));
}

PG_FUNCTION_INFO_V1(opp_allocate);

Datum
opp_allocate(PG_FUNCTION_ARGS)
{
	Datum		amount = PG_GETARG_DATUM(0);
	int			scale = PG_GETARG_INT32(2);
	int			count;
	Datum	   *weights;
	Datum	   *shares;
	int128		units;

	check_amount_scale(scale);
	weights = allocation_weights(PG_GETARG_ARRAYTYPE_P(1), &count);
	shares = palloc(count * sizeof(Datum));

	if (scale >= 0 && numeric_to_fixed(amount, scale, &units) == FIXED_OK &&
		units == (int64) units)
	{
		int64	   *fixed = palloc(count * sizeof(int64));

		allocate_units((int64) units, weights, count, fixed);
		for (int i = 0; i < count; i++)
			shares[i] = fixed_to_numeric(fixed[i], scale);
	}
	else
	{
		Datum		exact = amount_units(amount, scale);
		bool		negative = exact_compare(exact, fixed_to_numeric(0, 0)) < 0;

		allocate_exactly(negative ? exact_negate(exact) : exact, weights, count, shares);
		for (int i = 0; i < count; i++)
			shares[i] = units_amount(negative ? exact_negate(shares[i]) : shares[i], scale);
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(shares, count, NUMERICOID, -1, false, TYPALIGN_INT));
}
