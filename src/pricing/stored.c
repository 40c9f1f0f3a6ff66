/*
 * stored.c
 *		What CHECK constraints ask of stored amounts, a call each.
 *
 * PostgreSQL reads the text of every CHECK anew in every statement, which costs
 * more than what it computes: these take the columns themselves, so that the text
 * is short.
 */
#include "pricing/pricing.h"

#include "catalog/pg_type_d.h"
#include "numeric/currency.h"
#include "numeric/exact.h"
#include "numeric/round.h"
#include "utils/array.h"
#include "utils/numeric.h"

PG_FUNCTION_INFO_V1(opp_line_amounts_agree);
PG_FUNCTION_INFO_V1(opp_line_totals_agree);
PG_FUNCTION_INFO_V1(opp_fits_currency);

static bool
agrees(const Line *line, LineColumn column, NullableDatum computed)
{
	NullableDatum stored = line->value[column];

	if (stored.isnull || computed.isnull)
		return stored.isnull && computed.isnull;
	return exact_compare(stored.value, computed.value) == 0;
}

/* The amounts of a line are what the trigger computes of the columns before them. */
Datum
opp_line_amounts_agree(PG_FUNCTION_ARGS)
{
	static const LineColumn columns[] = {
		COLUMN_CURRENCY, COLUMN_QUANTITY, COLUMN_PRICE_PER_UNIT, COLUMN_VOLUME_DISCOUNT,
		COLUMN_DISCOUNT_PERCENT, COLUMN_MANUAL_DISCOUNT, COLUMN_DISCOUNT_IS_PER_UNIT, COLUMN_ROUNDING,
		COLUMN_TAX_RATE, COLUMN_TAX_IS_INCLUDED, COLUMN_TAX, COLUMN_BASE_AMOUNT, COLUMN_NET_AMOUNT, COLUMN_EXTENDED_AMOUNT
	};
	Line		line;
	LineAmounts amounts;

	for (int column = 0; column < N_LINE_COLUMNS; column++)
		line.value[column] = (NullableDatum) {0, true};
	for (int i = 0; i < (int) lengthof(columns); i++)
		line.value[columns[i]] = fcinfo->args[i];
	if (line.value[COLUMN_QUANTITY].isnull || line.value[COLUMN_PRICE_PER_UNIT].isnull)
		PG_RETURN_BOOL(line.value[COLUMN_BASE_AMOUNT].isnull && line.value[COLUMN_NET_AMOUNT].isnull &&
					   line.value[COLUMN_EXTENDED_AMOUNT].isnull);

	amounts = line_amounts(&line, line_scale(&line));
	PG_RETURN_BOOL(agrees(&line, COLUMN_MANUAL_DISCOUNT, amounts.manual_discount) &&
				   agrees(&line, COLUMN_TAX, amounts.tax) &&
				   agrees(&line, COLUMN_BASE_AMOUNT, amounts.base) &&
				   agrees(&line, COLUMN_NET_AMOUNT, amounts.net) &&
				   agrees(&line, COLUMN_EXTENDED_AMOUNT, amounts.extended));
}

/*
 * The sums of lines as an opportunity shows them.  What the prices come to is
 * rounded, and so are the taxes within them and on top; the net amount is what
 * is left.
 */
Datum
opp_line_totals_agree(PG_FUNCTION_ARGS)
{
	const text *code = PG_GETARG_TEXT_PP(0);
	Datum		net = PG_GETARG_DATUM(1);
	Datum		tax = PG_GETARG_DATUM(2);
	Datum		included = PG_GETARG_DATUM(3);
	const Currency *currency = currency_by_code(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));
	Datum		prices;
	Datum		rounded;
	int			scale;

	if (currency == NULL || currency->minor_unit == NO_MINOR_UNIT)
		PG_RETURN_NULL();
	scale = currency->minor_unit;
	prices = numeric_round_exactly(exact_add(net, included), scale, ROUND_HALF_UP);
	rounded = numeric_round_exactly(included, scale, ROUND_HALF_UP);
	tax = numeric_round_exactly(exact_subtract(tax, included), scale, ROUND_HALF_UP);
	PG_RETURN_BOOL(exact_compare(PG_GETARG_DATUM(4), exact_subtract(prices, rounded)) == 0 &&
				   exact_compare(PG_GETARG_DATUM(5), exact_add(tax, rounded)) == 0);
}

/* Whether there are only numbers that can be counted in the currency. */
Datum
opp_fits_currency(PG_FUNCTION_ARGS)
{
	const text *code = PG_GETARG_TEXT_PP(0);
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(1);
	const Currency *currency = currency_by_code(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));
	Datum	   *amounts;
	bool	   *nulls;
	int			n_amounts;

	if (currency == NULL || currency->minor_unit == NO_MINOR_UNIT)
		PG_RETURN_NULL();
	deconstruct_array(array, NUMERICOID, -1, false, TYPALIGN_INT, &amounts, &nulls, &n_amounts);
	for (int i = 0; i < n_amounts; i++)
		if (!nulls[i] &&
			(numeric_is_nan(DatumGetNumeric(amounts[i])) ||
			 exact_compare(amounts[i], numeric_round_exactly(amounts[i], currency->minor_unit, ROUND_HALF_UP)) != 0))
			PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(true);
}
