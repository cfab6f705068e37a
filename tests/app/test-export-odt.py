"""Documents, read by others than Longhand: test-export-odt.py EXPORT-FORMATS"""
import io
import itertools
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import zipfile
from xml.etree import ElementTree

from tap import case, run

export_formats = sys.argv[1]
SEED = 20261127
MEDIA_TYPE = b"application/vnd.oasis.opendocument.text"
NAMES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
OFFICE, STYLE, TEXT, META, MANIFEST = (NAMES % name for name in ("office", "style", "text", "meta", "manifest"))
FO = NAMES % "xsl-fo-compatible"
DC = "{http://purl.org/dc/elements/1.1/}"
PIECES = ["word", "déjà", "🎤", "👩‍👩‍👧", "你好", "<b>", "&amp;", "]]>", "'\"", " ", "  ", "   ", "\t", "\n", " \n", "\n ", "\u00a0",
          "\u0085", "%s", "@LANGUAGE@"]


def document(segments=(), environment=None, **about):
    """What is written of it, as bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "transcript")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"segments": segments, **about}, file)
        subprocess.run([export_formats, path, folder, "odt"], check=True, env={**os.environ, **(environment or {})})
        with open(os.path.join(folder, "odt"), "rb") as file:
            return file.read()


def part(odt, name):
    with zipfile.ZipFile(io.BytesIO(odt)) as archive:
        return ElementTree.fromstring(archive.read(name))


def read(element):
    """Text as section 6.1.2 of OpenDocument 1.2, part 1, has it read: white space is one space, and none at the ends;
    other is in elements."""
    def pieces(parent):
        yield re.sub("[ \t\r\n]+", " ", parent.text or "")
        for child in parent:
            if child.tag == TEXT + "s":
                yield "\0" * int(child.get(TEXT + "c", "1"))
            elif child.tag == TEXT + "tab":
                yield "\t"
            elif child.tag == TEXT + "line-break":
                yield "\n"
            else:
                raise AssertionError(child.tag)
            yield re.sub("[ \t\r\n]+", " ", child.tail or "")
    return re.sub("  +", " ", "".join(pieces(element))).strip(" ").replace("\0", " ")


def body(odt, tag="p", style="Text_20_body"):
    """Paragraphs of a style, whichever way they are written."""
    text = part(odt, "content.xml").find(f"{OFFICE}body/{OFFICE}text")
    return [read(element) for element in text if element.tag == TEXT + tag and element.get(TEXT + "style-name").endswith(style)]


@case("/odt/the-type-lies-in-front-as-it-is")
def _():
    odt = document(title="A", text="b")
    assert odt[:4] == b"PK\3\4"
    flags, method = odt[6:8], odt[8:10]
    assert flags == method == b"\0\0", odt[:30]
    assert odt[28:30] == b"\0\0", "fields of which OpenDocument knows nothing"
    assert odt[30:38] + odt[38:38 + len(MEDIA_TYPE)] == b"mimetype" + MEDIA_TYPE
    assert odt[38 + len(MEDIA_TYPE):][:4] == b"PK\3\4"


@case("/odt/the-archive-is-whole-and-has-what-its-manifest-names")
def _():
    odt = document(title="A", text="b")
    with zipfile.ZipFile(io.BytesIO(odt)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    entries = {entry.get(MANIFEST + "full-path"): entry.get(MANIFEST + "media-type") for entry in part(odt, "META-INF/manifest.xml")}
    assert entries.pop("/") == MEDIA_TYPE.decode()
    assert names == ["mimetype", "META-INF/manifest.xml", *entries], names
    for name in entries:
        assert part(odt, name).get(OFFICE + "version") == "1.2"


@case("/odt/text-reads-back-as-it-was")
def _():
    chance = random.Random(SEED)
    text = "\n\n".join("".join(chance.choices(PIECES, k=chance.randrange(1, 30))) for _ in range(300))
    blocks = itertools.groupby(text.split("\n"), key=lambda line: line.strip(" \t") == "")
    expected = ["\n".join(lines) for is_blank, lines in blocks if not is_blank]
    assert len(expected) > 200
    found = body(document(text=text))
    assert found == expected, (SEED, next((f, e) for f, e in zip(found, expected) if f != e))


@case("/odt/all-ends-of-lines-are-ends-of-lines")
def _():
    assert body(document(text="a\r\nb\rc\n\r\nd\r\re\n")) == ["a\nb\nc", "d", "e"]


@case("/odt/characters-that-xml-has-not-are-left-out")
def _():
    controls = "".join(map(chr, range(1, 32)))
    odt = document(title=f"T{controls}T", text=f"ab{controls}\x7f\ufffe\uffffc")
    assert body(odt)[0].replace("\n", "").replace("\t", "") == "ab\x7fc"
    assert [re.sub(r"\s", "", heading) for heading in body(odt, "h", "Heading_20_1")] == ["TT"]


@case("/odt/heading-date-language-and-program-are-told")
def _():
    odt = document(title="Notes & <more>", text="Bonjour.", language="fr", begun_us=1_790_000_000_500_000,
                   environment={"TZ": "UTC", "LC_ALL": "C.UTF-8"})
    assert body(odt, "h", "Heading_20_1") == ["Notes & <more>"]
    assert body(odt, style="Subtitle") == ["21 September 2026, 14:13"]
    assert body(odt) == ["Bonjour."]
    default = part(odt, "styles.xml").find(f"{OFFICE}styles/{STYLE}default-style/{STYLE}text-properties")
    assert {default.get(FO + "language"), default.get(STYLE + "language-asian"), default.get(STYLE + "language-complex")} == {"fr"}
    meta = part(odt, "meta.xml").find(OFFICE + "meta")
    assert meta.findtext(DC + "title") == "Notes & <more>" and meta.findtext(DC + "language") == "fr"
    assert meta.findtext(META + "creation-date") == "2026-09-21T14:13:20"
    assert re.fullmatch(r"Longhand/\d+\.\d+\.\d+", meta.findtext(META + "generator"))


@case("/odt/what-is-unknown-is-left-out")
def _():
    odt = document(text="Words.")
    assert not body(odt, "h", "") and not body(odt, style="Subtitle")
    assert b"language" not in zipfile.ZipFile(io.BytesIO(odt)).read("styles.xml")
    assert part(odt, "meta.xml").find(f"{OFFICE}meta/{DC}title") is None
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", part(odt, "meta.xml").findtext(f"{OFFICE}meta/{META}creation-date"))


@case("/odt/a-time-beyond-all-calendars-is-left-out")
def _():
    odt = document(text="Words.", begun_us=2 ** 63 - 1)
    assert not body(odt, style="Subtitle")
    assert part(odt, "meta.xml").find(f"{OFFICE}meta/{META}creation-date") is None


@case("/odt/what-is-read-from-the-right-says-so")
def _():
    odt = document(title="שלום", text="1. مرحبا hello\n\nhello مرحبا\n\n12")
    content = part(odt, "content.xml")
    right = {style.get(STYLE + "name") for style in content.find(OFFICE + "automatic-styles")
             if style.find(STYLE + "paragraph-properties").get(STYLE + "writing-mode") == "rl-tb"}
    assert [element.get(TEXT + "style-name") in right for element in content.find(f"{OFFICE}body/{OFFICE}text")] \
        == [True, True, False, False]


@case("/odt/every-style-is-there")
def _():
    odt = document(title="שלום", text="a\n\nمرحبا", begun_us=1)
    trees = [part(odt, "content.xml"), part(odt, "styles.xml")]
    there = {style.get(STYLE + "name") for tree in trees for style in tree.iter(STYLE + "style")}
    used = {element.get(name) for tree in trees for element in tree.iter()
            for name in (TEXT + "style-name", STYLE + "parent-style-name", STYLE + "next-style-name")} - {None}
    assert len(used) >= 7 and used <= there, used - there
    page = trees[1].find(f".//{STYLE}master-page").get(STYLE + "page-layout-name")
    assert page == trees[1].find(f".//{STYLE}page-layout").get(STYLE + "name")


@case("/odt/the-page-is-the-locales")
def _():
    layout = part(document(text="a", environment={"LC_ALL": "C.UTF-8"}), "styles.xml").find(f".//{STYLE}page-layout-properties")
    assert (layout.get(FO + "page-width"), layout.get(FO + "page-height")) == ("210mm", "297mm")


@case("/odt/segments-are-paragraphs-as-in-markdown")
def _():
    odt = document([[0, 1000, "One."], [2999, 4000, "Two,\ntoo"], [6000, 7000, "a" * 600 + "."], [7000, 8000, "End."]])
    assert body(odt) == ["One. Two, too", "a" * 600 + ".", "End."]


@case("/odt/nothing-is-a-document-too")
def _():
    for odt in document(), document(text=""), document(text=" \n\t\n"):
        assert part(odt, "content.xml").find(f"{OFFICE}body/{OFFICE}text") is not None
        assert not body(odt)


@case("/odt/a-day-of-speech-is-one-document")
def _():
    paragraphs = [f"Paragraph {i}: " + "many words, and more of them. " * 20 + "End." for i in range(1800)]
    text = "\n\n".join(paragraphs)
    odt = document(text=text)
    assert body(odt) == paragraphs
    assert len(odt) < len(text) // 4


run()
