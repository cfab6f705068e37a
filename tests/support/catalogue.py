"""What a .po file says."""
import re

_STRINGS = r'((?:".*"\n)+)'
_ENTRY = re.compile(rf"^msgid {_STRINGS}(?:msgid_plural {_STRINGS})?((?:msgstr(?:\[\d\])? {_STRINGS})+)", re.MULTILINE)


def _text(strings):
    return "".join(re.findall(r'"(.*)"', strings)).replace("\\n", "\n").replace('\\"', '"')


def messages(path):
    """(message, translation) of a .po file; the plural with every form but the first of several."""
    with open(path, encoding="utf-8") as file:
        text = file.read() + "\n"
    for one, many, translations, _ in _ENTRY.findall(text):
        forms = [_text(form) for form in re.findall(rf"msgstr(?:\[\d\])? {_STRINGS}", translations)]
        for i, form in enumerate(forms):
            if one != '""\n':
                yield _text(many if many and (i > 0 or len(forms) == 1) else one), form
