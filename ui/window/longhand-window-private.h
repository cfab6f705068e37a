/* What the files of the window share. */
#pragma once

#include "files/longhand-file-queue.h"
#include "models/longhand-downloads.h"
#include "library/longhand-sidebar.h"
#include "player/longhand-player-bar.h"
#include "player/longhand-word-popover.h"
#include "transcript/longhand-word-times.h"
#include "widgets/longhand-banner.h"
#include "widgets/longhand-level-meter.h"
#include "performance/longhand-performance-panel.h"
#include "window/longhand-window.h"

#define LONGHAND_WINDOW_CLOSE_TIMEOUT_US (5 * G_USEC_PER_SEC) /* for the disk, at the end */

typedef struct _LonghandSaving LonghandSaving;

struct _LonghandWindow {
  AdwApplicationWindow parent_instance;

  /* template children */
  AdwFlap *sides; /* the sidebar, and all else */
  LonghandSidebar *sidebar;
  AdwToastOverlay *toasts;
  AdwFlap *flap;
  LonghandPerformancePanel *performance;
  LonghandEditor *editor;
  LonghandPlayerBar *player;
  LonghandBanner *hint;
  LonghandBanner *recovered;
  LonghandBanner *files_banner;
  LonghandBanner *downloads_banner;
  LonghandBanner *problem;
  GtkButton *record;
  AdwButtonContent *record_content;
  GtkMenuButton *menu;
  GtkRevealer *recording;
  LonghandLevelMeter *meter;
  GtkLabel *elapsed;
  GtkMenuButton *microphone;
  GtkLabel *microphone_label;
  GtkMenuButton *model;
  GtkLabel *model_label;
  GtkWidget *copy;
  GtkRevealer *drop_hint;

  /* owned */
  LonghandSettings *settings;
  LonghandModelStore *store;
  LonghandDictation *dictation;
  LonghandDownloads *downloads;
  LonghandLibrary *library;
  LonghandSounds *sounds;
  LonghandFileQueue *files; /* NULL: none was set */
  LonghandSession *session; /* the one that is open; the text and what belongs to it are the document's */
  char *kept_text;          /* of it, as the library was last told */
  gint64 kept_duration_ms;  /* likewise */
  guint kept_n_left_out;    /* likewise */
  GMenu *microphones;
  GMenu *models;
  GtkFileChooserNative *chooser;    /* while it is open */
  LonghandSaving *saving;           /* of itself; NULL: nothing is being written */
  GFile *dragged;                   /* a copy of the text, for what it was dropped on; NULL: none */
  GtkPrintSettings *print_settings; /* of the last time; NULL: nothing was printed */
  GtkWindow *question;              /* weak; whether to save */
  GtkWindow *models_window;         /* weak; while it is open */
  GtkFileChooserNative *files_chooser;
  GtkWindow *files_window;   /* weak; while it is open */
  GtkWindow *files_question; /* weak; whether to go on with them */

  AdwToast *behind;     /* weak; said while words come late */
  guint behind_timeout; /* until it is said */

  guint save_timeout; /* until a change of the text is kept */
  gint64
      opened_ms;  /* when the session was opened, as the times of dictation less what went elsewhere since */
  gint64 kept_ms; /* up to when its sound is dealt with, likewise */
  GArray *word_times; /* owned; LonghandWordTime; NULL: the text has changed since, or nobody asked */
  guint heard_offset; /* of the word that is shown as heard; G_MAXUINT: none is */
  LonghandWordPopover *word_popover; /* of the tree; about word, a copy of one of word_times */
  LonghandWordTime word;
  double press_x, press_y;   /* in the text */
  GCancellable *word_search; /* owned; NULL: none goes on */
  GtkWindow *again;          /* weak; while it is open */
  GArray *rewrites;          /* owned; LonghandRewrite that it shows; NULL: none */
  gint64 wanted_id;          /* session that is being loaded; 0: none */
  GArray *removed;           /* owned; gint64; ids of sessions that may still be restored */
  gint64 removed_id;         /* session that was open when it was removed last; 0: none */
  gboolean is_showing;       /* a session, which is no change of it */
  gboolean says_unkept;      /* the problem banner is about the library */

  guint n_files_told;       /* that are being transcribed; 0: nothing was said of them */
  gboolean files_dismissed; /* nobody wants to be told */
  gboolean leaves_files;    /* the person has said what becomes of them */

  GtkWindow *first_run;          /* weak; while it is open */
  GtkWindow *downloads_question; /* weak; whether to leave them */
  LonghandDownload *download;    /* borrowed from downloads; that is told of; NULL: none */
  guint download_percent;        /* of it, as it was told */
  guint download_cookie;         /* of suspending, which is inhibited; 0: it is not */
  gboolean download_dismissed;   /* nobody wants to be told */
  gboolean leaves_downloads;     /* the person has said that they may stop */

  guint elapsed_timeout;
  void (*solve) (LonghandWindow *self); /* what the problem banner's button does */
  gboolean says_absent, says_silent;    /* it is about a microphone that is not there, or gives no sound */
  gboolean was_waiting;                 /* for the microphone, in the last state */
  gboolean has_waited;                  /* before the microphone was opened */
  gboolean close_when_idle;             /* the person wants to leave, but words are still coming */
  gboolean close_for_good;              /* unsaved text has been dealt with */
  gboolean close_after_save;
};

