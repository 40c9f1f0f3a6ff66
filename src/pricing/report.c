/*
 * report.c
 *		What is said of a line that has no price or that is refused.
 */
#include "pricing/pricing.h"

#include "numeric/fixed.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

/* A key as text, of whatever type the column is. */
char *
key_text(Relation rel, const LineShape *shape, const Line *line, LineColumn column)
{
	Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(rel), shape->attnum[column] - 1);
	Oid			output;
	bool		is_varlena;

	if (line->value[column].isnull)
		return pstrdup("null");
	getTypeOutputInfo(attribute->atttypid, &output, &is_varlena);
	return OidOutputFunctionCall(output, line->value[column].value);
}

static char *
quantity_text(const Line *line)
{
	NullableDatum quantity = line->value[COLUMN_QUANTITY];

	return quantity.isnull ? pstrdup("unknown") :
		numeric_message_text(DirectFunctionCall1(numeric_trim_scale, quantity.value));
}

/* The names that Dynamics gives its errors. */
const char *
pricing_error_label(int error)
{
	switch (error)
	{
		case PRICING_MISSING_PRICE_LIST:
			return "Missing Price Level";
		case PRICING_INACTIVE_PRICE_LIST:
			return "Inactive Price Level";
		case PRICING_MISSING_PRODUCT:
			return "Missing Product";
		case PRICING_INVALID_PRODUCT:
			return "Invalid Product";
		case PRICING_NOT_IN_PRICE_LIST:
			return "Product Not In Price Level";
		case PRICING_INVALID_DISCOUNT_LIST:
			return "Invalid Discount Type";
		case PRICING_INVALID_DISCOUNT:
			return "Invalid Discount";
		case PRICING_INVALID_QUANTITY:
			return "Invalid Quantity";
		case PRICING_INVALID_UNIT:
			return "Missing Product UOM Schedule";
		case PRICING_INACTIVE_DISCOUNT_LIST:
			return "Inactive Discount Type";
		case PRICING_INVALID_CURRENCY:
			return "Invalid Price Level Currency";
		default:
			return pricing_error_name((PricingError) error);
	}
}

/* The day for which lines are priced. */
static char *
today_text(void)
{
	return DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(GetSQLCurrentDate())));
}

/* Why the line has no price, or may not have its quantity: a sentence without its stop. */
char *
pricing_error_reason(int error, const PriceFacts *facts, const Line *line)
{
	const char *product = fact_text(facts, FACT_PRODUCT_CODE);
	const char *list = fact_text(facts, FACT_PRICE_LIST);
	const char *unit = fact_text(facts, FACT_UNIT_NAME);
	const char *method = fact_text(facts, FACT_METHOD);

	switch (error)
	{
		case PRICING_MISSING_PRODUCT:
			return pstrdup("a line has neither product nor price");
		case PRICING_INVALID_PRODUCT:
			return psprintf("product \"%s\" is %s: only active products can be added",
							product, fact_text(facts, FACT_PRODUCT_STATUS));
		case PRICING_INVALID_UNIT:
			if (!fact_is_true(facts, FACT_IS_UNIT_OF_GROUP))
				return psprintf("unit \"%s\" is not of the unit group of product \"%s\"", unit ? unit : "", product);
			return psprintf("price list \"%s\" computes the price of product \"%s\" by %s, which gives no price of unit \"%s\"",
							list, product, method, unit ? unit : "");
		case PRICING_MISSING_PRICE_LIST:
			return psprintf("no price for product \"%s\": the opportunity has no price list, and no default one in %s is valid on %s",
							product, fact_text(facts, FACT_CURRENCY), today_text());
		case PRICING_INVALID_CURRENCY:
			if (method == NULL || strcmp(fact_text(facts, FACT_PRICE_LIST_CURRENCY), fact_text(facts, FACT_CURRENCY)) != 0)
				return psprintf("price list \"%s\" is in %s: no price in %s for product \"%s\"", list,
								fact_text(facts, FACT_PRICE_LIST_CURRENCY), fact_text(facts, FACT_CURRENCY), product);
			return psprintf("price list \"%s\" computes the price of product \"%s\" by %s, which gives no price in %s",
							list, product, method, fact_text(facts, FACT_PRICE_LIST_CURRENCY));
		case PRICING_INACTIVE_PRICE_LIST:
			return psprintf("price list \"%s\" is not valid on %s: no price for product \"%s\"",
							list, today_text(), product);
		case PRICING_NOT_IN_PRICE_LIST:
			return unit ? psprintf("price list \"%s\" has no price for product \"%s\" in unit \"%s\"", list, product, unit) :
				psprintf("price list \"%s\" has no price for product \"%s\"", list, product);
		case PRICING_INACTIVE_DISCOUNT_LIST:
			return psprintf("discount list \"%s\" of product \"%s\" in price list \"%s\" is not active",
							fact_text(facts, FACT_DISCOUNT_LIST), product, list);
		case PRICING_INVALID_DISCOUNT_LIST:
			return psprintf("discount list \"%s\" is in another currency than price list \"%s\"",
							fact_text(facts, FACT_DISCOUNT_LIST), list);
		case PRICING_INVALID_DISCOUNT:
			return psprintf("discount list \"%s\" gives more than 100 percent", fact_text(facts, FACT_DISCOUNT_LIST));
		case PRICING_INVALID_QUANTITY:
			return psprintf("quantity %s of product \"%s\" is not whole",
							quantity_text(line), product);
		default:
			return psprintf("price list \"%s\" gives no price for product \"%s\" by %s: %s",
							list, product, method, pricing_error_label(error));
	}
}

