/*
 * definition.c
 *		From the arguments of a trigger to a checked attachment, and the
 *		session's cache of these.
 */
#include "expression.h"
#include "names.h"
#include "totals/totals.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/catalog.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_func.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

/* The session's attachments: a handful, found by comparing their arguments. */
static List *definitions = NIL;

/* Counts definitions freed: a pointer kept across rows is good while it stands still. */
static uint64 generation = 1;

uint64
totals_generation(void)
{
	return generation;
}

static void
on_change(Oid relid)
{
	ListCell   *cell;

	foreach(cell, definitions)
	{
		TotalsDefinition *definition = lfirst(cell);

		if (relid == InvalidOid || relid == definition->parent || relid == definition->child)
			definition->is_valid = false;
	}
}

static Relation
open_named(char **arguments, TotalsArgument which)
{
	const char *name = arguments[which];
	Oid			relid = relation_of_name(name);
	Relation	relation = OidIsValid(relid) ? try_relation_open(relid, AccessShareLock) : NULL;

	if (relation == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table %s, named by a totals trigger, does not exist", name),
				 which == TOTALS_PARENT ?
				 errhint("If it was renamed, call opportunity.attach_totals again; if dropped, opportunity.detach_totals(NULL, %s).",
						 quote_literal_cstr(arguments[TOTALS_CHILD])) :
				 errhint("If it was renamed, call opportunity.attach_totals again; if dropped, opportunity.detach_totals(%s).",
						 quote_literal_cstr(arguments[TOTALS_PARENT]))));
	if (IsSystemRelation(relation))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("%s is a system catalog, which totals are not for", name),
				 errtable(relation)));
	if (relation->rd_rel->relkind != RELKIND_RELATION && relation->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("totals need ordinary or partitioned tables, which %s is not", name),
				 errtable(relation)));
	return relation;
}

/*
 * A trigger is for the table it names or a part of it.  The name may have gone to
 * another table since.
 */
void
totals_check_place(Relation relation, Oid named, const char *name)
{
	Oid			relid = RelationGetRelid(relation);

	if (relid != named && !typeInheritsFrom(get_rel_type_id(relid), get_rel_type_id(named)))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("a totals trigger on \"%s\" was made for %s, which is another table",
						RelationGetRelationName(relation), name),
				 errhint("After renaming a table call opportunity.attach_totals again."),
				 errtable(relation)));
}

static Form_pg_attribute
named_column(Relation relation, const char *name)
{
	AttrNumber	number = get_attnum(RelationGetRelid(relation), name);

	if (number <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of table \"%s\" does not exist", name, RelationGetRelationName(relation)),
				 errhint("If it was renamed, call opportunity.attach_totals again with its new name."),
				 errtable(relation)));
	return TupleDescAttr(RelationGetDescr(relation), number - 1);
}

static Oid
array_of(Oid type)
{
	Oid			array = get_array_type(type);

	if (!OidIsValid(array))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("type %s cannot be used in totals", format_type_be(type)),
				 errdetail("It has no array type.")));
	return array;
}

