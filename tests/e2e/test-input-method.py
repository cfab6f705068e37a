"""Dictation into other programs through IBus, with a Longhand that says what the test tells it to. Run inside headless:
test-input-method.py LONGHAND-IBUS COMPONENT"""
import os
import signal
import subprocess
import sys
import time

from desktop import Desktop
from input_method import COLEMAK, KEYBOARD, SETTLED, Daemon, IBus, Longhand, OddProgram
from program import Program, press, until
from tap import case, run

os.environ["GSETTINGS_BACKEND"] = "keyfile"  # the same for all processes
desktop = Desktop()
daemon = Daemon(os.path.abspath(sys.argv[1]), sys.argv[2])
longhand = Longhand(desktop)
new = Program("4.0", "New")


def clear(name):
    """As a person would, who looks: IBus lets keys overtake one another on a busy machine."""
    def delete():
        press("ctrl+a")
        press("BackSpace")
        time.sleep(0.05)
        return new.text(name) == ""
    new.focus(name)
    until(f"{name} to be empty", delete)


def start():
    """Dictation goes on, in the entry of the first program, which is empty."""
    new.activate()
    for name in ("view", "entry"):
        clear(name)
    if longhand.state == "idle":
        assert daemon.command("--start") == (0, "")
    longhand.wait("recording")


def wait_engine(name):
    until(f"{name} to be in use", lambda: daemon.chosen() == name)


@case("/input-method/start-makes-it-the-one-in-use-and-records")
def _():
    daemon.choose(COLEMAK)
    assert daemon.command("--start") == (0, "")
    longhand.wait("recording")
    assert daemon.chosen() == "longhand"


@case("/input-method/words-are-shown-while-they-are-spoken-and-committed-when-they-are-firm")
def _():
    longhand.say("we meet")
    new.wait("entry", "", "we meet")
    longhand.say("we meet at| none")
    new.wait("entry", "we meet at", " none")
    longhand.said("we meet at noon.")
    new.wait("entry", "we meet at noon.")
    longhand.say("in")
    new.wait("entry", "we meet at noon.", " in")
    longhand.said("In the park.")
    new.wait("entry", "we meet at noon. In the park.")


@case("/input-method/what-turns-out-otherwise-is-corrected-and-nothing-else")
def _():
    longhand.say("it costs ten euros| a")
    new.wait("entry", "we meet at noon. In the park. it costs ten euros", " a")
    longhand.said("it costs 10 € a day.")
    new.wait("entry", "we meet at noon. In the park. it costs 10 € a day.")


@case("/input-method/every-letter-and-emoji-arrives")
def _():
    start()
    longhand.say("grüße 👍🏽 aus łódź| und")
    new.wait("entry", "grüße 👍🏽 aus łódź", " und")
    longhand.said("Grüße 👍🏽 aus Łódź und 東京 🇪🇺 naïve e\u0301")
    new.wait("entry", "Grüße 👍🏽 aus Łódź und 東京 🇪🇺 naïve e\u0301")
    longhand.ordered("scratch", "scratch that")
    new.wait("entry", "")


@case("/input-method/spoken-commands-are-carried-out")
def _():
    start()
    longhand.follow(lambda: new.focus("view"))
    longhand.said("Dear Ann.")
    longhand.ordered("mark", ",")
    longhand.ordered("break", "\n\n")
    longhand.said("Hello.")
    longhand.said("No.")
    new.wait("view", "Dear Ann,\n\nHello. No.")
    longhand.ordered("scratch", "scratch that")
    new.wait("view", "Dear Ann,\n\nHello.")
    longhand.ordered("scratch", "scratch that")
    new.wait("view", "Dear Ann,\n\n")
    longhand.ordered("undo", "undo")
    new.wait("view", "Dear Ann,\n\nHello.")


@case("/input-method/a-key-takes-what-is-shown-and-the-rest-of-the-utterance-is-not-written")
def _():
    start()
    longhand.say("this is| what I")
    new.wait("entry", "this is", " what I")
    longhand.follow(lambda: press("exclam"))
    new.wait("entry", "this is what I!")
    longhand.emit("Committed", "(sxxa(sxxd))", "this is what I mean", longhand.now_ms - 10, longhand.now_ms, [])
    longhand.said("Really.")
    new.wait("entry", "this is what I! Really.")


