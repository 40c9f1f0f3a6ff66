/*
 * price.c
 *		The price of a price list item: six methods, and the rounding to prices that
 *		end in an amount or are multiples of it.
 *
 * The formulas and limits of the methods are those of Dynamics 365.  Everything is
 * computed with PostgreSQL's numeric routines; only a margin divides, and is exact
 * to at least 16 significant digits.
 */
#include "revenue/price.h"

#include "numeric/exact.h"
#include "numeric/fixed.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/* An amount to round to is at most 10^14. */
#define MAX_ROUNDING_DIGITS 14

static const char *const input_names[N_PRICE_INPUTS] = {
	[PRICE_INPUT_AMOUNT] = "amount",
	[PRICE_INPUT_PERCENTAGE] = "percentage",
	[PRICE_INPUT_LIST_PRICE] = "list_price",
	[PRICE_INPUT_STANDARD_COST] = "standard_cost",
	[PRICE_INPUT_CURRENT_COST] = "current_cost",
};

static const PricingError missing_input[N_PRICE_INPUTS] = {
	[PRICE_INPUT_AMOUNT] = PRICING_MISSING_AMOUNT,
	[PRICE_INPUT_PERCENTAGE] = PRICING_MISSING_PERCENTAGE,
	[PRICE_INPUT_LIST_PRICE] = PRICING_MISSING_LIST_PRICE,
	[PRICE_INPUT_STANDARD_COST] = PRICING_MISSING_STANDARD_COST,
	[PRICE_INPUT_CURRENT_COST] = PRICING_MISSING_CURRENT_COST,
};

static const PricingError invalid_input[N_PRICE_INPUTS] = {
	[PRICE_INPUT_AMOUNT] = PRICING_INVALID_AMOUNT,
	[PRICE_INPUT_PERCENTAGE] = PRICING_INVALID_PERCENTAGE,
	[PRICE_INPUT_LIST_PRICE] = PRICING_INVALID_LIST_PRICE,
	[PRICE_INPUT_STANDARD_COST] = PRICING_INVALID_STANDARD_COST,
	[PRICE_INPUT_CURRENT_COST] = PRICING_INVALID_CURRENT_COST,
};

typedef enum PriceFormula
{
	FORMULA_AMOUNT,
	FORMULA_PERCENT,
	FORMULA_MARKUP,
	FORMULA_MARGIN
} PriceFormula;

static const struct
{
	const char *name;
	PriceFormula formula;
	int			base;			/* the input that is the price or that a percentage is taken of */
} methods[] = {
	[PRICE_CURRENCY_AMOUNT] = {"currency_amount", FORMULA_AMOUNT, PRICE_INPUT_AMOUNT},
	[PRICE_PERCENT_OF_LIST] = {"percent_of_list", FORMULA_PERCENT, PRICE_INPUT_LIST_PRICE},
	[PRICE_MARKUP_CURRENT_COST] = {"markup_current_cost", FORMULA_MARKUP, PRICE_INPUT_CURRENT_COST},
	[PRICE_MARGIN_CURRENT_COST] = {"margin_current_cost", FORMULA_MARGIN, PRICE_INPUT_CURRENT_COST},
	[PRICE_MARKUP_STANDARD_COST] = {"markup_standard_cost", FORMULA_MARKUP, PRICE_INPUT_STANDARD_COST},
	[PRICE_MARGIN_STANDARD_COST] = {"margin_standard_cost", FORMULA_MARGIN, PRICE_INPUT_STANDARD_COST},
};

/* The percentage of each formula is below its limit, or up to it. */
static const struct
{
	int			limit;
	bool		limit_is_allowed;
	const char *range;
} percentages[] = {
	[FORMULA_PERCENT] = {1000000000, true, "A percentage of the list price is from 0 to 1000000000."},
	[FORMULA_MARKUP] = {100000, false, "A markup is zero or more, and below 100000 percent."},
	[FORMULA_MARGIN] = {100, false, "A margin is zero or more, and below 100 percent."},
};

static const char *const rounding_names[] = {
	[PRICE_ROUND_NONE] = "none",
	[PRICE_ROUND_UP] = "up",
	[PRICE_ROUND_DOWN] = "down",
	[PRICE_ROUND_NEAREST] = "nearest",
};

static const char *const option_names[] = {
	[PRICE_ENDS_IN] = "ends_in",
	[PRICE_MULTIPLE_OF] = "multiple_of",
};

static bool
name_is(const text *name, const char *known)
{
	size_t		length = VARSIZE_ANY_EXHDR(name);

	return strlen(known) == length && memcmp(VARDATA_ANY(name), known, length) == 0;
}

bool
price_method_by_name(const text *name, PriceMethod *method)
{
	for (int i = 0; i < (int) lengthof(methods); i++)
	{
		if (name_is(name, methods[i].name))
		{
			*method = (PriceMethod) i;
			return true;
		}
	}
	return false;
}

bool
price_rounding_by_name(const text *name, PriceRounding *rounding)
{
	for (int i = 0; i < (int) lengthof(rounding_names); i++)
	{
		if (name_is(name, rounding_names[i]))
		{
			*rounding = (PriceRounding) i;
			return true;
		}
	}
	return false;
}

