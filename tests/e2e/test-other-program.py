"""A recording spoken while another program's entry has the keyboard appears there, through the real Longhand, which the
bus starts. Run inside virtual-mic and headless:
test-other-program.py LONGHAND LONGHAND-IBUS COMPONENT LONGHAND-CLI WAV TXT SCREENSHOT"""
import os
import subprocess
import sys

from desktop import Desktop
from input_method import ID, KEYBOARD, Daemon
from program import Program, until
from tap import case, run
from words import error_rate, words

longhand, longhand_ibus, component, cli, recording, spoken_file, screenshot = sys.argv[1:]
with open(spoken_file, encoding="utf-8") as file:
    spoken = file.read()
desktop = Desktop()
desktop.install_service(ID, f"{os.path.abspath(longhand)} --gapplication-service")
daemon = Daemon(os.path.abspath(longhand_ibus), component)
program = Program("4.0", "Message")


def committed():
    return program.text("entry")


@case("/other-program/words-appear-in-its-entry-while-they-are-being-spoken")
def _():
    program.focus("entry")
    assert daemon.command("--start") == (0, "")
    until("a word", lambda: program.preedit("entry").strip(), 60)
    assert words(program.preedit("entry"))


@case("/other-program/they-become-text-one-by-one-before-the-utterance-is-over")
def _():
    until("firm words beside others", lambda: committed() and program.preedit("entry").strip(), 30)
    active = subprocess.run(["xdotool", "getactivewindow"], check=True, capture_output=True, text=True)
    subprocess.run(["import", "-window", active.stdout.strip(), screenshot], check=True)
    assert os.path.getsize(screenshot) > 0


@case("/other-program/the-text-is-about-as-good-as-from-the-file")
def _():
    until("the last word", lambda: len(words(committed())) >= len(words(spoken)) - 3 and not program.preedit("entry"), 60)
    assert daemon.command("--stop") == (0, "")
    until("the input method before", lambda: daemon.chosen() == KEYBOARD, 30)
    text = committed()
    offline_text = subprocess.run([cli, "transcribe", "--format", "txt", recording], stdout=subprocess.PIPE, text=True,
                                  check=True).stdout
    offline, live = error_rate(spoken, offline_text), error_rate(spoken, text)
    print(f"# offline {offline:.1f} %, live {live:.1f} %: {text!r}")
    assert live <= offline + 5 and program.preedit("entry") == ""


run()
