#include "widgets/longhand-banner.h"

#include "widgets/longhand-accessible.h"

struct _LonghandBanner {
  AdwBin parent_instance;

  /* template children */
  GtkRevealer *revealer;
  GtkWidget *body;
  GtkLabel *message;
  GtkButton *button;
};

G_DEFINE_FINAL_TYPE (LonghandBanner, longhand_banner, ADW_TYPE_BIN)

enum { ACTIVATED, DISMISSED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* ---- layout: the button beside the message, or below it where that would squeeze the message ---- */

#define BODY_SPACING 6
#define READABLE_WIDTH 300 /* the message is not wrapped more narrowly than this for the button's sake */

typedef struct {
  GtkWidget *message, *button;                    /* button is NULL when it is hidden */
  int message_width, button_width, button_height; /* natural */
  int button_minimum;
} Body;

static Body
look_at (GtkWidget *widget) {
  Body body = { .message = gtk_widget_get_first_child (widget) };

  gtk_widget_measure (body.message, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &body.message_width, NULL, NULL);
  body.button = gtk_widget_get_next_sibling (body.message);
  if (!gtk_widget_should_layout (body.button)) {
    body.button = NULL;
    return body;
  }
  gtk_widget_measure (body.button, GTK_ORIENTATION_HORIZONTAL, -1, &body.button_minimum, &body.button_width,
                      NULL, NULL);
  gtk_widget_measure (body.button, GTK_ORIENTATION_VERTICAL, -1, NULL, &body.button_height, NULL, NULL);
  return body;
}

/* What is left for the message; width itself when the button goes below. */
static int
width_of_message (const Body *body, int width) {
  const int beside = width - body->button_width - BODY_SPACING;

  if (body->button == NULL)
    return width;
  return beside >= MIN (body->message_width, READABLE_WIDTH) ? beside : width;
}

static int
height_of_message (const Body *body, int width) {
  int height;

  gtk_widget_measure (body->message, GTK_ORIENTATION_VERTICAL, width, NULL, &height, NULL, NULL);
  return height;
}

static GtkSizeRequestMode
body_mode (GtkWidget *widget) {
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
measure_body (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
              int *minimum_baseline, int *natural_baseline) {
  const Body body = look_at (widget);
  const int across = body.message_width + (body.button ? BODY_SPACING + body.button_width : 0);

  if (orientation == GTK_ORIENTATION_HORIZONTAL) {
    gtk_widget_measure (body.message, orientation, -1, minimum, NULL, NULL, NULL);
    *minimum = MAX (*minimum, body.button_minimum);
    *natural = across;
  } else {
    const int width = for_size < 0 ? across : for_size;
    const int message = height_of_message (&body, width_of_message (&body, width));
    const gboolean below = body.button && width_of_message (&body, width) == width;

    *minimum = *natural
        = below ? message + BODY_SPACING + body.button_height : MAX (message, body.button_height);
  }
}

static void
allocate_body (GtkWidget *widget, int width, int height, int baseline) {
  const Body body = look_at (widget);
  const int message_width = width_of_message (&body, width);
  const gboolean below = body.button && message_width == width;
  const gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  const int message_height = below ? height - BODY_SPACING - body.button_height : height;
  GtkAllocation message = { mirrored ? width - message_width : 0, 0, message_width, message_height };
  const int button_width = MIN (body.button_width, width);
  GtkAllocation button = { 0, (height - body.button_height) / 2, button_width, body.button_height };

  gtk_widget_size_allocate (body.message, &message, -1);
  if (body.button == NULL)
    return;
  if (below)
    button.y = height - body.button_height;
  if (below == mirrored)
    button.x = width - button_width;
  gtk_widget_size_allocate (body.button, &button, -1);
}

/* ---- what a person does ---- */

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
  gtk_widget_class_bind_template_child (widget_class, LonghandBanner, body);
  gtk_widget_class_bind_template_child (widget_class, LonghandBanner, message);
  gtk_widget_class_bind_template_child (widget_class, LonghandBanner, button);
  gtk_widget_class_bind_template_callback (widget_class, on_button);
  gtk_widget_class_bind_template_callback (widget_class, on_dismiss);
}

static void
longhand_banner_init (LonghandBanner *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  longhand_accessible_tell_while_drawn (gtk_revealer_get_child (self->revealer));
  gtk_widget_set_layout_manager (self->body, gtk_custom_layout_new (body_mode, measure_body, allocate_body));
}

void
longhand_banner_show (LonghandBanner *self, const char *message, const char *button) {
  gtk_label_set_label (self->message, message);
  gtk_widget_set_visible (GTK_WIDGET (self->button), button != NULL);
  if (button != NULL)
    longhand_banner_set_button (self, button);
  gtk_revealer_set_reveal_child (self->revealer, TRUE);
}

void
longhand_banner_set_button (LonghandBanner *self, const char *button) {
  gtk_button_set_label (self->button, button);
  gtk_label_set_ellipsize (GTK_LABEL (gtk_button_get_child (self->button)), PANGO_ELLIPSIZE_MIDDLE);
}

void
longhand_banner_hide (LonghandBanner *self) {
  gtk_revealer_set_reveal_child (self->revealer, FALSE);
}

gboolean
longhand_banner_get_shown (LonghandBanner *self) {
  return gtk_revealer_get_reveal_child (self->revealer);
}