@case("/input-method/every-key-reaches-the-program")
def _():
    start()
    for key, text in (("a", "a"), ("b", "ab"), ("BackSpace", "a"), ("shift+d", "aD"), ("udiaeresis", "aDü")):
        press(key)
        new.wait("entry", text)
    longhand.said("E.")
    new.wait("entry", "aDü E.")


@case("/input-method/what-was-said-does-not-follow-into-the-next-field")
def _():
    start()
    longhand.say("only for the entry| and")
    new.wait("entry", "only for the entry", " and")
    longhand.follow(lambda: new.focus("view"))
    new.wait("entry", "only for the entry")
    longhand.emit("Committed", "(sxxa(sxxd))", "only for the entry and no other", 0, longhand.now_ms, [])
    longhand.said("This is for the view.")
    new.wait("view", "This is for the view.")
    assert new.text("entry") == "only for the entry"


@case("/input-method/but-is-given-to-longhand-to-keep")
def _():
    until("what was left", lambda: longhand.kept[-1:] == ["and no other"])


@case("/input-method/nor-into-another-program")
def _():
    start()
    old = []
    longhand.follow(lambda: old.append(Program("3.0", "Old")))
    old = old[0]
    longhand.said("Hello, old one.")
    old.wait("entry", "Hello, old one.")
    longhand.say("wait for it| please")
    old.wait("entry", "Hello, old one. wait for it", " please")
    longhand.follow(new.activate)
    old.wait("entry", "Hello, old one. wait for it")
    longhand.said("Hello, new one.")
    new.wait("entry", "Hello, new one.")
    assert old.text("entry") == "Hello, old one. wait for it"
    longhand.follow(old.activate)
    longhand.said("Back.")
    old.wait("entry", "Hello, old one. wait for it Back.")
    old.close()


@case("/input-method/fast-switching-writes-each-text-where-it-was-said")
def _():
    start()
    other = Program("4.0", "Other")
    for number in range(4):
        for program in (new, other):
            longhand.follow(program.activate)
            longhand.said(f"{program.title} {number}.")
            until("it", lambda p=program, n=number: p.text("entry").endswith(f"{n}."))
            longhand.say("lost in between")
    other.wait("entry", "Other 0. Other 1. Other 2. Other 3.", " lost in between")
    new.wait("entry", "New 0. New 1. New 2. New 3.")
    other.close()


@case("/input-method/nothing-is-recorded-or-written-where-a-password-or-pin-goes")
def _():
    for name in ("password", "pin"):
        start()
        longhand.say("my secret is| one")
        until("words", lambda: new.preedit("entry"))
        new.focus(name)
        longhand.wait("idle")
        longhand.said("My secret is one.")
        longhand.say("two")
        press("x")
        new.wait(name, "x")
        assert new.preedit(name) == ""
        new.focus("entry")
        longhand.wait("recording")
        assert daemon.chosen() == "longhand"


@case("/input-method/a-program-that-shows-no-preedit-and-tells-no-text-gets-words-and-says-what-it-cannot-do")
def _():
    start()
    odd = []
    longhand.follow(lambda: odd.append(OddProgram(IBus.Bus(), IBus.Capabilite.AUXILIARY_TEXT)))
    odd = odd[0]
    longhand.say("it is an odd| one")
    odd.wait("it is an odd", " one")
    longhand.said("It is an odd one.")
    odd.wait("it is an odd one.", "")
    longhand.ordered("scratch", "scratch that")
    odd.wait("it is an odd one.", "This program does not let Longhand remove text.")
    longhand.emit("LeftOut", "(sxx)", "Thank you.", longhand.now_ms - 10, longhand.now_ms)
    odd.wait("it is an odd one.", "Left out, as nobody seemed to speak: “Thank you.” – Longhand's menu has it, under “What Was "
             "Left Out”.")
    odd.context.focus_out()


