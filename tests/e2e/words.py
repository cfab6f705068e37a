"""Words of a text, and how many of them another text has wrong."""
import re


def words(text):
    """Lower case, without punctuation."""
    return [word.strip("'") for word in re.findall(r"[a-z0-9']+", text.lower().replace("-", " ")) if word.strip("'")]


def error_rate(reference, text):
    """Word error rate in percent: the fewest insertions, deletions and substitutions, per word of the reference."""
    wanted, got = words(reference), words(text)
    row = list(range(len(got) + 1))
    for i, want in enumerate(wanted, 1):
        diagonal, row[0] = row[0], i
        for j, have in enumerate(got, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (want != have))
    return 100.0 * row[-1] / len(wanted)
