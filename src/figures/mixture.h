/*
 * mixture.h
 *		Quantiles of a sum of many independent gains, a few of them large.
 *
 * The large ones are taken as they are, every combination of them an outcome
 * with its chance; all others together are known by their cumulants and taken as
 * a distribution near the normal one.
 */
#ifndef OPPORTUNITY_MIXTURE_H
#define OPPORTUNITY_MIXTURE_H

#include "postgres.h"

/* A distribution of mean 0 and deviation 1 by its skewness and excess kurtosis. */
typedef struct Shape
{
	double		skewness;
	double		skewness_squared;	/* 0 where the expansion leaves that term out */
	double		excess;
	double		low;			/* standard normal quantiles between which the expansion rises */
	double		high;
	double		least;			/* its own quantiles there */
	double		most;
} Shape;

extern void shape_init(Shape *shape, double skewness, double excess);

/* The quantile that belongs to the standard normal quantile z; never falls as z rises. */
extern double shape_quantile(const Shape *shape, double z);

/* Gains that are taken as they are, at most; as many as a summary lists. */
#define MIXTURE_GAINS	8

typedef struct Mixture
{
	int			n_outcomes;		/* of the large gains, the lowest first: 1 without any */
	double		gain[1 << MIXTURE_GAINS];
	double		chance[1 << MIXTURE_GAINS];
	double		deviation;		/* of the rest; above 0 */
	Shape		rest;
} Mixture;

/* One more large gain, which comes with that chance; all outcomes are moved to keep their mean. */
extern void mixture_add(Mixture *mixture, double gain, double chance);

/* The quantile q, 0 < q < 1, known to lie between low and high. */
extern double mixture_quantile(const Mixture *mixture, double q, double low, double high);

#endif							/* OPPORTUNITY_MIXTURE_H */
