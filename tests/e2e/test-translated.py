"""Whatever the window shows or tells a screen reader goes through the translations. Run inside virtual-mic --again
and headless: test-translated.py LONGHAND PO-FILE"""
import calendar
import os
import re
import sys
import tempfile

import pseudo

TRANSLATIONS = tempfile.TemporaryDirectory()
os.environ.update(pseudo.make(sys.argv[2], TRANSLATIONS.name))

from gi.repository import Gio, GLib  # noqa: E402
from pseudo import translate  # noqa: E402
from tap import case, run  # noqa: E402
from window import Window  # noqa: E402

# What GTK and libadwaita say themselves: their translations are not the ones that are tested.
TOOLKIT = {
    "Minimize", "Minimize the window", "Maximize", "Maximize the window", "Close", "Close the window", "Back", "Search",
    "Preferences", "No Results Found", "Try a different search.", "Try a different search", "Shortcuts",
    "Search Results", "Shift", "Delete", "Shift+Ctrl+C", "Shift+F9", "About", "Debugging Information", "Copy Text",
    "_Copy Text Copy Text", "Save as…", "_Save as… Save as…", "What’s New", "Details", "Troubleshooting", "Credits",
    "Translated by", "Legal", "Acknowledgements",
}
TOOLKIT_SENTENCES = re.compile(r"To assist in troubleshooting,.*|This application comes with absolutely no warranty\..*")
CLASS = re.compile(r"(Adw|Gtk|Longhand)[A-Z]\w+")  # GTK calls what has no name by its class
NAMES = {"longhand", "Longhand", "Whisper", "mini", "tiny", "base", "small", "medium", "large", "turbo", "huggingface", "co",
         "MiB", "GiB", "bytes", "E", *calendar.day_abbr, *calendar.month_abbr}

window = Window(sys.argv[1], text_box=translate("Text"))
bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)


frame = window.app.root.get_child_at_index(0)


def act(node, name):
    """Does what a widget does; the window does "win." and what its menu says."""
    actions = [node.get_action_name(i) for i in range(node.get_n_actions())]
    node.do_action(actions.index(name))


def activate(owner, action):
    """What is exported on the bus, of the application or of its window."""
    bus.call_sync("io.github.longhand_app.Longhand", "/io/github/longhand_app/Longhand" + owner, "org.gtk.Actions",
                  "Activate", GLib.Variant("(sava{sv})", (action, [], {})), None, 0, 60000, None)


def opened(function, *arguments):
    """The window that this opens."""
    root = window.app.root
    before = root.get_child_count()
    function(*arguments)
    window.wait("a window", lambda: root.get_child_count() > before)
    return root.get_child_at_index(root.get_child_count() - 1)


def is_own(text):
    return not (text in TOOLKIT or TOOLKIT_SENTENCES.fullmatch(text) or CLASS.fullmatch(text))


def assert_translated(root, said=""):
    """Of what is shown below a widget, and said of it to those who do not see it, every word is translated, but for
    names and for what a person said."""
    known = NAMES.union(pseudo.plain_words(said))
    found = [(text, words) for node, _ in window.app.all(root)
             for text in filter(is_own, {node.get_name() or "", node.get_description() or ""})
             if (words := [word for word in pseudo.plain_words(text) if word not in known])]
    assert not found, found


def listed():
    """What the list has of its sessions' texts, without their times."""
    lists = [node for node, _ in window.app.all(frame)
             if node.get_role_name() == "list" and node.get_name() == translate("Sessions")]
    return [node.get_name().rsplit(",", 1)[0].rstrip("…") for sessions in lists
            for node, _ in window.app.all(sessions) if node.get_role_name() == "list item" and node.get_name()]


@case("/translated/window-with-a-session-and-its-performance")
def _():
    act(frame, "win.performance")
    act(frame, "win.record")
    window.wait("a sentence", window.committed)
    act(frame, "win.record")
    window.wait("the last words", lambda: not window.tentative() and window.committed())
    window.wait("the list to have them", lambda: listed() and all(text in window.text() for text in listed()))
    names = [node.get_name() for node, _ in window.app.all(frame)]
    NAMES.add(names[names.index(translate("Instruction set")) + 1])
    assert_translated(frame, window.text())


@case("/translated/menus")
def _():
    buttons = [node for node, _ in window.app.all(frame) if node.get_n_actions() > 0
               and node.get_role_name() != "label"
               and node.get_name() in map(translate, ("Main Menu", "Microphone", "Model"))]
    assert len(buttons) == 3
    for button in buttons:
        act(button, "click")
        assert_translated(button)


@case("/translated/preferences-with-lists-of-words")
def _():
    preferences = opened(activate, "", "preferences")
    NAMES.update(pseudo.plain_words(os.environ["XDG_DATA_HOME"]))
    assert_translated(preferences)


@case("/translated/models")
def _():
    assert_translated(opened(act, frame, "win.models"))


@case("/translated/shortcuts")
def _():
    assert_translated(opened(activate, "/window/1", "show-help-overlay"))


@case("/translated/about")
def _():
    assert_translated(opened(activate, "", "about"))
    assert not window.complaints(), window.complaints()


try:
    run()
finally:
    window.kill()
