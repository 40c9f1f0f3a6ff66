/*
 * pricing.h
 *		How a line gets its price: what the trigger price_line and explain_price
 *		share.
 *
 * A line is priced in three steps, each a pure function of what went before:
 * find_price reads everything that the price depends on, judge_price makes the
 * catalogue price and the volume discount of it, line_amounts makes the amounts.
 */
#ifndef OPPORTUNITY_PRICING_H
#define OPPORTUNITY_PRICING_H

#include "opportunity.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "executor/spi.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"

#include "revenue/price.h"

/* The columns of a line, as the trigger's arguments call them. */
typedef enum LineColumn
{
	COLUMN_OPPORTUNITY_ID,
	COLUMN_PRODUCT_ID,
	COLUMN_UNIT_ID,
	COLUMN_LINE_NUMBER,
	COLUMN_CURRENCY,
	COLUMN_QUANTITY,
	COLUMN_PRICE_PER_UNIT,
	COLUMN_CATALOGUE_PRICE,
	COLUMN_IS_PRICE_OVERRIDDEN,
	COLUMN_VOLUME_DISCOUNT,
	COLUMN_DISCOUNT_PERCENT,
	COLUMN_MANUAL_DISCOUNT,
	COLUMN_DISCOUNT_IS_PER_UNIT,
	COLUMN_ROUNDING,
	COLUMN_TAX_RATE,
	COLUMN_TAX_IS_INCLUDED,
	COLUMN_TAX,
	COLUMN_BASE_AMOUNT,
	COLUMN_NET_AMOUNT,
	COLUMN_EXTENDED_AMOUNT,
	N_LINE_COLUMNS
} LineColumn;

/* Where these are in one relation; made once a statement. */
typedef struct LineShape
{
	AttrNumber	attnum[N_LINE_COLUMNS]; /* InvalidAttrNumber: it has no such column */
	const char *schema;			/* of the tables that prices come from */
	Oid			product_type;	/* of its column */
	SPIPlanPtr	find_product;	/* kept as long as the backend */
	SPIPlanPtr	find_outcome;
	SPIPlanPtr	next_number;	/* NULL: no such column */
	SPIPlanPtr	lock_opportunities; /* the only one of keep_closed_lines */
} LineShape;

/* The values of a line, in the order of LineColumn; null where there is no column. */
typedef struct Line
{
	NullableDatum value[N_LINE_COLUMNS];
} Line;

/* What the price of a line depends on, in the order of the queries that find it. */
typedef enum PriceFact
{
	/* of every line */
	FACT_CURRENCY,				/* of the opportunity; text */
	FACT_OUTCOME,				/* text */
	FACT_PRICE_LIST_ID,			/* of any type; null: the opportunity names none */
	FACT_PRODUCT_CODE,			/* text; null: no such product */
	FACT_PRODUCT_STATUS,		/* text */
	FACT_QUANTITY_RULE,			/* text */
	FACT_LIST_PRICE,			/* numeric, as all amounts below */
	FACT_STANDARD_COST,
	FACT_CURRENT_COST,
	FACT_UNIT_ID,				/* of the line's type: its own, else the product's */
	FACT_PRODUCT_UNIT_ID,		/* of the same type */
	FACT_IS_PRODUCT_UNIT,		/* boolean: the line is in the product's own unit */
	FACT_BASE_CURRENCY,			/* text */
	/* of a line in another unit than the product's; find_unit finds them for others */
	FACT_UNIT_NAME,				/* text */
	FACT_IS_UNIT_OF_GROUP,		/* boolean: its unit is of the group of the product's */
	/* of a line with a product */
	FACT_PRICE_LIST,			/* text, its name; null: there is none */
	FACT_PRICE_LIST_CURRENCY,	/* text */
	FACT_IS_VALID,				/* boolean */
	FACT_METHOD,				/* text; null: the product is not in the list */
	FACT_AMOUNT,
	FACT_PERCENTAGE,
	FACT_ROUNDING_POLICY,		/* text */
	FACT_ROUNDING_OPTION,		/* text */
	FACT_ROUNDING_AMOUNT,
	FACT_DISCOUNT_LIST_ID,		/* of any type */
	/* of a line whose price has a discount list */
	FACT_DISCOUNT_LIST,			/* text, its name; null: there is none */
	FACT_DISCOUNT_KIND,			/* text */
	FACT_DISCOUNT_CURRENCY,		/* text */
	FACT_IS_DISCOUNT_ACTIVE,	/* boolean */
	FACT_FROM_QUANTITY,
	FACT_TO_QUANTITY,			/* null: no upper end */
	FACT_DISCOUNT,				/* null: no band holds the quantity */
	N_PRICE_FACTS
} PriceFact;

