#include "longhand-json.h"

#include <math.h>
#include <string.h>

void
longhand_json_string (JsonBuilder *json, const char *name, const char *value) {
  json_builder_set_member_name (json, name);
  json_builder_add_string_value (json, value);
}

void
longhand_json_int (JsonBuilder *json, const char *name, gint64 value) {
  json_builder_set_member_name (json, name);
  json_builder_add_int_value (json, value);
}

void
longhand_json_double (JsonBuilder *json, const char *name, double value) {
  json_builder_set_member_name (json, name);
  json_builder_add_double_value (json, value);
}

void
longhand_json_known (JsonBuilder *json, const char *name, double value) {
  json_builder_set_member_name (json, name);
  if (value >= 0)
    json_builder_add_double_value (json, value);
  else
    json_builder_add_null_value (json);
}

void
longhand_json_boolean (JsonBuilder *json, const char *name, gboolean value) {
  json_builder_set_member_name (json, name);
  json_builder_add_boolean_value (json, value);
}

void
longhand_json_object (JsonBuilder *json, const char *name) {
  json_builder_set_member_name (json, name);
  json_builder_begin_object (json);
}

void
longhand_json_array (JsonBuilder *json, const char *name) {
  json_builder_set_member_name (json, name);
  json_builder_begin_array (json);
}

/* ---- as text ---- */

/* Behind a string's last quote. */
static const char *
end_of_string (const char *string) {
  const char *at = string + 1;

  for (; *at != '"'; at++)
    if (*at == '\\')
      at++;
  return at + 1;
}

static void
append_number (GString *out, double value, const char *written, gsize n) {
  char shortened[G_ASCII_DTOSTR_BUF_SIZE];

  if (value == floor (value))
    g_string_append_len (out, written, (gssize)n);
  else
    g_string_append (out, g_ascii_formatd (shortened, sizeof shortened, "%.9g", value));
}

/* Appends the next piece of text, a string, a number or what stands between such; where it ends. */
static const char *
append_piece (GString *out, const char *text) {
  const char *end = text;

  if (g_ascii_isdigit (*text) || *text == '-') {
    const double value = g_ascii_strtod (text, (char **)&end);

    append_number (out, value, text, (gsize)(end - text));
    return end;
  }
  end = *text == '"' ? end_of_string (text) : text + strcspn (text, "\"-0123456789");
  g_string_append_len (out, text, end - text);
  return end;
}

/* JsonGenerator writes all 17 digits of a double: 0.096000000000000002. */
GString *
longhand_json_to_text (JsonNode *root) {
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autofree char *text = NULL;
  GString *out = g_string_new (NULL);

  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, NULL);
  for (const char *at = text; *at != '\0';)
    at = append_piece (out, at);
  g_string_append_c (out, '\n');
  return out;
}