static char *
error_hint(int error, const PriceFacts *facts)
{
	switch (error)
	{
		case PRICING_INVALID_UNIT:
			return fact_is_true(facts, FACT_IS_UNIT_OF_GROUP) ?
				"Give the price list item the method currency_amount and an amount for this unit." :
				"Give the line a unit of the group, or none, which takes the product's own.";
		case PRICING_INVALID_DISCOUNT:
			return "Percentages of a discount list are from 0 to 100.";
		case PRICING_INVALID_PRODUCT:
			return "Make the product active, or add a line with a description instead.";
		case PRICING_INVALID_QUANTITY:
			return "The product's quantity_rule is \"whole\": it is sold in whole units.";
		case PRICING_INACTIVE_DISCOUNT_LIST:
			return "Make the discount list active, or take it from the price list item.";
		case PRICING_INVALID_DISCOUNT_LIST:
			return "A discount list of amounts is in the currency of the price list.";
		case PRICING_MISSING_PRODUCT:
			return "Give the line a product_id, or a price_per_unit and a description.";
		default:
			return "Give the line a price_per_unit, add the product to the price list, or let the opportunity's price_list_id name another one.";
	}
}

/* A missing price is a missing value (23502); what a line may not be breaks a rule (23514). */
void
report_pricing_error(Relation rel, const LineShape *shape, const Line *line, int error, PriceFacts *facts)
{
	const char *constraint = NULL;
	LineColumn	column = COLUMN_PRICE_PER_UNIT;

	find_unit(shape, facts);

	if (error == PRICING_INVALID_PRODUCT)
	{
		constraint = CONSTRAINT_PRODUCT_ACTIVE;
		column = COLUMN_PRODUCT_ID;
	}
	else if (error == PRICING_INVALID_QUANTITY)
	{
		constraint = CONSTRAINT_QUANTITY_RULE;
		column = COLUMN_QUANTITY;
	}
	else if (error == PRICING_INVALID_UNIT && !fact_is_true(facts, FACT_IS_UNIT_OF_GROUP))
	{
		constraint = CONSTRAINT_UNIT_GROUP;
		column = COLUMN_UNIT_ID;
	}
	else if (error == PRICING_INACTIVE_DISCOUNT_LIST || error == PRICING_INVALID_DISCOUNT_LIST ||
			 error == PRICING_INVALID_DISCOUNT)
	{
		constraint = CONSTRAINT_DISCOUNT_LIST;
		column = COLUMN_QUANTITY;
	}

	ereport(ERROR,
			(errcode(constraint ? ERRCODE_CHECK_VIOLATION : ERRCODE_NOT_NULL_VIOLATION),
			 errmsg("%s", pricing_error_reason(error, facts, line)),
			 errdetail("The line is of opportunity %s, quantity %s; Dynamics 365 calls this pricing error %d, %s.",
					   key_text(rel, shape, line, COLUMN_OPPORTUNITY_ID),
					   quantity_text(line), error, pricing_error_label(error)),
			 errhint("%s", error_hint(error, facts)),
			 errtablecol(rel, shape->attnum[column]),
			 constraint ? errtableconstraint(rel, constraint) : 0));
}

