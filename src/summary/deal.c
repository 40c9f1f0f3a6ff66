/*
 * deal.c
 *		The columns of a deal whose values are not the usual ones.
 */
#include "summary/deal.h"

#include "numeric/fixed.h"
#include "numeric/round.h"
#include "revenue/monetary.h"
#include "utils/builtins.h"

static void
amount_out_of_range(const char *amount)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("amount %s is out of range", amount),
			 errdetail("The amount of a deal must be a finite number below 1000000000000000000.")));
}

static inline bool
in_range(int128 amount)
{
	return amount < AMOUNT_LIMIT && amount > -AMOUNT_LIMIT;
}

/* round(value::numeric, 6), a multiple of 10^-6: the cast takes 15 significant digits. */
static pg_noinline int128
round_as_numeric(double value)
{
	Datum		number = DirectFunctionCall2(numeric_round,
											 DirectFunctionCall1(float8_numeric, Float8GetDatum(value)),
											 Int32GetDatum(6));
	int128		units;

	if (numeric_to_fixed(number, 6, &units) != FIXED_OK)
		elog(ERROR, "%.17g has no fixed-point form", value);
	return units;
}

Amount
long_amount_of_numeric(Datum datum)
{
	struct varlena *number = PG_DETOAST_DATUM_PACKED(datum);
	NumericParts parts;
	Amount		amount = {0};
	FixedStatus status = numeric_to_fixed(PointerGetDatum(number), AMOUNT_DECIMALS, &amount.units);

	if (status == FIXED_TOO_FINE)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("amount %s has more than %d decimals",
						numeric_message_text(PointerGetDatum(number)), AMOUNT_DECIMALS),
				 errhint("Round it first, for example with round(amount, 2).")));
	if (status != FIXED_OK || !in_range(amount.units))
		amount_out_of_range(numeric_message_text(PointerGetDatum(number)));
	layout_read(number, &parts);
	amount.decimals = Min(parts.scale, AMOUNT_DECIMALS);
	return amount;
}

Amount
long_amount_of_bigint(Datum datum)
{
	int64		value = DatumGetInt64(datum);
	Amount		amount = {.units = (int128) value * power_of_ten[AMOUNT_DECIMALS]};

	if (!in_range(amount.units))
		amount_out_of_range(psprintf(INT64_FORMAT, value));
	return amount;
}

/* The decimals of an amount that is a decimal number, without zeros at its end. */
int
shown_decimals(int64 units)
{
	int			decimals = AMOUNT_DECIMALS;

	for (; decimals > 0 && units % 10 == 0; decimals--)
		units /= 10;
	return decimals;
}

/*
 * A double is meant as the decimal it prints as: it is taken to 15 significant
 * digits and then six decimals, as round(amount::numeric, 6) is, but to no fewer
 * digits than its integer part has.
 */
Amount
long_amount_of_double(Datum datum)
{
	double		value = DatumGetFloat8(datum);
	double		whole;
	double		fraction = modf(value, &whole);
	int			decimals = AMOUNT_DECIMALS;
	int64		units;

	if (!(fabs(value) < 1e18))	/* NaN too */
		amount_out_of_range(psprintf("%.15g", value));
	for (double limit = 1e9; decimals > 0 && fabs(value) >= limit; limit *= 10)
		decimals--;
	fraction *= (double) power_of_ten[decimals];
	if (is_near_tie(fraction, &units, 0.4) && fabs(value) < 1e15)
	{
		int128		amount = round_as_numeric(value);

		decimals = AMOUNT_DECIMALS;
		whole = (double) (int64) (amount / power_of_ten[decimals]);
		units = (int64) (amount % power_of_ten[decimals]);
	}
	for (; decimals > 0 && units % 10 == 0; decimals--)
		units /= 10;
	return (Amount)
	{
		.units = (int128) (int64) whole * power_of_ten[AMOUNT_DECIMALS] +
			units * power_of_ten[AMOUNT_DECIMALS - decimals],
			.decimals = decimals
	};
}

Amount
amount_of_monetary(Datum datum)
{
	Monetary	value = DatumGetMonetary(datum);
	const Currency *currency = monetary_currency(value);

	return (Amount)
	{
		.units = (int128) monetary_minor_units(value) *
			(int64) power_of_ten[AMOUNT_DECIMALS - currency->minor_unit],
			.decimals = currency->minor_unit
	};
}

const char *
currency_of_monetary(Datum datum)
{
	return monetary_currency(DatumGetMonetary(datum))->code;
}

static void
probability_out_of_range(const char *probability)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("probability %s is out of range", probability),
			 errdetail("A probability is a percentage between 0 and 100.")));
}

/* Percent rounded to six decimals, as round(percent::numeric, 6), which is certainty to eight. */
int
long_probability_of_double(Datum datum)
{
	double		percent = DatumGetFloat8(datum);

	if (!(percent >= 0 && percent <= 100))	/* NaN too */
		probability_out_of_range(psprintf("%.15g", percent));
	return (int) round_as_numeric(percent);
}

int
probability_of_numeric(Datum datum, bool is_open)
{
	const int	decimals = PROBABILITY_DECIMALS - 2;
	int128		probability;
	FixedStatus status = numeric_to_fixed(datum, decimals, &probability);

	if (status == FIXED_TOO_FINE)
	{
		/* away from zero, so that what is out of range stays so */
		status = numeric_to_fixed(numeric_round_exactly(datum, decimals, ROUND_UP), decimals, &probability);
		if (status == FIXED_OK && probability >= 0 && probability <= PROBABILITY_ONE)
			status = numeric_to_fixed(numeric_round_exactly(datum, decimals, ROUND_HALF_UP), decimals, &probability);
	}
	if (status != FIXED_OK || probability < 0 || probability > PROBABILITY_ONE)
		probability_out_of_range(numeric_message_text(datum));
	return (int) probability;
}