bool
price_rounding_option_by_name(const text *name, PriceRoundingOption *option)
{
	for (int i = 0; i < (int) lengthof(option_names); i++)
	{
		if (name_is(name, option_names[i]))
		{
			*option = (PriceRoundingOption) i;
			return true;
		}
	}
	return false;
}

const char *
pricing_error_name(PricingError error)
{
	switch (error)
	{
		case PRICING_OK:
			return "None";
		case PRICING_MISSING_METHOD:
			return "Missing Pricing Code";
		case PRICING_INVALID_METHOD:
			return "Invalid Pricing Code";
		case PRICING_MISSING_AMOUNT:
			return "Missing Price Level Amount";
		case PRICING_MISSING_PERCENTAGE:
			return "Missing Price Level Percentage";
		case PRICING_MISSING_LIST_PRICE:
			return "Missing Price";
		case PRICING_MISSING_CURRENT_COST:
			return "Missing Current Cost";
		case PRICING_MISSING_STANDARD_COST:
			return "Missing Standard Cost";
		case PRICING_INVALID_AMOUNT:
			return "Invalid Price Level Amount";
		case PRICING_INVALID_PERCENTAGE:
			return "Invalid Price Level Percentage";
		case PRICING_INVALID_LIST_PRICE:
			return "Invalid Price";
		case PRICING_INVALID_CURRENT_COST:
			return "Invalid Current Cost";
		case PRICING_INVALID_STANDARD_COST:
			return "Invalid Standard Cost";
		case PRICING_INVALID_ROUNDING:
			return "Invalid Rounding Policy";
		case PRICING_INVALID_ROUNDING_OPTION:
			return "Invalid Rounding Option";
		case PRICING_INVALID_ROUNDING_AMOUNT:
			return "Invalid Rounding Amount";
	}
	return NULL;				/* keep compiler quiet */
}

static Datum
integer(int64 value)
{
	return fixed_to_numeric(value, 0);
}

static bool
is_finite(Datum number)
{
	Numeric		value = DatumGetNumeric(number);

	return !numeric_is_nan(value) && !numeric_is_inf(value);
}

/* percent / 100 of a price */
static Datum
percent_of(Datum price, Datum percent)
{
	return exact_multiply(exact_multiply(price, percent), fixed_to_numeric(1, 2));
}

PricingError
compute_list_price(PriceMethod method, const NullableDatum *inputs, Datum *price)
{
	PriceFormula formula = methods[method].formula;
	int			base = methods[method].base;
	Datum		percentage = inputs[PRICE_INPUT_PERCENTAGE].value;
	int			order;

	if (inputs[base].isnull)
		return missing_input[base];
	*price = inputs[base].value;
	if (!is_finite(*price))
		return invalid_input[base];
	if (formula == FORMULA_AMOUNT)
		return PRICING_OK;

	if (inputs[PRICE_INPUT_PERCENTAGE].isnull)
		return PRICING_MISSING_PERCENTAGE;
	/* NaN is above every limit */
	order = exact_compare(percentage, integer(percentages[formula].limit));
	if (exact_compare(percentage, integer(0)) < 0 ||
		order > 0 || (order == 0 && !percentages[formula].limit_is_allowed))
		return PRICING_INVALID_PERCENTAGE;

	if (formula == FORMULA_PERCENT)
		*price = percent_of(*price, percentage);
	else if (formula == FORMULA_MARKUP)
		*price = percent_of(*price, exact_add(integer(100), percentage));
	else
		*price = DirectFunctionCall2(numeric_div, exact_multiply(*price, integer(100)),
									 exact_subtract(integer(100), percentage));
	return PRICING_OK;
}

/* What ends in .99 repeats every 1, what ends in 9 or 9.99 every 10, and so on. */
static Datum
period_of_ending(Datum ending)
{
	int			digits = 0;

	while (exact_compare(ending, integer((int64) power_of_ten[digits])) >= 0)
		digits++;
	return integer((int64) power_of_ten[digits]);
}

PricingError
compute_rounded_price(Datum price, PriceRounding rounding, PriceRoundingOption option,
					  Datum amount, Datum *rounded)
{
	Datum		zero = integer(0);
	bool		negative = exact_compare(price, zero) < 0;
	Datum		magnitude = negative ? exact_negate(price) : price;
	Datum		first;			/* the grid: first, first + step, ... */
	Datum		step;
	int			sign;

	*rounded = price;
	if (rounding == PRICE_ROUND_NONE)
		return PRICING_OK;

	sign = exact_compare(amount, zero);
	if (sign < 0 || (sign == 0 && option == PRICE_MULTIPLE_OF) ||
		exact_compare(amount, integer((int64) power_of_ten[MAX_ROUNDING_DIGITS])) > 0)
		return PRICING_INVALID_ROUNDING_AMOUNT;
	if (!is_finite(price))
		return PRICING_OK;

	first = option == PRICE_ENDS_IN ? amount : zero;
	step = option == PRICE_ENDS_IN ? period_of_ending(amount) : amount;

	if (exact_compare(magnitude, first) <= 0)
		*rounded = first;
	else
	{
		Datum		steps = exact_divide_whole(exact_subtract(magnitude, first), step);
		Datum		lower = exact_add(first, exact_multiply(steps, step));
		Datum		above = exact_subtract(magnitude, lower);
		bool		away;		/* to the next price away from zero? */

		if (rounding == PRICE_ROUND_NEAREST)
		{
			int			half = exact_compare(above, exact_subtract(step, above));

			away = half > 0 || (half == 0 && !negative);
		}
		else
			away = (rounding == PRICE_ROUND_UP) != negative && exact_compare(above, zero) != 0;
		*rounded = away ? exact_add(lower, step) : lower;
	}
	if (negative)
		*rounded = exact_negate(*rounded);
	return PRICING_OK;
}

