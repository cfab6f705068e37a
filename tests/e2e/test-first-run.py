"""The first start, by keyboard alone. Run inside virtual-mic --again and headless:
test-first-run.py LONGHAND SCREENSHOT"""
import subprocess
import sys
import time

import atspi
from tap import case, run
from window import Window
from words import words

longhand, screenshot = sys.argv[1:]
window = Window(longhand)


def first_steps():
    return window.app.find("Welcome to Longhand")


def seen_twice():
    """The text box's words, more than two, also stand somewhere else."""
    written = words(window.text())
    return len(written) > 2 and [words(text) for text in window.app.texts()].count(written) > 1


@case("/first-run/first-start-welcomes")
def _():
    window.wait("the first step", first_steps)
    window.wait_keyboard("Welcome")


@case("/first-run/machine-is-measured-without-being-asked-to")
def _():
    atspi.key("Return")
    window.wait_message("dictation on this machine")
    window.screenshot(screenshot)


@case("/first-run/microphone-is-heard")
def _():
    atspi.key("Return", "Return")
    window.wait_message("Longhand hears you.")


@case("/first-run/what-is-read-aloud-appears-and-is-in-the-text")
def _():
    atspi.key("Return")
    window.wait_message("words appear while I am speaking")
    atspi.key("shift+Tab", "shift+Tab", "shift+Tab", "Return")  # passing the switch for sound, and its row
    window.wait("words in the step and in the text", seen_twice)
    window.wait_message("It works.")
    atspi.key("Tab", "Tab", "Tab", "Return")
    window.wait("the window", lambda: window.app.find("Record") and not window.app.find("Step 5 of 5"))
    assert len(words(window.text())) > 2, window.text()
    assert not window.complaints(), window.complaints()


@case("/first-run/second-start-has-nothing-of-it")
def _():
    global window
    window.close()
    window = Window(longhand)
    time.sleep(1)
    assert not window.app.find("Step 1 of 5")
    window.kill()


@case("/first-run/it-is-not-in-the-way-of-a-key-that-starts-recording")
def _():
    global window
    subprocess.run(["gsettings", "set", "io.github.longhand_app.Longhand", "first-run", "true"], check=True)
    window = Window(longhand, "--start")
    window.wait("the recording", lambda: window.app.find("Stop"))
    assert not window.app.find("Step 1 of 5")


@case("/first-run/it-is-not-in-the-way-of-files-and-comes-with-the-next-start")
def _():
    global window
    window.kill()
    window = Window(longhand, "/nonexistent/gone.wav")
    window.wait_message("There is no file “gone.wav”")
    assert not window.app.find("Step 1 of 5")
    window.kill()
    window = Window(longhand)
    window.wait("the first run", lambda: window.app.find("Step 1 of 5"))


try:
    run()
finally:
    window.kill()
