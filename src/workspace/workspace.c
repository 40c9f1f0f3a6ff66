/*
 * workspace.c
 *		create_workspace: runs the script of the ready-made model in a schema of
 *		the caller's.
 *
 * The script is the SQL files beside this one, embedded by the Makefile.  It runs
 * as the caller with that schema first in search_path, so that its unqualified
 * names mean the caller's new tables; what it creates is bound to them at once.
 * Amounts are numeric(18,2) in it, which stands for the decimals asked for, as
 * AMOUNT_DECIMALS does; BASE_DECIMALS stands for those of the base currency.
 */
#include "opportunity.h"

#include "catalog/pg_collation_d.h"
#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/formatting.h"
#include "utils/guc.h"

#include "workspace/script.h"

PG_FUNCTION_INFO_V1(opp_create_workspace);

/* Of amounts: no currency has more than four. */
#define USUAL_DECIMALS	2
#define MAX_DECIMALS	4

/* Runs the command or commands; argument, unless NULL, is text for $1. */
static void
execute(const char *commands, const char *argument)
{
	Oid			types[] = {TEXTOID};
	Datum		values[] = {argument ? CStringGetTextDatum(argument) : (Datum) 0};
	int			result = SPI_execute_with_args(commands, argument ? 1 : 0, types, values, NULL, false, 0);

	if (result < 0)
		elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(result));
}

/* The only column of the only row; false when that is null or there is none. */
static bool
ask(const char *query, const char *argument, Datum *answer)
{
	bool		isnull = true;

	execute(query, argument);
	if (SPI_processed == 1)
		*answer = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return !isnull;
}

static bool
is_true(const char *query, const char *argument)
{
	Datum		answer;

	return ask(query, argument, &answer) && DatumGetBool(answer);
}

/* Creates the schema, or makes sure that the one there is empty and the caller's. */
static void
prepare_schema(const char *name)
{
	const char *quoted = quote_identifier(name);

	if (!is_true("SELECT true FROM pg_catalog.pg_namespace"
				  " WHERE nspname OPERATOR(pg_catalog.=) $1", name))
	{
		execute(psprintf("CREATE SCHEMA %s", quoted), NULL);
		execute(psprintf("COMMENT ON SCHEMA %s IS 'Sales opportunities: made by opportunity.create_workspace.'",
						 quoted), NULL);
		return;
	}

	if (!is_true("SELECT pg_catalog.pg_has_role(n.nspowner, 'USAGE')"
				  " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d"
				  " WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass"
				  " AND d.refobjid OPERATOR(pg_catalog.=) n.oid)"
				  " FROM pg_catalog.pg_namespace n"
				  " WHERE n.nspname OPERATOR(pg_catalog.=) $1", name))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_SCHEMA),
				 errmsg("schema \"%s\" already exists", name),
				 errdetail("A workspace is made in a new schema, or in an empty one that the caller owns."),
				 errhint("Choose another name: SELECT opportunity.create_workspace('other_name');"),
				 err_generic_string(PG_DIAG_SCHEMA_NAME, name)));
}

static Datum
replace_all(Datum script, const char *from, const char *to)
{
	return DirectFunctionCall3Coll(replace_text, C_COLLATION_OID, script,
								   CStringGetTextDatum(from), CStringGetTextDatum(to));
}

/*
 * The script with so many decimals in amounts, and as many digits before the point.
 * In expressions that PostgreSQL reads anew in every statement they are constants.
 */
static const char *
script_with_decimals(int decimals, int base_decimals)
{
	Datum		script = CStringGetTextDatum(workspace_script);

	script = replace_all(script, "numeric(18,2)", psprintf("numeric(%d,%d)", 16 + decimals, decimals));
	script = replace_all(script, "AMOUNT_DECIMALS", psprintf("%d", decimals));
	script = replace_all(script, "BASE_DECIMALS", psprintf("%d", base_decimals));
	return TextDatumGetCString(script);
}

Datum
opp_create_workspace(PG_FUNCTION_ARGS)
{
	const char *schema;
	const char *currency;
	Datum		minor_unit;
	int			least;
	int			decimals;
	int			nest_level;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("create_workspace needs a schema name and a base currency, not NULL")));
	schema = NameStr(*PG_GETARG_NAME(0));
	currency = text_to_cstring(PG_GETARG_TEXT_PP(1));

	SPI_connect();
	if (!ask("SELECT opportunity.minor_unit($1)", currency, &minor_unit))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" cannot be the base currency of a workspace", currency),
				 errdetail("ISO 4217 gives it no minor unit to count in.")));
	least = Max(DatumGetInt32(minor_unit), USUAL_DECIMALS);
	decimals = PG_ARGISNULL(2) ? least : PG_GETARG_INT32(2);
	if (decimals < least || decimals > MAX_DECIMALS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("amounts of a workspace in %s cannot have %d decimals", currency, decimals),
				 errdetail("They have %d to %d.", least, MAX_DECIMALS)));
	prepare_schema(schema);

	/* Given back at the end of this function, or of the transaction if it fails. */
	nest_level = NewGUCNestLevel();
	(void) set_config_option("search_path",
							 psprintf("%s, pg_catalog, pg_temp", quote_identifier(schema)),
							 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	/* What workspaces differ in: constants that no statement can lose. */
	execute(psprintf("CREATE FUNCTION base_currency() RETURNS text"
					 " LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN %s::text",
					 quote_literal_cstr(asc_toupper(currency, strlen(currency)))), NULL);
	execute("COMMENT ON FUNCTION base_currency() IS"
			" 'Currency (ISO 4217 code) of opportunities and price lists that name none.'", NULL);
	execute(psprintf("CREATE FUNCTION amount_decimals() RETURNS integer"
					 " LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN %d", decimals), NULL);
	execute("COMMENT ON FUNCTION amount_decimals() IS"
			" 'Decimals of the columns of amounts: currencies that have more are refused.'", NULL);
	execute(script_with_decimals(decimals, DatumGetInt32(minor_unit)), NULL);
	execute(workspace_defaults, NULL);
	AtEOXact_GUC(true, nest_level);

	SPI_finish();
	PG_RETURN_VOID();
}
