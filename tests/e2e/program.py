"""Another program to dictate into, and its keyboard. Runs inside headless."""
import json
import os
import queue
import subprocess
import threading
import time


def until(what, check, timeout=20):
    """The first true answer of check(), asked every 5 ms."""
    end = time.monotonic() + timeout
    while True:
        if answer := check():
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {timeout} s")
        time.sleep(0.005)


class Program:
    """A window of another process; see text-fields.py."""

    def __init__(self, version, title):
        self.title = title
        self.process = subprocess.Popen(
            ["/usr/bin/python3", os.path.join(os.path.dirname(__file__), "text-fields.py"), version, title],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.events, self.answers, self.preedits = [], queue.Queue(), {}
        threading.Thread(target=self.read, daemon=True).start()
        self.answers.get(timeout=20)
        self.activate()

    def read(self):
        for line in self.process.stdout:
            event = json.loads(line)
            self.events.append(event)
            if "preedit" in event:
                self.preedits[event["field"]] = event["preedit"]
            else:
                self.answers.put(event)

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.answers.get(timeout=20)

    def activate(self):
        """Its window gets the keyboard."""
        subprocess.run(["xdotool", "search", "--sync", "--onlyvisible", "--name", f"^{self.title}$", "windowactivate",
                        "--sync"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def focus(self, name):
        self.ask(f"focus {name}")

    def text(self, name):
        return self.ask(f"get {name}")["text"]

    def preedit(self, name):
        return self.preedits.get(name, "")

    def wait(self, name, text, preedit=""):
        """Until the field has this text, and shows this preedit."""
        try:
            until("", lambda: self.preedit(name) == preedit and self.text(name) == text)
        except TimeoutError:
            raise AssertionError(f"{self.title}: {name} has {self.text(name)!r} and shows {self.preedit(name)!r}, not "
                                 f"{text!r} and {preedit!r}") from None

    def close(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()


def press(*names):
    """Keys, as the keyboard would."""
    subprocess.run(["xdotool", "key", "--delay", "40", *names], check=True)
