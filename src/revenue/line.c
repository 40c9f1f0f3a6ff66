/*
 * line.c
 *		Amounts of line items and of the opportunity they belong to.
 *
 * Every function computes on 64-bit coefficients and 128-bit products; numbers
 * that do not fit, NaN, the infinities and toasted values go through
 * PostgreSQL's numeric routines, step by step the same.
 */
#include "opportunity.h"

#include "numeric/decimal.h"
#include "numeric/exact.h"
#include "numeric/fixed.h"
#include "numeric/round.h"
#include "revenue/line.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/* Decimals that dividing by 100 adds. */
#define PERCENT_SCALE 2

/* A missing discount, freight or tax counts as none. */
static inline bool
read_optional(const NullableDatum *number, Decimal *decimal)
{
	if (!number->isnull)
		return decimal_read(number->value, decimal);
	decimal->coefficient = 0;
	decimal->scale = 0;
	return true;
}

static Datum
round_half_up(Datum number, int scale)
{
	return numeric_round_exactly(number, scale, ROUND_HALF_UP);
}

/* Half up, as every amount is; without a call where 64 bits hold the value. */
static inline bool
round_fixed(int128 value, int from, int to, int128 *result)
{
	int			drop = from - to;
	int64		quotient;
	int64		rest;

	if (unlikely(value != (int64) value || drop <= 0 || drop > MAX_SHORT_POWER || to < 0))
		return fixed_round(value, from, to, ROUND_HALF_UP, result);

	quotient = divide_by_power((int64) value, drop, &rest);
	rest = rest < 0 ? -rest : rest;
	if (rest >= (int64) power_of_ten[drop] - rest)
		quotient += value < 0 ? -1 : 1;
	*result = quotient;
	return true;
}

/* Adds or takes away a term; *scale grows to the term's.  False when it does not fit. */
static inline bool
add_term(int128 *sum, int *scale, Decimal term, bool negative)
{
	/* a coefficient is never the least number of 64 bits */
	int64		coefficient = negative ? -term.coefficient : term.coefficient;
	int128		value = coefficient;
	int			shift = *scale - term.scale;

	if (coefficient == 0)
		return true;
	if (shift < 0)
	{
		if (!fixed_scale_up(sum, -shift))
			return false;
		*scale = term.scale;
	}
	else if (shift <= MAX_SHORT_POWER)
		value = (int128) coefficient * (int64) power_of_ten[shift];
	else if (!fixed_scale_up(&value, shift))
		return false;
	return !__builtin_add_overflow(*sum, value, sum);
}

/*
 * The amount of a line as fixed point: (price - volume discount) × quantity, less
 * the manual discount and plus the tax where figures goes that far; rounded once.
 * Always inline, with figures a constant: everything stays in registers.
 */
static pg_attribute_always_inline bool
amount_fixed(const NullableDatum *line, int figures, int scale, int128 *result)
{
	Decimal		quantity;
	Decimal		price;
	Decimal		figure;
	int			amount_scale;
	int128		amount;

	if (!decimal_read(line[LINE_QUANTITY].value, &quantity) ||
		!decimal_read(line[LINE_PRICE].value, &price) ||
		!read_optional(&line[LINE_VOLUME_DISCOUNT], &figure) ||
		!decimal_subtract(&price, figure))
		return false;
	amount = (int128) quantity.coefficient * price.coefficient;
	amount_scale = quantity.scale + price.scale;

	for (int i = LINE_MANUAL_DISCOUNT; i < figures; i++)
	{
		if (!read_optional(&line[i], &figure) ||
			!add_term(&amount, &amount_scale, figure, i == LINE_MANUAL_DISCOUNT))
			return false;
	}
	return round_fixed(amount, amount_scale, scale, result);
}

/* The same for any numbers. */
static pg_noinline Datum
amount_exactly(const NullableDatum *line, int figures, int scale)
{
	Datum		amount = line[LINE_PRICE].value;

	if (!line[LINE_VOLUME_DISCOUNT].isnull)
		amount = exact_subtract(amount, line[LINE_VOLUME_DISCOUNT].value);
	amount = exact_multiply(line[LINE_QUANTITY].value, amount);
	for (int i = LINE_MANUAL_DISCOUNT; i < figures; i++)
	{
		if (!line[i].isnull)
			amount = i == LINE_MANUAL_DISCOUNT ?
				exact_subtract(amount, line[i].value) : exact_add(amount, line[i].value);
	}
	return round_half_up(amount, scale);
}

