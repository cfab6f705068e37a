"""Text that is dictated while another program has the keyboard goes there without an input method. Run inside virtual-mic
and headless: test-elsewhere.py LONGHAND LONGHAND-CLI"""
import array
import contextlib
import os
import sqlite3
import subprocess
import sys
import time

from desktop import Desktop, Notifications, Portal
from gi.repository import GLib
from program import Program, press, until
from tap import case, run
from words import words

ID = "io.github.longhand_app.Longhand"
PATH = "/io/github/longhand_app/Longhand"
INTERFACE = ID + ".Dictation1"
longhand, cli = map(os.path.abspath, sys.argv[1:])
HEARD = os.path.join(os.environ["XDG_DATA_HOME"], "heard.wav")
os.environ["GSETTINGS_BACKEND"] = "keyfile"  # which all programs read
KEYS = {0xffe3: "ctrl", 0x76: "v"}


class Keyboard(Portal):
    """Of a desktop that lets programs press keys: they are pressed."""

    def __init__(self):
        super().__init__("org.freedesktop.portal.RemoteDesktop",
                         {"SelectDevices": ("o a{sv}", "o", ("/request",)),
                          "Start": ("o s a{sv}", "o", ("/request",)),
                          "NotifyKeyboardKeysym": ("o a{sv} i u", "", ())})

    def results(self, method):
        if method == "Start":
            return {"devices": GLib.Variant("u", 1), "restore_token": GLib.Variant("s", "a token")}
        return super().results(method)

    def on_call(self, bus, sender, path, interface, method, arguments, invocation):
        if method == "NotifyKeyboardKeysym":
            _session, _options, keysym, down = arguments.unpack()
            subprocess.run(["xdotool", "keydown" if down else "keyup", KEYS[keysym]], check=True)
        super().on_call(bus, sender, path, interface, method, arguments, invocation)


desktop = Desktop()
notifications = desktop.add(Notifications())
signals = desktop.listen(ID, INTERFACE, PATH)
keyboard = Keyboard()
program = Program("4.0", "Message")


def command(option):
    return subprocess.run([longhand, option], check=True, capture_output=True, text=True, timeout=60).stdout.strip()


def choose(what):
    subprocess.run(["gsettings", "set", ID, "when-done", what], check=True)


def told():
    """Titles of the notifications so far, but of the recording itself."""
    return [title for title in notifications.titles() if title != "Longhand is recording"]


def dictate():
    """Until it is over; returns the text."""
    n_before = len(signals)
    command("--toggle")
    until("text", lambda: any(name == "Committed" for name, _ in signals[n_before:]), 60)
    command("--toggle")
    until("the end", lambda: command("--state") == "idle", 60)
    desktop.catch_up(ID)
    return " ".join(arguments[0] for name, arguments in signals[n_before:] if name == "Committed")


def windows():
    return subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Longhand$"], capture_output=True, text=True,
                          check=False).stdout.split()


@case("/elsewhere/text-is-copied-when-it-is-done-and-the-other-program-keeps-the-keyboard")
def _():
    choose("copy")
    program.focus("entry")
    process = subprocess.Popen([longhand, "--gapplication-service"])
    until("Longhand", lambda: command("--state") == "idle")
    text = dictate()
    until("a notification", lambda: told() == ["Text copied"])
    press("ctrl+v")
    program.wait("entry", text)
    assert not windows() and process.poll() is None


@case("/elsewhere/what-another-program-has-no-use-for-is-kept-and-shown-to-nobody")
def _():
    desktop.call(ID, PATH, INTERFACE, "Keep", GLib.Variant("(s)", ("Übrig geblieben.",)))
    assert not windows()


@case("/elsewhere/its-window-has-the-text-and-nothing-is-copied-while-that-is-in-use")
def _():
    subprocess.run([longhand], check=True, timeout=60)
    until("the window", windows)
    until("the keyboard", lambda: subprocess.run(["xdotool", "getactivewindow", "getwindowname"], capture_output=True,
                                                 text=True, check=False).stdout.strip() == "Longhand")
    dictate()
    assert told() == ["Text copied"], told()


@case("/elsewhere/who-wants-nothing-copied-keeps-the-clipboard")
def _():
    choose("nothing")
    program.activate()
    program.focus("view")
    before = program.text("entry")
    dictate()
    press("ctrl+v")
    program.wait("view", before)
    assert told() == ["Text copied"], told()


def copy(text):
    """As if somebody had copied it, in another program."""
    program.ask(f"set pin {text}")
    program.focus("pin")
    press("ctrl+a", "ctrl+c")


def paste_until_back(there, lent, expected):
    """Into the view, which has the text `there`. The clipboard has `lent` for a second, or for longer where Longhand
    stands still, and then what is expected."""
    for _ in range(5):
        time.sleep(1.5)
        press("ctrl+v")
        until("something pasted", lambda: program.text("view") in (there + lent, there + expected))
        if program.text("view") == there + expected:
            return
        there += lent
    raise TimeoutError(f"{expected} is not back: {program.text('view')}")


