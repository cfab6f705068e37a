"""IBus with Longhand's input method, other programs to dictate into, and a Longhand that says what a test tells it to.
Runs inside headless."""
import os
import re
import subprocess
import tempfile
import time

import gi

gi.require_version("IBus", "1.0")
from gi.repository import Gio, GLib, IBus  # noqa: E402

from program import until  # noqa: E402

ID = "io.github.longhand_app.Longhand"
PATH = "/io/github/longhand_app/Longhand"
INTERFACE = ID + ".Dictation1"
SETTLED = 0.1  # seconds, in which nobody has said anything that is recognised
SPOKEN = 0.5  # that a command takes to say, in which a program tells of what the one before it did
KEYBOARD = "xkb:us::eng"
COLEMAK = "xkb:us:colemak:eng"


class Daemon:
    """IBus, without a panel. It knows LONGHAND_IBUS by the component file that is installed, and what comes with it."""

    def __init__(self, longhand_ibus, component):
        self.longhand_ibus = longhand_ibus
        self.folder = tempfile.TemporaryDirectory(prefix="longhand-ibus-")
        with open(component, encoding="utf-8") as file:
            described = re.sub(r"<exec>.*?/longhand-ibus", f"<exec>{longhand_ibus}", file.read())
        with open(os.path.join(self.folder.name, "longhand.xml"), "w", encoding="utf-8") as file:
            file.write(described)
        os.environ["IBUS_COMPONENT_PATH"] = self.folder.name + ":/usr/share/ibus/component"
        os.environ["GTK_IM_MODULE"] = "ibus"
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(["ibus-daemon", "--single", "--xim", "--panel=disable", "--config=disable",
                                         "--emoji-extension=disable", "--cache=none"])
        self.choose(KEYBOARD)

    def choose(self, engine):
        """Until it is the one in use."""
        def choose():
            # its exit status is about the keyboard's layout as well
            subprocess.run(["ibus", "engine", engine], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            return self.chosen() == engine
        until(f"{engine} to be in use", choose)

    @staticmethod
    def chosen():
        return subprocess.run(["ibus", "engine"], capture_output=True, text=True, check=False).stdout.strip()

    def command(self, *arguments):
        """Status and errors of longhand-ibus with these arguments."""
        done = subprocess.run([self.longhand_ibus, *arguments], capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stderr

    def answer(self, *arguments):
        """The lines that longhand-ibus prints."""
        return subprocess.run([self.longhand_ibus, *arguments], capture_output=True, text=True, timeout=60,
                              check=True).stdout.splitlines()

    def kill(self):
        self.process.kill()
        self.process.wait()


class Longhand:
    """Dictation1 as a test has it: it records when it is asked to, and hears what the test says. On the session bus
    while it runs."""
    DESCRIBED = Gio.DBusNodeInfo.new_for_xml(
        f"<node><interface name='{INTERFACE}'><method name='Start'><arg type='a{{sv}}' direction='in'/></method>"
        "<method name='Stop'/><method name='Cut'><arg type='x' direction='out'/></method>"
        "<method name='Keep'><arg type='s' direction='in'/></method>"
        "<property name='State' type='s' access='read'/></interface></node>").interfaces[0]

    def __init__(self, desktop):
        self.desktop = desktop
        self.state, self.caller, self.now_ms, self.error = "idle", None, 0, None
        self.calls, self.kept = [], []
        self.is_exported = False
        self.run()

    def run(self):
        def work():
            if not self.is_exported:
                self.desktop.bus.register_object(PATH, self.DESCRIBED, self.on_call, lambda *_: GLib.Variant(
                    "s", self.state), None)
            self.is_exported = True
            self.desktop.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                       "RequestName", GLib.Variant("(su)", (ID, 0)), None, 0, -1)
        self.desktop.do(work)

    def die(self):
        """As if it were killed; a new one begins with new times."""
        self.desktop.do(lambda: self.desktop.bus.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ReleaseName",
            GLib.Variant("(s)", (ID,)), None, 0, -1))
        self.state, self.now_ms = "idle", 0

    def set_state(self, state):
        self.state = state
        changed = {"State": GLib.Variant("s", state)}
        self.desktop.bus.emit_signal(None, PATH, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                                     GLib.Variant("(sa{sv}as)", (INTERFACE, changed, [])))

    def on_call(self, _bus, sender, _path, _interface, method, arguments, invocation):
        self.calls.append(method)
        if method == "Start" and self.error:
            invocation.return_dbus_error(f"{ID}.Error.{self.error[0]}", self.error[1])
            return
        if method == "Start":
            assert arguments.unpack() == ({"into": "caller"},)
            self.caller = sender
            self.set_state("recording")
            invocation.return_value(None)
        elif method == "Keep":
            self.kept.append(arguments.unpack()[0])
            invocation.return_value(None)
        elif method == "Cut":
            self.now_ms += 10
            invocation.return_value(GLib.Variant("(x)", (self.now_ms,)))
        else:
            invocation.return_value(None)
            if self.state == "recording":
                self.set_state("finishing")
                self.set_state("idle")

    def emit(self, signal, types, *arguments):
        self.desktop.bus.emit_signal(self.caller, PATH, INTERFACE, signal, GLib.Variant(types, arguments))

    def say(self, marked):
        """Tentative text; "|" is behind the firm words."""
        firm, bar, rest = marked.partition("|")
        self.emit("Tentative", "(suxx)", firm + rest, len(firm) if bar else 0, self.now_ms, self.now_ms + 5)

    def said(self, text):
        """An utterance has ended with this text."""
        self.emit("Committed", "(sxxa(sxxd))", text, self.now_ms, self.now_ms + 5, [])
        self.now_ms += 10

    def ordered(self, command, text):
        time.sleep(SPOKEN)
        self.emit("Command", "(ssxx)", command, text, self.now_ms, self.now_ms + 5)
        self.now_ms += 10

    def wait(self, state):
        until(state, lambda: self.state == state)
        time.sleep(SETTLED)

    def follow(self, move):
        """Until it has cut, because the keyboard went elsewhere by what move() does."""
        n_before = self.calls.count("Cut")
        move()
        until("a cut", lambda: self.calls.count("Cut") > n_before)
        time.sleep(SETTLED)


