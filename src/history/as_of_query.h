/*
 * as_of_query.h
 *		The query that rebuilds a table from its history.
 */
#ifndef OPPORTUNITY_HISTORY_AS_OF_QUERY_H
#define OPPORTUNITY_HISTORY_AS_OF_QUERY_H

#include "history/history.h"

#include "lib/stringinfo.h"

/* Appends "k1, k2, ..." */
extern void history_append_list(StringInfo text, const char *prefix, int n);

extern void history_append_query(StringInfo text, char **arguments);

#endif							/* OPPORTUNITY_HISTORY_AS_OF_QUERY_H */
