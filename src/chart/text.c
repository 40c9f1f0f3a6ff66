/*
 * text.c
 *		Text in charts: numbers, dates, escaping and widths.
 */
#include "chart/text.h"

#include <math.h>

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#define REPLACEMENT_CHARACTER 0xFFFD

const char *
chart_utf8(char *text, int len)
{
	/* A SQL_ASCII server's bytes are taken for UTF-8 where they are that. */
	if (GetDatabaseEncoding() == PG_SQL_ASCII)
		return text;
	return pg_server_to_any(text, len, PG_UTF8);
}

void
append_pixels(StringInfo out, double pixels)
{
	int			tenths = (int) floor(pixels * 10 + 0.5);
	char		digits[16];
	int			len;

	if (tenths < 0)
	{
		appendStringInfoChar(out, '-');
		tenths = -tenths;
	}
	len = pg_ltoa(tenths / 10, digits);
	if (tenths % 10 != 0)
	{
		digits[len++] = '.';
		digits[len++] = '0' + tenths % 10;
	}
	appendBinaryStringInfo(out, digits, len);
}

void
append_count(StringInfo out, int64 count)
{
	char		digits[MAXINT8LEN + 1];
	int			len = pg_lltoa(count, digits);
	int			i = 0;

	if (digits[0] == '-')
		appendStringInfoChar(out, digits[i++]);
	for (; i < len; i++)
	{
		appendStringInfoChar(out, digits[i]);
		if ((len - i) % 3 == 1 && i < len - 1)
			appendStringInfoChar(out, ',');
	}
}

void
append_amount(StringInfo out, double amount)
{
	double		magnitude = fabs(amount);
	int64		whole;
	int			cents = 0;

	/* Beyond 2^53 hundredths a double has no exact cents. */
	if (magnitude < 9e13)
	{
		int64		hundredths = (int64) floor(magnitude * 100 + 0.5);

		whole = hundredths / 100;
		cents = (int) (hundredths % 100);
	}
	else
		whole = (int64) floor(magnitude + 0.5);

	if (amount < 0 && (whole != 0 || cents != 0))
		appendStringInfoChar(out, '-');
	append_count(out, whole);
	if (cents != 0)
	{
		appendStringInfoChar(out, '.');
		appendStringInfoChar(out, '0' + cents / 10);
		appendStringInfoChar(out, '0' + cents % 10);
	}
}

void
append_short_amount(StringInfo out, double amount)
{
	static const char suffixes[] = " KMBT";
	double		scaled = fabs(amount);
	int			power = 0;
	int64		whole;
	int			decimals;
	int			fraction = 0;

	/* 999.5 would print as 1000 */
	while (scaled >= 999.5 && suffixes[power + 1] != '\0')
	{
		scaled /= 1000;
		power++;
	}
	decimals = scaled < 9.995 ? 2 : (scaled < 99.95 ? 1 : 0);
	if (decimals == 2)
	{
		whole = (int64) floor(scaled * 100 + 0.5);
		fraction = (int) (whole % 100);
		whole /= 100;
	}
	else if (decimals == 1)
	{
		whole = (int64) floor(scaled * 10 + 0.5);
		fraction = (int) (whole % 10) * 10;
		whole /= 10;
	}
	else
		whole = (int64) floor(scaled + 0.5);

	if (amount < 0 && (whole != 0 || fraction != 0))
		appendStringInfoChar(out, '-');
	append_count(out, whole);
	if (fraction != 0)
	{
		appendStringInfoChar(out, '.');
		appendStringInfoChar(out, '0' + fraction / 10);
		if (fraction % 10 != 0)
			appendStringInfoChar(out, '0' + fraction % 10);
	}
	if (power > 0)
		appendStringInfoChar(out, suffixes[power]);
}

void
append_score(StringInfo out, double score)
{
	/* Cut, not rounded: 74.96 is no 75.  What is added makes up for 64.1 × 10 < 641. */
	append_pixels(out, floor(score * 10 + 1e-6) / 10);
}

void
append_year(StringInfo out, int year)
{
	appendStringInfo(out, "%d%s", year > 0 ? year : 1 - year, year > 0 ? "" : " BC");
}

