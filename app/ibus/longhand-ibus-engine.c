#include "ibus/longhand-ibus-engine.h"

#include "ibus/longhand-ibus-switch.h"
#include "ibus/longhand-listener.h"
#include "ibus/longhand-typist.h"

#include <glib/gi18n.h>
#include <string.h>

#define REMARK_MS 4000     /* so long a sentence can be read */
#define MAX_TOLD 64        /* fields that are remembered */
#define FAKE_CLIENT "fake" /* IBus puts this in the place of a field when none has the keyboard */

struct _LonghandIbus {
  IBusBus *bus; /* borrowed */

  /* owned */
  IBusFactory *factory;
  LonghandTypist *typist;
  LonghandListener *listener;
  IBusProperty *property; /* whether it listens, in the panel */
  GHashTable *told;       /* input context's path: Told; programs do not tell the same twice */
  char *context;          /* path of the one that has the keyboard; NULL: it is not known */
  GCancellable *questions;

  IBusEngine *engine; /* weak; the one in use */
  guint n_engines;
  guint wait_id, remark_id; /* sources */
  gboolean is_following;
  gboolean asks_context; /* of the field that has the keyboard */
};

/* The text around a caret. */
typedef struct {
  char *text;
  guint cursor, anchor;
} Told;

typedef struct {
  IBusEngine parent_instance;
  LonghandIbus *ibus; /* borrowed */
} LonghandIbusEngine;

typedef struct {
  IBusEngineClass parent_class;
} LonghandIbusEngineClass;

static GType longhand_ibus_engine_get_type (void);
G_DEFINE_FINAL_TYPE (LonghandIbusEngine, longhand_ibus_engine, IBUS_TYPE_ENGINE)

static LonghandIbus *
ibus_of (IBusEngine *engine) {
  return ((LonghandIbusEngine *)engine)->ibus;
}

static void
told_free (gpointer data) {
  Told *told = data;

  g_free (told->text);
  g_free (told);
}

/* ---- what is shown beside the field ---- */

static void
show_beside (LonghandIbus *self, const char *text) {
  ibus_engine_update_auxiliary_text (self->engine, ibus_text_new_from_string (text), *text != '\0');
}

static gboolean
on_remark_read (gpointer user) {
  LonghandIbus *self = user;

  self->remark_id = 0;
  if (self->engine != NULL)
    show_beside (self, "");
  return G_SOURCE_REMOVE;
}

static void
tell_person (LonghandIbus *self, const char *sentence) {
  if (self->engine == NULL)
    return;
  show_beside (self, sentence);
  g_clear_handle_id (&self->remark_id, g_source_remove);
  self->remark_id = g_timeout_add (REMARK_MS, on_remark_read, self);
}

static const char *
sentence_of (LonghandRemark remark) {
  switch (remark) {
  case LONGHAND_REMARK_CANNOT_REMOVE:
    return _ ("This program does not let Longhand remove text.");
  case LONGHAND_REMARK_NOT_THERE:
    return _ ("What Longhand wrote is not before the caret any more, so it stays.");
  case LONGHAND_REMARK_SECRET:
    return _ ("Longhand does not listen while a password has the keyboard.");
  case LONGHAND_REMARK_NOTHING_TO_REMOVE:
  default:
    return _ ("There is no dictated text to remove here.");
  }
}

/* In the panel. */
static void
show_listening (LonghandIbus *self, gboolean listening) {
  ibus_property_set_state (self->property, listening ? PROP_STATE_CHECKED : PROP_STATE_UNCHECKED);
  ibus_property_set_symbol (self->property, ibus_text_new_from_string (listening ? "●" : "○"));
  if (self->engine != NULL)
    ibus_engine_update_property (self->engine, self->property);
}

static void
register_properties (LonghandIbus *self) {
  IBusPropList *list = ibus_prop_list_new ();

  ibus_prop_list_append (list, self->property);
  ibus_engine_register_properties (self->engine, list);
}

/* ---- what the typist wants ---- */

static void follow (LonghandIbus *self);

static gboolean
on_waited (gpointer user) {
  LonghandIbus *self = user;

  self->wait_id = 0;
  longhand_typist_waited (self->typist);
  follow (self);
  return G_SOURCE_REMOVE;
}

