"""Every action of a part of a window is had by keyboard, and from the accessibility tree, and does what it says. Run
inside virtual-mic and headless: test-part-actions.py LONGHAND"""
import sys

import atspi
from actions import ESCAPE, Hands, actions_of, before, keys, set_up
from tap import case, run

PARTS = ("files.", "machine.", "models.", "performance.", "preferences.", "session.", "steps.")
# What is over soon, or about a file, of which there is none here, is tested where it is at hand.
NOT_HERE = {"machine.cancel": "ui-performance", "files.clear": "ui-files", "files.cancel-all": "ui-files", "preferences.models": "ui-widgets"}

set_up()
window = Hands(sys.argv[1])
app, action, part_does, walk_and = window.app, window.action, window.part_does, window.walk_and
is_there, is_window, rows, choose_row = window.is_there, window.is_window, window.rows, window.choose_row
seen = set()


def look_around():
    """Notes what the parts that are on the screen can do."""
    for node, _ in app.all():
        seen.update(name for name in actions_of(node) if name.startswith(PARTS))


def menu_of_row(letter):
    return before(choose_row, keys("shift+F10"), lambda: app.get("menu item:Rename…"), keys(letter))


for text in "abc", "def":  # one stays when the other is deleted
    window.write_session(text, keys("ctrl+n"))
action("session.rename", before(choose_row, keys("F2")), before(choose_row, part_does("session.rename")),
       is_there("Rename the Session"), ESCAPE)
action("session.menu", before(choose_row, keys("shift+F10")), before(choose_row, part_does("session.menu")),
       is_there("menu item:Rename…"), ESCAPE)


@case("/actions/session.pin-and-session.unpin")
def _():
    for pin, unpin in (menu_of_row("p"), menu_of_row("p")), (part_does("session.pin"), part_does("session.unpin")):
        choose_row()
        pin()
        window.wait("a pin", is_there("label:Pinned"))
        unpin()
        window.wait("no pin", lambda: not app.find("label:Pinned"))


@case("/actions/session.delete")
def _():
    n = len(rows())
    look_around()
    for how in keys("Delete"), part_does("session.delete"):
        choose_row()
        how()
        window.wait("one less", lambda: len(rows()) < n)
        app.press("push button:Undo")
        window.wait("all of them", lambda: len(rows()) == n)


@case("/actions/performance.copy-and-machine.measure")
def _():
    keys("shift+F9")()
    window.wait("the panel", is_there("push button:Measure This Machine"))
    look_around()
    for how in walk_and("push button:Copy as JSON"), part_does("performance.copy"):
        window.until_told(how, "Figures copied")
        window.wait("the end of the message", lambda: not app.find("Figures copied"))
    for start in walk_and("push button:Measure This Machine"), part_does("machine.measure"):
        start()
        window.wait("a measurement", is_there("push button:Cancel"))
        window.wait("its end", call_off_measuring)
    keys("shift+F9")()


def call_off_measuring():
    """How long it would take depends on what else the machine does. True when it is over, by itself or so."""
    node = next((node for node, _ in app.all() if "machine.cancel" in actions_of(node)), None)
    if node and app.find("push button:Cancel"):
        node.do_action(actions_of(node).index("machine.cancel"))
    return app.find("push button:Measure This Machine")


@case("/actions/models.import-and-measure")
def _():
    window.menu_keys("m")()
    window.wait("the models", is_there("push button:Import…"))
    look_around()
    for how in walk_and("push button:Import…"), part_does("models.import"):
        how()
        window.leave("Import a Model")
    for start in walk_and("push button:Measure"), part_does("models.measure"):
        start()
        window.wait("the measurement", is_there("label:Measuring…"))
        window.wait("its end", lambda: not app.find("label:Measuring…"), 180)
    window.take_back("the models", ESCAPE, is_window("Models"))


@case("/actions/files.add")
def _():
    window.menu_keys("d")()
    window.wait("the files", is_there("push button:Add…"))
    look_around()
    for how in walk_and("push button:Add…"), part_does("files.add"):
        how()
        window.leave("Open Audio Files")
    window.take_back("the files", ESCAPE, is_window("Audio Files"))


@case("/actions/preferences.models-and-preferences.set-up-again-and-steps")
def _():
    for again, forth, back in ((walk_and("list item:Set Up Again…"), keys("Return"), keys("alt+Left")),
                               (part_does("preferences.set-up-again"), part_does("steps.next"), part_does("steps.back"))):
        atspi.key("ctrl+comma")
        window.wait("the preferences", is_window("Preferences"))
        look_around()
        again()
        window.wait("the first step", is_there("Step 1 of 5"))
        look_around()
        forth()
        window.wait("the second step", is_there("Step 2 of 5"))
        back()
        window.wait("the first step", is_there("Step 1 of 5"))
        window.take_back("the steps", ESCAPE, is_there("Step 1 of 5"))
        window.take_back("the preferences", ESCAPE, is_window("Preferences"))


window.tested.update(("session.pin", "session.unpin", "session.delete", "performance.copy", "machine.measure",
                      "models.import", "models.measure", "files.add", "preferences.set-up-again", "steps.next", "steps.back"))


@case("/actions/every-one-of-a-part-is-tested")
def _():
    assert seen and seen <= window.tested.union(NOT_HERE), seen - window.tested


case("/actions/quits-without-a-complaint")(window.quit)
try:
    run()
finally:
    window.kill()
