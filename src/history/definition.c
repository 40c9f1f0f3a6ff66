/*
 * definition.c
 *		From a trigger's arguments to what they mean for the relation it stands on,
 *		and the session's cache of that.
 *
 * Tables and columns are known by their names, as in every trigger's arguments:
 * after a rename attach_history is to be called again.
 */
#include "history/history.h"
#include "names.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/value.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "parser/parse_coerce.h"
#include "rewrite/rewriteHandler.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
#include "utils/varlena.h"

const HistoryOwn history_own_columns[HISTORY_N_OWN] = {
	{"id", INT8OID, "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "Counts the entries: those of one row stand in the order of its changes."},
	{"changed_at", TIMESTAMPTZOID, "timestamptz NOT NULL", "The clock at the end of the statement that made the change."},
	{"changed_by", TEXTOID, "text NOT NULL", "The role that the session acted as, that of SET ROLE included; a SECURITY DEFINER function makes no difference."},
	{"event", TEXTOID, "text NOT NULL", "insert, update or delete."},
	{"column_name", TEXTOID, "text NOT NULL", "The column that got another value."},
	{"old_value", TEXTOID, "text", "Its value before, as text; null at an insert."},
	{"new_value", TEXTOID, "text", "Its value after, as text; null at a delete."}
};

static HTAB *definitions = NULL;

static void
on_change(Oid relid)
{
	HASH_SEQ_STATUS scan;
	HistoryDefinition *definition;

	hash_seq_init(&scan, definitions);
	while ((definition = hash_seq_search(&scan)) != NULL)
	{
		if (relid == InvalidOid || relid == definition->relid || relid == definition->target ||
			relid == definition->table)
			definition->is_valid = false;
	}
}

char **
history_arguments(Relation target)
{
	TriggerDesc *triggers = target->trigdesc;
	Oid			function = trigger_function("log_changes");

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		if (triggers->triggers[i].tgfoid == function && triggers->triggers[i].tgnargs == HISTORY_N_ARGUMENTS)
			return triggers->triggers[i].tgargs;
	}
	return NULL;
}

bool
history_is_consent(Trigger *trigger, char **arguments)
{
	if (trigger->tgfoid != trigger_function("guard_history") || trigger->tgnargs != HISTORY_N_ARGUMENTS)
		return false;
	for (int i = 0; i < HISTORY_N_ARGUMENTS; i++)
	{
		if (strcmp(trigger->tgargs[i], arguments[i]) != 0)
			return false;
	}
	return true;
}

/*
 * Names alone bind the log to the table, and when the table is gone another may
 * take its name: its owner must be one who may write to the log anyway.
 */
static void
check_owner(Oid target, Relation table)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(target));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", target);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	if (pg_class_aclcheck(RelationGetRelid(table), owner, ACL_INSERT) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the owner of %s may not write to its history %s",
						qualified_name(target), qualified_name(RelationGetRelid(table))),
				 errhint("Let the history belong to role %s, or grant INSERT on it.",
						 quote_identifier(GetUserNameFromId(owner, false))),
				 errtable(table)));
}

/*
 * The log's owner consents by the guard, which has the same arguments; and the
 * relation that fired must be the table that they name or a part of it.  Without
 * that anyone could write into the log of others by a trigger on a table of his
 * own, or have it say what did not happen by one with other columns.
 */
