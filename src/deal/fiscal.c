/*
 * fiscal.c
 *		Fiscal years, quarters and months: the first day of the one that a date is in,
 *		and its name.
 */
#include "opportunity.h"

#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"

PG_FUNCTION_INFO_V1(opp_fiscal_period);
PG_FUNCTION_INFO_V1(opp_fiscal_label);

#define MONTHS		12

/* Months of a period by its name. */
static int
period_months(const text *unit)
{
	char	   *name = text_to_cstring(unit);

	if (strcmp(name, "month") == 0)
		return 1;
	if (strcmp(name, "quarter") == 0)
		return 3;
	if (strcmp(name, "year") == 0)
		return MONTHS;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("fiscal period \"%s\" is not known", name),
			 errhint("Use 'month', 'quarter' or 'year'.")));
}

static int
first_month_argument(FunctionCallInfo fcinfo, int n)
{
	int			first_month = PG_GETARG_INT32(n);

	if (first_month < 1 || first_month > MONTHS)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("first month %d of a fiscal year is out of range", first_month),
				 errdetail("Months are 1 to 12.")));
	return first_month;
}

/*
 * The fiscal year that a date is in, by the calendar year it begins in, and the
 * months since its first.
 */
static void
fiscal_month(DateADT date, int first_month, int *year, int *month)
{
	int			calendar_month;
	int			day;

	j2date(date + POSTGRES_EPOCH_JDATE, year, &calendar_month, &day);
	*month = calendar_month - first_month;
	if (*month < 0)
	{
		*month += MONTHS;
		*year -= 1;
	}
}

Datum
opp_fiscal_period(PG_FUNCTION_ARGS)
{
	DateADT		date = PG_GETARG_DATEADT(0);
	int			months = period_months(PG_GETARG_TEXT_PP(1));
	int			first_month = first_month_argument(fcinfo, 2);
	int			year;
	int			month;

	if (DATE_NOT_FINITE(date))
		PG_RETURN_DATEADT(date);
	fiscal_month(date, first_month, &year, &month);
	month -= month % months;
	month += first_month - 1;
	year += month / MONTHS;
	month %= MONTHS;
	if (!IS_VALID_JULIAN(year, month + 1, 1))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("date out of range")));
	PG_RETURN_DATEADT(date2j(year, month + 1, 1) - POSTGRES_EPOCH_JDATE);
}

Datum
opp_fiscal_label(PG_FUNCTION_ARGS)
{
	DateADT		date = PG_GETARG_DATEADT(0);
	int			months = period_months(PG_GETARG_TEXT_PP(1));
	int			first_month = first_month_argument(fcinfo, 2);
	int			year;
	int			month;

	if (DATE_NOT_FINITE(date))
		PG_RETURN_NULL();
	fiscal_month(date, first_month, &year, &month);
	if (first_month > 1)
		year++;
	if (months == MONTHS)
		PG_RETURN_TEXT_P(cstring_to_text(psprintf("FY%04d", year)));
	if (months == 1)
		PG_RETURN_TEXT_P(cstring_to_text(psprintf("FY%04d M%02d", year, month + 1)));
	PG_RETURN_TEXT_P(cstring_to_text(psprintf("FY%04d Q%d", year, month / months + 1)));
}
