#include "cli/longhand-cli-utterance.h"

#include "cli/longhand-cli.h"

#include <glib/gi18n.h>
#include <unistd.h>

void
longhand_cli_print_utterance (const LonghandUtterance *utterance) {
  if (utterance->command >= LONGHAND_COMMAND_SCRATCH) {
    if (utterance->command != LONGHAND_COMMAND_STOP && isatty (STDERR_FILENO))
      g_printerr (_ ("(“%s” is for the window: lines that are printed stay)\n"), utterance->text);
    return;
  }
  if (utterance->command != LONGHAND_COMMAND_BREAK)
    longhand_cli_print_text (utterance->text);
  longhand_cli_print_text ("\n");
}

void
longhand_cli_show_left_out (const LonghandUtterance *utterance) {
  longhand_cli_show_tentative ("");
  g_printerr (_ ("(left out, as nobody seemed to speak: %s)\n"), utterance->text);
}