static Oid
check_consent(Relation fired, Relation table, char **arguments)
{
	Oid			relid = RelationGetRelid(fired);
	Oid			target = relation_of_name(arguments[HISTORY_TARGET]);
	bool		has_consent = false;

	if (!OidIsValid(target) ||
		(relid != target && !typeInheritsFrom(get_rel_type_id(relid), get_rel_type_id(target))))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("a history trigger on \"%s\" was made for %s, which is another table",
						RelationGetRelationName(fired), arguments[HISTORY_TARGET]),
				 errhint("After renaming a table call opportunity.attach_history again; for a table that was part of it, opportunity.detach_history."),
				 errtable(fired)));

	for (int i = 0; table->trigdesc != NULL && i < table->trigdesc->numtriggers && !has_consent; i++)
		has_consent = history_is_consent(&table->trigdesc->triggers[i], arguments);
	if (!has_consent)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("table %s does not keep this history of %s",
						arguments[HISTORY_TABLE], arguments[HISTORY_TARGET]),
				 errdetail("It has no guard_history trigger with the same arguments."),
				 errhint("Use opportunity.attach_history to make the triggers."),
				 errtable(table)));
	check_owner(target, table);
	return target;
}

static Form_pg_attribute
named_column(Relation relation, const char *name)
{
	AttrNumber	number = get_attnum(RelationGetRelid(relation), name);

	if (number <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of table \"%s\" does not exist", name, RelationGetRelationName(relation)),
				 errhint("After dropping or renaming a column call opportunity.attach_history again."),
				 errtable(relation)));
	return TupleDescAttr(RelationGetDescr(relation), number - 1);
}

static void
check_type(Relation table, Form_pg_attribute column, Oid type, int32 typmod)
{
	/* values are stored without a cast: one of another length would not be restored */
	if (column->atttypid != type || (column->atttypmod != -1 && column->atttypmod != typmod))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of history table \"%s\" is of type %s and must be of type %s",
						NameStr(column->attname), RelationGetRelationName(table),
						format_type_with_typemod(column->atttypid, column->atttypmod), format_type_with_typemod(type, typmod)),
				 errtablecol(table, column->attnum)));
}

static void
build_keys(HistoryDefinition *definition, Relation fired, Relation table, char **arguments)
{
	List	   *names = name_list(arguments[HISTORY_KEY], "key");
	List	   *table_names = name_list(arguments[HISTORY_TABLE_KEY], "the history's key");

	definition->n_keys = list_length(names);
	if (definition->n_keys != list_length(table_names))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the keys of \"%s\" and of its history have different numbers of columns",
						RelationGetRelationName(fired))));
	definition->keys = palloc0_array(HistoryKeyColumn, definition->n_keys);
	for (int i = 0; i < definition->n_keys; i++)
	{
		HistoryKeyColumn *key = &definition->keys[i];
		Form_pg_attribute column = named_column(fired, list_nth(names, i));
		Form_pg_attribute table_column = named_column(table, list_nth(table_names, i));
		TypeCacheEntry *operations = lookup_type_cache(column->atttypid, TYPECACHE_EQ_OPR_FINFO);

		check_type(table, table_column, column->atttypid, column->atttypmod);
		if (!OidIsValid(operations->eq_opr))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_FUNCTION),
					 errmsg("could not identify an equality operator for type %s", format_type_be(column->atttypid))));
		key->number = column->attnum;
		key->table_number = table_column->attnum;
		key->by_val = column->attbyval;
		key->length = column->attlen;
		key->collation = column->attcollation;
		fmgr_info_cxt(operations->eq_opr_finfo.fn_oid, &key->equal, definition->context);
	}
}

static void
build_columns(HistoryDefinition *definition, Relation fired, char **arguments)
{
	List	   *names = name_list(arguments[HISTORY_COLUMNS], "columns");

	definition->n_columns = list_length(names);
	definition->columns = palloc0_array(HistoryColumn, definition->n_columns);
	definition->needs_settings = false;
	for (int i = 0; i < definition->n_columns; i++)
	{
		HistoryColumn *watched = &definition->columns[i];
		Form_pg_attribute column = named_column(fired, list_nth(names, i));

		if (column->attgenerated == ATTRIBUTE_GENERATED_VIRTUAL)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("column \"%s\" of \"%s\" is a virtual generated column, which has no history",
							NameStr(column->attname), RelationGetRelationName(fired)),
					 errhint("Make it a stored one, or watch the columns that it is made of."),
					 errtablecol(fired, column->attnum)));
		watched->number = column->attnum;
		watched->by_val = column->attbyval;
		watched->length = column->attlen;
		watched->name = CStringGetTextDatum(NameStr(column->attname));
		history_value_type(&watched->value_type, column->atttypid, definition->context);
		definition->needs_settings |= watched->value_type.needs_settings;
	}
}

