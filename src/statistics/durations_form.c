/*
 * durations_form.c
 *		The text and binary forms of a set of durations, checked as a hostile
 *		hand's.
 */
#include "statistics/durations_form.h"

#include "libpq/pqformat.h"
#include "numeric/json_integer.h"
#include "numeric/wide.h"

/* Whether a set could have these counts, as far as can be told: NULL, or what is wrong. */
static const char *
durations_problem(const DurationsHead *head, const DurationCount *counts)
{
	int128		sum = wide_to_int128(head->sum);
	int128		least = 0;
	int64		unit;
	int64		n = 0;

	if (head->unit >= DURATION_UNITS)
		return "The unit of durations is unknown.";
	if (head->n < 0 || head->n > DURATIONS_MAX)
		return "The number of durations is out of range.";
	if (head->n_counts > DURATIONS_MAX_COUNTS)
		return "There are too many different durations.";
	unit = duration_units[head->unit];
	for (uint32 i = 0; i < head->n_counts; i++)
	{
		if (counts[i].duration > DURATION_LIMIT || counts[i].duration % (uint64) unit != 0)
			return "A duration is out of range or no multiple of the unit.";
		if (i > 0 && counts[i].duration <= counts[i - 1].duration)
			return "Durations are not in ascending order.";
		if (counts[i].count <= 0 || counts[i].count > DURATIONS_MAX - n)
			return "The count of a duration is out of range.";
		n += counts[i].count;
		least += (int128) counts[i].duration * counts[i].count;
	}
	if (n != head->n)
		return "The counts of durations are not as many as there are durations.";
	if (sum < least || sum > least + (int128) (unit - 1) * n)
		return "The sum of durations does not fit their counts.";
	if (head->unit > 0 && n == 0)
		return "There are no durations to need the unit.";
	return NULL;
}

void
durations_write(StringInfo text, const DurationsHead *head, const DurationCount *counts)
{
	char		digits[WIDE_DECIMAL_SIZE];

	wide_to_decimal(digits, head->sum, 2, 0, 0);
	appendStringInfo(text, "{\"deals\": " INT64_FORMAT ", \"sum\": %s, \"unit\": " INT64_FORMAT ", \"counts\": [",
					 head->n, digits, duration_units[head->unit]);
	for (uint32 i = 0; i < head->n_counts; i++)
		appendStringInfo(text, "%s" UINT64_FORMAT ", " INT64_FORMAT, i > 0 ? ", " : "",
						 counts[i].duration, counts[i].count);
	appendStringInfoString(text, "]}");
}

/* The pairs of an array; false when it is none, or not of integers. */
static bool
read_counts(JsonbContainer *array, DurationsHead *head, DurationCount **counts)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	int			n = 0;

	if (!JsonContainerIsArray(array) || JsonContainerSize(array) % 2 != 0 ||
		JsonContainerSize(array) > 2 * DURATIONS_MAX_COUNTS)
		return false;
	head->n_counts = JsonContainerSize(array) / 2;
	*counts = palloc_array(DurationCount, head->n_counts + 1);
	iterator = JsonbIteratorInit(array);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		int128		wide;

		if (token != WJB_ELEM)
			continue;
		if (!json_integer(&value, &wide) || wide > (n % 2 == 0 ? (int128) DURATION_LIMIT : DURATIONS_MAX))
			return false;
		if (n % 2 == 0)
			(*counts)[n / 2].duration = (uint64) wide;
		else
			(*counts)[n / 2].count = (int64) wide;
		n++;
	}
	return n == 2 * (int) head->n_counts;
}

const char *
durations_read(JsonbContainer *object, DurationsHead *head, DurationCount **counts)
{
	JsonbValue	value;
	int128		sum;
	int64		unit;

	if (!JsonContainerIsObject(object) || JsonContainerSize(object) != 4 ||
		!json_count(object, "deals", &head->n) || !json_count(object, "unit", &unit) ||
		getKeyJsonValueFromContainer(object, "sum", strlen("sum"), &value) == NULL ||
		!json_integer(&value, &sum))
		return "Durations are an object of the integers \"deals\", \"sum\" and \"unit\" and the array \"counts\".";
	wide_from_int128(head->sum, sum);
	head->unit = 0;
	while (head->unit < DURATION_UNITS && duration_units[head->unit] != unit)
		head->unit++;
	if (getKeyJsonValueFromContainer(object, "counts", strlen("counts"), &value) == NULL ||
		value.type != jbvBinary || !read_counts(value.val.binary.data, head, counts))
		return "\"counts\" of durations is an array of pairs of integers: a duration, how often it occurs.";
	return durations_problem(head, *counts);
}

void
durations_send(StringInfo buffer, const DurationsHead *head, const DurationCount *counts)
{
	pq_sendint64(buffer, head->sum[1]);
	pq_sendint64(buffer, head->sum[0]);
	pq_sendint64(buffer, head->n);
	pq_sendint32(buffer, head->unit);
	pq_sendint32(buffer, head->n_counts);
	for (uint32 i = 0; i < head->n_counts; i++)
	{
		pq_sendint64(buffer, counts[i].duration);
		pq_sendint64(buffer, counts[i].count);
	}
}

const char *
durations_receive(StringInfo buffer, DurationsHead *head, DurationCount **counts)
{
	if (buffer->len - buffer->cursor < (int) sizeof(DurationsHead))
		return "It ends within durations.";
	head->sum[1] = pq_getmsgint64(buffer);
	head->sum[0] = pq_getmsgint64(buffer);
	head->n = pq_getmsgint64(buffer);
	head->unit = pq_getmsgint(buffer, sizeof(int32));
	head->n_counts = pq_getmsgint(buffer, sizeof(int32));
	if (head->n_counts > DURATIONS_MAX_COUNTS ||
		buffer->len - buffer->cursor < (int) (head->n_counts * sizeof(DurationCount)))
		return "It ends within durations.";
	*counts = palloc_array(DurationCount, head->n_counts + 1);
	for (uint32 i = 0; i < head->n_counts; i++)
	{
		(*counts)[i].duration = pq_getmsgint64(buffer);
		(*counts)[i].count = pq_getmsgint64(buffer);
	}
	return durations_problem(head, *counts);
}
