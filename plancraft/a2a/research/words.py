"""Words as the search sees them: Latin ones lightly stemmed, Hangul ones as pairs of syllables.

A Korean word carries particles and endings. The common ones are taken off; what is left is
compared by its pairs of syllables, so that 승인을, 승인은 and 승인하는 all meet in 승인.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from plancraft.a2a.research.vocabulary import ENDINGS, ENGLISH_STOP, KOREAN_STOP, PARTICLES

__all__ = ["Word", "content_words", "named", "normal", "tokens", "words"]

_RUN = re.compile(r"[가-힣]+|[぀-ヿ㐀-鿿]+|[^\W_가-힣぀-ヿ㐀-鿿]+")
_WIDE = re.compile(r"[가-힣぀-ヿ㐀-鿿]")
_LONGEST_WORD = 64
_BY_LENGTH_PARTICLES = sorted(PARTICLES, key=lambda one: (-len(one), one))
_BY_LENGTH_ENDINGS = sorted(ENDINGS, key=lambda one: (-len(one), one))


@dataclass(frozen=True)
class Word:
    """A word as written, and the tokens it is found by."""

    text: str
    tokens: tuple[str, ...]


def normal(text: str) -> str:
    """The text in Unicode's composed form, so that Hangul from any system is the same."""
    return unicodedata.normalize("NFC", text)


def words(text: str) -> list[Word]:
    """Every word of the text."""
    runs = _RUN.findall(normal(text).lower())
    return [Word(run[:_LONGEST_WORD], _tokens_of(run[:_LONGEST_WORD])) for run in runs]


def content_words(text: str) -> list[Word]:
    """The words that say what the text is about, each once, in their order."""
    kept: dict[tuple[str, ...], Word] = {}
    for word in words(text):
        if word.tokens and not _is_stop(word.text):
            kept.setdefault(word.tokens, word)
    return list(kept.values())


def tokens(text: str) -> list[str]:
    """The tokens of all words but the empty ones, in their order."""
    return [token for word in words(text) if not _is_stop(word.text) for token in word.tokens]


def _is_stop(word: str) -> bool:
    return word in ENGLISH_STOP or word in KOREAN_STOP or (len(word) == 1 and word.isascii())


@lru_cache(maxsize=65536)
def _tokens_of(word: str) -> tuple[str, ...]:
    if not _WIDE.match(word):
        return (_stem(word),)
    bare = _bare(word)
    return (bare,) if len(bare) < 3 else tuple(a + b for a, b in itertools.pairwise(bare))


def _bare(word: str) -> str:
    """The word without its ending; never less than two syllables, but for 답을 and its like."""
    for endings in (_BY_LENGTH_PARTICLES, _BY_LENGTH_ENDINGS):
        for ending in endings:
            if word.endswith(ending) and len(word) - len(ending) >= 2:
                word = word.removesuffix(ending)
                break
    return word[:1] if len(word) == 2 and word[1] in "을를" else word


def _stem(word: str) -> str:
    if len(word) < 4 or not word.isascii():
        return word
    stem = _singular(word)
    for ending in ("ing", "ed", "al", "ly"):
        if _may_lose(stem, ending):
            stem = _undoubled(stem.removesuffix(ending))
            break
    return stem[:-1] if len(stem) > 3 and stem.endswith("e") else stem


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _may_lose(word: str, ending: str) -> bool:
    rest = word.removesuffix(ending)
    if rest == word or len(rest) < 3 or not re.search("[aeiouy]", rest):
        return False
    # approval, removal, refusal: a verb stands before the ending.
    return ending != "al" or (len(rest) > 4 and rest.endswith(("v", "s", "r")))


def _undoubled(stem: str) -> str:
    doubled = len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "aeiouls"
    return stem[:-1] if doubled else stem


def named(found: Iterable[Word]) -> str:
    """The words, without Korean endings, for a question about them."""
    return ", ".join(_bare(word.text) if _WIDE.match(word.text) else word.text for word in found)
