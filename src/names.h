/*
 * names.h
 *		The names that trigger arguments hold: of tables, of columns, and of this
 *		extension's own trigger functions.
 */
#ifndef OPPORTUNITY_NAMES_H
#define OPPORTUNITY_NAMES_H

#include "opportunity.h"

#include "nodes/pg_list.h"

/* Schema and name, quoted where they need it; of a relation that exists. */
extern char *qualified_name(Oid relid);

/*
 * The relation of such a name, or InvalidOid: not by the search path, and not by
 * the caller's privileges, for whoever writes to a table needs no right on the
 * schemas of what its triggers name.
 */
extern Oid	relation_of_name(const char *name);

/* The identifiers of a comma list, each once; what names the list in errors. */
extern List *name_list(const char *list, const char *what);

/* The list in its canonical form. */
extern char *quoted_name_list(List *names);

/* A trigger function of this extension; InvalidOid when it has none of that name. */
extern Oid	trigger_function(const char *name);

#endif							/* OPPORTUNITY_NAMES_H */
