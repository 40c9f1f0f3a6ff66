/*
 * monetary.c
 *		The currency of a monetary value, and the errors that values can be.
 */
#include "revenue/monetary.h"

#include "utils/builtins.h"

const Currency *
monetary_currency(Monetary value)
{
	const Currency *currency = currency_by_key(monetary_key(value));

	if (currency == NULL)
		elog(ERROR, "monetary value of unknown currency %d", monetary_key(value));
	return currency;
}

const Currency *
amount_currency(const text *code)
{
	const Currency *currency = currency_by_code(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));

	if (currency == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("currency \"%s\" is not known", text_to_cstring(code)),
				 errhint(KNOWN_CURRENCIES_HINT)));
	if (currency->minor_unit == NO_MINOR_UNIT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("currency %s has no amounts", currency->code),
				 errdetail("ISO 4217 gives %s (%s) no minor unit to count in.", currency->code, currency->name)));
	return currency;
}

void
monetary_raise_mixed(Monetary a, Monetary b)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("amounts in %s and %s cannot be mixed",
					monetary_currency(a)->code, monetary_currency(b)->code),
			 errhint("Convert one of them with opportunity.exchange(amount, to_currency, rate), or group by currency.")));
}

void
monetary_raise_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("monetary amount is out of range"),
			 errdetail("Amounts reach " INT64_FORMAT " minor units of their currency, cents for example.",
					   MONETARY_LIMIT)));
}