PG_FUNCTION_INFO_V1(opp_list_price);

Datum
opp_list_price(PG_FUNCTION_ARGS)
{
	const NullableDatum *inputs = fcinfo->args + 1;
	PriceMethod method;
	PricingError error;
	const char *name;
	Datum		price;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("method of the price is null"),
				 errdetail("Pricing error %d: %s.", PRICING_MISSING_METHOD,
						   pricing_error_name(PRICING_MISSING_METHOD))));
	if (!price_method_by_name(PG_GETARG_TEXT_PP(0), &method))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("method \"%s\" of a price is not known", text_to_cstring(PG_GETARG_TEXT_PP(0))),
				 errdetail("Pricing error %d: %s.", PRICING_INVALID_METHOD,
						   pricing_error_name(PRICING_INVALID_METHOD)),
				 errhint("Known are currency_amount, percent_of_list, markup_current_cost, margin_current_cost, markup_standard_cost and margin_standard_cost.")));

	name = methods[method].name;
	error = compute_list_price(method, inputs, &price);
	if (error == PRICING_OK)
		return price;
	if (error == PRICING_INVALID_PERCENTAGE)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("percentage %s is out of range for method %s",
						numeric_message_text(inputs[PRICE_INPUT_PERCENTAGE].value), name),
				 errdetail("%s Pricing error %d: %s.", percentages[methods[method].formula].range,
						   error, pricing_error_name(error))));
	for (int i = 0; i < N_PRICE_INPUTS; i++)
	{
		if (error == missing_input[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("method %s needs %s, which is null", name, input_names[i]),
					 errdetail("Pricing error %d: %s.", error, pricing_error_name(error))));
		if (error == invalid_input[i])
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s %s is out of range for method %s", input_names[i],
							numeric_message_text(inputs[i].value), name),
					 errdetail("Pricing error %d: %s.", error, pricing_error_name(error))));
	}
	elog(ERROR, "unexpected pricing error %d", error);
}

PG_FUNCTION_INFO_V1(opp_round_price);

Datum
opp_round_price(PG_FUNCTION_ARGS)
{
	PriceRounding rounding = PRICE_ROUND_NONE;
	PriceRoundingOption option;
	PricingError error;
	Datum		rounded;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (!PG_ARGISNULL(1) && !price_rounding_by_name(PG_GETARG_TEXT_PP(1), &rounding))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("policy \"%s\" of rounding a price is not known", text_to_cstring(PG_GETARG_TEXT_PP(1))),
				 errdetail("Pricing error %d: %s.", PRICING_INVALID_ROUNDING,
						   pricing_error_name(PRICING_INVALID_ROUNDING)),
				 errhint("Known are none, up, down and nearest.")));
	if (rounding == PRICE_ROUND_NONE)
		return PG_GETARG_DATUM(0);

	if (PG_ARGISNULL(2) || PG_ARGISNULL(3))
	{
		error = PG_ARGISNULL(2) ? PRICING_INVALID_ROUNDING_OPTION : PRICING_INVALID_ROUNDING_AMOUNT;
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("policy %s of rounding a price needs %s, which is null",
						rounding_names[rounding], PG_ARGISNULL(2) ? "option" : "amount"),
				 errdetail("Pricing error %d: %s.", error, pricing_error_name(error))));
	}
	if (!price_rounding_option_by_name(PG_GETARG_TEXT_PP(2), &option))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"%s\" of rounding a price is not known", text_to_cstring(PG_GETARG_TEXT_PP(2))),
				 errdetail("Pricing error %d: %s.", PRICING_INVALID_ROUNDING_OPTION,
						   pricing_error_name(PRICING_INVALID_ROUNDING_OPTION)),
				 errhint("Known are ends_in and multiple_of.")));

	error = compute_rounded_price(PG_GETARG_DATUM(0), rounding, option, PG_GETARG_DATUM(3), &rounded);
	if (error != PRICING_OK)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("amount %s to round a price to is out of range", numeric_message_text(PG_GETARG_DATUM(3))),
				 errdetail("%s is %s 0, and at most 10^%d. Pricing error %d: %s.",
						   option == PRICE_ENDS_IN ? "What prices end in" : "What prices are multiples of",
						   option == PRICE_ENDS_IN ? "at least" : "above",
						   MAX_ROUNDING_DIGITS, error, pricing_error_name(error))));
	return rounded;
}
