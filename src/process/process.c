/*
 * process.c
 *		Deciding moves between the stages of a sales process.
 */
#include "process/process.h"

#include <string.h>

const char *const outcome_names[] = {"open", "won", "lost"};

int
find_stage(const SalesProcess *process, const char *name)
{
	const uint32_t *by_name = stages_by_name(process);
	uint32_t	low = 0;
	uint32_t	high = process->n_stages;

	while (low < high)
	{
		uint32_t	middle = (low + high) / 2;
		int			order = strcmp(name, stage_name(process, by_name[middle]));

		if (order == 0)
			return by_name[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return STAGE_NONE;
}

bool
move_asks_branch(const SalesProcess *process, int from, int to)
{
	const ProcessStage *stage;

	if (from == STAGE_NONE || to <= from + 1)
		return false;
	stage = &process->stages[from];
	for (uint32_t i = stage->first_branch; i < stage->first_branch + stage->n_branches; i++)
	{
		if (process_branches(process)[i].to == (uint32_t) to)
			return true;
	}
	return false;
}

int
stage_after(const SalesProcess *process, int stage, int branch)
{
	int			next = stage + 1;

	if (stage_outcome(process, stage) != OUTCOME_OPEN)
		return STAGE_NONE;
	if (branch != STAGE_NONE)
		return branch;
	/* Every process has a stage that is won, and outcomes stand last. */
	if (next >= (int) process->n_open)
	{
		while (stage_outcome(process, next) != OUTCOME_WON)
			next++;
	}
	return next;
}

StageMove
decide_move(const SalesProcess *process, int from, int to, int branch)
{
	StageMove	move = {MOVE_ALLOWED, 0, 0, STAGE_NONE};
	StageOutcome outcome = stage_outcome(process, to);

	/* What an outcome requires holds for every row that is in it. */
	if (outcome != OUTCOME_OPEN)
		move.own_gate = to;

	if (from == STAGE_NONE)
	{
		if (!process->stages[to].may_start)
			move.verdict = MOVE_NOT_A_START;
	}
	else if (from == to)
		 /* nothing to decide */ ;
	else if (stage_outcome(process, from) != OUTCOME_OPEN)
	{
		if (outcome != OUTCOME_OPEN)
			move.verdict = MOVE_BETWEEN_OUTCOMES;
		else if (!process->reopen)
			move.verdict = MOVE_REOPENS;
	}
	else if (outcome == OUTCOME_LOST)
		 /* a deal may be lost from anywhere */ ;
	else if (to < from)
	{
		if (!process->back)
			move.verdict = MOVE_BACK;
	}
	else
	{
		/* Forward: won counts as the stage after the last open one. */
		move.first_gate = from;
		move.end_gate = outcome == OUTCOME_WON ? (int) process->n_open : to;
		if (to == branch)
		{
			/* The stages that a branch avoids ask for nothing, unless the deal is won by it. */
			if (outcome == OUTCOME_OPEN)
				move.end_gate = from + 1;
		}
		else if (move.end_gate - from > 1 && !process->skip)
			move.verdict = MOVE_SKIPS;
	}
	return move;
}

/* Whether a deal was in a stage of that name and outcome; a process or stage that is gone could not be left. */
static bool
stays_closed(const SalesProcess *old, const SalesProcess *process, const char *from, int to)
{
	int			was;

	if (from == NULL || strcmp(from, stage_name(process, to)) != 0)
		return false;
	was = old != NULL ? find_stage(old, from) : STAGE_NONE;
	return was == STAGE_NONE || stage_outcome(old, was) == stage_outcome(process, to);
}

StageMove
decide_switch(const SalesProcess *old, const SalesProcess *process, const char *from, int to, int branch)
{
	StageMove	move = decide_move(process, from != NULL ? find_stage(process, from) : STAGE_NONE, to, branch);
	StageOutcome outcome = stage_outcome(process, to);

	if (outcome != OUTCOME_OPEN && move.verdict == MOVE_ALLOWED &&
		!process->stages[to].may_start && !stays_closed(old, process, from, to))
		move.verdict = MOVE_CLOSES_BY_SWITCH;
	if (outcome != OUTCOME_LOST)
	{
		move.first_gate = 0;
		move.end_gate = outcome == OUTCOME_WON ? (int) process->n_open : to;
	}
	return move;
}

int
next_gate(const StageMove *move, int previous)
{
	int			next = previous == STAGE_NONE ? move->first_gate : previous + 1;

	if (next < move->end_gate)
		return next;
	/* Outcomes stand after the open stages. */
	return previous < move->own_gate ? move->own_gate : STAGE_NONE;
}
