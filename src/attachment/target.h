/*
 * target.h
 *		The table that a process is attached to: its judges, and its columns.
 */
#ifndef OPPORTUNITY_ATTACHMENT_TARGET_H
#define OPPORTUNITY_ATTACHMENT_TARGET_H

#include "opportunity.h"

#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"

/* Refuses what no process can be attached to. */
extern void check_is_table(Relation rel);

/*
 * The judges of a table, of Trigger.  They are copies: a look-up in the catalogs
 * can have the table's own triggers read anew, and the old ones freed.
 */
extern List *judges(Relation rel);

/* The judge of that stage column, or NULL; a copy in the current memory context. */
extern const Trigger *find_judge(Relation rel, const char *stage_column);

/*
 * The judge of a table's stage column; NULL: the only one it has.  An error
 * says when there is none, or more than one.
 */
extern const Trigger *only_judge(Relation rel, const char *stage_column);
extern void report_not_attached(Oid relid, const char *stage_column);

/* A column by name, and one such as BEFORE triggers see and may set; user says what for, in messages. */
extern Form_pg_attribute find_column(Relation rel, const char *name, const char *user);
extern Form_pg_attribute find_plain_column(Relation rel, const char *name, const char *user);

/*
 * The columns that name a row, as a bitmap has them: those of the primary key,
 * without the stage's where that stands in it, too, as in a table partitioned by it.
 */
extern Bitmapset *row_key_columns(Relation rel, AttrNumber stage);

#endif							/* OPPORTUNITY_ATTACHMENT_TARGET_H */
