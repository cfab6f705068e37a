"""Something that is dragged out of another program's window. Runs inside headless."""
import os
import re
import subprocess
import sys

from atspi import wait_until


def xdotool(*arguments):
    return subprocess.run(["xdotool", *map(str, arguments)], check=True, capture_output=True, text=True).stdout


class Drag:
    """What drag-source.py does with given arguments. `window` is the name of the window that it is dragged over."""

    def __init__(self, window, *arguments):
        program = os.path.join(os.path.dirname(__file__), "drag-source.py")
        self.process = subprocess.Popen([sys.executable, program, *arguments])
        self.window = self.find(f"^{window}$")
        source = self.find("^Drag Source$")
        xdotool("windowmove", "--sync", source, 0, 0, "windowraise", source)
        self.move(50, 50)
        xdotool("mousedown", 1)
        for step in range(0, 40, 4):
            self.move(50 + step, 50)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    @staticmethod
    def find(name):
        def search():
            found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", name], capture_output=True,
                                   text=True, check=False).stdout.split()
            return found and found[0]
        return wait_until(f"the window {name}", search)

    @staticmethod
    def move(x, y):
        xdotool("mousemove", x, y, "sleep", 0.05)

    def over(self):
        """Into the middle of the window, as a hand does it: not at once."""
        shape = xdotool("getwindowgeometry", "--shell", self.window)
        x, y, width, height = (int(re.search(f"{name}=(.*)", shape)[1]) for name in ("X", "Y", "WIDTH", "HEIGHT"))
        for step in range(5):
            self.move(x + width // 2 + step, y + height // 2 + step)

    def away(self):
        self.move(50, 50)

    def give_up(self):
        xdotool("key", "Escape", "mouseup", 1)

    def drop(self):
        xdotool("mouseup", 1)
