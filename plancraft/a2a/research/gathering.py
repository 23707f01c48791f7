"""What the documents say to each key question, and how well they bear it."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from plancraft.a2a.research.documents import Shelf
from plancraft.a2a.research.index import Hit, Index, covered
from plancraft.a2a.research.passages import Passage, Sentence, is_complete
from plancraft.a2a.research.retrieving import retrieve
from plancraft.a2a.research.state import Finding
from plancraft.a2a.research.words import Word, content_words, tokens
from plancraft.locale import say

__all__ = ["Gathered", "alike", "as_text", "gather", "is_searched", "reliability"]

FINDINGS = 3
"""Findings to a question; each rejection of the data adds two."""

CONTEXT_CHARS = 700

ALIKE = 0.6
"""Of two sentences that share more of their words, one is enough."""

MIN_SHARE = 0.45
"""A sentence worth less than this share of the best one to its question is left out."""

_MIN_SENTENCE = 0.2

_ADVICE = re.compile(
    r"\b(?:should|must|ought to|need to|needs to|have to|has to|never|always|avoid|prefer|"
    r"recommend(?:ed|s)?|it is better|make sure|do not|don't)\b"
    r"|해야|하여야|어야 |아야 |여야 |해서는 안|말아야|않아야|않는 것이|권장|"
    r"바람직|도움이 [된됩]|"
    r"효과적|것이 좋|편이 낫|"
    r"편이 좋|필요하다|필요합니다|피한다|피해야|하지 마|하지 않는다",
    re.I,
)
_DESCRIBED = re.compile(r"\bwhether\b|해야 한다는|해야만|해야 하는지", re.I)
_LEANING = re.compile(
    r"^(?:its?|their|his|her|this|that|these|those|they|he|she|such|both|neither|however|but|and|so|then|also|"
    r"therefore|instead|otherwise|here|there|for example|for instance|in addition|moreover|the "
    r"(?:first|second|third|last|former|latter|same|other|others|rest))\b"
    r"|^(?:그|이|저|이런|그런|이것|그것|이는|이때|그때|그래서|그러나|하지만|그리고|따라서|또|또한|반면|"
    r"예를 들어|둘째|셋째|첫째|이렇게|그렇게|그러면|이런|그럴)(?:\s|,|은|는)"
    r"|^(?:\S+\s){1,4}(?:therefore|thus|however)\b|\bof (?:this|that) kind\b|여기에 속",
    re.I,
)
_CODE = re.compile(r"[_/=(){}<>|]|\w[.:]\w|^\W?\.\w|[a-z][A-Z]")
_COMMAND = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:previous|prior|above|earlier|all|your)\b.{0,40}"
    r"\b(?:instruction|prompt|rule|direction)|\byou are now\b|\bsystem prompt\b"
    r"|(?:이전|앞의|위의|지금까지의).{0,20}(?:지시|명령|프롬프트).{0,20}(?:무시|잊)",
    re.I,
)


@dataclass(frozen=True)
class Gathered:
    """Findings in the order of the questions, and what a reader should know about them."""

    findings: list[Finding]
    issues: list[str]
    score: float

    def content(self) -> dict[str, Any]:
        """What the gate shows."""
        return {
            "total_sources": len({one["file"] for one in self.findings}),
            "reliability_score": self.score,
            "key_findings": [as_text(one) for one in self.findings],
            "potential_issues": self.issues,
        }


def as_text(finding: Finding) -> str:
    """The sentence, followed by where it stands."""
    return f"{finding['text']} [{finding['cite']}]" if finding["cite"] else finding["text"]


def reliability(questions: Sequence[str], findings: Sequence[Finding]) -> float:
    """How well the documents bear the findings, 0 to 1; not whether the documents are right.

    Half of it is the share of key questions with a finding, three tenths the share of them that
    two sources or more bear, two tenths the mean share of its question's words in a finding.
    """
    if not questions or not findings:
        return 0.0
    files = {one: {f["file"] for f in findings if f["question"] == one} for one in questions}
    answered = sum(bool(found) for found in files.values()) / len(questions)
    borne = sum(len(found) > 1 for found in files.values()) / len(questions)
    mean = sum(one["coverage"] for one in findings) / len(findings)
    return round(0.5 * answered + 0.3 * borne + 0.2 * mean, 2)


def gather(
    questions: Sequence[str],
    shelf: Shelf,
    *,
    only: Callable[[str], bool] = lambda _: True,
    retriever: Any = None,
    rounds: int = 0,
) -> Gathered:
    """The findings to all questions.

    Args:
        questions: The key questions.
        shelf: The documents.
        only: Whether a source, by its name, may be used.
        retriever: Whom to ask besides.
        rounds: How often the data was rejected before.
    """
    findings: list[Finding] = []
    issues: list[str] = []
    for question in questions:
        passages, problem = retrieve(retriever, question) if retriever else ([], None)
        issues += [problem] if problem else []
        hits = [*_search(shelf.index, question, only), *_search(Index(passages), question, only)]
        issues += _commands(hits)
        findings += _best(question, hits, shelf.index, findings, FINDINGS + 2 * rounds)
    issues = [*_gaps(questions, findings), *dict.fromkeys(issues), *shelf.issues()]
    return Gathered(findings, issues, reliability(questions, findings))


def _search(index: Index, question: str, only: Callable[[str], bool]) -> list[Hit]:
    return index.search(question, only=lambda passage: only(passage.file))


def _gaps(questions: Sequence[str], findings: Sequence[Finding]) -> Iterator[str]:
    for question in questions:
        files = {one["file"] for one in findings if one["question"] == question}
        if not files:
            yield say("No document says enough to answer: {question}", question=question)
        elif len(files) == 1:
            yield say("Rests on {file} alone: {question}", file=files.pop(), question=question)


def _commands(hits: Iterable[Hit]) -> Iterator[str]:
    for hit in hits:
        for sentence in hit.passage.sentences:
            if _COMMAND.search(sentence.text):
                yield say(
                    "{place} reads like an order to a model; it was taken as text and not quoted.",
                    place=hit.passage.cite(sentence),
                )


@dataclass(frozen=True)
class _Candidate:
    value: float
    coverage: float
    sentence: Sentence
    passage: Passage


def _best(
    question: str, hits: Sequence[Hit], index: Index, taken: Sequence[Finding], limit: int
) -> list[Finding]:
    """The sentences that say most to the question, from several documents where there are."""
    asked = content_words(question)
    whole = [one for hit in hits for one in _candidates(asked, hit, index, _is_quotable)]
    rest = (
        [] if whole else [one for hit in hits for one in _candidates(asked, hit, index, _is_long)]
    )
    left = whole or rest
    least = MIN_SHARE * max((one.value for one in left), default=0)
    left = [one for one in left if one.value >= least]
    chosen: list[Finding] = []
    files: Counter[str] = Counter()
    while left and len(chosen) < limit:
        best = max(left, key=lambda one: one.value * 0.8 ** files[one.passage.file])
        left.remove(best)
        if not any(alike(best.sentence.text, one["text"]) for one in (*taken, *chosen)):
            chosen.append(_finding(question, best))
            files[best.passage.file] += 1
    return chosen


def _candidates(
    asked: Sequence[Word], hit: Hit, index: Index, fits: Callable[[str], bool]
) -> Iterator[_Candidate]:
    passage = hit.passage
    heading = tokens(passage.heading)
    for sentence in passage.sentences:
        if not fits(sentence.text) or _COMMAND.search(sentence.text):
            continue
        held = tokens(sentence.text)
        own = covered(asked, held, index.rarity)
        under = covered(asked, [*held, *heading], index.rarity)
        if max(own, under) < _MIN_SENTENCE:
            continue
        value = (0.5 * own + 0.2 * under + 0.3 * hit.score) * _worth(sentence)
        yield _Candidate(value, round(under, 4), sentence, passage)


def _worth(sentence: Sentence) -> float:
    """Less for what leans on the sentence before it, asks, or is very short or long."""
    worth = 0.6 if _LEANING.search(sentence.text) else 1.0
    parts = sentence.text.split()
    worth *= 1 - sum(bool(_CODE.search(part)) for part in parts) / len(parts)
    if sentence.text.endswith(("?", "？")):
        worth *= 0.4
    return worth * (0.8 if not 30 <= len(sentence.text) * _width(sentence.text) <= 260 else 1.0)


def _width(text: str) -> float:
    """A syllable of Hangul says about as much as two letters."""
    return 2.0 if re.search("[가-힣]", text) else 1.0


def _is_quotable(text: str) -> bool:
    return is_complete(text)


def _is_long(text: str) -> bool:
    return len(text.split()) >= 4 and len(text) <= 400 and not text.endswith(":")


def alike(one: str, other: str) -> bool:
    """Whether two sentences say nearly the same, or one is a part of the other."""
    left, right = set(tokens(one)), set(tokens(other))
    if not left or not right:
        return one.strip() == other.strip()
    shared = len(left & right)
    return shared / len(left | right) >= ALIKE or shared / min(len(left), len(right)) >= 0.85


def _finding(question: str, best: _Candidate) -> Finding:
    text = best.sentence.text
    return {
        "question": question,
        "text": text,
        "cite": best.passage.cite(best.sentence),
        "file": best.passage.file,
        "context": _context(best),
        "coverage": best.coverage,
        "advice": is_advice(text),
        "edited": False,
    }


def is_advice(text: str) -> bool:
    """Whether the sentence says, by itself, what should be done."""
    hindered = _DESCRIBED.search(text) or _LEANING.search(text)
    return bool(_ADVICE.search(text)) and not hindered


def _context(best: _Candidate) -> str:
    """The sentence with those after it, as far as they fit."""
    sentences = best.passage.sentences
    kept = ""
    for sentence in sentences[sentences.index(best.sentence) :]:
        if len(kept) + len(sentence.text) > CONTEXT_CHARS or _COMMAND.search(sentence.text):
            break
        kept = f"{kept} {sentence.text}".strip()
    return kept or best.sentence.text


def is_searched(source: str, allowed: Collection[str] | None, without: Collection[str]) -> bool:
    """Whether the plan lets this source be used; one may name its path or its file name."""
    names = {source, source.rsplit("/", 1)[-1]}
    return not names & set(without) and (allowed is None or bool(names & set(allowed)))
