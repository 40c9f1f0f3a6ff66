/*
 * shape.c
 *		Where a table of lines keeps what, as the arguments of its trigger
 *		price_line say.
 */
#include "pricing/pricing.h"

#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

typedef enum ColumnKind
{
	ANY_TYPE,					/* compared with a key by that type's equality */
	TEXT_TYPE,
	NUMERIC_TYPE,
	INTEGER_TYPE,
	BOOLEAN_TYPE
} ColumnKind;

typedef struct ColumnRule
{
	const char *name;			/* unless an argument gives another */
	ColumnKind	kind;
	bool		is_required;
} ColumnRule;

static const ColumnRule column_rules[N_LINE_COLUMNS] = {
	[COLUMN_OPPORTUNITY_ID] = {"opportunity_id", ANY_TYPE, true},
	[COLUMN_PRODUCT_ID] = {"product_id", ANY_TYPE, true},
	[COLUMN_UNIT_ID] = {"unit_id", ANY_TYPE, false},
	[COLUMN_LINE_NUMBER] = {"line_number", INTEGER_TYPE, false},
	[COLUMN_CURRENCY] = {"currency", TEXT_TYPE, false},
	[COLUMN_QUANTITY] = {"quantity", NUMERIC_TYPE, true},
	[COLUMN_PRICE_PER_UNIT] = {"price_per_unit", NUMERIC_TYPE, true},
	[COLUMN_CATALOGUE_PRICE] = {"catalogue_price", NUMERIC_TYPE, false},
	[COLUMN_IS_PRICE_OVERRIDDEN] = {"is_price_overridden", BOOLEAN_TYPE, false},
	[COLUMN_VOLUME_DISCOUNT] = {"volume_discount", NUMERIC_TYPE, false},
	[COLUMN_DISCOUNT_PERCENT] = {"discount_percent", NUMERIC_TYPE, false},
	[COLUMN_MANUAL_DISCOUNT] = {"manual_discount", NUMERIC_TYPE, false},
	[COLUMN_DISCOUNT_IS_PER_UNIT] = {"discount_is_per_unit", BOOLEAN_TYPE, false},
	[COLUMN_ROUNDING] = {"rounding", TEXT_TYPE, false},
	[COLUMN_TAX_RATE] = {"tax_rate", NUMERIC_TYPE, false},
	[COLUMN_TAX_IS_INCLUDED] = {"tax_is_included", BOOLEAN_TYPE, false},
	[COLUMN_TAX] = {"tax", NUMERIC_TYPE, false},
	[COLUMN_BASE_AMOUNT] = {"base_amount", NUMERIC_TYPE, false},
	[COLUMN_NET_AMOUNT] = {"net_amount", NUMERIC_TYPE, false},
	[COLUMN_EXTENDED_AMOUNT] = {"extended_amount", NUMERIC_TYPE, false},
};

#define SCHEMA_ARGUMENT "tables"

static const char *
kind_name(ColumnKind kind)
{
	switch (kind)
	{
		case TEXT_TYPE:
			return "text";
		case NUMERIC_TYPE:
			return "numeric";
		case INTEGER_TYPE:
			return "integer";
		case BOOLEAN_TYPE:
			return "boolean";
		case ANY_TYPE:
			break;
	}
	return NULL;
}

static bool
is_of_kind(Oid type, ColumnKind kind)
{
	switch (kind)
	{
		case TEXT_TYPE:
			return type == TEXTOID;
		case NUMERIC_TYPE:
			return type == NUMERICOID;
		case INTEGER_TYPE:
			return type == INT4OID;
		case BOOLEAN_TYPE:
			return type == BOOLOID;
		case ANY_TYPE:
			break;
	}
	return true;
}

static void
refuse_argument(const Trigger *trigger, const char *argument)
{
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 errmsg("trigger \"%s\" has an argument that price_line does not know: \"%s\"",
					trigger->tgname, argument),
			 errdetail("An argument names the schema of the price tables, as in 'tables=shop', or a column, as in 'quantity=qty'.")));
}

