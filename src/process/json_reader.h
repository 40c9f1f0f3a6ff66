/*
 * json_reader.h
 *		Reading objects, arrays and words in JSON, with the path of what is wrong.
 */
#ifndef OPPORTUNITY_PROCESS_JSON_READER_H
#define OPPORTUNITY_PROCESS_JSON_READER_H

#include "opportunity.h"

#include "lib/stringinfo.h"
#include "nodes/nodes.h"
#include "process/process_text.h"
#include "utils/jsonb.h"

/* Where in the JSON we are, for messages, and what it has said so far. */
typedef struct Reader
{
	Node	   *escontext;
	StringInfoData path;
	ProcessText process;
} Reader;

/* Reads the value of one key of an object; false after a mistake. */
typedef bool (*KeyReader) (Reader *reader, const char *key, JsonbValue *value, void *target);

/* Reports a mistake at the path, maybe softly; false. */
extern bool mistake(Reader *reader, int sqlstate, const char *format,...) pg_attribute_printf(3, 4);

extern char *value_string(const JsonbValue *value);

/* Whether a value is an object, or an array. */
extern bool is_container(const JsonbValue *value, bool object);

/* Reads an object, each key by the function given. */
extern bool read_object(Reader *reader, JsonbValue *value, const char *what, KeyReader read_key, void *target);

/*
 * Reads an array: item i by the function given, which is called with no key
 * and with target advanced by stride bytes an item.
 */
extern bool read_array(Reader *reader, JsonbValue *value, KeyReader read_item, char *target, size_t stride);

/* Some words in one line. */
extern bool read_words(Reader *reader, JsonbValue *value, const char *what, int max_bytes, char **words);

#endif							/* OPPORTUNITY_PROCESS_JSON_READER_H */
