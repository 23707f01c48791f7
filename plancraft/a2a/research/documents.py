"""A library: the documents of a folder, a file or an archive, ready to be searched."""

import importlib.util
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from plancraft.a2a.research.files import Found, files_at, fingerprint
from plancraft.a2a.research.index import Index
from plancraft.a2a.research.markup import html_blocks, markdown_blocks, plain_blocks
from plancraft.a2a.research.passages import Block, passages_of
from plancraft.a2a.research.texts import decoded
from plancraft.errors import NoDocuments, StateError
from plancraft.locale import N_, say

__all__ = ["Library", "Shelf"]

_MARKDOWN = (".md", ".markdown", ".mdown", ".rst")
_HTML = (".html", ".htm", ".xhtml")
_PLAIN = (".txt", ".text", "")

UNKNOWN = N_("of a kind that is not read")
NO_TEXT = N_("not a text")
EMPTY = N_("empty")


@dataclass(frozen=True)
class Remark:
    """What is to be said about a file: skipped and why, or read with a guess."""

    file: str
    problem: str
    values: tuple[tuple[str, object], ...] = ()
    skipped: bool = True


@dataclass(frozen=True)
class Shelf:
    """A library as it was read: its search, the titles by file, and what is to be said of it."""

    index: Index
    titles: dict[str, str]
    remarks: tuple[Remark, ...]

    def issues(self) -> list[str]:
        """Which files were skipped and why, and which were read with a guess."""
        groups: defaultdict[tuple[str, bool], list[str]] = defaultdict(list)
        for remark in self.remarks:
            groups[say(remark.problem, **dict(remark.values)), remark.skipped].append(remark.file)
        return [_remark(why, skipped, files) for (why, skipped), files in groups.items()]


def _remark(why: str, skipped: bool, files: list[str]) -> str:
    shown = ", ".join(files[:5])
    if len(files) > 5:
        shown += say(" and {count} more", count=len(files) - 5)
    if skipped:
        return say("Not read, {why}: {files}.", why=why, files=shown)
    return say("{why}: {files}.", why=why, files=shown)


@dataclass(frozen=True)
class Library:
    """Documents at a path: text, Markdown, HTML and PDF, in a folder, alone, or in an archive.

    Files are read when first searched, and again when one of them changed.
    """

    path: Path

    @classmethod
    def open(cls, path: str | Path) -> "Library":
        """The library there.

        Raises:
            NoDocuments: nothing is there, or nothing that can be read.
        """
        library = cls(Path(path).expanduser())
        library.shelf()
        return library

    @property
    def name(self) -> str:
        """What to call it."""
        return self.path.resolve().name

    def shelf(self) -> Shelf:
        """What is there now.

        Raises:
            NoDocuments: nothing is there, or nothing that can be read.
        """
        stamps = fingerprint(self.path) if self.path.exists() else ()
        if not stamps:
            raise NoDocuments(str(self.path))
        _need_the_extra()
        return _read(self.path, stamps)


def _need_the_extra() -> None:
    if any(importlib.util.find_spec(name) is None for name in ("bm25s", "pypdf")):
        raise StateError(say("it needs: {command}", command="pip install 'plancraft-hitl[a2a]'"))


@lru_cache(maxsize=8)
def _read(path: Path, _stamps: object) -> Shelf:
    passages, titles, remarks = [], {}, []
    for found in files_at(path):
        blocks, remark = _blocks(found)
        if remark:
            remarks.append(remark)
        if read := passages_of(found.name, title := _title(found.name, blocks), blocks):
            passages += read
            titles[found.name] = title
        elif not remark:
            remarks.append(Remark(found.name, EMPTY))
    if not passages:
        raise NoDocuments(str(path))
    return Shelf(Index(passages), titles, tuple(remarks))


def _title(file: str, blocks: Iterable[Block]) -> str:
    headings = (block.text for block in blocks if block.level)
    return next(headings, PurePosixPath(file).stem)[:120]


def _blocks(found: Found) -> tuple[list[Block], Remark | None]:
    if found.problem:
        return [], Remark(found.name, found.problem, (("limit", found.limit),))
    suffix = PurePosixPath(found.name).suffix.lower()
    if suffix == ".pdf":
        return _pdf(found)
    if suffix not in _MARKDOWN + _HTML + _PLAIN:
        return [], Remark(found.name, UNKNOWN)
    text = decoded(found.data)
    if text is None:
        return [], Remark(found.name, NO_TEXT)
    guess = None
    if text.guessed:
        values = (("encoding", text.guessed),)
        guess = Remark(found.name, N_("Read as {encoding}, a guess"), values, skipped=False)
    return list(_reader(suffix)(text.text)), guess


def _reader(suffix: str) -> Callable[[str], Iterable[Block]]:
    if suffix in _MARKDOWN:
        return markdown_blocks
    return html_blocks if suffix in _HTML else plain_blocks


def _pdf(found: Found) -> tuple[list[Block], Remark | None]:
    from plancraft.a2a.research.pdfs import UnreadablePdf, pdf_blocks

    try:
        return pdf_blocks(found.data), None
    except UnreadablePdf as error:
        return [], Remark(found.name, error.message)