/* What the log's id usually comes from. */
static bool
counts(Expr *value)
{
	return IsA(value, NextValueExpr) || (IsA(value, FuncExpr) && ((FuncExpr *) value)->funcid == F_NEXTVAL);
}

/* A domain may have something to say about a value that is missing. */
static Node *
null_of_domain(Form_pg_attribute column)
{
	int32		typmod = column->atttypmod;
	Oid			type = getBaseTypeAndTypmod(column->atttypid, &typmod);

	return coerce_to_domain((Node *) makeNullConst(type, typmod, column->attcollation), type, typmod, column->atttypid,
							COERCION_IMPLICIT, COERCE_IMPLICIT_CAST, -1, false);
}

/* Whether there are triggers, constraints or indexes that may call functions of the log's owner. */
static bool
runs_code(Relation table)
{
	TriggerDesc *triggers = table->trigdesc;
	TupleConstr *constraints = RelationGetDescr(table)->constr;
	ListCell   *cell;

	if (triggers != NULL && (triggers->trig_insert_before_row || triggers->trig_insert_after_row ||
							 triggers->trig_insert_before_statement || triggers->trig_insert_after_statement))
		return true;
	if (constraints != NULL && (constraints->num_check > 0 || constraints->has_generated_stored))
		return true;
	if (table->rd_rel->relispartition)
		return true;
	foreach(cell, RelationGetIndexList(table))
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));
		bool		is_plain = HeapTupleIsValid(tuple) && heap_attisnull(tuple, Anum_pg_index_indexprs, NULL) &&
			heap_attisnull(tuple, Anum_pg_index_indpred, NULL);

		if (HeapTupleIsValid(tuple))
			ReleaseSysCache(tuple);
		if (!is_plain)
			return true;
	}
	return false;
}

/* The log's own columns, and the defaults of all that we do not fill. */
static void
build_table(HistoryDefinition *definition, Relation table)
{
	TupleDesc	row = RelationGetDescr(table);
	Bitmapset  *filled = NULL;

	if (table->rd_rel->relkind != RELKIND_RELATION)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("a history is kept in an ordinary table, which \"%s\" is not", RelationGetRelationName(table)),
				 errtable(table)));
	for (int i = 0; i < HISTORY_N_OWN; i++)
	{
		Form_pg_attribute column = named_column(table, history_own_columns[i].name);

		check_type(table, column, history_own_columns[i].type, -1);
		definition->own[i] = column->attnum;
		if (i != HISTORY_ID)
			filled = bms_add_member(filled, column->attnum);
	}
	for (int i = 0; i < definition->n_keys; i++)
		filled = bms_add_member(filled, definition->keys[i].table_number);

	definition->runs_code = runs_code(table);
	definition->n_defaults = 0;
	definition->default_numbers = palloc_array(AttrNumber, row->natts);
	definition->defaults = palloc_array(Expr *, row->natts);
	for (int i = 0; i < row->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(row, i);
		Expr	   *value;

		if (column->attisdropped || column->attgenerated != '\0' || bms_is_member(column->attnum, filled))
			continue;
		value = (Expr *) build_column_default(table, column->attnum);
		if (value == NULL)
		{
			if (column->attnum == definition->own[HISTORY_ID])
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_TABLE_DEFINITION),
						 errmsg("column \"%s\" of history table \"%s\" has no default that counts",
								NameStr(column->attname), RelationGetRelationName(table)),
						 errhint("ALTER TABLE %s ALTER COLUMN %s ADD GENERATED ALWAYS AS IDENTITY;",
								 qualified_name(RelationGetRelid(table)), NameStr(column->attname)),
						 errtablecol(table, column->attnum)));
			if (get_typtype(column->atttypid) != TYPTYPE_DOMAIN)
				continue;
			value = (Expr *) null_of_domain(column);
		}
		definition->runs_code |= !counts(value);
		definition->default_numbers[definition->n_defaults] = column->attnum;
		definition->defaults[definition->n_defaults++] = expression_planner(value);
	}
}

