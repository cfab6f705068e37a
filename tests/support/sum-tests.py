#!/usr/bin/env python3
"""sum-tests.py TESTLOG.json...: one line, `N passed, N failed, N skipped`, over Meson's test logs.

What failed is named before it, with what it said: the end of a long log is all that some people see of it.

Every TAP line counts as one test. A program that speaks no TAP counts as one; one that crashed, timed out, or broke
off its plan counts as one failure more than it reported. Exit status 1 when anything failed or nothing was run.
"""
import json
import re
import sys

MOST_LINES = 30  # of what one program said
LINE = re.compile(r"^(not )?ok\b\s*(\d+)?\s*(.*)$")


def count(test):
    """Passed, failed and skipped of one program's log."""
    passed = failed = skipped = 0
    for line in test.get("stdout", "").splitlines():
        match = LINE.match(line)
        if not match:
            continue
        if re.search(r"#\s*skip", match[3], re.IGNORECASE):
            skipped += 1
        elif match[1]:
            failed += 1
        else:
            passed += 1
    good = test["result"] in ("OK", "EXPECTEDFAIL", "SKIP")
    if passed + failed + skipped == 0:
        if test["result"] == "SKIP":
            return 0, 0, 1
        return (1, 0, 0) if good else (0, 1, 0)
    if not good and (failed == 0 or test["result"] in ("TIMEOUT", "ERROR", "INTERRUPT")):
        failed += 1
    return passed, failed, skipped


def said(test):
    """What a program that failed said about that: its failing cases and what follows them, or else its last lines."""
    lines, about, inside = test.get("stdout", "").splitlines(), [], False
    for line in lines:
        if re.match(r"(not )?ok\b", line):
            inside = line.startswith("not ok")
        if inside or line.startswith("Bail out!"):
            about.append(line)
    rest = (about or lines)[-MOST_LINES:] + test.get("stderr", "").splitlines()[-MOST_LINES:]
    return "".join(f"    {line}\n" for line in rest)


def main(paths):
    total = [0, 0, 0]
    wrong = []
    for path in paths:
        try:
            with open(path, encoding="utf-8") as log:
                tests = [json.loads(line) for line in log if line.strip()]
        except OSError as error:
            wrong.append(f"{path}: {error.strerror}")
            total[1] += 1
            continue
        for test in tests:
            counts = count(test)
            total = [a + b for a, b in zip(total, counts)]
            if counts[1]:
                wrong.append(f"{path.split('/')[0]}: {test['name']}: {test['result'].lower()}\n{said(test)}".rstrip())
    for line in wrong:
        print(f"failed: {line}", file=sys.stderr)
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
