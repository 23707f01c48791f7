"""Changes as people read them: text for a terminal, HTML for a notebook."""

import json
import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from plancraft.locale import say
from plancraft.timetravel.diffing import Change, common_ends, opcodes

__all__ = ["changes_as_html", "changes_as_text", "one_line", "visible", "word_diff"]

_LONG = 60
"""Texts of more characters are compared inside."""
_ENDS = 1_000
"""Of a longer piece, so many characters of its beginning and its end are printed."""
_MANY_LINES = 50
_MANY_PIECES = 400
_MARKS = {"added": "+", "removed": "-", "changed": "~"}
_COLOURS = {"added": "#e6f4ea", "removed": "#fce8e6", "changed": "#fef7e0"}
_CELL = "padding:4px 10px;text-align:left;vertical-align:top;border-bottom:1px solid #ddd"
_INK = "color:#1f1f1f"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def changes_as_text(changes: Sequence[Change], first: str, second: str) -> str:
    """A line for each change, more for long texts."""
    lines = [say("From {first} to {second}:", first=first, second=second)]
    for change in changes:
        lines += _as_lines(change)
    if not changes:
        lines.append("  " + say("nothing differs"))
    return "\n".join(visible(line) for line in lines)


def changes_as_html(changes: Sequence[Change], first: str, second: str) -> str:
    """A table; everything from the state is escaped."""
    title = escape(say("From {first} to {second}:", first=first, second=second))
    if not changes:
        return f"<p>{title} {escape(say('nothing differs'))}</p>"
    heads = (say("where"), say("before"), say("after"))
    head = "".join(f'<th style="{_CELL}">{escape(one)}</th>' for one in heads)
    rows = "".join(_as_row(change) for change in changes)
    return (
        f"<p>{title}</p>"
        f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def one_line(value: Any, most: int = 80) -> str:
    """The value in one line of at most so many characters."""
    text = json.dumps(value, ensure_ascii=False)
    return visible(text if len(text) <= most else text[: most - 1] + "…")


def _as_lines(change: Change) -> Iterator[str]:
    head = f"{_MARKS[change.kind]} {change.where or '.'}"
    before, after = change.before, change.after
    if change.kind == "added":
        yield f"{head}: {one_line(after)}"
    elif change.kind == "removed":
        yield f"{head}: {one_line(before)}"
    elif not _are_long_texts(before, after):
        yield f"{head}: {one_line(before)} → {one_line(after)}"
    elif "\n" in before or "\n" in after:
        yield f"{head}:"
        yield from (f"    {line}" for line in _line_diff(before, after))
    else:
        yield f"{head}: {''.join(_marked(part) for part in word_diff(before, after))}"


def _line_diff(before: str, after: str) -> Iterator[str]:
    # Not splitlines(), for which a text with and one without a last line end are the same.
    old, new = before.split("\n"), after.split("\n")
    shown = 0
    for tag, i1, i2, j1, j2 in opcodes(old, new):
        if tag == "equal":
            continue
        yield f"@@ -{i1 + 1},{i2 - i1} +{j1 + 1},{j2 - j1} @@"
        lines = [f"-{line}" for line in old[i1:i2][:_MANY_LINES]]
        lines += [f"+{line}" for line in new[j1:j2][:_MANY_LINES]]
        lines = [*(f" {one}" for one in old[max(i1 - 1, 0) : i1]), *lines]
        lines += [f" {one}" for one in old[i2 : i2 + 1]]
        yield from (_shortened(line, _ENDS) for line in lines)
        shown += len(lines)
        if shown > _MANY_LINES:
            yield say("… and more")
            return


def word_diff(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Pieces of the text with `=`, `-` or `+`."""
    old, new = (re.findall(r"\S+\s*|\s+", text) for text in (before, after))
    start, end = common_ends(old, new)
    yield "=", "".join(old[:start])
    yield from _middle_diff(old[start : len(old) - end], new[start : len(new) - end])
    yield "=", "".join(old[len(old) - end :])


def _middle_diff(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    for number, (tag, i1, i2, j1, j2) in enumerate(opcodes(old, new)):
        if number > _MANY_PIECES:  # then the rest in one
            yield "-", "".join(old[i1:])
            yield "+", "".join(new[j1:])
            return
        if tag == "equal":
            yield "=", "".join(old[i1:i2])
            continue
        if i2 > i1:
            yield "-", "".join(old[i1:i2])
        if j2 > j1:
            yield "+", "".join(new[j1:j2])


def _marked(part: tuple[str, str]) -> str:
    sign, text = part
    if sign == "=":
        return _shortened(text, 25)
    text = _shortened(text, _ENDS)
    return f"[-{text}-]" if sign == "-" else f"{{+{text}+}}"


def _shortened(text: str, ends: int) -> str:
    return text if len(text) <= 2 * ends + 10 else f"{text[:ends]} … {text[-ends:]}"


def _as_row(change: Change) -> str:
    before = "" if change.kind == "added" else _boxed(change.before)
    after = "" if change.kind == "removed" else _boxed(change.after)
    if change.kind == "changed" and _are_long_texts(change.before, change.after):
        before, after = _both_sides(change.before, change.after)
    cells = (f"<code>{escape(change.where or '.')}</code>", before, after)
    row = "".join(f'<td style="{_CELL};{_INK}">{one}</td>' for one in cells)
    return f'<tr style="background:{_COLOURS[change.kind]}">{row}</tr>'


def _both_sides(before: str, after: str) -> tuple[str, str]:
    old = new = ""
    for sign, text in word_diff(before, after):
        shown = escape(visible(_shortened(text, 120 if sign == "=" else _ENDS)))
        old += {"=": shown, "-": f"<del>{shown}</del>"}.get(sign, "")
        new += {"=": shown, "+": f"<ins>{shown}</ins>"}.get(sign, "")
    style = "white-space:pre-wrap"
    return f'<div style="{style}">{old}</div>', f'<div style="{style}">{new}</div>'


def _boxed(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
    return f'<div style="white-space:pre-wrap">{escape(visible(text))}</div>'


def _are_long_texts(before: Any, after: Any) -> bool:
    if not (isinstance(before, str) and isinstance(after, str)) or not (before and after):
        return False
    return max(len(before), len(after)) > _LONG or "\n" in before + after


def visible(text: str) -> str:
    """The text without what moves a terminal's cursor or turns its writing round."""
    return _CONTROL.sub("\ufffd", text)
