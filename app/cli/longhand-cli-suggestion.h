/* What was meant by a name that there is not: the nearest of those that there are. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The choice with the fewest letters to be changed, added, left out or exchanged with the next one; where
 * typed is its beginning, as if one was missing. The more letters there are, the more may be wrong: up to
 * three. The first of several; NULL: none is near. Dashes in front and case do not count. choices:
 * NULL-terminated. (transfer none) */
const char *longhand_cli_find_nearest (const char *typed, const char *const *choices);

/* Adds to the sentence of error, which is about typed, which of the choices may be meant. error: set, or
 * NULL. */
void longhand_cli_suggest (GError **error, const char *typed, const char *const *choices);

G_END_DECLS