static void
build_keys(TotalsDefinition *definition, Relation parent, Relation child)
{
	List	   *foreign_key = name_list(definition->arguments[TOTALS_FOREIGN_KEY], "foreign_key");
	List	   *parent_key = name_list(definition->arguments[TOTALS_PARENT_KEY], "parent_key");

	definition->n_keys = list_length(foreign_key);
	if (definition->n_keys != list_length(parent_key) || definition->n_keys > INDEX_MAX_KEYS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_FOREIGN_KEY),
				 errmsg("the foreign key and the parent's key have different numbers of columns")));
	definition->keys = palloc0_array(TotalsKeyColumn, definition->n_keys);

	for (int i = 0; i < definition->n_keys; i++)
	{
		TotalsKeyColumn *key = &definition->keys[i];
		Form_pg_attribute theirs = named_column(parent, list_nth(parent_key, i));
		Form_pg_attribute ours = named_column(child, list_nth(foreign_key, i));
		Oid			function = InvalidOid;
		CoercionPathType path;

		key->parent_column = pstrdup(NameStr(theirs->attname));
		key->child_column = pstrdup(NameStr(ours->attname));
		key->parent_number = theirs->attnum;
		key->child_number = ours->attnum;
		key->type = getBaseType(theirs->atttypid);
		key->child_type = getBaseType(ours->atttypid);
		key->collation = theirs->attcollation;
		key->array_type = array_of(key->type);
		get_typlenbyvalalign(key->type, &key->len, &key->byval, &key->align);
		key->operations = lookup_type_cache(key->type, TYPECACHE_EQ_OPR | TYPECACHE_EQ_OPR_FINFO |
											TYPECACHE_BTREE_OPFAMILY | TYPECACHE_CMP_PROC_FINFO | TYPECACHE_HASH_PROC_FINFO);
		if (ours->attgenerated != '\0' && ours->attgenerated != ATTRIBUTE_GENERATED_STORED)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("foreign_key column \"%s\" is a virtual generated column", key->child_column),
					 errtablecol(child, ours->attnum)));
		if (!OidIsValid(key->operations->eq_opr_finfo.fn_oid) ||
			!OidIsValid(key->operations->cmp_proc_finfo.fn_oid) ||
			!OidIsValid(key->operations->hash_proc_finfo.fn_oid))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("key column \"%s\" has type %s, which has no default order and hash",
							key->parent_column, format_type_be(key->type)),
					 errtablecol(parent, theirs->attnum)));

		path = find_coercion_pathway(key->type, key->child_type, COERCION_IMPLICIT, &function);
		if (key->type == key->child_type)
			path = COERCION_PATH_RELABELTYPE;
		if (path != COERCION_PATH_RELABELTYPE &&
			(path != COERCION_PATH_FUNC || function >= FirstNormalObjectId))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("foreign_key column \"%s\" of type %s does not match the parent's \"%s\" of type %s",
							key->child_column, format_type_be(ours->atttypid),
							key->parent_column, format_type_be(theirs->atttypid)),
					 errhint("Give both columns the same type."),
					 errtablecol(child, ours->attnum)));
		if (ours->attcollation != theirs->attcollation && OidIsValid(ours->attcollation) &&
			OidIsValid(theirs->attcollation) &&
			!(get_collation_isdeterministic(ours->attcollation) && get_collation_isdeterministic(theirs->attcollation)))
			ereport(ERROR,
					(errcode(ERRCODE_COLLATION_MISMATCH),
					 errmsg("foreign_key column \"%s\" has another collation than the parent's \"%s\"",
							key->child_column, key->parent_column),
					 errdetail("Under a nondeterministic collation other values are equal."),
					 errhint("Give both columns the same collation."),
					 errtablecol(child, ours->attnum)));
		key->is_cast = path == COERCION_PATH_FUNC;
		if (key->is_cast)
		{
			if (get_func_nargs(function) != 1)
				elog(ERROR, "cast function %u takes a type modifier", function);
			fmgr_info_cxt(function, &key->cast, definition->context);
		}
	}
}

