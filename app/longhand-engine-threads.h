/* Why the engine has as many threads as it has, for people. Apart from the rest, so that ui need not know the
 * engine. */
#pragma once

#include <glib.h>
#include <quill.h>

G_BEGIN_DECLS

/* One translated sentence with its full stop, or NULL where the number was asked for. Any thread. (transfer
 * full) */
char *longhand_engine_describe_threads (const struct quill_thread_choice *choice);

G_END_DECLS
