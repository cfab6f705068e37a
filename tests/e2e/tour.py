"""Every window, page, menu and message that there is, opened one after the other in the real program."""
import os
import subprocess
import time
from contextlib import suppress

import atspi
from atspi import Atspi
from window import Window

ID = "io.github.longhand_app.Longhand"

# What is shown, in this order.
FIRST_RUN = ("welcome", "speed", "model", "microphone", "try")
PREFERENCES = ("audio", "dictation", "model", "performance", "privacy")
PLACES = (
    *("first-run-" + step for step in FIRST_RUN),
    "nothing", "session", "performance", "find", "main-menu", "microphone-menu", "model-menu", "word",
    "again", "again-difference", "rename", "deleted",
    *("preferences-" + page for page in PREFERENCES), "delete-all", "terms", "replacements",
    "models", "files", "shortcuts", "about",
)


def set_up(**settings):
    """Of programs that are started from here on: the first start, sound that is kept, and settings."""
    os.environ["GSETTINGS_BACKEND"] = "keyfile"  # which all programs read
    for key, value in {"first-run": "true", "keep-sound": "always", **settings}.items():
        subprocess.run(["gsettings", "set", ID, key, value], check=True)


class Tour:
    """Through LONGHAND, which hears a recording. say: what a text of the program is in its language."""

    def __init__(self, longhand, recording, say=lambda text: text):
        self.longhand, self.recording, self.say = longhand, recording, say
        self.window = Window(longhand, text_box=say("Text"))
        self.app = self.window.app
        self.frame = self.tops()[0]
        self.places = self.walk()

    def go_on(self, name):
        """To the next place, which has this name; returns the window or the part of it that is new."""
        place, root = next(self.places)
        assert place == name, f"{place} instead of {name}"
        return root

    # ---- what a person does ----

    def tops(self):
        return [self.app.root.get_child_at_index(i) for i in range(self.app.root.get_child_count())]

    def opened(self, function, *arguments):
        """The window that this opens. The one before must have given back the keyboard for keys to arrive."""
        self.window.wait_keyboard()
        n_before = len(self.tops())
        function(*arguments)
        self.window.wait("a window", lambda: len(self.tops()) > n_before)
        return self.tops()[-1]

    def close(self):
        """The window that was opened last, once it has the keyboard."""
        n_before = len(self.tops())
        self.window.wait("the keyboard", lambda: atspi.has_keyboard(self.tops()[-1]))
        atspi.key("Escape")
        self.window.wait("the window to close", lambda: len(self.tops()) < n_before)

    def menu_is_open(self):
        return any(node.get_role_name().endswith("menu item") for node, _ in self.app.all(self.frame))

    def close_menu(self):
        """A click beside it would do no more than that."""
        for _ in range(5):
            atspi.key("Escape")
            with suppress(TimeoutError):
                self.window.wait("the menu to close", lambda: not self.menu_is_open(), 5)
                return
        raise TimeoutError("the menu does not close")

    def press(self, name, role="push button"):
        self.app.press(f"{role}:{self.say(name)}")

    def act(self, action):
        """What the main window, or its menu, does."""
        actions = [self.frame.get_action_name(i) for i in range(self.frame.get_n_actions())]
        self.frame.do_action(actions.index(action))

    def choose(self, item):
        """From the main menu."""
        self.press("Main Menu")
        self.press(item, "menu item")

    def sessions(self):
        """Their rows in the list."""
        return [node for node, _ in self.app.all(self.app.get(f"list:{self.say('Sessions')}"))
                if node.get_role_name() == "list item"]

    # ---- places ----

    def walk(self):
        yield from self.first_run()
        yield "nothing", self.frame
        yield from self.session()
        yield from self.text()
        yield from self.list()
        yield from self.preferences()
        yield from self.others()

    def first_run(self):
        steps = self.window.wait("the first run", lambda: len(self.tops()) > 1 and self.tops()[-1])
        for i, step in enumerate(FIRST_RUN):
            if i > 0:
                self.press("Next")
            yield "first-run-" + step, steps
        self.close()

    def session(self):
        self.act("win.record")
        self.window.wait("a sentence", self.window.committed)
        self.act("win.record")
        self.window.wait("the sound", lambda: self.app.find(self.say("Play")))
        yield "session", self.frame
        atspi.key("shift+F9")
        yield "performance", self.app.get(f"filler:{self.say('Performance')}")
        atspi.key("shift+F9")
        self.act("win.find")
        yield "find", self.app.get(f"filler:{self.say('Find')}")
        atspi.key("Escape")
        for place, button in (("main-menu", "Main Menu"), ("microphone-menu", "Microphone"), ("model-menu", "Model")):
            node = self.app.get(f"push button:{self.say(button)}")
            node.do_action(0)
            self.window.wait("the menu", self.menu_is_open)
            yield place, node.get_parent()
            self.close_menu()

    def text(self):
        self.app.click(f"text:{self.say('Text')}")
        Atspi.Text.set_caret_offset(self.window.text_box, 1)
        atspi.key("ctrl+d")
        yield "word", self.app.get(self.say("Word"))
        atspi.key("Escape")
        subprocess.run(["xdotool", "type", "--delay", "30", "xyz"], check=True)
        again = self.opened(self.act, "win.transcribe-again")
        yield "again", again
        self.press("Transcribe")
        self.app.get(f"text:{self.say('Difference')}")
        yield "again-difference", again
        self.close()

    def list(self):
        self.window.wait("its name in the list", lambda: "xyz" in self.sessions()[0].get_name())
        self.app.click(f"list item:{self.sessions()[0].get_name()}")
        yield "rename", self.opened(atspi.key, "F2")
        self.close()
        atspi.key("Delete")
        self.app.get(f"push button:{self.say('Undo')}")
        yield "deleted", self.frame
        self.press("Undo")

    def preferences(self):
        preferences = self.opened(atspi.key, "ctrl+comma")
        for place, page in zip(PREFERENCES, ("Audio", "Dictation", "Model", "Performance", "Privacy and Storage")):
            self.press(page, "page tab")
            yield "preferences-" + place, next(node for node, _ in self.app.all(preferences)
                                               if node.get_role_name() == "scroll pane")
        yield "delete-all", self.opened(self.press, "Delete All…")
        self.close()
        self.press("Dictation", "page tab")
        for place, row in (("terms", "Names and Terms"), ("replacements", "Replacements")):
            self.app.click(f"list item:{self.say(row)}")
            self.app.get(f"text:{self.say(row)}")
            yield place, preferences
            time.sleep(0.5)  # until it has come
            atspi.key("Escape")
            self.app.wait_gone(f"text:{self.say(row)}")
        self.close()

    def others(self):
        yield "models", self.opened(self.act, "win.models")
        self.close()
        yield "files", self.opened(subprocess.run, [self.longhand, "/nonexistent/gone.wav", self.recording])
        self.close()
        yield "shortcuts", self.opened(atspi.key, "ctrl+question")
        self.close()
        yield "about", self.opened(self.choose, "About Longhand")
        self.close()
