/*
 * quantile.c
 *		Quantiles of a sum of many independent gains, in plain IEEE arithmetic but
 *		for logarithm and erfc.
 */
#include "postgres.h"

#include "statistics/quantile.h"

#include <math.h>

/* Standard deviations beyond which a normal variable does not get. */
#define FAR		9.0

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
void
shape_init(Shape *shape, double skewness, double excess)
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
	shape->skewness = skewness;
	shape->skewness_squared = s2;
	shape->excess = excess;
	shape->low = -FAR;
	shape->high = FAR;
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
				shape->low = Max(shape->low, roots[i]);
			else if (roots[i] > 0)
				shape->high = Min(shape->high, roots[i]);
		}
	}
	shape->least = shape_quantile(shape, shape->low);
	shape->most = shape_quantile(shape, shape->high);
}

double
shape_quantile(const Shape *shape, double z)
{
	z = Max(shape->low, Min(shape->high, z));
	return z + shape->skewness * (z * z - 1) / 6 + shape->excess * z * (z * z - 3) / 24
		- shape->skewness_squared * z * (2 * z * z - 5) / 36;
}

/* The chance to be below x, least < x < most: shape_quantile inverted by Newton's method, kept between bounds. */
static double
shape_chance(const Shape *shape, double x)
{
	double		low = shape->low;
	double		high = shape->high;
	double		z = Max(low, Min(high, x));
	double		step;

	do
	{
		double		error = shape_quantile(shape, z) - x;
		double		slope = 1 + shape->skewness * z / 3 + shape->excess * (z * z - 1) / 8
			- shape->skewness_squared * (6 * z * z - 5) / 36;
		double		next = z - error / slope;

		if (error < 0)
			low = z;
		else
			high = z;
		if (!(next > low && next < high))	/* NaN too */
			next = (low + high) / 2;
		step = fabs(next - z);
		z = next;
	} while (step > 1e-8);		/* a step squares the error */
	return 0.5 * erfc(-z * M_SQRT1_2);
}

void
mixture_add(Mixture *mixture, double gain, double chance)
{
	Mixture		before = *mixture;
	int			n = before.n_outcomes;
	double		shift[2];
	double		share[2];
	int			next[2] = {0, 0};

	/* the lower of both ways first, so that merging them keeps the order */
	shift[0] = gain > 0 ? -gain * chance : gain * (1 - chance);
	share[0] = gain > 0 ? 1 - chance : chance;
	shift[1] = shift[0] + fabs(gain);
	share[1] = 1 - share[0];
	for (int i = 0; i < 2 * n; i++)
	{
		int			way = next[0] == n ||
			(next[1] < n && before.gain[next[1]] + shift[1] < before.gain[next[0]] + shift[0]);

		mixture->gain[i] = before.gain[next[way]] + shift[way];
		mixture->chance[i] = before.chance[next[way]] * share[way];
		next[way]++;
	}
	mixture->n_outcomes = 2 * n;
}

/* The chance to be below x. */
static double
mixture_chance(const Mixture *mixture, double x)
{
	double		chance = 0;

	for (int i = 0; i < mixture->n_outcomes; i++)
	{
		double		rest = (x - mixture->gain[i]) / mixture->deviation;

		if (rest <= mixture->rest.least)
			break;				/* the others are larger still */
		if (rest >= mixture->rest.most)
			chance += mixture->chance[i];
		else
			chance += mixture->chance[i] * shape_chance(&mixture->rest, rest);
	}
	return chance;
}

/*
 * Where the chance reaches q, between two bounds that close in: by turns at
 * their middle and where a straight line between them meets q.
 */
double
mixture_quantile(const Mixture *mixture, double q, double low, double high)
{
	double		at_low;
	double		at_high;

	if (mixture->n_outcomes == 1)
	{
		double		x = mixture->gain[0] + mixture->deviation * shape_quantile(&mixture->rest, normal_quantile(q));

		return Max(low, Min(high, x));
	}

	at_low = mixture_chance(mixture, low) - q;
	at_high = mixture_chance(mixture, high) - q;
	if (at_low >= 0)
		return low;
	if (at_high < 0)
		return high;
	for (int i = 0; high - low > 1e-11 && i < 400; i++)
	{
		double		x = (low + high) / 2;
		double		at_x;

		if (i % 2 == 1)
			x = low + (high - low) * at_low / (at_low - at_high);
		if (!(x > low && x < high))
		{
			if (i % 2 == 0)
				break;
			continue;
		}
		at_x = mixture_chance(mixture, x) - q;
		if (at_x < 0)
		{
			low = x;
			at_low = at_x;
		}
		else
		{
			high = x;
			at_high = at_x;
		}
	}
	return high;
}
