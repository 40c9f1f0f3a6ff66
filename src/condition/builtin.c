/*
 * builtin.c
 *		Which functions a condition calls: PostgreSQL's own, or somebody's.
 *
 * Built-in is what initdb made.  Not all of that is harmless in the hands of one
 * who has others run it: some functions read files, end sessions or run SQL given
 * as text, and a view that such SQL names may call anything.  Those that do are
 * volatile or stable.  So of the built-in functions the immutable ones can be
 * used, and of the stable ones those that take or give a date or a time, which
 * are stable because of the time zone or the clock.
 */
#include "condition/builtin.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "nodes/value.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#define BUILTIN_HINT \
	errhint("In a table of processes or of rules, and in a process that is not the one attached to the row's table, conditions may call built-in functions and operators that are immutable, or stable and about dates and times.")

static void
refuse_name(List *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("\"%s\" in a condition is not built-in", NameListToString(name)),
			 BUILTIN_HINT));
}

/* A name without a schema is looked up in pg_catalog: the search path is pinned. */
static void
check_name(List *name)
{
	if (list_length(name) > 2 ||
		(list_length(name) == 2 && strcmp(strVal(linitial(name)), "pg_catalog") != 0))
		refuse_name(name);
}

/* One's own temporary types come after pg_catalog in the search path. */
static void
check_type(TypeName *type)
{
	check_name(type->names);
	if (type->pct_type ||
		(type->names != NIL &&
		 !SearchSysCacheExists2(TYPENAMENSP, CStringGetDatum(strVal(llast(type->names))),
								ObjectIdGetDatum(PG_CATALOG_NAMESPACE))))
		refuse_name(type->names);
}

static bool
check_names_walker(Node *node, void *unused)
{
	if (node == NULL)
		return false;
	if (IsA(node, TypeName))
		check_type((TypeName *) node);
	else if (IsA(node, FuncCall))
		check_name(((FuncCall *) node)->funcname);
	else if (IsA(node, A_Expr))
		check_name(((A_Expr *) node)->name);
	return raw_expression_tree_walker(node, check_names_walker, unused);
}

void
check_builtin_names(Node *raw)
{
	(void) check_names_walker(raw, NULL);
}

static bool
is_moment(Oid type)
{
	return TypeCategory(type) == TYPCATEGORY_DATETIME || TypeCategory(type) == TYPCATEGORY_TIMESPAN;
}

static bool
is_about_time(Form_pg_proc function)
{
	bool		found = is_moment(function->prorettype);

	for (int i = 0; i < function->pronargs && !found; i++)
		found = is_moment(function->proargtypes.values[i]);
	return found;
}

static bool
is_refused(Oid oid, void *unused)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(oid));
	Form_pg_proc function;
	bool		harmless;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", oid);
	function = (Form_pg_proc) GETSTRUCT(tuple);
	harmless = oid < FirstNormalObjectId &&
		(function->provolatile == PROVOLATILE_IMMUTABLE ||
		 (function->provolatile == PROVOLATILE_STABLE && is_about_time(function)));
	if (!harmless)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("function %s cannot be used in a condition that others may have written", NameStr(function->proname)),
				 BUILTIN_HINT));
	ReleaseSysCache(tuple);
	return false;
}

static bool
check_functions_walker(Node *node, void *unused)
{
	if (node == NULL)
		return false;
	if (IsA(node, CoerceToDomain))
		refuse_name(list_make1(makeString(format_type_be(exprType(node)))));
	(void) check_functions_in_node(node, is_refused, unused);
	return expression_tree_walker(node, check_functions_walker, unused);
}

void
check_builtin_functions(Node *expression)
{
	(void) check_functions_walker(expression, NULL);
}

static bool
is_users_function(Oid oid, void *unused)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(oid));
	Form_pg_proc function;
	bool		is_users;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", oid);
	function = (Form_pg_proc) GETSTRUCT(tuple);
	is_users = oid >= FirstNormalObjectId || function->prolang != INTERNALlanguageId ||
		function->provolatile != PROVOLATILE_IMMUTABLE;
	ReleaseSysCache(tuple);
	return is_users;
}

/* An enum has no code of its own; a column's domain was checked when it was written. */
static bool
is_users_type(Oid type)
{
	type = getBaseType(type);
	return type >= FirstNormalObjectId && !type_is_enum(type);
}

static bool
users_code_walker(Node *node, void *unused)
{
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_List:
		case T_CaseWhen:
			break;
		case T_Var:
		case T_Const:
		case T_FuncExpr:
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
		case T_ScalarArrayOpExpr:
		case T_BoolExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_RelabelType:
		case T_CoerceViaIO:
		case T_CaseExpr:
		case T_CaseTestExpr:
		case T_CoalesceExpr:
		case T_MinMaxExpr:
		case T_ArrayExpr:
		case T_SQLValueFunction:
			if (is_users_type(exprType(node)) ||
				check_functions_in_node(node, is_users_function, unused))
				return true;
			break;
		default:
			return true;
	}
	return expression_tree_walker(node, users_code_walker, unused);
}

bool
runs_no_users_code(Node *expression)
{
	return !users_code_walker(expression, NULL);
}
