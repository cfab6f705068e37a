#!/usr/bin/python3
"""Drives a running GTK program like a user, through accessibility (AT-SPI).

As a module:  app = App("longhand"); app.press("Record"); app.wait("text:Transcript", "hello")
As a program, to look around (inside `headless`):
  atspi.py [-a APP] tree              what is on the screen
  atspi.py [-a APP] press NAME        press the button (or switch, row, ...) NAME
  atspi.py [-a APP] text NAME         print the text in NAME

NAME is the accessible name, as ROLE:NAME where it is not unique ("label:Ready"). Everything that looks for
a widget waits for it, up to TIMEOUT seconds, and raises TimeoutError.
"""
import os
import subprocess
import sys
import time
import warnings

os.environ.pop("G_DEBUG", None)  # fatal-warnings is for the program, not for this script
import gi  # noqa: E402

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

warnings.filterwarnings("ignore", category=DeprecationWarning)  # Atspi's own
# libatspi warns of a program that is still starting
GLib.log_set_handler("dbind", GLib.LogLevelFlags.LEVEL_WARNING, lambda *_: None, None)
TIMEOUT = 20
Atspi.set_timeout(TIMEOUT * 1000, TIMEOUT * 1000)  # a busy program is not gone after 0.8 s


def wait_until(what, check, timeout=TIMEOUT):
    """The first true answer of check(), asked every 0.1 s."""
    end = time.monotonic() + timeout
    while True:
        try:
            if answer := check():
                return answer
        except GLib.Error:  # a widget that went away meanwhile, or a program not ready
            pass
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {timeout} s")
        time.sleep(0.1)


def active_window():
    """The title of the window that has the keyboard; "" while it goes from one to another."""
    return subprocess.run(["xdotool", "getactivewindow", "getwindowname"], capture_output=True, text=True,
                          check=False).stdout.strip()


def key(*names):
    """Presses keys as the keyboard would, in the active window: key("ctrl+r"), key("Down", "Return")."""
    wait_until("a window that has the keyboard", active_window)
    subprocess.run(["xdotool", "key", "--clearmodifiers", *names], check=True)
    time.sleep(0.3)


def has_keyboard(top):
    """Whether this window is the active one. (GTK 4.8 tells so itself, but not of a dialog, nor of a window that was
    hidden in between.)"""
    return top.get_name() == active_window()


class Announced:
    """What assistive technology is told to have been written into a text box, in the order in which it is told."""

    def __init__(self, node):
        self.texts = []
        self.node = node
        self.listener = Atspi.EventListener.new(self.note)
        self.listener.register("object:text-changed:insert")

    def note(self, event):
        if event.source == self.node:
            self.texts.append(event.any_data)

    def so_far(self):
        """All of it in one, with what has come in since the last time."""
        while GLib.MainContext.default().iteration(False):
            pass
        return "".join(self.texts)


