/*
 * stage_table.h
 *		Stages that rows name by an id, which the app keeps in a table of its own.
 */
#ifndef OPPORTUNITY_ATTACHMENT_STAGE_TABLE_H
#define OPPORTUNITY_ATTACHMENT_STAGE_TABLE_H

#include "opportunity.h"

#include "attachment/options.h"
#include "utils/relcache.h"

typedef struct StageTable StageTable;

/* Reads the table that a target's options name into the current memory context; *oid is the table's. */
extern StageTable *load_stage_table(const ProcessOptions *options, Relation target, Oid *oid);

/* The name for an id, and the id for a name, which must be there; ids are their text forms. */
extern const char *stage_of_id(const StageTable *table, const char *id);
extern const char *id_of_stage(const StageTable *table, const char *name);

#endif							/* OPPORTUNITY_ATTACHMENT_STAGE_TABLE_H */
