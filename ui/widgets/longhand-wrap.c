#include "widgets/longhand-wrap.h"

#define TOOLTIP_PX 290 /* of its lines: on a phone there is room for its edges, too */

void
longhand_wrap_button (GtkButton *button) {
  GtkLabel *label = GTK_LABEL (gtk_button_get_child (button));

  gtk_label_set_wrap (label, TRUE);
  gtk_label_set_justify (label, GTK_JUSTIFY_CENTER);
}

/* ---- tooltips ---- */

/* As GtkLabel counts them. */
static int
count_chars (GtkWidget *widget, int width_px) {
  PangoFontMetrics *metrics = pango_context_get_metrics (gtk_widget_get_pango_context (widget), NULL, NULL);
  const int char_width = MAX (pango_font_metrics_get_approximate_char_width (metrics),
                              pango_font_metrics_get_approximate_digit_width (metrics));

  pango_font_metrics_unref (metrics);
  return MAX (1, width_px * PANGO_SCALE / MAX (1, char_width));
}

gboolean
longhand_wrap_tooltip (GtkWidget *widget, int x, int y, gboolean by_keyboard, GtkTooltip *tooltip) {
  const char *text = gtk_widget_get_tooltip_text (widget);

  if (text == NULL)
    return FALSE;
  gtk_tooltip_set_custom (tooltip, g_object_new (GTK_TYPE_LABEL, "label", text, "wrap", TRUE, "wrap-mode",
                                                 PANGO_WRAP_WORD_CHAR, "max-width-chars",
                                                 count_chars (widget, TOOLTIP_PX), "xalign", 0.0f, NULL));
  return TRUE;
}
