"""Speech in the microphone becomes text in a terminal. Run inside virtual-mic: test-listen.py LONGHAND-CLI WAV TXT"""
import functools
import subprocess
import sys

from tap import case, run
from words import error_rate

cli, recording, spoken_file = sys.argv[1:]
with open(spoken_file, encoding="utf-8") as file:
    spoken = file.read()


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


@functools.cache
def listened():
    return output_of(cli, "listen", "--seconds", "9")


@case("/listen/hears-about-as-well-as-from-the-file")
def _():
    offline = error_rate(spoken, output_of(cli, "transcribe", "--format", "txt", recording))
    live = error_rate(spoken, listened())
    print(f"# offline {offline:.1f} %, live {live:.1f} %: {listened()!r}")
    assert live <= offline + 5, listened()


@case("/listen/writes-a-line-for-each-utterance")
def _():
    assert len(listened().splitlines()) == 2, listened()  # the recording has one long pause


run()