/* What a line names is not there: what the foreign key would say. */
void
report_missing_row(Relation rel, const LineShape *shape, const Line *line, LineColumn column)
{
	if (line->value[column].isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("a line of \"%s\" belongs to no opportunity", RelationGetRelationName(rel)),
				 errhint("Give it the column \"%s\".",
						 NameStr(TupleDescAttr(RelationGetDescr(rel), shape->attnum[column] - 1)->attname)),
				 errtablecol(rel, shape->attnum[column])));
	ereport(ERROR,
			(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			 errmsg("%s %s does not exist", column == COLUMN_PRODUCT_ID ? "product" : column == COLUMN_UNIT_ID ? "unit" : "opportunity",
					key_text(rel, shape, line, column)),
			 errtablecol(rel, shape->attnum[column]),
			 errtableconstraint(rel, psprintf("%s_%s_fkey", RelationGetRelationName(rel),
											  NameStr(TupleDescAttr(RelationGetDescr(rel), shape->attnum[column] - 1)->attname)))));
}

void
report_other_currency(Relation rel, const LineShape *shape, const Line *line,
					  const char *currency, const char *opportunity_currency)
{
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("opportunity %s is in %s: it can have no line in %s",
					key_text(rel, shape, line, COLUMN_OPPORTUNITY_ID), opportunity_currency, currency),
			 errhint("Leave the currency out of a new line; a line that moves is given the opportunity's in the same statement, which converts it."),
			 errtablecol(rel, shape->attnum[COLUMN_CURRENCY])));
}

void
report_closed(Relation rel, const LineShape *shape, const char *opportunity, const char *outcome)
{
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("opportunity %s is %s: its lines cannot be changed",
					opportunity, outcome),
			 errhint("Reopen the opportunity first."),
			 errtablecol(rel, shape->attnum[COLUMN_OPPORTUNITY_ID]),
			 errtableconstraint(rel, CONSTRAINT_CLOSED)));
}

static char *
value_text(Form_pg_attribute attribute, NullableDatum value)
{
	Oid			output;
	bool		is_varlena;

	if (value.isnull)
		return pstrdup("null");
	getTypeOutputInfo(attribute->atttypid, &output, &is_varlena);
	return OidOutputFunctionCall(output, value.value);
}

/* As PostgreSQL refuses a value for a generated column. */
void
report_computed_column(Relation rel, const LineShape *shape, LineColumn column,
					   NullableDatum given, NullableDatum computed)
{
	Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(rel), shape->attnum[column] - 1);

	ereport(ERROR,
			(errcode(ERRCODE_GENERATED_ALWAYS),
			 errmsg("column \"%s\" is computed: it is %s and cannot be set to %s",
					NameStr(attribute->attname), value_text(attribute, computed), value_text(attribute, given)),
			 column == COLUMN_MANUAL_DISCOUNT || column == COLUMN_TAX ?
			 errhint("To give the amount itself, set the percentage to null in the same statement.") :
			 errhint("Leave the column out; a price of one's own goes into price_per_unit, a discount into manual_discount or discount_percent."),
			 errtablecol(rel, shape->attnum[column])));
}
