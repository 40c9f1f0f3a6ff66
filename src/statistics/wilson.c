/*
 * wilson.c
 *		How far a rate among a few can be from the rate it is a sample of.
 *
 * E. B. Wilson, Probable inference, the law of succession, and statistical
 * inference, Journal of the American Statistical Association 22 (1927): the
 * solutions p of |h - p| = z √(p(1 - p) / n).  Unlike h ± z √(h(1 - h) / n) it stays
 * between 0 and 1 and has a width where all or none were hits.
 */
#include "statistics/wilson.h"

#include <math.h>

#include "statistics/normal.h"

void
wilson_interval(int64 hits, int64 trials, double confidence, double *low, double *high)
{
	double		z = normal_quantile(0.5 + confidence / 2);
	double		n = (double) trials;
	double		rate = hits / n;
	double		center = rate + z * z / (2 * n);
	double		reach = z * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n));
	double		scale = 1 + z * z / n;

	*low = hits == 0 ? 0 : Max(0, (center - reach) / scale);
	*high = hits == trials ? 1 : Min(1, (center + reach) / scale);
}
