"""Keys, scripts and other programs drive Longhand over the session bus, and the desktop is told what goes on. Run inside
virtual-mic and headless: test-automation.py LONGHAND"""
import contextlib
import os
import sqlite3
import subprocess
import sys
import tempfile

import atspi
from atspi import wait_until as wait
from desktop import Desktop, Mock, Notifications, Portal
from gi.repository import Gio, GLib
from tap import case, run
from words import words

ID = "io.github.longhand_app.Longhand"
PATH = "/io/github/longhand_app/Longhand"
INTERFACE = ID + ".Dictation1"
longhand = os.path.abspath(sys.argv[1])
desktop = Desktop()
bus = desktop.bus
notifications = desktop.add(Notifications())
sessions = desktop.add(Mock(
    "org.gnome.SessionManager", "/org/gnome/SessionManager", "org.gnome.SessionManager",
    {"RegisterClient": ("s s", "o", ("/org/gnome/SessionManager/Client1",)),
     "UnregisterClient": ("o", "", ()),
     "Inhibit": ("s u s u", "u", (42,)),
     "Uninhibit": ("u", "", ())}))
client = desktop.add(Mock(
    "org.gnome.SessionManager", "/org/gnome/SessionManager/Client1", "org.gnome.SessionManager.ClientPrivate",
    {"EndSessionResponse": ("b s", "", ())}))
signals = desktop.listen(ID, INTERFACE, PATH)


class Shortcuts(Portal):
    """Of a desktop whose person agrees to Meta+D for the first one."""

    def __init__(self):
        super().__init__("org.freedesktop.portal.GlobalShortcuts",
                         {"BindShortcuts": ("o a(sa{sv}) s a{sv}", "o", ("/request",))})

    def results(self, method):
        if method == "BindShortcuts":
            return {"shortcuts": GLib.Variant("a(sa{sv})", [
                ("toggle", {"trigger_description": GLib.Variant("s", "Meta+D")})])}
        return super().results(method)


