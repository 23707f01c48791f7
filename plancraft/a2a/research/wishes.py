"""What the reason of a rejection asks for, read from its words."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from plancraft.a2a.research.vocabulary import ABOUT_THE_WORK, PARTICLES
from plancraft.a2a.research.words import Word, content_words

__all__ = ["Wishes", "wishes_of"]

_WORDS = 6
"""More words of one reason make no question."""

_CLAUSE = re.compile(
    r"[,;!?\n]|\.(?=\s|$)|\bbut\b"
    r"|(?=\b(?:instead of|rather than|without|except|not|don't|do not)\b)"
    r"|(?<=빼고)|(?<=제외하고)|(?<=말고)|(?<=없이)|(?<=대신)|(?<=지만)",
    re.I,
)
_AGAINST = re.compile(
    r"\b(?:without|except|exclude|excluding|drop|remove|leave out|omit|skip|ignore|not|don't|"
    r"do not|instead of|rather than|distrust|unreliable|outdated|wrong|off.topic)\b"
    r"|빼|제외|말고|없이|삭제|무시|대신|쓰지 마|신뢰할 수 없|오래된|틀린|아니라",
    re.I,
)
_FOR = re.compile(
    r"\b(?:only|use|using|add|include|more from|look in|read|keep)\b|만|사용|추가|포함|더|참고",
    re.I,
)
_SHORTER = re.compile(
    r"\b(?:short|shorter|brief|concise|too long)\b|짧게|간결|간단히|너무 길", re.I
)
_LONGER = re.compile(
    r"\b(?:longer|in detail|more detail|detailed|too short)\b|자세히|길게|상세|너무 짧", re.I
)


@dataclass(frozen=True)
class Wishes:
    """What is wanted, what is not, and how long it should be."""

    wanted: tuple[Word, ...] = ()
    unwanted: tuple[Word, ...] = ()
    without: tuple[str, ...] = ()
    """Sources named as not to be used."""
    length: int = 0
    """-1 for shorter, 1 for longer."""


def wishes_of(reasons: Iterable[str], sources: Collection[str] = ()) -> Wishes:
    """What these reasons ask for together; `sources` are the names that they may name."""
    wanted: dict[Word, None] = {}
    unwanted: dict[Word, None] = {}
    without: dict[str, None] = {}
    length = 0
    for reason in reasons:
        length += bool(_LONGER.search(reason)) - bool(_SHORTER.search(reason))
        named = {source: _name_in(reason, source) for source in sources}
        for clause in _CLAUSE.split(_hidden(reason, named.values())):
            against = bool(_AGAINST.search(clause))
            without |= dict.fromkeys(_named(clause, named, against=against))
            found = dict.fromkeys(_words(clause))
            (unwanted if against else wanted).update(found)
    return Wishes(tuple(wanted)[:_WORDS], tuple(unwanted)[:_WORDS], tuple(without), length)


def _words(clause: str) -> list[Word]:
    plain = _PLACE.sub(" ", clause)
    empty = ABOUT_THE_WORK | PARTICLES  # a particle is left where a source's name was
    return [word for word in content_words(plain) if word.text not in empty]


_PLACE = re.compile("\ue000(\\d+)\ue001")


def _hidden(reason: str, names: Iterable[str]) -> str:
    """The reason with numbers in the place of sources' names, whose dots end no clause."""
    for at, name in enumerate(names):
        if name:
            reason = re.sub(re.escape(name), f" \ue000{at}\ue001 ", reason, flags=re.I)
    return reason


def _name_in(reason: str, source: str) -> str:
    """How the reason names the source: by its path, its file name, or that without its ending."""
    path = PurePosixPath(source)
    stem = path.stem if re.search(r"[-_\d]", path.stem) else ""
    low = reason.lower()
    return next((name for name in (source, path.name, stem) if name and name.lower() in low), "")


def _named(clause: str, named: dict[str, str], *, against: bool) -> list[str]:
    if not against and _FOR.search(clause):
        return []
    sources = list(named)
    return [sources[int(at)] for at in _PLACE.findall(clause)]