class OddProgram:
    """A program of its own making, with these capabilities only, in the process of the test."""

    def __init__(self, bus, capabilities):
        self.text, self.beside, self.listens, self.n_deleted = "", "", None, 0
        self.context = bus.create_input_context("odd")
        self.context.connect("commit-text", self.on_commit)
        self.context.connect("delete-surrounding-text", self.on_delete)
        self.context.connect("update-auxiliary-text", self.on_beside)
        self.context.connect("hide-auxiliary-text", lambda _context: self.on_beside(None, None, False))
        self.context.connect("register-properties", lambda _context, properties: self.on_property(properties.get(0)))
        self.context.connect("update-property", lambda _context, changed: self.on_property(changed))
        self.context.set_capabilities(capabilities | IBus.Capabilite.FOCUS)
        self.context.focus_in()

    def on_commit(self, _context, text):
        self.text += text.get_text()

    def on_delete(self, _context, _offset, n_chars):
        self.n_deleted += n_chars

    def tell(self, text):
        """Its text, with the caret at the end, once somebody wants to know it."""
        assert self.until(self.context.needs_surrounding_text)
        self.context.set_surrounding_text(IBus.Text.new_from_string(text), len(text), len(text))
        time.sleep(SETTLED)

    def on_beside(self, _context, text, visible):
        self.beside = text.get_text() if visible else ""

    def on_property(self, changed):
        """None: another input method has no property."""
        self.listens = changed is not None and changed.get_state() == IBus.PropState.CHECKED

    @staticmethod
    def until(check):
        """Until IBus has told what makes it true; whether it did."""
        def look():
            while GLib.MainContext.default().iteration(False):
                pass
            return check()
        try:
            return until("", look)
        except TimeoutError:
            return False

    def wait(self, text, beside):
        """Until the field has this text, and this is to be read beside it."""
        assert self.until(lambda: (self.text, self.beside) == (text, beside)), (self.text, self.beside)
