/*
 * facts.c
 *		Everything that the price of a line depends on.
 *
 * The queries run as the current user, who needs to be able to read the price
 * tables.  Every table and operator in them is qualified, so that no search_path
 * gives it another meaning, and every join is by a unique key, so that there is
 * one answer; where several default price lists are valid, it is the oldest.
 */
#include "pricing/pricing.h"

#include "catalog/pg_type.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#define EQUALS " OPERATOR(pg_catalog.=) "
#define MAX_PARAMETERS 3

typedef struct KeptQuery
{
	char	   *text;
	int			n_parameters;
	Oid			types[MAX_PARAMETERS];
	SPIPlanPtr	plan;
} KeptQuery;

/* Every query made, in opportunity_context: a few for each schema that has price tables. */
static List *queries = NIL;

static SPIPlanPtr
keep_query(const char *text, int n_parameters, Oid *types)
{
	ListCell   *cell;
	MemoryContext caller;
	KeptQuery	   *query;
	SPIPlanPtr	plan;

	foreach(cell, queries)
	{
		query = lfirst(cell);
		if (query->n_parameters == n_parameters && strcmp(query->text, text) == 0 &&
			memcmp(query->types, types, n_parameters * sizeof(Oid)) == 0)
			return query->plan;
	}

	SPI_connect();
	/* all look-ups are by key: planning anew for each key finds nothing better */
	plan = SPI_prepare_cursor(text, n_parameters, types, CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "SPI_prepare_cursor failed: %s", SPI_result_code_string(SPI_result));
	SPI_finish();

	caller = MemoryContextSwitchTo(opportunity_context());
	query = palloc0_object(KeptQuery);
	query->text = pstrdup(text);
	query->n_parameters = n_parameters;
	memcpy(query->types, types, n_parameters * sizeof(Oid));
	query->plan = plan;
	queries = lappend(queries, query);
	MemoryContextSwitchTo(caller);
	return plan;
}

static Oid
column_type(TupleDesc desc, const LineShape *shape, LineColumn column)
{
	AttrNumber	attnum = shape->attnum[column];

	return attnum != InvalidAttrNumber ? TupleDescAttr(desc, attnum - 1)->atttypid : InvalidOid;
}

/* From FACT_CURRENCY on.  $1 opportunity, $2 product, $3 unit. */
SPIPlanPtr
product_query(const char *schema, TupleDesc desc, const LineShape *shape)
{
	const char *tables = quote_identifier(schema);
	Oid			unit = column_type(desc, shape, COLUMN_UNIT_ID);
	Oid			types[MAX_PARAMETERS] = {
		column_type(desc, shape, COLUMN_OPPORTUNITY_ID),
		column_type(desc, shape, COLUMN_PRODUCT_ID),
		unit
	};
	const char *product_unit = OidIsValid(unit) ? psprintf("p.unit_id::%s", format_type_be_qualified(unit)) : "p.unit_id";
	const char *line_unit = OidIsValid(unit) ? psprintf("COALESCE($3, %s)", product_unit) : product_unit;

	return keep_query(psprintf("SELECT o.currency::pg_catalog.text, o.outcome::pg_catalog.text, o.price_list_id,"
							   " p.code::pg_catalog.text, p.status::pg_catalog.text, p.quantity_rule::pg_catalog.text,"
							   " p.list_price::pg_catalog.numeric, p.standard_cost::pg_catalog.numeric,"
							   " p.current_cost::pg_catalog.numeric, %s, %s,"
							   " (%s" EQUALS "%s) IS TRUE OR (%s IS NULL AND p.unit_id IS NULL),"
							   " %s.base_currency()::pg_catalog.text"
							   " FROM %s.opportunity o LEFT JOIN %s.product p ON p.id" EQUALS "$2"
							   " WHERE o.id" EQUALS "$1",
							   line_unit, product_unit, line_unit, product_unit, line_unit, tables, tables, tables),
					  OidIsValid(unit) ? 3 : 2, types);
}

/*
 * From FACT_PRICE_LIST on.  $1 the opportunity's price list, or where it has none
 * its currency; $2 product, $3 unit.
 */
static SPIPlanPtr
item_query(const char *schema, bool of_default, Oid *types)
{
	const char *tables = quote_identifier(schema);
	const char *today = "(x.valid_from OPERATOR(pg_catalog.<=) CURRENT_DATE) IS NOT FALSE"
		" AND (x.valid_to OPERATOR(pg_catalog.>=) CURRENT_DATE) IS NOT FALSE";
	const char *lists = of_default ?
		psprintf("SELECT x.*, true AS is_valid FROM %s.price_list x WHERE x.is_default AND x.currency" EQUALS "$1 AND %s"
				 " ORDER BY x.id LIMIT 1", tables, today) :
		psprintf("SELECT x.*, %s AS is_valid FROM %s.price_list x WHERE x.id" EQUALS "$1", today, tables);

	return keep_query(psprintf("SELECT l.name::pg_catalog.text, l.currency::pg_catalog.text, l.is_valid,"
							   " i.method::pg_catalog.text, i.amount::pg_catalog.numeric, i.percentage::pg_catalog.numeric,"
							   " i.rounding_policy::pg_catalog.text, i.rounding_option::pg_catalog.text,"
							   " i.rounding_amount::pg_catalog.numeric, i.discount_list_id"
							   " FROM (%s) AS l LEFT JOIN %s.price_list_item i ON i.price_list_id" EQUALS "l.id"
							   " AND i.product_id" EQUALS "$2"
							   " AND (i.unit_id" EQUALS "$3 OR (i.unit_id IS NULL AND $3 IS NULL))",
							   lists, tables), 3, types);
}