typedef struct PriceFacts
{
	bool		is_found;		/* false: there is no such opportunity */
	bool		lacks_unit;		/* there is no such unit */
	Oid			type[N_PRICE_FACTS];
	NullableDatum value[N_PRICE_FACTS];
} PriceFacts;

/*
 * Why there is no price: the pricing errors of Dynamics 365 that price.h does not
 * have, as those can only come of the tables.
 */
enum
{
	PRICING_MISSING_PRICE_LIST = 2,
	PRICING_INACTIVE_PRICE_LIST = 3,
	PRICING_MISSING_PRODUCT = 6,
	PRICING_INVALID_PRODUCT = 7,
	PRICING_NOT_IN_PRICE_LIST = 11,
	PRICING_INVALID_DISCOUNT_LIST = 26,
	PRICING_INVALID_DISCOUNT = 28,
	PRICING_INVALID_QUANTITY = 29,
	PRICING_INVALID_UNIT = 32,
	PRICING_INACTIVE_DISCOUNT_LIST = 33,
	PRICING_INVALID_CURRENCY = 34
};

/* What the facts come to. */
typedef struct Price
{
	int			error;			/* PRICING_OK: there is a catalogue price */
	PriceMethod method;			/* these two, where the list has the product */
	PriceRounding rounding;
	Datum		computed;		/* before rounding, where error is PRICING_OK */
	Datum		catalogue;
} Price;

typedef struct LineAmounts
{
	NullableDatum manual_discount;
	NullableDatum tax;
	NullableDatum base;
	NullableDatum net;
	NullableDatum extended;
} LineAmounts;

/* shape.c */
extern LineShape *make_line_shape(Relation rel, const Trigger *trigger, MemoryContext context);
extern NullableDatum fit_number(const LineShape *shape, TupleDesc desc, LineColumn column, NullableDatum number);
extern void read_line(const LineShape *shape, HeapTuple row, TupleDesc desc, Line *line);

/* facts.c: these run queries as the current user, and copy what they find into the current memory context */
extern void find_price(const LineShape *shape, const Line *line, PriceFacts *facts);
extern void find_unit(const LineShape *shape, PriceFacts *facts);
extern NullableDatum find_outcome(const LineShape *shape, const Line *line);
extern int32 next_line_number(const LineShape *shape, const Line *line);
extern SPIPlanPtr product_query(const char *schema, TupleDesc desc, const LineShape *shape);
extern SPIPlanPtr outcome_query(const char *schema, TupleDesc desc, const LineShape *shape);
extern SPIPlanPtr lock_query(const char *schema, TupleDesc desc, const LineShape *shape);
extern SPIPlanPtr number_query(Relation rel, const LineShape *shape);

/* judge.c: pure functions of what was read */
extern Price judge_price(const PriceFacts *facts);
extern bool has_discount_list(const PriceFacts *facts);
extern int	judge_discount_list(const PriceFacts *facts);
extern NullableDatum discount_per_unit(const PriceFacts *facts, Datum price_per_unit);
extern bool breaks_quantity_rule(const PriceFacts *facts, const Line *line);

/* amounts.c */
extern LineAmounts line_amounts(const Line *line, int scale);
extern int	line_scale(const Line *line);

/* report.c: why a line of that relation is refused */
extern char *key_text(Relation rel, const LineShape *shape, const Line *line, LineColumn column);
extern char *pricing_error_reason(int error, const PriceFacts *facts, const Line *line);
extern const char *pricing_error_label(int error);
extern void report_pricing_error(Relation rel, const LineShape *shape, const Line *line,
								 int error, PriceFacts *facts);
extern void report_missing_row(Relation rel, const LineShape *shape, const Line *line,
							   LineColumn column);
extern void report_other_currency(Relation rel, const LineShape *shape, const Line *line,
								  const char *currency, const char *opportunity_currency);
extern void report_closed(Relation rel, const LineShape *shape, const char *opportunity,
						  const char *outcome);
extern void report_computed_column(Relation rel, const LineShape *shape, LineColumn column,
								   NullableDatum given, NullableDatum computed);

/* A text among the facts as a C string; NULL of null. */
extern char *fact_text(const PriceFacts *facts, PriceFact fact);
extern bool fact_is_true(const PriceFacts *facts, PriceFact fact);

#endif							/* OPPORTUNITY_PRICING_H */