static void
build_totals(TotalsDefinition *definition, Relation parent, List *amounts)
{
	List	   *names = name_list(definition->arguments[TOTALS_COLUMNS], "total_columns");

	definition->n_totals = list_length(names);
	if (definition->n_totals != list_length(amounts))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are %d total columns and %d amounts", definition->n_totals, list_length(amounts)),
				 errhint("Give one amount for each total column, separated by commas.")));
	definition->totals = palloc0_array(TotalsColumn, definition->n_totals);

	for (int i = 0; i < definition->n_totals; i++)
	{
		TotalsColumn *total = &definition->totals[i];
		Form_pg_attribute column = named_column(parent, list_nth(names, i));
		int32		typmod = column->atttypmod;
		Oid			input;
		Oid			io_parameter;

		total->name = pstrdup(NameStr(column->attname));
		total->number = column->attnum;
		total->column_type = column->atttypid;
		total->type = getBaseTypeAndTypmod(column->atttypid, &typmod);
		total->typmod = typmod;
		switch (total->type)
		{
			case INT2OID:
			case INT4OID:
			case INT8OID:
			case NUMERICOID:
			case FLOAT4OID:
			case FLOAT8OID:
				break;
			default:
				ereport(ERROR,
						(errcode(ERRCODE_DATATYPE_MISMATCH),
						 errmsg("total column \"%s\" must be a number, not of type %s", total->name,
								format_type_be(column->atttypid)),
						 errtablecol(parent, column->attnum)));
		}
		if (column->attgenerated != '\0')
			ereport(ERROR,
					(errcode(ERRCODE_GENERATED_ALWAYS),
					 errmsg("total column \"%s\" is a generated column", total->name),
					 errtablecol(parent, column->attnum)));
		for (int k = 0; k < definition->n_keys; k++)
		{
			if (strcmp(definition->keys[k].parent_column, total->name) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("total column \"%s\" is part of the parent's key", total->name),
						 errtablecol(parent, column->attnum)));
		}
		total->array_type = array_of(total->type);
		get_typlenbyvalalign(total->type, &total->len, &total->byval, &total->align);
		total->operations = lookup_type_cache(total->type, TYPECACHE_EQ_OPR_FINFO);
		total->is_count = !contain_var_clause(list_nth(amounts, i));
		getTypeInputInfo(total->type, &input, &io_parameter);
		total->zero = OidInputFunctionCall(input, pstrdup("0"), io_parameter, total->typmod);
	}
}

/*
 * Whether a foreign key on exactly these columns, checked at the end of each
 * statement, keeps lines from standing before their parent.
 */
static bool
has_immediate_key(TotalsDefinition *definition, Relation parent, Relation child)
{
	ListCell   *cell;

	/* Tables that inherit have no foreign key. */
	if (child->rd_rel->relkind == RELKIND_RELATION && child->rd_rel->relhassubclass)
		return false;

	foreach(cell, RelationGetFKeyList(child))
	{
		ForeignKeyCacheInfo *key = lfirst_node(ForeignKeyCacheInfo, cell);
		bool		matches = key->confrelid == RelationGetRelid(parent) && key->nkeys == definition->n_keys;
		HeapTuple	tuple;

		for (int i = 0; matches && i < definition->n_keys; i++)
		{
			bool		found = false;

			for (int k = 0; k < key->nkeys; k++)
			{
				if (key->conkey[k] == get_attnum(RelationGetRelid(child), definition->keys[i].child_column) &&
					key->confkey[k] == get_attnum(RelationGetRelid(parent), definition->keys[i].parent_column))
					found = true;
			}
			matches = found;
		}
		if (!matches)
			continue;

		tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(key->conoid));
		if (HeapTupleIsValid(tuple))
		{
			Form_pg_constraint constraint = (Form_pg_constraint) GETSTRUCT(tuple);

			matches = constraint->convalidated && !constraint->condeferrable;
			ReleaseSysCache(tuple);
			if (matches)
				return true;
		}
	}
	return false;
}

static bool
same_arguments(char **a, char **b)
{
	for (int i = 0; i < TOTALS_N_ARGUMENTS; i++)
	{
		if (strcmp(a[i], b[i]) != 0)
			return false;
	}
	return true;
}

/*
 * Whether two definitions are of one attachment.  While a flush is under way, word
 * of any change to a table, an ANALYZE of it will do, gives the triggers within
 * the flush a definition of their own.
 */
bool
totals_is_same(TotalsDefinition *a, TotalsDefinition *b)
{
	return a == b || same_arguments(a->arguments, b->arguments);
}

/*
 * The owners of both tables consent, the parent's to being read and written and
 * the lines' to being read, by a trigger with the very same arguments on each: a
 * trigger that anyone may put on a table of his own is none.
 */
