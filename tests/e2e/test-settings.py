"""Settings that change while recording. Run inside virtual-mic and headless: test-settings.py LONGHAND"""
import sys

import atspi
from tap import case, run
from window import Window
from words import words

window = Window(sys.argv[1])


def threads_in_use():
    """What the performance panel says beside "Threads"."""
    texts = window.app.texts()
    return texts[texts.index("Threads") + 1]


@case("/settings/number-of-threads-changes-while-recording")
def _():
    atspi.key("shift+F9")
    window.record()
    window.wait("a tentative word", window.tentative)
    before = threads_in_use()
    wanted = "1" if before != "1" else "2"
    atspi.key("ctrl+comma")
    window.app.press("page tab:Performance")
    window.app.press("Threads")
    atspi.key("Home", *["Down"] * int(wanted), "Return")
    atspi.key("Escape")
    window.wait(f"{wanted} instead of {before} threads", lambda: threads_in_use() == wanted)


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
    atspi.key("Escape")
    window.record()
    window.wait("six more words", lambda: len(words(window.text())) >= before + 6)
    window.stop()
    assert not window.complaints(), window.complaints()


try:
    run()
finally:
    window.kill()
