#include "dictation/longhand-commands.h"

#include "longhand-commands-resources.h"

#include <string.h>

#define PATH "/io/github/longhand_app/Longhand/commands/commands.ini"
#define PHRASES "phrases"
#define OPENING_MARKS "¿¡"
#define CLOSING_MARKS ".,;:!?…。、，．：；！？"

typedef struct {
  LonghandCommand command;
  char *written; /* owned */
} Entry;

struct _LonghandCommands {
  GHashTable *entries; /* owned; phrase, case-folded: Entry; the first language's where several have it */
  GString *grammar;    /* owned */
};

static const struct {
  const char *name;
  LonghandCommand command;
} kinds[] = {
  { "break", LONGHAND_COMMAND_BREAK },     { "mark", LONGHAND_COMMAND_MARK },
  { "closing", LONGHAND_COMMAND_CLOSING }, { "opening", LONGHAND_COMMAND_OPENING },
  { "word", LONGHAND_COMMAND_WORD },       { "scratch", LONGHAND_COMMAND_SCRATCH },
  { "undo", LONGHAND_COMMAND_UNDO },       { "stop", LONGHAND_COMMAND_STOP },
};

static void
entry_free (gpointer data) {
  Entry *entry = data;

  g_free (entry->written);
  g_free (entry);
}

/* (transfer full) */
static GKeyFile *
load (void) {
  g_autoptr (GBytes) bytes
      = g_resource_lookup_data (longhand_commands_get_resource (), PATH, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  GKeyFile *file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  if (!g_key_file_load_from_bytes (file, bytes, G_KEY_FILE_KEEP_TRANSLATIONS, &error))
    g_error ("%s: %s", PATH, error->message); /* it is a part of the program */
  return file;
}

static LonghandCommand
kind_of (GKeyFile *file, const char *group) {
  g_autofree char *name = g_key_file_get_string (file, group, "kind", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (name, kinds[i].name) == 0)
      return kinds[i].command;
  g_error ("%s: [%s] is of no kind", PATH, group);
}

static void
add_phrase (LonghandCommands *self, const char *phrase, LonghandCommand command, const char *written) {
  g_autofree char *folded = g_utf8_casefold (phrase, -1);
  Entry *entry;

  if (g_hash_table_contains (self->entries, folded))
    return;
  entry = g_new (Entry, 1);
  *entry = (Entry){ command, g_strdup (written != NULL ? written : "") };
  g_string_append_printf (self->grammar, "%s\"%s\"", g_hash_table_size (self->entries) > 0 ? " | " : "",
                          phrase);
  g_hash_table_insert (self->entries, g_steal_pointer (&folded), entry);
}

static void
add_command (LonghandCommands *self, GKeyFile *file, const char *group, const char *language) {
  g_auto (GStrv) phrases = g_key_file_get_locale_string_list (file, group, PHRASES, language, NULL, NULL);
  g_autofree char *written = g_key_file_get_locale_string (file, group, "written", language, NULL);

  for (gsize i = 0; phrases != NULL && phrases[i] != NULL; i++)
    add_phrase (self, phrases[i], kind_of (file, group), written);
}

/* The languages that a command has phrases for. (transfer full) */
static char **
find_languages (GKeyFile *file, const char *group) {
  g_auto (GStrv) keys = g_key_file_get_keys (file, group, NULL, NULL);
  g_autoptr (GPtrArray) languages = g_ptr_array_new ();

  for (gsize i = 0; keys[i] != NULL; i++)
    if (g_str_has_prefix (keys[i], PHRASES "["))
      g_ptr_array_add (languages, g_strndup (keys[i] + strlen (PHRASES "["),
                                             strcspn (keys[i], "]") - strlen (PHRASES "[")));
  g_ptr_array_add (languages, NULL);
  return (char **)g_ptr_array_free (g_steal_pointer (&languages), FALSE);
}

LonghandCommands *
longhand_commands_new (const char *const *languages) {
  g_autoptr (GKeyFile) file = load ();
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  g_autoptr (LonghandCommands) self = g_new0 (LonghandCommands, 1);

  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  self->grammar = g_string_new ("root ::= ");
  for (gsize i = 0; groups[i] != NULL; i++) {
    g_auto (GStrv) all = languages == NULL ? find_languages (file, groups[i]) : NULL;
    const char *const *chosen = languages != NULL ? languages : (const char *const *)all;

    for (gsize k = 0; chosen[k] != NULL; k++)
      add_command (self, file, groups[i], chosen[k]);
  }
  return g_hash_table_size (self->entries) > 0 ? g_steal_pointer (&self) : NULL;
}

void
longhand_commands_free (LonghandCommands *self) {
  g_hash_table_unref (self->entries);
  g_string_free (self->grammar, TRUE);
  g_free (self);
}

const char *
longhand_commands_get_grammar (const LonghandCommands *self) {
  return self->grammar->str;
}

static gboolean
is_one_of (const char *marks, const char *at) {
  const gunichar c = g_utf8_get_char (at);

  return c != 0 && (g_unichar_isspace (c) || g_utf8_strchr (marks, -1, c) != NULL);
}

/* Without spaces and marks around it. (transfer full) */
static char *
strip (const char *phrase) {
  g_autofree char *folded = g_utf8_casefold (phrase, -1);
  const char *begin = folded, *end = folded + strlen (folded);

  while (is_one_of (OPENING_MARKS, begin))
    begin = g_utf8_next_char (begin);
  while (end > begin && is_one_of (CLOSING_MARKS, g_utf8_prev_char (end)))
    end = g_utf8_prev_char (end);
  return g_strndup (begin, (gsize)(end - begin));
}

LonghandCommand
longhand_commands_find (const LonghandCommands *self, const char *phrase, const char **written) {
  g_autofree char *stripped = strip (phrase);
  const Entry *entry = g_hash_table_lookup (self->entries, stripped);

  *written = entry != NULL ? entry->written : "";
  return entry != NULL ? entry->command : LONGHAND_COMMAND_NONE;
}
