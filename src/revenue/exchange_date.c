/*
 * exchange_date.c
 *		The date whose exchange rate converts an opportunity.
 */
#include "opportunity.h"

#include "utils/builtins.h"
#include "utils/date.h"

/* Of the function's arguments. */
enum
{
	DATE_POLICY,
	DATE_SAVED,
	DATE_CLOSES,
	DATE_CLOSED,
	DATE_TODAY
};

PG_FUNCTION_INFO_V1(opp_exchange_date);

Datum
opp_exchange_date(PG_FUNCTION_ARGS)
{
	const text *policy;
	size_t		length;
	int			date = DATE_TODAY;

	if (PG_ARGISNULL(DATE_POLICY) || PG_ARGISNULL(DATE_TODAY))
		PG_RETURN_NULL();
	policy = PG_GETARG_TEXT_PP(DATE_POLICY);
	length = VARSIZE_ANY_EXHDR(policy);

#define POLICY_IS(name) \
	(length == strlen(name) && memcmp(VARDATA_ANY(policy), name, strlen(name)) == 0)

	if (POLICY_IS("at_save"))
		date = DATE_SAVED;
	else if (POLICY_IS("by_close_date"))
		date = PG_ARGISNULL(DATE_CLOSED) ? DATE_CLOSES : DATE_CLOSED;
	else if (POLICY_IS("frozen_at_close"))
		date = DATE_CLOSED;
	else if (!POLICY_IS("current"))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("exchange policy \"%s\" is not known", text_to_cstring(policy)),
				 errdetail("Known are at_save, current, by_close_date and frozen_at_close.")));

	/* what has not happened yet happens today at the earliest */
	if (PG_ARGISNULL(date))
		date = DATE_TODAY;
	PG_RETURN_DATEADT(PG_GETARG_DATEADT(date));
}
