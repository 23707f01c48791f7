"""What people read, in Korean and English.

English text in the code is the message id; `ko/LC_MESSAGES/plancraft.po` holds its Korean twin.
`say()` gives a text in the reader's language, `N_()` marks one that is said later.
"""

import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

__all__ = [
    "LANGUAGES",
    "N_",
    "Language",
    "language",
    "language_in",
    "language_of",
    "say",
    "speaking",
]

Language = Literal["en", "ko"]
_HANGUL = re.compile("[가-힣]")
LANGUAGES: tuple[Language, ...] = get_args(Language)

_chosen: ContextVar[Language | None] = ContextVar("plancraft_language", default=None)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it, which extractors know
    """The message as it is, marked for translation."""
    return message


def say(message: str, /, **values: object) -> str:
    """The message in the reader's language, its `{name}` places filled; `{{` is a brace."""
    text = _catalogue(language()).get(message, message)
    return text.format(**values)


def language() -> Language:
    """The reader's language: as chosen by `speaking`, else by `PLANCRAFT_LANG`, else the locale."""
    return _chosen.get() or _from_environment()


@contextmanager
def speaking(chosen: Language | None) -> Iterator[None]:
    """Within the block, `say` speaks `chosen`; None leaves the language as it is."""
    token = _chosen.set(chosen or _chosen.get())
    try:
        yield
    finally:
        _chosen.reset(token)


def language_in(text: str) -> Language:
    """The language that a text is written in: Korean where it has Hangul."""
    return "ko" if _HANGUL.search(unicodedata.normalize("NFC", text)) else "en"


def language_of(accepted: str | None) -> Language | None:
    """The language of an Accept-Language header (RFC 9110, 12.5.4); None where it names neither."""
    weights: dict[Language, float] = {}
    for part in (accepted or "").split(","):
        tag, _, parameter = part.strip().partition(";")
        name = tag.strip().lower().partition("-")[0]
        try:
            weight = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        for known in ("en", "ko"):
            if name == known and weight > weights.get(known, 0):
                weights[known] = weight
    return max(weights, key=lambda one: weights[one], default=None)


def _from_environment() -> Language:
    for variable in ("PLANCRAFT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return "ko" if value.lower().startswith("ko") else "en"
    return "en"


@cache
def _catalogue(of: Language) -> dict[str, str]:
    if of == "en":
        return {}
    from babel.messages.pofile import read_po

    source = files(__name__) / of / "LC_MESSAGES" / "plancraft.po"
    with source.open("rb") as file:
        catalogue = read_po(file, locale=of)
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string and not m.fuzzy}
