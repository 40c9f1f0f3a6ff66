/*
 * expression.c
 *		The expressions of an attachment: amounts and lines_where over the
 *		child's columns, checked, and written out so that no search path can
 *		change what they mean.
 */
#include "expression.h"
#include "totals/totals.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parse_relation.h"
#include "parser/parse_type.h"
#include "access/sysattr.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/*
 * Who may make whom run what.  The sum over the lines runs as the owner of their
 * table, while the TRIGGER privilege is enough to write a trigger's arguments.
 * What they mention must therefore belong to a superuser or to a role that has
 * the owner's rights anyway; the built-in code behind that can be trusted to call
 * nothing else.
 */
static void
check_author(Oid author, Oid owner, const char *kind, const char *name)
{
	if (superuser_arg(author) || has_privs_of_role(author, owner))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("%s %s cannot be used in totals", kind, name),
			 errdetail("The lines are added up as their table's owner, \"%s\", who does not own the %s.",
					   GetUserNameFromId(owner, false), kind),
			 errhint("Change the owner of the %s to the owner of the table.", kind)));
}

static void
check_type(Oid type, Oid owner)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	Form_pg_type form;
	Oid			author;
	bool		is_temporary;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for type %u", type);
	form = (Form_pg_type) GETSTRUCT(tuple);
	author = form->typowner;
	is_temporary = isAnyTempNamespace(form->typnamespace);
	ReleaseSysCache(tuple);
	if (is_temporary)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("temporary type %s cannot be used in totals", format_type_be(type))));
	check_author(author, owner, "type", format_type_be(type));
}

static void
check_type_name(TypeName *name, Oid owner)
{
	TypeName   *bare = copyObject(name);
	Type		type;

	/* Even a type modifier is read by code of the type's. */
	bare->typmods = NIL;
	bare->typemod = -1;
	type = LookupTypeName(NULL, bare, NULL, true);
	if (type != NULL)
	{
		Oid			oid = typeTypeId(type);

		ReleaseSysCache(type);
		check_type(oid, owner);
	}
}

/* Every function or operator that a name could stand for, whatever its arguments. */
static void
check_name(List *names, bool is_operator, Oid owner)
{
	char	   *schema;
	char	   *name;
	Oid			namespace = InvalidOid;
	List	   *path;
	CatCList   *candidates;

	DeconstructQualifiedName(names, &schema, &name);
	if (schema != NULL)
	{
		namespace = LookupNamespaceNoError(schema);
		if (OidIsValid(namespace) && isAnyTempNamespace(namespace))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("temporary function or operator %s cannot be used in totals", NameListToString(names))));
	}
	path = fetch_search_path(true);
	candidates = SearchSysCacheList1(is_operator ? OPERNAMENSP : PROCNAMEARGSNSP, CStringGetDatum(name));
	for (int i = 0; i < candidates->n_members; i++)
	{
		HeapTuple	tuple = &candidates->members[i]->tuple;
		Oid			found;
		Oid			author;

		if (is_operator)
		{
			found = ((Form_pg_operator) GETSTRUCT(tuple))->oprnamespace;
			author = ((Form_pg_operator) GETSTRUCT(tuple))->oprowner;
		}
		else
		{
			found = ((Form_pg_proc) GETSTRUCT(tuple))->pronamespace;
			author = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
		}
		if (schema != NULL ? found == namespace : list_member_oid(path, found))
			check_author(author, owner, is_operator ? "operator" : "function", name);
	}
	ReleaseSysCacheList(candidates);
}

/*
 * Before analysis, which reads literals with the code of their types, a domain's
 * CHECK for one.
 */
static bool
check_names_walker(Node *node, void *owner)
{
	if (node == NULL)
		return false;
	if (IsA(node, TypeName))
		check_type_name((TypeName *) node, *(Oid *) owner);
	else if (IsA(node, FuncCall))
	{
		List	   *names = ((FuncCall *) node)->funcname;

		/* type('literal') is a cast */
		check_name(names, false, *(Oid *) owner);
		check_type_name(makeTypeNameFromNameList(names), *(Oid *) owner);
	}
	else if (IsA(node, A_Expr))
		check_name(((A_Expr *) node)->name, true, *(Oid *) owner);
	return raw_expression_tree_walker(node, check_names_walker, owner);
}

