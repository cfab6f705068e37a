/* A model in the list: what it is, how far its download is, and what can be done with it. Its buttons
 * activate the actions models.use, .download, .pause, .cancel and .delete with the model's id. */
#pragma once

#include "models/longhand-download.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LONGHAND_TYPE_MODEL_ROW (longhand_model_row_get_type ())
G_DECLARE_FINAL_TYPE (LonghandModelRow, longhand_model_row, LONGHAND, MODEL_ROW, AdwPreferencesRow)

typedef struct {
  const char *id, *title;
  guint64 size;
  gboolean english_only;
  guint n_bits;               /* of a weight; 0: not known */
  LonghandDownload *download; /* NULL: it is installed */
  gboolean is_in_use, is_deletable, is_recommended;
} LonghandModelRowFacts;

GtkWidget *longhand_model_row_new (const LonghandModelRowFacts *facts);
/* The download of the row has changed. */
void longhand_model_row_follow (LonghandModelRow *self, LonghandDownload *download);
const char *longhand_model_row_get_id (LonghandModelRow *self);

/* "12.3 MB of 148.9 MB, 2.1 MB/s, 1 minute left"; speed 0, seconds below 0: not known. (transfer full) */
char *longhand_model_row_describe_progress (guint64 received, guint64 total, double speed, double seconds);

G_END_DECLS