class App:
    """The program called `name` on the accessibility bus; with None the first one that has a window."""

    def __init__(self, name=None):
        def find():
            desktop = Atspi.get_desktop(0)
            for i in range(desktop.get_child_count()):
                app = desktop.get_child_at_index(i)
                if app and app.get_child_count() and name in (None, app.get_name()):
                    app.set_cache_mask(Atspi.Cache.NONE)  # always ask the program itself
                    return app
            return None
        self.root = wait_until(f"program {name or ''}", find)

    def all(self, node=None, depth=0):
        """Every widget that GTK tells of, which are those that are shown, with its depth, in the order of the screen."""
        node = node or self.root
        yield node, depth
        for i in range(node.get_child_count()):
            if child := node.get_child_at_index(i):
                yield from self.all(child, depth + 1)

    def find(self, name):
        """The widget `name`, or None. A button "OK" holds a label "OK", and a menu button is one in another: what can
        be pressed comes first."""
        found = []
        for node in (n for n, _ in self.all() if self.is_called(n, name)):
            order = node.get_role_name() == "label", node.get_n_actions() == 0
            if order == (False, False):
                return node
            found.append((order, len(found), node))
        return min(found)[-1] if found else None

    @staticmethod
    def is_called(node, name):
        """Each question to the program takes time, and there are hundreds of widgets: most are asked for no role."""
        own = node.get_name()
        return own == name or name.endswith(f":{own}") and name == f"{node.get_role_name()}:{own}"

    def get(self, name, timeout=TIMEOUT):
        return wait_until(f"widget {name}", lambda: self.find(name), timeout)

    def press(self, name):
        node = self.get(name)
        for i in range(node.get_n_actions()):
            if Atspi.Action.get_action_name(node, i) in ("click", "activate", "toggle"):
                Atspi.Action.do_action(node, i)
                time.sleep(0.3)  # GTK clicks after 0.25 s, and merges presses before that
                return
        self.click(name)  # GTK 4.8: list rows, check boxes, drop-downs have no action

    def click(self, name):
        """A real click with the mouse, in the window that is active, which is scrolled until the widget is seen."""
        before = None
        for _ in range(20):
            x, y, window = self.place(name)
            if window["Y"] + 60 < y < window["Y"] + window["HEIGHT"] - 60 or y == before:
                break
            before = y
            middle = window["X"] + window["WIDTH"] // 2, window["Y"] + window["HEIGHT"] // 2
            wheel = "4" if y < middle[1] else "5"
            subprocess.run(["xdotool", "mousemove", *map(str, middle), "click", wheel], check=True)
            time.sleep(0.3)
        x, y, _ = self.place(name)
        subprocess.run(["xdotool", "mousemove", str(round(x)), str(round(y)), "click", "1"], check=True)
        time.sleep(0.3)

    def place(self, name):
        """The middle of a widget on the screen, and the active window, which it is in, as xdotool tells of it. (Screen
        coordinates would be simpler, but GTK 4.8 warns when it is asked for them.)"""
        node = top = self.get(name)
        while top.get_parent().get_role() != Atspi.Role.APPLICATION:
            top = top.get_parent()
        wait_until(f"the window of {name} to be active", lambda: has_keyboard(top))
        at, frame = (Atspi.Component.get_extents(n, Atspi.CoordType.WINDOW) for n in (node, top))
        scale = int(os.environ.get("GDK_SCALE", "1"))
        shell = subprocess.run(["xdotool", "getactivewindow", "getwindowgeometry", "--shell"],
                               check=True, capture_output=True, text=True).stdout
        window = {k: int(v) for k, v in (line.split("=") for line in shell.split())}
        x = window["X"] + (window["WIDTH"] - frame.width * scale) / 2 + (at.x + at.width / 2) * scale
        y = window["Y"] + (window["HEIGHT"] - frame.height * scale) / 2 + (at.y + at.height / 2) * scale
        return x, y, window

    def text(self, name):
        return self.text_of(self.get(name))

    def type(self, name, text):
        """Replaces the text in an entry or text box."""
        Atspi.EditableText.set_text_contents(self.get(name), text)

    def set_value(self, name, value):
        """Sets a spin button or scale."""
        Atspi.Value.set_current_value(self.get(name), value)

    def wait(self, name, text="", timeout=TIMEOUT):
        """Until `name` is shown and holds `text`."""
        def holds():
            node = self.find(name)
            return node is not None and text in self.text_of(node)
        wait_until(f"{text!r} in {name}", holds, timeout)

    def wait_gone(self, name, timeout=TIMEOUT):
        wait_until(f"{name} to go", lambda: self.find(name) is None, timeout)

    def states(self, name):
        return [s.value_nick for s in self.get(name).get_state_set().get_states()]

    def texts(self):
        """Everything that can be read on the screen, for looking for a message."""
        return [self.text_of(node) for node, _ in self.all()]

    def tree(self):
        lines = []
        for node, depth in self.all():
            text = self.text_of(node)
            lines.append("  " * depth + f"{node.get_role_name()}: {node.get_name()}"
                         + ("" if text == node.get_name() else " " + repr(text)))
        return "\n".join(lines)

    @staticmethod
    def text_of(node):
        if "Text" not in node.get_interfaces():
            return node.get_name() or ""
        return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))


def main(args):
    app = None
    if args[:1] == ["-a"]:
        app, args = args[1], args[2:]
    verbs = {"tree": 1, "press": 2, "text": 2}
    if not args or len(args) != verbs.get(args[0]):
        sys.exit(__doc__)
    try:
        answer = getattr(App(app), args[0])(*args[1:])
    except (TimeoutError, LookupError) as error:
        sys.exit(f"atspi: {error}")
    if answer is not None:
        print(answer)


if __name__ == "__main__":
    main(sys.argv[1:])
