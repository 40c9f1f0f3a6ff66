/*
 * settings.h
 *		Settings that a piece of work needs, whatever the session's.
 */
#ifndef OPPORTUNITY_SETTINGS_H
#define OPPORTUNITY_SETTINGS_H

#include "opportunity.h"

typedef struct PinnedSetting
{
	const char *name;
	const char *value;
	bool		is_so;			/* already: setting it would cost more than looking */
} PinnedSetting;

/* Begins a level of settings, which the caller ends by AtEOXact_GUC. */
extern int	pin_settings(const PinnedSetting *settings, int n);

#endif							/* OPPORTUNITY_SETTINGS_H */
