/*
 * amount.c
 *		Amounts that are not the usual ones.
 */
#include "deal/amount.h"

#include "numeric/fixed.h"
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