/* longhand-window-actions.c */
void longhand_window_install_actions (GtkWidgetClass *widget_class);
void longhand_window_init_actions (LonghandWindow *self);
void longhand_window_fill_microphones (LonghandWindow *self);
void longhand_window_fill_models (LonghandWindow *self);

/* longhand-window-export.c */
void longhand_window_export (LonghandWindow *self);
/* What a file is called at first: as the session, where a person named that. (transfer full) */
char *longhand_window_dup_export_name (LonghandWindow *self, const LonghandWriter *writer);
/* Asks what to do with unsaved text; the window closes unless the person cancels. */
void longhand_window_ask_to_save (LonghandWindow *self);
/* The window takes its dialogs along, of which one is still busy with its answer. */
void longhand_window_close_later (LonghandWindow *self);

/* longhand-window-drag.c */
void longhand_window_init_drag (LonghandWindow *self);
void longhand_window_end_drag (LonghandWindow *self);

/* longhand-window-print.c */
void longhand_window_print (LonghandWindow *self);

/* longhand-window-files.c */
void longhand_window_choose_files (LonghandWindow *self);
void longhand_window_show_files (LonghandWindow *self);
void longhand_window_follow_files (LonghandWindow *self);
/* TRUE: the window stays, as files would be given up; it closes when that is answered so. */
gboolean longhand_window_asks_about_files (LonghandWindow *self);

/* longhand-window-downloads.c */
void longhand_window_init_downloads (LonghandWindow *self);
void longhand_window_dispose_downloads (LonghandWindow *self);
/* A window shows a list of models: what it shows need not be told. */
void longhand_window_watch_list (LonghandWindow *self, GtkWidget *window);
void longhand_window_follow_downloads (LonghandWindow *self);
/* As with files. */
gboolean longhand_window_asks_about_downloads (LonghandWindow *self);

/* longhand-window-first-run.c */
void longhand_window_set_up_again (LonghandWindow *self);

/* longhand-window-models.c */
void longhand_window_open_models (LonghandWindow *self);
/* With the list of models, which shows it. */
void longhand_window_import_model (LonghandWindow *self, const char *path);

/* longhand-window-library.c */
void longhand_window_init_library (LonghandWindow *self);
/* At the end. Whether the text needs no other place. */
gboolean longhand_window_keep_all (LonghandWindow *self);
/* Whenever dictation may have come to rest. */
void longhand_window_follow_rest (LonghandWindow *self);
void longhand_window_new_session (LonghandWindow *self);
/* A session of the library, or unkept, a copy of which is shown, where that has its text; NULL: it is kept.
 */
void longhand_window_open_text (LonghandWindow *self, gint64 id, const LonghandSession *unkept);
void longhand_window_toggle_sidebar (LonghandWindow *self);
/* The session that was removed; nothing may have been since. */
void longhand_window_restore_session (LonghandWindow *self, gint64 id);

/* longhand-window-sound.c */
void longhand_window_init_sound (LonghandWindow *self);
/* While nothing more may come of what was said: what was recorded since the last time is kept, when that is
 * wanted. */
void longhand_window_keep_sound (LonghandWindow *self);
/* When the session was opened: what is said has its times in the session from there on. */
void longhand_window_set_opened (LonghandWindow *self, gint64 opened_ms);
/* Another session is open, or its sound may be another. */
void longhand_window_find_sound (LonghandWindow *self, gboolean is_same_session);
/* The state of dictation has changed. */
void longhand_window_follow_sound (LonghandWindow *self);
void longhand_window_dispose_sound (LonghandWindow *self);
/* Who wants to hear what has no sound is told why, and where it can be changed. */
void longhand_window_say_unheard (LonghandWindow *self);

/* longhand-window-again.c */
void longhand_window_init_again (LonghandWindow *self);
void longhand_window_transcribe_again (LonghandWindow *self);
/* What goes on, or was found, is given up. */
void longhand_window_close_again (LonghandWindow *self);
void longhand_window_dispose_again (LonghandWindow *self);

/* longhand-window-word.c */
void longhand_window_init_word (LonghandWindow *self);
void longhand_window_close_word (LonghandWindow *self);
void longhand_window_open_word_at_caret (LonghandWindow *self);
/* (transfer none) (element-type LonghandWordTime) until the text changes. */
const GArray *longhand_window_get_word_times (LonghandWindow *self);

/* longhand-window-microphone.c */
void longhand_window_init_microphone (LonghandWindow *self);
void longhand_window_follow_state (LonghandWindow *self, LonghandState state);
/* After error is shown: a microphone that is waited for has another way out. */
void longhand_window_note_error (LonghandWindow *self, const GError *error);

/* longhand-window-messages.c */
void longhand_window_toast (LonghandWindow *self, const char *message);
void longhand_window_show_error (LonghandWindow *self, const GError *error);
/* Says, unless it is over within moments, that tentative words are not shown for now, until told otherwise.
 */
void longhand_window_set_behind (LonghandWindow *self, gboolean is_behind);
/* What nobody seems to have said of this session: all of it, and segment i, which goes to the caret. */
void longhand_window_show_left_out (LonghandWindow *self);
void longhand_window_insert_left_out (LonghandWindow *self, guint i);
void longhand_window_update_hint (LonghandWindow *self);
void longhand_window_open_models_folder (LonghandWindow *self);
void longhand_window_init_messages (LonghandWindow *self);
