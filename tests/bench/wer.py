#!/usr/bin/env python3
"""Word error rate and time of longhand-cli over a folder of recordings with transcripts.tsv
(FILE<TAB>TEXT a line).

    tests/bench/wer.py --cli _build/app/cli/longhand-cli [--model FILE] [--threads N] FOLDER...

Words are compared in lower case without punctuation, small numbers spelled out, as the training kit's
evaluate.py does.
"""
import argparse
import os
import re
import subprocess
import sys
import time

NUMBERS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
           "seventeen eighteen nineteen").split()


def words(text):
    found = re.findall(r"[a-z0-9']+", text.lower().replace("-", " ").replace("%", " percent"))
    found = [w.strip("'") for w in found if w.strip("'")]
    return [NUMBERS[int(w)] if w.isdigit() and int(w) < 10 else w for w in found]


def edits(a, b):
    """Levenshtein distance of two lists of words."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--cli", required=True)
    ap.add_argument("--model")
    ap.add_argument("--threads", type=int)
    ap.add_argument("--show", action="store_true", help="print what was said and what was heard")
    ap.add_argument("folders", nargs="+")
    a = ap.parse_args()
    command = [a.cli, "transcribe", "--format=txt"]
    command += [f"--model={a.model}"] if a.model else []
    command += [f"--threads={a.threads}"] if a.threads else []
    for folder in a.folders:
        with open(os.path.join(folder, "transcripts.tsv"), encoding="utf-8") as f:
            pairs = [line.rstrip("\n").split("\t")[:2] for line in f if line.strip()]
        n_words = n_wrong = 0
        start = time.monotonic()
        for name, said in pairs:
            run = subprocess.run(command + [os.path.join(folder, name)], capture_output=True, text=True)
            if run.returncode:
                sys.exit(f"{name}: {run.stderr.strip()}")
            heard = run.stdout.strip()
            n_words += len(words(said))
            n_wrong += edits(words(said), words(heard))
            if a.show:
                print(f"{name}\n  said  {said}\n  heard {heard}")
        seconds = time.monotonic() - start
        print(f"{folder}: {100 * n_wrong / max(1, n_words):.1f} % of {n_words} words wrong, {len(pairs)} recordings, "
              f"{seconds:.1f} s")


if __name__ == "__main__":
    main()
