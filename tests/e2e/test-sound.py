"""The sound of a session is kept, played with the word that is heard shown, and used to correct a word. Run inside
virtual-mic and headless: test-sound.py LONGHAND SCREENSHOT"""
import os
import subprocess
import sys
import time

import atspi
from atspi import Atspi
from tap import case, run
from window import Window
from words import words

WHEEL_DOWN = "5"
DOUBLE_CLICK_S = 0.5  # two clicks at one place within 0.4 s are one (gtk-double-click-time), which selects a word

longhand, screenshot = sys.argv[1:]
os.environ["GSETTINGS_BACKEND"] = "keyfile"  # which both programs read
subprocess.run(["gsettings", "set", "io.github.longhand_app.Longhand", "keep-sound", "always"], check=True)
window = Window(longhand)


def heard():
    """The word that is shown as being heard, or ""."""
    offset, length = 0, Atspi.Text.get_character_count(window.text_box)
    while offset < length:
        attributes, start, end = Atspi.Text.get_attribute_run(window.text_box, offset, False)
        if attributes.get("underline") == "double":
            return Atspi.Text.get_text(window.text_box, start, end)
        offset = max(end, offset + 1)
    return ""


def hear(what, start, check):
    """Until `check` holds while what `start` begins is played. A word is heard for a fifth of a second, so whoever stands
    still for that long misses it, and listens once more."""
    for _ in range(5):
        start()
        try:
            return window.wait(what, check, timeout=6)
        except TimeoutError:
            pass
    raise TimeoutError(f"{what} was not heard, though played five times")


@case("/sound/what-is-dictated-can-be-played")
def _():
    window.record()
    window.wait("the first utterance", window.committed)
    window.stop()
    window.wait("the player", lambda: window.app.find("Play"))


@case("/sound/the-word-that-is-heard-is-shown")
def _():
    said, shown = words(window.text()), []

    def play():
        shown.clear()
        window.app.press("Play")

    def moves_on():
        word = words(heard())
        if word and word != shown[-1:]:
            shown.extend(word)
        return len(shown) > 2
    hear("three words", play, moves_on)
    window.screenshot(screenshot)
    later = iter(said)
    assert all(word in later for word in shown), (said, shown)
    window.wait("the end", lambda: window.app.find("Play") and not heard())


@case("/sound/a-click-on-a-word-plays-it")
def _():
    x, y = first_word()

    def is_first():
        return words(heard()) == words(window.text())[:1]
    hear("the first word", lambda: click(x, y), is_first)
    again = window.wait_message("Play “")
    window.wait("its end", lambda: not heard())
    hear("it once more", lambda: window.app.press(f"push button:{again}"), is_first)
    window.wait("its end", lambda: not heard())
    atspi.key("Left")


@case("/sound/what-closes-a-menu-closes-a-word-that-was-clicked")
def _():
    x, y = first_word()
    ways = {"Escape": lambda: atspi.key("Escape"),
            "a key that moves the caret": lambda: atspi.key("Right"),
            "a click beside it": lambda: click(x, y + 250),
            "turning the wheel": lambda: click(x, y + 250, WHEEL_DOWN),
            "going elsewhere": lambda: atspi.key("ctrl+f")}
    for way, close in ways.items():
        open_word(x, y)
        close()
        window.wait(f"{way} to close it", lambda: not window.app.find("Word"), timeout=5)
    atspi.key("Escape")


def click(x, y, button="1"):
    subprocess.run(["xdotool", "mousemove", str(x), str(y), "click", button], check=True)


def open_word(x, y):
    """By a click. One of some fifty that follow a popover never gets to the window: GTK 4.8 on X11 tells it of the
    pointer's coming, and not of the press."""
    for last in False, False, True:
        time.sleep(DOUBLE_CLICK_S)
        click(x, y)
        try:
            window.wait("the word", lambda: window.app.find("Word"), 10)
            return
        except TimeoutError:
            if last:
                raise