/* Takes an argument 'name=value' apart. */
static void
read_argument(const Trigger *trigger, const char *argument, const char **names, const char **schema)
{
	const char *value = strchr(argument, '=');
	size_t		length;

	if (value == NULL || value[1] == '\0')
		refuse_argument(trigger, argument);
	length = value++ -argument;

	if (length == strlen(SCHEMA_ARGUMENT) && strncmp(argument, SCHEMA_ARGUMENT, length) == 0)
	{
		*schema = value;
		return;
	}
	for (int column = 0; column < N_LINE_COLUMNS; column++)
	{
		if (strlen(column_rules[column].name) == length &&
			strncmp(argument, column_rules[column].name, length) == 0)
		{
			names[column] = value;
			return;
		}
	}
	refuse_argument(trigger, argument);
}

static AttrNumber
find_column(Relation rel, const Trigger *trigger, LineColumn column, const char *name)
{
	const ColumnRule *rule = &column_rules[column];
	AttrNumber	attnum = get_attnum(RelationGetRelid(rel), name ? name : rule->name);
	Oid			type;

	if (attnum <= 0)
	{
		if (name == NULL && !rule->is_required)
			return InvalidAttrNumber;
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("table \"%s\" has no column \"%s\" for trigger \"%s\"",
						RelationGetRelationName(rel), name ? name : rule->name, trigger->tgname),
				 errhint("Give the trigger the argument '%s=name of the column'.", rule->name),
				 errtable(rel)));
	}
	type = TupleDescAttr(RelationGetDescr(rel), attnum - 1)->atttypid;
	if (!is_of_kind(type, rule->kind))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("column \"%s\" of table \"%s\" is of type %s: price_line needs %s",
						name ? name : rule->name, RelationGetRelationName(rel),
						format_type_be(type), kind_name(rule->kind)),
				 errtablecol(rel, attnum)));
	return attnum;
}

/*
 * The shape lives as long as the context; the queries live as long as the
 * backend, one of each kind for each schema.
 */
LineShape *
make_line_shape(Relation rel, const Trigger *trigger, MemoryContext context)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	LineShape  *shape = palloc0_object(LineShape);
	const char *names[N_LINE_COLUMNS] = {NULL};
	const char *schema = NULL;

	for (int i = 0; i < trigger->tgnargs; i++)
		read_argument(trigger, trigger->tgargs[i], names, &schema);
	shape->schema = schema ? pstrdup(schema) : get_namespace_name(RelationGetNamespace(rel));
	for (int column = 0; column < N_LINE_COLUMNS; column++)
		shape->attnum[column] = find_column(rel, trigger, column, names[column]);
	MemoryContextSwitchTo(caller);

	/* price_line looks up, keep_closed_lines locks */
	shape->product_type = TupleDescAttr(RelationGetDescr(rel), shape->attnum[COLUMN_PRODUCT_ID] - 1)->atttypid;
	if (TRIGGER_FOR_AFTER(trigger->tgtype))
	{
		shape->lock_opportunities = lock_query(shape->schema, RelationGetDescr(rel), shape);
		return shape;
	}
	shape->find_product = product_query(shape->schema, RelationGetDescr(rel), shape);
	shape->find_outcome = outcome_query(shape->schema, RelationGetDescr(rel), shape);
	if (shape->attnum[COLUMN_LINE_NUMBER] != InvalidAttrNumber)
		shape->next_number = number_query(rel, shape);
	return shape;
}

void
read_line(const LineShape *shape, HeapTuple row, TupleDesc desc, Line *line)
{
	for (int column = 0; column < N_LINE_COLUMNS; column++)
	{
		NullableDatum *value = &line->value[column];

		if (shape->attnum[column] != InvalidAttrNumber)
			value->value = heap_getattr(row, shape->attnum[column], desc, &value->isnull);
		else
			*value = (NullableDatum) {0, true};
	}
}

/* The number with the decimals of its column, as it will be stored. */
NullableDatum
fit_number(const LineShape *shape, TupleDesc desc, LineColumn column, NullableDatum number)
{
	int32		typmod = TupleDescAttr(desc, shape->attnum[column] - 1)->atttypmod;

	if (!number.isnull && typmod >= 0)
		number.value = DirectFunctionCall2(numeric, number.value, Int32GetDatum(typmod));
	return number;
}
