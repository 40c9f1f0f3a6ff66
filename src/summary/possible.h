/*
 * possible.h
 *		Telling a possible summary from an impossible one.
 */
#ifndef OPPORTUNITY_POSSIBLE_H
#define OPPORTUNITY_POSSIBLE_H

#include "summary/fields.h"

/*
 * Whether some set of deals could have these counts and sums, as far as can be
 * told: NULL, or what is wrong with it, and the field, if it is one field.
 */
extern const char *summary_problem(const PipelineSummary *summary, const SummaryField **field);

#endif							/* OPPORTUNITY_POSSIBLE_H */
