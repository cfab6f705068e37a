#!/usr/bin/python3
"""What the engine's libraries define and use: test-symbols.py NM LIBRARY..."""
import re
import subprocess
import sys

# The engine never prints and never ends the process; __assert_fail is for debug builds.
FORBIDDEN = {"printf", "vprintf", "fprintf", "vfprintf", "puts", "putchar", "fputs", "fwrite", "perror", "exit",
             "_exit", "abort", "__printf_chk", "__fprintf_chk", "__vfprintf_chk", "syslog", "system", "getenv"}
# All memory comes from one place, so that tests can make it fail.
MEMORY = {"malloc", "calloc", "realloc", "free", "aligned_alloc", "posix_memalign", "strdup"}


def symbols(nm, library):
    """(object file, type letter, name) of every global symbol of an archive."""
    text = subprocess.run([nm, "-A", "-g", library], check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        found = re.match(r"[^:]*:([^:]*):\s*[0-9a-f]*\s+(\S) (\S+)$", line)
        if found:
            yield found.group(1), found.group(2), found.group(3)


def main():
    nm, libraries = sys.argv[1], sys.argv[2:]
    found = [s for library in libraries for s in symbols(nm, library)]
    defined = {(o, n) for o, kind, n in found if kind not in "Uw"}
    used = {(o, n) for o, kind, n in found if kind in "Uw"}
    # Names beginning with two underscores are the compiler's (sanitizers).
    strangers = sorted(f"{n} in {o}" for o, n in defined if not n.startswith(("quill_", "__")))
    printers = sorted(f"{n} in {o}" for o, n in used if n in FORBIDDEN)
    allocators = sorted(f"{n} in {o}" for o, n in used if n in MEMORY and "arena" not in o)

    checks = [
        ("libraries define something", [] if len(defined) > 50 else [f"only {len(defined)} symbols"]),
        ("every global symbol begins with quill_", strangers),
        ("the engine neither prints nor exits", printers),
        ("all memory comes from the arena", allocators),
    ]
    print(f"1..{len(checks)}")
    for i, (name, wrong) in enumerate(checks, 1):
        print(f"{'not ok' if wrong else 'ok'} {i} {name}")
        for line in wrong:
            print(f"# {line}")
    return any(wrong for _, wrong in checks)


if __name__ == "__main__":
    sys.exit(main())
