/*
 * normal.h
 *		Quantiles of the standard normal distribution.
 */
#ifndef OPPORTUNITY_NORMAL_H
#define OPPORTUNITY_NORMAL_H

#include "postgres.h"

/* z with a chance of q that a standard normal variable is below it; 0 < q < 1. */
extern double normal_quantile(double q);

#endif							/* OPPORTUNITY_NORMAL_H */
