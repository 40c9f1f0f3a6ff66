/*
 * reading.h
 *		Reading a condition: from its text to an expression over a row's columns.
 *
 * It is a boolean SQL expression, read as a CHECK constraint's is: over the row's
 * columns, without subqueries, aggregates or set-returning functions.
 */
#ifndef OPPORTUNITY_CONDITION_READING_H
#define OPPORTUNITY_CONDITION_READING_H

#include "opportunity.h"

#include "access/tupdesc.h"
#include "nodes/nodes.h"
#include "process/process.h"

/* Whose code a condition may run. */
typedef enum ConditionTrust
{
	CONDITION_OF_OWNER,			/* the table's owner wrote it: what a CHECK constraint may */
	CONDITION_OF_EDITOR			/* whoever edits processes did: built-in functions only */
} ConditionTrust;

/* Where condition i of a source is, for messages. */
typedef char *(*ConditionPlace) (const void *source, int i);

/* What is being read, for its columns and for messages. */
typedef struct Reading
{
	ConditionPlace place;
	const void *source;
	const char *text;
	TupleDesc	desc;
	bool		on_their_way;	/* rows are not stored yet: generated columns have no value */
	const char *table;			/* may qualify columns; NULL: nothing may */
	int			condition;
} Reading;

extern Node *read_condition(Reading *reading, ConditionTrust trust);

/*
 * The conditions of a process by number, the checks and then the branches': the
 * text, NULL of one that is always true, and the place in the canonical JSON.
 */
extern const char *condition_text(const SalesProcess *process, int i);
extern char *condition_path(const void *process, int condition);

#endif							/* OPPORTUNITY_CONDITION_READING_H */
