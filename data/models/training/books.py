"""Sentences of e-books, one a line, for corpus.py --text.

  python3 books.py --books FOLDER... --out TEXT

FOLDER: the source of a book as XHTML (src/epub/text/*.xhtml), as Standard Ebooks publishes its books, of which the
texts are in the public domain and the work on them is CC0.
"""
import argparse
import glob
import html
import os
import re

NOT_THE_BOOK = re.compile(r"(colophon|imprint|uncopyright|endnotes|titlepage|halftitle|loi|toc|dedication|epigraph)\.xhtml$")
INVISIBLE = re.compile("[\u2060\u200a\u00ad\ufeff]")
# a full stop after these ends no sentence
SHORT = "".join(rf"(?<!\b{x})" for x in "Mr Mrs Dr Ms St Messrs Capt Col Gen Lt Sgt Rev No vs [A-Z]".split())
END = re.compile(SHORT + r'(?<=[.?!])["\u201d\u2019]*\s+(?=["\u201c\u2018]*[A-Z])')


def sentences(page):
    for p in re.findall(r"<p\b[^>]*>(.*?)</p>", page, re.S):
        p = re.sub(r"<a [^>]*noteref[^>]*>.*?</a>", "", p, flags=re.S)
        p = html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<br/?>", " ", p)))
        p = INVISIBLE.sub("", p).replace("\u00a0", " ").replace("\u2009", " ")
        yield from END.split(re.sub(r"\s+", " ", p).strip())


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--books", nargs="+", required=True)
    ap.add_argument("--out", required=True)
    a = ap.parse_args()
    os.makedirs(a.out, exist_ok=True)
    for book in a.books:
        n, name = 0, os.path.basename(os.path.normpath(book))
        with open(os.path.join(a.out, name + ".txt"), "w") as f:
            for path in sorted(glob.glob(os.path.join(book, "src/epub/text/*.xhtml"))):
                if not NOT_THE_BOOK.search(path):
                    for s in sentences(open(path, encoding="utf-8").read()):
                        f.write(s.strip() + "\n")
                        n += 1
        print(name, n)


if __name__ == "__main__":
    main()