static void
check_consent(TotalsDefinition *definition, Relation relation, const char *function)
{
	Oid			oid = trigger_function(function);

	for (int i = 0; relation->trigdesc != NULL && i < relation->trigdesc->numtriggers; i++)
	{
		Trigger    *trigger = &relation->trigdesc->triggers[i];

		if (trigger->tgfoid == oid && trigger->tgnargs == TOTALS_N_ARGUMENTS &&
			same_arguments(trigger->tgargs, definition->arguments))
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 RelationGetRelid(relation) == definition->parent ?
			 errmsg("table \"%s\" has no guard that names the lines of %s",
					RelationGetRelationName(relation), definition->arguments[TOTALS_CHILD]) :
			 errmsg("table \"%s\" has no trigger that keeps these totals of %s",
					RelationGetRelationName(relation), definition->arguments[TOTALS_PARENT]),
			 errhint("Call opportunity.attach_totals again, or opportunity.detach_totals with both tables."),
			 errtable(relation)));
}

/*
 * A name may go to a table of somebody else's, with triggers that say the same, once
 * the table attached is gone.  So each owner is one who could attach these totals.
 */
static void
check_owner(Relation relation, Relation other)
{
	if (pg_class_aclcheck(RelationGetRelid(other), relation->rd_rel->relowner, ACL_TRIGGER) == ACLCHECK_OK)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("the owner of \"%s\" may not keep totals together with \"%s\"",
					RelationGetRelationName(relation), RelationGetRelationName(other)),
			 errdetail("The two tables have different owners, and \"%s\" has no TRIGGER privilege on \"%s\".",
					   GetUserNameFromId(relation->rd_rel->relowner, false), RelationGetRelationName(other)),
			 errhint("GRANT TRIGGER ON %s TO %s;", qualified_name(RelationGetRelid(other)),
					 quote_identifier(GetUserNameFromId(relation->rd_rel->relowner, false))),
			 errtable(other)));
}

static bool
one_of(const char *value, const char *argument, const char *a, const char *b, const char *c)
{
	if (strcmp(value, a) == 0)
		return true;
	if (strcmp(value, b) != 0 && strcmp(value, c) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown value \"%s\" of %s", value, argument),
				 strcmp(b, c) == 0 ? errhint("Use %s or %s.", a, b) : errhint("Use %s, %s or %s.", a, b, c)));
	return false;
}

static void
build_into(TotalsDefinition *definition, bool needs_consent)
{
	char	  **arguments = definition->arguments;
	Relation	child;
	Relation	parent;
	List	   *amounts;
	Node	   *lines_where;
	Bitmapset  *columns = NULL;
	int			column = -1;
	bool		is_comparable = true;
	int			level;

	if (one_of(arguments[TOTALS_WHEN_EMPTY], "when_empty", "keep", "zero", "null"))
		definition->when_empty = TOTALS_KEEP;
	else
		definition->when_empty = strcmp(arguments[TOTALS_WHEN_EMPTY], "zero") == 0 ? TOTALS_ZERO : TOTALS_NULL;
	definition->ignores_outside_writes =
		one_of(arguments[TOTALS_OUTSIDE_WRITES], "outside_writes", "ignore", "refuse", "refuse");

	child = open_named(arguments, TOTALS_CHILD);
	parent = open_named(arguments, TOTALS_PARENT);
	definition->child = RelationGetRelid(child);
	definition->parent = RelationGetRelid(parent);
	definition->child_owner = child->rd_rel->relowner;
	definition->parent_owner = parent->rd_rel->relowner;
	if (needs_consent)
	{
		check_consent(definition, parent, "guard_totals");
		check_consent(definition, child, "maintain_totals");
	}
	check_owner(parent, child);
	check_owner(child, parent);

	level = pin_expression_settings();
	amounts = totals_amounts(arguments[TOTALS_AMOUNTS], child, &columns);
	lines_where = totals_lines_where(arguments[TOTALS_LINES_WHERE], child, &columns);
	build_keys(definition, parent, child);
	build_totals(definition, parent, amounts);
	totals_build_queries(definition, parent, child, amounts, lines_where);

	AtEOXact_GUC(false, level);

	for (int i = 0; i < definition->n_keys; i++)
		columns = bms_add_member(columns, get_attnum(definition->child, definition->keys[i].child_column) -
								 FirstLowInvalidHeapAttributeNumber);
	definition->line_columns = palloc_array(AttrNumber, bms_num_members(columns));
	while ((column = bms_next_member(columns, column)) >= 0)
	{
		Form_pg_attribute attribute =
			TupleDescAttr(RelationGetDescr(child), column + FirstLowInvalidHeapAttributeNumber - 1);

		/* A virtual column's value is not in the row. */
		if (attribute->attgenerated != '\0' && attribute->attgenerated != ATTRIBUTE_GENERATED_STORED)
			is_comparable = false;
		definition->line_columns[definition->n_line_columns++] = attribute->attnum;
	}
	if (!is_comparable)
		definition->n_line_columns = 0;
	definition->has_immediate_key = has_immediate_key(definition, parent, child);
	if (needs_consent)
		totals_prepare_parents(definition, parent);
	if (needs_consent && is_comparable)
		totals_prepare_lines(definition, child, amounts, lines_where);

	table_close(parent, NoLock);
	table_close(child, NoLock);
}

