/* OpenDocument text, version 1.2 (ISO/IEC 26300:2015): an archive whose first file, not compressed, names its
 * type. */
#include "longhand-config.h"
#include "longhand-odt-resources.h"
#include "transcript/longhand-archive.h"
#include "transcript/longhand-export-writers.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <langinfo.h>
#include <string.h>

#define PARTS "/io/github/longhand_app/Longhand/odt/" /* those that are the same in each document */
#define MEDIA_TYPE "application/vnd.oasis.opendocument.text"
#define META_TIME "%Y-%m-%dT%H:%M:%S"
#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define NAMES "urn:oasis:names:tc:opendocument:xmlns:"
#define NAMESPACES                                                                                           \
  " xmlns:office=\"" NAMES "office:1.0\" xmlns:style=\"" NAMES "style:1.0\" xmlns:text=\"" NAMES             \
  "text:1.0\" xmlns:meta=\"" NAMES "meta:1.0\" xmlns:fo=\"" NAMES                                            \
  "xsl-fo-compatible:1.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" office:version=\"1.2\""

/* Styles of paragraphs, by the names that LibreOffice gives them; others, before them, are for those that are
 * read from the right. data/odt/styles.xml.in has them. */
#define HEADING "Heading_20_1"
#define SUBTITLE "Subtitle"
#define BODY "Text_20_body"
#define RIGHT_TO_LEFT "Right_20_to_20_left_20_"

/* ---- text ---- */

/* XML 1.0 (section 2.2) has no way to write some characters. */
static gboolean
is_allowed (gunichar c) {
  return (c >= ' ' || c == '\t' || c == '\n' || c == '\r') && c != 0xfffe && c != 0xffff;
}

static void
append_escaped (GString *out, const char *text, gsize length) {
  g_autoptr (GString) allowed = g_string_new (NULL);
  g_autofree char *escaped = NULL;

  for (const char *at = text; at < text + length; at = g_utf8_next_char (at))
    if (is_allowed (g_utf8_get_char (at)))
      g_string_append_unichar (allowed, g_utf8_get_char (at));
  escaped = g_markup_escape_text (allowed->str, (gssize)allowed->len);
  g_string_append (out, escaped);
}

/* Readers make one space of several, and none of those at the ends (part 1, section 6.1.2), unless they are
 * elements. */
static void
append_spaces (GString *out, gsize n, gboolean is_between_words) {
  if (n > 0 && is_between_words) {
    g_string_append_c (out, ' ');
    n--;
  }
  if (n > 0)
    g_string_append_printf (out, "<text:s text:c=\"%" G_GSIZE_FORMAT "\"/>", n);
}

/* What is in a paragraph, where a newline ends a line only. */
static void
append_inline (GString *out, const char *text) {
  const char *at = text;

  while (*at != '\0') {
    const gsize n_plain = strcspn (at, " \t\n"), n_spaces = strspn (at + n_plain, " ");
    const char *next = at + n_plain + n_spaces;

    append_escaped (out, at, n_plain);
    append_spaces (out, n_spaces, n_plain > 0 && *next != '\0' && *next != '\t' && *next != '\n');
    at = next;
    if (*at == '\t' || *at == '\n')
      g_string_append (out, *at++ == '\t' ? "<text:tab/>" : "<text:line-break/>");
  }
}

/* By its first letter. */
static gboolean
is_right_to_left (const char *text) {
  const char *at = text;

  while (*at != '\0' && !g_unichar_isalpha (g_utf8_get_char (at)))
    at = g_utf8_next_char (at);
  switch (g_unichar_get_script (g_utf8_get_char (at))) {
  case G_UNICODE_SCRIPT_HEBREW:
  case G_UNICODE_SCRIPT_ARABIC:
  case G_UNICODE_SCRIPT_SYRIAC:
  case G_UNICODE_SCRIPT_THAANA:
  case G_UNICODE_SCRIPT_NKO:
    return TRUE;
  default:
    return FALSE;
  }
}

static void
append_paragraph (GString *out, const char *style, const char *text) {
  g_string_append_printf (out, "<text:p text:style-name=\"%s%s\">",
                          is_right_to_left (text) ? RIGHT_TO_LEFT : "", style);
  append_inline (out, text);
  g_string_append (out, "</text:p>\n");
}

static void
append_heading (GString *out, const char *text) {
  g_string_append_printf (out, "<text:h text:outline-level=\"1\" text:style-name=\"%s" HEADING "\">",
                          is_right_to_left (text) ? RIGHT_TO_LEFT : "");
  append_inline (out, text);
  g_string_append (out, "</text:h>\n");
}

static gboolean
is_blank (const char *line) {
  return line[strspn (line, " \t")] == '\0';
}

/* Blank lines stand between paragraphs. */
static void
append_paragraphs (GString *out, const char *text) {
  g_autoptr (GString) normal = g_string_new (text);
  g_autoptr (GString) paragraph = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;

  g_string_replace (normal, "\r\n", "\n", 0);
  g_string_replace (normal, "\r", "\n", 0);
  lines = g_strsplit (normal->str, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    if (!is_blank (lines[i]))
      g_string_append_printf (paragraph, "%s%s", paragraph->len > 0 ? "\n" : "", lines[i]);
    if (paragraph->len > 0 && (lines[i + 1] == NULL || is_blank (lines[i + 1]))) {
      append_paragraph (out, BODY, paragraph->str);
      g_string_truncate (paragraph, 0);
    }
  }
}

/* ---- the parts of a document ---- */

