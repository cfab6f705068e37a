"""The program is killed in the middle of a sentence, and started again. Run inside virtual-mic --again and headless:
test-recovery.py LONGHAND"""
import sys
import time

from tap import case, run
from window import Window
from words import words

longhand = sys.argv[1]
windows = [Window(longhand)]
heard = []


def start_again():
    windows[-1].kill()
    windows.append(Window(longhand))
    return windows[-1]


def clear_and_close(window):
    window.app.type("text:Text", "")
    assert window.close() == 0
    assert not window.complaints(), window.complaints()


@case("/recovery/text-comes-back-after-a-kill")
def _():
    window = windows[-1]
    window.record()
    heard.extend(words(window.wait("the first utterance", window.committed)))
    window.wait("the second one to begin", window.tentative)
    window = start_again()
    window.wait_message("Recovered session")
    window.wait("the text", lambda: words(window.text())[:len(heard)] == heard)


@case("/recovery/what-was-being-said-is-written-out")
def _():
    window = windows[-1]
    window.wait("the rest", lambda: not window.tentative() and len(words(window.text())) > len(heard))
    window.app.get("Record")
    heard[:] = words(window.text())


@case("/recovery/the-next-kill-loses-nothing-either")
def _():
    window = windows[-1]
    time.sleep(2)  # it is kept as a session by then
    window = start_again()
    row = window.wait("the session", lambda: next(
        (f"list item:{node.get_name()}" for node, _ in window.app.all()
         if node.get_role_name() == "list item" and node.get_name()), None))
    assert not any("Recovered" in text for text in window.app.texts()), window.app.texts()
    time.sleep(0.5)
    window.app.click(row)
    window.wait("all of the text", lambda: words(window.text()) == heard)


@case("/recovery/what-was-recovered-is-gone-after-closing")
def _():
    clear_and_close(windows[-1])
    window = start_again()
    window.record()  # by then it would have been said
    assert not any("Recovered" in text for text in window.app.texts()), window.app.texts()
    window.stop()
    clear_and_close(window)


try:
    run()
finally:
    for each in windows:
        each.kill()
