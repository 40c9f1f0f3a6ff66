/*
 * facts.c
 *		Everything that the price of a line depends on, in one query.
 *
 * The query runs as the current user, who needs to be able to read the price
 * tables.  Every table and operator in it is qualified, so that no search_path
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
#define MAX_PARAMETERS 4

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

/* In the order of PriceFact.  $1 opportunity, $2 product, $3 quantity, $4 unit. */
SPIPlanPtr
price_query(const char *schema, TupleDesc desc, const LineShape *shape)
{
	const char *tables = quote_identifier(schema);
	Oid			unit = column_type(desc, shape, COLUMN_UNIT_ID);
	Oid			types[MAX_PARAMETERS] = {
		column_type(desc, shape, COLUMN_OPPORTUNITY_ID),
		column_type(desc, shape, COLUMN_PRODUCT_ID),
		NUMERICOID,
		unit
	};
	const char *unit_type = OidIsValid(unit) ? format_type_be_qualified(unit) : NULL;
	const char *line_unit = unit_type ? psprintf("COALESCE($4, p.unit_id::%s)", unit_type) : "p.unit_id";
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text,
					 "SELECT o.currency::pg_catalog.text, o.outcome::pg_catalog.text,"
					 " p.code::pg_catalog.text, p.status::pg_catalog.text, p.quantity_rule::pg_catalog.text,"
					 " p.list_price::pg_catalog.numeric, p.standard_cost::pg_catalog.numeric, p.current_cost::pg_catalog.numeric,"
					 " %s, u.name::pg_catalog.text, own.name::pg_catalog.text,"
					 " (u.id" EQUALS "p.unit_id) IS TRUE OR (u.id IS NULL AND p.unit_id IS NULL),"
					 " u.id IS NULL OR (u.unit_group_id" EQUALS "own.unit_group_id) IS TRUE,"
					 " %s.base_currency()::pg_catalog.text, CURRENT_DATE::pg_catalog.text, o.price_list_id IS NULL,"
					 " l.name::pg_catalog.text, l.currency::pg_catalog.text,"
					 " (l.valid_from OPERATOR(pg_catalog.<=) CURRENT_DATE) IS NOT FALSE"
					 " AND (l.valid_to OPERATOR(pg_catalog.>=) CURRENT_DATE) IS NOT FALSE,"
					 " i.method::pg_catalog.text, i.amount::pg_catalog.numeric, i.percentage::pg_catalog.numeric,"
					 " i.rounding_policy::pg_catalog.text, i.rounding_option::pg_catalog.text,"
					 " i.rounding_amount::pg_catalog.numeric,"
					 " d.name::pg_catalog.text, d.kind::pg_catalog.text, d.currency::pg_catalog.text, d.is_active,"
					 " b.from_quantity::pg_catalog.numeric, b.to_quantity::pg_catalog.numeric, b.discount::pg_catalog.numeric",
					 line_unit, tables);
	appendStringInfo(&text,
					 " FROM %s.opportunity o"
					 " LEFT JOIN %s.product p ON p.id" EQUALS "$2"
					 " LEFT JOIN %s.unit own ON own.id" EQUALS "p.unit_id"
					 " LEFT JOIN %s.unit u ON u.id" EQUALS "%s",
					 tables, tables, tables, tables, line_unit);
	appendStringInfo(&text,
					 " LEFT JOIN %s.price_list l ON l.id" EQUALS "COALESCE(o.price_list_id,"
					 " (SELECT x.id FROM %s.price_list x"
					 " WHERE x.is_default AND x.currency" EQUALS "o.currency"
					 " AND (x.valid_from OPERATOR(pg_catalog.<=) CURRENT_DATE) IS NOT FALSE"
					 " AND (x.valid_to OPERATOR(pg_catalog.>=) CURRENT_DATE) IS NOT FALSE"
					 " ORDER BY x.id LIMIT 1))",
					 tables, tables);
	appendStringInfo(&text,
					 " LEFT JOIN %s.price_list_item i ON i.price_list_id" EQUALS "l.id"
					 " AND i.product_id" EQUALS "p.id"
					 " AND (i.unit_id" EQUALS "u.id OR (i.unit_id IS NULL AND u.id IS NULL))"
					 " LEFT JOIN %s.discount_list d ON d.id" EQUALS "i.discount_list_id"
					 " LEFT JOIN %s.discount_band b ON b.discount_list_id" EQUALS "d.id"
					 " AND b.from_quantity OPERATOR(pg_catalog.<=) pg_catalog.abs($3)"
					 " AND (b.to_quantity OPERATOR(pg_catalog.>) pg_catalog.abs($3)) IS NOT FALSE"
					 " WHERE o.id" EQUALS "$1",
					 tables, tables, tables);
	return keep_query(text.data, OidIsValid(unit) ? 4 : 3, types);
}

