/*
 * report.c
 *		What is said of a total that is refused, or that could not be stored.
 */
#include "totals/totals.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"

void
totals_raise_not_stored(TotalsDefinition *definition)
{
	Relation	parent = RelationIdGetRelation(definition->parent);

	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("totals of \"%s\" could not be stored", RelationGetRelationName(parent)),
			 errdetail("A trigger or rule on the table skipped the update of a row."),
			 errtableconstraint(parent, CONSTRAINT_COMPUTED_TOTAL)));
}

/* A key for messages: the value, or (value, value). */
char *
totals_key_text(TotalsDefinition *definition, Datum *key)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < definition->n_keys; i++)
	{
		Oid			output;
		bool		is_varlena;

		getTypeOutputInfo(definition->keys[i].type, &output, &is_varlena);
		appendStringInfo(&text, "%s%s", i > 0 ? ", " : "", OidOutputFunctionCall(output, key[i]));
	}
	return definition->n_keys > 1 ? psprintf("(%s)", text.data) : text.data;
}

static char *
total_text(TotalsColumn *total, Datum value, bool is_null)
{
	Oid			output;
	bool		is_varlena;

	if (is_null)
		return "null";
	getTypeOutputInfo(total->type, &output, &is_varlena);
	return OidOutputFunctionCall(output, value);
}

void
totals_refuse(TotalsDefinition *definition, TotalsParent *parent)
{
	for (int i = 0; i < definition->n_totals; i++)
	{
		TotalsColumn *total = &definition->totals[i];
		Relation	relation;

		if (totals_equal(total, parent->stored[i], parent->stored_null[i],
						 parent->computed[i], parent->computed_null[i]))
			continue;
		relation = RelationIdGetRelation(definition->parent);
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("%s of \"%s\" %s is the total of its lines and cannot be set to %s",
						total->name, RelationGetRelationName(relation), totals_key_text(definition, parent->key),
						total_text(total, parent->stored[i], parent->stored_null[i])),
				 parent->n_lines > 0 ?
				 errdetail("The lines in %s add up to %s.", definition->arguments[TOTALS_CHILD],
						   total_text(total, parent->computed[i], parent->computed_null[i])) :
				 errdetail("There are no lines in %s, so it is %s.", definition->arguments[TOTALS_CHILD],
						   total_text(total, parent->computed[i], parent->computed_null[i])),
				 errhint("Change the lines, or leave the column out."),
				 errtablecol(relation, get_attnum(definition->parent, total->name)),
				 errtableconstraint(relation, CONSTRAINT_COMPUTED_TOTAL)));
	}
}
