"""Settings that change while recording. Run inside virtual-mic and headless: test-settings.py LONGHAND"""
import sys

import atspi
from atspi import Atspi
from tap import case, run
from window import Window
from words import words

window = Window(sys.argv[1])


def threads_in_use():
    """What the performance panel says beside "Threads"."""
    texts = window.app.texts()
    return texts[texts.index("Threads") + 1]


def choice_has_keyboard():
    """Of a drop-down list that is open."""
    return any(node.get_role_name() == "list item" and node.get_state_set().contains(Atspi.StateType.FOCUSED)
               for node, _ in window.app.all())


def close_preferences():
    window.wait_keyboard("Preferences")
    atspi.key("Escape")
    window.app.wait_gone("page tab:Performance")
    window.wait_keyboard("Longhand")


@case("/settings/number-of-threads-changes-while-recording")
def _():
    atspi.key("shift+F9")
    window.record()
    window.speaking()
    before = threads_in_use()
    wanted = "1" if before != "1" else "2"
    atspi.key("ctrl+comma")
    window.app.press("page tab:Performance")
    window.app.press("Threads")
    window.wait("the list of numbers", choice_has_keyboard)
    atspi.key("Home", *["Down"] * int(wanted), "Return")
    window.wait(f"{wanted} instead of {before} threads", lambda: threads_in_use() == wanted)
    close_preferences()


@case("/settings/the-sentence-in-progress-survives-that")
def _():
    window.stop()
    assert len(words(window.text())) >= 6, window.text()
    assert not window.complaints(), window.complaints()


@case("/settings/next-recording-is-enhanced-and-understood")
def _():
    before = len(words(window.text()))
    atspi.key("ctrl+comma")
    window.app.press("Noise Reduction")
    window.app.press("Automatic Gain")
    close_preferences()
    window.record()
    window.wait("six more words", lambda: len(words(window.text())) >= before + 6)
    window.stop()
    assert not window.complaints(), window.complaints()


try:
    run()
finally:
    window.kill()
