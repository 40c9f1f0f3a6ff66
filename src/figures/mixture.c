/*
 * mixture.c
 *		Quantiles of a sum of many independent gains, in plain IEEE arithmetic but
 *		for erfc and the normal quantile.
 */
#include "figures/mixture.h"

#include <math.h>

#include "statistics/normal.h"

/* Standard deviations beyond which a normal variable does not get. */
#define FAR		9.0

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
