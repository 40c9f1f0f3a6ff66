/*
 * expression.h
 *		SQL expressions that an attachment keeps as text: read as nothing but
 *		expressions, written so that no search path changes what they mean.
 */
#ifndef OPPORTUNITY_EXPRESSION_H
#define OPPORTUNITY_EXPRESSION_H

#include "opportunity.h"

#include "nodes/pg_list.h"
#include "utils/plancache.h"
#include "utils/relcache.h"

/*
 * Stored expressions are written, read and run under settings of their own,
 * whatever the session's: names and literals mean the same everywhere, and a
 * float has all its digits as text.  The caller ends the level that is returned.
 */
extern int	pin_expression_settings(void);

/*
 * The bare expressions in a text, as the raw parser leaves them.  The text is
 * parsed as it stands, never pasted into a statement, and whatever is more than a
 * list of expressions is refused; what and whose name them in messages, as
 * "amounts" over "the lines'" columns.
 */
extern List *bare_expressions(const char *text, const char *what, const char *whose);

/*
 * An expression over a table's columns as text that means the same to every
 * reader who has pinned the settings.  With explicit casts no function that comes
 * later can fit its arguments better.
 */
extern char *write_expression(Node *expression, Relation rel, bool explicit_casts);

/*
 * An expression over the columns of a row, planned, in a cache entry that the
 * caller frees with FreeCachedExpression.  No column is taken to be NOT NULL: a
 * row can be read before that is checked.  Scribbles on the expression.
 */
extern CachedExpression *plan_expression(Node *expression);

#endif							/* OPPORTUNITY_EXPRESSION_H */
