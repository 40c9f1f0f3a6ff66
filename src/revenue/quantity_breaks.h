/*
 * quantity_breaks.h
 *		A discount list as a value: bands of quantity, each with a discount.
 */
#ifndef OPPORTUNITY_QUANTITY_BREAKS_H
#define OPPORTUNITY_QUANTITY_BREAKS_H

#include "opportunity.h"

#define QUANTITY_BREAKS_VERSION 1

/* Decimals of the quantities and of the discounts. */
#define BAND_QUANTITY_SCALE 5
#define BAND_DISCOUNT_SCALE 6

/* Above every quantity: the end of a band that has none. */
#define BAND_UNBOUNDED PG_INT64_MAX

typedef enum BandDiscount
{
	BAND_PERCENT,				/* of the price per unit */
	BAND_AMOUNT					/* per unit */
} BandDiscount;

/* The discount of quantities from low, which is in the band, to high, which is not. */
typedef struct QuantityBand
{
	int64		low;			/* in units of 10^-BAND_QUANTITY_SCALE */
	int64		high;
	int64		discount;		/* in units of 10^-BAND_DISCOUNT_SCALE */
	int64		kind;			/* a BandDiscount; wide, so that no byte is padding */
} QuantityBand;

/* The type quantity_breaks: bands in ascending order that do not overlap. */
typedef struct QuantityBreaks
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	int32		version;		/* of the stored form: QUANTITY_BREAKS_VERSION */
	QuantityBand bands[FLEXIBLE_ARRAY_MEMBER];
} QuantityBreaks;

/* The value, detoasted; raises when it is none. */
extern const QuantityBreaks *quantity_breaks_of(Datum value);

/*
 * The band that holds a quantity, NULL when none does.  The sign of the quantity
 * makes no difference, so that a return undoes its sale; NaN is in no band.
 */
extern const QuantityBand *band_of_quantity(const QuantityBreaks *breaks, Datum quantity);

/* The discount per unit in a band (zero without one), not rounded. */
extern Datum band_discount(const QuantityBand *band, Datum price_per_unit);

/* A band in the text form of the type, "[10,50):5%". */
extern char *band_text(const QuantityBand *band);

#endif							/* OPPORTUNITY_QUANTITY_BREAKS_H */
