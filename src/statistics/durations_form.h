/*
 * durations_form.h
 *		The text and binary forms of a set of durations.
 */
#ifndef OPPORTUNITY_DURATIONS_FORM_H
#define OPPORTUNITY_DURATIONS_FORM_H

#include "statistics/durations.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

/*
 * Text form: a JSON object, all keys there.  durations_read returns what is wrong
 * or NULL and leaves the counts palloc'd.  The binary form likewise.
 */
extern void durations_write(StringInfo text, const DurationsHead *head, const DurationCount *counts);
extern const char *durations_read(JsonbContainer *object, DurationsHead *head, DurationCount **counts);
extern void durations_send(StringInfo buffer, const DurationsHead *head, const DurationCount *counts);
extern const char *durations_receive(StringInfo buffer, DurationsHead *head, DurationCount **counts);

#endif							/* OPPORTUNITY_DURATIONS_FORM_H */
