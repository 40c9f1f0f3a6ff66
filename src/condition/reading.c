/*
 * reading.c
 *		Reading a condition: from its text to an expression over a row's columns.
 */
#include "condition/reading.h"

#include "catalog/pg_type.h"
#include "condition/builtin.h"
#include "expression.h"
#include "nodes/makefuncs.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"

const char *
condition_text(const SalesProcess *process, int i)
{
	uint32		text = i < (int) process->n_checks ? process_checks(process)[i].when :
		process_branches(process)[i - process->n_checks].when;

	return text == 0 ? NULL : process_string(process, text);
}

char *
condition_path(const void *source, int condition)
{
	const SalesProcess *process = source;

	if (condition >= (int) process->n_checks)
		return psprintf("condition at $.branches[%d].when of the sales process", condition - (int) process->n_checks);
	for (uint32 i = 0; i < process->n_stages; i++)
	{
		const ProcessStage *stage = &process->stages[i];

		if (condition < (int) (stage->first_check + stage->n_checks))
			return psprintf("condition at $.stages[%u].checks[%u].when of the sales process", i, condition - stage->first_check);
	}
	return "condition of the sales process";
}

static void
reading_context(void *arg)
{
	const Reading *reading = arg;
	int			position = geterrposition();

	/* A position is one in the condition, not in the caller's statement. */
	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery(reading->text);
	}
	errcontext("%s", reading->place(reading->source, reading->condition));
}

/* Columns are found by name, those of a table and of a record alike. */
static Node *
resolve_column(ParseState *pstate, ColumnRef *reference)
{
	const Reading *reading = pstate->p_ref_hook_state;
	Node	   *field = llast(reference->fields);
	const char *name;

	if (!IsA(field, String))
		return NULL;
	name = strVal(field);
	if (list_length(reference->fields) > 2 ||
		(list_length(reference->fields) == 2 &&
		 (reading->table == NULL || strcmp(strVal(linitial(reference->fields)), reading->table) != 0)))
		return NULL;
	for (int i = 0; i < reading->desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(reading->desc, i);
		Var		   *column;

		if (attribute->attisdropped || strcmp(NameStr(attribute->attname), name) != 0)
			continue;
		if (reading->on_their_way && attribute->attgenerated != '\0')
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("column \"%s\" in a condition is generated, and has no value yet", name)));
		if (attribute->attgenerated == ATTRIBUTE_GENERATED_VIRTUAL)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("column \"%s\" in a condition is a virtual generated column", name),
					 errhint("Make it a stored generated column.")));
		column = makeVar(1, i + 1, attribute->atttypid, attribute->atttypmod, attribute->attcollation, 0);
		column->location = reference->location;
		return (Node *) column;
	}
	return NULL;
}

Node *
read_condition(Reading *reading, ConditionTrust trust)
{
	ErrorContextCallback context = {
		.previous = error_context_stack, .callback = reading_context, .arg = reading
	};
	ParseState *pstate = make_parsestate(NULL);
	List	   *raw;
	Node	   *expression;

	error_context_stack = &context;
	raw = bare_expressions(reading->text, "conditions", "the row's");
	if (list_length(raw) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("a condition must be one expression: %s", reading->text)));
	if (trust == CONDITION_OF_EDITOR)
		check_builtin_names(linitial(raw));
	pstate->p_sourcetext = reading->text;
	pstate->p_pre_columnref_hook = resolve_column;
	pstate->p_ref_hook_state = reading;
	expression = transformExpr(pstate, linitial(raw), EXPR_KIND_CHECK_CONSTRAINT);
	expression = coerce_to_boolean(pstate, expression, "a condition");
	assign_expr_collations(pstate, expression);
	if (trust == CONDITION_OF_EDITOR)
		check_builtin_functions(expression);
	free_parsestate(pstate);
	error_context_stack = context.previous;
	return expression;
}
