#include "window/longhand-keys-window.h"

#include <glib/gi18n.h>

typedef struct {
  const char *title;
  const char *action; /* NULL: it is no action, and has this key */
  const char *key;
} Row;

typedef struct {
  const char *title;
  Row rows[10]; /* ended by one without a title */
} Group;

static const Group groups[] = {
  { N_ ("Dictation"),
    {
        { N_ ("Record or stop"), "win.record", NULL },
        { N_ ("Record or stop, outside the text"), NULL, "space" },
    } },
  { N_ ("Text"),
    {
        { N_ ("Export"), "win.export", NULL },
        { N_ ("Copy all text"), "win.copy-all", NULL },
        { N_ ("Print"), "win.print", NULL },
        { N_ ("Undo"), NULL, "<Control>z" },
        { N_ ("Redo"), NULL, "<Control><Shift>z" },
        { N_ ("Find"), "win.find", NULL },
        { N_ ("Next match"), "win.find-next", NULL },
        { N_ ("Previous match"), "win.find-previous", NULL },
    } },
  { N_ ("Sessions"),
    {
        { N_ ("New session"), "win.new-session", NULL },
        { N_ ("Open audio files"), "win.open-files", NULL },
        { N_ ("Play or pause the sound"), "win.play", NULL },
        { N_ ("Hear or correct the word at the caret"), "win.word", NULL },
        { N_ ("Search, in the list"), NULL, "<Control>f" },
        { N_ ("Rename, in the list"), NULL, "F2" },
        { N_ ("Delete, in the list"), NULL, "Delete" },
    } },
  { N_ ("General"),
    {
        { N_ ("Show or hide sessions"), "win.sidebar", NULL },
        { N_ ("Performance panel"), "win.performance", NULL },
        { N_ ("Preferences"), "app.preferences", NULL },
        { N_ ("Keyboard shortcuts"), "win.keys", NULL },
        { N_ ("Main menu"), "win.menu", NULL },
        { N_ ("Close window"), "window.close", NULL },
        { N_ ("Quit"), "app.quit", NULL },
    } },
};

/* The first of an action's: one is enough to learn. */
static GtkWidget *
make_row (GtkApplication *application, const Row *row) {
  g_auto (GStrv) keys
      = row->action != NULL ? gtk_application_get_accels_for_action (application, row->action) : NULL;
  const char *key = keys != NULL && keys[0] != NULL ? keys[0] : row->key;
  GtkWidget *widget = adw_action_row_new (), *label = gtk_shortcut_label_new (key != NULL ? key : "");

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (widget), _ (row->title));
  adw_action_row_set_title_lines (ADW_ACTION_ROW (widget), 0);
  gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (widget), label);
  return widget;
}

static GtkWidget *
make_group (GtkApplication *application, const Group *group) {
  GtkWidget *widget = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (widget), _ (group->title));
  for (const Row *row = group->rows; row->title != NULL; row++)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (widget), make_row (application, row));
  return widget;
}

GtkWidget *
longhand_keys_window_new (GtkApplication *application) {
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *window = g_object_new (ADW_TYPE_PREFERENCES_WINDOW, "title", _ ("Keyboard Shortcuts"), "modal",
                                    TRUE, "destroy-with-parent", TRUE, "default-width", 480, NULL);

  adw_preferences_page_set_title (ADW_PREFERENCES_PAGE (page), _ ("Keyboard Shortcuts"));
  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    adw_preferences_page_add (ADW_PREFERENCES_PAGE (page),
                              ADW_PREFERENCES_GROUP (make_group (application, &groups[i])));
  adw_preferences_window_add (ADW_PREFERENCES_WINDOW (window), ADW_PREFERENCES_PAGE (page));
  return window;
}
