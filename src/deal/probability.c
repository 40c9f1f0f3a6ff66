/*
 * probability.c
 *		Probabilities that are not the usual ones.
 */
#include "deal/probability.h"

#include "numeric/fixed.h"
#include "numeric/round.h"
#include "utils/builtins.h"

static void
probability_out_of_range(const char *probability)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("probability %s is out of range", probability),
			 errdetail("A probability is a percentage between 0 and 100.")));
}

/* Percent rounded to six decimals, as round(percent::numeric, 6), which is certainty to eight. */
int
long_probability_of_double(Datum datum)
{
	double		percent = DatumGetFloat8(datum);

	if (!(percent >= 0 && percent <= 100))	/* NaN too */
		probability_out_of_range(psprintf("%.15g", percent));
	return (int) round_as_numeric(percent);
}

int
probability_of_numeric(Datum datum, bool is_open)
{
	const int	decimals = PROBABILITY_DECIMALS - 2;
	int128		probability;
	FixedStatus status = numeric_to_fixed(datum, decimals, &probability);

	if (status == FIXED_TOO_FINE)
	{
		/* away from zero, so that what is out of range stays so */
		status = numeric_to_fixed(numeric_round_exactly(datum, decimals, ROUND_UP), decimals, &probability);
		if (status == FIXED_OK && probability >= 0 && probability <= PROBABILITY_ONE)
			status = numeric_to_fixed(numeric_round_exactly(datum, decimals, ROUND_HALF_UP), decimals, &probability);
	}
	if (status != FIXED_OK || probability < 0 || probability > PROBABILITY_ONE)
		probability_out_of_range(numeric_message_text(datum));
	return (int) probability;
}
