/*
 * text.h
 *		Text in charts: numbers and dates independent of locale, user text made
 *		safe for XML 1.0, and widths without font metrics.
 *
 * User text is in UTF-8 here whatever the server's encoding, and may hold bytes
 * that are not (a SQL_ASCII server checks nothing).
 */
#ifndef OPPORTUNITY_CHART_TEXT_H
#define OPPORTUNITY_CHART_TEXT_H

#include "opportunity.h"

/* The server's text in UTF-8: itself, or a palloc'd string. */
extern const char *chart_utf8(char *text, int len);

/* A coordinate or length in pixels, to a tenth. */
extern void append_pixels(StringInfo out, double pixels);

/* 1,234,567 */
extern void append_count(StringInfo out, int64 count);

/* 1,234,567.50 (no cents where they are zero); magnitude below 10^18. */
extern void append_amount(StringInfo out, double amount);

/* 950, 1.2K, 34.5M: three significant digits. */
extern void append_short_amount(StringInfo out, double amount);

/* 72 or 72.5, cut after one decimal */
extern void append_score(StringInfo out, double score);

/* ISO 8601 date of a Julian day, years before 1 marked BC. */
extern void append_day(StringInfo out, int julian_day);
extern void append_year(StringInfo out, int year);

/*
 * Text content of an element.  What XML 1.0 forbids becomes U+FFFD, white space
 * a blank.  raw says whether other characters may stand as they are; without it
 * all beyond ASCII are written as references, so that the document is right in
 * any encoding.
 */
extern void append_escaped(StringInfo out, const char *text, int len, bool raw);

/* Estimated width in pixels, on the wide side. */
extern double text_width(const char *text, int len, double font_size);

/* Bytes of the longest prefix, ending at a character, that is no wider. */
extern int	text_fit(const char *text, int len, double font_size, double max_width);

#endif							/* OPPORTUNITY_CHART_TEXT_H */
