"""English verbs: which word is one, in which form, and the clause in its base form."""

import re
from itertools import pairwise

from graph.prose import trimmed
from graph.wordlists import DOUBLED, PRODUCTS, VERBS

# Verbs that name things more often: they count where the clause begins.
NOUNS_TOO = frozenset(("list", "lists", "press", "chase", "back"))
BEFORE_VERB = frozenset(
    (
        "also",
        "then",
        "automatically",
        "easily",
        "quickly",
        "can",
        "to",
        "be",
        "able",
        "and",
        "or",
        "will",
    )
)


_SWAPS = {"my": "their", "our": "their", "your": "their", "me": "them", "us": "them"}


def _inflections() -> dict[str, tuple[str, str]]:
    forms: dict[str, tuple[str, str]] = {}
    for verb in sorted(VERBS):
        stem = verb[:-1] if verb.endswith("e") and not verb.endswith(("ee", "ye")) else verb
        doubled = verb + verb[-1] if verb in DOUBLED and verb[-1] != "e" else stem
        plural = re.sub(r"(s|x|z|ch|sh|o)$", r"\1e", verb) + "s"
        forms[re.sub(r"([^aeiou])ys$", r"\1ies", plural)] = (verb, "third")
        forms[doubled + "ing"] = (verb, "gerund")
    return forms | {verb: (verb, "base") for verb in VERBS}


_FORMS = _inflections()


def verb_at(words: list[str]) -> int | None:
    """The place of the first verb among the first words; further in, only a base form counts."""
    for at, word in enumerate(words[:7]):
        form = _FORMS.get(word.lower().strip(",.;:"))
        if form is not None and (at == 0 or (form[1] == "base" and word not in NOUNS_TOO)):
            return at
    return None


def form_of(text: str) -> tuple[str, str] | None:
    """The base and the form of the verb the text starts with; None when it starts with none."""
    words = text.split()
    while words and (words[0].lower() in BEFORE_VERB or re.match(r"\w+ly$", words[0])):
        words = words[1:]
    if not words:
        return None
    form = _FORMS.get(words[0].lower().strip(",;:"))
    if form and form[1] == "base" and len(words) > 1 and words[1].lower() in PRODUCTS:
        return None
    return form


def infinitive(text: str) -> str:
    """The clause from its verb on, in its base form, and about "them" rather than "me"."""
    form = form_of(text)
    words = text.split()
    while form and words and words[0].lower() in BEFORE_VERB:
        words = words[1:]
    at = verb_at(words) if form else None
    if form and at is None:
        at = next((i for i, w in enumerate(words) if w.lower() in _FORMS), None)
    if form and at is not None:
        words[at] = form[0]
    told = (_reported(before, word) for before, word in pairwise(["", *words]))
    return trimmed(" ".join(told))


def _reported(before: str, word: str) -> str:
    """The word as said about others: "my" is "their", "what you" is "what they"."""
    if word.lower() == "you":
        return (
            "they" if before.lower() in ("what", "when", "how", "where", "that", "if") else "them"
        )
    return _SWAPS.get(word.lower(), word)


def is_act(name: str) -> bool:
    """Whether the name says what to do rather than what there is."""
    form = form_of(name)
    return form is not None and form[1] == "base" and " " in name
