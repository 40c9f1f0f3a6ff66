/*
 * settings.c
 *		Settings that a piece of work needs, whatever the session's.
 */
#include "settings.h"

#include "utils/guc.h"

int
pin_settings(const PinnedSetting *settings, int n)
{
	int			level = NewGUCNestLevel();

	for (int i = 0; i < n; i++)
	{
		if (!settings[i].is_so)
			(void) set_config_option(settings[i].name, settings[i].value, PGC_USERSET, PGC_S_SESSION,
									 GUC_ACTION_SAVE, true, 0, false);
	}
	return level;
}
