"""Test cases that report in TAP.

    @case("/export/a-read-only-place-is-named")
    def _():
        assert ..., "what was seen"

    run()
"""
import os
import sys
import traceback

_cases = []


def case(name):
    def add(function):
        _cases.append((name, function))
        return function
    return add


def run():
    """Runs every case in order, whatever the ones before did, and ends the program."""
    print(f"1..{len(_cases)}", flush=True)
    failed = 0
    for number, (name, function) in enumerate(_cases, 1):
        try:
            function()
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} {name}", flush=True)
            for line in traceback.format_exc().rstrip().splitlines():
                print(f"# {line}", flush=True)
        else:
            print(f"ok {number} {name}", flush=True)
    sys.stdout.flush()
    os._exit(1 if failed else 0)  # accessibility's threads must not keep a finished test
