/*
 * lines.c
 *		The lines read without SQL: what a line adds to the totals, and the lines of
 *		a parent by an index.
 *
 * That is done only where nothing is lost by it: the expressions call built-in
 * functions and this extension's own, which depend on neither the search path nor
 * the user, and every amount is an integer or a numeric.  Amounts are added in
 * 128-bit integers; one that these cannot hold exactly leaves the work to SQL.
 */
#include "expression.h"
#include "totals/totals.h"

#include "access/genam.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "numeric/fixed.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/syscache.h"

/* Decimals of an amount that is not known to have fewer. */
#define UNKNOWN_SCALE 1000

/* Decimals that sums of such amounts are kept with; finer ones are left to SQL. */
#define USUAL_SCALE 12

/* Totals with more are left to SQL, so that sums have at least eight digits before the point. */
#define MAX_SCALE 30

static bool
is_foreign_to_us(Oid function, void *unused)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc form;
	bool		is_ours;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	form = (Form_pg_proc) GETSTRUCT(tuple);
	is_ours = form->prolang == INTERNALlanguageId ? function < FirstNormalObjectId :
		form->prolang == ClanguageId && form->pronamespace == get_namespace_oid("opportunity", false);
	ReleaseSysCache(tuple);
	return !is_ours;
}

/* Whether an expression has anything but columns, constants and functions of ours. */
static bool
is_not_plain(Node *node, void *unused)
{
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
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
		case T_CaseExpr:
		case T_CaseWhen:
		case T_CaseTestExpr:
		case T_CoalesceExpr:
		case T_MinMaxExpr:
		case T_NamedArgExpr:
		case T_ArrayExpr:
		case T_RelabelType:
		case T_List:
			break;
		default:
			return true;
	}
	return check_functions_in_node(node, is_foreign_to_us, NULL) ||
		expression_tree_walker(node, is_not_plain, NULL);
}

/* The digits a numeric shows after the point. */
static int
shown_scale(Datum number)
{
	NumericParts parts;

	layout_read(pg_detoast_datum_packed((struct varlena *) DatumGetPointer(number)), &parts);
	return parts.scale;
}

static int	scale_of(Node *node);

static int
largest_scale(List *nodes)
{
	int			scale = 0;
	ListCell   *cell;

	foreach(cell, nodes)
		scale = Max(scale, scale_of(lfirst(cell)));
	return scale;
}

/* The digits after the point that a constant asks for, at most. */
static int
scale_asked(Node *node)
{
	if (!IsA(node, Const) || castNode(Const, node)->consttype != INT4OID)
		return UNKNOWN_SCALE;
	return castNode(Const, node)->constisnull ? 0 : Max(0, DatumGetInt32(castNode(Const, node)->constvalue));
}

static int
scale_of_call(Oid function, List *arguments)
{
	switch (function)
	{
		case F_NUMERIC_ADD:
		case F_NUMERIC_SUB:
		case F_NUMERIC_UMINUS:
		case F_NUMERIC_UPLUS:
		case F_ABS_NUMERIC:
		case F_NUMERIC_ABS:
		case F_NUMERIC_INT2:
		case F_NUMERIC_INT4:
		case F_NUMERIC_INT8:
			return largest_scale(arguments);
		case F_NUMERIC_MUL:
			return scale_of(linitial(arguments)) + scale_of(lsecond(arguments));
		case F_ROUND_NUMERIC_INT4:
		case F_TRUNC_NUMERIC_INT4:
			return scale_asked(lsecond(arguments));
		default:
			break;
	}
	if (function >= FirstNormalObjectId)
	{
		static const char *const rounded_to_last[] = {
			"line_amount", "base_amount", "net_amount", "extended_amount", "tax_amount", "opportunity_total"
		};
		char	   *name = get_func_name(function);

		for (int i = 0; i < (int) lengthof(rounded_to_last); i++)
		{
			if (strcmp(name, rounded_to_last[i]) == 0)
				return scale_asked(llast(arguments));
		}
		if (strcmp(name, "round_amount") == 0)
			return scale_asked(lsecond(arguments));
	}
	return UNKNOWN_SCALE;
}

/*
 * The most digits after the point that a plain number expression can have, or
 * UNKNOWN_SCALE and more.
 */
