/* Models that can be downloaded: facts that are part of the program (data/models/catalogue.tsv). */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where they are: a folder with the files of the catalogue. Others like it are mirrors. */
#define LONGHAND_CATALOGUE_ADDRESS "https://huggingface.co/ggerganov/whisper.cpp/resolve/main/"

/* Numbers that say how much work a model is. */
typedef struct {
  guint n_state;        /* width */
  guint n_audio_layers; /* of the encoder */
  guint n_text_layers;  /* of the decoder */
} LonghandModelShape;

typedef struct {
  char *id;         /* as in the model store: "base.en-q5_1" */
  char *title;      /* for people, as longhand_model_get_title */
  guint64 size;     /* bytes, about */
  char *sha1;       /* hexadecimal */
  char *repository; /* "owner/name", where it is not the one of the address; or NULL */
  gboolean english_only;
  guint n_bits; /* of a weight: 16, 8 or 5 */
  LonghandModelShape shape;
} LonghandCatalogueEntry;

/* (transfer none) (element-type LonghandCatalogueEntry): from small to large. Any thread. */
const GPtrArray *longhand_catalogue_get (void);
/* (transfer none); NULL when there is no such model. Any thread. */
const LonghandCatalogueEntry *longhand_catalogue_find (const char *id);

/* ggml-ID.bin. (transfer full) */
char *longhand_catalogue_entry_dup_file_name (const LonghandCatalogueEntry *entry);

/* Where a model's file is below base, the address of a folder, http or https. (transfer full); NULL with
 * LONGHAND_ERROR_INVALID, which says what is wrong with base. */
char *longhand_catalogue_entry_dup_address (const LonghandCatalogueEntry *entry, const char *base,
                                            GError **error);
G_END_DECLS
