/*
 * quantile.c
 *		Quantiles of a distribution known by its first four cumulants, in plain
 *		IEEE arithmetic but for logarithm and erfc in the tails.
 */
#include "postgres.h"

#include "pipeline/quantile.h"

#include <math.h>

/* Numerator and denominator polynomials of degree 7, constant term first. */
typedef struct Rational
{
	double		numerator[8];
	double		denominator[8];
} Rational;

/*
 * M. J. Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988):
 * relative error about 10^-16.  Between 0.075 and 0.925 it needs no library
 * function, so p10, p50 and p90 are the same everywhere to the last bit.
 */
static const Rational central = {
	{3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3,
		1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
	3.3430575583588128105e+4, 2.5090809287301226727e+3},
	{1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2,
		5.3941960214247511077e+3, 2.1213794301586595867e+4, 3.9307895800092710610e+4,
	2.8729085735721942674e+4, 5.2264952788528545610e+3}
};

static const Rational tail = {
	{1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
		3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
	2.27238449892691845833e-2, 7.74545014278341407640e-4},
	{1.0, 2.05319162663775882187e0, 1.67638483018380384940e0,
		6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2,
	5.47593808499534494600e-4, 1.05075007164441684324e-9}
};

static const Rational far_tail = {
	{6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
		2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
	2.71155556874348757815e-5, 2.01033439929228813265e-7},
	{1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
		1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
	1.42151175831644588870e-7, 2.04426310338993978564e-15}
};

static double
evaluate(const Rational *rational, double x)
{
	double		numerator = 0;
	double		denominator = 0;

	for (int i = 7; i >= 0; i--)
	{
		numerator = numerator * x + rational->numerator[i];
		denominator = denominator * x + rational->denominator[i];
	}
	return numerator / denominator;
}

double
normal_quantile(double q)
{
	double		offset = q - 0.5;
	double		r;
	double		z;

	if (fabs(offset) <= 0.425)
		return offset * evaluate(&central, 0.180625 - offset * offset);

	r = sqrt(-log(offset < 0 ? q : 1 - q));
	z = r <= 5 ? evaluate(&tail, r - 1.6) : evaluate(&far_tail, r - 5);
	return offset < 0 ? -z : z;
}

/*
 * The fourth-order Cornish-Fisher expansion
 *
 *		z + s(z² - 1)/6 + k(z³ - 3z)/24 - s²(2z³ - 5z)/36
 *
 * rises with z only where its derivative az² + bz + c is positive; where that
 * ends, left and right of z = 0, the value there is kept.  A kurtosis so large
 * that the expansion falls already at the median leaves the skewness alone.
 */
double
cornish_fisher(double z, double skewness, double excess)
{
	double		s2 = skewness * skewness;
	double		a = excess / 8 - s2 / 6;
	double		b = skewness / 3;
	double		c = 1 - excess / 8 + 5 * s2 / 36;
	double		discriminant;

	if (c <= 0)
	{
		excess = s2 = a = 0;
		c = 1;
	}
	discriminant = b * b - 4 * a * c;
	if (discriminant >= 0)
	{
		/* both roots without cancellation; a root at infinity is no limit */
		double		t = -(b + (b < 0 ? -sqrt(discriminant) : sqrt(discriminant))) / 2;
		double		roots[2];

		roots[0] = a != 0 ? t / a : 0;
		roots[1] = t != 0 ? c / t : 0;
		for (int i = 0; i < 2; i++)
		{
			if (roots[i] < 0)
				z = Max(z, roots[i]);
			else if (roots[i] > 0)
				z = Min(z, roots[i]);
		}
	}
	return z + skewness * (z * z - 1) / 6 + excess * z * (z * z - 3) / 24
		- s2 * z * (2 * z * z - 5) / 36;
}

/*
 * A gain of size a with probability p, p ≤ 1/2, has variance v = a²p(1 - p) and,
 * with b = a(1 - 2p), the third and fourth cumulants vb and v(b² - 2v).  The rest,
 * being normal, adds to the variance alone: so 2v³ + excess v = skewness², whose
 * one positive root is at most 1 where any distribution has these cumulants
 * (Pearson's excess ≥ skewness² - 2).
 */
double
dominant_share(double skewness, double excess)
{
	double		low = 0;
	double		high = 1;

	for (int i = 0; i < 60; i++)
	{
		double		v = (low + high) / 2;

		if (v * (2 * v * v + excess) < skewness * skewness)
			low = v;
		else
			high = v;
	}
	return high;
}

/* The chance that a normal variable is below z standard deviations. */
static double
normal_chance(double z)
{
	return 0.5 * erfc(-z * M_SQRT1_2);
}

double
dominated_quantile(double q, double skewness, double share)
{
	double		b = fabs(skewness) / share;
	double		size = sqrt(b * b + 4 * share);
	double		p = 2 * share / (size * (size + b));	/* 4v = a² - b² */
	double		gain = skewness < 0 ? -size : size;
	double		deviation = sqrt(1 - share);
	double		lower = Min(-gain * p, gain * (1 - p));
	double		upper = lower + size;
	double		at_lower = gain > 0 ? 1 - p : p;
	double		low;
	double		high;

	/* below this the rest is rounding: a certain sum */
	if (deviation < 1e-6)
		return q <= at_lower ? lower : upper;

	low = lower + deviation * normal_quantile(q);
	high = upper + deviation * normal_quantile(q);
	for (;;)
	{
		double		x = (low + high) / 2;
		double		z_lower = (x - lower) / deviation;
		double		z_upper = (x - upper) / deviation;
		bool		is_below;

		if (x <= low || x >= high)
			return x;
		/* in either tail the small chances are compared */
		if (q <= 0.5)
			is_below = at_lower * normal_chance(z_lower) + (1 - at_lower) * normal_chance(z_upper) < q;
		else
			is_below = at_lower * normal_chance(-z_lower) + (1 - at_lower) * normal_chance(-z_upper) > 1 - q;
		if (is_below)
			low = x;
		else
			high = x;
	}
}
