/*
 * price_line.c
 *		The trigger that prices lines.
 *
 * It fires before a row is stored and fills in what can be computed.  The price
 * is looked up when a line is new, gets another product, unit or opportunity, or
 * loses its price; the volume discount when its quantity or price changes, too,
 * by the list that prices lines then.  A line that stands is left alone by later
 * changes of the price list.
 *
 * A computed column takes no other value: what a statement gives is refused
 * unless it is what is computed, or what the row had, as clients that write all
 * columns back give it.
 *
 * Nothing is locked here, and the outcome is that of the statement's time.  A line
 * that an open opportunity gets while it is being closed is refused by whoever
 * keeps the opportunity's totals, under the lock of its row, and a change that
 * alters no total by keep_closed_lines.
 */
#include "pricing/pricing.h"

#include "access/htup_details.h"
#include "catalog/pg_type_d.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"

PG_FUNCTION_INFO_V1(opp_price_line);

typedef struct Pricing
{
	Relation	rel;
	const LineShape *shape;
	bool		is_insert;
	Line		old;			/* all null of an insert */
	Line		given;			/* as the statement has it */
	Line		line;			/* as it will be stored */
} Pricing;

static Form_pg_attribute
column_attribute(const Pricing *pricing, LineColumn column)
{
	AttrNumber	attnum = pricing->shape->attnum[column];

	return attnum != InvalidAttrNumber ? TupleDescAttr(RelationGetDescr(pricing->rel), attnum - 1) : NULL;
}

static bool
same_value(const Pricing *pricing, LineColumn column, NullableDatum a, NullableDatum b)
{
	Form_pg_attribute attribute = column_attribute(pricing, column);

	if (a.isnull || b.isnull)
		return a.isnull && b.isnull;
	if (attribute->atttypid == NUMERICOID)
		return DatumGetBool(DirectFunctionCall2(numeric_eq, a.value, b.value));
	return datum_image_eq(a.value, b.value, attribute->attbyval, attribute->attlen);
}

/* Whether the statement changes it; an insert changes what it gives. */
static bool
is_changed(const Pricing *pricing, LineColumn column)
{
	return !same_value(pricing, column, pricing->old.value[column], pricing->given.value[column]);
}

static bool
is_null(const Pricing *pricing, LineColumn column)
{
	return pricing->line.value[column].isnull;
}

static void
forget(Pricing *pricing, LineColumn column)
{
	pricing->line.value[column] = (NullableDatum) {0, true};
}

/* No column, no value. */
static void
set_number(Pricing *pricing, LineColumn column, NullableDatum number)
{
	if (column_attribute(pricing, column) != NULL)
		pricing->line.value[column] = fit_number(pricing->shape, RelationGetDescr(pricing->rel), column, number);
}

/* What was computed is what the statement gave, or had before. */
static void
refuse_another(const Pricing *pricing, LineColumn column)
{
	if (column_attribute(pricing, column) != NULL &&
		is_changed(pricing, column) && !pricing->given.value[column].isnull &&
		!same_value(pricing, column, pricing->given.value[column], pricing->line.value[column]))
		report_computed_column(pricing->rel, pricing->shape, column,
							   pricing->given.value[column], pricing->line.value[column]);
}

/* The same of a column that nobody else fills. */
static void
set_computed(Pricing *pricing, LineColumn column, NullableDatum number)
{
	if (column_attribute(pricing, column) == NULL || column_attribute(pricing, column)->attgenerated)
		return;
	set_number(pricing, column, number);
	refuse_another(pricing, column);
}

