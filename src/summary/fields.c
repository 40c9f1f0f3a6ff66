/*
 * fields.c
 *		The list of a summary's counts and sums: their names, places and bounds.
 */
#include "summary/fields.h"

#define OPEN_FIELD(name, limbs, decimals, exponent) \
	{"open", #name, offsetof(PipelineSummary, open.name), limbs, decimals, exponent}
#define CLOSED_FIELDS(outcome) \
	{#outcome, "deals", offsetof(PipelineSummary, outcome.deals), 1, 0, 0}, \
	{#outcome, "without_amount", offsetof(PipelineSummary, outcome.without_amount), 1, 0, 0}, \
	{#outcome, "without_opened", offsetof(PipelineSummary, outcome.without_opened), 1, 0, 0}, \
	{#outcome, "without_closed", offsetof(PipelineSummary, outcome.without_closed), 1, 0, 0}, \
	{#outcome, "cycles", offsetof(PipelineSummary, outcome.cycles), 1, 0, 0}, \
	{#outcome, "backward", offsetof(PipelineSummary, outcome.backward), 1, 0, 0}, \
	{#outcome, "value", offsetof(PipelineSummary, outcome.value), VALUE_LIMBS, AMOUNT_DECIMALS, 24}, \
	{#outcome, "cycle_seconds", offsetof(PipelineSummary, outcome.cycle), VALUE_LIMBS, 6, 20}
#define DECIMALS_FIELD(n) \
	{"decimals", #n, offsetof(PipelineSummary, decimals) + n * sizeof(int64), 1, 0, 0}
#define LARGEST_FIELDS(n) \
	{"largest", "amount_" #n, offsetof(PipelineSummary, largest[n - 1].amount), VALUE_LIMBS, AMOUNT_DECIMALS, 24}, \
	{"largest", "probability_" #n, offsetof(PipelineSummary, largest[n - 1].probability), 1, PROBABILITY_DECIMALS - 2, 0}

/* A deal's k-th cumulant is a multiple of 10^-14k and at most 10^32k of these. */
const SummaryField summary_fields[SUMMARY_FIELDS] = {
	OPEN_FIELD(deals, 1, 0, 0),
	OPEN_FIELD(without_amount, 1, 0, 0),
	OPEN_FIELD(without_probability, 1, 0, 0),
	OPEN_FIELD(up_to_one, 1, 0, 0),
	OPEN_FIELD(above_one, 1, 0, 0),
	OPEN_FIELD(with_closed, 1, 0, 0),
	OPEN_FIELD(uncertain, 1, 0, 0),
	OPEN_FIELD(value, VALUE_LIMBS, AMOUNT_DECIMALS, 24),
	OPEN_FIELD(least, VALUE_LIMBS, AMOUNT_DECIMALS, 24),
	OPEN_FIELD(most, VALUE_LIMBS, AMOUNT_DECIMALS, 24),
	OPEN_FIELD(weighted, WEIGHTED_LIMBS, AMOUNT_DECIMALS + PROBABILITY_DECIMALS, 32),
	OPEN_FIELD(variance, VARIANCE_LIMBS, 2 * (AMOUNT_DECIMALS + PROBABILITY_DECIMALS), 64),
	OPEN_FIELD(third, THIRD_LIMBS, 3 * (AMOUNT_DECIMALS + PROBABILITY_DECIMALS), 96),
	OPEN_FIELD(fourth, FOURTH_LIMBS, 4 * (AMOUNT_DECIMALS + PROBABILITY_DECIMALS), 128),
	CLOSED_FIELDS(won),
	CLOSED_FIELDS(lost),
	DECIMALS_FIELD(0),
	DECIMALS_FIELD(1),
	DECIMALS_FIELD(2),
	DECIMALS_FIELD(3),
	DECIMALS_FIELD(4),
	DECIMALS_FIELD(5),
	DECIMALS_FIELD(6),
	LARGEST_FIELDS(1),
	LARGEST_FIELDS(2),
	LARGEST_FIELDS(3),
	LARGEST_FIELDS(4),
	LARGEST_FIELDS(5),
	LARGEST_FIELDS(6),
	LARGEST_FIELDS(7),
	LARGEST_FIELDS(8)
};
