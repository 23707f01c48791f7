"""The plan of a research: what is asked of which documents."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from plancraft.a2a.research.documents import Shelf
from plancraft.a2a.research.index import covered
from plancraft.a2a.research.passages import Passage
from plancraft.a2a.research.wishes import Wishes
from plancraft.a2a.research.words import content_words, named, tokens
from plancraft.locale import say

__all__ = ["MAX_QUESTIONS", "key_questions", "make_plan"]

MAX_QUESTIONS = 4
"""Key questions of a first plan; reasons of rejections add to them."""

NEAR = 0.5
VERY_NEAR = 0.75
"""A heading is on the subject when its passage scores and covers this share: the first when it
has a word of the query, the second when it has none."""

MAX_SOURCES = 10
TOPIC_CHARS = 120
QUESTION_CHARS = 300

_ALIKE = 0.75
"""Two questions that share more of their words ask the same."""


def make_plan(
    query: str, shelf: Shelf, wishes: Wishes, *, reason: str = "", retriever: str = ""
) -> dict[str, Any]:
    """The plan in the words of the seeds, made of the query and of what the documents are about."""
    questions = key_questions(query, shelf, wishes)
    sources = expected_sources(questions, shelf, wishes)
    return {
        "topic": _cut(query, TOPIC_CHARS),
        "methodology": methodology(shelf, wishes, reason=reason, retriever=retriever),
        "expected_sources": [*sources, *([retriever] if retriever else [])],
        "estimated_time": estimated_time(questions),
        "key_questions": questions,
    }


def key_questions(query: str, shelf: Shelf, wishes: Wishes) -> list[str]:
    """The query's own questions, what was asked for, and what the documents say around them."""
    asked = [] if not wishes.wanted else [_about(named(wishes.wanted))]
    own = _distinct([*asked, *_own_questions(query)])
    return (
        _distinct(
            [*own, *_neighbours(query, shelf)],
            limit=MAX_QUESTIONS + len(asked),
            without=wishes,
        )
        or own[:1]
    )


def _own_questions(query: str) -> list[str]:
    parts = re.split(r"(?<=[?？])\s+|[;\n]+|(?<=[.。])\s+(?=[A-Z가-힣])", query.strip())
    kept = [_cut(part, QUESTION_CHARS) for part in parts if content_words(part)]
    return kept[:MAX_QUESTIONS] or [_cut(query, QUESTION_CHARS)]


def _neighbours(query: str, shelf: Shelf) -> Iterator[str]:
    """Questions about the headings under which the best passages stand."""
    asked = set(tokens(query))
    for hit in shelf.index.search(query):
        heading = _heading(hit.passage)
        near = NEAR if asked & set(tokens(heading)) else VERY_NEAR
        if min(hit.score, hit.coverage) < near or re.search("[=/<>{}]", heading):
            continue
        if heading.endswith(("?", "？")):
            yield heading
        elif content_words(heading):
            yield _about(heading)


def _heading(passage: Passage) -> str:
    heading = _cut(passage.heading.strip(" .:"), 80)
    if len(content_words(heading)) >= 2 or heading == passage.title or not heading:
        return heading
    return f"{passage.title}: {heading}"


def _about(subject: str) -> str:
    return say("What is said about “{subject}”?", subject=subject)


def _distinct(
    questions: Sequence[str], *, limit: int = 99, without: Wishes | None = None
) -> list[str]:
    kept: list[str] = []
    barred = {token for word in (without.unwanted if without else ()) for token in word.tokens}
    for question in questions:
        if len(kept) < limit and not barred & set(tokens(question)) and not _asked(question, kept):
            kept.append(question)
    return kept


def _asked(question: str, kept: Sequence[str]) -> bool:
    asked = content_words(question)
    return any(covered(asked, tokens(other)) >= _ALIKE for other in kept)


def expected_sources(questions: Sequence[str], shelf: Shelf, wishes: Wishes) -> list[str]:
    """The documents that say most about the questions, the best of each question first."""
    ranked = [[hit.passage.file for hit in shelf.index.search(one)] for one in questions]
    depth = max(map(len, ranked), default=0)
    files = [files[at] for at in range(depth) for files in ranked if at < len(files)]
    return [one for one in dict.fromkeys(files) if one not in wishes.without][:MAX_SOURCES]


def methodology(shelf: Shelf, wishes: Wishes, *, reason: str, retriever: str) -> str:
    """How the answer is looked for, and what a rejection changed about it."""
    passages, files = len(shelf.index.passages), len(shelf.titles)
    said = [
        say(
            "Full-text search (BM25) of each key question over {files} documents "
            "({passages} passages); the sentences that answer best are quoted with file and line.",
            files=files,
            passages=passages,
        )
    ]
    if retriever:
        said.append(say("Each question is also put to {retriever}.", retriever=retriever))
    if reason:
        said.append(say("Planned again after: “{reason}”.", reason=_cut(reason, 200)))
    if wishes.wanted:
        said.append(say("Focus: {terms}.", terms=named(wishes.wanted)))
    if wishes.unwanted:
        said.append(say("Left out: {terms}.", terms=named(wishes.unwanted)))
    if wishes.without:
        said.append(say("Not searched: {files}.", files=", ".join(wishes.without)))
    return " ".join(said)


def estimated_time(questions: Sequence[str]) -> str:
    """Minutes for the person who decides: one a key question, one for each of the next gates."""
    return say("Seconds to search; about {minutes} min of your reading", minutes=len(questions) + 2)


def _cut(text: str, size: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= size else text[: size - 1] + "…"
