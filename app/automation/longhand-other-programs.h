/* Dictation into other programs, by longhand-ibus, which is asked in a process of its own: this one does not
 * know IBus. Main thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_OTHER_PROGRAMS (longhand_other_programs_get_type ())
G_DECLARE_FINAL_TYPE (LonghandOtherPrograms, longhand_other_programs, LONGHAND, OTHER_PROGRAMS, GObject)

/* Properties (read-only, notify): enabled (bool; people want it, and it is there), summary (string; a
 * translated sentence: what it does, what was done for it, or why it cannot be had), available (bool).
 * settings has the key "other-programs". The program is LONGHAND_IBUS in the environment, else where it was
 * installed. (transfer full) */
LonghandOtherPrograms *longhand_other_programs_new (GSettings *settings);

/* Looks whether it is there; answered by the properties, as the next one. */
void longhand_other_programs_refresh (LonghandOtherPrograms *self);
/* Puts Longhand among the input methods, or takes it away. */
void longhand_other_programs_set_enabled (LonghandOtherPrograms *self, gboolean enabled);
gboolean longhand_other_programs_get_enabled (LonghandOtherPrograms *self);
gboolean longhand_other_programs_get_available (LonghandOtherPrograms *self);
const char *longhand_other_programs_get_summary (LonghandOtherPrograms *self);

/* Begins to dictate into the program that has the keyboard. */
void longhand_other_programs_start_async (LonghandOtherPrograms *self, GAsyncReadyCallback callback,
                                          gpointer user);
/* FALSE: an error of LONGHAND_ERROR. */
gboolean longhand_other_programs_start_finish (LonghandOtherPrograms *self, GAsyncResult *result,
                                               GError **error);
/* Ends that, also before it has come to anything: behind the answer to a start, unless that has failed. */
void longhand_other_programs_stop_async (LonghandOtherPrograms *self, GAsyncReadyCallback callback,
                                         gpointer user);
gboolean longhand_other_programs_stop_finish (LonghandOtherPrograms *self, GAsyncResult *result,
                                              GError **error); /* likewise */

G_END_DECLS
