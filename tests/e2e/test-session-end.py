"""The desktop's session ends, which nobody asks the program about. Run inside virtual-mic --again and headless:
test-session-end.py LONGHAND"""
import signal
import sys

from tap import case, run
from window import Window
from words import words

longhand = sys.argv[1]
windows = [Window(longhand)]
heard = []


def end_session():
    """As the system does it; and a new one begins."""
    process = windows[-1].process
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGHUP)
    assert process.wait(20) == 0
    assert not windows[-1].complaints(), windows[-1].complaints()
    windows.append(Window(longhand))
    return windows[-1]


def listed(window):
    return [node.get_name() for node, _ in window.app.all() if node.get_role_name() == "list item" and node.get_name()]


@case("/session-end/what-was-typed-just-now-is-kept")
def _():
    windows[-1].app.type("text:Text", "Typed just now.")
    window = end_session()
    window.wait("the session", lambda: any("Typed just now" in name for name in listed(window)))


@case("/session-end/what-is-being-said-is-kept-and-is-there-once")
def _():
    window = windows[-1]
    window.record()
    heard.extend(words(window.wait("the first utterance", window.final)))
    window.speaking()
    window = end_session()
    window.wait("both sessions", lambda: len(listed(window)) == 2)
    assert not any("Recovered" in text for text in window.app.texts()), window.app.texts()
    window.choose(f"list item:{listed(window)[0]}")
    window.wait("its text", lambda: words(window.text())[:len(heard)] == heard)
    assert len(words(window.text())) > len(heard)
    assert window.close() == 0


try:
    run()
finally:
    for each in windows:
        each.kill()
