/*
 * process_text.h
 *		What a text says of a sales process, before it is compiled.
 */
#ifndef OPPORTUNITY_PROCESS_TEXT_H
#define OPPORTUNITY_PROCESS_TEXT_H

#include "opportunity.h"

#include "process/process.h"

typedef struct CheckText
{
	char	   *when;
	char	   *message;
} CheckText;

typedef struct BranchText
{
	int			from;
	int			to;
	char	   *when;			/* NULL: all deals */
} BranchText;

/* What one stage says, before it is compiled. */
typedef struct StageText
{
	char	   *name;
	char	   *label;
	char	   *forecast_category;
	int32		probability;
	int32		rotting_days;
	int			outcome;
	bool		may_start;
	int			n_required;
	char	  **required;
	int			n_checks;
	CheckText  *checks;
} StageText;

typedef struct ProcessText
{
	int			n_stages;
	StageText  *stages;
	int			n_branches;
	BranchText *branches;
	bool		skip;
	bool		back;
	bool		reopen;
	bool		start_given;
} ProcessText;

/* The stages in the order of their names, compared bytewise. */
extern StageText **sort_stages(const ProcessText *process);

/* The stored form of what has been read and found right. */
extern SalesProcess *compile_process(const ProcessText *text);

#endif							/* OPPORTUNITY_PROCESS_TEXT_H */
