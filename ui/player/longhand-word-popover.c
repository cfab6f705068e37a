#include "player/longhand-word-popover.h"
#include "widgets/longhand-direction.h"

#include <glib/gi18n.h>
#include <math.h>

struct _LonghandWordPopover {
  GtkPopover parent_instance;

  GtkWidget *play;    /* of the tree, as all below */
  GtkWidget *choices; /* a button each */
  GtkWidget *spinner;
  GtkWidget *remark;
};

G_DEFINE_FINAL_TYPE (LonghandWordPopover, longhand_word_popover, GTK_TYPE_POPOVER)

enum { PLAY, CHOSEN, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
on_play (LonghandWordPopover *self) {
  g_signal_emit (self, signals[PLAY], 0);
}

static void
on_choice (GtkButton *button, gpointer user) {
  LonghandWordPopover *self = user;
  g_autofree char *text = g_strdup (g_object_get_data (G_OBJECT (button), "text"));

  gtk_popover_popdown (GTK_POPOVER (self));
  g_signal_emit (self, signals[CHOSEN], 0, text);
}

static void
clear (LonghandWordPopover *self) {
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->choices)) != NULL)
    gtk_box_remove (GTK_BOX (self->choices), child);
}

static void
set_remark (LonghandWordPopover *self, const char *sentence) {
  gtk_label_set_label (GTK_LABEL (self->remark), sentence != NULL ? sentence : "");
  gtk_widget_set_visible (self->remark, sentence != NULL);
}

static void
set_looking (LonghandWordPopover *self, gboolean looking) {
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), looking);
  gtk_widget_set_visible (self->spinner, looking);
}

void
longhand_word_popover_show_word (LonghandWordPopover *self, const char *word, gboolean can_play) {
  g_autofree char *title = g_strdup_printf (_ ("Play “%s” Again"), word);

  clear (self);
  adw_button_content_set_label (ADW_BUTTON_CONTENT (gtk_button_get_child (GTK_BUTTON (self->play))), title);
  gtk_widget_set_visible (self->play, can_play);
  set_looking (self, TRUE);
  set_remark (self, NULL);
}

static void
add_choice (LonghandWordPopover *self, const LonghandAlternative *alternative) {
  GtkWidget *button = gtk_button_new ();
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
  GtkWidget *text = gtk_label_new (alternative->text);
  g_autofree char *percent
      = isfinite (alternative->probability)
            ? longhand_direction_isolate (g_strdup_printf (_ ("%.0f %%"), 100 * alternative->probability))
            : g_strdup ("");
  GtkWidget *probability = gtk_label_new (percent);

  gtk_label_set_xalign (GTK_LABEL (text), 0);
  gtk_widget_set_hexpand (text, TRUE);
  gtk_widget_add_css_class (probability, "dim-label");
  gtk_widget_add_css_class (probability, "numeric");
  gtk_box_append (GTK_BOX (row), text);
  gtk_box_append (GTK_BOX (row), probability);
  gtk_button_set_child (GTK_BUTTON (button), row);
  gtk_widget_add_css_class (button, "flat");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, alternative->text,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, percent, -1);
  g_object_set_data_full (G_OBJECT (button), "text", g_strdup (alternative->text), g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (on_choice), self);
  gtk_box_append (GTK_BOX (self->choices), button);
}

void
longhand_word_popover_show_alternatives (LonghandWordPopover *self, const GArray *alternatives) {
  clear (self);
  set_looking (self, FALSE);
  for (guint i = 0; i < alternatives->len; i++)
    add_choice (self, &g_array_index (alternatives, LonghandAlternative, i));
  set_remark (self, alternatives->len == 0 ? _ ("It sounds like no other word.") : NULL);
}

void
longhand_word_popover_show_failure (LonghandWordPopover *self, const char *sentence) {
  clear (self);
  set_looking (self, FALSE);
  set_remark (self, sentence);
}

static void
longhand_word_popover_class_init (LonghandWordPopoverClass *klass) {
  signals[PLAY] = g_signal_new ("play", LONGHAND_TYPE_WORD_POPOVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
  signals[CHOSEN] = g_signal_new ("chosen", LONGHAND_TYPE_WORD_POPOVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
longhand_word_popover_init (LonghandWordPopover *self) {
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *content = adw_button_content_new ();

  adw_button_content_set_icon_name (ADW_BUTTON_CONTENT (content), "media-playback-start-symbolic");
  self->play = gtk_button_new ();
  gtk_button_set_child (GTK_BUTTON (self->play), content);
  gtk_widget_add_css_class (self->play, "flat");
  g_signal_connect_swapped (self->play, "clicked", G_CALLBACK (on_play), self);
  self->choices = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->choices), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("What Else It May Be"), -1);
  self->spinner = gtk_spinner_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->spinner), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Looking for other words"), -1);
  self->remark = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->remark), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->remark), 30);
  gtk_widget_add_css_class (self->remark, "dim-label");
  gtk_box_append (GTK_BOX (box), self->play);
  gtk_box_append (GTK_BOX (box), self->choices);
  gtk_box_append (GTK_BOX (box), self->spinner);
  gtk_box_append (GTK_BOX (box), self->remark);
  gtk_popover_set_child (GTK_POPOVER (self), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Word"), -1);
}

LonghandWordPopover *
longhand_word_popover_new (void) {
  return g_object_new (LONGHAND_TYPE_WORD_POPOVER, NULL);
}
