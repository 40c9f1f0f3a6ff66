/*
 * as_of.h
 *		The query that rebuilds a table from its history.
 */
#ifndef OPPORTUNITY_AS_OF_H
#define OPPORTUNITY_AS_OF_H

#include "history/history.h"

/* Appends "k1, k2, ..." */
extern void history_append_list(StringInfo text, const char *prefix, int n);

extern void history_append_query(StringInfo text, char **arguments);

#endif							/* OPPORTUNITY_AS_OF_H */
