/* Members of the object that a JsonBuilder is in; strings are copied. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

void longhand_json_string (JsonBuilder *json, const char *name, const char *value); /* NULL: null */
void longhand_json_int (JsonBuilder *json, const char *name, gint64 value);
void longhand_json_double (JsonBuilder *json, const char *name,
                           double value); /* a finite one: JSON has no others */
void longhand_json_boolean (JsonBuilder *json, const char *name, gboolean value);
void longhand_json_known (JsonBuilder *json, const char *name,
                          double value); /* null when it is negative: not known */
/* What follows goes into it, until json_builder_end_object or json_builder_end_array. */
void longhand_json_object (JsonBuilder *json, const char *name);
void longhand_json_array (JsonBuilder *json, const char *name);

/* root for people: indented, with a newline at its end; numbers that are not whole have nine significant
 * digits, which is all of a float and milliseconds in days of seconds. (transfer full) */
GString *longhand_json_to_text (JsonNode *root);

G_END_DECLS
