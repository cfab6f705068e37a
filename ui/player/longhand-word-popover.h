/* About one word that was said: to hear it, and what else it may have been. */
#pragma once

#include "transcript/longhand-transcript.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Signals:
 *   "play" ()
 *   "chosen" (const char *text)   in its place */
#define LONGHAND_TYPE_WORD_POPOVER (longhand_word_popover_get_type ())
G_DECLARE_FINAL_TYPE (LonghandWordPopover, longhand_word_popover, LONGHAND, WORD_POPOVER, GtkPopover)

/* As a floating widget, for gtk_widget_set_parent. */
LonghandWordPopover *longhand_word_popover_new (void);

/* Of a word whose alternatives are being looked for. can_play: there is sound of it. */
void longhand_word_popover_show_word (LonghandWordPopover *self, const char *word, gboolean can_play);
/* Element-type LonghandAlternative, likeliest first; may be empty. */
void longhand_word_popover_show_alternatives (LonghandWordPopover *self, const GArray *alternatives);
void longhand_word_popover_show_failure (LonghandWordPopover *self, const char *sentence);

G_END_DECLS
