"""Bytes of a file as text, in whatever encoding they are."""

import codecs
import re
from typing import NamedTuple

from plancraft.a2a.research.words import normal

__all__ = ["Decoded", "decoded", "lines_of"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_HANGUL = re.compile("[가-힣]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


class Decoded(NamedTuple):
    """The text, and the encoding where that was a guess."""

    text: str
    guessed: str | None = None


def decoded(data: bytes) -> Decoded | None:
    """The text: by its byte order mark, as UTF-8, else as CP949 or Latin-1; None for no text."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _readable(data, encoding, None)
    if b"\x00" in data:
        return None
    if found := _readable(data, "utf-8", None):
        return found
    korean = _readable(data, "cp949", "CP949")
    if korean and _is_korean(korean.text):
        return korean
    return _readable(data, "latin-1", "Latin-1")


def lines_of(text: str) -> list[str]:
    """The lines as an editor counts them, without what no database takes."""
    plain = normal(text.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROL.sub("", plain).replace("\x0c", " ").split("\n")


def _readable(data: bytes, encoding: str, guessed: str | None) -> Decoded | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    # Some form feeds may stand in a text; a file of control characters is none.
    if len(_CONTROL.findall(text)) > len(text) // 100:
        return None
    return Decoded(text, guessed)


def _is_korean(text: str) -> bool:
    return 2 * len(_HANGUL.findall(text)) >= len(_BEYOND_ASCII.findall(text))