static int
scale_of(Node *node)
{
	int32		typmod = -1;
	Oid			type = getBaseTypeAndTypmod(exprType(node), &typmod);

	if (type == INT2OID || type == INT4OID || type == INT8OID)
		return 0;
	if (type != NUMERICOID)
		return UNKNOWN_SCALE;
	if (typmod < 0)
		typmod = exprTypmod(node);
	if (typmod >= (int32) VARHDRSZ)
		return Max(0, totals_typmod_scale(typmod));

	switch (nodeTag(node))
	{
		case T_Const:
			return castNode(Const, node)->constisnull ? 0 : shown_scale(castNode(Const, node)->constvalue);
		case T_RelabelType:
			return scale_of((Node *) castNode(RelabelType, node)->arg);
		case T_FuncExpr:
			return scale_of_call(castNode(FuncExpr, node)->funcid, castNode(FuncExpr, node)->args);
		case T_OpExpr:
			return scale_of_call(get_opcode(castNode(OpExpr, node)->opno), castNode(OpExpr, node)->args);
		case T_CoalesceExpr:
			return largest_scale(castNode(CoalesceExpr, node)->args);
		case T_MinMaxExpr:
			return largest_scale(castNode(MinMaxExpr, node)->args);
		case T_CaseExpr:
			{
				CaseExpr   *choice = castNode(CaseExpr, node);
				int			scale = scale_of((Node *) choice->defresult);
				ListCell   *cell;

				foreach(cell, choice->args)
					scale = Max(scale, scale_of((Node *) lfirst_node(CaseWhen, cell)->result));
				return scale;
			}
		default:
			return UNKNOWN_SCALE;
	}
}

/* Digits after the point of a numeric column, negative for a column of tens. */
int
totals_typmod_scale(int32 typmod)
{
	/* Eleven bits, the topmost for the sign; numeric.c has them to itself. */
	return (((typmod - VARHDRSZ) & 0x7FF) ^ 1024) - 1024;
}

/*
 * How the amounts of a total are added, and whether the total can follow by the
 * difference: not one that is rounded after the addition.
 */
static bool
choose_scale(TotalsColumn *total, Node *amount)
{
	int			scale = scale_of(amount);

	total->scale = scale < UNKNOWN_SCALE ? Min(scale, MAX_SCALE) : USUAL_SCALE;
	if (IsA(amount, Const) && !castNode(Const, amount)->constisnull && total->amount_type == INT4OID)
		total->counts_lines = DatumGetInt32(castNode(Const, amount)->constvalue) > 0;
	switch (total->type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			return scale == 0;
		case NUMERICOID:
			if (total->typmod < (int32) VARHDRSZ)
				return true;
			if (scale > totals_typmod_scale(total->typmod) || totals_typmod_scale(total->typmod) > MAX_SCALE)
				return false;
			total->scale = totals_typmod_scale(total->typmod);
			return true;
		default:
			return false;
	}
}

/* An expression ready to be run for any number of statements. */
static ExprState *
prepare(TotalsDefinition *definition, Node *expression)
{
	CachedExpression *cached = plan_expression(expression);

	definition->expressions = lappend(definition->expressions, cached);
	return ExecInitExpr((Expr *) cached->expr, NULL);
}

/* In the definition's context, last of what is built there: decides what can be done without SQL. */
void
totals_prepare_lines(TotalsDefinition *definition, Relation child, List *amounts, Node *lines_where)
{
	bool		is_following = true;
	TotalsUser	caller;

	if (is_not_plain((Node *) amounts, NULL) || is_not_plain(lines_where, NULL))
		return;
	for (int i = 0; i < definition->n_totals; i++)
	{
		Oid			type = getBaseType(exprType(list_nth(amounts, i)));

		if (type != INT2OID && type != INT4OID && type != INT8OID && type != NUMERICOID)
			return;
		definition->totals[i].amount_type = type;
	}

	totals_become(definition->child_owner, &caller, true);
	definition->econtext = CreateStandaloneExprContext();
	if (lines_where != NULL)
		definition->lines_where = prepare(definition, lines_where);
	for (int i = 0; i < definition->n_totals; i++)
	{
		definition->totals[i].amount = prepare(definition, list_nth(amounts, i));
		is_following &= choose_scale(&definition->totals[i], ((CachedExpression *) llast(definition->expressions))->expr);
	}
	totals_return(&caller);
	definition->is_plain = true;

	/* Lines that a commit or a crash takes away leave nothing to follow. */
	definition->follows = is_following &&
		(child->rd_rel->relpersistence == RELPERSISTENCE_PERMANENT ||
		 (child->rd_rel->relpersistence == RELPERSISTENCE_UNLOGGED &&
		  get_rel_persistence(definition->parent) == RELPERSISTENCE_UNLOGGED));
	if (child->rd_rel->relkind == RELKIND_RELATION && !child->rd_rel->relhassubclass)
		totals_find_index(definition, child, false, &definition->line_index);
}

/* Whether the expressions mean what they did when they were prepared. */
bool
totals_expressions_are_valid(TotalsDefinition *definition)
{
	ListCell   *cell;

	foreach(cell, definition->expressions)
	{
		if (!((CachedExpression *) lfirst(cell))->is_valid)
			return false;
	}
	return true;
}

/* A finite numeric × 10^scale, and the digits it shows after the point; false where that is no integer. */
bool
totals_number(Datum number, int scale, int128 *value, int *shown)
{
	Datum		detoasted = PointerGetDatum(pg_detoast_datum_packed((struct varlena *) DatumGetPointer(number)));

	*shown = Max(*shown, shown_scale(detoasted));
	return numeric_to_fixed(detoasted, scale, value) == FIXED_OK;
}

