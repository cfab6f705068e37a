/* A text broken into pages, with their numbers below, in the desktop's font for documents. A long one takes
 * seconds, so any thread may do it; one at a time has the pages. */
#pragma once

#include <pango/pangocairo.h>

G_BEGIN_DECLS

typedef struct _LonghandPages LonghandPages;

/* Between the margins, in units of which resolution make an inch. Copies text. (transfer full) */
LonghandPages *longhand_pages_new (const char *text, double width, double height, double resolution);
void longhand_pages_free (LonghandPages *self);

guint longhand_pages_get_n (const LonghandPages *self); /* at least one */
/* The page-th, from 0 on, at the origin. */
void longhand_pages_draw (LonghandPages *self, cairo_t *cairo, guint page);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandPages, longhand_pages_free)

G_END_DECLS
