#include "preferences/longhand-list-page.h"

#include "transcript/longhand-replacements.h"
#include "transcript/longhand-terms.h"

#include <glib/gi18n.h>

struct _LonghandListPage {
  GtkBox parent_instance;

  /* template children */
  AdwWindowTitle *title;
  GtkLabel *help;
  GtkTextView *view;
  GtkLabel *problem;

  LonghandSettings *settings; /* owned */
  LonghandListKind kind;
};

G_DEFINE_FINAL_TYPE (LonghandListPage, longhand_list_page, GTK_TYPE_BOX)

enum { BACK, N_SIGNALS };
static guint signals[N_SIGNALS];

/* (transfer full) */
static char **
dup_entries (LonghandSettings *settings, LonghandListKind kind) {
  return kind == LONGHAND_LIST_TERMS ? longhand_settings_dup_terms (settings)
                                     : longhand_settings_dup_replacements (settings);
}

/* The lines, without white space around them; blank ones are "". (transfer full) */
static char **
dup_lines (LonghandListPage *self) {
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  g_autofree char *text = NULL;
  GtkTextIter start, end;
  char **lines;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    g_strstrip (lines[i]);
  return lines;
}

/* Whether all lines make sense; if not, *line is the first that does not, from 1. */
static gboolean
check_lines (LonghandListPage *self, guint *line, GError **error) {
  g_auto (GStrv) lines = dup_lines (self);
  g_autoptr (GPtrArray) terms = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (LonghandReplacements) replacements = longhand_replacements_new ();

  for (guint i = 0; lines[i] != NULL; i++) {
    *line = i + 1;
    if (self->kind == LONGHAND_LIST_TERMS
            ? !longhand_terms_add (terms, lines[i], error)
            : *lines[i] != '\0' && !longhand_replacements_add (replacements, lines[i], error))
      return FALSE;
  }
  return TRUE;
}

static void
on_changed (LonghandListPage *self) {
  g_autoptr (GError) error = NULL;
  g_autofree char *sentence = NULL;
  guint line = 0;

  if (!check_lines (self, &line, &error))
    sentence = g_strdup_printf (_ ("Line %u: %s"), line, error->message);
  gtk_label_set_text (self->problem, sentence != NULL ? sentence : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), sentence != NULL);
}

static void
on_unmap (LonghandListPage *self) {
  g_auto (GStrv) lines = dup_lines (self);
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();

  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      g_ptr_array_add (entries, lines[i]);
  g_ptr_array_add (entries, NULL);
  if (self->kind == LONGHAND_LIST_TERMS)
    longhand_settings_set_terms (self->settings, (const char *const *)entries->pdata);
  else
    longhand_settings_set_replacements (self->settings, (const char *const *)entries->pdata);
}

static void
on_back (LonghandListPage *self) {
  g_signal_emit (self, signals[BACK], 0);
}

static void
longhand_list_page_dispose (GObject *object) {
  LonghandListPage *self = LONGHAND_LIST_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), LONGHAND_TYPE_LIST_PAGE);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (longhand_list_page_parent_class)->dispose (object);
}

/* Whoever comes here comes to write. */
static gboolean
longhand_list_page_grab_focus (GtkWidget *widget) {
  return gtk_widget_grab_focus (GTK_WIDGET (LONGHAND_LIST_PAGE (widget)->view));
}

static void
longhand_list_page_class_init (LonghandListPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = longhand_list_page_dispose;
  widget_class->grab_focus = longhand_list_page_grab_focus;
  signals[BACK] = g_signal_new ("back", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/preferences/longhand-list-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandListPage, title);
  gtk_widget_class_bind_template_child (widget_class, LonghandListPage, help);
  gtk_widget_class_bind_template_child (widget_class, LonghandListPage, view);
  gtk_widget_class_bind_template_child (widget_class, LonghandListPage, problem);
  gtk_widget_class_bind_template_callback (widget_class, on_back);
  gtk_widget_class_bind_template_callback (widget_class, on_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_unmap);
}

static void
longhand_list_page_init (LonghandListPage *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
longhand_list_page_new (LonghandSettings *settings, LonghandListKind kind) {
  LonghandListPage *self = g_object_new (LONGHAND_TYPE_LIST_PAGE, NULL);
  g_auto (GStrv) entries = dup_entries (settings, kind);
  g_autofree char *text = g_strjoinv ("\n", entries);
  const char *title = kind == LONGHAND_LIST_TERMS ? _ ("Names and Terms") : _ ("Replacements");

  self->settings = g_object_ref (settings);
  self->kind = kind;
  adw_window_title_set_title (self->title, title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_label_set_text (
      self->help,
      kind == LONGHAND_LIST_TERMS
          ? _ (
              "A name or term on each line, written as you want it. Where one of them may have been said, it "
              "is favoured.")
          : _ ("A rule on each line: “heard => written”. Whole words are replaced after they have been "
               "recognised."));
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->view), text, -1);
  return GTK_WIDGET (self);
}

char *
longhand_list_page_describe (LonghandSettings *settings, LonghandListKind kind) {
  g_auto (GStrv) entries = dup_entries (settings, kind);
  const guint n = g_strv_length (entries);

  if (n == 0)
    return g_strdup (kind == LONGHAND_LIST_TERMS ? _ ("Words that recognition should know")
                                                 : _ ("What should be written otherwise than it is heard"));
  return kind == LONGHAND_LIST_TERMS
             ? g_strdup_printf (ngettext ("%u name or term", "%u names and terms", n), n)
             : g_strdup_printf (ngettext ("%u replacement", "%u replacements", n), n);
}
