"""What can be done with a model in its list is had by keyboard, and from the accessibility tree. Run inside headless:
test-model-actions.py LONGHAND MODEL"""
import os
import shutil
import subprocess
import sys

import atspi
from actions import ESCAPE, ID, Hands, keys, set_up
from mirror import Mirror
from tap import case, run

longhand, model = sys.argv[1:]
BUNDLED, OWN, OTHER = "Longhand mini q5_K (English)", "Whisper mine (English)", "Whisper tiny q5_1 (English)"
models = os.path.join(os.environ["XDG_DATA_HOME"], "longhand", "models")
own_path = os.path.join(models, "ggml-mine.en.bin")
mirror = Mirror()

os.makedirs(models)
shutil.copy(model, own_path)
set_up()
for key, value in ("mirror", mirror.address), ("model", "longhand-mini.en-q5_K"):
    subprocess.run(["gsettings", "set", ID, key, value], check=True)
window = Hands(longhand)
app, is_there, walk_and, tree = window.app, window.is_there, window.walk_and, window.tree


def is_used(title):
    """Whether the list says so: what is used is not offered."""
    return lambda: app.find(f"push button:Use {OWN if title == BUNDLED else BUNDLED}") and not app.find(f"push button:Use {title}")


@case("/model-actions/the-list-is-had-without-a-question-to-the-mirror")
def _():
    window.menu_keys("m")()
    window.wait("the models", is_there(f"push button:Use {OWN}"))
    window.wait("those of the mirror", is_there(f"push button:Download {OTHER}"))
    assert not mirror.asked, mirror.asked


@case("/model-actions/use")
def _():
    for how in walk_and, lambda name: tree(name):
        for title in OWN, BUNDLED:
            how(f"push button:Use {title}")()
            window.wait(f"{title} to be used", is_used(title))


@case("/model-actions/download-pause-resume-and-cancel")
def _():
    mirror.hold()
    for go_to, here in (walk_and, lambda _: keys("space")), (tree, tree):
        go_to(f"push button:Download {OTHER}")()
        window.wait("half of it", lambda: any(" of " in text for text in app.texts()))
        # by keyboard: the button that takes another's place has the keyboard, too
        here(f"push button:Pause {OTHER}")()
        window.wait("the pause", is_there(f"push button:Resume {OTHER}"))
        here(f"push button:Resume {OTHER}")()
        window.wait("it to go on", is_there(f"push button:Pause {OTHER}"))
        go_to(f"push button:Cancel {OTHER}")()
        window.wait("its end", is_there(f"push button:Download {OTHER}"))
        assert not app.find(f"push button:Cancel {OTHER}")
    assert set(mirror.asked) == {"ggml-tiny.en-q5_1.bin"}, mirror.asked


@case("/model-actions/other-bytes-are-not-taken-and-it-is-tried-again")
def _():
    mirror.let_go()
    tree(f"push button:Download {OTHER}")()
    for again in walk_and, lambda name: tree(name):
        window.wait_message(f"not “{OTHER}”, and was removed")
        n = len(mirror.asked)
        again(f"push button:Try Again: {OTHER}")()
        window.wait("another question", lambda: len(mirror.asked) > n)
    window.wait_message(f"not “{OTHER}”, and was removed")
    assert os.listdir(models) == [os.path.basename(own_path)], os.listdir(models)


@case("/model-actions/delete-and-undo")
def _():
    for delete, undo in (walk_and(f"push button:Delete {OWN}"), keys("alt+u")), (tree(f"push button:Delete {OWN}"), tree("push button:Undo")):
        delete()
        window.wait("the deletion", lambda: not os.path.exists(own_path) and app.find(f"“{OWN}” deleted"))
        undo()
        window.wait("it again", is_there(f"push button:Delete {OWN}"))
        assert os.path.getsize(own_path) == os.path.getsize(model)


@case("/model-actions/quits-without-a-complaint")
def _():
    window.take_back("the models", ESCAPE, window.is_window("Models"))
    window.quit()


try:
    run()
finally:
    window.kill()
