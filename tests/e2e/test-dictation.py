"""From the microphone to a file, through the real window. Run inside virtual-mic and headless:
test-dictation.py LONGHAND LONGHAND-CLI WAV TXT SCREENSHOT"""
import os
import shutil
import subprocess
import sys
import tempfile

from atspi import Announced
from tap import case, run
from window import Window
from words import error_rate, words

longhand, cli, recording, spoken_file, screenshot = sys.argv[1:]
with open(spoken_file, encoding="utf-8") as file:
    spoken = file.read()
folder = tempfile.mkdtemp(prefix="longhand-export-")
window = Window(longhand)
heard = []
announced = Announced(window.text_box)


@case("/dictation/words-appear-while-they-are-being-spoken")
def _():
    window.record()
    assert words(window.speaking())


@case("/dictation/words-are-final-after-the-pause-while-recording-goes-on")
def _():
    heard.extend(words(window.wait("a final word", window.final)))
    assert window.app.find("Stop"), "recording ended by itself"


@case("/dictation/final-and-tentative-words-stand-side-by-side")
def _():
    window.speaking()
    window.screenshot(screenshot)
    assert words(window.text())[:len(heard)] == heard, window.text()
    assert os.path.getsize(screenshot) > 0


@case("/dictation/the-text-is-about-as-good-as-from-the-file")
def _():
    all_spoken = spoken * (1 + window.n_repeated)
    offline_text = subprocess.run([cli, "transcribe", "--format", "txt", recording], stdout=subprocess.PIPE, text=True,
                                  check=True).stdout
    window.wait("the last final word", lambda: len(words(window.committed())) >= len(words(all_spoken)) - 2)
    window.stop()
    offline, live = error_rate(spoken, offline_text), error_rate(all_spoken, window.text())
    print(f"# offline {offline:.1f} %, live {live:.1f} %: {window.text()!r}")
    assert live <= offline + 5


@case("/dictation/what-is-final-was-announced-and-what-was-tentative-was-not")
def _():
    try:
        window.wait("all to be announced", lambda: announced.so_far().strip() == window.text().strip())
    except TimeoutError:
        raise AssertionError((announced.texts, window.text())) from None


@case("/dictation/a-place-that-cannot-be-written-to-is-named-and-the-text-stays")
def _():
    before = window.text()
    window.export("/proc/longhand.txt")
    window.wait_message("longhand.txt")
    assert window.text() == before


@case("/dictation/export-writes-what-the-text-box-shows")
def _():
    path = os.path.join(folder, "speech.txt")
    window.export(path)
    window.wait("the file", lambda: os.path.exists(path))
    with open(path, encoding="utf-8") as exported:
        assert exported.read().split() == window.text().split()


@case("/dictation/subtitles-have-times")
def _():
    path = os.path.join(folder, "speech.srt")
    window.export(path)
    window.wait("the file", lambda: os.path.exists(path))
    with open(path, encoding="utf-8") as exported:
        lines = exported.read().splitlines()
    assert lines[0] == "1" and " --> " in lines[1], lines
    assert set(words(window.text())) <= set(words(" ".join(lines)))


@case("/dictation/the-window-closes-without-a-question-when-all-is-saved")
def _():
    assert window.close() == 0
    assert not window.complaints(), window.complaints()


try:
    run()
finally:
    window.kill()
    shutil.rmtree(folder)
