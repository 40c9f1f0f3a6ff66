/*
 * explain.c
 *		explain_price: the way from price list to amount, a row a step.
 *
 * The steps are those of the trigger, by the same functions, over the same facts.
 */
#include "pricing/pricing.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "commands/trigger.h"
#include "funcapi.h"
#include "nodes/execnodes.h"
#include "nodes/value.h"
#include "numeric/fixed.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(opp_explain_price);

typedef struct Explanation
{
	ReturnSetInfo *result;
	const LineShape *shape;
	TupleDesc	desc;			/* of the line */
	int			n_steps;
} Explanation;

static void
step(Explanation *explanation, const char *subject, const char *finding, NullableDatum amount)
{
	Datum		values[] = {
		Int32GetDatum(++explanation->n_steps),
		CStringGetTextDatum(subject),
		finding ? CStringGetTextDatum(finding) : (Datum) 0,
		amount.isnull ? (Datum) 0 : DirectFunctionCall1(numeric_trim_scale, amount.value)
	};
	bool		nulls[] = {false, false, finding == NULL, amount.isnull};

	tuplestore_putvalues(explanation->result->setResult, explanation->result->setDesc, values, nulls);
}

static const NullableDatum no_amount = {0, true};

static NullableDatum
some(Datum amount)
{
	return (NullableDatum) {amount, false};
}

static void
explain_error(Explanation *explanation, int error, const PriceFacts *facts, const Line *line)
{
	step(explanation, "no price", pricing_error_reason(error, facts, line), some(fixed_to_numeric(error, 0)));
}

/* The method's inputs, as far as it has any; then its result and the rounding of that. */
static void
explain_item(Explanation *explanation, const PriceFacts *facts, const Price *price, NullableDatum catalogue)
{
	const char *policy = fact_text(facts, FACT_ROUNDING_POLICY);

	if (price->method == PRICE_CURRENCY_AMOUNT)
		step(explanation, "method", "currency_amount", facts->value[FACT_AMOUNT]);
	else
	{
		step(explanation, "method", fact_text(facts, FACT_METHOD), facts->value[FACT_PERCENTAGE]);
		if (price->method == PRICE_PERCENT_OF_LIST)
			step(explanation, "input", "list_price of the product", facts->value[FACT_LIST_PRICE]);
		else if (price->method == PRICE_MARKUP_CURRENT_COST || price->method == PRICE_MARGIN_CURRENT_COST)
			step(explanation, "input", "current_cost of the product", facts->value[FACT_CURRENT_COST]);
		else
			step(explanation, "input", "standard_cost of the product", facts->value[FACT_STANDARD_COST]);
	}
	if (price->error != PRICING_OK)
		return;
	if (price->method != PRICE_CURRENCY_AMOUNT)
		step(explanation, "computed price", NULL, some(price->computed));
	if (price->rounding != PRICE_ROUND_NONE)
		step(explanation, "rounding", psprintf("%s, %s", policy, fact_text(facts, FACT_ROUNDING_OPTION)),
			 facts->value[FACT_ROUNDING_AMOUNT]);
	step(explanation, "catalogue price", NULL, catalogue);
}

static void
explain_list(Explanation *explanation, const PriceFacts *facts, const Line *line, const Price *price,
			 NullableDatum catalogue)
{
	const char *list = fact_text(facts, FACT_PRICE_LIST);
	const char *unit = fact_text(facts, FACT_UNIT_NAME);

	if (list != NULL)
		step(explanation, "price list",
			 facts->value[FACT_PRICE_LIST_ID].isnull ?
			 psprintf("%s: the default one in %s", list, fact_text(facts, FACT_CURRENCY)) :
			 psprintf("%s: the opportunity's own", list), no_amount);
	if (!facts->value[FACT_PRODUCT_CODE].isnull)
		step(explanation, "product",
			 unit ? psprintf("%s, unit %s", fact_text(facts, FACT_PRODUCT_CODE), unit) :
			 fact_text(facts, FACT_PRODUCT_CODE), no_amount);
	if (!facts->value[FACT_METHOD].isnull)
		explain_item(explanation, facts, price, catalogue);
	if (price->error == PRICING_MISSING_PRODUCT)
		step(explanation, "write-in", "a line without a product has the price it is given", no_amount);
	else if (price->error != PRICING_OK)
		explain_error(explanation, price->error, facts, line);
}

static char *
number_text(NullableDatum number)
{
	return number.isnull ? pstrdup("") :
		DatumGetCString(DirectFunctionCall1(numeric_out,
											DirectFunctionCall1(numeric_trim_scale, number.value)));
}

