/*
 * workspace.c
 *		create_workspace: runs the script of the ready-made model in a schema of
 *		the caller's.
 *
 * The script is the SQL files beside this one, embedded by the Makefile.  It runs
 * as the caller with that schema first in search_path, so that its unqualified
 * names mean the caller's new tables; what it creates is bound to them at once.
 */
#include "opportunity.h"

#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/guc.h"

#include "workspace/script.h"

PG_FUNCTION_INFO_V1(opp_create_workspace);

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

/* Whether the query gives one row whose only column is true. */
static bool
is_true(const char *query, const char *argument)
{
	bool		isnull = true;
	Datum		answer = (Datum) 0;

	execute(query, argument);
	if (SPI_processed == 1)
		answer = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return !isnull && DatumGetBool(answer);
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

Datum
opp_create_workspace(PG_FUNCTION_ARGS)
{
	const char *schema;
	const char *currency;
	int			nest_level;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("create_workspace needs a schema name and a base currency, not NULL")));
	schema = NameStr(*PG_GETARG_NAME(0));
	currency = text_to_cstring(PG_GETARG_TEXT_PP(1));

	SPI_connect();
	if (!is_true("SELECT opportunity.minor_unit($1) OPERATOR(pg_catalog.<=) 2", currency))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" cannot be the base currency of a workspace", currency),
				 errdetail("Amounts of a workspace have two decimals or none.")));
	prepare_schema(schema);

	/* Given back at the end of this function, or of the transaction if it fails. */
	nest_level = NewGUCNestLevel();
	(void) set_config_option("search_path",
							 psprintf("%s, pg_catalog, pg_temp", quote_identifier(schema)),
							 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	/* The one thing in which workspaces differ: a constant that no statement can lose. */
	execute(psprintf("CREATE FUNCTION base_currency() RETURNS text"
					 " LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN %s::text",
					 quote_literal_cstr(asc_toupper(currency, strlen(currency)))), NULL);
	execute("COMMENT ON FUNCTION base_currency() IS"
			" 'Currency (ISO 4217 code) of opportunities and price lists that name none.'", NULL);
	execute(workspace_script, NULL);
	execute(workspace_defaults, NULL);
	AtEOXact_GUC(true, nest_level);

	SPI_finish();
	PG_RETURN_VOID();
}