SPIPlanPtr
outcome_query(const char *schema, TupleDesc desc, const LineShape *shape)
{
	Oid			type = column_type(desc, shape, COLUMN_OPPORTUNITY_ID);

	return keep_query(psprintf("SELECT o.outcome::pg_catalog.text FROM %s.opportunity o WHERE o.id" EQUALS "$1",
							   quote_identifier(schema)), 1, &type);
}

SPIPlanPtr
number_query(Relation rel, const LineShape *shape)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Oid			type = column_type(desc, shape, COLUMN_OPPORTUNITY_ID);
	Form_pg_attribute number = TupleDescAttr(desc, shape->attnum[COLUMN_LINE_NUMBER] - 1);
	Form_pg_attribute parent = TupleDescAttr(desc, shape->attnum[COLUMN_OPPORTUNITY_ID] - 1);

	return keep_query(psprintf("SELECT COALESCE(pg_catalog.max(x.%s), 0) FROM %s x WHERE x.%s" EQUALS "$1",
							   quote_identifier(NameStr(number->attname)),
							   quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)),
														  RelationGetRelationName(rel)),
							   quote_identifier(NameStr(parent->attname))),
					  1, &type);
}

/* The first row's columns, copied into the current memory context; false when there is none. */
static bool
first_row(SPIPlanPtr plan, Datum *arguments, const char *nulls, int n_columns, NullableDatum *columns)
{
	MemoryContext caller = CurrentMemoryContext;
	bool		is_found;
	int			result;

	SPI_connect();
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
		}
	}
	SPI_finish();
	return is_found;
}

/* A NULL key finds nothing; the table's own constraints have more to say of it. */
void
find_price(const LineShape *shape, const Line *line, PriceFacts *facts)
{
	static const LineColumn parameters[MAX_PARAMETERS] = {
		COLUMN_OPPORTUNITY_ID, COLUMN_PRODUCT_ID, COLUMN_QUANTITY, COLUMN_UNIT_ID
	};
	Datum		arguments[MAX_PARAMETERS];
	char		nulls[MAX_PARAMETERS];

	for (int i = 0; i < MAX_PARAMETERS; i++)
	{
		arguments[i] = line->value[parameters[i]].value;
		nulls[i] = line->value[parameters[i]].isnull ? 'n' : ' ';
	}
	facts->is_found = first_row(shape->find_price, arguments, nulls, N_PRICE_FACTS, facts->value);
}

/* Null when there is no such opportunity. */
NullableDatum
find_outcome(const LineShape *shape, const Line *line)
{
	NullableDatum outcome = {0, true};
	NullableDatum parent = line->value[COLUMN_OPPORTUNITY_ID];

	(void) first_row(shape->find_outcome, &parent.value, parent.isnull ? "n" : " ", 1, &outcome);
	return outcome;
}

int32
next_line_number(const LineShape *shape, const Line *line)
{
	NullableDatum last = {0, true};
	NullableDatum parent = line->value[COLUMN_OPPORTUNITY_ID];

	(void) first_row(shape->next_number, &parent.value, parent.isnull ? "n" : " ", 1, &last);
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
