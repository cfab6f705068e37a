#include "application/longhand-clipboard.h"

#ifdef GDK_WINDOWING_WAYLAND
#include <gdk/wayland/gdkwayland.h>
#endif

/* Wayland gives the clipboard to the program that has the keyboard, and passes over others in silence. */
static gboolean
tells (GdkDisplay *display, gboolean has_keyboard) {
#ifdef GDK_WINDOWING_WAYLAND
  return has_keyboard || !GDK_IS_WAYLAND_DISPLAY (display);
#else
  return TRUE;
#endif
}

LonghandClaim
longhand_clipboard_claim (GdkClipboard *clipboard, GdkContentProvider *content, gboolean has_keyboard) {
  if (!gdk_clipboard_set_content (clipboard, content))
    return LONGHAND_CLAIM_REFUSED;
  return tells (gdk_clipboard_get_display (clipboard), has_keyboard) ? LONGHAND_CLAIM_DONE
                                                                     : LONGHAND_CLAIM_UNSEEN;
}
