/*
 * forecast.h
 *		How good the forecast of a summary is.
 */
#ifndef OPPORTUNITY_FORECAST_H
#define OPPORTUNITY_FORECAST_H

#include "summary/summary.h"

/* Whether too many of the open deals are large or unlikely for more than rough quantiles. */
extern bool forecast_is_rough(const PipelineSummary *summary);

#endif							/* OPPORTUNITY_FORECAST_H */
