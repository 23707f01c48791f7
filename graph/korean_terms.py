"""The telling terms of a Korean idea, and its title."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from graph import hangul
from graph.findings import Findings, topic
from graph.korean import are_people, is_product
from graph.korean_patterns import ATTRIBUTIVE, LIMIT
from graph.wordlists import KO_STOP

LONGEST = 40
_WORD = re.compile(
    r"[가-힣]+|[A-Za-z][A-Za-z0-9+#-]*(?:으로|에서|[을를이가은는로에의와과])?"
    r"|\d+[가-힣A-Za-z]+|\n|[^\w\s]"
)
_ABLE_VERB = re.compile(r"(?<!\S)\S{1,12}(?<!할)\s수\s(?=[있없])")


def title(found: Findings, features: Sequence[str], keywords: Sequence[str]) -> str:
    """A name of a few words: the product's own, or its main object and its kind."""
    head = found.head.split()
    telling = [word for word in head if not is_product(word) and word not in KO_STOP]
    if telling:
        return _short(head)
    kind = head[-1] if head and is_product(head[-1]) else ""
    about = (kind and _act(features)) or topic(features, keywords, kind)
    return f"{about} {kind}".strip()


def _short(words: Sequence[str]) -> str:
    """The end of a name, where its product stands, from a phrase that fits on."""
    kept = list(words)
    while len(kept) > 1 and len(" ".join(kept)) > LONGEST:
        kept = kept[1:]
    return " ".join(kept)


def _act(features: Sequence[str]) -> str:
    """The first feature in two or three nouns: AI로 회의록을 자동으로 요약 gives 회의록 요약."""
    words = features[0].split() if features else []
    if words and words[-1].endswith("기") and len(words) > 1:
        words = words[:-1]
        if hangul.without_particle(words[-1]) != words[-1]:
            return ""
    kept: list[str] = []
    for word in reversed(words):
        if ATTRIBUTIVE.search(word):
            return ""
        if word.endswith(("게", "면", "고", "서")):
            return " ".join(kept) if len(kept) in (2, 3) else ""
        bare = hangul.without_particle(word)
        if bare != word and not word.endswith(("을", "를")):
            if word in KO_STOP:
                continue
            break
        kept.insert(0, bare)
    return " ".join(kept) if len(kept) <= 3 else ""


def keywords(text: str, features: Sequence[str]) -> list[str]:
    """Terms of one to three words, those said often, early and inside a feature first."""
    runs: Counter[str] = Counter()
    places: dict[str, int] = {}
    for place, run in enumerate(_runs(text)):
        runs[run] += 1
        places.setdefault(run, place)
    wanted = " ".join(features)

    def telling(run: str) -> tuple[float, int]:
        inside = 1.5 if run in wanted else 0.0
        return (-(runs[run] + inside + 0.4 * min(run.count(" "), 1)), places[run])

    return sorted(runs, key=telling)


def _runs(text: str) -> Iterator[str]:
    run: list[str] = []
    for word in (*_WORD.findall(_ABLE_VERB.sub("\n", text)), "\n"):
        noun, goes_on = _noun(word)
        if noun:
            run.append(noun)
        if run and not (noun and goes_on):
            yield " ".join(run[-3:])
            run = []


def _is_short_stop(word: str) -> bool:
    """Whether a syllable that says little stands with its particle: 때가, 앱이."""
    noun, mark = word[:1], word[1:]
    return mark in tuple("이가은는을를") and (noun in KO_STOP or is_product(noun))


def _noun(word: str) -> tuple[str, bool]:
    """The noun in a word, and whether the next word may belong to it."""
    bare = hangul.without_particle(word)
    if word in KO_STOP or bare in KO_STOP or is_product(word) or _is_short_stop(word):
        return "", False
    if are_people(word) and bare != word:
        return "", False
    if LIMIT.match(word) or not bare[0].isalpha():
        return "", False
    if len(word) > 2 and word.endswith("할"):
        return word[:-1], False
    stem = hangul.verb_stem(word)
    if stem and bare != word and not word.endswith("는"):
        stem = None
    if stem:
        noun = stem[:-1] if stem.endswith(("하", "되")) else ""
        return (noun if len(noun) > 1 else ""), False
    if (
        len(bare) < 2
        or ATTRIBUTIVE.search(word)
        or re.search(r"(?:[서게려니지]|수록|느라|는데|싶\S*|.면|[어아]요)$", word)
    ):
        return ("", False) if bare == word or len(bare) < 2 else (bare, False)
    return bare, bare == word
