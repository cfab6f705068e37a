"""Takes the pictures that README.md and the metainfo show: the real window, which hears recordings. `ninja pictures`
runs it inside virtual-mic - and headless: pictures.py LONGHAND RECORDINGS FOLDER"""
import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time

import atspi
from atspi import Atspi
from window import Window

ID = "io.github.longhand_app.Longhand"
longhand, recordings, folder = sys.argv[1:]
WIDTH, HEIGHT, BORDER = 1216, 684, 4  # 16:9, inside the line around a window where there is no compositor
DAY_US = 24 * 3600 * 1000000

# Numbers of recordings: what was dictated on the days before, and what is being dictated.
EARLIER = ((10,), (37, 30), (22,), (12, 14))
NOW, NEXT = (28, 32, 19), (19, 35, 33)
FILES = {"Interview": 5, "Meeting on Monday": 8, "Note to myself": 31}


def settings(schema, **values):
    for key, value in values.items():
        subprocess.run(["gsettings", "set", schema, key.replace("_", "-"), str(value)], check=True)


def recording(number):
    name, = (name for name in os.listdir(recordings) if name.startswith(f"{number:03d}-"))
    return os.path.join(recordings, name)


def begin_to_say(number):
    return subprocess.Popen(["paplay", "-d", "mic", recording(number)])


def say(window, number):
    """Into the microphone, until it is written."""
    before = window.committed()
    begin_to_say(number).wait()
    window.wait("the sentence", lambda: window.committed() not in ("", before))


def dictate(window, numbers):
    window.record()
    for number in numbers:
        say(window, number)
    window.stop()


def spread_over_days():
    """The sessions so far, the last one first, each further back than the one before; the first one is pinned."""
    library = os.path.join(os.environ["XDG_DATA_HOME"], "longhand", "library.sqlite")
    with contextlib.closing(sqlite3.connect(library)) as database:
        ids = [row[0] for row in database.execute("SELECT id FROM sessions ORDER BY begun_us DESC")]
        for age, number in enumerate(ids, 1):
            database.execute("UPDATE sessions SET begun_us = begun_us - ? WHERE id = ?",
                             (age * age * DAY_US - age * DAY_US // 7, number))
        database.execute("UPDATE sessions SET pinned = 1 WHERE id = ?", (ids[-1],))
        database.commit()


def take(name):
    """What is seen where Longhand's window is, with what lies on it."""
    search = ["xdotool", "search", "--onlyvisible", "--name", "^Longhand$", "getwindowgeometry", "--shell", "%@"]
    shell = subprocess.run(search, check=True, capture_output=True, text=True).stdout
    windows = [dict(line.split("=") for line in part.split()) for part in shell.replace("WINDOW=", "\fWINDOW=").split("\f") if part]
    place = max(windows, key=lambda window: int(window["WIDTH"]))  # popovers have its name, too
    area = f"{WIDTH}x{HEIGHT}+{int(place['X']) + BORDER}+{int(place['Y']) + BORDER}"
    subprocess.run(["import", "-window", "root", "-crop", area, "+repage", "-strip", "-define", "png:compression-level=9",
                    os.path.join(folder, name + ".png")], check=True)


def take_at_rest(name):
    subprocess.run(["xdotool", "mousemove", "0", "0"], check=True)
    time.sleep(1)
    take(name)


def take_speaking(window, numbers, name):
    """In the midst of the last sentence."""
    window.record()
    for number in numbers[:-1]:
        say(window, number)
    begin_to_say(numbers[-1])
    window.wait("words that may still change", window.tentative)
    take(name)


def first_start():
    window = Window(longhand)
    try:
        window.wait("the first step", lambda: window.app.find("Welcome to Longhand"))
        atspi.key("Return")
        window.wait_message("dictation on this machine")
        take_at_rest("first-run")
        window.app.press("Skip")
        for numbers in EARLIER:
            dictate(window, numbers)
            atspi.key("ctrl+n")
        window.close()
    finally:
        window.kill()
    spread_over_days()


def look_again(window):
    """At the sound, which would change what somebody has mistyped."""
    app = window.app
    window.wait("the sound", lambda: app.find("Play"))
    app.click("text:Text")
    Atspi.Text.set_caret_offset(window.text_box, 0)
    atspi.key("ctrl+shift+Right", "ctrl+shift+Right")
    subprocess.run(["xdotool", "type", "--delay", "30", "Mistyped"], check=True)
    app.press("Main Menu")
    app.press("menu item:Transcribe Again…")
    app.press("push button:Transcribe")
    app.get("text:Difference")
    take_at_rest("difference")
    atspi.key("Escape")


def open_files(window):
    names = [os.path.join(os.environ["XDG_DATA_HOME"], name + ".flac") for name in FILES]
    for name, number in zip(names, FILES.values()):
        shutil.copyfile(recording(number), name)
    subprocess.run([longhand, *names], check=True)
    window.wait("the end of the list", lambda: window.app.find("label:All Done"))
    take_at_rest("files")
    atspi.key("Escape")


def everyday():
    window = Window(longhand)
    try:
        take_speaking(window, NOW, "longhand")
        window.stop()
        look_again(window)
        open_files(window)
        atspi.key("ctrl+comma")
        window.app.press("page tab:Privacy and Storage")
        subprocess.run(["xdotool", "mousemove", "640", "400", "click", "--repeat", "20", "5"], check=True)
        take_at_rest("privacy")
        atspi.key("Escape")
        window.app.press("Main Menu")
        window.app.press("menu item:Models")
        window.app.get("Recommendation")
        take_at_rest("models")
        atspi.key("Escape")
        settings("org.gnome.desktop.interface", color_scheme="prefer-dark")
        atspi.key("shift+F9", "ctrl+n")
        take_speaking(window, NEXT, "dark")
        assert not window.complaints(), window.complaints()
    finally:
        window.kill()


os.environ["GSETTINGS_BACKEND"] = "keyfile"  # which all programs read
settings(ID, first_run="true", keep_sound="always", show_model_hint="false", window_width=WIDTH + 2 * BORDER,
         window_height=HEIGHT + 2 * BORDER)
first_start()
everyday()
