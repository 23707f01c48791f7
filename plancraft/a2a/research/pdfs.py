"""Pages of a PDF as blocks; lines are counted on each page as its text is read."""

import io
import re
import zlib
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from plancraft.a2a.research.passages import Block
from plancraft.a2a.research.texts import lines_of
from plancraft.locale import N_

__all__ = ["MAX_PAGES", "UnreadablePdf", "pdf_blocks"]

MAX_PAGES = 500
"""Pages past this are not read."""

_NARROW = 50
"""A page is taken to be this wide at least, in letters."""

# What a broken file raises, inside a library that expects sound ones.
_BROKEN = (
    PyPdfError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, OSError,
    RecursionError, AssertionError, NotImplementedError, zlib.error, MemoryError,
)  # fmt: skip


class UnreadablePdf(ValueError):
    """The file is no PDF that can be read; the message, for `say()`, says why."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


def pdf_blocks(data: bytes) -> list[Block]:
    """Headings and paragraphs of all pages.

    Raises:
        UnreadablePdf: the file is broken, locked, or holds no text.
    """
    try:
        blocks = [block for number, text in _pages(data) for block in _blocks(number, text)]
    except _BROKEN as error:
        if isinstance(error, UnreadablePdf):
            raise
        raise UnreadablePdf(N_("it is broken")) from error
    if not blocks:
        raise UnreadablePdf(N_("it holds no text, only pictures perhaps"))
    return blocks


def _pages(data: bytes) -> Iterator[tuple[int, str]]:
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadablePdf(N_("it is locked with a password"))
    for number in range(min(len(reader.pages), MAX_PAGES)):
        yield number + 1, reader.pages[number].extract_text()


def _blocks(page: int, text: str) -> Iterator[Block]:
    lines = [(number, line.strip()) for number, line in enumerate(lines_of(text), 1)]
    width = max([_NARROW, *(len(line) for _, line in lines)])
    group: list[tuple[int, str]] = []
    for at, (number, line) in enumerate(lines):
        following = lines[at + 1][1] if at + 1 < len(lines) else ""
        if line:
            group.append((number, line))
        if group and (not line or _ends_here(line, following, width)):
            yield _block(group, page)
            group = []
    if group:
        yield _block(group, page)


def _ends_here(line: str, following: str, width: int) -> bool:
    """Whether a paragraph or heading ends with this line: it is short, and a new one begins."""
    begins = bool(re.match(r"[A-Z0-9가-힣•\-]", following))
    return begins and len(line) < 0.7 * width


def _block(group: list[tuple[int, str]], page: int) -> Block:
    is_heading = len(group) == 1 and not re.search(r"[.!?:;,。]$", group[0][1])
    return Block(tuple(_unhyphenated(group)), level=2 if is_heading else 0, page=page)


def _unhyphenated(group: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Words cut at the end of a line are whole again, on the line they begin on."""
    carried = ""
    for at, (number, line) in enumerate(group):
        text = line.removeprefix(carried).lstrip()
        following = group[at + 1][1] if at + 1 < len(group) else ""
        rest = re.match(r"[a-z]+\S*", following) if re.search(r"[a-z]-$", text) else None
        carried = rest[0] if rest else ""
        if text:
            yield number, text[:-1] + carried if rest else text
