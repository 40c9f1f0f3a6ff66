/*
 * fields.h
 *		The counts and sums of a summary as a list, for what treats them all alike.
 */
#ifndef OPPORTUNITY_FIELDS_H
#define OPPORTUNITY_FIELDS_H

#include "summary/summary.h"

typedef struct SummaryField
{
	const char *section;		/* of the text form */
	const char *name;
	Size		offset;			/* in the struct */
	int			limbs;			/* 1: a count */
	int			decimals;		/* of the text form */
	int			exponent;		/* a sum over n deals is within ±n × 10^exponent */
} SummaryField;

/* The sums and counts come first, then what is listed of the largest deals. */
#define SUMMARY_SUMS			37
#define SUMMARY_FIELDS			(SUMMARY_SUMS + 2 * LARGEST_DEALS)
extern const SummaryField summary_fields[SUMMARY_FIELDS];

static inline uint64 *
summary_limbs(const PipelineSummary *summary, const SummaryField *field)
{
	return (uint64 *) ((char *) summary + field->offset);
}

#endif							/* OPPORTUNITY_FIELDS_H */