static void
show_preedit (LonghandIbus *self, const char *text) {
  IBusText *preedit = ibus_text_new_from_string (text);
  const guint n = (guint)g_utf8_strlen (text, -1);

  ibus_text_append_attribute (preedit, IBUS_ATTR_TYPE_UNDERLINE, IBUS_ATTR_UNDERLINE_SINGLE, 0, (gint)n);
  ibus_engine_update_preedit_text_with_mode (self->engine, preedit, n, n > 0, IBUS_ENGINE_PREEDIT_CLEAR);
}

static void
ask_longhand (LonghandIbus *self, LonghandActType type) {
  if (type == LONGHAND_ACT_START)
    longhand_listener_start (self->listener);
  else if (type == LONGHAND_ACT_STOP)
    longhand_listener_stop (self->listener);
  else
    longhand_listener_cut (self->listener);
}

/* Through the engine in use. */
static void
write_through (LonghandIbus *self, const LonghandAct *act) {
  switch (act->type) {
  case LONGHAND_ACT_COMMIT:
    ibus_engine_commit_text (self->engine, ibus_text_new_from_string (act->text));
    break;
  case LONGHAND_ACT_DELETE:
    ibus_engine_delete_surrounding_text (self->engine, -(gint)act->n, act->n);
    break;
  case LONGHAND_ACT_PREEDIT:
    show_preedit (self, act->text);
    break;
  case LONGHAND_ACT_AUXILIARY:
    show_beside (self, act->text);
    break;
  case LONGHAND_ACT_ASK:
    ibus_engine_get_surrounding_text (self->engine, NULL, NULL, NULL);
    break;
  default:
    break;
  }
}

static void
carry_out (LonghandIbus *self, const LonghandAct *act) {
  switch (act->type) {
  case LONGHAND_ACT_START:
  case LONGHAND_ACT_STOP:
  case LONGHAND_ACT_CUT:
    ask_longhand (self, act->type);
    break;
  case LONGHAND_ACT_KEEP:
    longhand_listener_keep (self->listener, act->text);
    break;
  case LONGHAND_ACT_WAIT:
    g_clear_handle_id (&self->wait_id, g_source_remove);
    self->wait_id = g_timeout_add (act->n, on_waited, self);
    break;
  case LONGHAND_ACT_SHOW:
    show_listening (self, act->n != 0);
    break;
  case LONGHAND_ACT_SAY:
    tell_person (self, sentence_of (act->remark));
    break;
  case LONGHAND_ACT_LEAVE:
    longhand_ibus_switch_back (self->bus);
    break;
  default:
    if (self->engine != NULL)
      write_through (self, act);
  }
}

/* IBus may call back while it is told something: then the call that is under way goes on with it. */
static void
follow (LonghandIbus *self) {
  if (self->is_following)
    return;
  self->is_following = TRUE;
  for (;;) {
    g_auto (LonghandAct) act = longhand_typist_next_act (self->typist);

    if (act.type == LONGHAND_ACT_NONE)
      break;
    carry_out (self, &act);
  }
  self->is_following = FALSE;
}

static void
on_heard (gpointer user) {
  follow (user);
}

static void
on_told (gpointer user, const char *sentence) {
  tell_person (user, sentence);
}

/* ---- the field that has the keyboard ---- */

static void
set_engine (LonghandIbus *self, IBusEngine *engine) {
  g_set_weak_pointer (&self->engine, engine);
}

static void
set_capabilities (IBusEngine *engine, guint capabilities) {
  LonghandIbus *self = ibus_of (engine);

  if (engine != self->engine)
    return;
  longhand_typist_set_capabilities (self->typist, (capabilities & IBUS_CAP_PREEDIT_TEXT) != 0,
                                    (capabilities & IBUS_CAP_SURROUNDING_TEXT) != 0);
  follow (self);
}

/* What the program told of it when it had the keyboard before is a good guess; no more, since several fields
 * may have the same input context. */
static void
recall (LonghandIbus *self) {
  const Told *told = self->context != NULL ? g_hash_table_lookup (self->told, self->context) : NULL;

  if (told == NULL)
    return;
  longhand_typist_surround (self->typist, told->text, told->cursor, told->anchor);
  longhand_typist_reset (self->typist);
}

static void
enter (LonghandIbus *self, IBusEngine *engine, const char *context) {
  set_engine (self, engine);
  self->asks_context = FALSE;
  g_free (self->context);
  self->context = g_strdup (context);
  register_properties (self);
  longhand_typist_focus (self->typist, TRUE);
  recall (self);
  set_capabilities (engine, engine->client_capabilities);
  follow (self);
}

