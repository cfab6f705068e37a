#include "application/longhand-clipboard.h"

#ifdef GDK_WINDOWING_WAYLAND
#include <gdk/wayland/gdkwayland.h>
#endif

/* Wayland gives it to the program that has the keyboard, and passes over others in silence. */
gboolean
longhand_clipboard_is_certain (GdkDisplay *display) {
#ifdef GDK_WINDOWING_WAYLAND
  return !GDK_IS_WAYLAND_DISPLAY (display);
#else
  return TRUE;
#endif
}

LonghandClaim
longhand_clipboard_claim (GdkClipboard *clipboard, GdkContentProvider *content, gboolean has_keyboard) {
  if (!gdk_clipboard_set_content (clipboard, content))
    return LONGHAND_CLAIM_REFUSED;
  return has_keyboard || longhand_clipboard_is_certain (gdk_clipboard_get_display (clipboard))
             ? LONGHAND_CLAIM_DONE
             : LONGHAND_CLAIM_UNSEEN;
}
