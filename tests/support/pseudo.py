"""A language for tests: English with an accent on every vowel. What is shown with a plain vowel was not translated."""
import os
import re
import subprocess

LANGUAGE = "xx"
_ACCENTED = str.maketrans("AEIOUaeiou", "ÅÉÏØÜåéïøü")
_CONVERSION = re.compile(r"(%[-+ #0-9.*$]*(?:hh|ll|[hlzEO])?[A-Za-z%])")
_STRINGS = r'((?:".*"\n)+)'
_ENTRY = re.compile(rf"^(?:msgctxt {_STRINGS})?msgid {_STRINGS}(?:msgid_plural {_STRINGS})?", re.MULTILINE)
_WORD = re.compile(r"\w*[AEIOUaeiou]\w*")
_HEADER = '"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'


def translate(text):
    """As the catalogue has it. Conversions of printf and of dates stay."""
    return "".join(part if _CONVERSION.fullmatch(part) else part.translate(_ACCENTED)
                   for part in _CONVERSION.split(text))


def plain_words(text):
    """Those with a vowel that has no accent."""
    return _WORD.findall(text)


def _entry(context, message, plural):
    yield f"msgctxt {context}" if context else ""
    yield f"msgid {message}"
    if message == '""\n':
        yield f"msgstr {message}{_HEADER}"
    elif plural:
        yield f"msgid_plural {plural}msgstr[0] {translate(message)}msgstr[1] {translate(plural)}"
    else:
        yield f"msgstr {translate(message)}"
    yield "\n"


def make(catalogue, folder):
    """Writes, into `folder`, a translation of every message of `catalogue`, a .po file. Returns the environment that
    programs speak it in."""
    place = os.path.join(folder, LANGUAGE, "LC_MESSAGES")
    os.makedirs(place)
    with open(catalogue, encoding="utf-8") as file:
        written = "".join("".join(_entry(*found.groups())) for found in _ENTRY.finditer(file.read()))
    subprocess.run(["msgfmt", "-", "-o", os.path.join(place, "longhand.mo")], input=written, text=True, check=True)
    return {"LC_ALL": "C.UTF-8", "LANGUAGE": LANGUAGE, "LONGHAND_LOCALE_DIR": folder}
