/*
 * monetary_arithmetic.c
 *		Making monetary values, taking them apart, and arithmetic on them.
 *
 * Sums and differences are exact; products and quotients are rounded once, half
 * away from zero, to the currency's minor unit.  A numeric factor is read in place
 * as a 64-bit coefficient; one that does not fit goes through PostgreSQL's numeric
 * routines, with the same result.
 */
#include "revenue/monetary.h"

#include "numeric/decimal.h"
#include "numeric/exact.h"
#include "numeric/fixed.h"
#include "numeric/round.h"
#include "revenue/allocate.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"

/* NaN and the infinities are no factors of an amount. */
static void
check_finite(Datum number, const char *what)
{
	if (numeric_is_nan(DatumGetNumeric(number)) || numeric_is_inf(DatumGetNumeric(number)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s %s is not a finite number", what, numeric_message_text(number))));
}

PG_FUNCTION_INFO_V1(opp_monetary);

Datum
opp_monetary(PG_FUNCTION_ARGS)
{
	Datum		amount = PG_GETARG_DATUM(0);
	const Currency *currency = amount_currency(PG_GETARG_TEXT_PP(1));
	RoundingMode mode = rounding_mode(PG_GETARG_TEXT_PP(2));
	Decimal		decimal;
	int128		minor_units;

	if (!decimal_read(amount, &decimal) ||
		!fixed_round(decimal.coefficient, decimal.scale, currency->minor_unit, mode, &minor_units))
	{
		check_finite(amount, "amount");
		if (numeric_to_fixed(numeric_round_exactly(amount, currency->minor_unit, mode),
							 currency->minor_unit, &minor_units) != FIXED_OK)
			monetary_raise_range();
	}
	PG_RETURN_MONETARY(monetary_checked(currency_key(currency), minor_units));
}

PG_FUNCTION_INFO_V1(opp_monetary_amount);

Datum
opp_monetary_amount(PG_FUNCTION_ARGS)
{
	Monetary	value = PG_GETARG_MONETARY(0);

	return fixed_to_numeric(monetary_minor_units(value), monetary_currency(value)->minor_unit);
}

PG_FUNCTION_INFO_V1(opp_monetary_currency);

Datum
opp_monetary_currency(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(monetary_currency(PG_GETARG_MONETARY(0))->code));
}

/* The sum or difference of two values, made on the packed form. */
static inline Datum
return_checked(Monetary a, Monetary b, Monetary result)
{
	/* a carry or borrow out of the amount has changed the currency's bits */
	if (unlikely((uint64) ((a ^ b) | (a ^ result)) >> MONETARY_AMOUNT_BITS != 0 ||
				 (result & MONETARY_AMOUNT_MASK) == 0))
	{
		if (!monetary_same_currency(a, b))
			monetary_raise_mixed(a, b);
		monetary_raise_range();
	}
	PG_RETURN_MONETARY(result);
}

PG_FUNCTION_INFO_V1(opp_monetary_add);

Datum
opp_monetary_add(PG_FUNCTION_ARGS)
{
	Monetary	a = PG_GETARG_MONETARY(0);
	Monetary	b = PG_GETARG_MONETARY(1);

	return return_checked(a, b, (Monetary) ((uint64) a + monetary_minor_units(b)));
}

PG_FUNCTION_INFO_V1(opp_monetary_subtract);

Datum
opp_monetary_subtract(PG_FUNCTION_ARGS)
{
	Monetary	a = PG_GETARG_MONETARY(0);
	Monetary	b = PG_GETARG_MONETARY(1);

	return return_checked(a, b, (Monetary) ((uint64) a - monetary_minor_units(b)));
}

PG_FUNCTION_INFO_V1(opp_monetary_negate);

Datum
opp_monetary_negate(PG_FUNCTION_ARGS)
{
	Monetary	value = PG_GETARG_MONETARY(0);

	PG_RETURN_MONETARY(monetary_with_amount(value, -monetary_minor_units(value)));
}

PG_FUNCTION_INFO_V1(opp_monetary_abs);

Datum
opp_monetary_abs(PG_FUNCTION_ARGS)
{
	Monetary	value = PG_GETARG_MONETARY(0);
	int64		minor_units = monetary_minor_units(value);

	PG_RETURN_MONETARY(monetary_with_amount(value, minor_units < 0 ? -minor_units : minor_units));
}

/*
 * round(minor_units × factor × 10^shift) by numeric's routines.  Every step but the
 * rounding is exact.
 */
static pg_noinline int128
multiply_exactly(int64 minor_units, Datum factor, int shift)
{
	Datum		product = exact_multiply(factor, fixed_to_numeric(minor_units * power_of_ten[Max(shift, 0)], 0));
	int128		result;

	if (numeric_to_fixed(numeric_round_exactly(product, Min(shift, 0), ROUND_HALF_UP), 0, &result) != FIXED_OK)
		monetary_raise_range();
	return result / power_of_ten[Max(-shift, 0)];
}

/* Any product but the usual one. */
static pg_noinline Monetary
multiply_wide(Monetary value, Datum factor)
{
	int64		minor_units = monetary_minor_units(value);
	Decimal		decimal;
	int128		product;

	if (!decimal_read(factor, &decimal) ||
		!fixed_round((int128) minor_units * decimal.coefficient, decimal.scale, 0, ROUND_HALF_UP, &product))
	{
		check_finite(factor, "factor");
		product = multiply_exactly(minor_units, factor, 0);
	}
	return monetary_checked(monetary_key(value), product);
}

static pg_attribute_always_inline Monetary
multiply(Monetary value, Datum factor)
{
	int64		minor_units = monetary_minor_units(value);
	Decimal		decimal;
	int64		product;

	/* usual: a whole number or four decimals */
	if (unlikely(!decimal_read(factor, &decimal) ||
				 decimal.scale > LAYOUT_DIGIT_DECIMALS ||
				 pg_mul_s64_overflow(minor_units, decimal.coefficient, &product)))
		return multiply_wide(value, factor);
	if (decimal.scale > 0)
	{
		int64		rest = product % LAYOUT_BASE;

		product /= LAYOUT_BASE;
		if (rest >= LAYOUT_BASE / 2)
			product++;
		else if (rest <= -LAYOUT_BASE / 2)
			product--;
	}
	return monetary_with_amount(value, product);
}

PG_FUNCTION_INFO_V1(opp_monetary_multiply);

Datum
opp_monetary_multiply(PG_FUNCTION_ARGS)
{
	PG_RETURN_MONETARY(multiply(PG_GETARG_MONETARY(0), PG_GETARG_DATUM(1)));
}

PG_FUNCTION_INFO_V1(opp_monetary_multiplied);

Datum
opp_monetary_multiplied(PG_FUNCTION_ARGS)
{
	PG_RETURN_MONETARY(multiply(PG_GETARG_MONETARY(1), PG_GETARG_DATUM(0)));
}

static void
check_divisor(bool is_zero)
{
	if (is_zero)
		ereport(ERROR,
				(errcode(ERRCODE_DIVISION_BY_ZERO),
				 errmsg("division by zero")));
}

static inline int
numeric_signum(Datum number)
{
	return exact_compare(number, fixed_to_numeric(0, 0));
}

/* The quotient toward zero is exact, and so the rest that tells how to round it. */
static pg_noinline int128
divide_exactly(int64 minor_units, Datum divisor)
{
	bool		negative = (numeric_signum(divisor) < 0) != (minor_units < 0);
	Datum		dividend = DirectFunctionCall1(numeric_abs, fixed_to_numeric(minor_units, 0));
	Datum		quotient;
	Datum		rest;
	int128		result;

	check_divisor(numeric_signum(divisor) == 0);
	divisor = DirectFunctionCall1(numeric_abs, divisor);
	quotient = exact_divide_whole(dividend, divisor);
	rest = exact_subtract(dividend, exact_multiply(quotient, divisor));
	if (numeric_to_fixed(quotient, 0, &result) != FIXED_OK)
		monetary_raise_range();
	if (exact_compare(exact_add(rest, rest), divisor) >= 0)
		result++;
	return negative ? -result : result;
}

PG_FUNCTION_INFO_V1(opp_monetary_divide);

Datum
opp_monetary_divide(PG_FUNCTION_ARGS)
{
	Monetary	value = PG_GETARG_MONETARY(0);
	Datum		divisor = PG_GETARG_DATUM(1);
	int64		minor_units = monetary_minor_units(value);
	Decimal		decimal;
	int128		quotient;

	if (likely(decimal_read(divisor, &decimal)))
	{
		int128		dividend = (int128) minor_units * (int64) power_of_ten[decimal.scale];
		int128		rest;

		check_divisor(decimal.coefficient == 0);
		quotient = dividend / decimal.coefficient;
		rest = dividend % decimal.coefficient;
		rest = rest < 0 ? -rest : rest;
		if (2 * rest >= (decimal.coefficient < 0 ? -(int128) decimal.coefficient : decimal.coefficient))
			quotient += (dividend < 0) != (decimal.coefficient < 0) ? -1 : 1;
	}
	else
	{
		check_finite(divisor, "divisor");
		quotient = divide_exactly(minor_units, divisor);
	}
	PG_RETURN_MONETARY(monetary_checked(monetary_key(value), quotient));
}

PG_FUNCTION_INFO_V1(opp_monetary_ratio);

Datum
opp_monetary_ratio(PG_FUNCTION_ARGS)
{
	Monetary	a = PG_GETARG_MONETARY(0);
	Monetary	b = PG_GETARG_MONETARY(1);
	int			scale = monetary_currency(a)->minor_unit;

	if (!monetary_same_currency(a, b))
		monetary_raise_mixed(a, b);
	return DirectFunctionCall2(numeric_div, fixed_to_numeric(monetary_minor_units(a), scale),
							   fixed_to_numeric(monetary_minor_units(b), scale));
}

PG_FUNCTION_INFO_V1(opp_monetary_exchange);

Datum
opp_monetary_exchange(PG_FUNCTION_ARGS)
{
	Monetary	value = PG_GETARG_MONETARY(0);
	const Currency *to = amount_currency(PG_GETARG_TEXT_PP(1));
	Datum		rate = PG_GETARG_DATUM(2);
	int64		minor_units = monetary_minor_units(value);
	int			from_decimals = monetary_currency(value)->minor_unit;
	Decimal		decimal;
	int128		result;

	check_finite(rate, "exchange rate");
	if (numeric_signum(rate) <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("exchange rate %s is out of range", numeric_message_text(rate)),
				 errdetail("It is what one unit of the amount's currency is worth in the other, and positive.")));

	if (!decimal_read(rate, &decimal) ||
		!fixed_round((int128) minor_units * decimal.coefficient, decimal.scale + from_decimals,
					 to->minor_unit, ROUND_HALF_UP, &result))
		result = multiply_exactly(minor_units, rate, to->minor_unit - from_decimals);
	PG_RETURN_MONETARY(monetary_checked(currency_key(to), result));
}

PG_FUNCTION_INFO_V1(opp_monetary_split);

Datum
opp_monetary_split(PG_FUNCTION_ARGS)
{
	Monetary	value = PG_GETARG_MONETARY(0);
	Oid			element_type = get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid));
	int16		length;
	bool		by_value;
	char		alignment;
	int			count;
	Datum	   *weights = allocation_weights(PG_GETARG_ARRAYTYPE_P(1), &count);
	int64	   *units = palloc(count * sizeof(int64));
	Datum	   *shares = palloc(count * sizeof(Datum));

	allocate_units(monetary_minor_units(value), weights, count, units);
	for (int i = 0; i < count; i++)
		shares[i] = MonetaryGetDatum(monetary_make(monetary_key(value), units[i]));
	get_typlenbyvalalign(element_type, &length, &by_value, &alignment);
	PG_RETURN_ARRAYTYPE_P(construct_array(shares, count, element_type, length, by_value, alignment));
}
