/*
 * process_type.c
 *		The type sales_process in SQL: input and output, casts, equality, and its
 *		stages as rows.
 */
#include "process/json.h"
#include "process/process_value.h"

#include "funcapi.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/tuplestore.h"

#define WIRE_VERSION 1

PG_FUNCTION_INFO_V1(opp_sales_process_in);
PG_FUNCTION_INFO_V1(opp_sales_process_out);
PG_FUNCTION_INFO_V1(opp_sales_process_recv);
PG_FUNCTION_INFO_V1(opp_sales_process_send);
PG_FUNCTION_INFO_V1(opp_sales_process_from_jsonb);
PG_FUNCTION_INFO_V1(opp_sales_process_to_jsonb);
PG_FUNCTION_INFO_V1(opp_sales_process_eq);
PG_FUNCTION_INFO_V1(opp_sales_process_ne);
PG_FUNCTION_INFO_V1(opp_stages);

Datum
opp_sales_process_in(PG_FUNCTION_ARGS)
{
	SalesProcess *process = process_from_json(PG_GETARG_CSTRING(0), fcinfo->context);

	if (process == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(process);
}

Datum
opp_sales_process_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(process_to_json(PG_GETARG_SALES_PROCESS(0)));
}

/* On the wire: a version byte, then the text form, as jsonb does it. */
Datum
opp_sales_process_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(buffer);
	int			length;

	if (version != WIRE_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported version %d of a binary sales process", version)));
	PG_RETURN_POINTER(process_from_json(pq_getmsgtext(buffer, buffer->len - buffer->cursor, &length), NULL));
}

Datum
opp_sales_process_send(PG_FUNCTION_ARGS)
{
	char	   *json = process_to_json(PG_GETARG_SALES_PROCESS(0));
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendint8(&buffer, WIRE_VERSION);
	pq_sendtext(&buffer, json, strlen(json));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

Datum
opp_sales_process_from_jsonb(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(process_from_jsonb(PG_GETARG_DATUM(0), NULL));
}

Datum
opp_sales_process_to_jsonb(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(process_to_json(PG_GETARG_SALES_PROCESS(0))));
}

Datum
opp_sales_process_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(same_process(PG_GETARG_SALES_PROCESS(0), PG_GETARG_SALES_PROCESS(1)));
}

Datum
opp_sales_process_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!same_process(PG_GETARG_SALES_PROCESS(0), PG_GETARG_SALES_PROCESS(1)));
}

Datum
opp_stages(PG_FUNCTION_ARGS)
{
	SalesProcess *process = PG_GETARG_SALES_PROCESS(0);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (uint32 i = 0; i < process->n_stages; i++)
	{
		const ProcessStage *stage = &process->stages[i];
		Datum		values[7];
		bool		nulls[7] = {false};

		values[0] = Int32GetDatum(i + 1);
		values[1] = CStringGetTextDatum(process_string(process, stage->name));
		values[2] = CStringGetTextDatum(process_string(process, stage->label != 0 ? stage->label : stage->name));
		if (!(nulls[3] = stage->probability == PROBABILITY_NONE))
			values[3] = probability_numeric(stage->probability);
		if (!(nulls[4] = stage->forecast_category == 0))
			values[4] = CStringGetTextDatum(process_string(process, stage->forecast_category));
		values[5] = CStringGetTextDatum(outcome_names[stage->outcome]);
		values[6] = Int32GetDatum(stage->rotting_days);
		nulls[6] = stage->rotting_days == 0;
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
