"""Passages and the search over them: BM25, and how much of a question a passage covers."""

import logging
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from plancraft.a2a.research.passages import Passage
from plancraft.a2a.research.words import Word, content_words, tokens

__all__ = ["MIN_COVERAGE", "Hit", "Index", "covered"]

MIN_COVERAGE = 0.45
"""A passage that covers less of a question's words, each weighed by its rarity, is no answer."""


@dataclass(frozen=True)
class Hit:
    """A passage found: its BM25 score as a share of the best, and what it covers (0 to 1)."""

    passage: Passage
    score: float
    coverage: float


class Index:
    """Passages that can be searched."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = tuple(passages)
        self._tokens = [tokens(f"{one.heading}\n{one.text}") for one in self.passages]

    @cached_property
    def _frequency(self) -> Counter[str]:
        return Counter(token for one in self._tokens for token in set(one))

    @cached_property
    def _engine(self) -> Any:
        import bm25s

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it has one of its own, at DEBUG
        engine = bm25s.BM25()
        # A title helps to rank its passages; alone it makes none of them an answer.
        titles = [tokens(passage.title) for passage in self.passages]
        both = [own + title for own, title in zip(self._tokens, titles, strict=True)]
        engine.index(both, show_progress=False)
        return engine

    def rarity(self, word: Word) -> float:
        """The inverse document frequency of the word's rarest token."""
        rarest = min((self._frequency[token] for token in word.tokens), default=0)
        return math.log(1 + (len(self.passages) + 1) / (rarest + 0.5))

    def search(
        self, question: str, *, only: Callable[[Passage], bool] = lambda _: True, limit: int = 12
    ) -> list[Hit]:
        """Passages for the question, best first; those that cover too little are left out."""
        asked = content_words(question)
        wanted = [token for word in asked for token in word.tokens if self._frequency[token]]
        if not wanted:
            return []
        scores = self._engine.get_scores(wanted)
        best = float(max(scores)) or 1.0
        ranked = sorted(range(len(self.passages)), key=lambda at: (-float(scores[at]), at))
        hits: list[Hit] = []
        for at in ranked[: 20 * limit]:
            if scores[at] <= 0 or len(hits) >= limit:
                break
            passage = self.passages[at]
            share = covered(asked, self._tokens[at], self.rarity)
            if share >= MIN_COVERAGE and only(passage):
                hits.append(Hit(passage, round(float(scores[at]) / best, 4), round(share, 4)))
        return hits


def covered(
    asked: Iterable[Word], held: Collection[str], weight: Callable[[Word], float] = lambda _: 1.0
) -> float:
    """The share of the question's words, by weight, that the tokens hold."""
    held = set(held)
    weights = [(weight(word), _credit(word, held)) for word in asked]
    total = sum(each for each, _ in weights)
    return sum(each * credit for each, credit in weights) / total if total else 0.0


def _credit(word: Word, held: set[str]) -> float:
    """How far a word is there: its beginning counts half, with half of its pairs it is whole."""
    if word.tokens[0] not in held:
        return 0.0
    share = sum(token in held for token in word.tokens) / len(word.tokens)
    return 1.0 if share > 0.5 or len(word.tokens) <= 2 else 0.5
