"""What somebody else wrote, made fit to be shown: no control signs, no length without end."""

import unicodedata

__all__ = ["CONTENT_LENGTH", "TITLE_LENGTH", "cleaned", "one_line", "shortened"]

TITLE_LENGTH = 150
CONTENT_LENGTH = 1000
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINES = str.maketrans(dict.fromkeys("\r\x0b\x0c\x85\u2028\u2029", "\n"))


def cleaned(text: str) -> str:
    """The text in plain lines: no control signs, and none that turn the direction of reading."""
    lines = text.replace("\r\n", "\n").translate(_LINES)
    return "".join(sign for sign in lines if sign in "\n\t" or _is_plain(sign)).strip()


def one_line(text: str, most: int = TITLE_LENGTH) -> str:
    """The text in one line of at most so many characters."""
    return shortened(" ".join(cleaned(text).split()), most)


def shortened(text: str, most: int) -> str:
    """The text, cut with a … where it is longer."""
    return text if len(text) <= most else text[: most - 1].rstrip("\u200d ") + "…"


def _is_plain(sign: str) -> bool:
    return unicodedata.category(sign) not in ("Cc", "Cs") and sign not in _TURNING
