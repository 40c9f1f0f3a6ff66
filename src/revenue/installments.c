/*
 * installments.c
 *		An amount in installments: when each is due and how much it is.
 */
#include "opportunity.h"

#include "common/int.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "numeric/exact.h"
#include "numeric/fixed.h"
#include "numeric/round.h"
#include "revenue/allocate.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#define MAX_INSTALLMENTS 100000

/* Whole days and months, ahead in time; the infinite intervals of 17 have a time. */
static void
check_period(const Interval *every)
{
	if (every->time != 0 || every->day < 0 || every->month < 0 ||
		(every->day == 0 && every->month == 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("installments cannot be due every %s",
						DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(every)))),
				 errdetail("The period is days, weeks, months or years, above zero and without a time of day.")));
}

/*
 * The day n periods after the first, counted from that one: what begins on 31
 * January is due every month on its last day.
 */
static DateADT
due_date(DateADT first, const Interval *every, int n)
{
	Interval	passed = {0};

	if (pg_mul_s32_overflow(every->day, n, &passed.day) ||
		pg_mul_s32_overflow(every->month, n, &passed.month))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("due date of installment %d is out of range", n + 1)));
	return DatumGetDateADT(DirectFunctionCall1(timestamp_date,
											   DirectFunctionCall2(date_pl_interval,
																   DateADTGetDatum(first),
																   IntervalPGetDatum(&passed))));
}

PG_FUNCTION_INFO_V1(opp_installments);

Datum
opp_installments(PG_FUNCTION_ARGS)
{
	Datum		amount = PG_GETARG_DATUM(0);
	int			count = PG_GETARG_INT32(1);
	DateADT		first = PG_GETARG_DATEADT(2);
	const Interval *every = PG_GETARG_INTERVAL_P(3);
	const text *mode = PG_GETARG_TEXT_PP(4);
	int			scale = PG_GETARG_INT32(5);
	size_t		mode_length = VARSIZE_ANY_EXHDR(mode);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int			n_larger = 0;	/* the first so many are a unit larger than the others */
	Datum		units;
	Datum		larger = (Datum) 0;

	check_amount_scale(scale);
	if (count < 1 || count > MAX_INSTALLMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot make %d installments", count),
				 errdetail("There are from 1 to %d.", MAX_INSTALLMENTS)));
	if (DATE_NOT_FINITE(first))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("the first installment must have a finite date")));
	check_period(every);

	units = amount_units(amount, scale);
	if (mode_length == strlen("divide") && memcmp(VARDATA_ANY(mode), "divide", mode_length) == 0)
	{
		Datum		n = fixed_to_numeric(count, 0);
		Datum		share = exact_divide_whole(units, n);
		Datum		rest = exact_subtract(units, exact_multiply(share, n));
		Datum		one = DirectFunctionCall1(numeric_sign, rest);

		/* as allocate does with equal weights */
		n_larger = abs(DatumGetInt32(DirectFunctionCall1(numeric_int4, rest)));
		larger = units_amount(exact_add(share, one), scale);
		units = share;
	}
	else if (mode_length != strlen("repeat") || memcmp(VARDATA_ANY(mode), "repeat", mode_length) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("mode \"%s\" of installments is not known", text_to_cstring(mode)),
				 errdetail("Known are divide and repeat.")));
	amount = units_amount(units, scale);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
	{
		Datum		values[3];
		bool		nulls[3] = {false};

		CHECK_FOR_INTERRUPTS();
		values[0] = Int32GetDatum(i + 1);
		values[1] = DateADTGetDatum(due_date(first, every, i));
		values[2] = i < n_larger ? larger : amount;
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