@case("/input-method/a-mark-of-another-field-of-the-same-input-context-is-not-replaced")
def _():
    start()
    odd = []
    longhand.follow(lambda: odd.append(OddProgram(
        IBus.Bus(), IBus.Capabilite.AUXILIARY_TEXT | IBus.Capabilite.SURROUNDING_TEXT)))
    odd = odd[0]
    odd.tell("The first field.")
    longhand.said("Hello.")
    odd.wait(" Hello.", "")
    odd.tell("The first field. Hello.")
    longhand.follow(odd.context.focus_out)
    odd.context.focus_in()
    longhand.wait("recording")
    longhand.ordered("mark", "?")
    assert odd.until(lambda: odd.text.endswith("?")), odd.text
    assert odd.n_deleted == 0 and odd.text == " Hello.?"
    odd.context.focus_out()


@case("/input-method/the-panel-shows-whether-it-listens-and-can-end-that")
def _():
    start()
    odd = []
    longhand.follow(lambda: odd.append(OddProgram(IBus.Bus(), IBus.Capabilite.PROPERTY)))
    odd = odd[0]
    assert odd.until(lambda: odd.listens)
    odd.context.property_activate("listening", IBus.PropState.UNCHECKED)
    assert odd.until(lambda: odd.listens is False)
    assert longhand.state == "idle"
    wait_engine(COLEMAK)
    odd.context.focus_out()


@case("/input-method/stop-writes-the-last-words-and-brings-back-the-input-method-before")
def _():
    start()
    assert daemon.command("--stop") == (0, "")
    longhand.wait("idle")
    wait_engine(COLEMAK)


@case("/input-method/toggle-does-either")
def _():
    new.activate()
    clear("entry")
    assert daemon.command("--toggle") == (0, "")
    longhand.wait("recording")
    longhand.said("On.")
    new.wait("entry", "On.")
    assert daemon.command("--toggle") == (0, "")
    wait_engine(COLEMAK)


@case("/input-method/a-start-during-the-last-words-comes-behind-them")
def _():
    start()
    desktop.do(lambda: longhand.set_state("finishing"))
    again = subprocess.Popen([daemon.longhand_ibus, "--start"])
    time.sleep(5 * SETTLED)
    assert again.poll() is None
    longhand.said("The last words.")
    desktop.do(lambda: longhand.set_state("idle"))
    assert again.wait(20) == 0
    longhand.wait("recording")
    longhand.said("The next ones.")
    new.wait("entry", "The last words. The next ones.")
    assert daemon.command("--stop") == (0, "")
    wait_engine(COLEMAK)


@case("/input-method/what-was-typed-before-is-known")
def _():
    for _ in range(2):
        new.activate()
        clear("entry")
        for key, text in (("a", "a"), ("b", "ab")):
            press(key)
            new.wait("entry", text)
        assert daemon.command("--start") == (0, "")
        longhand.wait("recording")
        longhand.said("Then.")
        new.wait("entry", "ab Then.")
        assert daemon.command("--stop") == (0, "")
        wait_engine(COLEMAK)


@case("/input-method/it-may-be-chosen-by-itself-and-stays-chosen-when-somebody-stops-it")
def _():
    clear("entry")
    daemon.choose("longhand")
    longhand.wait("recording")
    longhand.desktop.do(lambda: longhand.set_state("idle"))
    press("a")
    new.wait("entry", "a")
    assert daemon.chosen() == "longhand"
    assert daemon.command("--start") == (0, "")
    longhand.wait("recording")


@case("/input-method/a-key-let-go-early-ends-what-it-began-also-where-longhand-was-chosen-by-itself")
def _():
    daemon.choose("longhand")
    new.activate()
    new.focus("entry")
    longhand.wait("recording")
    assert daemon.command("--stop") == (0, "")
    longhand.wait("idle")
    n_starts = longhand.calls.count("Start")
    assert daemon.command("--start") == (0, "")
    assert daemon.command("--stop") == (0, "")
    until("the start", lambda: longhand.calls.count("Start") > n_starts)
    longhand.wait("idle")
    assert daemon.chosen() == "longhand"
    daemon.choose(KEYBOARD)


@case("/input-method/what-was-in-use-long-before-does-not-come-back")
def _():
    daemon.choose(COLEMAK)
    start()
    daemon.choose(KEYBOARD)
    longhand.wait("idle")
    new.activate()
    daemon.choose("longhand")
    longhand.wait("recording")
    assert daemon.command("--stop") == (0, "")
    longhand.wait("idle")
    time.sleep(SETTLED)
    assert daemon.chosen() == "longhand"


