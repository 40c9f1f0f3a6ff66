/*
 * wilson.h
 *		How far a rate among a few can be from the rate it is a sample of.
 */
#ifndef OPPORTUNITY_WILSON_H
#define OPPORTUNITY_WILSON_H

#include "postgres.h"

/*
 * Wilson's interval for `hits` among `trials`, 0 ≤ hits ≤ trials and trials > 0:
 * the rates, from 0 to 1, that such a sample does not contradict with that
 * confidence, 0 < confidence < 1.
 */
extern void wilson_interval(int64 hits, int64 trials, double confidence, double *low, double *high);

#endif							/* OPPORTUNITY_WILSON_H */