/* Raises what a trigger with these arguments would have to say but for the consent. */
void
history_check(Relation target, Relation table, char **arguments)
{
	HistoryDefinition definition = {0};

	definition.context = CurrentMemoryContext;
	build_keys(&definition, target, table, arguments);
	build_columns(&definition, target, arguments);
	build_table(&definition, table);
	check_owner(RelationGetRelid(target), table);
}

/* Definitions of triggers that have changed or gone; a statement may still be using one. */
static void
forget_invalid(void)
{
	HASH_SEQ_STATUS scan;
	HistoryDefinition *definition;

	hash_seq_init(&scan, definitions);
	while ((definition = hash_seq_search(&scan)) != NULL)
	{
		if (definition->is_valid)
			continue;
		if (definition->context != NULL)
			MemoryContextSetParent(definition->context, TopTransactionContext);
		(void) hash_search(definitions, &definition->trigger, HASH_REMOVE, NULL);
	}
}

static void
make_cache(void)
{
	HASHCTL		control = {0};

	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(HistoryDefinition);
	control.hcxt = opportunity_context();
	definitions = hash_create("opportunity histories", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	on_relation_change(on_change);
}

HistoryDefinition *
history_definition(TriggerData *data, Relation *table)
{
	char	  **arguments = data->tg_trigger->tgargs;

	if (definitions == NULL)
		make_cache();
	for (;;)
	{
		HistoryDefinition *definition = hash_search(definitions, &data->tg_trigger->tgoid, HASH_FIND, NULL);
		HistoryDefinition built = {0};
		MemoryContext caller;
		Oid			relid;

		if (definition != NULL && definition->is_valid)
		{
			*table = table_open(definition->table, RowExclusiveLock);
			/* the lock may have told us of a change */
			if (definition->is_valid)
			{
				/* entries move when the cache grows: the caller has a copy */
				HistoryDefinition *copy = palloc_object(HistoryDefinition);

				memcpy(copy, definition, sizeof(HistoryDefinition));
				return copy;
			}
			table_close(*table, NoLock);
		}
		forget_invalid();

		relid = relation_of_name(arguments[HISTORY_TABLE]);
		if (!OidIsValid(relid))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_TABLE),
					 errmsg("history table %s of %s does not exist", arguments[HISTORY_TABLE], arguments[HISTORY_TARGET]),
					 errhint("If it was renamed, call opportunity.attach_history again; if dropped, opportunity.detach_history(%s).",
							 quote_literal_cstr(arguments[HISTORY_TARGET]))));
		*table = table_open(relid, RowExclusiveLock);
		built.context = AllocSetContextCreate(CurrentMemoryContext, "opportunity history", ALLOCSET_SMALL_SIZES);
		caller = MemoryContextSwitchTo(built.context);
		built.relid = RelationGetRelid(data->tg_relation);
		built.table = relid;
		built.target = check_consent(data->tg_relation, *table, arguments);
		build_keys(&built, data->tg_relation, *table, arguments);
		build_columns(&built, data->tg_relation, arguments);
		build_table(&built, *table);
		MemoryContextSwitchTo(caller);
		table_close(*table, NoLock);

		/* from here on nothing fails */
		definition = hash_search(definitions, &data->tg_trigger->tgoid, HASH_ENTER, NULL);
		MemoryContextSetParent(built.context, opportunity_context());
		built.trigger = data->tg_trigger->tgoid;
		built.is_valid = true;
		memcpy(definition, &built, sizeof(HistoryDefinition));
	}
}
