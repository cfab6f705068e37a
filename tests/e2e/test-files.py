"""Recordings that are opened become sessions, one after the other, also when the window is closed meanwhile. Run
inside virtual-mic --none and headless: test-files.py LONGHAND LONGHAND-CLI WAV"""
import os
import subprocess
import sys
import tempfile
import wave

import atspi
from drag import Drag
from tap import case, run
from window import Window
from words import words

longhand, cli, recording = sys.argv[1:]
os.environ["GSETTINGS_BACKEND"] = "keyfile"  # which both programs read
subprocess.run(["gsettings", "set", "io.github.longhand_app.Longhand", "keep-sound", "always"], check=True)
folder = tempfile.TemporaryDirectory(prefix="longhand-files-")
window = Window(longhand, recording)


def open_more(*files):
    """As the file manager does: the second program hands them to the first, and ends."""
    assert subprocess.run([longhand, *files], timeout=20, check=False).returncode == 0


def close_list():
    subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Audio Files$", "windowactivate", "--sync"], check=True)
    atspi.key("Escape")


def is_on_screen():
    return subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Longhand$"],
                          stdout=subprocess.DEVNULL, check=False).returncode == 0


def listed(part):
    """The first row of the sidebar that is called something with `part`; or None."""
    return next((node for node, _ in window.app.all()
                 if node.get_role_name() == "list item" and part in (node.get_name() or "")), None)


@case("/files/recording-that-is-opened-becomes-text")
def _():
    window.wait_message("Transcribed, ")
    window.app.press(f"Open {os.path.basename(recording)}")
    text = window.wait("its text", lambda: window.text().strip())
    told = subprocess.run([cli, "transcribe", recording], check=True, capture_output=True, text=True).stdout
    assert words(text) == words(told) and words(text), (text, told)


@case("/files/its-sound-is-kept-with-it")
def _():
    window.wait("the player", lambda: window.app.find("Play"))


@case("/files/it-is-a-session-by-its-name")
def _():
    window.wait("the session", lambda: listed(os.path.splitext(os.path.basename(recording))[0]))


@case("/files/what-is-no-recording-says-so-and-the-next-goes-on")
def _():
    long = os.path.join(folder.name, "Long.wav")
    with wave.open(recording) as once, wave.open(long, "w") as often:
        often.setparams(once.getparams())
        sound = once.readframes(once.getnframes())
        for _ in range(150):  # of which nobody waits for the end
            often.writeframes(sound)
    open_more("/nonexistent/gone.wav", folder.name, long)
    window.wait_message("There is no file “gone.wav”")
    window.wait_message("is a folder")
    window.wait_message("1 file to go")


def over(drag, hint):
    """Drags until it is said what a drop does."""
    drag.over()
    window.wait(hint, lambda: window.app.find(f"label:{hint}"))


def gone(hint):
    window.wait(f"{hint} to go", lambda: not window.app.find(f"label:{hint}"))


@case("/files/what-a-drop-does-is-said-while-files-are-over-a-window")
def _():
    notes = os.path.join(folder.name, "notes.txt")
    with open(notes, "w", encoding="utf-8") as file:
        file.write("No recording, whatever it is called")
    with Drag("Audio Files", notes) as drag:
        over(drag, "Drop to Transcribe")
        drag.give_up()
        gone("Drop to Transcribe")
    close_list()
    with Drag("Longhand", notes) as drag:
        over(drag, "Drop Files Here")
        drag.away()
        gone("Drop Files Here")
        over(drag, "Drop Files Here")
        drag.drop()
        window.wait_message("“notes.txt” is not a sound file that can be read")
        gone("Drop Files Here")


@case("/files/window-that-is-closed-asks-and-files-go-on-without-it")
def _():
    close_list()
    window.wait_message("1 audio file is being transcribed.")
    window.wait_keyboard("Longhand")
    atspi.key("ctrl+w")
    window.wait_message("Finish the Audio Files?")
    window.app.press("Go On")
    window.wait("the window to close", lambda: not is_on_screen())
    assert window.process.poll() is None


@case("/files/window-is-back-and-stops-them")
def _():
    open_more()
    window.wait_message("1 audio file is being transcribed.")
    window.wait_keyboard("Longhand")
    atspi.key("ctrl+w")
    window.wait_message("Finish the Audio Files?")
    window.app.press("Stop")
    assert window.process.wait(timeout=20) == 0
    assert not window.complaints(), window.complaints()


try:
    run()
finally:
    window.kill()
    folder.cleanup()
