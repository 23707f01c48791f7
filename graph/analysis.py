"""What an idea says: its name, what it should do, for whom, and within which limits."""

import re
from typing import Literal

from pydantic import BaseModel

from graph import english, english_terms, korean, korean_terms
from graph.findings import (
    MOST_CONSTRAINTS,
    MOST_FEATURES,
    MOST_KEYWORDS,
    MOST_PEOPLE,
    distinct,
)
from graph.prose import Language, clip, flat, language_of, plain_lines, trimmed

LONGEST_IDEA = 2000
LONGEST_TITLE = 60
# Beyond this an idea repeats itself; reading stops so that time stays short.
READ_AT_MOST = 30_000


class Analysis(BaseModel, frozen=True):
    """An idea, read."""

    language: Literal["ko", "en"]
    title: str
    idea: str
    features: tuple[str, ...]
    people: tuple[str, ...]
    keywords: tuple[str, ...]
    constraints: tuple[str, ...]


def analyse(idea: str) -> Analysis:
    """The idea, read: always a title, a feature and a keyword; ValueError when it is blank."""
    whole = flat(idea, LONGEST_IDEA)
    if not whole:
        raise ValueError("The idea is blank. Say in a few words what should be built.")
    lines = plain_lines(idea[:READ_AT_MOST])
    text = "\n".join(line for _, line in lines)
    language = language_of(text)
    if not any(char.isalnum() for char in text):
        return _unreadable(whole, language)
    return _read(whole, lines, text, language)


def _read(whole: str, lines: list[tuple[bool, str]], text: str, language: Language) -> Analysis:
    reader = korean if language == "ko" else english
    terms_of = korean_terms if language == "ko" else english_terms
    found = reader.read([(marked, clip(line, 4000)) for marked, line in lines])
    features = distinct(found.features, MOST_FEATURES)
    named_people = reader.people_named(found.people) or reader.people_in(text)
    people = distinct(named_people, MOST_PEOPLE, longest=60)
    constraints = distinct(found.constraints, MOST_CONSTRAINTS, longest=100)
    named = _without(text, (*people, *constraints)) or text
    # A name of one word, PlantPal, says nothing of what the plan is about.
    telling = (found.head, *features) if " " in found.head else features
    terms = distinct(terms_of.keywords(named, telling), MOST_KEYWORDS, longest=40)
    title = trimmed(clip(flat(terms_of.title(found, features, terms)), LONGEST_TITLE))
    title = title or clip(text.split("\n", 1)[0], LONGEST_TITLE)
    return Analysis(
        language=language,
        title=title,
        idea=whole,
        features=features or (terms or (title,))[:1],
        people=people,
        keywords=terms or (title,),
        constraints=constraints,
    )


def _without(text: str, parts: tuple[str, ...]) -> str:
    for part in parts:
        text = re.sub(rf"{re.escape(part)}[가-힣]*", "\n", text)
    return text.strip()


def _unreadable(whole: str, language: Language) -> Analysis:
    """Signs only: they are kept as they are, for a person to explain."""
    sign = clip(whole, 40)
    return Analysis(
        language=language,
        title=sign,
        idea=whole,
        features=(sign,),
        people=(),
        keywords=(sign,),
        constraints=(),
    )