/* What an update leaves as it was, although it belonged to what it changes. */
static void
forget_what_went(Pricing *pricing)
{
	bool		product = is_changed(pricing, COLUMN_PRODUCT_ID);

	if (product && !is_changed(pricing, COLUMN_UNIT_ID))
		forget(pricing, COLUMN_UNIT_ID);
	if (product && !is_changed(pricing, COLUMN_VOLUME_DISCOUNT))
		forget(pricing, COLUMN_VOLUME_DISCOUNT);
	if ((product || is_changed(pricing, COLUMN_UNIT_ID)) && !is_changed(pricing, COLUMN_PRICE_PER_UNIT) &&
		!pricing->given.value[COLUMN_PRODUCT_ID].isnull)
		forget(pricing, COLUMN_PRICE_PER_UNIT);
	/* an amount goes with the percentage that made it */
	if (is_null(pricing, COLUMN_DISCOUNT_PERCENT) && is_changed(pricing, COLUMN_DISCOUNT_PERCENT) &&
		!is_changed(pricing, COLUMN_MANUAL_DISCOUNT))
		forget(pricing, COLUMN_MANUAL_DISCOUNT);
	if (is_null(pricing, COLUMN_TAX_RATE) && is_changed(pricing, COLUMN_TAX_RATE) &&
		!is_changed(pricing, COLUMN_TAX))
		forget(pricing, COLUMN_TAX);
}

static void
refuse_unless_open(const Pricing *pricing, NullableDatum outcome)
{
	if (!outcome.isnull && strcmp(TextDatumGetCString(outcome.value), "open") != 0)
		report_closed(pricing->rel, pricing->shape,
					  key_text(pricing->rel, pricing->shape, &pricing->line, COLUMN_OPPORTUNITY_ID),
					  TextDatumGetCString(outcome.value));
}

/* A line that comes or moves is in the currency of its opportunity. */
static void
refuse_other_currency(const Pricing *pricing, const PriceFacts *facts)
{
	char	   *currency = TextDatumGetCString(pricing->line.value[COLUMN_CURRENCY].value);
	char	   *opportunity_currency = fact_text(facts, FACT_CURRENCY);

	if (opportunity_currency != NULL && strcmp(currency, opportunity_currency) != 0)
		report_other_currency(pricing->rel, pricing->shape, &pricing->line, currency, opportunity_currency);
}

/* A price list's price, for a line that needs one; a price that was given stands beside it. */
static void
set_price(Pricing *pricing, PriceFacts *facts)
{
	NullableDatum catalogue = {0, true};
	Price		price = judge_price(facts);

	if (is_null(pricing, COLUMN_UNIT_ID) && column_attribute(pricing, COLUMN_UNIT_ID) != NULL)
		pricing->line.value[COLUMN_UNIT_ID] = facts->value[FACT_UNIT_ID];

	if (price.error == PRICING_OK)
		catalogue = (NullableDatum) {price.catalogue, false};
	/* a price that is given makes up for a missing one, not for a product that is not sold so */
	else if (is_null(pricing, COLUMN_PRICE_PER_UNIT) || price.error == PRICING_INVALID_PRODUCT ||
			 (price.error == PRICING_INVALID_UNIT && !fact_is_true(facts, FACT_IS_UNIT_OF_GROUP)))
	{
		/* of a line that has a price the foreign key says it */
		if (facts->lacks_unit)
			report_missing_row(pricing->rel, pricing->shape, &pricing->line, COLUMN_UNIT_ID);
		report_pricing_error(pricing->rel, pricing->shape, &pricing->line, price.error, facts);
	}
	set_computed(pricing, COLUMN_CATALOGUE_PRICE, catalogue);
	if (is_null(pricing, COLUMN_PRICE_PER_UNIT))
		set_number(pricing, COLUMN_PRICE_PER_UNIT, catalogue);
}

static void
set_volume_discount(Pricing *pricing, PriceFacts *facts)
{
	int			error;

	if (column_attribute(pricing, COLUMN_VOLUME_DISCOUNT) == NULL)
		return;
	if (!has_discount_list(facts))
	{
		/* what a list gave, or somebody for want of one, was for what changes now */
		if (!pricing->is_insert && !is_null(pricing, COLUMN_PRODUCT_ID) && !is_changed(pricing, COLUMN_VOLUME_DISCOUNT))
			forget(pricing, COLUMN_VOLUME_DISCOUNT);
		return;
	}
	error = judge_discount_list(facts);
	if (error != PRICING_OK)
		report_pricing_error(pricing->rel, pricing->shape, &pricing->line, error, facts);
	set_computed(pricing, COLUMN_VOLUME_DISCOUNT,
				 discount_per_unit(facts, pricing->line.value[COLUMN_PRICE_PER_UNIT].value));
}

