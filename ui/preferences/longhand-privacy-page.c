#include "preferences/longhand-privacy-page.h"

#include "models/longhand-transfer.h"

#include <glib/gi18n.h>

struct _LonghandPrivacyPage {
  AdwPreferencesPage parent_instance;

  /* template children */
  GtkSwitch *keep_sessions;
  AdwActionRow *network;
};

G_DEFINE_FINAL_TYPE (LonghandPrivacyPage, longhand_privacy_page, ADW_TYPE_PREFERENCES_PAGE)

static void
longhand_privacy_page_class_init (LonghandPrivacyPageClass *klass) {
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/longhand_app/Longhand/ui/preferences/longhand-privacy-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LonghandPrivacyPage, keep_sessions);
  gtk_widget_class_bind_template_child (widget_class, LonghandPrivacyPage, network);
}

static void
longhand_privacy_page_init (LonghandPrivacyPage *self) {
  gtk_widget_init_template (GTK_WIDGET (self));
  adw_action_row_set_subtitle (self->network,
                               longhand_transfer_is_possible ()
                                   ? _ ("Only to download a model, when you press Download. What you say and "
                                        "write never leaves this computer.")
                                   : _ ("Never: this Longhand was built without it. What you say and write "
                                        "never leaves this computer."));
}

void
longhand_privacy_page_set_up (LonghandPrivacyPage *self, LonghandSettings *settings) {
  g_settings_bind (longhand_settings_get_gsettings (settings), "keep-sessions", self->keep_sessions, "active",
                   G_SETTINGS_BIND_DEFAULT);
}
