/*
 * tax.c
 *		The tax on an amount, or within it.
 *
 * The tax within a gross amount is a quotient that rarely ends.  It is not
 * computed and then rounded, which would round twice: whole quotient and
 * remainder decide.
 */
#include "revenue/tax.h"

#include "numeric/exact.h"
#include "numeric/fixed.h"
#include "numeric/round.h"
#include "revenue/allocate.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/* Decimals that dividing by 100 adds. */
#define PERCENT_SCALE 2

/* The tax at an ordinary rate on an ordinary amount; false when it does not fit. */
static bool
tax_fixed(Decimal amount, Decimal rate, bool included, int scale, int128 *tax)
{
	int128		product = (int128) amount.coefficient * rate.coefficient;
	int128		divisor;
	int128		rest;

	if (!included)
		return fixed_round(product, amount.scale + rate.scale + PERCENT_SCALE, scale,
						   ROUND_HALF_UP, tax);

	divisor = 100 * power_of_ten[rate.scale] + rate.coefficient;
	if (!fixed_scale_up(scale > amount.scale ? &product : &divisor, abs(scale - amount.scale)))
		return false;
	*tax = product / divisor;
	rest = product % divisor;
	rest = rest < 0 ? -rest : rest;
	if (rest >= divisor - rest)
		*tax += product < 0 ? -1 : 1;
	return scale >= 0 || fixed_scale_up(tax, -scale);
}

/* The same for any numbers; the rate is from 0 to 100. */
static Datum
tax_exactly(Datum amount, Datum rate, bool included, int scale)
{
	Numeric		number = DatumGetNumeric(amount);
	Datum		zero = fixed_to_numeric(0, 0);
	bool		negative = exact_compare(amount, zero) < 0;
	Datum		product = exact_multiply(amount, rate);
	Datum		divisor;
	Datum		units;
	Datum		rest;

	if (numeric_is_nan(number) || numeric_is_inf(number))
		return product;
	if (!included)
		return numeric_round_exactly(exact_multiply(product, fixed_to_numeric(1, PERCENT_SCALE)),
									 scale, ROUND_HALF_UP);

	divisor = exact_add(fixed_to_numeric(100, 0), rate);
	if (scale >= 0)
		product = exact_multiply(product, fixed_to_numeric(power_of_ten[scale], 0));
	else
		divisor = exact_multiply(divisor, fixed_to_numeric(power_of_ten[-scale], 0));
	if (negative)
		product = exact_negate(product);
	units = exact_divide_whole(product, divisor);
	rest = exact_subtract(product, exact_multiply(units, divisor));
	if (exact_compare(rest, exact_subtract(divisor, rest)) >= 0)
		units = exact_add(units, fixed_to_numeric(1, 0));
	return units_amount(negative ? exact_negate(units) : units, scale);
}

Datum
compute_tax(Datum amount, Datum rate, bool included, int scale)
{
	Decimal		fixed_amount;
	Decimal		fixed_rate;
	int128		tax;

	check_amount_scale(scale);
	/* NaN is above every limit */
	if (exact_compare(rate, fixed_to_numeric(0, 0)) < 0 ||
		exact_compare(rate, fixed_to_numeric(100, 0)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("tax rate of %s percent is out of range", numeric_message_text(rate)),
				 errdetail("A rate is a percentage from 0 to 100.")));

	if (decimal_read(amount, &fixed_amount) && decimal_read(rate, &fixed_rate) &&
		tax_fixed(fixed_amount, fixed_rate, included, scale, &tax))
		return fixed_to_numeric(tax, Max(scale, 0));
	return tax_exactly(amount, rate, included, scale);
}

PG_FUNCTION_INFO_V1(opp_tax_amount);

Datum
opp_tax_amount(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	return compute_tax(PG_GETARG_DATUM(0),
					   PG_ARGISNULL(1) ? fixed_to_numeric(0, 0) : PG_GETARG_DATUM(1),
					   PG_GETARG_BOOL(2), PG_GETARG_INT32(3));
}
