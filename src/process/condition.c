/*
 * condition.c
 *		Reading the conditions of a sales process and evaluating them.
 *
 * What is read stays until the functions and types in it change; PostgreSQL's
 * plan cache watches them.  Compiled expressions follow two ways:
 *
 *	- One that is built of nothing but PostgreSQL's own immutable functions over
 *	  its own types runs nobody's code, so it is compiled once a backend.
 *	- Any other is compiled once for a run of the executor, as a CHECK constraint
 *	  is, so that what functions keep for their caller never outlives a statement
 *	  and no expression is entered twice at a time.
 */
#include "process/condition.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "expression.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "process/builtin.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

typedef struct Condition
{
	const char *text;			/* NULL: always true */
	CachedExpression *read;		/* NULL: not yet */
	uint64		read_times;		/* tells compiled forms of an earlier reading */
	bool		is_lasting;
	bool		is_mutable;
} Condition;

struct Conditions
{
	MemoryContext context;
	MemoryContextCallback free_read;
	ConditionPlace place;
	const void *source;			/* a process, unless they are of another list */
	TupleDesc	desc;
	ConditionTrust trust;
	bool		sees_statement;
	bool		on_their_way;		/* rows are not stored yet */
	ConditionRun *lasting;		/* of those that are compiled once a backend */
	int			n;
	Condition	list[FLEXIBLE_ARRAY_MEMBER];	/* the checks, then the branches' */
};

typedef struct CompiledCondition
{
	ExprState  *state;
	uint64		read_times;
} CompiledCondition;

struct ConditionRun
{
	Conditions *conditions;
	MemoryContext context;
	ExprContext *econtext;
	TupleTableSlot *slot;
	CompiledCondition list[FLEXIBLE_ARRAY_MEMBER];
};

/* What is being read, for its columns and for messages. */
typedef struct Reading
{
	ConditionPlace place;
	const void *source;
	const char *text;
	TupleDesc	desc;
	bool		on_their_way;
	const char *table;			/* may qualify columns; NULL: nothing may */
	int			condition;
} Reading;

/* Where in the process's canonical JSON a condition is. */
static char *
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

static Node *
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

static const char *
condition_text(const SalesProcess *process, int i)
{
	uint32		text = i < (int) process->n_checks ? process_checks(process)[i].when :
		process_branches(process)[i - process->n_checks].when;

	return text == 0 ? NULL : process_string(process, text);
}

static void
free_read(void *arg)
{
	Conditions *conditions = arg;

	for (int i = 0; i < conditions->n; i++)
	{
		if (conditions->list[i].read != NULL)
			FreeCachedExpression(conditions->list[i].read);
	}
}

/* Of n conditions, the texts of which are to be filled in. */
static Conditions *
allocate_conditions(int n, TupleDesc desc, ConditionTrust trust, ConditionPlace place, const void *source)
{
	Conditions *conditions = palloc0(offsetof(Conditions, list) + n * sizeof(Condition));

	conditions->context = CurrentMemoryContext;
	conditions->place = place;
	conditions->source = source;
	/* With its constraints, because they tell the values of columns added later. */
	conditions->desc = CreateTupleDescCopyConstr(desc);
	conditions->trust = trust;
	conditions->n = n;
	conditions->free_read.func = free_read;
	conditions->free_read.arg = conditions;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &conditions->free_read);
	return conditions;
}

Conditions *
make_conditions(const SalesProcess *process, TupleDesc desc, ConditionTrust trust, bool sees_statement)
{
	int			n = process->n_checks + process->n_branches;
	Conditions *conditions;

	if (n == 0)
		return NULL;
	conditions = allocate_conditions(n, desc, trust, condition_path, process);
	conditions->sees_statement = sees_statement;
	for (int i = 0; i < n; i++)
		conditions->list[i].text = condition_text(process, i);
	return conditions;
}

Conditions *
make_condition_list(const char *const *texts, int n, TupleDesc desc, ConditionTrust trust,
					ConditionPlace place, const void *source)
{
	Conditions *conditions = allocate_conditions(n, desc, trust, place, source);

	conditions->on_their_way = true;
	for (int i = 0; i < n; i++)
		conditions->list[i].text = texts[i];
	return conditions;
}

static void
free_outdated(void *read)
{
	FreeCachedExpression(read);
}

/* A caller further up may be evaluating what is outdated: it stays until the end of the transaction. */
static void
forget_outdated(Condition *condition)
{
	MemoryContextCallback *at_end = MemoryContextAlloc(TopTransactionContext, sizeof(MemoryContextCallback));

	at_end->func = free_outdated;
	at_end->arg = condition->read;
	MemoryContextRegisterResetCallback(TopTransactionContext, at_end);
	condition->read = NULL;
}

