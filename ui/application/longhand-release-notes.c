#include "application/longhand-release-notes.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#define RESOURCE "/io/github/longhand_app/Longhand/metainfo.xml"

typedef struct {
  char *version;   /* owned; of the release that is read; NULL: none is */
  GString *markup; /* owned; of its description; NULL: it has none yet */
  GString *text;   /* owned; of the paragraph or item that is read; NULL: none is */
  gboolean is_over;
} Parser;

static gboolean
is_text (const char *element) {
  return strcmp (element, "p") == 0 || strcmp (element, "li") == 0;
}

static gboolean
is_list (const char *element) {
  return strcmp (element, "ul") == 0 || strcmp (element, "ol") == 0;
}

static void
start_element (GMarkupParseContext *context, const char *element, const char **names, const char **values,
               gpointer user, GError **error) {
  Parser *self = user;

  if (self->is_over)
    return;
  if (strcmp (element, "release") == 0) {
    for (gsize i = 0; names[i] != NULL; i++)
      if (strcmp (names[i], "version") == 0) {
        g_free (self->version);
        self->version = g_strdup (values[i]);
      }
  } else if (self->version == NULL) {
    return;
  } else if (strcmp (element, "description") == 0) {
    self->markup = g_string_new (NULL);
  } else if (self->markup != NULL && is_list (element)) {
    g_string_append_printf (self->markup, "<%s>", element);
  } else if (self->markup != NULL && is_text (element)) {
    self->text = g_string_new (NULL);
  }
}

/* In one line, as the translators have it. */
static void
append_translated (GString *markup, const char *element, const char *text) {
  g_auto (GStrv) words = g_strsplit_set (text, " \t\r\n", -1);
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *escaped = NULL;

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      g_string_append_printf (line, "%s%s", line->len > 0 ? " " : "", words[i]);
  if (line->len == 0) /* which gettext has something else for */
    return;
  escaped = g_markup_escape_text (_ (line->str), -1);
  g_string_append_printf (markup, "<%s>%s</%s>", element, escaped, element);
}

static void
end_element (GMarkupParseContext *context, const char *element, gpointer user, GError **error) {
  Parser *self = user;

  if (self->is_over || self->markup == NULL)
    return;
  if (strcmp (element, "description") == 0) {
    self->is_over = TRUE;
  } else if (is_list (element)) {
    g_string_append_printf (self->markup, "</%s>", element);
  } else if (self->text != NULL && is_text (element)) {
    append_translated (self->markup, element, self->text->str);
    g_string_free (g_steal_pointer (&self->text), TRUE);
  }
}

static void
add_text (GMarkupParseContext *context, const char *text, gsize n_bytes, gpointer user, GError **error) {
  Parser *self = user;

  if (self->text != NULL)
    g_string_append_len (self->text, text, (gssize)n_bytes);
}

LonghandReleaseNotes *
longhand_release_notes_parse (const char *metainfo, gsize n_bytes, GError **error) {
  static const GMarkupParser functions
      = { .start_element = start_element, .end_element = end_element, .text = add_text };
  Parser parser = { 0 };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&functions, 0, &parser, NULL);
  LonghandReleaseNotes *self = NULL;

  if (g_markup_parse_context_parse (context, metainfo, (gssize)n_bytes, error)
      && g_markup_parse_context_end_parse (context, error) && parser.is_over) {
    self = g_new0 (LonghandReleaseNotes, 1);
    self->version = g_steal_pointer (&parser.version);
    self->markup = g_string_free (g_steal_pointer (&parser.markup), FALSE);
  }
  g_free (parser.version);
  if (parser.markup != NULL)
    g_string_free (parser.markup, TRUE);
  if (parser.text != NULL)
    g_string_free (parser.text, TRUE);
  return self;
}

LonghandReleaseNotes *
longhand_release_notes_new (void) {
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) metainfo = g_resources_lookup_data (RESOURCE, G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
  LonghandReleaseNotes *self = NULL;

  if (metainfo != NULL)
    self = longhand_release_notes_parse (g_bytes_get_data (metainfo, NULL), g_bytes_get_size (metainfo),
                                         &error);
  if (self == NULL) /* it was built in, and is tested */
    g_error ("%s: %s", RESOURCE, error != NULL ? error->message : "no release is described");
  return self;
}

void
longhand_release_notes_free (LonghandReleaseNotes *self) {
  g_free (self->version);
  g_free (self->markup);
  g_free (self);
}
