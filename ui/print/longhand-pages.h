/* A text broken into pages, with their numbers below, in the desktop's font for documents. */
#pragma once

#include <pango/pangocairo.h>

G_BEGIN_DECLS

typedef struct _LonghandPages LonghandPages;

/* Between the margins, in the units of what context is for: points on paper. Copies text. (transfer full) */
LonghandPages *longhand_pages_new (PangoContext *context, const char *text, double width, double height);
void longhand_pages_free (LonghandPages *self);

guint longhand_pages_get_n (const LonghandPages *self); /* at least one */
/* The page-th, from 0 on, at the origin. */
void longhand_pages_draw (LonghandPages *self, cairo_t *cairo, guint page);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LonghandPages, longhand_pages_free)

G_END_DECLS
