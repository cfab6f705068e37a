/* What a dictation was told to use: by settings, or for one run. */
#pragma once

#include "dictation/longhand-dictation.h"

G_BEGIN_DECLS

/* Zeroes: nothing chosen yet. */
typedef struct {
  char *model;              /* owned, as all strings; id or path; "": the best installed one */
  char *language;           /* code or "auto" */
  LonghandWording *wording; /* owned; NULL: nothing special */
  char **languages;         /* owned; that detection chooses from; NULL: any */
  char *microphone;         /* device id; "": the default one */
  guint threads;            /* 0: automatic */
  guint pause_ms;           /* silence that ends an utterance */
  gboolean commands;        /* what is one does what it says */
  gboolean keep_all;        /* also what nobody seems to have said is text */
  LonghandEnhancement enhancement;
} LonghandChoices;

/* (transfer full) strings */
LonghandChoices longhand_choices_read_settings (LonghandSettings *settings);
LonghandChoices longhand_choices_read_options (const LonghandDictationOptions *options);
void longhand_choices_clear (LonghandChoices *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LonghandChoices, longhand_choices_clear)

G_END_DECLS
