/* What moves, and that it does not where people want no motion. */
#include "widgets/longhand-ballistics.h"
#include "window-fixture.h"

static void
set_animations (gboolean enabled) {
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", enabled, NULL);
}

/* ---- what is shown and goes ---- */

typedef struct {
  const char *name;
  void (*toggle) (Fixture *f);
  gboolean (*is_there) (Fixture *f);
} Part;

static void
toggle_banner (Fixture *f) {
  if (longhand_banner_get_shown (f->window->problem))
    longhand_banner_hide (f->window->problem);
  else
    longhand_banner_show (f->window->problem, "A problem.", NULL);
}

static GtkRevealer *
find_revealer (GtkWidget *widget) {
  return GTK_REVEALER (gtk_widget_get_first_child (widget));
}

static gboolean
banner_is_there (Fixture *f) {
  GtkRevealer *revealer = find_revealer (GTK_WIDGET (f->window->problem));

  return gtk_revealer_get_child_revealed (revealer) == gtk_revealer_get_reveal_child (revealer);
}

static void
toggle_meter (Fixture *f) {
  gtk_revealer_set_reveal_child (f->window->recording, !gtk_revealer_get_reveal_child (f->window->recording));
}

static gboolean
meter_is_there (Fixture *f) {
  return gtk_revealer_get_child_revealed (f->window->recording)
         == gtk_revealer_get_reveal_child (f->window->recording);
}

static gboolean
flap_is_there (AdwFlap *flap) {
  return adw_flap_get_reveal_progress (flap) == (adw_flap_get_reveal_flap (flap) ? 1 : 0);
}

static void
toggle_sidebar (Fixture *f) {
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.sidebar", NULL);
}

static gboolean
sidebar_is_there (Fixture *f) {
  return flap_is_there (f->window->sides);
}

static void
toggle_panel (Fixture *f) {
  gtk_widget_activate_action (GTK_WIDGET (f->window), "win.performance", NULL);
}

static gboolean
panel_is_there (Fixture *f) {
  return flap_is_there (f->window->flap);
}

static const Part parts[] = {
  { "banner", toggle_banner, banner_is_there },
  { "meter", toggle_meter, meter_is_there },
  { "sidebar", toggle_sidebar, sidebar_is_there },
  { "panel", toggle_panel, panel_is_there },
};

/* Without a frame in between. */
static void
parts_are_there_at_once (Fixture *f, gconstpointer data) {
  for (gsize i = 0; i < 2 * G_N_ELEMENTS (parts); i++) {
    const Part *part = &parts[i / 2];

    part->toggle (f);
    if (!part->is_there (f))
      g_error ("%s is on its way", part->name);
  }
}

/* Or the test before this one sees nothing. */
static void
parts_come_and_go_smoothly_elsewhere (Fixture *f, gconstpointer data) {
  set_animations (TRUE);
  for (gsize i = 0; i < 2 * G_N_ELEMENTS (parts); i++) {
    const Part *part = &parts[i / 2];

    part->toggle (f);
    if (part->is_there (f))
      g_error ("%s is there at once", part->name);
    WAIT_FOR (part->is_there (f));
  }
  set_animations (FALSE);
}

/* ---- the level ---- */

#define FRAME_US (G_USEC_PER_SEC / 60)
#define FALL 0.03

/* Frames of a second, the first ten of which are loud: how often the bar is another one. */
static guint
count_moves (gboolean moves) {
  LonghandBallistics bar = { 0 };
  guint n = 0;

  for (guint i = 0; i < 60; i++) {
    const double before = bar.shown;

    longhand_ballistics_follow (&bar, i < 10 ? 0.9 : 0, FALL, G_USEC_PER_SEC + i * FRAME_US, moves);
    n += bar.shown != before ? 1 : 0;
  }
  g_assert_cmpfloat (bar.shown, ==, 0);
  return n;
}

static void
level_glides_down (void) {
  g_assert_cmpuint (count_moves (TRUE), >, 30);
}

static void
level_steps_without_motion (void) {
  g_assert_cmpuint (count_moves (FALSE), ==, 2);
}

/* Shorter than the bar stands still. */
static void
word_is_seen_without_motion (void) {
  LonghandBallistics bar = { 0 };

  longhand_ballistics_follow (&bar, 0, FALL, G_USEC_PER_SEC, FALSE);
  longhand_ballistics_follow (&bar, 0.7, FALL, G_USEC_PER_SEC + FRAME_US, FALSE);
  longhand_ballistics_follow (&bar, 0.1, FALL, G_USEC_PER_SEC + 2 * FRAME_US, FALSE);
  g_assert_cmpfloat (bar.shown, ==, 0);
  longhand_ballistics_follow (&bar, 0, FALL, G_USEC_PER_SEC + LONGHAND_BALLISTICS_REST_US, FALSE);
  g_assert_cmpfloat (bar.shown, ==, 0.7);
}

int
main (int argc, char **argv) {
  fixture_init (&argc, &argv);
  FIXTURE_ADD ("/motion/none/parts-are-there-at-once", parts_are_there_at_once);
  FIXTURE_ADD ("/motion/parts-come-and-go-smoothly-elsewhere", parts_come_and_go_smoothly_elsewhere);
  g_test_add_func ("/motion/level-glides-down", level_glides_down);
  g_test_add_func ("/motion/none/level-steps", level_steps_without_motion);
  g_test_add_func ("/motion/none/word-is-seen", word_is_seen_without_motion);
  return g_test_run ();
}
