/* Translations: programs call this once, first thing in main (). */
#pragma once

/* Takes the user's locale and binds the text domain: LONGHAND_LOCALE_DIR in the environment (uninstalled
 * runs), else where the build puts translations. */
void longhand_i18n_init (void);
