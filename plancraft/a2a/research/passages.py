"""Passages: paragraphs under their heading, with the lines their sentences stand on."""

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["Block", "Passage", "Sentence", "is_complete", "passages_of", "sentences_of"]

PASSAGE_CHARS = 700
"""Short paragraphs under one heading are joined up to this size."""

SENTENCE_CHARS = 400
"""A longer run of text is no sentence to quote."""

PIECE_CHARS = 2000
"""A run without an end is cut here, so that a file of one line makes passages too."""


@dataclass(frozen=True)
class Block:
    """A heading or a paragraph: its lines with their numbers, counted from 1."""

    lines: tuple[tuple[int, str], ...]
    level: int = 0
    """1 to 6 for a heading; 0 for a paragraph."""
    page: int | None = None
    item: bool = False
    """Whether it is one item of a list."""

    @property
    def text(self) -> str:
        """Its lines as one."""
        return " ".join(text for _, text in self.lines)


@dataclass(frozen=True)
class Sentence:
    """A sentence and the line it begins on."""

    text: str
    line: int
    page: int | None = None
    item: bool = False


@dataclass(frozen=True)
class Passage:
    """What is found by a search."""

    file: str
    title: str
    heading: str
    sentences: tuple[Sentence, ...]
    origin: str = "library"
    """`library`, or the name of the retriever it came from."""

    @property
    def text(self) -> str:
        """Its sentences as one."""
        return " ".join(sentence.text for sentence in self.sentences)

    def cite(self, sentence: Sentence) -> str:
        """Where the sentence stands: `file:line`, `file.pdf p.3:12`, or a source's own name."""
        if sentence.line == 0:
            return self.file
        page = f" p.{sentence.page}" if sentence.page else ""
        return f"{self.file}{page}:{sentence.line}"


_END = re.compile(r"[.!?。！？…]+[\"'”’)\]」』]*(?=\s)")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|mr|mrs|ms|dr|prof|st|no|fig|approx|[a-z]|\d{1,2})\.$", re.I
)
_CLOSED = re.compile(r"[.!?。！？][\"'”’)\]」』]*$")
_OPENED = re.compile(r"^[\"'“‘(「『]*[A-Z0-9가-힣]")


def sentences_of(block: Block) -> list[Sentence]:
    """The sentences of a paragraph, each with the line it begins on."""
    lines = [(number, " ".join(line.split())) for number, line in block.lines]
    lines = [(number, line) for number, line in lines if line]
    text = " ".join(line for _, line in lines)
    starts = list(itertools.accumulate((len(line) + 1 for _, line in lines), initial=0))
    return [
        Sentence(text[begin:end], lines[bisect_right(starts, begin) - 1][0], block.page, block.item)
        for begin, end in _spans(text)
    ]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for end in [*_ends(text), len(text)]:
        for piece in range(begin, end, PIECE_CHARS):
            yield piece, min(end, piece + PIECE_CHARS)
        begin = end + 1  # the one space between


def _ends(text: str) -> Iterator[int]:
    begin = 0
    for end in (match.end() for match in _END.finditer(text)):
        if _ABBREVIATION.search(text[max(begin, end - 12) : end]):
            continue
        yield end
        begin = end + 1


def is_complete(sentence: str) -> bool:
    """Whether it reads as a sentence by itself: not a heading, a label or half a line."""
    if len(sentence) > SENTENCE_CHARS or not _CLOSED.search(sentence):
        return False
    if not _OPENED.match(sentence):
        return False
    letters = sum(char.isalpha() or char.isspace() for char in sentence)
    return len(sentence.split()) >= 4 and letters >= 0.75 * len(sentence)


def passages_of(file: str, title: str, blocks: Iterable[Block]) -> list[Passage]:
    """The paragraphs as passages, short ones joined and long ones cut, under their heading."""
    found: list[Passage] = []
    heading = ""
    group: list[Sentence] = []

    def close() -> None:
        if group:
            found.append(Passage(file, title, heading, tuple(group)))
            group.clear()

    for block in blocks:
        if block.level:
            close()
            heading = block.text
            continue
        for sentence in sentences_of(block):
            if group and not _has_room(group, sentence):
                close()
            group.append(sentence)
    close()
    return found


def _has_room(group: list[Sentence], sentence: Sentence) -> bool:
    size = sum(len(one.text) for one in group) + len(sentence.text)
    return size <= PASSAGE_CHARS and group[-1].page == sentence.page
