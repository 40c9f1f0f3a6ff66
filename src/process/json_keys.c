/*
 * json_keys.c
 *		Keys in the text form of a sales process: in messages, and where one is
 *		repeated, which jsonb does not tell: it keeps the last of several values.
 */
#include "process/json_keys.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"

#define MESSAGE_NAME_BYTES 64

char *
shown_name(const char *name)
{
	int			len = strlen(name);
	int			kept = pg_mbcliplen(name, len, MESSAGE_NAME_BYTES);

	return kept == len ? pstrdup(name) : psprintf("%.*s...", kept, name);
}

void
append_key_path(StringInfo path, const char *key)
{
	char	   *in_path = shown_name(key);

	appendStringInfoChar(path, '.');
	if (strspn(key, "abcdefghijklmnopqrstuvwxyz_") == strlen(key) && key[0] != '\0')
		appendStringInfoString(path, in_path);
	else
		escape_json(path, in_path);
}

static int
count_keys(Jsonb *json)
{
	JsonbIterator *iterator = JsonbIteratorInit(&json->root);
	JsonbIteratorToken token;
	JsonbValue	item;
	int			n = 0;

	while ((token = JsonbIteratorNext(&iterator, &item, false)) != WJB_DONE)
		n += token == WJB_KEY;
	return n;
}

/* In a text that is JSON, every colon outside a string stands between a key and its value. */
static int
count_keys_in_text(const char *json)
{
	bool		in_string = false;
	int			n = 0;

	for (const char *c = json; *c != '\0'; c++)
	{
		if (*c == '"')
			in_string = !in_string;
		else if (in_string && *c == '\\')
			c++;
		else if (!in_string && *c == ':')
			n++;
	}
	return n;
}

static const char *
skip_blanks(const char *json)
{
	return json + strspn(json, " \t\n\r");
}

/* The end of a string that begins there. */
static const char *
skip_string(const char *json)
{
	for (json++; *json != '"'; json++)
	{
		if (*json == '\\')
			json++;
	}
	return json + 1;
}

/* A key as it reads, whatever its escapes. */
static char *
key_from_text(const char *start, const char *end)
{
	Datum		jsonb = DirectFunctionCall1(jsonb_in, CStringGetDatum(pnstrdup(start, end - start)));
	JsonbValue	value;

	(void) JsonbExtractScalar(&DatumGetJsonbP(jsonb)->root, &value);
	return pnstrdup(value.val.string.val, value.val.string.len);
}

static bool
is_among(List *keys, const char *key)
{
	ListCell   *cell;

	foreach(cell, keys)
	{
		if (strcmp(lfirst(cell), key) == 0)
			return true;
	}
	return false;
}

/*
 * Goes over a value in a text that is JSON, leaving *json behind it, until an
 * object has a key again: then its path stays.
 */
static bool
find_repeated_key(const char **json, StringInfo path)
{
	const char *at = skip_blanks(*json);
	char		opening = *at;
	int			path_len = path->len;
	List	   *keys = NIL;

	check_stack_depth();
	if (opening == '"')
		at = skip_string(at);
	else if (opening != '{' && opening != '[')
		at += strcspn(at, ",]} \t\n\r");
	else
	{
		at = skip_blanks(at + 1);
		for (int i = 0; *at != '}' && *at != ']'; i++)
		{
			CHECK_FOR_INTERRUPTS();
			if (opening == '[')
				appendStringInfo(path, "[%d]", i);
			else
			{
				const char *end = skip_string(at);
				char	   *key = key_from_text(at, end);

				append_key_path(path, key);
				if (is_among(keys, key))
					return true;
				keys = lappend(keys, key);
				at = skip_blanks(end) + 1;	/* the colon */
			}
			if (find_repeated_key(&at, path))
				return true;
			path->len = path_len;
			path->data[path_len] = '\0';
			at = skip_blanks(at);
			if (*at == ',')
				at = skip_blanks(at + 1);
		}
		at++;
	}
	*json = at;
	return false;
}

bool
text_repeats_keys(const char *json, Jsonb *jsonb)
{
	return count_keys_in_text(json) != count_keys(jsonb);
}

void
append_repeated_key(StringInfo path, const char *json)
{
	appendStringInfoChar(path, '$');
	(void) find_repeated_key(&json, path);
}
