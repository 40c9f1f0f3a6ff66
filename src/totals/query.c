/*
 * query.c
 *		The statements that an attachment runs: parents locked and read, lines added
 *		up, totals stored; for one parent, and for arrays of them.
 */
#include "names.h"
#include "totals/totals.h"

#include "catalog/pg_class.h"
#include "nodes/nodeFuncs.h"
#include "nodes/value.h"
#include "parser/parse_oper.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

/* OPERATOR(schema.=) for two types. */
static char *
equality(Oid left, Oid right, TypeCacheEntry *operations)
{
	Operator	found;
	char	   *text;

	if (left == right)
		return qualified_operator(operations->eq_opr);
	found = oper(NULL, list_make2(makeString("pg_catalog"), makeString("=")), left, right, false, -1);
	text = qualified_operator(oprid(found));
	ReleaseSysCache(found);
	return text;
}

/* " FROM ROWS FROM (unnest($1), …)": the arrays of keys, and of totals, as rows u. */
static void
append_rows(StringInfo text, TotalsDefinition *definition, bool with_totals)
{
	int			n = definition->n_keys + (with_totals ? definition->n_totals : 0);

	appendStringInfoString(text, " FROM ROWS FROM (");
	for (int i = 0; i < n; i++)
		appendStringInfo(text, "%spg_catalog.unnest($%d)", i > 0 ? ", " : "", i + 1);
	appendStringInfoString(text, with_totals ? ") AS u (" : ") WITH ORDINALITY AS u (");
	for (int i = 0; i < n; i++)
		appendStringInfo(text, "%sv%d", i > 0 ? ", " : "", i + 1);
	appendStringInfoString(text, with_totals ? ")" : ", n)");
}

/* The key's columns of the parent p, or of the lines c, equal to the parameters. */
static void
append_match(StringInfo text, TotalsDefinition *definition, bool of_parent, bool many)
{
	for (int i = 0; i < definition->n_keys; i++)
	{
		TotalsKeyColumn *key = &definition->keys[i];

		if (i > 0)
			appendStringInfoString(text, " AND ");
		if (of_parent)
			appendStringInfo(text, "p.%s", quote_identifier(key->parent_column));
		else
			appendStringInfo(text, "c.f%d", i + 1);
		appendStringInfo(text, many ? " %s u.v%d" : " %s $%d",
						 equality(of_parent ? key->type : key->child_type, key->type, key->operations), i + 1);
	}
}

/* The lines as rows c: f1 … the foreign key, a1 … the amounts. */
static void
append_lines(StringInfo text, TotalsDefinition *definition, Relation child, List *amounts, Node *lines_where)
{
	appendStringInfoString(text, "(SELECT ");
	for (int i = 0; i < definition->n_keys; i++)
		appendStringInfo(text, "%s AS f%d, ", quote_identifier(definition->keys[i].child_column), i + 1);
	for (int i = 0; i < definition->n_totals; i++)
	{
		Node	   *amount = list_nth(amounts, i);
		Oid			type = getBaseType(exprType(amount));

		/* In numeric the order of addition does not matter, in float it does; its cast would round. */
		appendStringInfo(text, type == FLOAT4OID || type == FLOAT8OID ?
						 "%sCAST(CAST((%s) AS text) AS numeric) AS a%d" : "%s(%s) AS a%d",
						 i > 0 ? ", " : "", totals_deparse(list_make1(amount), child, true), i + 1);
	}
	appendStringInfo(text, " FROM %s", definition->arguments[TOTALS_CHILD]);
	if (lines_where != NULL)
		appendStringInfo(text, " WHERE (%s)", totals_deparse(list_make1(lines_where), child, true));
	appendStringInfoString(text, ") AS c");
}

static void
finish_query(TotalsQuery *query, TotalsDefinition *definition, bool with_totals)
{
	query->n_parameters = definition->n_keys + (with_totals ? definition->n_totals : 0);
	query->one_types = palloc_array(Oid, query->n_parameters);
	query->many_types = palloc_array(Oid, query->n_parameters);
	for (int i = 0; i < query->n_parameters; i++)
	{
		bool		is_key = i < definition->n_keys;
		TotalsColumn *total = is_key ? NULL : &definition->totals[i - definition->n_keys];

		query->one_types[i] = is_key ? definition->keys[i].type : total->type;
		query->many_types[i] = is_key ? definition->keys[i].array_type : total->array_type;
	}
}

