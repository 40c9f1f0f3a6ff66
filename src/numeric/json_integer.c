/*
 * json_integer.c
 *		Integers in JSON forms.
 */
#include "numeric/json_integer.h"

#include "numeric/fixed.h"

bool
json_integer(const JsonbValue *value, int128 *result)
{
	return value->type == jbvNumeric &&
		numeric_to_fixed(NumericGetDatum(value->val.numeric), 0, result) == FIXED_OK && *result >= 0;
}

bool
json_count(JsonbContainer *object, const char *key, int64 *count)
{
	JsonbValue	value;
	int128		wide;

	if (getKeyJsonValueFromContainer(object, key, strlen(key), &value) == NULL ||
		!json_integer(&value, &wide) || wide > PG_INT64_MAX)
		return false;
	*count = (int64) wide;
	return true;
}
