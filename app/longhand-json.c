#include "longhand-json.h"

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