@case("/input-method/a-second-start-does-not-take-longhand-for-the-one-before")
def _():
    daemon.choose(COLEMAK)
    start()
    new.focus("password")
    longhand.wait("idle")
    assert daemon.command("--start") == (0, "")
    new.focus("entry")
    longhand.wait("recording")
    assert daemon.command("--stop") == (0, "")
    wait_engine(COLEMAK)


@case("/input-method/choosing-another-one-stops-it")
def _():
    start()
    longhand.say("half a sentence")
    new.wait("entry", "", "half a sentence")
    daemon.choose(KEYBOARD)
    longhand.wait("idle")
    new.wait("entry", "")


@case("/input-method/an-error-is-told-and-the-one-before-comes-back")
def _():
    odd = OddProgram(IBus.Bus(), IBus.Capabilite.AUXILIARY_TEXT)
    longhand.error = ("NoMicrophone", "There is no microphone: connect one.")
    assert daemon.command("--start") == (0, "")
    odd.wait("", "There is no microphone: connect one.")
    wait_engine(KEYBOARD)
    longhand.error = None


@case("/input-method/longhand-may-be-killed-and-is-there-again")
def _():
    start()
    longhand.say("these four words are| firm")
    new.wait("entry", "these four words are", " firm")
    longhand.die()
    new.wait("entry", "these four words are")
    press("exclam")
    new.wait("entry", "these four words are!")
    longhand.run()
    wait_engine(KEYBOARD)
    start()
    longhand.said("Again.")
    new.wait("entry", "Again.")


@case("/input-method/its-own-process-may-be-killed")
def _():
    start()
    found = subprocess.run(["pgrep", "-f", f"^{daemon.longhand_ibus} --ibus"], capture_output=True, text=True, check=True)
    os.kill(int(found.stdout), signal.SIGKILL)
    press("a")
    new.wait("entry", "a")
    desktop.do(lambda: longhand.set_state("idle"))
    daemon.choose(KEYBOARD)
    start()
    longhand.said("Again.")
    new.wait("entry", "Again.")


def sources(schema, key):
    return subprocess.run(["gsettings", "get", schema, key], capture_output=True, text=True, check=True).stdout.strip()


@case("/input-method/it-can-be-put-among-those-to-choose-from-and-taken-away")
def _():
    daemon.choose(COLEMAK)
    for desktop_name, place, only, both in (
            ("ubuntu:GNOME", ("org.gnome.desktop.input-sources", "sources"), "[('xkb', 'us+colemak')]",
             "[('xkb', 'us+colemak'), ('ibus', 'longhand')]"),
            ("KDE", ("org.freedesktop.ibus.general", "preload-engines"), "['xkb:us:colemak:eng']",
             "['xkb:us:colemak:eng', 'longhand']")):
        os.environ["XDG_CURRENT_DESKTOP"] = desktop_name
        assert daemon.answer("--status")[0] == "off"
        for _ in range(2):
            state, sentence = daemon.answer("--add")
            assert state == "on" and "Longhand is among" in sentence, sentence
            assert sources(*place) == both, sources(*place)
        assert daemon.answer("--status") == [state, sentence]
        for _ in range(2):
            assert daemon.answer("--remove")[0] == "off"
            assert sources(*place) == only, sources(*place)
    assert daemon.chosen() == COLEMAK


@case("/input-method/removing-it-ends-the-dictation")
def _():
    start()
    assert daemon.answer("--remove")[0] == "off"
    wait_engine(COLEMAK)
    assert longhand.state == "idle"
    daemon.choose(KEYBOARD)


@case("/input-method/ibus-may-be-restarted")
def _():
    daemon.kill()
    desktop.do(lambda: longhand.set_state("idle"))
    daemon.start()
    start()
    longhand.said("Once more.")
    new.wait("entry", "Once more.")


@case("/input-method/without-ibus-it-says-what-to-do")
def _():
    daemon.kill()
    status, error = daemon.command("--start")
    assert status == 1 and "ibus start" in error and error.count("\n") == 1, error
    assert daemon.command("--fly")[0] == 2


run()