bool
net_amount_fixed(const NullableDatum *line, int scale, int128 *net)
{
	return amount_fixed(line, LINE_MANUAL_DISCOUNT + 1, scale, net);
}

Datum
net_amount_exactly(const NullableDatum *line, int scale)
{
	return amount_exactly(line, LINE_MANUAL_DISCOUNT + 1, scale);
}

/* The scale argument, checked; false when it, quantity or price is null. */
static inline bool
line_is_complete(const NullableDatum *args, int scale_argument, int *scale)
{
	if (args[LINE_QUANTITY].isnull || args[LINE_PRICE].isnull || args[scale_argument].isnull)
		return false;
	*scale = DatumGetInt32(args[scale_argument].value);
	check_amount_scale(*scale);
	return true;
}

/* base_amount, net_amount or extended_amount: so many figures, then the scale. */
static pg_attribute_always_inline Datum
compute_amount(FunctionCallInfo fcinfo, int figures)
{
	int			scale;
	int128		amount;

	if (!line_is_complete(fcinfo->args, figures, &scale))
		PG_RETURN_NULL();
	if (amount_fixed(fcinfo->args, figures, scale, &amount))
		return fixed_to_numeric(amount, Max(scale, 0));
	return amount_exactly(fcinfo->args, figures, scale);
}

PG_FUNCTION_INFO_V1(opp_base_amount);

Datum
opp_base_amount(PG_FUNCTION_ARGS)
{
	return compute_amount(fcinfo, LINE_VOLUME_DISCOUNT + 1);
}

PG_FUNCTION_INFO_V1(opp_net_amount);

Datum
opp_net_amount(PG_FUNCTION_ARGS)
{
	return compute_amount(fcinfo, LINE_MANUAL_DISCOUNT + 1);
}

PG_FUNCTION_INFO_V1(opp_extended_amount);

Datum
opp_extended_amount(PG_FUNCTION_ARGS)
{
	return compute_amount(fcinfo, LINE_TAX + 1);
}

/*
 * Reads a percentage, none when it is null; false leaves it to the exact way.
 * Either way it is from 0 to 100 afterwards.
 */
static bool
read_percent(const NullableDatum *number, Decimal *percent)
{
	if (read_optional(number, percent))
	{
		if (percent->coefficient >= 0 &&
			percent->coefficient <= 100 * (int64) power_of_ten[percent->scale])
			return true;
	}
	else if (DatumGetBool(DirectFunctionCall2(numeric_ge, number->value, fixed_to_numeric(0, 0))) &&
			 DatumGetBool(DirectFunctionCall2(numeric_le, number->value, fixed_to_numeric(100, 0))))
		return false;

	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("discount of %s percent is out of range",
					numeric_message_text(number->value)),
			 errdetail("A percentage is from 0 to 100.")));
}

static pg_noinline Datum
line_amount_exactly(const NullableDatum *args, int scale)
{
	Datum		amount = exact_multiply(args[0].value, args[1].value);

	if (!args[2].isnull)
		amount = exact_multiply(amount,
								exact_multiply(exact_subtract(fixed_to_numeric(100, 0), args[2].value),
											   fixed_to_numeric(1, PERCENT_SCALE)));
	return round_half_up(amount, scale);
}

PG_FUNCTION_INFO_V1(opp_line_amount);

Datum
opp_line_amount(PG_FUNCTION_ARGS)
{
	int			scale;
	Decimal		quantity;
	Decimal		price;
	Decimal		percent;
	int128		amount;

	if (!line_is_complete(fcinfo->args, 3, &scale))
		PG_RETURN_NULL();

	if (read_percent(&fcinfo->args[2], &percent) &&
		decimal_read(fcinfo->args[LINE_QUANTITY].value, &quantity) &&
		decimal_read(fcinfo->args[LINE_PRICE].value, &price))
	{
		int			amount_scale = quantity.scale + price.scale;
		int64		rest = 100 * (int64) power_of_ten[percent.scale] - percent.coefficient;

		amount = (int128) quantity.coefficient * price.coefficient;
		if (percent.coefficient == 0 ?
			round_fixed(amount, amount_scale, scale, &amount) :
			(fixed_multiply(amount, rest, &amount) &&
			 round_fixed(amount, amount_scale + percent.scale + PERCENT_SCALE, scale, &amount)))
			return fixed_to_numeric(amount, Max(scale, 0));
	}
	return line_amount_exactly(fcinfo->args, scale);
}

