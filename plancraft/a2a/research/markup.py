"""Text, Markdown and HTML as blocks; every line keeps its number in the file."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from plancraft.a2a.research.passages import Block
from plancraft.a2a.research.texts import lines_of
from plancraft.a2a.research.vocabulary import BREAKS, HIDDEN

__all__ = ["html_blocks", "markdown_blocks", "plain_blocks"]

Line = tuple[int, str]

_FENCE = re.compile(r"^\s*(```+|~~~+)")
_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"^\s{0,3}(=+|-+|~+)\s*$")
_RULE = re.compile(r"^\s{0,3}([-*_])(\s*\1){2,}\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+•·]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?")
_TABLE = re.compile(r"^\s*\||^\s*:?-{2,}:?\s*\|")
_QUOTE = re.compile(r"^\s{0,3}(?:>\s?)+")
_INDENTED = re.compile(r"^(?: {4}|\t)")

_MARKS = (
    (re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,1000}\)"), ""),
    (re.compile(r"\[([^\]\n]{1,300})\]\([^)\n]{0,1000}\)"), r"\1"),
    (re.compile(r"\[([^\]\n]{1,300})\]\[[^\]\n]{0,100}\]"), r"\1"),
    (re.compile(r"<(https?://[^>\s]{1,1000})>"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^<>\n]{0,300}>"), ""),
    (re.compile(r"`+([^`\n]{1,300})`+"), r"\1"),
    (re.compile(r"(\*\*|__)(?=\S)([^*_\n]{1,300})\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,300})\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=\S)([^_\n]{1,300})_(?!\w)"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>|])"), r"\1"),
)


def plain_blocks(text: str) -> Iterator[Block]:
    """Paragraphs of a plain text; a short line alone, or underlined, is a heading."""
    for lines in _paragraphs(list(enumerate(lines_of(text), 1))):
        yield from _plain_paragraph(lines)


def _plain_paragraph(lines: list[Line]) -> Iterator[Block]:
    if len(lines) > 1 and _UNDERLINE.match(lines[1][1]):
        yield Block((lines[0],), level=1 if "=" in lines[1][1] else 2)
        lines = lines[2:]
    elif len(lines) == 1 and _looks_like_heading(lines[0][1]):
        yield Block((lines[0],), level=2)
        return
    yield from _items(lines)


def _looks_like_heading(line: str) -> bool:
    line = line.strip()
    return len(line) <= 70 and not re.search(r"[.!?:;,。…]$", line) and not _ITEM.match(line)


def _paragraphs(lines: list[Line]) -> Iterator[list[Line]]:
    group: list[Line] = []
    for number, line in lines:
        if line.strip():
            group.append((number, line))
        elif group:
            yield group
            group = []
    if group:
        yield group


def _items(lines: list[Line]) -> Iterator[Block]:
    """A paragraph, or the items of a list, each with the lines that go on from it."""
    group: list[Line] = []
    is_item = False
    for number, line in lines:
        mark = _ITEM.match(line)
        if mark and group:
            yield Block(tuple(group), item=is_item)
            group = []
        is_item = bool(mark) or (is_item and bool(group))
        if rest := line[mark.end() if mark else 0 :].strip():
            group.append((number, rest))
    if group:
        yield Block(tuple(group), item=is_item)


def markdown_blocks(text: str) -> Iterator[Block]:
    """Headings, paragraphs and list items without markup; no code, tables or front matter."""
    group: list[Line] = []
    for number, line in _prose_lines(lines_of(text)):
        heading = _HEADING.match(line)
        underlined = len(group) == 1 and re.match(r"^ {0,3}(=+|-+)\s*$", line)
        if line.strip() and not heading and not underlined and not _RULE.match(line):
            group.append((number, _plain(line)))
            continue
        if underlined:
            yield Block(tuple(group), level=1 if "=" in line else 2)
        else:
            yield from _items(group)
        group = []
        if heading and _plain(heading[2]):
            yield Block(((number, _plain(heading[2])),), level=len(heading[1]))
    yield from _items(group)


def _prose_lines(lines: list[str]) -> Iterator[Line]:
    fence, in_comment = "", False
    begin = _front_matter(lines)
    for number, line in enumerate(lines[begin:], begin + 1):
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence):
                fence = ""
            yield number, ""
            continue
        seen, in_comment = _without_comments(line, in_comment)
        before = lines[number - 2] if number > 1 else ""
        hidden = fence or _TABLE.match(seen) or _is_code(seen, before)
        yield number, "" if hidden else _QUOTE.sub("", seen)


def _is_code(line: str, before: str) -> bool:
    """An indented line is code after an empty one; else it goes on from an item."""
    return bool(_INDENTED.match(line)) and not before.strip() and not _ITEM.match(line)


def _front_matter(lines: list[str]) -> int:
    if not lines or lines[0].strip() != "---":
        return 0
    ends = (at for at, line in enumerate(lines[1:60], 1) if line.strip() in ("---", "..."))
    return next(ends, -1) + 1


def _without_comments(line: str, inside: bool) -> tuple[str, bool]:
    kept = ""
    while line:
        if inside:
            _, closed, line = line.partition("-->")
            inside = not closed
        else:
            before, opened, line = line.partition("<!--")
            kept += before
            inside = bool(opened)
    return kept, inside


def _plain(line: str) -> str:
    for mark, instead in _MARKS:
        line = mark.sub(instead, line)
    return line.replace("`", "").replace("**", "").rstrip()  # marks that go on over lines


def html_blocks(text: str) -> list[Block]:
    """Headings, paragraphs and list items that a reader of the page sees; no code or tables."""
    reader = _Html()
    reader.feed("\n".join(lines_of(text)))
    reader.close()
    reader.end_block()
    return reader.blocks


class _Html(HTMLParser):
    """Knows the line of every piece of text, which trees of tags do not."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._hidden: list[str] = []
        self._lines: dict[int, str] = {}
        self._level = 0
        self._item = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BREAKS:
            self.end_block()
        if tag in HIDDEN:
            self._hidden.append(tag)
        self._level = int(tag[1]) if re.fullmatch("h[1-6]", tag) else self._level
        self._item = tag == "li" or (self._item and tag not in BREAKS)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]
        if tag in BREAKS:
            self.end_block()
            self._level = 0

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        first = self.getpos()[0]
        for number, part in enumerate(data.split("\n"), first):
            self._lines[number] = self._lines.get(number, "") + _CONTROLS.sub("", part)

    def end_block(self) -> None:
        """Keep what was gathered as one block."""
        lines = tuple((number, line) for number, line in self._lines.items() if line.strip())
        self._lines = {}
        if lines:
            self.blocks.append(Block(lines, level=self._level, item=self._item))


# Character references can bring in what the file itself does not hold.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
