"""The microphone is unplugged in the middle of a sentence. Run inside virtual-mic --unplug and headless:
test-unplugged.py LONGHAND"""
import sys

from tap import case, run
from window import Window
from words import words

window = Window(sys.argv[1])
heard = []


@case("/unplugged/what-was-final-before-stays")
def _():
    window.record()
    heard.extend(words(window.wait("the first utterance", window.committed)))
    message = window.wait_message("microphone has gone")
    assert "again" in message, message
    assert words(window.text())[:len(heard)] == heard, window.text()


@case("/unplugged/what-was-being-said-is-kept-too")
def _():
    window.wait("the rest", lambda: not window.tentative() and len(words(window.text())) > len(heard))


@case("/unplugged/the-button-offers-to-record-again")
def _():
    window.app.get("Record")
    assert not window.complaints(), window.complaints()


try:
    run()
finally:
    window.kill()
