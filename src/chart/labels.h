/*
 * labels.h
 *		Labels of the pipeline chart, by the largest circles and by today.
 */
#ifndef OPPORTUNITY_CHART_LABELS_H
#define OPPORTUNITY_CHART_LABELS_H

#include "chart/drawing.h"

/* Places labels; the marks have their places and drawing order. */
extern void place_labels(ChartLayout *layout);

#endif							/* OPPORTUNITY_CHART_LABELS_H */