static void
building(void *argument)
{
	TotalsDefinition *definition = argument;

	errcontext("totals of %s from the lines in %s, as attached",
			   definition->arguments[TOTALS_PARENT], definition->arguments[TOTALS_CHILD]);
}

/*
 * A checked attachment.  One that will be cached lives in the session's memory
 * and needs the guard's consent; the other, for attach_totals to check its
 * arguments with, in the current context.
 */
TotalsDefinition *
totals_build(char **arguments, bool cached)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "opportunity totals", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	TotalsDefinition *definition = palloc0_object(TotalsDefinition);
	ErrorContextCallback callback = {error_context_stack, building, definition};

	definition->context = context;
	definition->is_valid = true;
	for (int i = 0; i < TOTALS_N_ARGUMENTS; i++)
		definition->arguments[i] = pstrdup(arguments[i]);
	if (cached)
		error_context_stack = &callback;
	build_into(definition, cached);
	error_context_stack = callback.previous;
	MemoryContextSwitchTo(caller);
	return definition;
}

static void
free_plan(TotalsQuery *query)
{
	if (query->plan != NULL)
		SPI_freeplan(query->plan);
}

static void
free_definition(TotalsDefinition *definition)
{
	ListCell   *cell;

	generation++;
	free_plan(&definition->lock);
	free_plan(&definition->read);
	free_plan(&definition->add);
	free_plan(&definition->audit);
	free_plan(&definition->store);
	foreach(cell, definition->expressions)
		FreeCachedExpression(lfirst(cell));
	MemoryContextDelete(definition->context);
}

/* Ends a use that was counted in n_users. */
void
totals_release(TotalsDefinition *definition)
{
	if (--definition->n_users == 0 && !list_member_ptr(definitions, definition))
		free_definition(definition);
}

/* The session's valid attachment of these arguments, or NULL; the others are thrown away. */
static TotalsDefinition *
find_definition(char **arguments)
{
	ListCell   *cell;

	foreach(cell, definitions)
	{
		TotalsDefinition *definition = lfirst(cell);

		if (!definition->is_valid || !totals_expressions_are_valid(definition))
		{
			definitions = foreach_delete_current(definitions, cell);
			if (definition->n_users == 0)
				free_definition(definition);
		}
		else if (same_arguments(definition->arguments, arguments))
			return definition;
	}
	return NULL;
}

/*
 * The attachment that a trigger's arguments describe.  Both tables are locked, so
 * that it stays true to the end of the transaction; waiting for the locks brings
 * word of what has changed meanwhile.
 */
TotalsDefinition *
totals_definition(char **arguments)
{
	static bool is_registered = false;
	TotalsDefinition *definition;
	MemoryContext caller;

	if (!is_registered)
	{
		on_relation_change(on_change);
		is_registered = true;
	}
	while ((definition = find_definition(arguments)) != NULL)
	{
		LockRelationOid(definition->child, AccessShareLock);
		LockRelationOid(definition->parent, AccessShareLock);
		if (definition->is_valid)
			return definition;
	}

	definition = totals_build(arguments, true);
	MemoryContextSetParent(definition->context, opportunity_context());
	caller = MemoryContextSwitchTo(opportunity_context());
	definitions = lappend(definitions, definition);
	MemoryContextSwitchTo(caller);
	return definition;
}
