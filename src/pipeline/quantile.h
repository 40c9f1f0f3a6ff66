/*
 * quantile.h
 *		Quantiles of a distribution known by its first four cumulants.
 */
#ifndef OPPORTUNITY_QUANTILE_H
#define OPPORTUNITY_QUANTILE_H

/* z with a chance of q that a standard normal variable is below it; 0 < q < 1. */
extern double normal_quantile(double q);

/*
 * The quantile, in standard deviations from the mean, that belongs to the
 * standard normal quantile z, given skewness and excess kurtosis.  Never falls
 * as z rises.
 */
extern double cornish_fisher(double z, double skewness, double excess);

#endif							/* OPPORTUNITY_QUANTILE_H */
