#include "cli/longhand-cli-clips.h"

#include "longhand-error.h"

#include <glib/gi18n.h>
#include <math.h>

#define LONGEST_S 1e6

/* TRUE: text is a time, *ms. */
static gboolean
parse_time (char *text, gint64 *ms) {
  char *end;
  const double seconds = g_ascii_strtod (g_strstrip (text), &end);

  if (end == text || *end != '\0' || !(seconds >= 0 && seconds <= LONGEST_S))
    return FALSE;
  *ms = llround (seconds * 1000);
  return TRUE;
}

static gboolean
add_time (GArray *clips, gboolean begins, gint64 ms) {
  const gint64 behind_ms
      = clips->len > 0 ? g_array_index (clips, struct quill_clip, clips->len - 1).end_ms : 0;

  if (begins) {
    const struct quill_clip clip = { .begin_ms = ms, .end_ms = G_MAXINT64 };

    if (ms < behind_ms)
      return FALSE;
    g_array_append_val (clips, clip);
  } else {
    struct quill_clip *clip = &g_array_index (clips, struct quill_clip, clips->len - 1);

    if (ms <= clip->begin_ms)
      return FALSE;
    clip->end_ms = ms;
  }
  return TRUE;
}

GArray *
longhand_cli_clips_parse (const char *text, GError **error) {
  g_autoptr (GArray) clips = g_array_new (FALSE, FALSE, sizeof (struct quill_clip));
  g_auto (GStrv) times = g_strsplit (text, ",", -1);

  for (guint i = 0; i == 0 || times[i] != NULL; i++) {
    gint64 ms;

    if (times[i] == NULL || !parse_time (times[i], &ms)) {
      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                   _ ("--clip-timestamps takes seconds with commas between, start,end,start,end…, such as "
                      "“0,30,65.5,90”, not “%s”."),
                   text);
      return NULL;
    }
    if (!add_time (clips, i % 2 == 0, ms)) {
      g_set_error (error, LONGHAND_ERROR, LONGHAND_ERROR_INVALID,
                   _ ("--clip-timestamps goes back at “%s”: give the clips in their order, each with its end "
                      "behind its start."),
                   times[i]);
      return NULL;
    }
  }
  return g_steal_pointer (&clips);
}
