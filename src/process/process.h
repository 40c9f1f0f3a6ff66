/*
 * process.h
 *		The sales process: its compiled form, and the decision whether a deal may
 *		move from one stage to another and what it must bring along.
 *
 * A value is one block without pointers, stored as it is.  Everything that
 * decides is here and in process.c, free of SQL: the triggers and the functions
 * that only look ahead ask the same questions and get the same answers.
 */
#ifndef OPPORTUNITY_PROCESS_H
#define OPPORTUNITY_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#define PROCESS_VERSION 2		/* 1 knew neither checks nor branches and was never released */
#define PROCESS_MIN_STAGES 2	/* one open, one won */
#define PROCESS_MAX_STAGES 1000
#define PROCESS_MAX_REQUIRED 1600	/* of one stage: a table has no more columns */
#define PROCESS_MAX_CHECKS 100	/* of one stage */
#define PROCESS_MAX_BRANCHES 10000
#define STAGE_NAME_BYTES 255
#define CONDITION_BYTES 16384
#define CHECK_MESSAGE_BYTES 1000

#define PROBABILITY_DECIMALS 6	/* probabilities are kept in millionths of a percent */
#define PROBABILITY_ONE 1000000
#define PROBABILITY_MAX (100 * PROBABILITY_ONE)
#define PROBABILITY_NONE (-1)

/* In place of a stage's index: no stage, or one that the process does not have. */
#define STAGE_NONE (-1)

typedef enum StageOutcome
{
	OUTCOME_OPEN,
	OUTCOME_WON,
	OUTCOME_LOST
} StageOutcome;

/*
 * Strings are given by the offset of a NUL-terminated string from the start of
 * the value, 0 where there is none.
 */
typedef struct ProcessStage
{
	uint32_t	name;
	uint32_t	label;			/* 0: the name */
	uint32_t	forecast_category;	/* 0: an open stage without one */
	uint32_t	first_required; /* in the list of required columns */
	uint32_t	n_required;
	uint32_t	first_check;	/* in the list of checks */
	uint32_t	n_checks;
	uint32_t	first_branch;	/* in the list of branches: those that leave this stage */
	uint32_t	n_branches;
	int32_t		probability;	/* PROBABILITY_NONE: an open stage without one */
	int32_t		rotting_days;	/* 0: never */
	uint8_t		outcome;		/* StageOutcome */
	uint8_t		may_start;
	uint8_t		unused[2];
} ProcessStage;

/* A condition that a deal must meet, in SQL. */
typedef struct StageCheck
{
	uint32_t	when;
	uint32_t	message;		/* 0: the condition itself */
} StageCheck;

/* A way past the next stage, for deals that meet a condition. */
typedef struct StageBranch
{
	uint32_t	to;				/* the index of a later open stage, or of one that is won */
	uint32_t	when;			/* 0: all deals */
} StageBranch;

/*
 * The stages in order, the open ones before the outcomes; after them the
 * indexes of the stages sorted by name (bytewise), the required columns, checks
 * and branches of all stages, the strings.
 */
typedef struct SalesProcess
{
	int32_t		vl_len_;		/* varlena header, do not touch */
	uint8_t		version;
	uint8_t		skip;
	uint8_t		back;
	uint8_t		reopen;
	uint32_t	n_stages;
	uint32_t	n_open;
	uint32_t	n_required;		/* of all stages together, */
	uint32_t	n_checks;		/* likewise, */
	uint32_t	n_branches;		/* likewise */
	ProcessStage stages[];
} SalesProcess;

static inline const char *
process_string(const SalesProcess *process, uint32_t offset)
{
	return (const char *) process + offset;
}

static inline const char *
stage_name(const SalesProcess *process, int stage)
{
	return process_string(process, process->stages[stage].name);
}

static inline uint32_t *
stages_by_name(const SalesProcess *process)
{
	return (uint32_t *) (process->stages + process->n_stages);
}

static inline uint32_t *
required_columns(const SalesProcess *process)
{
	return stages_by_name(process) + process->n_stages;
}

static inline StageCheck *
process_checks(const SalesProcess *process)
{
	return (StageCheck *) (required_columns(process) + process->n_required);
}

static inline StageBranch *
process_branches(const SalesProcess *process)
{
	return (StageBranch *) (process_checks(process) + process->n_checks);
}

static inline const char *
required_column(const SalesProcess *process, int i)
{
	return process_string(process, required_columns(process)[i]);
}

/* What a check that fails is called. */
static inline const char *
check_message(const SalesProcess *process, int i)
{
	const StageCheck *check = &process_checks(process)[i];

	return process_string(process, check->message != 0 ? check->message : check->when);
}

static inline StageOutcome
stage_outcome(const SalesProcess *process, int stage)
{
	return (StageOutcome) process->stages[stage].outcome;
}

extern const char *const outcome_names[];

/* What the rules of movement say, gates aside. */
typedef enum MoveVerdict
{
	MOVE_ALLOWED,
	MOVE_NOT_A_START,			/* a deal may not enter the process there */
	MOVE_CLOSES_BY_SWITCH,		/* is closed by changing its process */
	MOVE_SKIPS,					/* passes over stages, "skip" is false */
	MOVE_BACK,					/* to an earlier stage, "back" is false */
	MOVE_REOPENS,				/* leaves an outcome, "reopen" is false */
	MOVE_BETWEEN_OUTCOMES		/* from one outcome to another */
} MoveVerdict;

/*
 * The gates of a move are what the open stages from first_gate up to, not
 * including, end_gate ask for, and what the outcome own_gate does.  They are set
 * whatever the verdict, so that one can ask what a move that is not allowed yet
 * would take.
 */
typedef struct StageMove
{
	MoveVerdict verdict;
	int			first_gate;
	int			end_gate;
	int			own_gate;		/* STAGE_NONE: none */
} StageMove;

/* The stage of that name, or STAGE_NONE. */
extern int	find_stage(const SalesProcess *process, const char *name);

/*
 * Where a deal goes depends on the branch it takes: the stage that the first
 * branch leads to whose condition the deal meets, STAGE_NONE when it meets none.
 * That is for the caller to find out, where decide_move asks for it.
 */
extern bool move_asks_branch(const SalesProcess *process, int from, int to);

/*
 * The stage after this open one: the one its branch leads to, else the next open
 * stage, then the first that is won; STAGE_NONE after an outcome.
 */
extern int	stage_after(const SalesProcess *process, int stage, int branch);

/* Decides the move; from is STAGE_NONE for a deal that enters the process. */
extern StageMove decide_move(const SalesProcess *process, int from, int to, int branch);

/*
 * Decides for a deal that comes from another process (NULL: one that is gone),
 * where it was in the stage of that name (NULL: in none).  It goes on from the
 * stage of that name here, else it enters at an open stage; the branch is that of
 * the stage here.  Changing the process must be no way around its gates, so
 *
 *	- a deal that is closed after it has either been closed before, in a stage of
 *	  the same name and outcome, or may start there;
 *	- one that is in an open stage then, or won, brings what all open stages before
 *	  ask for, whatever way another process has led it there and wherever a new
 *	  deal might start.
 *
 * Of processes that are equal a deal has passed the gates of one in the other:
 * that is for decide_move.
 */
extern StageMove decide_switch(const SalesProcess *old, const SalesProcess *process, const char *from, int to,
							   int branch);

/* The stages whose gates a move passes: the one after previous (STAGE_NONE to begin), STAGE_NONE at the end. */
extern int	next_gate(const StageMove *move, int previous);

#endif							/* OPPORTUNITY_PROCESS_H */
