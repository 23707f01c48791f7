"""An idea's outline: its sentences, each with the label or the name it stands under."""

import re
from collections.abc import Iterator, Mapping, Sequence

from graph.findings import Sentence
from graph.prose import clip, trimmed

_COLON = re.compile(r"^([^\W\d_][^:：]*?)\s*[:：](?![\d/])\s*(.*)$", re.DOTALL)
_LONGEST_NAME = 60
_MOST_NAME_WORDS = 9


def sentences(
    lines: Sequence[tuple[bool, str]], labels: Mapping[str, str], ends: re.Pattern[str]
) -> Iterator[Sentence]:
    """The sentences in reading order; labels map a section to the words that open it."""
    section, opened = "", False
    for marked, line in lines:
        section = section if marked else ""
        for piece in ends.split(line):
            name, rest = _parted(piece or "")
            label = _label(name, labels)
            if label:
                section = label
            for sentence in _told(name, rest, marked, section, label, opened):
                if len(sentence.text) > 1:
                    yield sentence
                    opened = True
            section = "" if section == "name" else section


def _parted(piece: str) -> tuple[str, str]:
    """What stands before a colon and what after it; all of it after when there is none."""
    match = _COLON.match(piece.strip())
    return (match[1], match[2]) if match else ("", piece)


def _label(name: str, labels: Mapping[str, str]) -> str:
    kinds = (kind for kind, words in labels.items() if re.fullmatch(words, name, re.IGNORECASE))
    return next(kinds, "") if name else ""


def _told(
    name: str, rest: str, marked: bool, section: str, label: str, opened: bool
) -> Iterator[Sentence]:
    def sentence(text: str, section: str, labelled: bool = False) -> Sentence:
        body = trimmed(clip(text, 500))
        return Sentence(text=body, section=section, labelled=labelled, marked=marked)

    if label == "measure":
        yield sentence(f"{name.lower()} {rest}", section, labelled=True)
    elif label or not name:
        yield sentence(rest, section, labelled=bool(label))
    elif marked:
        yield sentence(name, section)
    elif not opened and len(name) <= _LONGEST_NAME and len(name.split()) <= _MOST_NAME_WORDS:
        yield sentence(name, "name", labelled=True)
        yield sentence(rest, "features", labelled=True)
    else:
        yield sentence(name, section)
        yield sentence(rest, section)
