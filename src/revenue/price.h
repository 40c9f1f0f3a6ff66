/*
 * price.h
 *		The price of a price list item: six methods to compute it and the rounding
 *		of what was computed, as pure functions.
 *
 * Nothing here raises.  A caller that prices a table's rows says which list and
 * product failed; the reason is an error number of Dynamics 365, which people who
 * come from there know.
 */
#ifndef OPPORTUNITY_PRICE_H
#define OPPORTUNITY_PRICE_H

#include "opportunity.h"

typedef enum PriceMethod
{
	PRICE_CURRENCY_AMOUNT,		/* the amount itself */
	PRICE_PERCENT_OF_LIST,		/* list price × percentage / 100 */
	PRICE_MARKUP_CURRENT_COST,	/* cost × (1 + percentage / 100) */
	PRICE_MARGIN_CURRENT_COST,	/* cost / (1 - percentage / 100) */
	PRICE_MARKUP_STANDARD_COST,
	PRICE_MARGIN_STANDARD_COST
} PriceMethod;

/* The figures a price comes from, nullable numerics, in the order of list_price's arguments. */
enum
{
	PRICE_INPUT_AMOUNT,
	PRICE_INPUT_PERCENTAGE,
	PRICE_INPUT_LIST_PRICE,
	PRICE_INPUT_STANDARD_COST,
	PRICE_INPUT_CURRENT_COST,
	N_PRICE_INPUTS
};

typedef enum PriceRounding
{
	PRICE_ROUND_NONE,
	PRICE_ROUND_UP,				/* to the next price that is not below */
	PRICE_ROUND_DOWN,			/* to the next one that is not above */
	PRICE_ROUND_NEAREST			/* to the closer of the two, up from the middle */
} PriceRounding;

typedef enum PriceRoundingOption
{
	PRICE_ENDS_IN,
	PRICE_MULTIPLE_OF
} PriceRoundingOption;

/* The numbers of Dynamics' column pricingerrorcode that can come from here. */
typedef enum PricingError
{
	PRICING_OK = 0,
	PRICING_MISSING_METHOD = 8,
	PRICING_INVALID_METHOD = 9,
	PRICING_MISSING_AMOUNT = 12,
	PRICING_MISSING_PERCENTAGE = 13,
	PRICING_MISSING_LIST_PRICE = 14,
	PRICING_MISSING_CURRENT_COST = 15,
	PRICING_MISSING_STANDARD_COST = 16,
	PRICING_INVALID_AMOUNT = 17,
	PRICING_INVALID_PERCENTAGE = 18,
	PRICING_INVALID_LIST_PRICE = 19,
	PRICING_INVALID_CURRENT_COST = 20,
	PRICING_INVALID_STANDARD_COST = 21,
	PRICING_INVALID_ROUNDING = 22,
	PRICING_INVALID_ROUNDING_OPTION = 23,
	PRICING_INVALID_ROUNDING_AMOUNT = 24
} PricingError;

/* Dynamics' name of an error, "Missing Price Level Amount" say. */
extern const char *pricing_error_name(PricingError error);

/* By the names SQL uses; false when there is no such. */
extern bool price_method_by_name(const text *name, PriceMethod *method);
extern bool price_rounding_by_name(const text *name, PriceRounding *rounding);
extern bool price_rounding_option_by_name(const text *name, PriceRoundingOption *option);

/* The price, not rounded; PRICING_OK or what is wrong with the inputs. */
extern PricingError compute_list_price(PriceMethod method, const NullableDatum *inputs,
									   Datum *price);

/*
 * The price on the grid of prices that end in an amount or are multiples of it.
 * Zero or above stays so: where no price is low enough the first one counts.
 * A price below zero is rounded to the same prices with a minus, up toward zero.
 */
extern PricingError compute_rounded_price(Datum price, PriceRounding rounding,
										  PriceRoundingOption option, Datum amount,
										  Datum *rounded);

#endif							/* OPPORTUNITY_PRICE_H */