/* Looks up what the line's price depends on, and sets what follows from it. */
static void
price(Pricing *pricing, bool reprice)
{
	PriceFacts	facts;

	find_price(pricing->shape, &pricing->line, &facts);
	if (!facts.is_found)
		report_missing_row(pricing->rel, pricing->shape, &pricing->line, COLUMN_OPPORTUNITY_ID);
	refuse_unless_open(pricing, facts.value[FACT_OUTCOME]);
	if (!is_null(pricing, COLUMN_PRODUCT_ID) && facts.value[FACT_PRODUCT_CODE].isnull)
		report_missing_row(pricing->rel, pricing->shape, &pricing->line, COLUMN_PRODUCT_ID);

	if (is_null(pricing, COLUMN_CURRENCY) && column_attribute(pricing, COLUMN_CURRENCY) != NULL)
		pricing->line.value[COLUMN_CURRENCY] = facts.value[FACT_CURRENCY];
	else if (reprice && !is_null(pricing, COLUMN_CURRENCY))
		refuse_other_currency(pricing, &facts);
	if (reprice)
		set_price(pricing, &facts);
	if (breaks_quantity_rule(&facts, &pricing->line))
		report_pricing_error(pricing->rel, pricing->shape, &pricing->line, PRICING_INVALID_QUANTITY, &facts);
	set_volume_discount(pricing, &facts);
}

/* Whether the price is another than the catalogue's; false is also what a column says that was left out. */
static void
set_overridden(Pricing *pricing)
{
	NullableDatum given = pricing->given.value[COLUMN_IS_PRICE_OVERRIDDEN];
	NullableDatum *stored = &pricing->line.value[COLUMN_IS_PRICE_OVERRIDDEN];
	bool		is_overridden;

	if (column_attribute(pricing, COLUMN_IS_PRICE_OVERRIDDEN) == NULL)
		return;
	is_overridden = !is_null(pricing, COLUMN_PRODUCT_ID) &&
		!same_value(pricing, COLUMN_PRICE_PER_UNIT, pricing->line.value[COLUMN_PRICE_PER_UNIT],
					pricing->line.value[COLUMN_CATALOGUE_PRICE]);
	*stored = (NullableDatum) {BoolGetDatum(is_overridden), false};
	if (!given.isnull && DatumGetBool(given.value) != is_overridden &&
		(pricing->is_insert ? DatumGetBool(given.value) : is_changed(pricing, COLUMN_IS_PRICE_OVERRIDDEN)))
		report_computed_column(pricing->rel, pricing->shape, COLUMN_IS_PRICE_OVERRIDDEN, given, *stored);
}

/* A line that lacks quantity or price has no amounts. */
static void
set_amounts(Pricing *pricing, bool converts)
{
	static const NullableDatum unknown = {0, true};
	bool		is_complete = !is_null(pricing, COLUMN_QUANTITY) && !is_null(pricing, COLUMN_PRICE_PER_UNIT);
	LineAmounts amounts;

	if (is_complete)
	{
		amounts = line_amounts(&pricing->line, line_scale(&pricing->line));
		set_number(pricing, COLUMN_MANUAL_DISCOUNT, amounts.manual_discount);
		set_number(pricing, COLUMN_TAX, amounts.tax);
		/* a percentage makes its amount, which a conversion only estimates */
		if (!is_null(pricing, COLUMN_DISCOUNT_PERCENT) && !converts)
			refuse_another(pricing, COLUMN_MANUAL_DISCOUNT);
		if (!is_null(pricing, COLUMN_TAX_RATE) && !converts)
			refuse_another(pricing, COLUMN_TAX);
	}
	set_computed(pricing, COLUMN_BASE_AMOUNT, is_complete ? amounts.base : unknown);
	set_computed(pricing, COLUMN_NET_AMOUNT, is_complete ? amounts.net : unknown);
	set_computed(pricing, COLUMN_EXTENDED_AMOUNT, is_complete ? amounts.extended : unknown);
}

