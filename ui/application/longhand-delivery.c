#include "application/longhand-delivery.h"

#include "application/longhand-background.h"
#include "application/longhand-clipboard.h"
#include "application/longhand-paster.h"
#include "dictation/longhand-composition.h"
#include "dictation/longhand-utterance.h"

#include <glib/gi18n.h>
#include <string.h>

#define KEY "when-done"
#define NOTIFICATION "delivery"

struct _LonghandDelivery {
  GtkApplication *application; /* borrowed */
  LonghandDictation *dictation;
  GSettings *settings;
  LonghandRemoteKeyboard *keyboard; /* NULL: nothing can be pasted */
  LonghandPaster *paster;           /* likewise */

  GPtrArray *said; /* owned LonghandUtterance; NULL: nothing is being dictated from elsewhere */
  guint first;     /* recording that it comes from */
  guint last;      /* G_MAXUINT while that goes on */
};

static gboolean
is_chosen (LonghandDelivery *self, const char *what) {
  g_autofree char *chosen = g_settings_get_string (self->settings, KEY);

  return strcmp (chosen, what) == 0;
}

gboolean
longhand_delivery_is_wanted (LonghandDelivery *self) {
  return !is_chosen (self, "nothing");
}

static void
tell_person (LonghandDelivery *self, const char *title, const char *body) {
  g_autoptr (GNotification) notification = g_notification_new (title);

  g_notification_set_body (notification, body);
  g_application_send_notification (G_APPLICATION (self->application), NOTIFICATION, notification);
}

/* ---- the text ---- */

void
longhand_delivery_begin (LonghandDelivery *self) {
  g_application_withdraw_notification (G_APPLICATION (self->application), NOTIFICATION);
  if (self->said == NULL) {
    self->said = g_ptr_array_new_with_free_func ((GDestroyNotify)longhand_utterance_unref);
    self->first = longhand_dictation_get_n_recordings (self->dictation) + 1;
  }
  self->last = G_MAXUINT;
}

static void
on_committed (LonghandDelivery *self, LonghandUtterance *utterance) {
  const guint recording = longhand_dictation_get_heard_recording (self->dictation);

  if (self->said != NULL && recording >= self->first && recording <= self->last)
    g_ptr_array_add (self->said, longhand_utterance_ref (utterance));
}

/* (transfer full) */
static char *
compose (const GPtrArray *said) {
  g_autoptr (GPtrArray) texts = longhand_composition_dup_texts (said);
  GString *text = g_string_new ("");

  for (guint i = 0; i < texts->len; i++)
    longhand_composition_join (text, texts->pdata[i]);
  return g_string_free (text, FALSE);
}

/* ---- what becomes of it ---- */

/* why: it was not pasted; NULL: nobody wanted that. */
static void
tell_of_copy (LonghandDelivery *self, LonghandClaim claim, const char *why) {
  switch (claim) {
  case LONGHAND_CLAIM_DONE:
    tell_person (self, _ ("Text copied"), why != NULL ? why : _ ("Paste it where you want it."));
    break;
  case LONGHAND_CLAIM_UNSEEN:
    tell_person (self, _ ("Text copied"),
                 _ ("This desktop does not say whether it lets a window do so that is not in use. If pasting "
                    "brings something else, the text is in Longhand’s window."));
    break;
  case LONGHAND_CLAIM_REFUSED:
    tell_person (self, _ ("Text not copied"),
                 _ ("This desktop did not let Longhand use the clipboard: the text is in its window."));
    break;
  }
}

static void
copy (LonghandDelivery *self, const char *text) {
  g_autoptr (GdkContentProvider) content = gdk_content_provider_new_typed (G_TYPE_STRING, text);
  GdkClipboard *clipboard = gdk_display_get_clipboard (gdk_display_get_default ());

  tell_of_copy (self, longhand_clipboard_claim (clipboard, content, FALSE), NULL);
}

static void
on_copied (LonghandDelivery *self, LonghandClaim claim, const char *why) {
  tell_of_copy (self, claim, why);
}

/* Who sees the text need not be told of it. */
static void
on_pasted (LonghandDelivery *self, gboolean restored) {
  if (!restored)
    tell_person (self, _ ("Text pasted"), _ ("What was on the clipboard before could not be put back."));
}

static void
deliver (LonghandDelivery *self, const char *text) {
  if (*text == '\0' || !longhand_delivery_is_wanted (self) || longhand_background_is_seen ())
    return;
  if (is_chosen (self, "paste") && self->paster != NULL)
    longhand_paster_paste (self->paster, text);
  else
    copy (self, text);
}

static void
on_state (LonghandDelivery *self) {
  g_autoptr (GPtrArray) said = NULL;
  g_autofree char *text = NULL;

  if (self->said == NULL || longhand_dictation_get_state (self->dictation) != LONGHAND_STATE_IDLE)
    return;
  self->last = MIN (self->last, longhand_dictation_get_n_recordings (self->dictation));
  if (longhand_dictation_has_pending (self->dictation))
    return;
  said = g_steal_pointer (&self->said);
  text = compose (said);
  deliver (self, text);
}

/* ---- life ---- */

/* Who chooses it is asked at once, and not in the midst of something else. */
static void
on_chosen (LonghandDelivery *self) {
  longhand_remote_keyboard_close (self->keyboard);
  if (is_chosen (self, "paste"))
    longhand_remote_keyboard_open_async (self->keyboard, NULL, NULL);
}

static void
offer_pasting (LonghandDelivery *self, LonghandRemoteKeyboard *keyboard) {
  self->keyboard = g_object_ref (keyboard);
  self->paster = longhand_paster_new (gdk_display_get_clipboard (gdk_display_get_default ()), keyboard);
  g_signal_connect_swapped (self->paster, "copied", G_CALLBACK (on_copied), self);
  g_signal_connect_swapped (self->paster, "pasted", G_CALLBACK (on_pasted), self);
  g_signal_connect_swapped (self->settings, "changed::" KEY, G_CALLBACK (on_chosen), self);
}

LonghandDelivery *
longhand_delivery_new (GtkApplication *application, GSettings *settings, LonghandDictation *dictation,
                       LonghandRemoteKeyboard *keyboard) {
  LonghandDelivery *self = g_new0 (LonghandDelivery, 1);

  self->application = application;
  self->settings = g_object_ref (settings);
  self->dictation = g_object_ref (dictation);
  if (keyboard != NULL)
    offer_pasting (self, keyboard);
  g_signal_connect_swapped (dictation, "committed", G_CALLBACK (on_committed), self);
  g_signal_connect_swapped (dictation, "notify::state", G_CALLBACK (on_state), self);
  return self;
}

static void
close_pasting (LonghandDelivery *self) {
  g_signal_handlers_disconnect_by_data (self->settings, self);
  g_signal_handlers_disconnect_by_data (self->paster, self);
  longhand_paster_close (self->paster);
  longhand_remote_keyboard_close (self->keyboard);
  g_clear_object (&self->paster);
  g_clear_object (&self->keyboard);
}

void
longhand_delivery_free (LonghandDelivery *self) {
  if (self->paster != NULL)
    close_pasting (self);
  g_signal_handlers_disconnect_by_data (self->dictation, self);
  g_clear_pointer (&self->said, g_ptr_array_unref);
  g_object_unref (self->dictation);
  g_object_unref (self->settings);
  g_free (self);
}