/* From FACT_UNIT_NAME on.  $1 the line's unit, $2 the product's own. */
static SPIPlanPtr
unit_query(const char *schema, Oid *types)
{
	const char *tables = quote_identifier(schema);

	return keep_query(psprintf("SELECT u.name::pg_catalog.text, (u.unit_group_id" EQUALS "own.unit_group_id) IS TRUE"
							   " FROM %s.unit u LEFT JOIN %s.unit own ON own.id" EQUALS "$2"
							   " WHERE u.id" EQUALS "$1", tables, tables), 2, types);
}

/* From FACT_DISCOUNT_LIST on.  $1 the discount list, $2 the quantity. */
static SPIPlanPtr
discount_query(const char *schema, Oid *types)
{
	const char *tables = quote_identifier(schema);

	return keep_query(psprintf("SELECT d.name::pg_catalog.text, d.kind::pg_catalog.text, d.currency::pg_catalog.text, d.is_active,"
							   " b.from_quantity::pg_catalog.numeric, b.to_quantity::pg_catalog.numeric, b.discount::pg_catalog.numeric"
							   " FROM %s.discount_list d"
							   " LEFT JOIN %s.discount_band b ON b.discount_list_id" EQUALS "d.id"
							   " AND b.from_quantity OPERATOR(pg_catalog.<=) pg_catalog.abs($2)"
							   " AND (b.to_quantity OPERATOR(pg_catalog.>) pg_catalog.abs($2)) IS NOT FALSE"
							   " WHERE d.id" EQUALS "$1", tables, tables), 2, types);
}

SPIPlanPtr
outcome_query(const char *schema, TupleDesc desc, const LineShape *shape)
{
	Oid			type = column_type(desc, shape, COLUMN_OPPORTUNITY_ID);

	return keep_query(psprintf("SELECT o.outcome::pg_catalog.text FROM %s.opportunity o WHERE o.id" EQUALS "$1",
							   quote_identifier(schema)), 1, &type);
}

/* In the order of keys, in which totals lock them, too.  $1 keys. */
SPIPlanPtr
lock_query(const char *schema, TupleDesc desc, const LineShape *shape)
{
	Oid			type = get_array_type(column_type(desc, shape, COLUMN_OPPORTUNITY_ID));

	return keep_query(psprintf("SELECT o.id, o.outcome FROM %s.opportunity o WHERE o.id OPERATOR(pg_catalog.=) ANY ($1)"
							   " ORDER BY o.id FOR NO KEY UPDATE", quote_identifier(schema)), 1, &type);
}

SPIPlanPtr
number_query(Relation rel, const LineShape *shape)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Oid			type = column_type(desc, shape, COLUMN_OPPORTUNITY_ID);
	Form_pg_attribute number = TupleDescAttr(desc, shape->attnum[COLUMN_LINE_NUMBER] - 1);
	Form_pg_attribute parent = TupleDescAttr(desc, shape->attnum[COLUMN_OPPORTUNITY_ID] - 1);

	const char *column = quote_identifier(NameStr(number->attname));

	/* an index on both columns gives the last one; max() would cost another plan node */
	return keep_query(psprintf("SELECT x.%s FROM %s x WHERE x.%s" EQUALS "$1 AND x.%s IS NOT NULL"
							   " ORDER BY x.%s DESC LIMIT 1",
							   column,
							   quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)),
														  RelationGetRelationName(rel)),
							   quote_identifier(NameStr(parent->attname)), column, column),
					  1, &type);
}

/*
 * The first row's columns, copied into the current memory context, and unless
 * NULL their types; false when there is none.
 */
static bool
first_row(SPIPlanPtr plan, const NullableDatum *parameters, int n_columns, NullableDatum *columns, Oid *types)
{
	MemoryContext caller = CurrentMemoryContext;
	Datum		arguments[MAX_PARAMETERS];
	char		nulls[MAX_PARAMETERS];
	bool		is_found;
	int			result;

	SPI_connect();
	for (int i = 0; i < SPI_getargcount(plan); i++)
	{
		arguments[i] = parameters[i].value;
		nulls[i] = parameters[i].isnull ? 'n' : ' ';
	}
	result = SPI_execute_plan(plan, arguments, nulls, false, 1);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(result));
	is_found = SPI_processed == 1;
	if (is_found)
	{
		TupleDesc	desc = SPI_tuptable->tupdesc;

		MemoryContextSwitchTo(caller);
		for (int i = 0; i < n_columns; i++)
		{
			Form_pg_attribute attribute = TupleDescAttr(desc, i);
			Datum		value = SPI_getbinval(SPI_tuptable->vals[0], desc, i + 1, &columns[i].isnull);

			columns[i].value = columns[i].isnull ? (Datum) 0 :
				datumCopy(value, attribute->attbyval, attribute->attlen);
			if (types != NULL)
				types[i] = attribute->atttypid;
		}
	}
	SPI_finish();
	return is_found;
}

