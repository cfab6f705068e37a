"""What stands in the last line of `./dev test` is what Meson's logs say. test-sum.py SUM-TESTS"""
import json
import subprocess
import sys
import tempfile

from tap import case, run

sum_tests = sys.argv[1]


def sum_of(*tests):
    """Exit status and printed line for a log of (result, stdout) pairs."""
    done = run_on(*tests)
    return done.returncode, done.stdout


def run_on(*tests):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as log:
        for number, (result, stdout) in enumerate(tests):
            log.write(json.dumps({"name": f"test {number}", "result": result, "stdout": stdout}) + "\n")
        log.flush()
        return subprocess.run([sys.executable, sum_tests, log.name], capture_output=True, text=True, check=False)


@case("/sum/every-tap-line-of-every-program-counts")
def _():
    assert sum_of(("OK", "1..2\nok 1 /a/b\nok 2 /a/c\n"), ("OK", "1..1\nok 1 /d # SKIP no reason\n")) == (
        0, "2 passed, 0 failed, 1 skipped\n")


@case("/sum/a-failed-line-fails-the-run")
def _():
    assert sum_of(("FAIL", "1..2\nok 1 /a\nnot ok 2 /b\n")) == (1, "1 passed, 1 failed, 0 skipped\n")


@case("/sum/a-crash-or-time-out-is-a-failure-whatever-was-reported-before")
def _():
    assert sum_of(("ERROR", "1..3\nok 1 /a\n")) == (1, "1 passed, 1 failed, 0 skipped\n")
    assert sum_of(("TIMEOUT", "1..3\nok 1 /a\nok 2 /b\n")) == (1, "2 passed, 1 failed, 0 skipped\n")
    assert sum_of(("FAIL", "")) == (1, "0 passed, 1 failed, 0 skipped\n")


@case("/sum/a-failed-program-is-named-with-what-its-failed-lines-say")
def _():
    told = run_on(("OK", "ok 1 /fine\n"), ("ERROR", "1..3\nok 1 /a\nnot ok 2 /b\n# why\nok 3 /c\n# fine\n")).stderr
    assert "test 1: error" in told and "not ok 2 /b" in told and "# why" in told, told
    assert "/a" not in told and "# fine" not in told and "test 0" not in told, told


@case("/sum/a-program-without-tap-counts-as-one")
def _():
    assert sum_of(("OK", "whatever it prints\n"), ("OK", "1..1\nok 1 /a\n")) == (0, "2 passed, 0 failed, 0 skipped\n")


@case("/sum/nothing-run-is-not-success")
def _():
    assert sum_of() == (1, "0 passed, 0 failed, 0 skipped\n")


@case("/sum/a-missing-log-is-a-failure")
def _():
    done = subprocess.run([sys.executable, sum_tests, "/nonexistent/testlog.json"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "0 passed, 1 failed, 0 skipped\n")


run()
