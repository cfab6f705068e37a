"""A machine without a microphone. Run inside virtual-mic --none and headless: test-no-microphone.py LONGHAND"""
import subprocess
import sys

from tap import case, run
from window import Window

window = Window(sys.argv[1])


@case("/no-microphone/recording-says-so-and-what-to-do")
def _():
    window.record()
    message = window.wait_message("There is no microphone")
    assert "Connect" in message, message


@case("/no-microphone/the-button-offers-to-record-again")
def _():
    window.app.get("Record")


@case("/no-microphone/a-command-says-so-and-fails")
def _():
    for option in ("--start", "--toggle"):
        done = subprocess.run([sys.argv[1], option], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1 and done.stdout == "", done
        assert done.stderr.startswith("longhand: There is no microphone") and done.stderr.count("\n") == 1, done.stderr


@case("/no-microphone/text-can-be-written-and-the-window-closed")
def _():
    window.app.type("text:Text", "typed")
    assert window.text() == "typed"
    window.app.type("text:Text", "")
    assert window.close() == 0
    assert not window.complaints(), window.complaints()


try:
    run()
finally:
    window.kill()
