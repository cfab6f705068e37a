"""The microphone's driver crashes in the middle of a sentence, and takes the program along that listens to it. Run inside
virtual-mic and headless: test-driver-crash.py LONGHAND WAV"""
import os
import pathlib
import signal
import subprocess
import sys

from tap import case, run
from window import Window
from words import words

window = Window(sys.argv[1])
heard = []


def microphone_programs():
    """The process ids of longhand-microphone that the window has started."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            name, fields = stat.read_text().split("(", 1)[1].rsplit(")", 1)
        except OSError:  # it has ended meanwhile
            continue
        state, parent = fields.split()[:2]
        if name == "longhand-microp" and int(parent) == window.process.pid and state != "Z":
            found.append(int(stat.parent.name))
    return found


@case("/driver-crash/recording-goes-on-by-itself-in-another-process")
def _():
    window.record()
    heard.extend(words(window.wait("the first utterance", window.committed)))
    crashed, = microphone_programs()
    os.kill(crashed, signal.SIGABRT)
    window.wait("another process", lambda: microphone_programs() not in ([], [crashed]))
    window.wait("the recording to go on", lambda: window.app.find("Stop"))


@case("/driver-crash/what-is-said-before-and-after-is-written")
def _():
    before = words(window.text())
    assert before[:len(heard)] == heard, window.text()
    subprocess.run(["paplay", "-d", "mic", sys.argv[2]], check=True)
    window.stop()
    after = words(window.text())
    assert after[:len(heard)] == heard, window.text()
    assert len(after) >= len(before) + 6, window.text()


@case("/driver-crash/the-window-goes-and-leaves-no-process-behind")
def _():
    program, = microphone_programs()
    window.app.type("text:Text", "")
    assert window.close() == 0
    assert not os.path.exists(f"/proc/{program}")
    assert not window.complaints(), window.complaints()


try:
    run()
finally:
    window.kill()
