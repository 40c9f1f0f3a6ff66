/*
 * json_integer.h
 *		Integers in JSON forms, which are counts and sums: not negative.
 */
#ifndef OPPORTUNITY_JSON_INTEGER_H
#define OPPORTUNITY_JSON_INTEGER_H

#include "opportunity.h"

#include "utils/jsonb.h"

/* An integer ≥ 0 within 127 bits; false when it is something else. */
extern bool json_integer(const JsonbValue *value, int128 *result);

/* The integer ≥ 0 within 63 bits under a key of an object; false as above, and when it is not there. */
extern bool json_count(JsonbContainer *object, const char *key, int64 *count);

#endif							/* OPPORTUNITY_JSON_INTEGER_H */
