"""The report, made of the approved findings and nothing else."""

from collections.abc import Iterator, Sequence
from typing import Any

from plancraft.a2a.research.gathering import as_text, reliability
from plancraft.a2a.research.index import covered
from plancraft.a2a.research.state import Finding
from plancraft.a2a.research.wishes import Wishes, wishes_of
from plancraft.a2a.research.words import Word, content_words, named, tokens
from plancraft.locale import say

__all__ = [
    "HIGH",
    "MEDIUM",
    "confidence",
    "limits_of",
    "matching_question",
    "sources_of",
    "wanted_findings",
    "write",
]

HIGH, MEDIUM = 0.75, 0.45
"""The reliability from which confidence is high, and from which it is medium."""

SUMMARY = 5
"""Sentences of a summary at most."""


def write(
    questions: Sequence[str],
    findings: Sequence[Finding],
    issues: Sequence[str],
    reasons: Sequence[str] = (),
) -> dict[str, Any]:
    """The extractive report; `reasons` are those for which earlier ones were rejected."""
    wishes = wishes_of(reasons, [one["file"] for one in findings])
    kept = wanted_findings(findings, wishes)
    asked = questions_with(questions, kept)
    return {
        "executive_summary": _summary(asked, kept, wishes, turn=len(reasons)),
        "detailed_analysis": _analysis(asked, kept, wishes),
        "recommendations": _recommendations(asked, kept),
        "sources": sources_of(kept),
        "confidence_level": confidence(reliability(questions, kept)),
        "limitations": [
            say("Sentences are quoted from the documents as they stand; nobody has judged them."),
            *limits_of(kept, issues, reasons, wishes),
        ],
    }


def wanted_findings(findings: Sequence[Finding], wishes: Wishes) -> list[Finding]:
    """The findings without what a reason turned down; what it asked for comes first."""
    barred = {token for word in wishes.unwanted for token in word.tokens}
    kept = [
        one
        for one in findings
        if one["file"] not in wishes.without and not barred & set(tokens(one["text"]))
    ]
    return sorted(kept, key=lambda one: -covered(wishes.wanted, tokens(one["text"])))


def questions_with(questions: Sequence[str], findings: Sequence[Finding]) -> list[str]:
    """All questions to write on: what a reviewer added stands under its own."""
    return list(dict.fromkeys([*questions, *(one["question"] for one in findings)]))


def confidence(score: float) -> str:
    """In a word, how well the documents bear the report."""
    return say("high") if score >= HIGH else say("medium") if score >= MEDIUM else say("low")


def sources_of(findings: Sequence[Finding]) -> list[str]:
    """Every source cited, with all its places."""
    places: dict[str, list[str]] = {}
    for one in findings:
        if one["cite"]:
            places.setdefault(one["file"], []).append(one["cite"].removeprefix(one["file"]))
    return [_source(file, cites) for file, cites in sorted(places.items())]


def _source(file: str, cites: Sequence[str]) -> str:
    shown = ", ".join(dict.fromkeys(cite.strip(" :") for cite in cites if cite.strip(" :")))
    return f"{file}: {shown}" if shown else file


def limits_of(
    findings: Sequence[Finding], issues: Sequence[str], reasons: Sequence[str], wishes: Wishes
) -> list[str]:
    """What a reader has to know before relying on the report."""
    limits = list(issues)
    if added := sum(not one["cite"] for one in findings):
        limits.append(say("Statements of the reviewer without a document: {count}.", count=added))
    if edited := sum(one["edited"] and bool(one["cite"]) for one in findings):
        limits.append(say("Findings in the reviewer's wording: {count}.", count=edited))
    if reasons:
        limits.append(say("Written again after: “{reason}”.", reason=reasons[-1][:200]))
    if missing := [word for word in wishes.wanted if not _is_said(word, findings)]:
        limits.append(say("Asked for, but in no finding: {terms}.", terms=named(missing)))
    return limits


def _is_said(word: Word, findings: Sequence[Finding]) -> bool:
    return any(covered([word], tokens(one["text"])) for one in findings)


def _of(question: str, findings: Sequence[Finding]) -> list[Finding]:
    return [one for one in findings if one["question"] == question]


def _summary(
    questions: Sequence[str], findings: Sequence[Finding], wishes: Wishes, *, turn: int
) -> str:
    answered = [one for one in questions if _of(one, findings)]
    head = say(
        "Key questions answered: {answered} of {asked}; sources: {sources}.",
        answered=len(answered),
        asked=len(questions),
        sources=len({one["file"] for one in findings if one["file"]}),
    )
    best = _picked(answered, findings, wishes, turn)
    open_ones = [one for one in questions if one not in answered]
    gaps = [say("Open: {questions}", questions=" / ".join(open_ones))] if open_ones else []
    return " ".join([head, *map(as_text, best), *gaps])


def _picked(
    answered: Sequence[str], findings: Sequence[Finding], wishes: Wishes, turn: int
) -> list[Finding]:
    """One finding a question; after a rejection that names nothing, the next ones."""
    says_something = wishes.wanted or wishes.unwanted or wishes.without or wishes.length
    if wishes.wanted:
        return list(findings)[: SUMMARY + wishes.length]
    at = 0 if says_something else turn
    firsts = [(found := _of(one, findings))[at % len(found)] for one in answered]
    # The first question is the one that was asked: it gets a second sentence.
    seconds = [one for one in _of(answered[0], findings) if one not in firsts] if answered else []
    return [*firsts[:1], *seconds[:1], *firsts[1:]][: 2 if wishes.length < 0 else SUMMARY]


def _analysis(questions: Sequence[str], findings: Sequence[Finding], wishes: Wishes) -> str:
    return "\n\n".join(
        part for question in questions for part in _section(question, findings, wishes)
    )


def _section(question: str, findings: Sequence[Finding], wishes: Wishes) -> Iterator[str]:
    found = _of(question, findings)
    yield f"### {question}"
    if not found:
        yield say("No document says enough to answer this.")
        return
    shown = found[:1] if wishes.length < 0 else found
    yield "\n".join(f"- {_told(one, wishes)}" for one in shown)


def _told(finding: Finding, wishes: Wishes) -> str:
    if wishes.length > 0 and not finding["edited"]:
        return f"{finding['context']} [{finding['cite']}]"
    return as_text(finding)


def _recommendations(questions: Sequence[str], findings: Sequence[Finding]) -> list[str]:
    """What the documents say should be done, then what they leave open."""
    advice = [as_text(one) for one in findings if one["advice"]]
    gaps = [
        say("Find a document that answers: {question}", question=one)
        for one in questions
        if not _of(one, findings)
    ]
    return [*dict.fromkeys(advice), *gaps]


def matching_question(text: str, questions: Sequence[str]) -> str:
    """The key question that a reviewer's own statement goes with."""
    held = tokens(text)
    best = max(questions, key=lambda one: covered(content_words(one), held), default="")
    return best if best and covered(content_words(best), held) else say("Added by the reviewer")
