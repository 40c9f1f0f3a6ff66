/*
 * expression.c
 *		SQL expressions that an attachment keeps as text.
 */
#include "expression.h"
#include "settings.h"

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parse_expr.h"
#include "parser/parser.h"
#include "utils/array.h"
#include "utils/float.h"
#include "utils/guc.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"

int
pin_expression_settings(void)
{
	const PinnedSetting settings[] = {
		{"search_path", "pg_catalog, pg_temp", false},
		{"datestyle", "ISO", DateStyle == USE_ISO_DATES},
		{"intervalstyle", "postgres", IntervalStyle == INTSTYLE_POSTGRES},
		{"extra_float_digits", "1", extra_float_digits == 1},
		{"standard_conforming_strings", "on", standard_conforming_strings},
		{"transform_null_equals", "off", !Transform_null_equals},
		{"array_nulls", "on", Array_nulls}
	};

	return pin_settings(settings, lengthof(settings));
}

List *
bare_expressions(const char *text, const char *what, const char *whose)
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
				 errmsg("%s must be expressions over %s columns: %s", what, whose, text)));

	foreach(cell, select->targetList)
	{
		ResTarget  *target = lfirst_node(ResTarget, cell);

		/* transformExpr leaves a bare star to its callers. */
		if (target->name != NULL || target->indirection != NIL ||
			(IsA(target->val, ColumnRef) && IsA(llast(castNode(ColumnRef, target->val)->fields), A_Star)))
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("%s must be expressions without names or stars: %s", what, text)));
		expressions = lappend(expressions, target->val);
	}
	return expressions;
}

/* A cast that stands in the text cannot be forgone for a function that came later. */
static Node *
cast_explicitly(Node *node, void *unused)
{
	if (node == NULL)
		return NULL;
	node = expression_tree_mutator(node, cast_explicitly, unused);
	if (IsA(node, FuncExpr) && ((FuncExpr *) node)->funcformat == COERCE_IMPLICIT_CAST)
		((FuncExpr *) node)->funcformat = COERCE_EXPLICIT_CAST;
	else if (IsA(node, RelabelType) && ((RelabelType *) node)->relabelformat == COERCE_IMPLICIT_CAST)
		((RelabelType *) node)->relabelformat = COERCE_EXPLICIT_CAST;
	else if (IsA(node, CoerceViaIO) && ((CoerceViaIO *) node)->coerceformat == COERCE_IMPLICIT_CAST)
		((CoerceViaIO *) node)->coerceformat = COERCE_EXPLICIT_CAST;
	else if (IsA(node, ArrayCoerceExpr) && ((ArrayCoerceExpr *) node)->coerceformat == COERCE_IMPLICIT_CAST)
		((ArrayCoerceExpr *) node)->coerceformat = COERCE_EXPLICIT_CAST;
	return node;
}

char *
write_expression(Node *expression, Relation rel, bool explicit_casts)
{
	List	   *context = deparse_context_for(RelationGetRelationName(rel), RelationGetRelid(rel));
	int			level = pin_expression_settings();
	char	   *text = deparse_expression(explicit_casts ? cast_explicitly(expression, NULL) : expression,
										  context, false, false);

	AtEOXact_GUC(false, level);
	return text;
}

static bool
may_be_null(Node *node, void *unused)
{
	if (node == NULL)
		return false;
	if (IsA(node, Var))
		mark_nullable((Var *) node);
	return expression_tree_walker(node, may_be_null, NULL);
}

CachedExpression *
plan_expression(Node *expression)
{
	(void) may_be_null(expression, NULL);
	return GetCachedExpression(expression);
}
