/* A real window over a fake microphone and the bundled model, on a display of the test's own. */
#pragma once

#include "dictation/longhand-dictation-private.h"
#include "fake-source.h"
#include "window/longhand-window-private.h"

#include <adwaita.h>

typedef struct {
  LonghandSettings *settings;
  LonghandModelStore *store;
  FakeSource *microphone; /* owned by dictation */
  LonghandDictation *dictation;
  LonghandLibrary *library; /* in dir */
  LonghandSounds *sounds;   /* beside it */
  LonghandWindow *window;   /* owned by the application; NULL once it is closed */
  LonghandDocument *document;
  GtkTextBuffer *buffer; /* the same */
  char *dir;             /* an empty one of the test's own */
} Fixture;

/* Before the tests: makes the application that windows belong to. */
void fixture_init (int *argc, char ***argv);
GtkApplication *fixture_get_application (void);

/* For g_test_add. The window is shown; the model may still be loading. tear_down fails when something of the
 * window or of the dictation is still referenced. */
void fixture_set_up (Fixture *f, gconstpointer data);
void fixture_tear_down (Fixture *f, gconstpointer data);
/* A fixture without its window, which the test must show itself. */
void fixture_set_up_without_window (Fixture *f, gconstpointer data);
void fixture_show_window (Fixture *f);
void fixture_activate (GtkWindow *window); /* shows it, and gives it the keyboard */

#define FIXTURE_ADD(path, function)                                                                          \
  g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

/* Runs the main loop until condition holds; fails after half a minute. */
#define WAIT_FOR(condition)                                                                                  \
  G_STMT_START {                                                                                             \
    const gint64 wait_end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;                                   \
    while (!(condition)) {                                                                                   \
      if (g_get_monotonic_time () > wait_end)                                                                \
        g_error ("%s:%d: still not: %s", __FILE__, __LINE__, #condition);                                    \
      fixture_iterate ();                                                                                    \
    }                                                                                                        \
  }                                                                                                          \
  G_STMT_END
void fixture_iterate (void); /* what is to be done, or a short wait */
void fixture_settle (void);  /* until nothing is left to be done */

/* As a person does it: keys by name ("ctrl+r", "space"), and text, go to the window that has the keyboard. */
void fixture_press (const char *keys);
void fixture_press_times (const char *keys, guint n); /* the last one may be on its way yet */
void fixture_type (const char *text);
/* In the window that has the keyboard, by a hand that moves a little: only then does GTK see what came under
 * it. */
void fixture_double_click (GtkWidget *widget);

/* The first descendant of a type for which property is value; NULL when there is none. Also in other windows
 * than the fixture's, if root is NULL. */
gpointer fixture_find (gpointer root, GType type, const char *property, const char *value);
/* The text of all visible labels, one a line. (transfer full) */
char *fixture_dup_labels (gpointer root);

#define FIXTURE_NARROW 360 /* pixels: a phone held upright */
/* What people with a phone, with text twice as large, and who read from right to left see; with a desktop of high
 * contrast, where a window must be on the screen, also that all texts can be read, light and dark. widget: what a
 * window holds, or a part of it. window-looks.c. */
void fixture_assert_fits (gpointer widget);

void fixture_speak (Fixture *f, gint64 start_ms, const char *text); /* as if it had been recognised */
void fixture_fail (Fixture *f, int code, const char *message);      /* as if dictation had */
void fixture_assert_text (Fixture *f, const char *expected);