static void
price_line(Pricing *pricing)
{
	/* the opportunity is converted to another currency, and its lines' prices with it */
	bool		converts = !pricing->is_insert && is_changed(pricing, COLUMN_CURRENCY) &&
		!pricing->given.value[COLUMN_CURRENCY].isnull;
	bool		reprice;

	if (!pricing->is_insert)
		forget_what_went(pricing);

	reprice = pricing->is_insert || is_null(pricing, COLUMN_PRICE_PER_UNIT) ||
		(is_null(pricing, COLUMN_CURRENCY) && column_attribute(pricing, COLUMN_CURRENCY) != NULL) ||
		is_changed(pricing, COLUMN_PRODUCT_ID) || is_changed(pricing, COLUMN_UNIT_ID) ||
		is_changed(pricing, COLUMN_OPPORTUNITY_ID);
	if (reprice ||
		(!converts && (is_changed(pricing, COLUMN_QUANTITY) || is_changed(pricing, COLUMN_PRICE_PER_UNIT) ||
					   is_changed(pricing, COLUMN_VOLUME_DISCOUNT))))
		price(pricing, reprice);
	else
		refuse_unless_open(pricing, find_outcome(pricing->shape, &pricing->line));

	if (!reprice && !converts && column_attribute(pricing, COLUMN_CATALOGUE_PRICE) != NULL)
		set_computed(pricing, COLUMN_CATALOGUE_PRICE, pricing->old.value[COLUMN_CATALOGUE_PRICE]);
	if (!converts)
		set_overridden(pricing);
	if (is_null(pricing, COLUMN_LINE_NUMBER) && pricing->shape->next_number != NULL)
		pricing->line.value[COLUMN_LINE_NUMBER] =
			(NullableDatum) {Int32GetDatum(next_line_number(pricing->shape, &pricing->line)), false};
	set_amounts(pricing, converts);
}

/* The row with the columns that were set. */
static HeapTuple
store_line(const Pricing *pricing, HeapTuple row)
{
	int			columns[N_LINE_COLUMNS];
	Datum		values[N_LINE_COLUMNS];
	bool		nulls[N_LINE_COLUMNS];
	int			n_columns = 0;

	for (int column = 0; column < N_LINE_COLUMNS; column++)
	{
		Form_pg_attribute attribute = column_attribute(pricing, column);

		if (attribute == NULL || attribute->attgenerated)
			continue;
		columns[n_columns] = attribute->attnum;
		values[n_columns] = pricing->line.value[column].value;
		nulls[n_columns] = pricing->line.value[column].isnull;
		n_columns++;
	}
	return heap_modify_tuple_by_cols(row, RelationGetDescr(pricing->rel), n_columns, columns, values, nulls);
}

Datum
opp_price_line(PG_FUNCTION_ARGS)
{
	TriggerData *data = (TriggerData *) fcinfo->context;
	Pricing		pricing;
	HeapTuple	row;
	TupleDesc	desc;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(data->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(data->tg_event) ||
		!(TRIGGER_FIRED_BY_INSERT(data->tg_event) || TRIGGER_FIRED_BY_UPDATE(data->tg_event)))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("price_line is a trigger function for BEFORE INSERT OR UPDATE, for each row"),
				 errhint("CREATE TRIGGER price_line BEFORE INSERT OR UPDATE ON lines FOR EACH ROW EXECUTE FUNCTION opportunity.price_line();")));

	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = make_line_shape(data->tg_relation, data->tg_trigger, fcinfo->flinfo->fn_mcxt);

	desc = RelationGetDescr(data->tg_relation);
	pricing.rel = data->tg_relation;
	pricing.shape = fcinfo->flinfo->fn_extra;
	pricing.is_insert = TRIGGER_FIRED_BY_INSERT(data->tg_event);
	row = pricing.is_insert ? data->tg_trigtuple : data->tg_newtuple;
	read_line(pricing.shape, row, desc, &pricing.given);
	pricing.line = pricing.given;
	if (pricing.is_insert)
		memset(&pricing.old, 0, sizeof(pricing.old));
	else
		read_line(pricing.shape, data->tg_trigtuple, desc, &pricing.old);
	for (int column = 0; pricing.is_insert && column < N_LINE_COLUMNS; column++)
		pricing.old.value[column].isnull = true;

	price_line(&pricing);
	return PointerGetDatum(store_line(&pricing, row));
}