/* An amount × 10^scale; what is shown of it counts too. */
static bool
read_amount(TotalsColumn *total, Datum amount, int128 *value, int *shown)
{
	switch (total->amount_type)
	{
		case INT2OID:
			*value = DatumGetInt16(amount);
			break;
		case INT4OID:
			*value = DatumGetInt32(amount);
			break;
		case INT8OID:
			*value = DatumGetInt64(amount);
			break;
		default:
			return totals_number(amount, total->scale, value, shown);
	}
	return fixed_scale_up(value, total->scale);
}

/* Whether a line is one of those that count; its context is reset by the caller. */
static inline bool
is_chosen(TotalsDefinition *definition, TupleTableSlot *line)
{
	bool		is_null;

	definition->econtext->ecxt_scantuple = line;
	return definition->lines_where == NULL ||
		(DatumGetBool(ExecEvalExpr(definition->lines_where, definition->econtext, &is_null)) && !is_null);
}

/*
 * Adds a line to its parent, or takes it away; false where the amounts are more
 * than can be added here.
 */
static bool
add_line(TotalsDefinition *definition, TotalsParent *parent, TupleTableSlot *line, bool is_taken)
{
	if (!is_chosen(definition, line))
		return true;
	if (is_taken)
		parent->n_taken++;
	else
		parent->n_added++;

	for (int i = 0; i < definition->n_totals; i++)
	{
		bool		is_null;
		int128		value;
		Datum		amount = ExecEvalExpr(definition->totals[i].amount, definition->econtext, &is_null);

		if (is_null)
			continue;
		if (!read_amount(&definition->totals[i], amount, &value, &parent->shown_scale[i]) ||
			(is_taken ? __builtin_sub_overflow(parent->difference[i], value, &parent->difference[i]) :
			 __builtin_add_overflow(parent->difference[i], value, &parent->difference[i])))
			return false;
	}
	return true;
}

bool
totals_add_line(TotalsDefinition *definition, TotalsParent *parent, TupleTableSlot *line, bool is_taken)
{
	MemoryContext caller = MemoryContextSwitchTo(definition->econtext->ecxt_per_tuple_memory);
	bool		is_added = add_line(definition, parent, line, is_taken);

	MemoryContextSwitchTo(caller);
	ResetExprContext(definition->econtext);
	return is_added;
}

/* Whether a parent's lines can be found without SQL just now. */
LineScan *
totals_begin_lines(TotalsDefinition *definition, Snapshot snapshot)
{
	LineScan   *scan;
	Relation	child;
	Relation	index;

	if (!definition->is_plain || !OidIsValid(definition->line_index.oid))
		return NULL;
	child = table_open(definition->child, AccessShareLock);
	index = definition->is_valid ? totals_open_index(&definition->line_index, AccessShareLock) : NULL;
	if (index == NULL)
	{
		table_close(child, NoLock);
		return NULL;
	}
	scan = palloc_object(LineScan);
	scan->child = child;
	scan->index = index;
	scan->slot = table_slot_create(child, NULL);
	scan->scan = begin_index_scan(child, index, snapshot, definition->n_keys);
	return scan;
}

void
totals_end_lines(LineScan *scan)
{
	index_endscan(scan->scan);
	ExecDropSingleTupleTableSlot(scan->slot);
	index_close(scan->index, NoLock);
	table_close(scan->child, NoLock);
	pfree(scan);
}

/* Adds up a parent's lines; false where the amounts are more than can be added here. */
bool
totals_read_lines(TotalsDefinition *definition, LineScan *scan, TotalsParent *parent)
{
	bool		is_added = true;

	parent->n_added = 0;
	parent->n_taken = 0;
	memset(parent->shown_scale, 0, sizeof(int) * definition->n_totals);
	memset(parent->difference, 0, sizeof(int128) * definition->n_totals);
	totals_rescan(&definition->line_index, scan->scan, parent->key);
	while (is_added && index_getnext_slot(scan->scan, ForwardScanDirection, scan->slot))
	{
		CHECK_FOR_INTERRUPTS();
		is_added = totals_add_line(definition, parent, scan->slot, false);
	}
	ExecClearTuple(scan->slot);
	return is_added;
}

/* Whether a parent has that many lines. */
bool
totals_has_lines(TotalsDefinition *definition, LineScan *scan, TotalsParent *parent, int64 n)
{
	totals_rescan(&definition->line_index, scan->scan, parent->key);
	while (n > 0 && index_getnext_slot(scan->scan, ForwardScanDirection, scan->slot))
	{
		MemoryContext caller = MemoryContextSwitchTo(definition->econtext->ecxt_per_tuple_memory);

		CHECK_FOR_INTERRUPTS();
		if (is_chosen(definition, scan->slot))
			n--;
		MemoryContextSwitchTo(caller);
		ResetExprContext(definition->econtext);
	}
	ExecClearTuple(scan->slot);
	return n == 0;
}
