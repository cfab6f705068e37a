"""The real window, started for a test and driven through the accessibility tree. Runs inside headless."""
import os
import re
import subprocess
import tempfile
import time
from contextlib import suppress

import atspi
from atspi import Atspi, wait_until


class Window:
    """LONGHAND with its window on the screen, given options, or files that it is to open. text_box: what it calls the
    text."""

    def __init__(self, longhand, *arguments, text_box="Text"):
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([longhand, *arguments], stderr=self.log)
        self.app = atspi.App("longhand")
        self.text_box = self.app.get(f"text:{text_box}")
        self.n_repeated = 0  # times that the recording was spoken again
        self.wait_keyboard()

    def text(self):
        return self.app.text_of(self.text_box)

    def pieces(self):
        """Of the text: whether they are underlined, which is whether they may still change, and their words."""
        offset, length = 0, Atspi.Text.get_character_count(self.text_box)
        while offset < length:
            attributes, start, end = Atspi.Text.get_attribute_run(self.text_box, offset, False)
            yield attributes.get("underline", "none") != "none", Atspi.Text.get_text(self.text_box, start, end)
            offset = max(end, offset + 1)

    def tentative(self):
        """The words in the text box that may still change."""
        return "".join(words for may_change, words in self.pieces() if may_change).strip()

    def final(self):
        """Those that may not."""
        text = self.text()
        found = "".join(words for may_change, words in self.pieces() if not may_change).strip()
        return found if self.text() == text else ""  # it may have become final in between, and another one

    def committed(self):
        """The text when no word of it may change any more, else ""."""
        text = self.text()
        if self.tentative() or self.text() != text:  # it may have become final in between, and another one
            return ""
        return text.strip()

    def wait(self, what, check, timeout=30):
        """As wait_until, but a program that has ended is an error at once."""
        def alive_and():
            if self.process.poll() is not None:
                raise RuntimeError(f"the program ended with status {self.process.returncode}")
            return check()
        return wait_until(what, alive_and, timeout)

    def wait_message(self, part, timeout=30):
        """Until something that can be read on the screen contains `part`; returns all of it."""
        return self.wait(f"a message with {part!r}",
                         lambda: next((text for text in self.app.texts() if part in text), None), timeout)

    def wait_keyboard(self, title=None):
        """Until one of its windows has the keyboard; with a title, this one."""
        def has_keyboard():
            root = self.app.root
            tops = [root.get_child_at_index(i) for i in range(root.get_child_count())]
            return any(title in (None, top.get_name()) and atspi.has_keyboard(top) for top in tops)
        self.wait(f"the keyboard{f' in {title}' if title else ''}", has_keyboard)

    def record(self):
        self.app.press("Record")

    def speaking(self):
        """Until it hears words, which may still change; returns them. Whoever stands still for as long as that takes
        misses them: then the recording is spoken once more."""
        for _ in range(5):
            with suppress(TimeoutError):
                return self.wait("a tentative word", self.tentative, 10)
            self.n_repeated += 1
            subprocess.Popen(["paplay", "-d", "mic", os.environ["LONGHAND_TEST_WAV"]])
        raise TimeoutError(f"no tentative word, though spoken {self.n_repeated + 1} times")

    def choose(self, row):
        """Clicks a row of the list of sessions until that is the one that is chosen: in a list that has just changed it
        may be given another place meanwhile."""
        for _ in range(5):
            self.app.click(row)
            with suppress(TimeoutError):
                self.wait(f"{row} to be chosen", lambda: "selected" in self.app.states(row), 5)
                return
        raise TimeoutError(f"{row} cannot be chosen")

    def stop(self):
        """Presses Stop, and waits until the last words are there."""
        self.app.press("Stop")
        self.wait("the end of the recording", lambda: self.app.find("Record") and not self.tentative())

    def export(self, path):
        """Through the header bar's button and the file chooser. The latter is driven by keyboard alone: GTK 4.8
        crashes when accessibility looks at a file chooser that is closing."""
        def chooser():
            return subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Export Text$"],
                                  stdout=subprocess.DEVNULL, check=False).returncode == 0
        self.app.press("Export")
        self.wait("the file chooser to have the keyboard", lambda: atspi.active_window() == "Export Text")
        atspi.key("ctrl+a")
        subprocess.run(["xdotool", "type", "--delay", "30", path], check=True)
        atspi.key("Return")
        self.wait("the file chooser to close", lambda: not chooser())
        self.wait_keyboard()

    def screenshot(self, path):
        active = subprocess.run(["xdotool", "getactivewindow"], check=True, capture_output=True, text=True)
        subprocess.run(["import", "-window", active.stdout.strip(), path], check=True)

    def complaints(self):
        """Warnings that GTK, GLib or a sanitizer printed so far. That nobody here takes notifications is none: one that
        it records unseen is sent when a busy machine is slow to hand the keyboard from one of its windows to another."""
        self.log.seek(0)
        return [line for line in self.log.read().splitlines()
                if re.search(r"WARNING|CRITICAL|ERROR", line) and "unable to send notifications" not in line]

    def close(self):
        """Closes the window as a person would; returns the exit status, None when it stays open."""
        self.wait_keyboard()
        atspi.key("ctrl+w")
        end = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < end:
            time.sleep(0.1)
        return self.process.poll()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
