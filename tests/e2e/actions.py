"""The two ways to every action, by keyboard and from the accessibility tree, for the tests that go them. Runs inside
headless."""
import os
import subprocess
from contextlib import suppress

import atspi
from atspi import Atspi, GLib
from tap import case
from window import Window

ID = "io.github.longhand_app.Longhand"


def set_up():
    """Settings as these tests want them, and a file manager that says in the file returned that it was asked."""
    os.environ["GSETTINGS_BACKEND"] = "keyfile"  # which both programs read
    for key, value in (("keep-sound", "always"), ("show-model-hint", "false")):
        subprocess.run(["gsettings", "set", ID, key, value], check=True)
    opened = os.path.join(os.environ["XDG_DATA_HOME"], "opened")
    applications = os.path.join(os.environ["XDG_DATA_HOME"], "applications")
    os.makedirs(applications, exist_ok=True)
    with open(os.path.join(applications, "folders.desktop"), "w", encoding="utf-8") as file:
        file.write(f"[Desktop Entry]\nType=Application\nName=Folders\nExec=touch {opened}\nMimeType=inode/directory;\n")
    with open(os.path.join(applications, "mimeapps.list"), "w", encoding="utf-8") as file:
        file.write("[Default Applications]\ninode/directory=folders.desktop\n")
    return opened


def keys(*names):
    """A person who presses these, when a window has the keyboard: one that closes has not given it back yet."""
    def press():
        atspi.wait_until("a window that has the keyboard", atspi.active_window)
        subprocess.run(["xdotool", "key", *names], check=True)
    return press


ESCAPE = keys("Escape")


def before(*steps):
    def do_all():
        for step in steps:
            step()
    return do_all


def actions_of(node):
    return [node.get_action_name(i) for i in range(node.get_n_actions())]


def own(node, action):
    """What a widget says that it can do."""
    return lambda: node.do_action(actions_of(node).index(action))


def x_window(title):
    """Whether a window of this title is on the screen. Choosers are not looked at by accessibility, which crashes GTK
    4.8 while they close."""
    return subprocess.run(["xdotool", "search", "--onlyvisible", "--name", f"^{title}$"], stdout=subprocess.DEVNULL,
                          check=False).returncode == 0


class Hands(Window):
    """A window, and what a person does with it. What is returned mostly waits to be called."""

    def __init__(self, longhand):
        super().__init__(longhand)
        self.tested = set()

    def tree(self, *names):
        """Whoever acts on the widgets of these names, one after the other, as assistive technology does."""
        def press():
            for name in names:
                self.app.get(name).do_action(0)
        return press

    def menu(self, name):
        return self.tree("Main Menu", f"menu item:{name}")

    def menu_keys(self, letter):
        """The item of the main menu with this mnemonic, by keyboard, which the window may not have back yet."""
        def press():
            for _ in range(5):
                keys("F10")()
                with suppress(TimeoutError):
                    self.wait("the main menu", self.is_there("menu item:About Longhand"), 5)
                    break
            keys(letter)()
        return press

    def walk_down_to(self, name):
        """With the arrow key, through a menu."""
        def press():
            for _ in range(10):
                if self.is_focused(f"menu item:{name}")():
                    break
                atspi.key("Down")
            atspi.key("Return")
        return press

    def walk_to(self, name):
        """With the Tab key."""
        def press():
            for _ in range(60):
                if self.is_focused(name)():
                    return
                atspi.key("Tab")
            raise TimeoutError(f"{name} is not had with the Tab key")
        return press

    def walk_and(self, name, key="space"):
        return before(self.walk_to(name), keys(key))

    def part_does(self, name):
        """Whoever asks a part of a window for what it says that it can do."""
        def press():
            node = self.wait(name, lambda: next((n for n, _ in self.app.all() if name in actions_of(n)), None))
            own(node, name)()
        return press

    def is_pressed(self, name):
        return lambda: "pressed" in self.app.states(f"push button:{name}")

    def is_there(self, name):
        return lambda: self.app.find(name)

    def is_focused(self, name):
        return lambda: "focused" in self.app.states(name)

    def is_window(self, title):
        root = self.app.root
        return lambda: any(root.get_child_at_index(i).get_name() == title for i in range(root.get_child_count()))

    def selection(self):
        """What is selected in the text, as (from, to)."""
        if Atspi.Text.get_n_selections(self.text_box) == 0:
            return None
        chosen = Atspi.Text.get_selection(self.text_box, 0)
        return chosen.start_offset, chosen.end_offset

    def rows(self):
        """Those of the sidebar."""
        return [node for node, _ in self.app.all(self.app.get("list:Sessions")) if node.get_role_name() == "list item"]

    def choose_row(self):
        self.choose(f"list item:{self.rows()[0].get_name()}")

    def write_session(self, text, leave):
        """Types `text` into an empty session, and leaves it for a new one."""
        self.app.click("text:Text")
        subprocess.run(["xdotool", "type", "--delay", "30", text], check=True)
        self.wait("something written", lambda: text in self.text())
        leave()
        self.wait("an empty text", lambda: not self.text())

    def take_back(self, name, undo, done):
        """A window that has just come may not have the keyboard yet; a message goes by itself."""
        for _ in range(5):
            if not done():
                return
            undo()
            with suppress(TimeoutError):
                self.wait(f"the end of {name}", lambda: not done(), 3)
                return
        raise TimeoutError(f"{name} cannot be taken back")

    def action(self, name, by_keyboard, from_tree, done, undo=lambda: None):
        """A test of an action: both ways lead to `done`, which `undo` takes back."""
        self.tested.add(name)

        @case(f"/actions/{name}")
        def _():
            for how in by_keyboard, from_tree:
                how()
                self.wait(name, done)
                self.take_back(name, undo, done)

    def message(self, name, by_keyboard, from_tree, text):
        """A test of an action after which a message tells `text` for some seconds, which a machine that stands still
        may swallow: what led to it is done again."""
        self.tested.add(name)

        @case(f"/actions/{name}")
        def _():
            for how in by_keyboard, from_tree:
                self.until_told(how, text)
                self.take_back(name, self.dismiss, self.is_there(text))

    def until_told(self, how, text):
        for last in False, False, True:
            how()
            try:
                self.wait(f"{text!r}", self.is_there(text), 10)
                return
            except TimeoutError:
                if last:
                    raise

    def dismiss(self):
        """The message, unless it has gone."""
        with suppress(GLib.Error):
            if button := self.app.find("Dismiss"):
                button.do_action(0)

    def leave(self, chooser):
        """Closes the file chooser of this title when it has come."""
        self.wait("the chooser", lambda: x_window(chooser))
        self.take_back("the chooser", ESCAPE, lambda: x_window(chooser))

    def quit(self):
        assert not self.complaints(), self.complaints()
        atspi.key("ctrl+q")
        assert self.process.wait(20) == 0
