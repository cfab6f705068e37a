/* What stands before the caret in another program's text field, as far as that is known: programs tell it
 * late, or not at all. Pure; one thread at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LonghandField LonghandField;

LonghandField *longhand_field_new (void); /* (transfer full); nothing is known */
void longhand_field_free (LonghandField *self);

void longhand_field_forget (LonghandField *self); /* nothing is known any more */
/* What the program says. FALSE: it has not seen yet what was written or removed last. */
gboolean longhand_field_tell (LonghandField *self, const char *before);
void longhand_field_write (LonghandField *self, const char *text);
void longhand_field_remove (LonghandField *self, glong n_chars); /* before the caret */
/* The caret may be elsewhere: what stood before it is a guess, that only what is written from now on ends. */
void longhand_field_doubt (LonghandField *self);
/* The person pressed a key that writes a character, or (0) does anything else. */
void longhand_field_type (LonghandField *self, gunichar character);

/* Whether what stands there is no guess, at its end at least. */
gboolean longhand_field_is_sure (const LonghandField *self);
/* "" where nothing is known. (transfer none) */
const char *longhand_field_get_before (const LonghandField *self);
gboolean longhand_field_ends_with (const LonghandField *self, const char *text); /* for sure */

G_END_DECLS