static void
leave (LonghandIbus *self, IBusEngine *engine) {
  if (engine != self->engine)
    return;
  self->asks_context = FALSE;
  longhand_typist_focus (self->typist, FALSE);
  follow (self);
  g_clear_pointer (&self->context, g_free);
}

static void
focus_in_id (IBusEngine *engine, const char *context, const char *client) {
  if (strcmp (client, FAKE_CLIENT) == 0)
    leave (ibus_of (engine), engine);
  else
    enter (ibus_of (engine), engine, context);
}

static void
focus_out_id (IBusEngine *engine, const char *context) {
  leave (ibus_of (engine), engine);
}

static void
on_context (GObject *bus, GAsyncResult *result, gpointer user) {
  LonghandIbus *self = user;
  g_autoptr (GError) error = NULL;
  g_autofree char *context = ibus_bus_current_input_context_async_finish (IBUS_BUS (bus), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (context != NULL && self->asks_context && self->engine != NULL)
    enter (self, self->engine, context);
}

/* IBus tells of the first field without its name: before it knows that this engine wants it. */
static void
focus_in (IBusEngine *engine) {
  LonghandIbus *self = ibus_of (engine);

  set_engine (self, engine);
  self->asks_context = TRUE;
  ibus_bus_current_input_context_async (self->bus, -1, self->questions, on_context, self);
}

static void
focus_out (IBusEngine *engine) {
  leave (ibus_of (engine), engine);
}

static void
set_content_type (IBusEngine *engine, guint purpose, guint hints) {
  LonghandIbus *self = ibus_of (engine);

  if (engine != self->engine)
    return;
  longhand_typist_set_secret (self->typist,
                              purpose == IBUS_INPUT_PURPOSE_PASSWORD || purpose == IBUS_INPUT_PURPOSE_PIN);
  follow (self);
}

static void
remember (LonghandIbus *self, const char *text, guint cursor, guint anchor) {
  Told *told;

  if (self->context == NULL)
    return;
  if (g_hash_table_size (self->told) >= MAX_TOLD)
    g_hash_table_remove_all (self->told);
  told = g_new (Told, 1);
  *told = (Told){ g_strdup (text), cursor, anchor };
  g_hash_table_insert (self->told, g_strdup (self->context), told);
}

static void
set_surrounding_text (IBusEngine *engine, IBusText *text, guint cursor, guint anchor) {
  LonghandIbus *self = ibus_of (engine);

  IBUS_ENGINE_CLASS (longhand_ibus_engine_parent_class)->set_surrounding_text (engine, text, cursor, anchor);
  if (engine != self->engine)
    return;
  remember (self, ibus_text_get_text (text), cursor, anchor);
  longhand_typist_surround (self->typist, ibus_text_get_text (text), cursor, anchor);
  follow (self);
}

static void
reset (IBusEngine *engine) {
  LonghandIbus *self = ibus_of (engine);

  if (engine == self->engine)
    longhand_typist_reset (self->typist);
}

/* ---- keys ---- */

/* Those that write nothing and do nothing by themselves. */
static gboolean
is_modifier (guint key) {
  return (key >= IBUS_KEY_Shift_L && key <= IBUS_KEY_Hyper_R) || key == IBUS_KEY_Num_Lock
         || (key >= IBUS_KEY_ISO_Lock && key <= IBUS_KEY_ISO_Last_Group_Lock)
         || (key & 0xffff0000) == 0x10080000; /* of multimedia keyboards: the loudness, say */
}

/* Every key goes on to the program. */
static gboolean
process_key_event (IBusEngine *engine, guint key, guint code, guint modifiers) {
  LonghandIbus *self = ibus_of (engine);
  gunichar character = 0;

  if (engine != self->engine || (modifiers & IBUS_RELEASE_MASK) != 0 || is_modifier (key))
    return FALSE;
  if ((modifiers & (IBUS_CONTROL_MASK | IBUS_MOD1_MASK | IBUS_SUPER_MASK)) == 0)
    character = ibus_keyval_to_unicode (key);
  longhand_typist_press (self->typist, g_unichar_isprint (character) ? character : 0);
  follow (self);
  return FALSE;
}

/* ---- the engine ---- */

static void
enable (IBusEngine *engine) {
  LonghandIbus *self = ibus_of (engine);

  IBUS_ENGINE_CLASS (longhand_ibus_engine_parent_class)->enable (engine);
  set_engine (self, engine);
  ibus_engine_get_surrounding_text (engine, NULL, NULL, NULL); /* that it is wanted */
  longhand_typist_select (self->typist, TRUE);
  follow (self);
}

static void
disable (IBusEngine *engine) {
  LonghandIbus *self = ibus_of (engine);

  if (engine == self->engine) {
    leave (self, engine);
    longhand_typist_select (self->typist, FALSE);
    follow (self);
    set_engine (self, NULL);
    g_hash_table_remove_all (self->told); /* others are told from here on */
    longhand_ibus_switch_forget ();
  }
  IBUS_ENGINE_CLASS (longhand_ibus_engine_parent_class)->disable (engine);
}

static void
property_activate (IBusEngine *engine, const char *name, guint state) {
  LonghandIbus *self = ibus_of (engine);

  longhand_typist_want (self->typist, state == PROP_STATE_CHECKED);
  follow (self);
}

static void
longhand_ibus_engine_class_init (LonghandIbusEngineClass *klass) {
  IBusEngineClass *engine_class = IBUS_ENGINE_CLASS (klass);

  engine_class->enable = enable;
  engine_class->disable = disable;
  engine_class->focus_in = focus_in;
  engine_class->focus_out = focus_out;
  engine_class->focus_in_id = focus_in_id;
  engine_class->focus_out_id = focus_out_id;
  engine_class->set_capabilities = set_capabilities;
  engine_class->set_content_type = set_content_type;
  engine_class->reset = reset;
  engine_class->set_surrounding_text = set_surrounding_text;
  engine_class->process_key_event = process_key_event;
  engine_class->property_activate = property_activate;
}

static void
longhand_ibus_engine_init (LonghandIbusEngine *self) {
}

/* ---- the whole ---- */

static IBusEngine *
on_create_engine (IBusFactory *factory, const char *name, gpointer user) {
  LonghandIbus *self = user;
  g_autofree char *path = g_strdup_printf ("/org/freedesktop/IBus/Engine/Longhand/%u", ++self->n_engines);
  LonghandIbusEngine *engine
      = g_object_new (longhand_ibus_engine_get_type (), "engine-name", name, "object-path", path,
                      "connection", ibus_bus_get_connection (self->bus), "has-focus-id", TRUE, NULL);

  engine->ibus = self;
  return IBUS_ENGINE (engine);
}

LonghandIbus *
longhand_ibus_new (IBusBus *bus, GDBusConnection *session) {
  static const LonghandListenerFns fns = { .heard = on_heard, .told = on_told };
  LonghandIbus *self = g_new0 (LonghandIbus, 1);

  self->bus = bus;
  self->typist = longhand_typist_new ();
  self->listener = longhand_listener_new (session, self->typist, &fns, self);
  self->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, told_free);
  self->questions = g_cancellable_new ();
  self->property = g_object_ref_sink (
      ibus_property_new ("listening", PROP_TYPE_TOGGLE, ibus_text_new_from_string (_ ("Listening")), NULL,
                         ibus_text_new_from_string (_ ("Whether Longhand writes what you say")), TRUE, TRUE,
                         PROP_STATE_UNCHECKED, NULL));
  ibus_property_set_symbol (self->property, ibus_text_new_from_string ("○"));
  self->factory = ibus_factory_new (ibus_bus_get_connection (bus));
  g_object_ref_sink (self->factory);
  ibus_factory_add_engine (self->factory, LONGHAND_IBUS_ENGINE, longhand_ibus_engine_get_type ());
  g_signal_connect (self->factory, "create-engine", G_CALLBACK (on_create_engine), self);
  return self;
}

void
longhand_ibus_free (LonghandIbus *self) {
  g_cancellable_cancel (self->questions);
  g_object_unref (self->questions);
  g_clear_handle_id (&self->wait_id, g_source_remove);
  g_clear_handle_id (&self->remark_id, g_source_remove);
  set_engine (self, NULL);
  g_object_unref (self->factory);
  longhand_listener_free (self->listener);
  longhand_typist_free (self->typist);
  g_object_unref (self->property);
  g_hash_table_unref (self->told);
  g_free (self->context);
  g_free (self);
}
