/*
 * value.c
 *		A value as the text that a history keeps: what its type's output function
 *		gives, whatever the session has set.
 */
#include "history/history.h"
#include "settings.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/bytea.h"
#include "utils/datetime.h"
#include "utils/float.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/pg_locale.h"
#include "utils/timestamp.h"
#include "utils/xml.h"

PG_FUNCTION_INFO_V1(opp_history_value);

void
history_value_type(HistoryValueType *value_type, Oid type, MemoryContext context)
{
	Oid			output;
	bool		is_varlena;

	value_type->type = type;
	type = getBaseType(type);
	value_type->is_text = type == TEXTOID || type == VARCHAROID;
	value_type->is_instant = type == TIMESTAMPTZOID;
	switch (type)
	{
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case NAMEOID:
		case BOOLOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case UUIDOID:
		case JSONOID:
		case JSONBOID:
		case TIMESTAMPTZOID:
			value_type->needs_settings = false;
			break;
		default:
			value_type->needs_settings = get_typtype(type) != TYPTYPE_ENUM;
	}
	getTypeOutputInfo(type, &output, &is_varlena);
	fmgr_info_cxt(output, &value_type->output, context);
}

/* As timestamptz_out writes it with DateStyle ISO and TimeZone UTC. */
static Datum
instant_text(TimestampTz instant)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			tz;
	char		text[MAXDATELEN + 1];

	if (TIMESTAMP_NOT_FINITE(instant))
		EncodeSpecialTimestamp(instant, text);
	else
	{
		if (timestamp2tm(instant, NULL, &tm, &fsec, NULL, NULL) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("timestamp out of range")));
		tm.tm_isdst = 0;
		tz = 0;
		EncodeDateTime(&tm, fsec, true, tz, NULL, USE_ISO_DATES, text);
	}
	return CStringGetTextDatum(text);
}

Datum
history_value(HistoryValueType *value_type, Datum value)
{
	if (value_type->is_text)
		return PointerGetDatum(PG_DETOAST_DATUM_PACKED(value));
	if (value_type->is_instant)
		return instant_text(DatumGetTimestampTz(value));
	return CStringGetTextDatum(OutputFunctionCall(&value_type->output, value));
}

#define SEARCH_PATH "pg_catalog, pg_temp"

int
history_pin_settings(void)
{
	const PinnedSetting settings[] = {
		{"search_path", SEARCH_PATH, strcmp(namespace_search_path, SEARCH_PATH) == 0},
		{"datestyle", "ISO", DateStyle == USE_ISO_DATES},
		{"intervalstyle", "postgres", IntervalStyle == INTSTYLE_POSTGRES},
		{"extra_float_digits", "1", extra_float_digits == 1},
		{"bytea_output", "hex", bytea_output == BYTEA_OUTPUT_HEX},
		{"lc_monetary", "C", strcmp(locale_monetary, "C") == 0},
		{"quote_all_identifiers", "off", !quote_all_identifiers},
		/* these on the way back */
		{"array_nulls", "on", Array_nulls},
		{"xmloption", "content", xmloption == XMLOPTION_CONTENT},
		{"timezone", "UTC", strcmp(pg_get_timezone_name(session_timezone), "UTC") == 0}
	};

	return pin_settings(settings, lengthof(settings));
}

Datum
opp_history_value(PG_FUNCTION_ARGS)
{
	HistoryValueType *value_type = fcinfo->flinfo->fn_extra;
	Datum		result;
	int			level = 0;

	if (value_type == NULL)
	{
		Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 0);

		if (!OidIsValid(type))
			ereport(ERROR,
					(errcode(ERRCODE_INDETERMINATE_DATATYPE),
					 errmsg("could not determine the type of the value")));
		value_type = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(HistoryValueType));
		history_value_type(value_type, type, fcinfo->flinfo->fn_mcxt);
		fcinfo->flinfo->fn_extra = value_type;
	}
	if (value_type->needs_settings)
		level = history_pin_settings();
	result = history_value(value_type, PG_GETARG_DATUM(0));
	if (value_type->needs_settings)
		AtEOXact_GUC(true, level);
	PG_RETURN_DATUM(result);
}
