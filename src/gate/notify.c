/*
 * notify.c
 *		Telling those who listen that a row has moved.
 *
 * PostgreSQL sends a notification when the transaction commits, so nobody hears
 * of a move that was refused or rolled back.
 */
#include "gate/notify.h"
#include "names.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "catalog/partition.h"
#include "commands/async.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "nodes/bitmapset.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/relcache.h"

/* A payload must be shorter (async.c). */
#define PAYLOAD_BYTES (BLCKSZ - NAMEDATALEN - 128)

static void
append_member(StringInfo json, const char *key, const char *value)
{
	appendStringInfo(json, ", \"%s\": ", key);
	if (value != NULL)
		/* What is no stage may be of any length. */
		escape_json(json, pnstrdup(value, pg_mbcliplen(value, strlen(value), STAGE_NAME_BYTES)));
	else
		appendStringInfoString(json, "null");
}

/* The primary key as an object whose values are all text; NULL where there is none. */
static char *
row_key(const JudgedRow *judged)
{
	Bitmapset  *columns = RelationGetIndexAttrBitmap(judged->rel, INDEX_ATTR_BITMAP_PRIMARY_KEY);
	TupleDesc	desc = RelationGetDescr(judged->rel);
	StringInfoData json;
	int			column = -1;

	if (bms_is_empty(columns))
		return NULL;
	initStringInfo(&json);
	while ((column = bms_next_member(columns, column)) >= 0)
	{
		AttrNumber	attnum = column + FirstLowInvalidHeapAttributeNumber;
		Form_pg_attribute attribute = TupleDescAttr(desc, attnum - 1);
		bool		isnull;
		Datum		value = heap_getattr(judged->row, attnum, desc, &isnull);
		Oid			output;
		bool		varlena;

		getTypeOutputInfo(attribute->atttypid, &output, &varlena);
		appendStringInfoString(&json, json.len > 0 ? ", " : "{");
		escape_json(&json, NameStr(attribute->attname));
		appendStringInfoString(&json, ": ");
		escape_json(&json, OidOutputFunctionCall(output, value));
	}
	appendStringInfoChar(&json, '}');
	return json.data;
}

void
notify_move(const JudgedRow *judged)
{
	Oid			table = RelationGetRelid(judged->rel);
	StringInfoData json;
	char	   *key;

	if (judged->to == NULL || (judged->from != NULL && strcmp(judged->from, judged->to) == 0))
		return;
	if (judged->rel->rd_rel->relispartition)
		table = llast_oid(get_partition_ancestors(table));

	initStringInfo(&json);
	appendStringInfoString(&json, "{\"table\": ");
	escape_json(&json, qualified_name(table));
	append_member(&json, "from", judged->from);
	append_member(&json, "to", judged->to);
	append_member(&json, "process", judged->process_key);
	key = row_key(judged);
	if (key != NULL && json.len + strlen(key) + strlen(", \"key\": }") < PAYLOAD_BYTES)
		appendStringInfo(&json, ", \"key\": %s}", key);
	else
		appendStringInfoString(&json, ", \"key\": null}");
	Async_Notify(judged->attachment->options.notify, json.data);
}
