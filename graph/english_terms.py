"""The telling terms of an English idea, and its title."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from graph.english import are_people, without_starter
from graph.english_verbs import NOUNS_TOO, form_of, is_act
from graph.findings import Findings, topic
from graph.prose import clip, headline
from graph.wordlists import DESCRIBING, PRODUCTS, STOP, VERBS

_KINDS = frozenset(("web", "mobile", "online", "small", "browser", "phone", "digital", "internal"))
_BREAK = re.compile(
    r",?\s(?:that|which|who|where|so|to|for|with|without|in|on|by|from|into|and|or)\s",
    re.IGNORECASE,
)
LONGEST = 44
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9'+#-]*|\d+[A-Za-z]+")


def title(found: Findings, features: Sequence[str], keywords: Sequence[str]) -> str:
    """A name of a few words: the product's own, or its main object and its kind."""
    head = [word for word in without_starter(without_starter(found.head)).split() if word]
    telling = [word for word in head if word.lower() not in PRODUCTS | STOP | _KINDS]
    if telling:
        return headline(_short(" ".join(head)))
    kind = head[-1] if head and head[-1].lower() in PRODUCTS else ""
    about = (kind and _object(features)) or _BREAK.split(topic(features, keywords, kind))[0]
    return headline(f"{about} {kind}".strip())


def _short(name: str) -> str:
    """The name, cut where a phrase ends rather than inside one."""
    if len(name) <= LONGEST:
        return name
    breaks = [match.start() for match in _BREAK.finditer(name) if match.start() <= LONGEST]
    return name[: breaks[-1]] if breaks else clip(name, LONGEST).rstrip("…")


def _object(features: Sequence[str]) -> str:
    """What the first feature acts on: "plan weekly meals for two" gives "weekly meals"."""
    if not features or not is_act(features[0]):
        return ""
    words = re.split(r"[,;]", _BREAK.split(features[0], maxsplit=1)[0])[0].split()[1:]
    while words and words[0].lower() in STOP:
        words = words[1:]
    while words and words[-1].lower() in STOP:
        words = words[:-1]
    plain = 0 < len(words) <= 3 and not any(word.lower() in STOP for word in words)
    return " ".join(words) if plain else ""


def keywords(text: str, features: Sequence[str]) -> list[str]:
    """Terms of one to three words, those said often, early and inside a feature first."""
    runs: Counter[str] = Counter()
    places: dict[str, int] = {}
    for place, run in enumerate(_runs(text)):
        runs[run] += 1
        places.setdefault(run, place)
    wanted = " ".join(features).lower()

    def telling(run: str) -> tuple[float, int]:
        inside = 1.5 if run in wanted else 0.0
        return (-(runs[run] + inside + 0.4 * min(run.count(" "), 1)), places[run])

    return sorted(runs, key=telling)


def _runs(text: str) -> Iterator[str]:
    for phrase in re.split(r"[^\w\s'+#-]+|\n", text):
        run: list[str] = []
        before = ""
        for word in (*_WORD.findall(phrase), ""):
            if word and not _says_little(word, first=not run and not _acts(before)):
                run.append(word if word.isupper() else word.lower())
            elif run:
                yield " ".join(run[-3:])
                run = []
            before = word


def _acts(word: str) -> bool:
    """Whether an object is to follow: after "find", "walking buddies" names a thing."""
    form = form_of(word)
    return form is not None and form[1] == "base"


def _says_little(word: str, *, first: bool) -> bool:
    low = word.lower()
    if len(low) < 2 or low in STOP or low in PRODUCTS or low in DESCRIBING or are_people(low):
        return True
    if re.sub(r"(?:e?d|ied)$", lambda end: "y" if end[0] == "ied" else "", low) in VERBS:
        return True
    form = form_of(low)
    return form is not None and (first or (form[1] == "base" and low not in NOUNS_TOO))
