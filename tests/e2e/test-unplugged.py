"""The microphone is unplugged in the middle of a sentence, and plugged in again. Run inside virtual-mic and headless:
test-unplugged.py LONGHAND WAV"""
import subprocess
import sys

from tap import case, run
from window import Window
from words import words

window = Window(sys.argv[1])
heard = []


@case("/unplugged/what-was-final-before-stays")
def _():
    window.record()
    heard.extend(words(window.wait("the first utterance", window.final)))
    window.speaking()
    subprocess.run(["pactl", "unload-module", "module-null-sink"], check=True)
    message = window.wait_message("has gone")
    assert "recording goes on when it is back" in message, message
    assert words(window.text())[:len(heard)] == heard, window.text()


@case("/unplugged/what-was-being-said-is-kept-too")
def _():
    window.wait("the rest", lambda: not window.tentative() and len(words(window.text())) > len(heard))


@case("/unplugged/nothing-is-recorded-meanwhile-and-the-button-ends-the-wait")
def _():
    window.app.get("Cancel")


@case("/unplugged/recording-goes-on-by-itself-when-it-is-back")
def _():
    before = words(window.text())
    subprocess.run(["pactl", "load-module", "module-null-sink", "sink_name=mic", "norewinds=1", "rate=48000",
                    "channels=1"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["pactl", "set-default-source", "mic.monitor"], check=True)
    window.wait("the recording to go on", lambda: window.app.find("Stop"))
    subprocess.run(["paplay", "-d", "mic", sys.argv[2]], check=True)
    window.stop()
    after = words(window.text())
    assert after[:len(before)] == before, window.text()
    assert len(after) >= len(before) + 6, window.text()


@case("/unplugged/the-button-offers-to-record-again")
def _():
    window.app.get("Record")
    assert not window.complaints(), window.complaints()


try:
    run()
finally:
    window.kill()
