/* A message across the window with one thing to do about it; can be dismissed. (AdwBanner came with 1.3.) */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_BANNER (longhand_banner_get_type ())
G_DECLARE_FINAL_TYPE (LonghandBanner, longhand_banner, LONGHAND, BANNER, AdwBin)

/* Signals: "activated" (the button), "dismissed" (the cross). Both leave the banner as it is. */

/* Shows it. button may be NULL. */
void longhand_banner_show (LonghandBanner *self, const char *message, const char *button);
/* Replaces the button's label. */
void longhand_banner_set_button (LonghandBanner *self, const char *button);
void longhand_banner_hide (LonghandBanner *self);
gboolean longhand_banner_get_shown (LonghandBanner *self);

G_END_DECLS
