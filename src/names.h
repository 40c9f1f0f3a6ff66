/*
 * names.h
 *		Names: of tables, columns, operators, and of this extension's own trigger
 *		functions and types, as trigger arguments, SQL text and messages have them.
 */
#ifndef OPPORTUNITY_NAMES_H
#define OPPORTUNITY_NAMES_H

#include "opportunity.h"

#include "fmgr.h"
#include "nodes/pg_list.h"

/* Schema and name, quoted where they need it; of a relation that exists. */
extern char *qualified_name(Oid relid);

/*
 * The relation of such a name, or InvalidOid: not by the search path, and not by
 * the caller's privileges, for whoever writes to a table needs no right on the
 * schemas of what its triggers name.
 */
extern Oid	relation_of_name(const char *name);

/* An argument of type regclass, which may be any number (42P01), but not NULL (22004); name is the argument's. */
extern Oid	relation_argument(FunctionCallInfo fcinfo, int i, const char *name);

/* The identifiers of a comma list, each once; what names the list in errors. */
extern List *name_list(const char *list, const char *what);

/* The list in its canonical form. */
extern char *quoted_name_list(List *names);

/* Names as a message lists them, quoted; not more than a few. */
extern char *list_names(List *names);

/* OPERATOR(schema.=) */
extern char *qualified_operator(Oid operator);

/* A trigger function of this extension; InvalidOid when it has none of that name. */
extern Oid	trigger_function(const char *name);

/* A type of this extension. */
extern Oid	extension_type(const char *name);

#endif							/* OPPORTUNITY_NAMES_H */
