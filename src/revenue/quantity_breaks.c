/*
 * quantity_breaks.c
 *		The type quantity_breaks: its text and binary forms, equality, and the
 *		discount of a quantity.
 *
 * The text form is a list of bands, '[10,50):5%, [50,):12.5%'; numbers are written
 * without an exponent, in output also without needless zeros, so that equal values
 * have equal texts and equal bytes.
 */
#include "revenue/quantity_breaks.h"

#include "common/hashfn.h"
#include "common/int.h"
#include "libpq/pqformat.h"
#include "numeric/exact.h"
#include "numeric/fixed.h"
#include "numeric/round.h"
#include "utils/builtins.h"

/* Quantities, and discounts that are amounts, are at most 10^12. */
#define BAND_MAX_DIGITS 12

/* Far more than any discount list has. */
#define MAX_BANDS 10000

static inline int
n_bands(const QuantityBreaks *breaks)
{
	return (int) ((VARSIZE(breaks) - offsetof(QuantityBreaks, bands)) / sizeof(QuantityBand));
}

/* A zeroed value with room for so many bands. */
static QuantityBreaks *
make_breaks(int n)
{
	Size		size = offsetof(QuantityBreaks, bands) + n * sizeof(QuantityBand);
	QuantityBreaks *breaks = palloc0(size);

	SET_VARSIZE(breaks, size);
	breaks->version = QUANTITY_BREAKS_VERSION;
	return breaks;
}

const QuantityBreaks *
quantity_breaks_of(Datum value)
{
	QuantityBreaks *breaks = (QuantityBreaks *) PG_DETOAST_DATUM(value);

	if (VARSIZE(breaks) < offsetof(QuantityBreaks, bands) || breaks->version != QUANTITY_BREAKS_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("stored quantity breaks are not of version %d", QUANTITY_BREAKS_VERSION),
				 errhint("Write them again from their text.")));
	return breaks;
}

/* What is wrong with a band that follows another one (NULL: with the first); NULL when nothing is. */
static const char *
problem_of_band(const QuantityBand *band, const QuantityBand *previous)
{
	int64		most = (int64) power_of_ten[BAND_MAX_DIGITS];

	if (band->low < 0 || band->low > most * (int64) power_of_ten[BAND_QUANTITY_SCALE] ||
		(band->high != BAND_UNBOUNDED && band->high > most * (int64) power_of_ten[BAND_QUANTITY_SCALE]))
		return "A quantity is from 0 to 1000000000000.";
	if (band->high <= band->low)
		return "A band ends above its beginning.";
	if (previous != NULL && band->low < previous->high)
		return "Bands are in ascending order and do not overlap: each begins where the one before ends, or above.";
	switch (band->kind)
	{
		case BAND_PERCENT:
			if (band->discount < 0 || band->discount > 100 * power_of_ten[BAND_DISCOUNT_SCALE])
				return "A percentage is from 0 to 100.";
			return NULL;
		case BAND_AMOUNT:
			if (band->discount < 0 || band->discount > most * (int64) power_of_ten[BAND_DISCOUNT_SCALE])
				return "A discount per unit is from 0 to 1000000000000.";
			return NULL;
	}
	return "A discount is a percentage or an amount.";
}

static void
skip_blanks(const char **text)
{
	while (**text == ' ' || (**text >= '\t' && **text <= '\r'))
		(*text)++;
}

/* Moves past a character that must come next. */
static bool
accept(const char **text, char expected)
{
	skip_blanks(text);
	if (**text != expected)
		return false;
	(*text)++;
	return true;
}

/* Reads digits, with a point among or before them; not more decimals than the scale, nor 64 bits. */
static bool
accept_number(const char **text, int scale, int64 *number)
{
	int			digits = 0;
	int			decimals = -1;	/* the point not met yet */

	skip_blanks(text);
	*number = 0;
	for (;; (*text)++)
	{
		if (**text == '.' && decimals < 0)
			decimals = 0;
		else if (**text >= '0' && **text <= '9')
		{
			digits++;
			/* zeros after the last decimal change nothing */
			if (decimals >= scale && **text == '0')
				continue;
			if (decimals >= scale ||
				pg_mul_s64_overflow(*number, 10, number) ||
				pg_add_s64_overflow(*number, **text - '0', number))
				return false;
			if (decimals >= 0)
				decimals++;
		}
		else
			break;
	}
	return digits > 0 &&
		!pg_mul_s64_overflow(*number, (int64) power_of_ten[scale - Max(decimals, 0)], number);
}

