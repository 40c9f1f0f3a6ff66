/*
 * json_reader.c
 *		Reading objects, arrays and words in JSON, with the path of what is wrong.
 *
 * jsonb does the lexing.
 */
#include "process/json_reader.h"

#include "miscadmin.h"
#include "process/json_keys.h"

bool
mistake(Reader *reader, int sqlstate, const char *format,...)
{
	StringInfoData what;

	initStringInfo(&what);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, format);
		needed = appendStringInfoVA(&what, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&what, needed);
	}
	errsave(reader->escontext,
			(errcode(sqlstate),
			 errmsg("invalid sales process: %s", what.data),
			 errdetail("The mistake is at %s.", reader->path.data)));
	return false;
}

char *
value_string(const JsonbValue *value)
{
	return pnstrdup(value->val.string.val, value->val.string.len);
}

bool
is_container(const JsonbValue *value, bool object)
{
	if (value->type != jbvBinary)
		return false;
	return object ? JsonContainerIsObject(value->val.binary.data)
		: JsonContainerIsArray(value->val.binary.data) && !JsonContainerIsScalar(value->val.binary.data);
}

bool
read_object(Reader *reader, JsonbValue *value, const char *what, KeyReader read_key, void *target)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	item;
	char	   *key = NULL;

	if (!is_container(value, true))
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "%s must be an object", what);

	iterator = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		int			path_len = reader->path.len;

		if (token == WJB_KEY)
			key = value_string(&item);
		else if (token == WJB_VALUE)
		{
			append_key_path(&reader->path, key);
			if (!read_key(reader, key, &item, target))
				return false;
			reader->path.len = path_len;
			reader->path.data[path_len] = '\0';
		}
	}
	return true;
}

bool
read_array(Reader *reader, JsonbValue *value, KeyReader read_item, char *target, size_t stride)
{
	uint32		n = JsonContainerSize(value->val.binary.data);

	for (uint32 i = 0; i < n; i++)
	{
		JsonbValue *item = getIthJsonbValueFromContainer(value->val.binary.data, i);
		int			path_len = reader->path.len;

		CHECK_FOR_INTERRUPTS();
		appendStringInfo(&reader->path, "[%u]", i);
		if (!read_item(reader, NULL, item, target + i * stride))
			return false;
		reader->path.len = path_len;
		reader->path.data[path_len] = '\0';
	}
	return true;
}

bool
read_words(Reader *reader, JsonbValue *value, const char *what, int max_bytes, char **words)
{
	char	   *s;
	int			len;

	if (value->type != jbvString)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "%s must be a string", what);
	*words = s = value_string(value);
	len = strlen(s);
	if (len == 0)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION, "%s must not be empty", what);
	if (len > max_bytes)
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
					   "%s is longer than %d bytes", what, max_bytes);
	if (s[0] == ' ' || s[len - 1] == ' ')
		return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
					   "%s must not begin or end with a space", what);
	for (int i = 0; i < len; i++)
	{
		if ((unsigned char) s[i] < ' ' || s[i] == 0x7F)
			return mistake(reader, ERRCODE_INVALID_TEXT_REPRESENTATION,
						   "%s must not contain control characters", what);
	}
	return true;
}
