#include "preferences/longhand-choice-row.h"

#include <glib/gi18n.h>

typedef struct {
  LonghandChoices *choices; /* owned; NULL: none yet */
  gboolean is_filling;      /* the row is being set by us, not by a person */
  gboolean is_choosing;     /* a person is choosing right now */
} LonghandChoiceRowPrivate;

enum { CHOSEN, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_TYPE_WITH_PRIVATE (LonghandChoiceRow, longhand_choice_row, ADW_TYPE_COMBO_ROW)

/* ---- room ---- */

#define MAX_CHARS 14

static void
make_room_in (GtkWidget *widget) {
  if (GTK_IS_LABEL (widget)) {
    const glong n = g_utf8_strlen (gtk_label_get_text (GTK_LABEL (widget)), -1);

    gtk_label_set_width_chars (GTK_LABEL (widget), (int)MIN (n, MAX_CHARS));
    gtk_label_set_xalign (GTK_LABEL (widget), 1); /* beside the arrow */
    return;
  }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    make_room_in (child);
}

static GtkWidget *
find_current (GtkWidget *widget) {
  if (GTK_IS_LIST_VIEW (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *found = GTK_IS_POPOVER (child) ? NULL : find_current (child);

    if (found != NULL)
      return found;
  }
  return NULL;
}

/* What is chosen can be cut to nothing, and is where text is large: the explanation beside it is wrapped
 * instead. */
static void
make_room (GtkWidget *self) {
  GtkWidget *current = find_current (self);

  if (current != NULL)
    make_room_in (current);
}

/* ---- choosing ---- */

static void
on_selected (LonghandChoiceRow *self) {
  LonghandChoiceRowPrivate *priv = longhand_choice_row_get_instance_private (self);
  const guint position = adw_combo_row_get_selected (ADW_COMBO_ROW (self));
  const char *id;

  if (priv->is_filling || priv->choices == NULL)
    return;
  id = longhand_choices_get_id (priv->choices, position);
  if (id == NULL)
    return;
  priv->is_choosing = TRUE;
  g_signal_emit (self, signals[CHOSEN], 0, id);
  priv->is_choosing = FALSE;
}

static void
longhand_choice_row_dispose (GObject *object) {
  LonghandChoiceRowPrivate *priv = longhand_choice_row_get_instance_private (LONGHAND_CHOICE_ROW (object));

  g_clear_pointer (&priv->choices, longhand_choices_free); /* a row that goes away chooses nothing */
  G_OBJECT_CLASS (longhand_choice_row_parent_class)->dispose (object);
}

static void
longhand_choice_row_class_init (LonghandChoiceRowClass *klass) {
  G_OBJECT_CLASS (klass)->dispose = longhand_choice_row_dispose;
  signals[CHOSEN] = g_signal_new ("chosen", LONGHAND_TYPE_CHOICE_ROW, G_SIGNAL_RUN_LAST,
                                  G_STRUCT_OFFSET (LonghandChoiceRowClass, chosen), NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
longhand_choice_row_init (LonghandChoiceRow *self) {
  g_signal_connect (self, "notify::selected", G_CALLBACK (on_selected), NULL);
  g_signal_connect (self, "notify::selected-item", G_CALLBACK (make_room), NULL);
  g_signal_connect (self, "map", G_CALLBACK (make_room), NULL);
}

void
longhand_choice_row_show (LonghandChoiceRow *self, LonghandChoices *choices, const char *current,
                          const char *former_title) {
  LonghandChoiceRowPrivate *priv = longhand_choice_row_get_instance_private (self);
  guint position;

  /* The list that somebody chooses from must outlive the choice: GTK goes on using it. */
  if (priv->is_choosing) {
    longhand_choices_free (choices);
    return;
  }
  if (!longhand_choices_find (choices, current, &position)) {
    g_autofree char *title = g_strdup_printf (_ ("%s (not available)"), former_title);

    longhand_choices_add (choices, current, title);
    position = choices->ids->len - 1;
  }
  priv->is_filling = TRUE;
  adw_combo_row_set_model (ADW_COMBO_ROW (self), G_LIST_MODEL (choices->titles));
  adw_combo_row_set_selected (ADW_COMBO_ROW (self), position);
  priv->is_filling = FALSE;
  g_clear_pointer (&priv->choices, longhand_choices_free);
  priv->choices = choices;
}