static void
explain_break(Explanation *explanation, const PriceFacts *facts, Line *line)
{
	NullableDatum discount;
	int			error;

	/* lines without the column have no such discount */
	if (explanation->shape->attnum[COLUMN_VOLUME_DISCOUNT] == InvalidAttrNumber)
		return;
	if (!has_discount_list(facts))
	{
		if (!line->value[COLUMN_VOLUME_DISCOUNT].isnull)
			step(explanation, "volume discount", "as given", line->value[COLUMN_VOLUME_DISCOUNT]);
		return;
	}
	error = judge_discount_list(facts);
	if (error != PRICING_OK)
	{
		explain_error(explanation, error, facts, line);
		return;
	}
	discount = fit_number(explanation->shape, explanation->desc, COLUMN_VOLUME_DISCOUNT,
						  discount_per_unit(facts, line->value[COLUMN_PRICE_PER_UNIT].value));
	line->value[COLUMN_VOLUME_DISCOUNT] = discount;
	step(explanation, "volume discount",
		 discount.isnull ? psprintf("%s: no band holds this quantity", fact_text(facts, FACT_DISCOUNT_LIST)) :
		 psprintf("%s: [%s,%s), %s%s", fact_text(facts, FACT_DISCOUNT_LIST),
				  number_text(facts->value[FACT_FROM_QUANTITY]), number_text(facts->value[FACT_TO_QUANTITY]),
				  number_text(facts->value[FACT_DISCOUNT]),
				  strcmp(fact_text(facts, FACT_DISCOUNT_KIND), "percent") == 0 ? " percent" : " a unit"),
		 discount);
}

static void
explain_amounts(Explanation *explanation, const Line *line)
{
	LineAmounts amounts = line_amounts(line, line_scale(line));

	step(explanation, "base amount", NULL, amounts.base);
	if (!amounts.manual_discount.isnull)
		step(explanation, "manual discount",
			 line->value[COLUMN_DISCOUNT_PERCENT].isnull ? NULL :
			 psprintf("%s percent", number_text(line->value[COLUMN_DISCOUNT_PERCENT])),
			 amounts.manual_discount);
	step(explanation, "net amount", NULL, amounts.net);
	if (!amounts.tax.isnull)
		step(explanation, "tax",
			 line->value[COLUMN_TAX_RATE].isnull ? NULL :
			 psprintf("%s percent", number_text(line->value[COLUMN_TAX_RATE])),
			 amounts.tax);
	step(explanation, "extended amount", NULL, amounts.extended);
}

static void
explain(Explanation *explanation, Line *line)
{
	PriceFacts	facts;
	Price		price;
	NullableDatum catalogue = no_amount;
	NullableDatum *own = &line->value[COLUMN_PRICE_PER_UNIT];

	find_price(explanation->shape, line, &facts);
	if (!facts.is_found)
	{
		step(explanation, "no price", "there is no such opportunity", no_amount);
		return;
	}
	find_unit(explanation->shape, &facts);
	price = judge_price(&facts);
	if (price.error == PRICING_OK)
		catalogue = fit_number(explanation->shape, explanation->desc, COLUMN_PRICE_PER_UNIT, some(price.catalogue));
	explain_list(explanation, &facts, line, &price, catalogue);

	if (own->isnull)
		*own = catalogue;
	if (own->isnull)
		return;
	step(explanation, "price per unit",
		 price.error != PRICING_OK ? "as given" :
		 DatumGetBool(DirectFunctionCall2(numeric_eq, own->value, catalogue.value)) ? "the catalogue price" :
		 "another than the catalogue price of today", *own);
	if (line->value[COLUMN_QUANTITY].isnull)
		return;
	step(explanation, "quantity", NULL, line->value[COLUMN_QUANTITY]);
	if (breaks_quantity_rule(&facts, line))
		explain_error(explanation, PRICING_INVALID_QUANTITY, &facts, line);
	explain_break(explanation, &facts, line);
	explain_amounts(explanation, line);
}

/* The trigger that prices the relation's lines. */
static const Trigger *
pricing_trigger(Relation rel)
{
	Oid			function = LookupFuncName(list_make2(makeString("opportunity"), makeString("price_line")),
										  0, NULL, false);

	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
	{
		if (rel->trigdesc->triggers[i].tgfoid == function)
			return &rel->trigdesc->triggers[i];
	}
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("the lines of \"%s\" are not priced by price_line", RelationGetRelationName(rel)),
			 errhint("Pass a row of a table that has the trigger opportunity.price_line."),
			 errtable(rel)));
}

Datum
opp_explain_price(PG_FUNCTION_ARGS)
{
	HeapTupleHeader header = PG_GETARG_HEAPTUPLEHEADER(0);
	Oid			relid = get_typ_typrelid(HeapTupleHeaderGetTypeId(header));
	Explanation explanation = {0};
	HeapTupleData row;
	Relation	rel;
	TupleDesc	desc;
	Line		line;

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("explain_price needs a row of a table"),
				 errhint("SELECT e.* FROM opportunity_line l, opportunity.explain_price(l) e;")));
	InitMaterializedSRF(fcinfo, 0);
	explanation.result = (ReturnSetInfo *) fcinfo->resultinfo;

	rel = relation_open(relid, AccessShareLock);
	explanation.shape = make_line_shape(rel, pricing_trigger(rel), CurrentMemoryContext);
	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));
	row.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&row.t_self);
	row.t_tableOid = InvalidOid;
	row.t_data = header;
	read_line(explanation.shape, &row, desc, &line);
	explanation.desc = desc;
	explain(&explanation, &line);
	ReleaseTupleDesc(desc);
	relation_close(rel, AccessShareLock);
	return (Datum) 0;
}
