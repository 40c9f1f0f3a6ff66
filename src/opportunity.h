/*
 * opportunity.h
 *		What every room shares: the stable constraint names that errors carry,
 *		the backend-long memory context, and cache invalidation.
 *
 * How errors are raised, everywhere: ereport with the SQLSTATE that fits
 * (a broken rule 23514, a missing required value 23502, a bad literal 22P02, bad
 * binary 22P03, a value out of range 22003, mixed currencies and wrong arguments
 * 22023, a miswired trigger 39P01); errtable, errtablecolname and
 * errtableconstraint fill the fields that client libraries map on, with one of
 * the names below; errdetail says what is allowed or missing, errhint the remedy.
 * The primary message stands alone.
 */
#ifndef OPPORTUNITY_H
#define OPPORTUNITY_H

#include "compat.h"

#define CONSTRAINT_STAGE_UNKNOWN	"opportunity_stage_unknown"
#define CONSTRAINT_STAGE_START		"opportunity_stage_start"
#define CONSTRAINT_STAGE_MOVE		"opportunity_stage_move"
#define CONSTRAINT_STAGE_GATE		"opportunity_stage_gate"
#define CONSTRAINT_COMPUTED_TOTAL	"opportunity_computed_total"
#define CONSTRAINT_HISTORY_APPEND	"opportunity_history_append"
#define CONSTRAINT_CLOSED			"opportunity_closed"
#define CONSTRAINT_PRODUCT_ACTIVE	"opportunity_product_active"
#define CONSTRAINT_QUANTITY_RULE	"opportunity_quantity_rule"
#define CONSTRAINT_UNIT_GROUP		"opportunity_unit_group"
#define CONSTRAINT_DISCOUNT_LIST	"opportunity_discount_list"

/* Parent of everything that outlives a statement; a child of CacheMemoryContext. */
extern MemoryContext opportunity_context(void);

/*
 * A room's cache is told of a changed relation (InvalidOid: of any).  It runs
 * where no catalog may be read and nothing may be freed: it flips flags.
 */
typedef void (*RelationChangedCallback) (Oid relid);
extern void on_relation_change(RelationChangedCallback callback);

#endif							/* OPPORTUNITY_H */
