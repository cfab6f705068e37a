"""The program is killed in the middle of a sentence, and started again. Run inside virtual-mic --again and headless:
test-recovery.py LONGHAND"""
import sys
import time

from tap import case, run
from window import Window
from words import words

longhand = sys.argv[1]
windows = [Window(longhand)]
heard = []  # before the first kill
rest = []  # and after it


def start_again():
    windows[-1].kill()
    windows.append(Window(longhand))
    return windows[-1]


def clear_and_close(window):
    window.app.type("text:Text", "")
    assert window.close() == 0
    assert not window.complaints(), window.complaints()


def rows(window):
    return [f"list item:{node.get_name()}" for node, _ in window.app.all()
            if node.get_role_name() == "list item" and node.get_name()]


def two_rows(window):
    found = rows(window)
    return found if len(found) == 2 else None


def read(window, row):
    time.sleep(0.5)  # the list may have changed just now
    before = window.text()
    window.app.click(row)
    window.wait("its text", lambda: window.text() != before)
    return words(window.text())


@case("/recovery/what-was-not-kept-yet-comes-back-after-a-kill")
def _():
    window = windows[-1]
    window.record()
    heard.extend(words(window.wait("the first utterance", window.committed)))
    window.wait("the session", lambda: rows(window))
    window.wait("the second one to begin", window.tentative)
    window = start_again()
    window.wait_message("Recovered session")
    window.wait("the rest", window.committed)
    window.app.get("Record")
    time.sleep(2)  # it is kept as a session by then
    rest.extend(words(window.text()))
    assert rest[:3] != heard[:3], rest


@case("/recovery/each-word-is-there-once-after-the-next-kill")
def _():
    window = start_again()
    window.wait("the sessions", lambda: two_rows(window))
    assert not any("Recovered" in text for text in window.app.texts()), window.app.texts()
    first, second = (read(window, row) for row in reversed(window.wait("both sessions", lambda: two_rows(window))))
    assert first[:len(heard)] == heard, first
    assert second == rest, second


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
