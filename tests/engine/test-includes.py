#!/usr/bin/python3
"""Which part of the program knows of which: test-includes.py SOURCE_ROOT

ui -> app -> engine, never back; within the engine base <- format, quant <- kernels <- audio, model <- text.
"""
import pathlib
import re
import sys

DESKTOP = r"(glib|gio|gobject|gtk|adwaita|gdk|pango)"
FORBIDDEN = [
    ("engine knows no GLib, GTK, PortAudio or libsndfile", "engine", rf"{DESKTOP}|portaudio|sndfile|json-glib"),
    ("engine knows neither app nor ui", "engine", r"longhand-|.*/longhand-"),
    ("app knows no GTK", "app", r"(gtk|gdk|adwaita|pango)"),
    ("ui knows neither the engine nor PortAudio", "ui", r"quill|portaudio|sndfile|(base|format|quant|kernels|model|text)/[a-z]+\.h"),
]
RANK = {"base": 0, "quant": 1, "format": 1, "kernels": 2, "audio": 3, "model": 3, "text": 4, "": 5}


def includes(folder):
    """(file relative to folder, included name) of all sources in it."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".c", ".h"):
            for name in re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text(), re.M):
                yield path.relative_to(folder), name


def layer_of(name):
    head = name.split("/")[0] if "/" in name else ""
    return head if head in RANK else None


def main():
    root = pathlib.Path(sys.argv[1])
    checks = []
    for title, part, pattern in FORBIDDEN:
        found = list(includes(root / part))
        wrong = [f"{part}/{f} includes {n}" for f, n in found if re.match(pattern, n)]
        checks.append((title, wrong if found or part == "ui" else [f"no sources in {part}"]))

    wrong = [f"app/{f} includes {n}" for f, n in includes(root / "app")
             if f.parts[0] != "microphone" and re.match(r"portaudio|alsa/|jack/", n)]
    checks.append(("only the microphone program knows the sound system", wrong))

    wrong = []
    for file, name in includes(root / "engine"):
        mine, other = layer_of(str(file)), layer_of(name)
        if "/" not in name or mine is None or other is None:
            continue
        sideways = RANK[mine] == RANK[other] and mine != other and (mine, other) != ("format", "quant")
        if RANK[other] > RANK[mine] or sideways:
            wrong.append(f"engine/{file} includes {name}")
    checks.append(("layers of the engine only look down", wrong))

    print(f"1..{len(checks)}")
    for i, (title, bad) in enumerate(checks, 1):
        print(f"{'not ok' if bad else 'ok'} {i} {title}")
        for line in bad:
            print(f"# {line}")
    return any(bad for _, bad in checks)


if __name__ == "__main__":
    sys.exit(main())