void
append_day(StringInfo out, int julian_day)
{
	char		digits[32];
	char	   *end = digits;
	int			year;
	int			month;
	int			day;

	j2date(julian_day, &year, &month, &day);
	end = pg_ultostr_zeropad(end, year > 0 ? year : 1 - year, 4);
	*end++ = '-';
	end = pg_ultostr_zeropad(end, month, 2);
	*end++ = '-';
	end = pg_ultostr_zeropad(end, day, 2);
	appendBinaryStringInfo(out, digits, end - digits);
	if (year <= 0)
		appendStringInfoString(out, " BC");
}

/* The code point at *text, which moves past it; U+FFFD for one stray byte. */
static pg_wchar
next_code_point(const char **text, const char *end)
{
	const unsigned char *bytes = (const unsigned char *) *text;
	int			len;

	if (*bytes < 0x80)
	{
		(*text)++;
		return *bytes;
	}
	len = pg_utf_mblen(bytes);
	if (len > end - *text || !pg_utf8_islegal(bytes, len))
	{
		(*text)++;
		return REPLACEMENT_CHARACTER;
	}
	*text += len;
	return utf8_to_unicode(bytes);
}

void
append_escaped(StringInfo out, const char *text, int len, bool raw)
{
	const char *end = text + len;

	while (text < end)
	{
		const char *start = text;
		pg_wchar	code_point;

		/* most text in one go */
		while (text < end && *text >= ' ' && *text < 0x7F &&
			   *text != '&' && *text != '<' && *text != '>')
			text++;
		if (text > start)
			appendBinaryStringInfo(out, start, text - start);
		if (text == end)
			break;

		start = text;
		code_point = next_code_point(&text, end);
		switch (code_point)
		{
			case '&':
				appendStringInfoString(out, "&amp;");
				break;
			case '<':
				appendStringInfoString(out, "&lt;");
				break;
			case '>':
				appendStringInfoString(out, "&gt;");
				break;
			case '\t':
			case '\n':
			case '\r':
				appendStringInfoChar(out, ' ');
				break;
			default:
				/* C0 and C1 controls, and the two characters XML forbids */
				if (code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0) ||
					code_point == 0xFFFE || code_point == 0xFFFF ||
					code_point == REPLACEMENT_CHARACTER)
					appendStringInfoString(out, "&#xFFFD;");
				else if (code_point < 0x80 || raw)
					appendBinaryStringInfo(out, start, text - start);
				else
					appendStringInfo(out, "&#x%X;", (unsigned int) code_point);
		}
	}
}

/*
 * Widths in em, after DejaVu Sans, the widest of the common sans-serif fonts:
 * what fits here fits in Arial and Helvetica too.
 */
static double
character_width(const char *start, int len, pg_wchar code_point)
{
	if (code_point >= 0x80)
	{
		int			columns = code_point == REPLACEMENT_CHARACTER ? 1 :
			pg_encoding_dsplen(PG_UTF8, start);

		Assert(len > 0);
		return columns <= 0 ? 0.0 : (columns == 1 ? 0.66 : 1.05);
	}
	if (code_point != 0 && strchr("ijlI'|!.,:; ", (int) code_point) != NULL)
		return 0.33;
	if (code_point != 0 && strchr("frt()[]-/\"\\", (int) code_point) != NULL)
		return 0.43;
	if (code_point != 0 && strchr("mwMW@%&", (int) code_point) != NULL)
		return 0.97;
	if (code_point >= 'A' && code_point <= 'Z')
		return 0.71;
	return 0.62;
}

/* How far the text goes within max_width; *width is what that takes. */
static int
measure(const char *text, int len, double font_size, double max_width, double *width)
{
	const char *at = text;
	const char *end = text + len;

	*width = 0;
	while (at < end)
	{
		const char *start = at;
		pg_wchar	code_point = next_code_point(&at, end);
		double		next = *width + character_width(start, at - start, code_point) * font_size;

		if (next > max_width)
			return start - text;
		*width = next;
	}
	return len;
}

double
text_width(const char *text, int len, double font_size)
{
	double		width;

	(void) measure(text, len, font_size, HUGE_VAL, &width);
	return width;
}

int
text_fit(const char *text, int len, double font_size, double max_width)
{
	double		width;

	return measure(text, len, font_size, max_width, &width);
}
