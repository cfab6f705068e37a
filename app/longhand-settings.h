/* Typed settings over GSettings (schema io.github.longhand_app.Longhand). Main thread only. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define LONGHAND_MAX_THREADS 256
#define LONGHAND_MIN_PAUSE_LENGTH 0.3 /* seconds */
#define LONGHAND_MAX_PAUSE_LENGTH 2.0

#define LONGHAND_TYPE_SETTINGS (longhand_settings_get_type ())
G_DECLARE_FINAL_TYPE (LonghandSettings, longhand_settings, LONGHAND, SETTINGS, GObject)

/* Properties, all read-write with notify, bound to the keys of the same name:
 *   threads     uint    0 (automatic) .. 256
 *   model       string  id in the model store; "" = the best installed one
 *   language    string  code, or "auto"
 *   microphone  string  device id of LonghandCapture; "" = follow the default
 *   noise-reduction, automatic-gain bool  what is done with sound before it is recognised
 *   pause-length double seconds of silence that end an utterance, 0.3 .. 2.0
 *   terms       strv    names and terms that recognition favours
 *   replacements strv   rules “heard => written” (transcript/longhand-replacements.h)
 *   commands    bool    spoken commands do what they say, and are not written
 *   mirror      string  address of the folder that models are downloaded from; "" = the official one
 *   show-performance bool  performance panel visible
 *   export-format string extension of the last one used, as longhand_format_get_extension
 *   window-width, window-height int; window-maximized bool */
/* Values out of range are clamped; a format that does not exist leaves the old one. */
LonghandSettings *longhand_settings_new (void); /* (transfer full) */

/* Starts with the user's values; changes last as long as the object. (transfer full) */
LonghandSettings *longhand_settings_new_in_memory (void);

/* GLib ends a program that asks for settings whose schema is not installed: ask here first.
 * FALSE with LONGHAND_ERROR_FAILED. */
gboolean longhand_settings_check_installed (GError **error);

guint longhand_settings_get_threads (LonghandSettings *self);
void longhand_settings_set_threads (LonghandSettings *self, guint threads);
char *longhand_settings_dup_model (LonghandSettings *self); /* (transfer full) */
void longhand_settings_set_model (LonghandSettings *self, const char *id);
char *longhand_settings_dup_language (LonghandSettings *self); /* (transfer full) */
void longhand_settings_set_language (LonghandSettings *self, const char *language);
char *longhand_settings_dup_microphone (LonghandSettings *self); /* (transfer full) */
void longhand_settings_set_microphone (LonghandSettings *self, const char *id);
gboolean longhand_settings_get_noise_reduction (LonghandSettings *self);
void longhand_settings_set_noise_reduction (LonghandSettings *self, gboolean noise_reduction);
gboolean longhand_settings_get_automatic_gain (LonghandSettings *self);
void longhand_settings_set_automatic_gain (LonghandSettings *self, gboolean automatic_gain);
double longhand_settings_get_pause_length (LonghandSettings *self);
void longhand_settings_set_pause_length (LonghandSettings *self, double seconds);
char **longhand_settings_dup_terms (LonghandSettings *self); /* (transfer full) */
void longhand_settings_set_terms (LonghandSettings *self, const char *const *terms);
char **longhand_settings_dup_replacements (LonghandSettings *self); /* (transfer full) */
void longhand_settings_set_replacements (LonghandSettings *self, const char *const *rules);
gboolean longhand_settings_get_commands (LonghandSettings *self);
void longhand_settings_set_commands (LonghandSettings *self, gboolean commands);
/* Whether the sound of sessions is kept; and what was kept of it before when goes, microseconds since 1970:
 * G_MININT64, nothing; G_MAXINT64, all, since it is not kept. */
gboolean longhand_settings_get_keeps_sound (LonghandSettings *self);
gint64 longhand_settings_get_oldest_sound_us (LonghandSettings *self);
char *longhand_settings_dup_mirror (LonghandSettings *self); /* never "". (transfer full) */
/* For g_settings_bind of window state and the like. (transfer none) */
GSettings *longhand_settings_get_gsettings (LonghandSettings *self);

G_END_DECLS