/* Of an opportunity's total, in the order of the function's arguments. */
enum
{
	TOTAL_DETAIL,
	TOTAL_DISCOUNT_PERCENT,
	TOTAL_DISCOUNT_AMOUNT,
	TOTAL_FREIGHT,
	TOTAL_TAX,
	TOTAL_SCALE
};

static inline bool
opportunity_total_fixed(const NullableDatum *args, Decimal percent, int scale, int128 *total)
{
	Decimal		detail;
	Decimal		term;
	int128		discount;
	int			total_scale = Max(scale, 0);

	if (!decimal_read(args[TOTAL_DETAIL].value, &detail) ||
		!round_fixed((int128) detail.coefficient * percent.coefficient,
					 detail.scale + percent.scale + PERCENT_SCALE, scale, &discount))
		return false;

	*total = -discount;
	return add_term(total, &total_scale, detail, false) &&
		read_optional(&args[TOTAL_DISCOUNT_AMOUNT], &term) &&
		add_term(total, &total_scale, term, true) &&
		read_optional(&args[TOTAL_FREIGHT], &term) &&
		add_term(total, &total_scale, term, false) &&
		read_optional(&args[TOTAL_TAX], &term) &&
		add_term(total, &total_scale, term, false) &&
		round_fixed(*total, total_scale, scale, total);
}

static pg_noinline Datum
opportunity_total_exactly(const NullableDatum *args, bool has_percent, int scale)
{
	Datum		detail = args[TOTAL_DETAIL].value;
	Datum		total = detail;

	/* no percentage of an infinite amount is NaN */
	if (has_percent)
		total = exact_subtract(total,
							   round_half_up(exact_multiply(exact_multiply(detail, args[TOTAL_DISCOUNT_PERCENT].value),
															fixed_to_numeric(1, PERCENT_SCALE)), scale));
	if (!args[TOTAL_DISCOUNT_AMOUNT].isnull)
		total = exact_subtract(total, args[TOTAL_DISCOUNT_AMOUNT].value);
	if (!args[TOTAL_FREIGHT].isnull)
		total = exact_add(total, args[TOTAL_FREIGHT].value);
	if (!args[TOTAL_TAX].isnull)
		total = exact_add(total, args[TOTAL_TAX].value);
	return round_half_up(total, scale);
}

PG_FUNCTION_INFO_V1(opp_opportunity_total);

Datum
opp_opportunity_total(PG_FUNCTION_ARGS)
{
	int			scale;
	Decimal		percent;
	bool		is_short;
	int128		total;

	if (PG_ARGISNULL(TOTAL_DETAIL) || PG_ARGISNULL(TOTAL_SCALE))
		PG_RETURN_NULL();
	scale = PG_GETARG_INT32(TOTAL_SCALE);
	check_amount_scale(scale);

	is_short = read_percent(&fcinfo->args[TOTAL_DISCOUNT_PERCENT], &percent);
	if (is_short && opportunity_total_fixed(fcinfo->args, percent, scale, &total))
		return fixed_to_numeric(total, Max(scale, 0));
	return opportunity_total_exactly(fcinfo->args, !is_short || percent.coefficient != 0, scale);
}

/*
 * The discount per unit of a line as one for the whole line.  Which of the two a
 * discount is goes with the call: an organization may have both.
 */
PG_FUNCTION_INFO_V1(opp_manual_discount);

Datum
opp_manual_discount(PG_FUNCTION_ARGS)
{
	Datum		discount = PG_GETARG_DATUM(1);
	const text *basis = PG_GETARG_TEXT_PP(2);
	size_t		length = VARSIZE_ANY_EXHDR(basis);

	if (length == strlen("line") && memcmp(VARDATA_ANY(basis), "line", length) == 0)
		return discount;
	if (length == strlen("unit") && memcmp(VARDATA_ANY(basis), "unit", length) == 0)
		return exact_multiply(PG_GETARG_DATUM(0), discount);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("basis \"%s\" of a manual discount is not known", text_to_cstring(basis)),
			 errdetail("Known are line and unit.")));
}
