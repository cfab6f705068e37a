"""What is dictated is kept, and found again after the window was closed, or killed. Run inside virtual-mic --again
and headless: test-library.py LONGHAND"""
import sys

import atspi
from tap import case, run
from window import Window
from words import words

longhand = sys.argv[1]
windows = [Window(longhand)]
heard = []


def start_again():
    windows.append(Window(longhand))
    return windows[-1]


def listed(window, part=""):
    """The first row of the sidebar that is called something with `part`, as App wants it named; or None."""
    return next((f"list item:{node.get_name()}" for node, _ in window.app.all()
                 if node.get_role_name() == "list item" and node.get_name() and part in node.get_name()), None)


def choose(window, part=""):
    """Clicks the first such row, as soon as there is one."""
    row = window.wait("the session", lambda: listed(window, part))
    window.choose(row)


def search(window, text):
    window.app.type("entry:Search Sessions", text)


@case("/library/what-is-dictated-is-kept-without-a-question")
def _():
    window = windows[-1]
    window.record()
    window.wait("the first utterance", window.committed)
    window.stop()
    heard.extend(words(window.text()))
    assert heard
    assert window.close() == 0, "a question was asked"
    assert not window.complaints(), window.complaints()


@case("/library/it-is-found-by-one-of-its-words-and-opened")
def _():
    window = start_again()
    assert not window.text().strip()
    search(window, max(heard, key=len)[:4])
    choose(window)
    window.wait("its text", lambda: words(window.text()) == heard)


@case("/library/words-that-nobody-said-find-nothing")
def _():
    window = windows[-1]
    search(window, "xylophonequartz")
    window.wait_message("No Results")
    search(window, "")
    window.wait("the session", lambda: listed(window))


@case("/library/it-is-renamed")
def _():
    window = windows[-1]
    choose(window)
    atspi.key("F2")
    window.wait_message("Rename the Session")
    window.app.type("text:Name", "My first session")
    window.app.press("Rename")
    window.wait("the name", lambda: listed(window, "My first session"))


@case("/library/it-is-deleted-and-that-is-undone")
def _():
    window = windows[-1]
    choose(window, "My first session")
    atspi.key("Delete")
    window.wait("an empty text", lambda: not window.text().strip())
    window.app.press("Undo")
    window.wait("the session", lambda: listed(window, "My first session"))
    window.wait("its text", lambda: words(window.text()) == heard)


@case("/library/what-was-kept-survives-a-kill-and-is-there-once")
def _():
    windows[-1].kill()
    window = start_again()
    choose(window, "My first session")
    assert not any("Recovered" in text for text in window.app.texts()), window.app.texts()
    window.wait("its text", lambda: words(window.text()) == heard)
    assert window.close() == 0
    assert not window.complaints(), window.complaints()


try:
    run()
finally:
    for each in windows:
        each.kill()
