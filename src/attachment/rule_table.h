/*
 * rule_table.h
 *		The rules that choose the process of a new row which names none.
 */
#ifndef OPPORTUNITY_ATTACHMENT_RULE_TABLE_H
#define OPPORTUNITY_ATTACHMENT_RULE_TABLE_H

#include "opportunity.h"

#include "access/htup.h"
#include "attachment/options.h"
#include "attachment/process_table.h"
#include "condition/condition.h"
#include "utils/relcache.h"

typedef struct RuleTable RuleTable;

/* Reads the table that a target's options name into the current memory context; *oid is the table's. */
extern RuleTable *load_rule_table(const ProcessOptions *options, Relation target, Oid *oid);

/* Finds mistakes in all of them. */
extern void check_rules(const RuleTable *table, const ProcessTable *processes);

/*
 * The process of a new row that names none: the default one where no rule holds,
 * -1 where there is none.  The run is one of the rules' conditions.
 */
extern Conditions *rule_conditions(const RuleTable *table);
extern int	choose_process(const RuleTable *table, const ProcessTable *processes, ConditionRun *run, HeapTuple row);

#endif							/* OPPORTUNITY_ATTACHMENT_RULE_TABLE_H */
