#include "widgets/longhand-banner.h"

struct _LonghandBanner {
  AdwBin parent_instance;

  /* template children */
  GtkRevealer *revealer;
  GtkLabel *message;
  GtkButton *button;
};

G_DEFINE_FINAL_TYPE (LonghandBanner, longhand_banner, ADW_TYPE_BIN)

enum { ACTIVATED, DISMISSED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
on_button (LonghandBanner *self) {
  g_signal_emit (self, signals[ACTIVATED], 0);
}

static void
on_dismiss (LonghandBanner *self) {
  g_signal_emit (self, signals[DISMISSED], 0);
}

static void
longhand_banner_class_init (LonghandBannerClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[ACTIVATED] = g_signal_new ("activated", LONGHAND_TYPE_BANNER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                     NULL, G_TYPE_NONE, 0);
  signals[DISMISSED] = g_signal_new ("dismissed", LONGHAND_TYPE_BANNER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                     NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/widgets/longhand-banner.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandBanner, revealer);
  gtk_widget_class_bind_template_child (widget_class, LonghandBanner, message);
  gtk_widget_class_bind_template_child (widget_class, LonghandBanner, button);
  gtk_widget_class_bind_template_callback (widget_class, on_button);
  gtk_widget_class_bind_template_callback (widget_class, on_dismiss);
}

static void
longhand_banner_init (LonghandBanner *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
longhand_banner_show (LonghandBanner *self, const char *message, const char *button) {
  gtk_label_set_label (self->message, message);
  gtk_widget_set_visible (GTK_WIDGET (self->button), button != NULL);
  if (button != NULL)
    gtk_button_set_label (self->button, button);
  gtk_revealer_set_reveal_child (self->revealer, TRUE);
}

void
longhand_banner_hide (LonghandBanner *self) {
  gtk_revealer_set_reveal_child (self->revealer, FALSE);
}

gboolean
longhand_banner_get_shown (LonghandBanner *self) {
  return gtk_revealer_get_reveal_child (self->revealer);
}
