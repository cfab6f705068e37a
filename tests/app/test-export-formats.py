"""Formats, read by others than Longhand: test-export-formats.py EXPORT-FORMATS"""
import csv
import html
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile

from tap import case, run

export_formats = sys.argv[1]
SEED = 20261126
PIECES = ['"', '""', "'", ",", ";", "\n", "\r\n", "\n\n", "\t", " ", "a", "Words", "déjà", "🎤", "👩‍👩‍👧", "שלום", "مرحبا", "你好",
          "-->", "<b>", "&amp;", "\\", "*", "_", "[00:01.00]", "#", "=1+1", "\u2028", "\u00a0", "%s"]
SPACE = " \t\n\f\r"  # what transcripts strip from their segments


def segments():
    """Some with awkward texts, some without words, and times of hours and of days."""
    chance = random.Random(SEED)
    now = 0
    for _ in range(300):
        now += chance.choice([0, 1, 700, 3000, 10_000_000])
        begin = now
        now += chance.choice([0, 1, 999, 4321])
        yield begin, now, "".join(chance.choices(PIECES, k=chance.randrange(8)))


def written():
    """What was in the segments with words, and the files by their format."""
    said = list(segments())
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "segments")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"segments": said}, file)
        subprocess.run([export_formats, path, folder], check=True)
        os.remove(path)
        texts = {}
        for name in set(os.listdir(folder)) - {"odt"}:
            with open(os.path.join(folder, name), encoding="utf-8", newline="") as file:
                texts[name] = file.read()
    said = [(begin, end, text.strip(SPACE)) for begin, end, text in said if text.strip(SPACE)]
    assert 100 < len(said) < 300 and said[-1][0] > 100 * 3600 * 1000, (SEED, len(said))
    return said, texts


def one_line(text):
    return re.sub(r" *[\t\r\n][ \t\r\n]*", " ", text)


def cue(text):
    """As subtitles keep it: without empty lines."""
    return "\n".join(line.strip(SPACE) for line in re.split("[\r\n]", text) if line.strip(SPACE))


def ms(time):
    hours, minutes, seconds, fraction = re.fullmatch(r"(\d\d+):(\d\d):(\d\d)[,.](\d{3})", time).groups()
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(fraction)


said, files = written()


@case("/formats/csv-reads-back-as-it-was")
def _():
    rows = list(csv.reader(io.StringIO(files["csv"], newline=""), strict=True))
    assert rows[0] == ["start", "end", "text"]
    assert [(int(begin), int(end), text) for begin, end, text in rows[1:]] == said, SEED


@case("/formats/tsv-has-three-columns-in-each-line")
def _():
    lines = files["tsv"].split("\n")
    assert lines[0] == "start\tend\ttext" and lines[-1] == ""
    rows = [line.split("\t") for line in lines[1:-1]]
    assert [(int(begin), int(end), text) for begin, end, text in rows] \
        == [(begin, end, one_line(text)) for begin, end, text in said], SEED


@case("/formats/json-reads-back-as-it-was")
def _():
    read = json.loads(files["json"])["segments"]
    assert [(round(s["start"] * 1000), round(s["end"] * 1000), s["text"]) for s in read] == said, SEED


@case("/formats/srt-reads-back-without-empty-lines")
def _():
    cues = files["srt"][:-1].split("\n\n")
    for number, (text, segment) in enumerate(zip(cues, said, strict=True), 1):
        index, times, words = text.split("\n", 2)
        assert int(index) == number
        begin, end = times.split(" --> ")
        assert (ms(begin), ms(end), words) == (segment[0], segment[1], cue(segment[2])), SEED


@case("/formats/vtt-reads-back-without-empty-lines")
def _():
    head, *cues = files["vtt"][:-1].split("\n\n")
    assert head == "WEBVTT"
    for text, segment in zip(cues, said, strict=True):
        times, words = text.split("\n", 1)
        assert "<" not in words and "-->" not in words
        begin, end = times.split(" --> ")
        assert (ms(begin), ms(end), html.unescape(words)) == (segment[0], segment[1], cue(segment[2])), SEED


@case("/formats/lrc-has-a-time-at-each-line")
def _():
    head, *lines, end = files["lrc"].split("\n")
    assert re.fullmatch(r"\[re:.*\]", head) and end == ""
    for line, (begin, _, text) in zip(lines, said, strict=True):
        minutes, seconds, hundredths, words = re.match(r"\[(\d\d+):([0-5]\d)\.(\d\d)\](.*)$", line, re.DOTALL).groups()
        assert (int(minutes) * 60 + int(seconds)) * 100 + int(hundredths) == begin // 10
        assert words == one_line(text), SEED


@case("/formats/md-has-all-words-in-paragraphs")
def _():
    paragraphs = files["md"][:-1].split("\n\n")
    assert len(paragraphs) > 10
    words = []
    for paragraph in paragraphs:
        assert "\n" not in paragraph
        words.append(re.fullmatch(r"\*\*\d\d+:[0-5]\d:[0-5]\d\*\* (.*)", paragraph, re.DOTALL)[1])
    text = " ".join(words)
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<&~]", text)
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text) == " ".join(one_line(segment[2]) for segment in said), SEED


run()
