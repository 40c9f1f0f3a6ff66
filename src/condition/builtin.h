/*
 * builtin.h
 *		Which functions a condition calls: PostgreSQL's own, or somebody's.
 */
#ifndef OPPORTUNITY_CONDITION_BUILTIN_H
#define OPPORTUNITY_CONDITION_BUILTIN_H

#include "opportunity.h"

#include "nodes/nodes.h"

/*
 * Refuses what an expression may not call that someone wrote who is trusted with
 * the sales process but not with the rights of everyone who moves a deal.  The
 * names are looked at before the expression is analyzed, which reads literals by
 * the code of their types; the functions after it, as they were chosen.
 */
extern void check_builtin_names(Node *raw);
extern void check_builtin_functions(Node *expression);

/* Whether an expression calls nothing but PostgreSQL's own immutable functions, over its own types. */
extern bool runs_no_users_code(Node *expression);

#endif							/* OPPORTUNITY_CONDITION_BUILTIN_H */
