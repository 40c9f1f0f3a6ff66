/*
 * currency.h
 *		ISO 4217: look-ups by code and by number.
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

/* Both give NULL for what ISO 4217 does not have.  Codes are matched in either case. */
extern const Currency *currency_by_code(const char *code, size_t length);

/* A number that ISO gave anew (532: ANG, then XCG) means the current currency. */
extern const Currency *currency_by_number(int number);

#endif							/* OPPORTUNITY_CURRENCY_H */