/* One band; on failure says what was expected. */
static const char *
accept_band(const char **text, QuantityBand *band)
{
	static const char *const shape = "A band is written [from,to):5% or [from,to):1.25, the last one may be [from,):5%.";
	static const char *const quantity = "A quantity has digits and at most 5 decimals.";

	if (!accept(text, '['))
		return shape;
	if (!accept_number(text, BAND_QUANTITY_SCALE, &band->low))
		return quantity;
	if (!accept(text, ','))
		return shape;
	skip_blanks(text);
	if (**text == ')')
		band->high = BAND_UNBOUNDED;
	else if (!accept_number(text, BAND_QUANTITY_SCALE, &band->high) || band->high == BAND_UNBOUNDED)
		return quantity;
	if (!accept(text, ')') || !accept(text, ':'))
		return shape;
	if (!accept_number(text, BAND_DISCOUNT_SCALE, &band->discount))
		return "A discount has digits and at most 6 decimals.";
	band->kind = accept(text, '%') ? BAND_PERCENT : BAND_AMOUNT;
	return NULL;
}

PG_FUNCTION_INFO_V1(opp_quantity_breaks_in);

Datum
opp_quantity_breaks_in(PG_FUNCTION_ARGS)
{
	char	   *string = PG_GETARG_CSTRING(0);
	const char *text = string;
	const char *problem;
	QuantityBreaks *breaks;
	int			n = 1;
	int			i = 0;

	for (const char *c = string; *c != '\0' && n <= MAX_BANDS; c++)
	{
		if (*c == '[')
			n++;
	}
	if (n > MAX_BANDS)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many bands of quantity"),
				 errdetail("There may be %d.", MAX_BANDS - 1)));
	breaks = make_breaks(n);

	do
	{
		QuantityBand *band = &breaks->bands[i];

		problem = accept_band(&text, band);
		if (problem == NULL)
			problem = problem_of_band(band, i > 0 ? band - 1 : NULL);
		i++;
	} while (problem == NULL && accept(&text, ','));

	skip_blanks(&text);
	if (problem == NULL && *text != '\0')
		problem = "Bands are separated by commas.";
	if (problem != NULL)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"", "quantity_breaks", string),
				 errdetail("Band %d: %s", i, problem)));

	SET_VARSIZE(breaks, offsetof(QuantityBreaks, bands) + i * sizeof(QuantityBand));
	PG_RETURN_POINTER(breaks);
}

/* A number with as many decimals as it needs. */
static Datum
shortest_numeric(int64 number, int scale)
{
	for (; scale > 0 && number % 10 == 0; scale--)
		number /= 10;
	return fixed_to_numeric(number, scale);
}

static void
append_number(StringInfo string, int64 number, int scale)
{
	appendStringInfoString(string, DatumGetCString(DirectFunctionCall1(numeric_out,
																	   shortest_numeric(number, scale))));
}

static void
append_band(StringInfo string, const QuantityBand *band)
{
	appendStringInfoChar(string, '[');
	append_number(string, band->low, BAND_QUANTITY_SCALE);
	appendStringInfoChar(string, ',');
	if (band->high != BAND_UNBOUNDED)
		append_number(string, band->high, BAND_QUANTITY_SCALE);
	appendStringInfoString(string, "):");
	append_number(string, band->discount, BAND_DISCOUNT_SCALE);
	if (band->kind == BAND_PERCENT)
		appendStringInfoChar(string, '%');
}

char *
band_text(const QuantityBand *band)
{
	StringInfoData string;

	initStringInfo(&string);
	append_band(&string, band);
	return string.data;
}

PG_FUNCTION_INFO_V1(opp_quantity_breaks_out);

Datum
opp_quantity_breaks_out(PG_FUNCTION_ARGS)
{
	const QuantityBreaks *breaks = quantity_breaks_of(PG_GETARG_DATUM(0));
	StringInfoData string;

	initStringInfo(&string);
	for (int i = 0; i < n_bands(breaks); i++)
	{
		if (i > 0)
			appendStringInfoString(&string, ", ");
		append_band(&string, &breaks->bands[i]);
	}
	PG_RETURN_CSTRING(string.data);
}

/* On the wire: the version, then the four numbers of each band. */
PG_FUNCTION_INFO_V1(opp_quantity_breaks_recv);

Datum
opp_quantity_breaks_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(buffer);
	int			size = buffer->len - buffer->cursor;
	int			n = size / (int) sizeof(QuantityBand);
	QuantityBreaks *breaks;

	if (version != QUANTITY_BREAKS_VERSION ||
		n == 0 || n >= MAX_BANDS || size % (int) sizeof(QuantityBand) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value for type %s", "quantity_breaks")));

	breaks = make_breaks(n);
	for (int i = 0; i < n; i++)
	{
		QuantityBand *band = &breaks->bands[i];
		const char *problem;

		band->low = pq_getmsgint64(buffer);
		band->high = pq_getmsgint64(buffer);
		band->discount = pq_getmsgint64(buffer);
		band->kind = pq_getmsgint64(buffer);
		problem = problem_of_band(band, i > 0 ? band - 1 : NULL);
		if (problem != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid binary value for type %s", "quantity_breaks"),
					 errdetail("Band %d: %s", i + 1, problem)));
	}
	PG_RETURN_POINTER(breaks);
}