/* Name and group of the line's unit. */
void
find_unit(const LineShape *shape, PriceFacts *facts)
{
	NullableDatum units[] = {facts->value[FACT_UNIT_ID], facts->value[FACT_PRODUCT_UNIT_ID]};
	Oid			types[] = {facts->type[FACT_UNIT_ID], facts->type[FACT_PRODUCT_UNIT_ID]};

	if (!facts->value[FACT_UNIT_ID].isnull && facts->value[FACT_UNIT_NAME].isnull)
		facts->lacks_unit = !first_row(unit_query(shape->schema, types), units,
									   FACT_PRICE_LIST - FACT_UNIT_NAME, &facts->value[FACT_UNIT_NAME], NULL);
}

static void
find_item(const LineShape *shape, const Line *line, PriceFacts *facts)
{
	bool		of_default = facts->value[FACT_PRICE_LIST_ID].isnull;
	PriceFact	list = of_default ? FACT_CURRENCY : FACT_PRICE_LIST_ID;
	NullableDatum parameters[] = {facts->value[list], line->value[COLUMN_PRODUCT_ID], facts->value[FACT_UNIT_ID]};
	Oid			types[] = {facts->type[list], shape->product_type, facts->type[FACT_UNIT_ID]};

	(void) first_row(item_query(shape->schema, of_default, types), parameters,
					 FACT_DISCOUNT_LIST - FACT_PRICE_LIST, &facts->value[FACT_PRICE_LIST], &facts->type[FACT_PRICE_LIST]);
}

static void
find_discount(const LineShape *shape, const Line *line, PriceFacts *facts)
{
	NullableDatum parameters[] = {facts->value[FACT_DISCOUNT_LIST_ID], line->value[COLUMN_QUANTITY]};
	Oid			types[] = {facts->type[FACT_DISCOUNT_LIST_ID], NUMERICOID};

	(void) first_row(discount_query(shape->schema, types), parameters,
					 N_PRICE_FACTS - FACT_DISCOUNT_LIST, &facts->value[FACT_DISCOUNT_LIST], NULL);
}

/*
 * A NULL key finds nothing; the table's own constraints have more to say of it.
 * Starting the executor costs more than the look-ups, and costs by the table:
 * what most lines do not need is asked for in queries of its own.
 */
void
find_price(const LineShape *shape, const Line *line, PriceFacts *facts)
{
	NullableDatum parameters[] = {
		line->value[COLUMN_OPPORTUNITY_ID], line->value[COLUMN_PRODUCT_ID], line->value[COLUMN_UNIT_ID]
	};

	for (int i = 0; i < N_PRICE_FACTS; i++)
		facts->value[i] = (NullableDatum) {0, true};
	facts->lacks_unit = false;
	facts->value[FACT_IS_UNIT_OF_GROUP] = (NullableDatum) {BoolGetDatum(true), false};

	facts->is_found = first_row(shape->find_product, parameters, FACT_UNIT_NAME, facts->value, facts->type);
	if (!facts->is_found || facts->value[FACT_PRODUCT_CODE].isnull)
		return;
	if (!fact_is_true(facts, FACT_IS_PRODUCT_UNIT))
		find_unit(shape, facts);
	find_item(shape, line, facts);
	if (!facts->value[FACT_DISCOUNT_LIST_ID].isnull)
		find_discount(shape, line, facts);
}

/* Null when there is no such opportunity. */
NullableDatum
find_outcome(const LineShape *shape, const Line *line)
{
	NullableDatum outcome = {0, true};
	NullableDatum parent = line->value[COLUMN_OPPORTUNITY_ID];

	(void) first_row(shape->find_outcome, &parent, 1, &outcome, NULL);
	return outcome;
}

int32
next_line_number(const LineShape *shape, const Line *line)
{
	NullableDatum last = {0, true};
	NullableDatum parent = line->value[COLUMN_OPPORTUNITY_ID];

	(void) first_row(shape->next_number, &parent, 1, &last, NULL);
	return last.isnull || DatumGetInt32(last.value) == PG_INT32_MAX ? 1 : DatumGetInt32(last.value) + 1;
}

bool
fact_is_true(const PriceFacts *facts, PriceFact fact)
{
	return !facts->value[fact].isnull && DatumGetBool(facts->value[fact].value);
}

char *
fact_text(const PriceFacts *facts, PriceFact fact)
{
	return facts->value[fact].isnull ? NULL : TextDatumGetCString(facts->value[fact].value);
}
