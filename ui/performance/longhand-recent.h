/* The last two minutes in graphs: how fast it recognises, how late words are, and what that takes of the
 * machine. Graphs begin when they are shown. */
#pragma once

#include "dictation/longhand-dictation.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_RECENT (longhand_recent_get_type ())
G_DECLARE_FINAL_TYPE (LonghandRecent, longhand_recent, LONGHAND, RECENT, AdwBin)

void longhand_recent_clear (LonghandRecent *self);
void longhand_recent_look (LonghandRecent *self, const LonghandStats *stats); /* every second */

G_END_DECLS
