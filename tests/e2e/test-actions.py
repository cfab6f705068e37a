"""Every action of the program and of its window is had by keyboard, and from the accessibility tree, and does what it
says. Run inside virtual-mic --again and headless: test-actions.py LONGHAND"""
import os
import sys

import atspi
from actions import ESCAPE, ID, Hands, before, keys, own, set_up, x_window
from atspi import Atspi
from desktop import Desktop
from tap import case, run

PATH = "/io/github/longhand_app/Longhand"

# Not for hands: what a key of the desktop, a program or a message's button asks for, and what tests/ui has at hand.
NOT_HERE = {
    "app.start": "e2e/automation", "app.stop": "e2e/automation", "app.toggle": "e2e/automation",
    "app.keep-sound": "e2e/sound", "win.insert-left-out": "ui-messages", "win.left-out": "ui-messages", "win.set-up-again": "ui-first-run",
}

opened = set_up()
window = Hands(sys.argv[1])
app, action, tree, menu, menu_keys = window.app, window.action, window.tree, window.menu, window.menu_keys
is_there, is_pressed, is_window = window.is_there, window.is_pressed, window.is_window
frame = app.root.get_child_at_index(0)


@case("/actions/win.record")
def _():
    for start, stop in ((keys("ctrl+r"), tree("Stop")), (tree("Record"), keys("ctrl+r"))):
        said = window.text()
        start()
        window.wait("words", lambda before=said: window.committed() and window.text() != before)
        stop()
        window.wait("the end of the recording", lambda: app.find("Record") and not window.tentative())
    window.wait("the sound", is_there("Play"))


@case("/actions/every-one-is-tested")
def _():
    desktop = Desktop()
    exported = [prefix + name for prefix, path in (("app.", PATH), ("win.", PATH + "/window/1"))
                for name in desktop.call(ID, path, "org.gtk.Actions", "List")[0]]
    said = [frame.get_action_name(i) for i in range(frame.get_n_actions())]
    there = {name for name in exported + said if name.startswith(("app.", "win."))}
    # What cannot be done now, and what is about one session, is not told of.
    assert there.union({"win.insert-left-out", "win.left-out", "win.restore-session"}) == window.tested.union(NOT_HERE), there


action("win.sidebar", keys("F9"), tree("Show Sessions"), lambda: not is_pressed("Show Sessions")(), keys("F9"))
action("win.performance", keys("shift+F9"), tree("Main Menu", "check menu item:Performance Panel"), is_pressed("Performance Panel"), keys("shift+F9"))
action("win.menu", keys("F10"), tree("Main Menu"), is_there("menu item:About Longhand"), ESCAPE)
action("win.play", keys("ctrl+k"), tree("Play"), is_there("Pause"), lambda: app.find("Pause") and keys("ctrl+k")())
action("win.find", keys("ctrl+f"), menu("Find…"), window.is_focused("Find"), ESCAPE)


@case("/actions/win.find-next-and-win.find-previous")
def _():
    atspi.key("ctrl+f", "e")
    window.wait("a match", window.selection)
    for forth, back in ((keys("ctrl+g"), keys("ctrl+shift+g")), (tree("Next Match"), tree("Previous Match"))):
        before = window.selection()
        forth()
        window.wait("the next match", lambda at=before: window.selection() > at)
        back()
        window.wait("the match before it", lambda at=before: window.selection() == at)
    ESCAPE()


def word_menu():
    """The text's own menu."""
    own(window.text_box, "menu.popup")()
    app.press("menu item:Hear or Correct Word")


def put_caret():
    app.click("text:Text")
    Atspi.Text.set_caret_offset(window.text_box, 1)


action("win.word", before(put_caret, keys("ctrl+d")), before(put_caret, word_menu), is_there("Word"), ESCAPE)
window.message("win.copy-all", keys("ctrl+shift+c"), tree("Copy All"), "Text copied")
action("win.transcribe-again", menu_keys("t"), menu("Transcribe Again…"), is_window("Transcribe Again"), keys("alt+c"))
action("win.models", menu_keys("m"), menu("Models"), is_window("Models"), ESCAPE)
action("win.files", menu_keys("d"), menu("Audio Files"), is_window("Audio Files"), ESCAPE)
action("win.keys", keys("ctrl+question"), menu("Keyboard Shortcuts"), is_there("label:Record or stop"), ESCAPE)
action("app.preferences", keys("ctrl+comma"), menu("Preferences"), is_window("Preferences"), ESCAPE)
action("app.about", menu_keys("a"), menu("About Longhand"), is_window("About"), ESCAPE)
action("win.export", keys("ctrl+s"), tree("Export"), lambda: x_window("Export Text"), ESCAPE)
action("win.print", keys("ctrl+p"), menu("Print…"), lambda: x_window("Print"), ESCAPE)
action("win.open-files", keys("ctrl+o"), menu("Open Audio Files…"), lambda: x_window("Open Audio Files"), ESCAPE)
action("win.open-models-folder", before(tree("Model"), window.walk_down_to("Open Models Folder")),
       tree("Model", "menu item:Open Models Folder"), lambda: os.path.exists(opened), lambda: os.remove(opened))


@case("/actions/win.new-session")
def _():
    for how in keys("ctrl+n"), tree("New Session"):
        window.write_session("abc", how)


@case("/actions/win.restore-session")
def _():
    n = len(window.rows())
    for undo in keys("alt+u"), tree("push button:Undo"):
        window.choose_row()
        atspi.key("Delete")
        window.wait("one less", lambda: len(window.rows()) < n)
        undo()
        window.wait("all of them", lambda: len(window.rows()) == n)


window.tested.update(("win.record", "win.find-next", "win.find-previous", "win.new-session", "win.restore-session", "app.quit"))
case("/actions/app.quit")(window.quit)
try:
    run()
finally:
    window.kill()