static char *
read_query(TotalsDefinition *definition, const char *parent, bool many, bool locking)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, many ? "SELECT u.n" : "SELECT 1");
	for (int i = 0; i < definition->n_totals; i++)
		appendStringInfo(&text, ", p.%s", quote_identifier(definition->totals[i].name));
	if (many)
	{
		append_rows(&text, definition, false);
		appendStringInfo(&text, " JOIN %s AS p ON ", parent);
	}
	else
		appendStringInfo(&text, " FROM %s AS p WHERE ", parent);
	append_match(&text, definition, true, many);
	if (locking)
		appendStringInfoString(&text, many ? " ORDER BY u.n FOR NO KEY UPDATE OF p" : " FOR NO KEY UPDATE");
	return text.data;
}

static char *
add_query(TotalsDefinition *definition, Relation child, List *amounts, Node *lines_where, bool many, bool auditing)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, many ? "SELECT u.n, pg_catalog.count(*)" : "SELECT 1, pg_catalog.count(*)");
	for (int i = 0; i < definition->n_totals; i++)
		appendStringInfo(&text, ", CAST(COALESCE(pg_catalog.sum(c.a%d), 0) AS numeric)", i + 1);
	for (int i = 0; auditing && i < definition->n_totals; i++)
		appendStringInfo(&text, ", pg_catalog.count(*) - pg_catalog.count(c.a%d)", i + 1);
	if (many)
	{
		append_rows(&text, definition, false);
		appendStringInfoString(&text, " JOIN ");
		append_lines(&text, definition, child, amounts, lines_where);
		appendStringInfoString(&text, " ON ");
	}
	else
	{
		appendStringInfoString(&text, " FROM ");
		append_lines(&text, definition, child, amounts, lines_where);
		appendStringInfoString(&text, " WHERE ");
	}
	append_match(&text, definition, false, many);
	if (many)
		appendStringInfoString(&text, " GROUP BY u.n");
	return text.data;
}

static char *
store_query(TotalsDefinition *definition, const char *parent, bool many)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "UPDATE %s AS p SET ", parent);
	for (int i = 0; i < definition->n_totals; i++)
		appendStringInfo(&text, many ? "%s%s = u.v%d" : "%s%s = $%d", i > 0 ? ", " : "",
						 quote_identifier(definition->totals[i].name), definition->n_keys + i + 1);
	if (many)
		append_rows(&text, definition, true);
	appendStringInfoString(&text, " WHERE ");
	append_match(&text, definition, true, many);
	return text.data;
}

void
totals_build_queries(TotalsDefinition *definition, Relation parent, Relation child, List *amounts, Node *lines_where)
{
	const char *table = parent->rd_rel->relkind == RELKIND_PARTITIONED_TABLE ? definition->arguments[TOTALS_PARENT] :
		psprintf("ONLY %s", definition->arguments[TOTALS_PARENT]);
	StringInfoData text;

	definition->lock.one = read_query(definition, table, false, true);
	definition->lock.many = read_query(definition, table, true, true);
	definition->read.one = read_query(definition, table, false, false);
	definition->read.many = read_query(definition, table, true, false);
	definition->add.one = add_query(definition, child, amounts, lines_where, false, false);
	definition->add.many = add_query(definition, child, amounts, lines_where, true, false);
	definition->audit.one = add_query(definition, child, amounts, lines_where, false, true);
	definition->audit.many = add_query(definition, child, amounts, lines_where, true, true);
	definition->store.one = store_query(definition, table, false);
	definition->store.many = store_query(definition, table, true);
	finish_query(&definition->lock, definition, false);
	finish_query(&definition->read, definition, false);
	finish_query(&definition->add, definition, false);
	finish_query(&definition->audit, definition, false);
	finish_query(&definition->store, definition, true);

	initStringInfo(&text);
	appendStringInfoString(&text, "SELECT ");
	for (int i = 0; i < definition->n_keys; i++)
		appendStringInfo(&text, "%sp.%s", i > 0 ? ", " : "", quote_identifier(definition->keys[i].parent_column));
	appendStringInfo(&text, " FROM %s AS p ORDER BY ", table);
	for (int i = 0; i < definition->n_keys; i++)
		appendStringInfo(&text, "%s%d", i > 0 ? ", " : "", i + 1);
	definition->all_keys = text.data;
}