PG_FUNCTION_INFO_V1(opp_quantity_breaks_send);

Datum
opp_quantity_breaks_send(PG_FUNCTION_ARGS)
{
	const QuantityBreaks *breaks = quantity_breaks_of(PG_GETARG_DATUM(0));
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendint8(&buffer, QUANTITY_BREAKS_VERSION);
	for (int i = 0; i < n_bands(breaks); i++)
	{
		pq_sendint64(&buffer, breaks->bands[i].low);
		pq_sendint64(&buffer, breaks->bands[i].high);
		pq_sendint64(&buffer, breaks->bands[i].discount);
		pq_sendint64(&buffer, breaks->bands[i].kind);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

static bool
breaks_equal(FunctionCallInfo fcinfo)
{
	const QuantityBreaks *a = quantity_breaks_of(PG_GETARG_DATUM(0));
	const QuantityBreaks *b = quantity_breaks_of(PG_GETARG_DATUM(1));

	return VARSIZE(a) == VARSIZE(b) &&
		memcmp(a->bands, b->bands, n_bands(a) * sizeof(QuantityBand)) == 0;
}

PG_FUNCTION_INFO_V1(opp_quantity_breaks_eq);

Datum
opp_quantity_breaks_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(breaks_equal(fcinfo));
}

PG_FUNCTION_INFO_V1(opp_quantity_breaks_ne);

Datum
opp_quantity_breaks_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!breaks_equal(fcinfo));
}

PG_FUNCTION_INFO_V1(opp_quantity_breaks_hash);

Datum
opp_quantity_breaks_hash(PG_FUNCTION_ARGS)
{
	const QuantityBreaks *breaks = quantity_breaks_of(PG_GETARG_DATUM(0));

	return hash_any((const unsigned char *) breaks->bands, n_bands(breaks) * sizeof(QuantityBand));
}

PG_FUNCTION_INFO_V1(opp_quantity_breaks_hash_extended);

Datum
opp_quantity_breaks_hash_extended(PG_FUNCTION_ARGS)
{
	const QuantityBreaks *breaks = quantity_breaks_of(PG_GETARG_DATUM(0));

	return hash_any_extended((const unsigned char *) breaks->bands,
							 n_bands(breaks) * sizeof(QuantityBand), PG_GETARG_INT64(1));
}

const QuantityBand *
band_of_quantity(const QuantityBreaks *breaks, Datum quantity)
{
	Decimal		decimal;
	int128		units;

	/* decimals beyond those of the bounds decide nothing */
	if (!decimal_read(quantity, &decimal) ||
		!fixed_round(decimal.coefficient, decimal.scale, BAND_QUANTITY_SCALE, ROUND_DOWN, &units))
	{
		Datum		magnitude = DirectFunctionCall2(numeric_trunc, quantity,
													Int32GetDatum(BAND_QUANTITY_SCALE));

		switch (numeric_to_fixed(magnitude, BAND_QUANTITY_SCALE, &units))
		{
			case FIXED_OK:
				break;
			case FIXED_NAN:
				return NULL;
			default:
				units = BAND_UNBOUNDED;
				break;
		}
	}
	if (units < 0)
		units = -units;
	/* the end of an unbounded band is still above it */
	units = Min(units, BAND_UNBOUNDED - 1);

	for (int i = 0; i < n_bands(breaks) && breaks->bands[i].low <= units; i++)
	{
		if (units < breaks->bands[i].high)
			return &breaks->bands[i];
	}
	return NULL;
}

Datum
band_discount(const QuantityBand *band, Datum price_per_unit)
{
	Datum		discount;

	if (band == NULL)
		return fixed_to_numeric(0, 0);
	discount = shortest_numeric(band->discount, BAND_DISCOUNT_SCALE);
	if (band->kind == BAND_AMOUNT)
		return discount;
	return exact_multiply(exact_multiply(price_per_unit, discount), fixed_to_numeric(1, 2));
}

PG_FUNCTION_INFO_V1(opp_volume_discount);

Datum
opp_volume_discount(PG_FUNCTION_ARGS)
{
	const QuantityBand *band = NULL;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	if (!PG_ARGISNULL(0))
		band = band_of_quantity(quantity_breaks_of(PG_GETARG_DATUM(0)), PG_GETARG_DATUM(1));
	return band_discount(band, PG_GETARG_DATUM(2));
}
