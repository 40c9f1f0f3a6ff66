/*
 * order.c
 *		Orders of deals that depend on nothing but the deals: their rows come in
 *		any order.
 */
#include "chart/drawing.h"

#include <math.h>

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int
compare_labels(const ChartDeal *a, const ChartDeal *b)
{
	int			result = 0;

	if (a->label_len > 0 && b->label_len > 0)
		result = memcmp(a->label, b->label, Min(a->label_len, b->label_len));
	if (result == 0)
		result = COMPARE(a->label_len, b->label_len);
	return result != 0 ? result : COMPARE(a->label_cut, b->label_cut);
}

static int
compare_dates(const ChartDeal *a, const ChartDeal *b)
{
	if (a->has_date != b->has_date)
		return a->has_date ? -1 : 1;
	return COMPARE(a->closes, b->closes);
}

static int
compare_scores(const ChartDeal *a, const ChartDeal *b)
{
	if (a->has_score != b->has_score)
		return a->has_score ? -1 : 1;
	return COMPARE(a->score, b->score);
}

/* Equal scores together, in order of date; equal only where the deals are. */
int
chart_by_score(const void *left, const void *right)
{
	const ChartDeal *a = *(const ChartDeal *const *) left;
	const ChartDeal *b = *(const ChartDeal *const *) right;
	int			result;

	if ((result = compare_scores(a, b)) != 0 ||
		(result = compare_dates(a, b)) != 0 ||
		(result = COMPARE(a->amount, b->amount)) != 0 ||
		(result = COMPARE(a->has_amount, b->has_amount)) != 0)
		return result;
	return compare_labels(a, b);
}

/* In order of date, those without one last; equal only where the deals are. */
int
chart_by_date(const void *left, const void *right)
{
	int			result = compare_dates(*(const ChartDeal *const *) left, *(const ChartDeal *const *) right);

	return result != 0 ? result : chart_by_score(left, right);
}

/* Large circles first, so that small ones lie on them and none is hidden. */
int
chart_by_size(const void *left, const void *right)
{
	const ChartDeal *a = (*(const ChartMark *const *) left)->deal;
	const ChartDeal *b = (*(const ChartMark *const *) right)->deal;
	int			result;

	if ((result = COMPARE(b->has_amount, a->has_amount)) != 0 ||
		(result = COMPARE(fabs(b->amount), fabs(a->amount))) != 0 ||
		(result = compare_dates(a, b)) != 0 ||
		(result = compare_scores(a, b)) != 0 ||
		(result = COMPARE(a->amount, b->amount)) != 0)
		return result;
	return compare_labels(a, b);
}
