/*
 * labels.c
 *		Labels of the pipeline chart, where they cover least.
 */
#include "chart/labels.h"

#include "chart/text.h"

#define LABEL_MAX_WIDTH	180
#define LABEL_MIN_WIDTH	100		/* cut to this where it finds no place */
#define LABEL_GAP		3
#define LABEL_ASCENT	9
#define LABEL_DESCENT	3
#define LABEL_OBSTACLES	400		/* the largest circles */
#define LABEL_TRIES		4		/* deals tried for each label */

static bool
boxes_meet(const ChartBox *a, const ChartBox *b)
{
	return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}

static bool
circle_meets(const ChartMark *mark, const ChartBox *box)
{
	double		dx = mark->x - chart_clamp(mark->x, box->left, box->right);
	double		dy = mark->y - chart_clamp(mark->y, box->top, box->bottom);

	return dx * dx + dy * dy < mark->radius * mark->radius;
}

/* Where a label may stand by its circle, best first. */
static const struct
{
	int			x;				/* where its anchor is: in radii from the center */
	int			y;				/* above, beside, below */
	ChartAnchor anchor;
}			label_places[] = {
	{1, 0, ANCHOR_START}, {-1, 0, ANCHOR_END},
	{0, -1, ANCHOR_MIDDLE}, {0, 1, ANCHOR_MIDDLE},
	{-1, -1, ANCHOR_START}, {1, -1, ANCHOR_END},
	{-1, 1, ANCHOR_START}, {1, 1, ANCHOR_END}
};

#define RIGHT_PLACE	0
#define LEFT_PLACE	1

/* The box of a label of that width, and its anchor, in one of the places. */
static ChartBox
label_box(ChartLabel *label, const ChartMark *mark, int place, double width)
{
	double		aside = mark->radius + LABEL_GAP;
	int			side = label_places[place].y;
	ChartBox	box;

	label->anchor = label_places[place].anchor;
	label->x = mark->x + label_places[place].x * (side == 0 ? aside : mark->radius);
	if (side == 0)
		label->y = mark->y + 4;
	else
		label->y = side < 0 ? mark->y - aside - LABEL_DESCENT : mark->y + aside + LABEL_ASCENT;

	box.left = label->x;
	if (label->anchor != ANCHOR_START)
		box.left -= label->anchor == ANCHOR_END ? width : width / 2;
	box.right = box.left + width;
	box.top = label->y - LABEL_ASCENT;
	box.bottom = label->y + LABEL_DESCENT;
	return box;
}

static void
label_today(ChartLayout *layout, ChartBox *box)
{
	static const ChartText today = {"Today", 5};
	ChartLabel *label = &layout->labels[layout->n_labels++];
	ChartMark	line = {0};

	line.x = layout->today_x;
	line.y = layout->axes.top + LABEL_DESCENT;
	line.radius = 2;
	label->text = today;
	label->cut = false;
	*box = label_box(label, &line, RIGHT_PLACE, text_width(today.data, today.len, LABEL_FONT));
	if (box->right > layout->frame.right)
		*box = label_box(label, &line, LEFT_PLACE, box->right - box->left);
}

/*
 * Finds a place for the label of the i-th largest deal, cut to a width: one that
 * is clear of the labels whose boxes are taken and covers less than so many large
 * circles, as few as can be.
 */
static bool
find_place(const ChartLayout *layout, const ChartBox *taken, int i, double max_width, int least,
		   ChartLabel *found, ChartBox *found_box)
{
	const ChartMark *mark = layout->marks[i];
	const ChartDeal *deal = mark->deal;
	int			n_obstacles = Min(layout->n_marks, LABEL_OBSTACLES);
	int			limit = least;
	ChartLabel	label;
	double		width;

	label.text.data = deal->label;
	label.text.len = text_fit(deal->label, deal->label_len, LABEL_FONT, max_width);
	label.cut = deal->label_cut || label.text.len < deal->label_len;
	while (label.cut && label.text.len > 0 && deal->label[label.text.len - 1] == ' ')
		label.text.len--;
	width = text_width(deal->label, label.text.len, LABEL_FONT) + (label.cut ? LABEL_FONT : 0);

	for (int place = 0; place < (int) lengthof(label_places); place++)
	{
		ChartBox	box = label_box(&label, mark, place, width);
		int			n_beneath = 0;
		bool		free = true;

		/* widths are rather too large than too small, and beside the frame is room */
		if (box.left < layout->frame.left || box.right > layout->frame.right + LEGEND_GAP / 2 ||
			box.top < layout->frame.top || box.bottom > layout->frame.bottom)
			continue;
		for (int j = 0; j < layout->n_labels && free; j++)
			free = !boxes_meet(&box, &taken[j]);
		for (int j = 0; j < n_obstacles && free; j++)
			n_beneath += j != i && circle_meets(layout->marks[j], &box);
		if (!free || n_beneath >= least)
			continue;
		least = n_beneath;
		*found = label;
		*found_box = box;
	}
	return least < limit;
}

/*
 * Labels by the largest circles, clear of other labels and of other large circles,
 * shortened if that makes room.  The very largest deals are labeled over other
 * circles where it does not.
 */
void
place_labels(ChartLayout *layout)
{
	const ChartOptions *options = layout->options;
	int			max_labels = options->max_labels + (options->has_today ? 1 : 0);
	ChartBox   *taken = palloc((max_labels + 1) * sizeof(ChartBox));
	int			n_tries = Min(layout->n_marks, LABEL_TRIES * options->max_labels);

	layout->labels = palloc((max_labels + 1) * sizeof(ChartLabel));
	if (options->has_today)
		label_today(layout, &taken[0]);

	for (int i = 0; i < n_tries && layout->n_labels < max_labels; i++)
	{
		bool		is_largest = i < (options->max_labels + 2) / 3;
		ChartLabel	label;
		ChartBox	box;

		if (layout->marks[i]->deal->label_len == 0 ||
			!(find_place(layout, taken, i, LABEL_MAX_WIDTH, 1, &label, &box) ||
			  find_place(layout, taken, i, LABEL_MIN_WIDTH, 1, &label, &box) ||
			  (is_largest && find_place(layout, taken, i, LABEL_MAX_WIDTH, PG_INT32_MAX, &label, &box))))
			continue;
		layout->labels[layout->n_labels] = label;

		/* some air around it */
		box.left -= 6;
		box.right += 6;
		box.top -= 3;
		box.bottom += 3;
		taken[layout->n_labels++] = box;
	}
}
