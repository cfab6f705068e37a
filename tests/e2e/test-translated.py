"""Whatever a window shows or tells a screen reader goes through the translations, and what takes the keyboard has a
name. Run inside virtual-mic --again and headless: test-translated.py LONGHAND WAV PO-FILE"""
import calendar
import functools
import os
import re
import sys
import tempfile

import pseudo

TRANSLATIONS = tempfile.TemporaryDirectory()
os.environ.update(pseudo.make(sys.argv[3], TRANSLATIONS.name))

import tour  # noqa: E402
from atspi import Atspi  # noqa: E402
from pseudo import translate  # noqa: E402
from tap import case, run  # noqa: E402

# What GTK and libadwaita say themselves: their translations are not the ones that are tested.
TOOLKIT = {
    "Minimize", "Minimize the window", "Maximize", "Maximize the window", "Close", "Close the window", "Back", "Search",
    "Preferences", "No Results Found", "Try a different search.", "Try a different search", "Shortcuts",
    "Search Results", "Shift", "Delete", "Shift+Ctrl+C", "Shift+F9", "About", "Debugging Information", "Copy Text",
    "Save as…", "What’s New", "Details", "Troubleshooting", "Credits", "Translated by", "Legal", "Acknowledgements",
    "Space", "GtkImage",
}
TOOLKIT_SENTENCES = re.compile(r"To assist in troubleshooting,.*|This application comes with absolutely no warranty\..*")
CLASS = re.compile(r"(Adw|Gtk|Longhand)[A-Z]\w+")  # GTK calls what has no name by its class
NAMES = {"longhand", "Longhand", "Whisper", "mini", "tiny", "base", "small", "medium", "large", "turbo", "huggingface", "co",
         "MiB", "GiB", "bytes", "E", "O", "AudioPlay", "xyz", "wav", "gone", *calendar.day_abbr, *calendar.month_abbr}

# What is to be read aloud is in the language that the model hears.
NAMES.update(pseudo.plain_words(os.environ["XDG_DATA_HOME"]), pseudo.plain_words(sys.argv[2]),
             pseudo.plain_words("I say what I think, and the words appear while I am speaking."))
# Of those that GTK and libadwaita make, which are not named: what holds what can be chosen, and is not read by itself.
HOLDERS = {"list", "scroll pane", "page tab list"}
MADE_BY_TOOLKIT = {"about"}

tour.set_up()
trip = tour.Tour(sys.argv[1], sys.argv[2], translate)


def is_own(text):
    return not (text in TOOLKIT or TOOLKIT_SENTENCES.fullmatch(text) or CLASS.fullmatch(text))


class Seen:
    """A widget as it is at the moment; the next one may take its place."""

    def __init__(self, node):
        self.name, self.description, self.role = node.get_name() or "", node.get_description() or "", node.get_role_name()
        self.is_unnamed = (node.get_state_set().contains(Atspi.StateType.FOCUSABLE) and self.role not in HOLDERS
                           and (not self.name or CLASS.fullmatch(self.name) is not None)
                           and Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW).width > 0
                           and node.get_parent().get_name() != "GtkListView")  # in a drop-down


def untranslated(shown):
    """What is shown, or said to those who do not see it, with a word that is neither translated nor a name nor what a
    person said, or may have said."""
    for seen in shown:
        if seen.description.endswith("%"):
            NAMES.update(pseudo.plain_words(seen.name))
    return [(text, words) for seen in shown for text in filter(is_own, {seen.name, seen.description})
            if (words := [word for word in pseudo.plain_words(text) if word not in NAMES])]


def check(place):
    root = trip.go_on(place)
    NAMES.update(pseudo.plain_words(trip.window.text()))
    shown = trip.window.wait("what is shown", lambda: [Seen(node) for node, _ in trip.app.all(root)])
    names = [seen.name for seen in shown]
    if place == "performance":
        NAMES.add(names[names.index(translate("Instruction set")) + 1])
    assert (found := untranslated(shown)) == [], found
    assert place in MADE_BY_TOOLKIT or (found := [seen.role for seen in shown if seen.is_unnamed]) == [], found


for name in tour.PLACES:
    case("/translated/" + name)(functools.partial(check, name))


@case("/translated/nothing-was-complained-about")
def _():
    assert not trip.window.complaints(), trip.window.complaints()


try:
    run()
finally:
    trip.window.kill()
