/*
 * currency.h
 *		ISO 4217: look-up by code.
 */
#ifndef OPPORTUNITY_CURRENCY_H
#define OPPORTUNITY_CURRENCY_H

#include "opportunity.h"

#define CURRENCY_CODE_LENGTH	3

/* Metals, bond units, drawing rights, test codes: nothing to count amounts in. */
#define NO_MINOR_UNIT			(-1)

typedef struct Currency
{
	char		code[CURRENCY_CODE_LENGTH + 1];
	int			number;			/* the numeric code, 1 to 999 */
	int			minor_unit;		/* decimals of an amount, or NO_MINOR_UNIT */
	bool		is_current;		/* false: withdrawn */
	const char *name;
} Currency;

/* NULL for what ISO 4217 does not have.  Codes are matched in either case. */
extern const Currency *currency_by_code(const char *code, size_t length);

/*
 * The key that stored amounts name their currency by, for ever: ISO's number, or
 * one above those where ISO has given a withdrawn currency's number to another.
 * NULL for a key that no currency has.
 */
#define CURRENCY_KEYS			1024

extern int	currency_key(const Currency *currency);
extern const Currency *currency_by_key(int key);

#endif							/* OPPORTUNITY_CURRENCY_H */
