"""Texts as Slack takes them."""

from typing import Any

__all__ = ["LONGEST", "escaped", "plain_text"]

LONGEST = 3000
"""The longest text of Block Kit (docs.slack.dev, "Text object")."""


def escaped(text: str, most: int = LONGEST) -> str:
    """The text with the three signs of Slack's markup written out, in so many UTF-16 units.

    As docs.slack.dev, "Formatting message text", has it: & < > and nothing else.
    """
    pieces = [_escape(sign) for sign in text]
    if sum(map(_units, pieces)) <= most:
        return "".join(pieces)
    kept, left = "", most - 1
    for piece in pieces:
        left -= _units(piece)
        if left < 0:
            break
        kept += piece
    return kept + "…"


def plain_text(text: str, most: int = LONGEST) -> dict[str, Any]:
    """A text object in which no sign is markup."""
    return {"type": "plain_text", "text": escaped(text, most), "emoji": False}


def _escape(sign: str) -> str:
    return {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(sign, sign)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2
