/*
 * judge.c
 *		What the facts about a line come to: its catalogue price and the discount
 *		of its quantity.
 *
 * Prices are not converted.  A list price and a cost are of the product's own
 * unit and in the base currency, so a price computed from them is one of that
 * unit and that currency; for another unit or currency a price list says the
 * amount itself.
 */
#include "pricing/pricing.h"

#include "numeric/exact.h"
#include "numeric/fixed.h"
#include "utils/builtins.h"

static bool
same_text(const PriceFacts *facts, PriceFact a, PriceFact b)
{
	return !facts->value[a].isnull && !facts->value[b].isnull &&
		strcmp(fact_text(facts, a), fact_text(facts, b)) == 0;
}

static bool
fact_is(const PriceFacts *facts, PriceFact fact, const char *value)
{
	return !facts->value[fact].isnull && strcmp(fact_text(facts, fact), value) == 0;
}

/* Reads the item's method, rounding and option by their names. */
static int
read_item(const PriceFacts *facts, Price *price, PriceRoundingOption *option)
{
	const NullableDatum *policy = &facts->value[FACT_ROUNDING_POLICY];
	const NullableDatum *ending = &facts->value[FACT_ROUNDING_OPTION];

	if (!price_method_by_name(DatumGetTextPP(facts->value[FACT_METHOD].value), &price->method))
		return PRICING_INVALID_METHOD;
	price->rounding = PRICE_ROUND_NONE;
	if (!policy->isnull && !price_rounding_by_name(DatumGetTextPP(policy->value), &price->rounding))
		return PRICING_INVALID_ROUNDING;
	/* an amount that was given is not rounded, and its rounding not looked at */
	if (price->method == PRICE_CURRENCY_AMOUNT)
		price->rounding = PRICE_ROUND_NONE;
	if (price->rounding == PRICE_ROUND_NONE)
		return PRICING_OK;
	if (ending->isnull || !price_rounding_option_by_name(DatumGetTextPP(ending->value), option))
		return PRICING_INVALID_ROUNDING_OPTION;
	if (facts->value[FACT_ROUNDING_AMOUNT].isnull)
		return PRICING_INVALID_ROUNDING_AMOUNT;
	return PRICING_OK;
}

static int
judge_item(const PriceFacts *facts, Price *price)
{
	NullableDatum inputs[N_PRICE_INPUTS] = {
		[PRICE_INPUT_AMOUNT] = facts->value[FACT_AMOUNT],
		[PRICE_INPUT_PERCENTAGE] = facts->value[FACT_PERCENTAGE],
		[PRICE_INPUT_LIST_PRICE] = facts->value[FACT_LIST_PRICE],
		[PRICE_INPUT_STANDARD_COST] = facts->value[FACT_STANDARD_COST],
		[PRICE_INPUT_CURRENT_COST] = facts->value[FACT_CURRENT_COST],
	};
	PriceRoundingOption option = PRICE_ENDS_IN;
	int			error = read_item(facts, price, &option);

	if (error != PRICING_OK)
		return error;
	if (price->method != PRICE_CURRENCY_AMOUNT)
	{
		if (!fact_is_true(facts, FACT_IS_PRODUCT_UNIT))
			return PRICING_INVALID_UNIT;
		if (!same_text(facts, FACT_PRICE_LIST_CURRENCY, FACT_BASE_CURRENCY))
			return PRICING_INVALID_CURRENCY;
	}
	error = compute_list_price(price->method, inputs, &price->computed);
	if (error == PRICING_OK)
		error = compute_rounded_price(price->computed, price->rounding, option,
									  facts->value[FACT_ROUNDING_AMOUNT].value, &price->catalogue);
	return error;
}

Price
judge_price(const PriceFacts *facts)
{
	Price		price = {0};

	if (facts->value[FACT_PRODUCT_CODE].isnull)
		price.error = PRICING_MISSING_PRODUCT;
	else if (!fact_is(facts, FACT_PRODUCT_STATUS, "active"))
		price.error = PRICING_INVALID_PRODUCT;
	else if (!fact_is_true(facts, FACT_IS_UNIT_OF_GROUP))
		price.error = PRICING_INVALID_UNIT;
	else if (facts->value[FACT_PRICE_LIST].isnull)
		price.error = PRICING_MISSING_PRICE_LIST;
	else if (!same_text(facts, FACT_PRICE_LIST_CURRENCY, FACT_CURRENCY))
		price.error = PRICING_INVALID_CURRENCY;
	else if (!fact_is_true(facts, FACT_IS_VALID))
		price.error = PRICING_INACTIVE_PRICE_LIST;
	else if (facts->value[FACT_METHOD].isnull)
		price.error = PRICING_NOT_IN_PRICE_LIST;
	else
		price.error = judge_item(facts, &price);
	return price;
}

/* A price list that is not valid any more gives no discounts. */
bool
has_discount_list(const PriceFacts *facts)
{
	return !facts->value[FACT_DISCOUNT_LIST].isnull && fact_is_true(facts, FACT_IS_VALID);
}

/* Whether the item's discount list can be applied to the quantity. */
int
judge_discount_list(const PriceFacts *facts)
{
	if (!fact_is_true(facts, FACT_IS_DISCOUNT_ACTIVE))
		return PRICING_INACTIVE_DISCOUNT_LIST;
	if (!fact_is(facts, FACT_DISCOUNT_KIND, "percent") &&
		!same_text(facts, FACT_DISCOUNT_CURRENCY, FACT_PRICE_LIST_CURRENCY))
		return PRICING_INVALID_DISCOUNT_LIST;
	if (fact_is(facts, FACT_DISCOUNT_KIND, "percent") && !facts->value[FACT_DISCOUNT].isnull &&
		exact_compare(facts->value[FACT_DISCOUNT].value, fixed_to_numeric(100, 0)) > 0)
		return PRICING_INVALID_DISCOUNT;
	return PRICING_OK;
}

/* Of the band that holds the quantity; null when none does. */
NullableDatum
discount_per_unit(const PriceFacts *facts, Datum price_per_unit)
{
	NullableDatum discount = facts->value[FACT_DISCOUNT];

	if (!discount.isnull && fact_is(facts, FACT_DISCOUNT_KIND, "percent"))
		discount.value = exact_multiply(price_per_unit,
										exact_multiply(discount.value, fixed_to_numeric(1, 2)));
	return discount;
}

bool
breaks_quantity_rule(const PriceFacts *facts, const Line *line)
{
	NullableDatum quantity = line->value[COLUMN_QUANTITY];

	return !quantity.isnull && fact_is(facts, FACT_QUANTITY_RULE, "whole") &&
		exact_compare(quantity.value,
					  DirectFunctionCall2(numeric_trunc, quantity.value, Int32GetDatum(0))) != 0;
}