class InputMethod:
    """longhand-ibus in the place of the real one: it does as it is asked, and writes that down."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="longhand-ibus-")
        program = os.path.join(self.folder.name, "longhand-ibus")
        with open(program, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\ncd \"$(dirname \"$0\")\" && echo \"$1\" >>asked\n"
                       "case $1 in --add) echo on >state ;; --remove) echo off >state ;; esac\n"
                       "cat state || echo off\necho \"There is $1.\"\n")
        os.chmod(program, 0o700)
        os.environ["LONGHAND_IBUS"] = program

    def asked(self):
        with open(os.path.join(self.folder.name, "asked"), encoding="utf-8") as file:
            return file.read().split()


portal = Shortcuts()
input_method = InputMethod()


def command(*arguments):
    """Status, output and errors of longhand with these arguments."""
    done = subprocess.run([longhand, *arguments], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def state():
    return command("--state")[1].strip()


def is_running():
    return desktop.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
                        GLib.Variant("(s)", (ID,)))[0]


def activate(action):
    desktop.call(ID, PATH, "org.gtk.Actions", "Activate", GLib.Variant("(sava{sv})", (action, [], {})))


def committed():
    return [arguments for name, arguments in signals if name == "Committed"]


@case("/automation/nothing-is-started-to-ask-or-to-stop")
def _():
    assert command("--state") == (0, "off\n", "")
    assert command("--stop") == (0, "", "")
    assert not is_running()


@case("/automation/two-commands-at-once-are-refused")
def _():
    status, _out, error = command("--start", "--stop")
    assert status == 1 and error.count("\n") == 1 and "--stop" in error, error
    assert not is_running()


@case("/automation/no-bus-is-told-in-one-sentence")
def _():
    done = subprocess.run([longhand, "--state"], capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"})
    assert done.returncode == 1 and done.stdout == "", done
    assert done.stderr.startswith("longhand: The session bus") and done.stderr.count("\n") == 1, done.stderr


@case("/automation/help-names-the-commands")
def _():
    text = command("--help")[1]
    assert all(option in text for option in ("--toggle", "--start", "--stop", "--state")), text


@case("/automation/a-call-starts-longhand-without-a-window-and-its-caller-gets-the-text")
def _():
    desktop.install_service(ID, f"{longhand} --gapplication-service")
    desktop.call(ID, PATH, INTERFACE, "Start", GLib.Variant("(a{sv})", ({"into": GLib.Variant("s", "caller")},)))
    assert state() == "recording"
    text, start_ms, end_ms, timed = wait("a committed utterance", committed)[0]
    assert words(text) and 0 <= start_ms < end_ms, (text, start_ms, end_ms)
    assert "".join(word[0] for word in timed).strip() == text, timed
    windows = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Longhand$"], capture_output=True,
                             text=True, check=False).stdout
    assert not windows, windows


@case("/automation/the-desktop-does-not-sleep-or-log-out-meanwhile")
def _():
    app_id, _window, reason, flags = wait("an inhibitor", lambda: sessions.find("Inhibit"))[-1]
    assert app_id == ID and "recording" in reason and flags == 1 | 4, (app_id, reason, flags)
    assert not sessions.find("Uninhibit")


@case("/automation/a-notification-says-so-and-its-button-stops")
def _():
    arguments = wait("a notification", lambda: notifications.find("Notify"))[-1]
    assert "recording" in arguments[3], arguments
    stop = next(key for key, label in zip(arguments[5][::2], arguments[5][1::2]) if label == "Stop")
    notifications.emit("ActionInvoked", GLib.Variant("(us)", (7, stop)))
    wait("the end of the recording", lambda: state() == "idle")
    wait("the notification to be gone", lambda: notifications.find("CloseNotification"))
    assert wait("the inhibitor to be gone", lambda: sessions.find("Uninhibit")) == [(42,)]


@case("/automation/toggle-from-another-process-opens-the-window-and-records-into-it")
def _():
    assert command("--toggle") == (0, "", "")
    assert state() == "recording"
    before = len(committed())
    told = wait("a committed utterance", lambda: committed()[before:])[0][0]
    assert command("--toggle") == (0, "", "")
    wait("the end of the recording", lambda: state() == "idle")
    assert told in atspi.App("longhand").text("text:Text")


@case("/automation/a-window-that-has-the-keyboard-needs-no-notification")
def _():
    n_before = len(notifications.find("Notify"))
    assert command("--start") == (0, "", "")
    wait("two more utterances", lambda before=len(committed()): len(committed()) >= before + 2, 40)
    assert command("--stop") == (0, "", "")
    wait("the end of the recording", lambda: state() == "idle")
    assert len(notifications.find("Notify")) == n_before


@case("/automation/actions-of-the-application-start-and-stop")
def _():
    activate("start")
    wait("the recording", lambda: state() == "recording")
    activate("stop")
    wait("the end of the recording", lambda: state() == "idle")


def press_key(signal, shortcut):
    portal.emit(signal, GLib.Variant("(osta{sv})", (portal.session, shortcut, 0, {})))


def open_preferences():
    app = atspi.App("longhand")
    activate("preferences")
    app.press("page tab:Dictation")
    return app


def has_keyboard(app):
    return any(atspi.has_keyboard(app.root.get_child_at_index(i)) for i in range(app.root.get_child_count()))


def close_preferences(app):
    """Until the window has the keyboard back."""
    atspi.key("Escape")
    app.wait_gone("page tab:Dictation")
    wait("the keyboard", lambda: has_keyboard(app))


@case("/automation/keys-of-the-desktop-are-asked-for")
def _():
    desktop.add(portal)
    app = open_preferences()
    app.press("Desktop Shortcuts")
    wait("the keys in the preferences", lambda: any("Meta+D" in text for text in app.texts()))
    close_preferences(app)


@case("/automation/they-start-it-in-other-programs-where-that-is-wanted-and-another-window-is-in-use")
def _():
    app = open_preferences()
    wait("how it stands", lambda: "There is --status." in app.texts())
    app.press("Use in Other Applications")
    wait("what was done", lambda: "There is --add." in app.texts())
    close_preferences(app)
    window = subprocess.run(["xdotool", "getactivewindow"], check=True, capture_output=True, text=True).stdout.strip()
    subprocess.run(["xdotool", "windowminimize", window], check=True)
    wait("the window to be out of use", lambda: not has_keyboard(app))
    press_key("Activated", "toggle")
    wait("a start elsewhere", lambda: input_method.asked()[-1] == "--start")
    assert state() == "idle"
    press_key("Activated", "talk")
    press_key("Deactivated", "talk")  # before anything has come of it
    wait("an end elsewhere", lambda: input_method.asked()[-2:] == ["--start", "--stop"])
    subprocess.run(["xdotool", "windowactivate", "--sync", window], check=True)
    app = open_preferences()
    app.press("Use in Other Applications")
    wait("what was undone", lambda: "There is --remove." in app.texts())
    close_preferences(app)


@case("/automation/keys-of-the-desktop-start-and-stop")
def _():
    for signal, shortcut, expected in (("Activated", "toggle", "recording"), ("Activated", "toggle", "idle"),
                                       ("Activated", "talk", "recording"), ("Deactivated", "talk", "idle")):
        press_key(signal, shortcut)
        wait(f"{expected} after {signal} of {shortcut}", lambda wanted=expected: state() == wanted)


@case("/automation/what-was-said-is-kept-and-not-recovered-when-the-desktop-ends")
def _():
    folder = os.path.join(os.environ["XDG_DATA_HOME"], "longhand")
    client.emit("EndSession", GLib.Variant("(u)", (0,)))
    wait("the end of the program", lambda: not is_running())
    with contextlib.closing(sqlite3.connect(os.path.join(folder, "library.sqlite"))) as library:
        kept = " ".join(text for text, in library.execute("SELECT text FROM sessions"))
    assert committed()[-1][0] in kept, (committed()[-1], kept)
    assert not os.listdir(os.path.join(folder, "sessions"))


run()
