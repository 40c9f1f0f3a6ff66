/*
 * history.h
 *		attach_history: an append-only log of who changed which watched column
 *		of a table when, from what to what.
 *
 * Statement triggers on the table and on all that inherit from it write the log
 * as its owner; the guard on the log has the same arguments and is the owner's
 * consent.
 * Values are kept as text that no setting of the session has an influence on.
 */
#ifndef OPPORTUNITY_HISTORY_H
#define OPPORTUNITY_HISTORY_H

#include "opportunity.h"

#include "nodes/execnodes.h"
#include "nodes/pg_list.h"
#include "nodes/primnodes.h"
#include "utils/relcache.h"

/* The arguments of log_changes, and of the guard. */
typedef enum HistoryArgument
{
	HISTORY_TARGET,				/* the table that attach_history was called for, qualified */
	HISTORY_TABLE,				/* the log, qualified */
	HISTORY_COLUMNS,			/* the watched columns, a list */
	HISTORY_KEY,				/* the table's primary key, a list */
	HISTORY_TABLE_KEY			/* where the log keeps that, a list */
} HistoryArgument;
#define HISTORY_N_ARGUMENTS 5

/* The log's columns beside the key; history_own_columns has their names. */
typedef enum HistoryOwnColumn
{
	HISTORY_ID,
	HISTORY_CHANGED_AT,
	HISTORY_CHANGED_BY,
	HISTORY_EVENT,
	HISTORY_COLUMN_NAME,
	HISTORY_OLD_VALUE,
	HISTORY_NEW_VALUE
} HistoryOwnColumn;
#define HISTORY_N_OWN 7

typedef struct HistoryOwn
{
	const char *name;
	Oid			type;
	const char *declaration;
	const char *comment;
} HistoryOwn;

extern const HistoryOwn history_own_columns[HISTORY_N_OWN];

/* How a value of a type becomes text. */
typedef struct HistoryValueType
{
	Oid			type;
	bool		is_text;		/* it is text */
	bool		is_instant;		/* timestamptz: written in UTC */
	bool		needs_settings; /* its output may depend on settings, which are to be pinned */
	FmgrInfo	output;
} HistoryValueType;

extern void history_value_type(HistoryValueType *value_type, Oid type, MemoryContext context);
extern Datum history_value(HistoryValueType *value_type, Datum value);

/* Settings that output functions depend on; undone by AtEOXact_GUC of the level returned. */
extern int	history_pin_settings(void);

typedef struct HistoryColumn
{
	AttrNumber	number;			/* in the relation that fired */
	bool		by_val;
	int16		length;
	Datum		name;			/* text */
	HistoryValueType value_type;
} HistoryColumn;

typedef struct HistoryKeyColumn
{
	AttrNumber	number;			/* in the relation that fired */
	AttrNumber	table_number;	/* in the log */
	bool		by_val;
	int16		length;
	Oid			collation;
	FmgrInfo	equal;
} HistoryKeyColumn;

/* What a trigger's arguments mean for the relation that it stands on. */
typedef struct HistoryDefinition
{
	Oid			trigger;		/* hash key */
	bool		is_valid;
	MemoryContext context;		/* of all that follows */
	Oid			relid;
	Oid			target;			/* what attach_history was called for: relid, or an ancestor of it */
	Oid			table;			/* the log */
	int			n_columns;
	HistoryColumn *columns;
	bool		needs_settings;
	int			n_keys;
	HistoryKeyColumn *keys;
	AttrNumber	own[HISTORY_N_OWN];
	int			n_defaults;		/* columns of the log that their defaults fill, its id among them */
	AttrNumber *default_numbers;
	Expr	  **defaults;
	bool		runs_code;		/* storing an entry may run functions of the log's owner */
} HistoryDefinition;

/* The definition for the trigger that has fired, with its log opened for writing. */
struct TriggerData;
extern HistoryDefinition *history_definition(struct TriggerData *data, Relation *table);

/* Whether a table and its log have what arguments say: raises what is wrong. */
extern void history_check(Relation target, Relation table, char **arguments);

/* Whether the trigger is the guard that consents to these arguments. */
struct Trigger;
extern bool history_is_consent(struct Trigger *trigger, char **arguments);

/* The arguments of the triggers on a table, or NULL where there is no history attached. */
extern char **history_arguments(Relation target);

#endif							/* OPPORTUNITY_HISTORY_H */
