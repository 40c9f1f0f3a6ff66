/*
 * target.c
 *		The table that a process is attached to: its judges, and its columns.
 */
#include "attachment/target.h"
#include "names.h"

#include "access/sysattr.h"
#include "catalog/pg_class.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/lsyscache.h"

#define REATTACH_HINT \
	errhint("If the table has changed, call opportunity.attach_process again with the columns it has now.")

void
check_is_table(Relation rel)
{
	if (rel->rd_rel->relkind != RELKIND_RELATION && rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table", RelationGetRelationName(rel))));
}

List *
judges(Relation rel)
{
	Oid			judge = trigger_function("judge_stage");
	TriggerDesc *triggers = CopyTriggerDesc(rel->trigdesc);
	List	   *found = NIL;

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		if (triggers->triggers[i].tgfoid == judge && triggers->triggers[i].tgnargs > 0)
			found = lappend(found, &triggers->triggers[i]);
	}
	return found;
}

const Trigger *
find_judge(Relation rel, const char *stage_column)
{
	ListCell   *cell;

	foreach(cell, judges(rel))
	{
		const Trigger *judge = lfirst(cell);

		if (strcmp(judge->tgargs[0], stage_column) == 0)
			return judge;
	}
	return NULL;
}

void
report_not_attached(Oid target, const char *stage_column)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 stage_column == NULL ? errmsg("table \"%s\" has no sales process", get_rel_name(target)) :
			 errmsg("column \"%s\" of table \"%s\" has no sales process", stage_column, get_rel_name(target)),
			 errhint("SELECT opportunity.attach_process('deals', 'stage', process) attaches one.")));
}

const Trigger *
only_judge(Relation rel, const char *stage_column)
{
	List	   *found = judges(rel);
	const Trigger *judge = NULL;

	if (stage_column != NULL)
		judge = find_judge(rel, stage_column);
	else if (list_length(found) == 1)
		judge = linitial(found);
	else if (found != NIL)
	{
		List	   *columns = NIL;
		ListCell   *cell;

		foreach(cell, found)
			columns = lappend(columns, ((const Trigger *) lfirst(cell))->tgargs[0]);
		ereport(ERROR,
				(errcode(ERRCODE_AMBIGUOUS_PARAMETER),
				 errmsg("table \"%s\" has more than one sales process", RelationGetRelationName(rel)),
				 errdetail("Its stage columns are %s.", list_names(columns)),
				 errhint("Name the stage column.")));
	}
	if (judge == NULL)
		report_not_attached(RelationGetRelid(rel), stage_column);
	return judge;
}

Form_pg_attribute
find_column(Relation rel, const char *name, const char *user)
{
	TupleDesc	desc = RelationGetDescr(rel);
	int			attnum = SPI_fnumber(desc, name);
	Form_pg_attribute attribute;

	if (attnum <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of table \"%s\", %s, does not exist",
						name, RelationGetRelationName(rel), user),
				 REATTACH_HINT));
	attribute = TupleDescAttr(desc, attnum - 1);
	/* Triggers written in C see no value there. */
	if (attribute->attgenerated == ATTRIBUTE_GENERATED_VIRTUAL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("column \"%s\" of table \"%s\", %s, is a virtual generated column",
						name, RelationGetRelationName(rel), user),
				 errhint("Make it a stored generated column.")));
	return attribute;
}

Form_pg_attribute
find_plain_column(Relation rel, const char *name, const char *user)
{
	Form_pg_attribute attribute = find_column(rel, name, user);

	if (attribute->attgenerated != '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_DEFINITION),
				 errmsg("column \"%s\" of table \"%s\", %s, is generated",
						name, RelationGetRelationName(rel), user)));
	return attribute;
}

Bitmapset *
row_key_columns(Relation rel, AttrNumber stage)
{
	Bitmapset  *columns = RelationGetIndexAttrBitmap(rel, INDEX_ATTR_BITMAP_PRIMARY_KEY);

	if (bms_membership(columns) == BMS_MULTIPLE)
		columns = bms_del_member(columns, stage - FirstLowInvalidHeapAttributeNumber);
	return columns;
}