static bool
is_foreign_function(Oid function, void *owner)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid			author;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	author = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
	ReleaseSysCache(tuple);
	check_author(author, *(Oid *) owner, "function", get_func_name(function));
	return false;
}

/* An operator's negator and commutator may take its place. */
static void
check_operator(Oid operator, Oid owner)
{
	HeapTuple	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(operator));
	Oid			author;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator %u", operator);
	author = ((Form_pg_operator) GETSTRUCT(tuple))->oprowner;
	ReleaseSysCache(tuple);
	check_author(author, owner, "operator", get_opname(operator));
}

/*
 * After analysis: what was chosen among the names, and what came by itself.  The
 * line's own columns have the types that their table's owner gave them.
 */
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
	if (IsA(node, OpExpr) || IsA(node, DistinctExpr) || IsA(node, NullIfExpr))
		check_operator(((OpExpr *) node)->opno, *(Oid *) owner);
	else if (IsA(node, ScalarArrayOpExpr))
		check_operator(((ScalarArrayOpExpr *) node)->opno, *(Oid *) owner);
	(void) check_functions_in_node(node, is_foreign_function, owner);
	return expression_tree_walker(node, check_functions_walker, owner);
}

/*
 * Checks one expression as a CHECK constraint's would be, and more: nothing of
 * others is called in it, be it to read a literal or to fold a constant.
 */
static Node *
analyze(ParseState *pstate, Node *raw, const char *argument, Oid owner, Bitmapset **columns)
{
	Node	   *expression;
	Bitmapset  *own = NULL;
	int			column = -1;

	(void) check_names_walker(raw, &owner);
	expression = transformExpr(pstate, raw, EXPR_KIND_CHECK_CONSTRAINT);
	if (strcmp(argument, "lines_where") == 0)
		expression = coerce_to_boolean(pstate, expression, argument);
	assign_expr_collations(pstate, expression);
	(void) check_functions_walker(expression, &owner);

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

/*
 * Acts as a table's owner, row security off.  Where only reading is to be done,
 * in a restricted operation: what runs meanwhile leaves nothing in the session.
 * An update of the parent fires its triggers, which may do what they like.
 */
void
totals_become(Oid owner, TotalsUser *before, bool is_reading)
{
	GetUserIdAndSecContext(&before->user, &before->security);
	SetUserIdAndSecContext(owner, before->security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS |
						   (is_reading ? SECURITY_RESTRICTED_OPERATION : 0));
}

void
totals_return(TotalsUser *before)
{
	SetUserIdAndSecContext(before->user, before->security);
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
totals_amounts(const char *text, Relation child, Bitmapset **columns)
{
	ParseState *pstate = parse_state(text, child);
	Oid			owner = child->rd_rel->relowner;
	List	   *amounts = NIL;
	ListCell   *cell;
	TotalsUser	caller;

	totals_become(owner, &caller, true);
	foreach(cell, bare_expressions(text, "amounts", "the lines'"))
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
	totals_return(&caller);
	free_parsestate(pstate);
	return amounts;
}

/* The filter, or NULL for none. */
Node *
totals_lines_where(const char *text, Relation child, Bitmapset **columns)
{
	ParseState *pstate;
	TotalsUser	caller;
	List	   *expressions;
	Node	   *filter;

	if (text[0] == '\0')
		return NULL;
	expressions = bare_expressions(text, "lines_where", "the lines'");
	if (list_length(expressions) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("lines_where must be one expression: %s", text)));
	pstate = parse_state(text, child);
	totals_become(child->rd_rel->relowner, &caller, true);
	filter = analyze(pstate, linitial(expressions), "lines_where", child->rd_rel->relowner, columns);
	totals_return(&caller);
	free_parsestate(pstate);
	return filter;
}

/*
 * The expressions as a comma list that means the same whatever the search path of
 * its reader, provided he reads it under the pinned one.
 */
char *
totals_deparse(List *expressions, Relation child, bool is_explicit)
{
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	foreach(cell, expressions)
		appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", write_expression(lfirst(cell), child, is_explicit));
	return text.data;
}
