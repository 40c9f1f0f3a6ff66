/*
 * monetary.h
 *		An amount with its currency in eight bytes: the layout of type monetary.
 *
 * The upper ten bits are the currency's key (currency.h), the lower 54 the count
 * of its minor units, biased so that it is not negative.  The key's topmost bit is
 * inverted: then the order of the values as signed integers, and so PostgreSQL's
 * own bigint routines, sort by currency and within it by amount.  Equal values
 * have equal bits.
 *
 * Amounts reach 2^53 - 1 minor units either way, the integers that a double holds
 * too; so negation never overflows, and zero bits throughout are no value.
 */
#ifndef OPPORTUNITY_MONETARY_H
#define OPPORTUNITY_MONETARY_H

#include "opportunity.h"

#include "numeric/currency.h"

typedef int64 Monetary;

/* Of an error about a code that is none. */
#define KNOWN_CURRENCIES_HINT "Currencies have the three letters of ISO 4217; opportunity.currencies() lists them."

#define DatumGetMonetary(datum)		((Monetary) DatumGetInt64(datum))
#define MonetaryGetDatum(value)		Int64GetDatum(value)
#define PG_GETARG_MONETARY(n)		DatumGetMonetary(PG_GETARG_DATUM(n))
#define PG_RETURN_MONETARY(value)	return MonetaryGetDatum(value)

#define MONETARY_AMOUNT_BITS	54
#define MONETARY_AMOUNT_MASK	((INT64CONST(1) << MONETARY_AMOUNT_BITS) - 1)
#define MONETARY_BIAS			(INT64CONST(1) << (MONETARY_AMOUNT_BITS - 1))
#define MONETARY_LIMIT			(MONETARY_BIAS - 1)
#define MONETARY_KEY_TOP_BIT	(CURRENCY_KEYS / 2)

/* Is it an amount that monetary holds?  Of an int64 or int128 number of minor units. */
#define MONETARY_IN_RANGE(minor_units) \
	((minor_units) >= -MONETARY_LIMIT && (minor_units) <= MONETARY_LIMIT)

static inline int64
monetary_minor_units(Monetary value)
{
	return (value & MONETARY_AMOUNT_MASK) - MONETARY_BIAS;
}

static inline int
monetary_key(Monetary value)
{
	return (int) ((uint64) value >> MONETARY_AMOUNT_BITS) ^ MONETARY_KEY_TOP_BIT;
}

static inline bool
monetary_same_currency(Monetary a, Monetary b)
{
	return (uint64) (a ^ b) >> MONETARY_AMOUNT_BITS == 0;
}

/* The amount must be in range. */
static inline Monetary
monetary_make(int key, int64 minor_units)
{
	Assert(MONETARY_IN_RANGE(minor_units));
	return (Monetary) ((uint64) (key ^ MONETARY_KEY_TOP_BIT) << MONETARY_AMOUNT_BITS |
					   (uint64) (minor_units + MONETARY_BIAS));
}

/* The currency's letters and its decimals (minor_unit, 0 to 4): minor units are 10^-minor_unit. */
extern const Currency *monetary_currency(Monetary value);

/* The currency of that code, for an amount; raises 22023 when there is none. */
extern const Currency *amount_currency(const text *code);

/* Raise 22023 and 22003. */
pg_noreturn extern void monetary_raise_mixed(Monetary a, Monetary b) pg_attribute_cold;
pg_noreturn extern void monetary_raise_range(void) pg_attribute_cold;

/* The value of an amount in minor units; raises 22003 when monetary does not hold it. */
static inline Monetary
monetary_checked(int key, int128 minor_units)
{
	if (unlikely(!MONETARY_IN_RANGE(minor_units)))
		monetary_raise_range();
	return monetary_make(key, (int64) minor_units);
}

/* The same currency with another amount, for what runs a row. */
static inline Monetary
monetary_with_amount(Monetary value, int64 minor_units)
{
	if (unlikely(!MONETARY_IN_RANGE(minor_units)))
		monetary_raise_range();
	return (value & ~MONETARY_AMOUNT_MASK) | (minor_units + MONETARY_BIAS);
}

#endif							/* OPPORTUNITY_MONETARY_H */
