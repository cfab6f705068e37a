"""The program is killed in the middle of a sentence, and started again. Run inside virtual-mic --again and headless:
test-recovery.py LONGHAND"""
import glob
import os
import re
import struct
import sys

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
    before = window.text()
    window.choose(row)
    window.wait("its text", lambda: window.text() != before)
    return words(window.text())


def all_is_kept():
    """Among the sessions: in what would be recovered (app/audio/longhand-journal-format.h), no text comes behind the word
    that all have been dealt with."""
    text, dealt_with = 3, 6

    def ends_so(path):
        with open(path, "rb") as file:
            headers = re.findall(b"LhRc.{4}(.{16})", file.read(), re.DOTALL)
        records = [struct.unpack("<IIq", header) for header in headers]
        told = [(kind, time) for kind, _length, time in records if kind in (text, dealt_with)]
        return not told or told[-1] == (dealt_with, 0)
    return all(map(ends_so, glob.glob(os.path.join(os.environ["XDG_DATA_HOME"], "longhand", "sessions", "*"))))


@case("/recovery/what-was-not-kept-yet-comes-back-after-a-kill")
def _():
    window = windows[-1]
    window.record()
    heard.extend(words(window.wait("the first utterance", window.final)))
    window.wait("the session", lambda: rows(window))
    window.speaking()
    window = start_again()
    window.wait_message("Recovered session")
    window.wait("the rest", window.committed)
    window.app.get("Record")
    window.wait("it to be kept", all_is_kept)
    rest.extend(words(window.text()))
    assert rest[:3] != heard[:3] or windows[0].n_repeated > 0, rest  # spoken again, it begins likewise


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
