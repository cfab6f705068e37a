/* The program: one instance, one dictation, at most one window. Its commands (--start and so on) ask the
 * instance that runs. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_APPLICATION (longhand_application_get_type ())
G_DECLARE_FINAL_TYPE (LonghandApplication, longhand_application, LONGHAND, APPLICATION, AdwApplication)

LonghandApplication *longhand_application_new (void); /* (transfer full) */
/* Before it is registered: how long it goes on without a window that anybody sees, and without use. */
void longhand_application_set_linger (LonghandApplication *self, guint ms);

G_END_DECLS