/* The condition as it is to be evaluated. */
static Condition *
current_condition(Conditions *conditions, int i)
{
	Condition  *condition = &conditions->list[i];
	Reading		reading = {
		.place = conditions->place, .source = conditions->source, .text = condition->text,
		.desc = conditions->desc, .on_their_way = conditions->on_their_way, .condition = i
	};
	MemoryContext scratch;
	MemoryContext caller;
	CachedExpression *read;
	Node	   *expression;
	int			level;

	if (condition->read != NULL && condition->read->is_valid)
		return condition;
	scratch = AllocSetContextCreate(CurrentMemoryContext, "reading a condition", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(scratch);
	level = pin_expression_settings();
	expression = read_condition(&reading, conditions->trust);
	AtEOXact_GUC(false, level);
	read = plan_expression(expression);
	if (condition->read != NULL)
		forget_outdated(condition);
	condition->read = read;
	condition->read_times++;
	condition->is_lasting = runs_no_users_code(read->expr);
	condition->is_mutable = contain_mutable_functions(read->expr);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(scratch);
	return condition;
}

void
read_conditions(Conditions *conditions)
{
	for (int i = 0; conditions != NULL && i < conditions->n; i++)
	{
		if (conditions->list[i].text != NULL)
			(void) current_condition(conditions, i);
	}
}

ConditionRun *
start_conditions(Conditions *conditions, MemoryContext context)
{
	ConditionRun *run;

	if (conditions == NULL)
		return NULL;
	run = MemoryContextAllocZero(context, offsetof(ConditionRun, list) + conditions->n * sizeof(CompiledCondition));
	run->conditions = conditions;
	run->context = context;
	return run;
}

const Conditions *
run_of(const ConditionRun *run)
{
	return run->conditions;
}

/* Compiles a condition for a run, unless it is. */
static ExprState *
compiled_condition(ConditionRun *run, int i, const Condition *condition)
{
	CompiledCondition *compiled = &run->list[i];
	MemoryContext caller;

	if (compiled->state != NULL && compiled->read_times == condition->read_times)
		return compiled->state;
	caller = MemoryContextSwitchTo(run->context);
	if (run->econtext == NULL)
	{
		run->econtext = CreateStandaloneExprContext();
		run->slot = MakeSingleTupleTableSlot(run->conditions->desc, &TTSOpsHeapTuple);
		run->econtext->ecxt_scantuple = run->slot;
	}
	compiled->state = ExecInitExpr((Expr *) condition->read->expr, NULL);
	compiled->read_times = condition->read_times;
	MemoryContextSwitchTo(caller);
	return compiled->state;
}

/* NULL is not met. */
static bool
is_met(ConditionRun *run, int i, HeapTuple row)
{
	Conditions *conditions = run->conditions;
	Condition  *condition;
	ExprState  *state;
	bool		fresh;
	bool		isnull;
	Datum		met;

	if (conditions->list[i].text == NULL)
		return true;
	condition = current_condition(conditions, i);
	if (condition->is_lasting)
	{
		if (conditions->lasting == NULL)
			conditions->lasting = start_conditions(conditions, conditions->context);
		run = conditions->lasting;
	}
	state = compiled_condition(run, i, condition);

	/* A function that reads tables is to see what the statement has done so far. */
	fresh = conditions->sees_statement && condition->is_mutable;
	if (fresh)
	{
		CommandCounterIncrement();
		PushActiveSnapshot(GetTransactionSnapshot());
	}
	ExecStoreHeapTuple(row, run->slot, false);
	met = ExecEvalExprSwitchContext(state, run->econtext, &isnull);
	ExecClearTuple(run->slot);
	ResetExprContext(run->econtext);
	if (fresh)
		PopActiveSnapshot();
	return !isnull && DatumGetBool(met);
}

bool
check_passes(ConditionRun *run, int check, HeapTuple row)
{
	return is_met(run, check, row);
}

int
row_branch(ConditionRun *run, const SalesProcess *process, int stage, HeapTuple row)
{
	const ProcessStage *from = &process->stages[stage];

	for (uint32 i = from->first_branch; i < from->first_branch + from->n_branches; i++)
	{
		if (is_met(run, process->n_checks + i, row))
			return process_branches(process)[i].to;
	}
	return STAGE_NONE;
}

/* What a process under construction ends with. */
typedef struct GrowingProcess
{
	SalesProcess *process;
	uint32		length;
} GrowingProcess;

static uint32
append_string(GrowingProcess *growing, const char *string)
{
	uint32		offset = growing->length;
	Size		bytes = strlen(string) + 1;

	growing->process = repalloc(growing->process, offset + bytes);
	memcpy((char *) growing->process + offset, string, bytes);
	growing->length += bytes;
	return offset;
}

/* A condition as its author wrote it, in the one line that a message has. */
static char *
as_message(const char *condition)
{
	char	   *message = pnstrdup(condition, pg_mbcliplen(condition, strlen(condition), CHECK_MESSAGE_BYTES));
	char	   *end;

	for (char *c = message; *c != '\0'; c++)
	{
		if ((unsigned char) *c < ' ' || *c == 0x7F)
			*c = ' ';
	}
	while (*message == ' ')
		message++;
	end = message + strlen(message);
	while (end > message && end[-1] == ' ')
		*--end = '\0';
	return message;
}

SalesProcess *
qualify_conditions(const SalesProcess *process, Relation rel)
{
	Reading		reading = {
		.place = condition_path, .source = process, .desc = RelationGetDescr(rel), .table = RelationGetRelationName(rel)
	};
	int			n = process->n_checks + process->n_branches;
	GrowingProcess qualified = {palloc(VARSIZE(process)), VARSIZE(process)};

	memcpy(qualified.process, process, VARSIZE(process));
	/* What is replaced stays behind the strings, unused: the text form leaves it out. */
	for (reading.condition = 0; reading.condition < n; reading.condition++)
	{
		int			i = reading.condition;
		uint32		text;

		reading.text = condition_text(process, i);
		if (reading.text == NULL)
			continue;
		text = append_string(&qualified,
							 write_expression(read_condition(&reading, CONDITION_OF_OWNER), rel, true));
		if (i >= (int) process->n_checks)
			process_branches(qualified.process)[i - process->n_checks].when = text;
		else
		{
			process_checks(qualified.process)[i].when = text;
			/* Who is refused is told what its author wrote. */
			if (process_checks(process)[i].message == 0)
			{
				uint32		message = append_string(&qualified, as_message(reading.text));

				process_checks(qualified.process)[i].message = message;
			}
		}
	}
	SET_VARSIZE(qualified.process, qualified.length);
	return qualified.process;
}
