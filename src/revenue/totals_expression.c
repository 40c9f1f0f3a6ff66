/*
 * totals_expression.c
 *		The expressions of an attachment: amounts and lines_where over the
 *		child's columns, checked, and written out so that no search path can
 *		change what they mean.
 */
#include "revenue/totals.h"

#include "access/htup_details.h"
#include "catalog/pg_language_d.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "access/sysattr.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

/* Stored expressions are read and run under this path; the caller ends the level. */
int
totals_pin_search_path(void)
{
	int			level = NewGUCNestLevel();

	(void) set_config_option("search_path", "pg_catalog, pg_temp",
							 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	return level;
}

/*
 * The bare expressions in a text.  The text is parsed as it stands, never pasted
 * into a statement, and whatever is more than a list of expressions is refused.
 */
static List *
bare_expressions(const char *text, const char *argument)
{
	List	   *trees = raw_parser(text, RAW_PARSE_PLPGSQL_EXPR);
	SelectStmt *select;
	List	   *expressions = NIL;
	ListCell   *cell;

	select = castNode(SelectStmt, linitial_node(RawStmt, trees)->stmt);
	if (list_length(trees) != 1 ||
		select->distinctClause != NIL || select->intoClause != NULL || select->fromClause != NIL ||
		select->whereClause != NULL || select->groupClause != NIL || select->havingClause != NULL ||
		select->windowClause != NIL || select->valuesLists != NIL || select->sortClause != NIL ||
		select->limitOffset != NULL || select->limitCount != NULL || select->lockingClause != NIL ||
		select->withClause != NULL || select->op != SETOP_NONE || select->targetList == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("%s must be expressions over the lines' columns: %s", argument, text)));

	foreach(cell, select->targetList)
	{
		ResTarget  *target = lfirst_node(ResTarget, cell);

		/* transformExpr leaves a bare star to its callers. */
		if (target->name != NULL || target->indirection != NIL ||
			(IsA(target->val, ColumnRef) && IsA(llast(castNode(ColumnRef, target->val)->fields), A_Star)))
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("%s must be expressions without names or stars: %s", argument, text)));
		expressions = lappend(expressions, target->val);
	}
	return expressions;
}

static bool
is_foreign_function(Oid function, void *owner)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid			function_owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	function_owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
	ReleaseSysCache(tuple);
	if (!superuser_arg(function_owner) && !has_privs_of_role(function_owner, *(Oid *) owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("function %s cannot be used in totals", get_func_name(function)),
				 errdetail("The lines are added up as their table's owner, \"%s\", who does not own the function.",
						   GetUserNameFromId(*(Oid *) owner, false)),
				 errhint("Change the owner of the function to the owner of the table.")));
	return false;
}

static bool
check_functions_walker(Node *node, void *owner)
{
	if (node == NULL)
		return false;
	if (IsA(node, CoerceToDomain))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("totals cannot cast to a domain"),
				 errhint("Cast to the domain's base type.")));
	(void) check_functions_in_node(node, is_foreign_function, owner);
	return expression_tree_walker(node, check_functions_walker, owner);
}

/*
 * The sum over the lines runs as the owner of their table, while the TRIGGER
 * privilege is enough to write a trigger: a function of somebody else's would
 * run with rights that its author does not have.
 */
static void
check_functions(Node *expression, Oid owner)
{
	(void) check_functions_walker(expression, &owner);
}

/*
 * Checks one expression as a CHECK constraint's would be, and more.  With an
 * owner, under whom it is to run, no function of others is called even to fold a
 * constant.
 */
static Node *
analyze(ParseState *pstate, Node *raw, const char *argument, Oid owner, Bitmapset **columns)
{
	Node	   *expression = transformExpr(pstate, raw, EXPR_KIND_CHECK_CONSTRAINT);
	Bitmapset  *own = NULL;
	int			column = -1;

	if (strcmp(argument, "lines_where") == 0)
		expression = coerce_to_boolean(pstate, expression, argument);
	assign_expr_collations(pstate, expression);
	if (OidIsValid(owner))
		check_functions(expression, owner);

	pull_varattnos(expression, 1, &own);
	while ((column = bms_next_member(own, column)) >= 0)
	{
		if (column + FirstLowInvalidHeapAttributeNumber <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
					 errmsg("%s cannot use a system column or the whole row", argument)));
	}
	*columns = bms_add_members(*columns, own);

	if (contain_mutable_functions((Node *) expression_planner((Expr *) copyObject(expression))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
				 errmsg("functions in %s must be marked IMMUTABLE", argument),
				 errdetail("A total is computed when lines change, so it may depend on nothing but the lines.")));
	return expression;
}

static ParseState *
parse_state(const char *text, Relation child)
{
	ParseState *pstate = make_parsestate(NULL);

	pstate->p_sourcetext = text;
	addNSItemToQuery(pstate, addRangeTableEntryForRelation(pstate, child, AccessShareLock, NULL, false, true),
					 true, true, true);
	return pstate;
}

/*
 * The amounts in a comma list, each of a number type; the attribute numbers they
 * read are added to *columns, offset as pull_varattnos does.
 */
List *
totals_amounts(const char *text, Relation child, Oid owner, Bitmapset **columns)
{
	ParseState *pstate = parse_state(text, child);
	List	   *amounts = NIL;
	ListCell   *cell;

	foreach(cell, bare_expressions(text, "amounts"))
	{
		Node	   *amount = analyze(pstate, lfirst(cell), "amounts", owner, columns);

		switch (getBaseType(exprType(amount)))
		{
			case INT2OID:
			case INT4OID:
			case INT8OID:
			case NUMERICOID:
			case FLOAT4OID:
			case FLOAT8OID:
				break;
			default:
				ereport(ERROR,
						(errcode(ERRCODE_DATATYPE_MISMATCH),
						 errmsg("an amount must be a number, not of type %s", format_type_be(exprType(amount))),
						 errhint("Cast the expression to numeric.")));
		}
		amounts = lappend(amounts, amount);
	}
	free_parsestate(pstate);
	return amounts;
}

/* The filter, or NULL for none. */
Node *
totals_lines_where(const char *text, Relation child, Oid owner, Bitmapset **columns)
{
	ParseState *pstate;
	List	   *expressions;
	Node	   *filter;

	if (text[0] == '\0')
		return NULL;
	expressions = bare_expressions(text, "lines_where");
	if (list_length(expressions) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("lines_where must be one expression: %s", text)));
	pstate = parse_state(text, child);
	filter = analyze(pstate, linitial(expressions), "lines_where", owner, columns);
	free_parsestate(pstate);
	return filter;
}

/*
 * The expressions as a comma list that means the same whatever the search path of
 * its reader, provided he reads it under the pinned one.
 */
char *
totals_deparse(List *expressions, Relation child)
{
	List	   *context = deparse_context_for(RelationGetRelationName(child), RelationGetRelid(child));
	int			level = totals_pin_search_path();
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	foreach(cell, expressions)
	{
		if (text.len > 0)
			appendStringInfoString(&text, ", ");
		appendStringInfoString(&text, deparse_expression(lfirst(cell), context, false, false));
	}
	AtEOXact_GUC(false, level);
	return text.data;
}
