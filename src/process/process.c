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

int
stage_after(const SalesProcess *process, int stage)
{
	int			next = stage + 1;

	if (stage_outcome(process, stage) != OUTCOME_OPEN)
		return STAGE_NONE;
	/* Every process has a stage that is won, and outcomes stand last. */
	if (next >= (int) process->n_open)
	{
		while (stage_outcome(process, next) != OUTCOME_WON)
			next++;
	}
	return next;
}

StageMove
decide_move(const SalesProcess *process, int from, int to)
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
		if (move.end_gate - from > 1 && !process->skip)
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
decide_switch(const SalesProcess *old, const SalesProcess *process, const char *from, int to)
{
	StageMove	move = decide_move(process, from != NULL ? find_stage(process, from) : STAGE_NONE, to);
	StageOutcome outcome = stage_outcome(process, to);

	if (outcome != OUTCOME_OPEN && move.verdict == MOVE_ALLOWED &&
		!process->stages[to].may_start && !stays_closed(old, process, from, to))
		move.verdict = MOVE_CLOSES_BY_SWITCH;
	if (outcome == OUTCOME_WON)
	{
		move.first_gate = 0;
		move.end_gate = process->n_open;
	}
	return move;
}

/*
 * The list follows the order of the stages, so the gates left behind are one
 * range of it and the outcome's own a later one.
 */
int
next_requirement(const SalesProcess *process, const StageMove *move, int previous)
{
	int			gates[2][2] = {{move->first_gate, move->end_gate}, {move->own_gate, move->own_gate + 1}};
	int			next = previous + 1;

	for (int i = 0; i < 2; i++)
	{
		const ProcessStage *first;
		const ProcessStage *last;

		if (gates[i][0] == STAGE_NONE || gates[i][0] == gates[i][1])
			continue;
		first = &process->stages[gates[i][0]];
		last = &process->stages[gates[i][1] - 1];
		if (next < (int) first->first_required)
			next = first->first_required;
		if (next < (int) (last->first_required + last->n_required))
			return next;
	}
	return -1;
}
