/*
 * json_keys.h
 *		Keys in the text form of a sales process.
 */
#ifndef OPPORTUNITY_PROCESS_JSON_KEYS_H
#define OPPORTUNITY_PROCESS_JSON_KEYS_H

#include "opportunity.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

/* A name as a message may show it. */
extern char *shown_name(const char *name);

/* A key's step in a path. */
extern void append_key_path(StringInfo path, const char *key);

/* Whether an object in a text has a key more than once; the text was read as that jsonb. */
extern bool text_repeats_keys(const char *json, Jsonb *jsonb);

/* The path of the first key that does. */
extern void append_repeated_key(StringInfo path, const char *json);

#endif							/* OPPORTUNITY_PROCESS_JSON_KEYS_H */