def first_word():
    """On the screen."""
    middle_x, middle_y, _ = window.app.place("text:Text")
    at = Atspi.Component.get_extents(window.text_box, Atspi.CoordType.WINDOW)
    return round(middle_x - at.width / 2 + 40), round(middle_y - at.height / 2 + 30)


@case("/sound/a-word-is-corrected-and-that-is-undone")
def _():
    before = window.text()
    window.app.click("text:Text")
    Atspi.Text.set_caret_offset(window.text_box, 1)
    atspi.key("ctrl+d")
    window.wait_message("Play “")
    choice = window.wait("another word", other_word)
    window.app.press(f"push button:{choice}")
    window.wait("the correction", lambda: words(window.text())[0] == words(choice)[0])
    assert words(window.text())[1:] == words(before)[1:]
    atspi.key("ctrl+z")
    window.wait("the text before it", lambda: window.text() == before)


def other_word():
    """The first of those that the popover offers; None while there are none."""
    for node, _ in window.app.all():
        if node.get_role_name() == "push button" and node.get_description().endswith("%"):
            return node.get_name()
    return None


@case("/sound/it-is-transcribed-again-after-its-difference-was-seen")
def _():
    before = window.text()
    window.app.click("text:Text")
    Atspi.Text.set_caret_offset(window.text_box, 1)
    subprocess.run(["xdotool", "type", "--delay", "30", "xyz"], check=True)
    window.wait("a word that nobody said", lambda: "xyz" in window.text())
    edited = window.text()
    window.app.press("Main Menu")
    window.app.press("Transcribe Again…")
    window.wait_message("recognised again")
    atspi.key("alt+t")
    window.wait("the difference", lambda: window.app.find("text:Difference") and window.app.find("Accept"))
    assert "strikethrough" in marks_of("xyz")
    subprocess.run(["import", "-window", "root", screenshot.replace(".png", "-again.png")], check=True)
    assert window.text() == edited
    atspi.key("alt+a")
    window.wait("what was said", lambda: words(window.text())[0] == words(before)[0])
    window.app.click("text:Text")
    atspi.key("ctrl+z")
    window.wait("the text before it", lambda: window.text() == edited)


def marks_of(part):
    """How the word with `part` in it looks in the difference, as names of attributes."""
    box = window.app.get("text:Difference")
    at = window.app.text_of(box).index(part)
    attributes, _, _ = Atspi.Text.get_attribute_run(box, at, False)
    return [name for name, value in attributes.items() if value == "true"]


@case("/sound/it-is-there-after-the-next-start")
def _():
    global window
    assert window.close() == 0
    assert not window.complaints(), window.complaints()
    window = Window(longhand)
    row = window.wait("the session", lambda: next(
        (node for node, _ in window.app.all() if node.get_role_name() == "list item" and node.get_name()), None))
    time.sleep(0.5)
    window.app.click(f"list item:{row.get_name()}")
    window.wait("the player", lambda: window.app.find("Play"))
    assert window.close() == 0
    assert not window.complaints(), window.complaints()


@case("/sound/who-wants-to-hear-what-was-not-kept-is-led-to-the-setting")
def _():
    global window
    subprocess.run(["gsettings", "set", "io.github.longhand_app.Longhand", "keep-sound", "never"], check=True)
    window = Window(longhand)
    row = window.wait("the session", lambda: next(
        (node for node, _ in window.app.all() if node.get_role_name() == "list item" and node.get_name()), None))
    time.sleep(0.5)
    window.app.click(f"list item:{row.get_name()}")
    window.wait("its text", window.text)
    window.app.click("text:Text")
    Atspi.Text.set_caret_offset(window.text_box, 1)
    atspi.key("ctrl+d")
    window.wait_message("Sound is not kept")
    window.app.press("push button:Keep It…")
    window.wait_message("To hear sessions again")
    atspi.key("Escape")
    window.app.press("Main Menu")
    window.app.press("Transcribe Again…")
    window.wait_message("Sound is not kept")
    assert window.close() == 0
    assert not window.complaints(), window.complaints()


try:
    run()
finally:
    window.kill()
