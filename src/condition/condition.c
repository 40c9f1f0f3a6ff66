/*
 * condition.c
 *		The conditions of a sales process, evaluated.
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
#include "condition/condition.h"

#include "access/xact.h"
#include "condition/builtin.h"
#include "executor/executor.h"
#include "expression.h"
#include "optimizer/optimizer.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/snapmgr.h"

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
