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

/*
 * The share of the variance, from 0 to 1, that one gain or loss has in the
 * distribution of that skewness and excess kurtosis that is one such deal and a
 * normal variable for all the others.
 */
extern double dominant_share(double skewness, double excess);

/*
 * The quantile q, 0 < q < 1, of that distribution in standard deviations from the
 * mean, for a share above 0.
 */
extern double dominated_quantile(double q, double skewness, double share);

#endif							/* OPPORTUNITY_QUANTILE_H */