/* Nothing where the value is unknown. */
static void
append_element (GString *out, const char *name, const char *value) {
  if (value == NULL)
    return;
  g_string_append_printf (out, "<%s>", name);
  append_escaped (out, value, strlen (value));
  g_string_append_printf (out, "</%s>\n", name);
}

/* Local time; NULL: in no year that can be written. (transfer full) */
static char *
write_time (gint64 us, const char *format) {
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (us / G_USEC_PER_SEC);

  return time != NULL ? g_date_time_format (time, format) : NULL;
}

static void
append_date (GString *out, gint64 begun_us) {
  /* Translators: when something was dictated, in a document, as g_date_time_format writes it */
  g_autofree char *date = begun_us > 0 ? write_time (begun_us, _ ("%-e %B %Y, %H:%M")) : NULL;

  if (date != NULL)
    append_paragraph (out, SUBTITLE, date);
}

static char *
write_content (LonghandTranscript *transcript) {
  static const char *const styles[] = { HEADING, SUBTITLE, BODY };
  GString *out = g_string_new (XML "<office:document-content" NAMESPACES ">\n<office:automatic-styles>\n");
  g_autofree char *text = longhand_write_paragraphs (transcript);

  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    g_string_append_printf (out,
                            "<style:style style:name=\"" RIGHT_TO_LEFT "%s\" style:family=\"paragraph\""
                            " style:parent-style-name=\"%s\">\n<style:paragraph-properties"
                            " fo:text-align=\"right\" style:writing-mode=\"rl-tb\"/>\n</style:style>\n",
                            styles[i], styles[i]);
  g_string_append (out, "</office:automatic-styles>\n<office:body>\n<office:text>\n");
  if (longhand_transcript_get_title (transcript) != NULL)
    append_heading (out, longhand_transcript_get_title (transcript));
  append_date (out, longhand_transcript_get_begun (transcript));
  append_paragraphs (out, text);
  g_string_append (out, "</office:text>\n</office:body>\n</office:document-content>\n");
  return g_string_free (out, FALSE);
}

/* A zero stands behind it. (transfer full) */
static GBytes *
find_part (const char *name) {
  g_autofree char *path = g_strconcat (PARTS, name, NULL);

  return g_resource_lookup_data (longhand_odt_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
}

/* Millimetres; what the locale has, else A4. */
static void
find_paper (guint *width, guint *height) {
#ifdef __GLIBC__
  const char *words[] = { nl_langinfo (_NL_PAPER_WIDTH), nl_langinfo (_NL_PAPER_HEIGHT) };

  memcpy (width, &words[0], sizeof *width); /* the number stands where else the address of a string does */
  memcpy (height, &words[1], sizeof *height);
#else
  *width = 210;
  *height = 297;
#endif
}

/* Of text in any script; a space before each. */
static char *
write_language (const char *code) {
  if (code == NULL)
    return g_strdup ("");
  return g_markup_printf_escaped (" fo:language=\"%s\" fo:country=\"none\" style:language-asian=\"%s\""
                                  " style:country-asian=\"none\" style:language-complex=\"%s\""
                                  " style:country-complex=\"none\"",
                                  code, code, code);
}

static void
replace_number (GString *text, const char *name, guint number) {
  g_autofree char *digits = g_strdup_printf ("%u", number);

  g_string_replace (text, name, digits, 0);
}

static char *
write_styles (LonghandTranscript *transcript) {
  g_autoptr (GBytes) template = find_part ("styles.xml.in");
  g_autofree char *language = write_language (longhand_transcript_get_language (transcript));
  GString *out = g_string_new (g_bytes_get_data (template, NULL));
  guint width, height;

  find_paper (&width, &height);
  g_string_replace (out, "@LANGUAGE@", language, 1);
  replace_number (out, "@WIDTH@", width);
  replace_number (out, "@HEIGHT@", height);
  return g_string_free (out, FALSE);
}

static char *
write_meta (LonghandTranscript *transcript) {
  GString *out = g_string_new (XML "<office:document-meta" NAMESPACES ">\n<office:meta>\n"
                                   "<meta:generator>Longhand/" VERSION "</meta:generator>\n");
  const gint64 begun_us = longhand_transcript_get_begun (transcript), now_us = g_get_real_time ();
  g_autofree char *creation = write_time (begun_us > 0 ? begun_us : now_us, META_TIME);
  g_autofree char *change = write_time (now_us, META_TIME);

  append_element (out, "dc:title", longhand_transcript_get_title (transcript));
  append_element (out, "dc:language", longhand_transcript_get_language (transcript));
  append_element (out, "meta:creation-date", creation);
  append_element (out, "dc:date", change);
  g_string_append (out, "</office:meta>\n</office:document-meta>\n");
  return g_string_free (out, FALSE);
}

GBytes *
longhand_write_odt (LonghandTranscript *transcript, GError **error) {
  g_autofree char *content = write_content (transcript);
  g_autofree char *styles = write_styles (transcript);
  g_autofree char *meta = write_meta (transcript);
  g_autoptr (GBytes) manifest = find_part ("manifest.xml");
  const LonghandArchived files[] = {
    { "mimetype", MEDIA_TYPE, TRUE },  { "META-INF/manifest.xml", g_bytes_get_data (manifest, NULL), FALSE },
    { "content.xml", content, FALSE }, { "styles.xml", styles, FALSE },
    { "meta.xml", meta, FALSE },
  };

  return longhand_archive_pack (files, G_N_ELEMENTS (files), error);
}