@case("/elsewhere/text-is-pasted-and-what-was-copied-before-is-on-the-clipboard-again")
def _():
    desktop.add(keyboard)
    program.activate()
    copy("früher")
    choose("paste")
    until("the desktop to be asked", lambda: keyboard.find("Start"))
    program.focus("view")
    before = program.text("view")
    text = dictate()
    until("the text", lambda: program.text("view") == before + text)
    paste_until_back(before + text, text, "früher")
    assert told() == ["Text copied"], told()


def ask_anew():
    """Has the desktop asked for the keyboard once more; returns how often it was. Who stands still does not see a choice
    that is taken back at once."""
    n_before = len(keyboard.find("CreateSession"))
    for _ in range(5):
        choose("nothing")
        choose("paste")
        with contextlib.suppress(TimeoutError):
            until("the desktop to be asked", lambda: len(keyboard.find("CreateSession")) > n_before, 5)
            return len(keyboard.find("CreateSession"))
    raise TimeoutError("the desktop is not asked")


@case("/elsewhere/where-the-person-refuses-it-is-copied-and-why-is-told")
def _():
    keyboard.response = 1
    n_asked = ask_anew()
    text = dictate()
    until("a notification", lambda: told() == ["Text copied", "Text copied"])
    assert "does not let" in notifications.find("Notify")[-1][4]
    program.focus("entry")
    before = program.text("entry")
    press("ctrl+v")
    program.wait("entry", before + text)
    assert len(keyboard.find("CreateSession")) == n_asked


@contextlib.contextmanager
def speaker_recorded():
    """What the loudspeakers play meanwhile is written into HEARD."""
    with contextlib.suppress(FileNotFoundError):
        os.remove(HEARD)
    recorder = subprocess.Popen(["parec", "-d", "speaker.monitor", "--file-format=wav", "--format=s16le", "--rate=16000",
                                 "--channels=1", HEARD])
    try:
        until("the loudspeakers", lambda: os.path.exists(HEARD) and os.path.getsize(HEARD) > 1000)
        yield
    finally:
        recorder.terminate()
        recorder.wait()


def find_loud():
    """Which tenths of a second, so far, are not silent."""
    sound = array.array("h")
    with open(HEARD, "rb") as file:
        heard = file.read()[44:]  # behind the header
    sound.frombytes(heard[:len(heard) // 2 * 2])
    return [max(map(abs, sound[i:i + 1600])) > 300 for i in range(0, len(sound), 1600)]


def count_tones():
    """So many sounds, with silence between them, are there so far, with half a second of it at the end; else 0."""
    is_loud = find_loud()
    return 0 if any(is_loud[-5:]) else sum(now and not before for before, now in zip([False] + is_loud, is_loud))


def toggle():
    """Returns the number of sounds that come of it."""
    n_before = count_tones()
    command("--toggle")
    return until("a tone", lambda: max(0, count_tones() - n_before))


def record_tones():
    """Of a beginning and an end: their numbers, and what a model takes them for."""
    with speaker_recorded():
        n_tones = toggle(), toggle()
        until("the end", lambda: command("--state") == "idle", 60)
    heard = subprocess.run([cli, "transcribe", "--no-vad", HEARD], check=True, capture_output=True, text=True).stdout
    return n_tones, words(heard)


@case("/elsewhere/a-tone-is-heard-at-the-beginning-and-at-the-end-and-no-model-takes-it-for-words")
def _():
    tries = [record_tones()]
    while tries[-1][0] != (1, 1) and len(tries) < 5:  # a machine that stands still breaks them
        tries.append(record_tones())
    assert tries[-1] == ((1, 1), []), tries
    subprocess.run(["gsettings", "set", ID, "tones", "false"], check=True)
    ask_anew()  # the settings have arrived then
    with speaker_recorded():
        command("--start")
        command("--stop")
        until("the end", lambda: command("--state") == "idle", 60)
        assert not any(find_loud())


@case("/elsewhere/all-of-it-is-kept-among-the-sessions")
def _():
    desktop.call(ID, PATH, "org.gtk.Actions", "Activate", GLib.Variant("(sava{sv})", ("quit", [], {})))
    until("the end of the program", lambda: command("--state") == "off")
    library = os.path.join(os.environ["XDG_DATA_HOME"], "longhand", "library.sqlite")
    with contextlib.closing(sqlite3.connect(library)) as kept:
        texts = " ".join(text for text, in kept.execute("SELECT text FROM sessions"))
    assert "Übrig geblieben." in texts, texts
    for name, arguments in signals:
        assert name != "Committed" or arguments[0] in texts, (arguments[0], texts)


run()
