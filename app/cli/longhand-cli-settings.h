/* What the settings of the window say, for verbs that do the same. They are asked once, by a process of its
 * own, and at the latest before this one is closed in (longhand-cli-sandbox.h): what keeps them may be
 * reached by a socket. Main thread. */
#pragma once

#include "models/longhand-catalogue.h"

G_BEGIN_DECLS

/* Asks them, unless they have been asked. */
void longhand_cli_ask_settings (void);

/* The model that is chosen. (transfer none); NULL: none is, or settings are not installed. */
const char *longhand_cli_get_model_of_settings (void);
/* Whether the window takes commands; FALSE where settings are not installed. */
gboolean longhand_cli_get_commands_of_settings (void);
/* Seconds of silence that end an utterance; the usual ones where settings are not installed. */
double longhand_cli_get_pause_of_settings (void);
/* The name of the model that was found right for this machine; as long as nothing was measured, of one that
 * nearly all keep up with. (transfer none) */
const char *longhand_cli_get_recommended_of_settings (void);

/* The model that was found right, asked now, and in this process: not when it is closed in. (transfer none);
 * NULL: nothing was measured, or none is right. */
const LonghandCatalogueEntry *longhand_cli_find_recommended (void);

G_END_DECLS
