/* The program: one instance, one dictation, at most one window. Its commands (--start and so on) ask the
 * instance that runs. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_APPLICATION (longhand_application_get_type ())
G_DECLARE_FINAL_TYPE (LonghandApplication, longhand_application, LONGHAND, APPLICATION, AdwApplication)

LonghandApplication *longhand_application_new (void); /* (transfer full) */

G_END_DECLS
