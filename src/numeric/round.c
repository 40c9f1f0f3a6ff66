/*
 * round.c
 *		Rounding to a number of digits, in seven modes: a kernel over fixed-point
 *		integers, and the same over any numeric.
 */
#include "opportunity.h"

#include "numeric/decimal.h"
#include "numeric/fixed.h"
#include "numeric/round.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

static const char *const mode_names[] = {
	[ROUND_HALF_UP] = "half_up",
	[ROUND_HALF_EVEN] = "half_even",
	[ROUND_HALF_DOWN] = "half_down",
	[ROUND_UP] = "up",
	[ROUND_DOWN] = "down",
	[ROUND_CEILING] = "ceiling",
	[ROUND_FLOOR] = "floor",
};

void
check_amount_scale(int scale)
{
	if (scale < AMOUNT_MIN_SCALE || scale > AMOUNT_MAX_SCALE)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("scale %d is out of range", scale),
				 errdetail("A scale is the number of digits after the point, from %d to %d.",
						   AMOUNT_MIN_SCALE, AMOUNT_MAX_SCALE)));
}

RoundingMode
rounding_mode(const text *name)
{
	size_t		length = VARSIZE_ANY_EXHDR(name);

	for (int mode = 0; mode < (int) lengthof(mode_names); mode++)
	{
		if (strlen(mode_names[mode]) == length &&
			memcmp(mode_names[mode], VARDATA_ANY(name), length) == 0)
			return (RoundingMode) mode;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("rounding \"%s\" is not known", text_to_cstring(name)),
			 errdetail("Known are half_up, half_even, half_down, up, down, ceiling and floor.")));
}

/*
 * Does a number that lies between two neighbors round to the one away from zero?
 * half is negative, zero or positive as what lies beyond the neighbor toward zero
 * is less than, equal to or more than half the distance; odd tells whether that
 * neighbor's last digit is odd.
 */
static inline bool
rounds_away(RoundingMode mode, bool negative, int half, bool odd)
{
	switch (mode)
	{
		case ROUND_HALF_UP:
			return half >= 0;
		case ROUND_HALF_EVEN:
			return half > 0 || (half == 0 && odd);
		case ROUND_HALF_DOWN:
			return half > 0;
		case ROUND_UP:
			return true;
		case ROUND_DOWN:
			return false;
		case ROUND_CEILING:
			return !negative;
		case ROUND_FLOOR:
			return negative;
	}
	return false;				/* keep compiler quiet */
}

/* Negative, zero or positive as the rest is less than, equal to or more than half a unit. */
#define COMPARE_WITH_HALF(rest, unit) \
	(((rest) > (unit) - (rest)) - ((rest) < (unit) - (rest)))

bool
fixed_round(int128 value, int from, int to, RoundingMode mode, int128 *result)
{
	int			drop = from - to;
	int128		quotient;
	bool		is_exact;
	int			half;

	Assert(from >= 0);

	if (drop <= 0)
	{
		*result = value;
		return fixed_scale_up(result, -drop);
	}
	if (drop > FIXED_MAX_SCALE)
		return false;

	if (value == (int64) value && drop <= MAX_SHORT_POWER)
	{
		int64		unit = (int64) power_of_ten[drop];
		int64		rest;

		quotient = divide_by_power((int64) value, drop, &rest);
		is_exact = rest == 0;
		rest = rest < 0 ? -rest : rest;
		half = COMPARE_WITH_HALF(rest, unit);
	}
	else
	{
		int128		unit = power_of_ten[drop];
		int128		rest = value % unit;

		quotient = value / unit;
		is_exact = rest == 0;
		rest = rest < 0 ? -rest : rest;
		half = COMPARE_WITH_HALF(rest, unit);
	}

	if (!is_exact && rounds_away(mode, value < 0, half, quotient % 2 != 0))
		quotient += value < 0 ? -1 : 1;

	*result = quotient;
	return to >= 0 || fixed_scale_up(result, -to);
}

/* n × 10^-scale, for n of one digit */
static Datum
units(int n, int scale)
{
	if (scale >= 0)
		return fixed_to_numeric(n, scale);
	return fixed_to_numeric(n * power_of_ten[-scale], 0);
}

static inline int
compare(Datum a, Datum b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, a, b));
}

Datum
numeric_round_exactly(Datum number, int to, RoundingMode mode)
{
	Numeric		value = DatumGetNumeric(number);
	Datum		zero = fixed_to_numeric(0, 0);
	Datum		toward;			/* the neighbor toward zero */
	Datum		beyond;
	bool		negative;
	int			half;
	bool		odd = false;

	number = NumericGetDatum(value);
	if (mode == ROUND_HALF_UP)
		return DirectFunctionCall2(numeric_round, number, Int32GetDatum(to));
	if (numeric_is_nan(value) || numeric_is_inf(value))
		return number;

	toward = DirectFunctionCall2(numeric_trunc, number, Int32GetDatum(to));
	beyond = DirectFunctionCall1(numeric_abs, DirectFunctionCall2(numeric_sub, number, toward));
	if (compare(beyond, zero) == 0)
		return toward;

	negative = compare(number, zero) < 0;
	half = compare(beyond, units(5, to + 1));
	if (half == 0 && mode == ROUND_HALF_EVEN)
		odd = compare(DirectFunctionCall2(numeric_mod, toward, units(2, to)), zero) != 0;
	if (!rounds_away(mode, negative, half, odd))
		return toward;
	return DirectFunctionCall2(negative ? numeric_sub : numeric_add, toward, units(1, to));
}

PG_FUNCTION_INFO_V1(opp_round_amount);

Datum
opp_round_amount(PG_FUNCTION_ARGS)
{
	Datum		amount = PG_GETARG_DATUM(0);
	int			scale = PG_GETARG_INT32(1);
	RoundingMode mode;
	Decimal		decimal;
	int128		rounded;

	check_amount_scale(scale);
	mode = rounding_mode(PG_GETARG_TEXT_PP(2));

	if (decimal_read(amount, &decimal) &&
		fixed_round(decimal.coefficient, decimal.scale, scale, mode, &rounded))
		return fixed_to_numeric(rounded, Max(scale, 0));
	return numeric_round_exactly(amount, scale, mode);
}
