/*
 * path.h
 *		stage_path: the stages that a row has visited and when, as one value.
 *
 * Steps stand in the order of time; steps of one instant in the order in which
 * they were appended.  Two steps in a row never have the same stage.  One path
 * has one representation: the names follow each other in the order of their
 * first visit, each once and each used, so that equal paths have equal bytes.
 */
#ifndef OPPORTUNITY_PATH_H
#define OPPORTUNITY_PATH_H

#include "opportunity.h"

#include "datatype/timestamp.h"

#define STAGE_PATH_VERSION 1
#define STAGE_PATH_MAX_STEPS 4096	/* appending beyond forgets the oldest step */
#define STAGE_PATH_NAME_BYTES 255

/*
 * What follows the header, without gaps: when each step was entered, TimestampTz;
 * which stage it was, uint16, a place among the names; the names, each a byte of
 * length and then its bytes.  The type is aligned as a double.
 */
typedef struct StagePath
{
	int32		vl_len_;		/* varlena header */
	uint8		version;
	uint8		unused;			/* zero */
	uint16		n_steps;
	uint32		n_stages;		/* distinct ones */
	uint32		unused2;		/* zero: what follows is aligned */
} StagePath;

#define STAGE_PATH_ENTERED(path) ((const TimestampTz *) ((path) + 1))
#define STAGE_PATH_STAGES(path) ((const uint16 *) (STAGE_PATH_ENTERED(path) + (path)->n_steps))
#define STAGE_PATH_NAMES(path) ((const char *) (STAGE_PATH_STAGES(path) + (path)->n_steps))

/* A name, not terminated. */
typedef struct StagePathName
{
	const char *text;
	int			length;			/* in bytes */
} StagePathName;

/* A step as given by the outside world; a list of them makes a path. */
typedef struct StagePathStep
{
	StagePathName stage;
	TimestampTz entered;
} StagePathStep;

/* The checked value of an argument or column, detoasted in the current context. */
extern StagePath *stage_path_from_datum(Datum datum);

#define PG_GETARG_STAGE_PATH(n) stage_path_from_datum(PG_GETARG_DATUM(n))

/*
 * The path with one more step, a new value in the current context; NULL stands
 * for the path without steps.  A stage that is the last one already adds nothing.
 * The clock of a concurrent transaction may be ahead: a step before the last one
 * counts as entered with that one.  Raises 22023 for a name without bytes or with
 * more than STAGE_PATH_NAME_BYTES, 22008 for an infinite time.
 */
extern StagePath *stage_path_append(const StagePath *path, StagePathName stage, TimestampTz entered);

/*
 * The path of steps in the order of time, at most STAGE_PATH_MAX_STEPS of them
 * with names that fit; repetitions of a stage without change are left out.
 */
extern StagePath *stage_path_build(const StagePathStep *steps, int n);

/*
 * Fills in where the path's n_stages names stand; or the place of one of them,
 * -1 when the path never visited it.
 */
extern void stage_path_names(const StagePath *path, StagePathName *names);
extern int	stage_path_find(const StagePath *path, StagePathName stage);

/* Why this cannot be a step, as the detail of an error message, or NULL; or the error itself. */
extern const char *stage_path_step_problem(StagePathName stage, TimestampTz entered);
extern void stage_path_check_step(StagePathName stage, TimestampTz entered);

#endif							/* OPPORTUNITY_PATH_H */
