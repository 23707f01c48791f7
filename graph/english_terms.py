"""The telling terms of an English idea, and its title."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from graph.english import are_people, without_starter
from graph.english_verbs import form_of
from graph.findings import Findings, topic
from graph.prose import headline
from graph.wordlists import DESCRIBING, PRODUCTS, STOP

_KINDS = frozenset(("web", "mobile", "online", "small", "browser", "phone", "digital", "internal"))
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9'+#-]*|\d+[A-Za-z]+")


def title(found: Findings, features: Sequence[str], keywords: Sequence[str]) -> str:
    """A name of a few words: the product's own, or its main object and its kind."""
    head = [word for word in without_starter(without_starter(found.head)).split() if word]
    telling = [word for word in head if word.lower() not in PRODUCTS | STOP | _KINDS]
    if telling:
        return headline(" ".join(head[:6]))
    kind = head[-1] if head and head[-1].lower() in PRODUCTS else ""
    return headline(f"{topic(features, keywords, kind)} {kind}".strip())


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
        for word in (*_WORD.findall(phrase), ""):
            if word and not _says_little(word, first=not run):
                run.append(word if word.isupper() else word.lower())
                continue
            if run:
                yield " ".join(run[-3:])
            run = []


def _says_little(word: str, *, first: bool) -> bool:
    low = word.lower()
    if len(low) < 2 or low in STOP or low in PRODUCTS or low in DESCRIBING or are_people(low):
        return True
    form = form_of(low)
    return form is not None and (first or form[1] == "base")
