/* What is new, out of the metainfo, which is the one place where that is written down. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *version; /* owned */
  char *markup;  /* owned; as adw_about_window_set_release_notes takes it; translated */
} LonghandReleaseNotes;

/* Of the first release in metainfo that is described, which is the last one. (transfer full); NULL: none is. */
LonghandReleaseNotes *longhand_release_notes_parse (const char *metainfo, gsize n_bytes, GError **error);
/* Of the program's own. (transfer full) */
LonghandReleaseNotes *longhand_release_notes_new (void);
void longhand_release_notes_free (LonghandReleaseNotes *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandReleaseNotes, longhand_release_notes_free)

G_END_DECLS
