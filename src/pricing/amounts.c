/*
 * amounts.c
 *		The amounts of a line that has its price: discount, tax, and what they
 *		leave.
 *
 *		unit     = price per unit - volume discount [- manual discount, if per unit]
 *		gross    = round(unit × quantity [- manual discount, if of the line])
 *		tax      = of a rate, round(gross × rate), or the part of gross that is tax
 *		net      = gross [- tax, if included];  extended = net + tax
 *
 * With the rounding "unit" the price of a unit is rounded before it is multiplied.
 * A discount in percent is turned into an amount first.
 */
#include "pricing/pricing.h"

#include "numeric/currency.h"
#include "numeric/exact.h"
#include "numeric/fixed.h"
#include "numeric/round.h"
#include "revenue/line.h"
#include "revenue/tax.h"
#include "utils/builtins.h"

static Datum
percent_of(Datum amount, Datum percent)
{
	return exact_multiply(amount, exact_multiply(percent, fixed_to_numeric(1, 2)));
}

static Datum
round_amount(Datum amount, int scale)
{
	return numeric_round_exactly(amount, scale, ROUND_HALF_UP);
}

static NullableDatum
some_number(Datum number)
{
	return (NullableDatum) {number, false};
}

static bool
is_true(const Line *line, LineColumn column)
{
	return !line->value[column].isnull && DatumGetBool(line->value[column].value);
}

static bool
rounds_units(const Line *line)
{
	const NullableDatum *rounding = &line->value[COLUMN_ROUNDING];
	const text *name;

	if (rounding->isnull)
		return false;
	name = DatumGetTextPP(rounding->value);
	return VARSIZE_ANY_EXHDR(name) == 4 && memcmp(VARDATA_ANY(name), "unit", 4) == 0;
}

/* Quantity × unit - discount, rounded as the line says. */
static Datum
amount_of(const Line *line, Datum unit, NullableDatum discount, int scale)
{
	NullableDatum figures[] = {
		[LINE_QUANTITY] = line->value[COLUMN_QUANTITY],
		[LINE_PRICE] = {rounds_units(line) ? round_amount(unit, scale) : unit, false},
		[LINE_VOLUME_DISCOUNT] = {0, true},
		[LINE_MANUAL_DISCOUNT] = discount,
	};

	return net_amount_exactly(figures, scale);
}

/* Decimals of the line's currency; 2 where it has no currency column. */
int
line_scale(const Line *line)
{
	const NullableDatum *value = &line->value[COLUMN_CURRENCY];
	const Currency *currency = NULL;

	if (!value->isnull)
	{
		const text *code = DatumGetTextPP(value->value);

		currency = currency_by_code(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));
	}
	return currency != NULL && currency->minor_unit != NO_MINOR_UNIT ? currency->minor_unit : 2;
}

/* Quantity and price are not null. */
LineAmounts
line_amounts(const Line *line, int scale)
{
	static const NullableDatum none = {0, true};
	LineAmounts amounts;
	Datum		unit = line->value[COLUMN_PRICE_PER_UNIT].value;
	Datum		gross;
	NullableDatum percent = line->value[COLUMN_DISCOUNT_PERCENT];
	bool		per_unit = is_true(line, COLUMN_DISCOUNT_IS_PER_UNIT);

	if (!line->value[COLUMN_VOLUME_DISCOUNT].isnull)
		unit = exact_subtract(unit, line->value[COLUMN_VOLUME_DISCOUNT].value);
	amounts.base = some_number(amount_of(line, unit, none, scale));

	amounts.manual_discount = line->value[COLUMN_MANUAL_DISCOUNT];
	if (!percent.isnull)
	{
		Datum		discount = percent_of(unit, percent.value);

		if (!per_unit)
			discount = exact_subtract(amounts.base.value,
									  amount_of(line, exact_subtract(unit, discount), none, scale));
		amounts.manual_discount = some_number(discount);
	}
	if (!amounts.manual_discount.isnull)
		amounts.manual_discount.value = round_amount(amounts.manual_discount.value, scale);

	if (per_unit && !amounts.manual_discount.isnull)
		gross = amount_of(line, exact_subtract(unit, amounts.manual_discount.value), none, scale);
	else
		gross = amount_of(line, unit, amounts.manual_discount, scale);

	amounts.tax = line->value[COLUMN_TAX];
	if (!line->value[COLUMN_TAX_RATE].isnull)
		amounts.tax = some_number(compute_tax(gross, line->value[COLUMN_TAX_RATE].value,
											  is_true(line, COLUMN_TAX_IS_INCLUDED), scale));
	else if (!amounts.tax.isnull)
		amounts.tax.value = round_amount(amounts.tax.value, scale);

	amounts.net = some_number(gross);
	amounts.extended = some_number(gross);
	if (!amounts.tax.isnull && is_true(line, COLUMN_TAX_IS_INCLUDED))
		amounts.net.value = exact_subtract(gross, amounts.tax.value);
	else if (!amounts.tax.isnull)
		amounts.extended.value = exact_add(gross, amounts.tax.value);
	return amounts;
}
