"""The disk is full in the middle of a dictation, has room again, and the program is killed. Run inside virtual-mic:
test-full-disk.py LONGHAND-CLI TXT

The disk is a small one in memory, of a mount namespace; where none may be made, a limit of the size of files, at which
the kernel refuses writes likewise."""
import glob
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time

from tap import case, run
from words import error_rate, words

SECOND = 32000  # bytes of sound
FULL = 30 * 4096  # bytes: of what is listened to, less than four seconds
WITH_ROOM = 1000 * 4096

cli, spoken_file = sys.argv[1:3]
with open(spoken_file, encoding="utf-8") as file:
    spoken = file.read()


def run_with_a_disk():
    """This test again, in a namespace with /mnt of its own; goes on here where that is not possible."""
    inside = 'mount -t tmpfs -o size="$1" none /mnt && shift && exec "$@"'
    possible = subprocess.run(["unshare", "-Urm", "sh", "-c", inside, "sh", "4k", "true"], stderr=subprocess.DEVNULL,
                              check=False).returncode == 0
    if possible:
        os.execvp("unshare", ["unshare", "-Urm", "sh", "-c", inside, "sh", str(FULL), sys.executable, *sys.argv, "/mnt"])


def make_room():
    if is_disk:
        subprocess.run(["mount", "-o", f"remount,size={WITH_ROOM}", "/mnt"], check=True)
    else:
        resource.prlimit(listening.pid, resource.RLIMIT_FSIZE, (WITH_ROOM, resource.RLIM_INFINITY))


def limit_files():
    if not is_disk:
        wait("the session", session_size)
        resource.prlimit(listening.pid, resource.RLIMIT_FSIZE, (FULL, resource.RLIM_INFINITY))


def session_size():
    """Bytes of the session's file."""
    return sum(os.path.getsize(path) for path in glob.glob(f"{home}/longhand/sessions/*"))


def wait(what, function):
    for _ in range(600):
        if value := function():
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


if len(sys.argv) == 3:
    run_with_a_disk()
is_disk = len(sys.argv) == 4
written = []  # words
home = sys.argv[3] if is_disk else tempfile.mkdtemp()
os.environ["XDG_DATA_HOME"] = home
listening = subprocess.Popen([cli, "listen"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
limit_files()


@case("/full-disk/dictation-goes-on-without-a-disk")
def _():
    print(f"# {'a full disk' if is_disk else 'a limit of files'}")
    text = listening.stdout.readline() + listening.stdout.readline()  # the recording has one long pause
    written.extend(words(text))
    assert error_rate(spoken, text) < 50, text
    assert session_size() <= FULL, session_size()


@case("/full-disk/what-found-no-room-is-written-when-there-is-some")
def _():
    before = session_size()
    assert before > FULL // 2, before
    make_room()
    wait("all sound since the disk was full", lambda: session_size() > 2 * FULL)


@case("/full-disk/everything-survives-a-kill")
def _():
    before = session_size()
    wait("what was said so far to be on the disk", lambda: session_size() > before + 2 * SECOND)  # which is one behind
    listening.send_signal(signal.SIGKILL)
    complaint = listening.stderr.read()
    assert complaint.count("\n") == 1 and "full" in complaint, complaint
    recovered = subprocess.run([cli, "recover", "--last"], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert words(recovered)[:len(written)] == written, (recovered, written)


run()
