"""What a reader of one language finds in an idea, and how finds are kept few and distinct."""

import re
from collections.abc import Callable, Iterable, Sequence

from pydantic import BaseModel

from graph.prose import clip, flat, trimmed

_ACRONYM = re.compile(r"\b(?:gps|sms|api|pdf|ocr|qr|nfc|faq|ai|vr|usb|pos|crm|iot)\b", re.ASCII)

MOST_SENTENCES = 400
MOST_FEATURES = 8
MOST_PEOPLE = 4
MOST_CONSTRAINTS = 6
MOST_KEYWORDS = 10


class Findings(BaseModel, frozen=True):
    """What was found in a piece of an idea, in reading order."""

    head: str = ""
    features: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()

    def joined(self, other: "Findings") -> "Findings":
        """Both sets of finds; the first head wins."""
        return Findings(
            head=self.head or other.head,
            features=self.features + other.features,
            people=self.people + other.people,
            constraints=self.constraints + other.constraints,
        )

    @property
    def full(self) -> bool:
        """Whether reading on would add nothing that is kept."""
        return len(self.features) >= 4 * MOST_FEATURES


class Sentence(BaseModel, frozen=True):
    """A sentence, the labelled section it stands in, and whether it was a list item."""

    text: str
    section: str = ""
    labelled: bool = False
    marked: bool = False

    @property
    def is_listing(self) -> bool:
        """Whether it tells features in a row rather than one a line."""
        return self.labelled and not self.marked and self.section == "features"


def gathered(
    sentences: Sequence[Sentence], core: re.Pattern[str], read: Callable[[Sentence], Findings]
) -> Findings:
    """What the sentences say; prose before the first that speaks of a product is background."""
    start = next((at for at, one in enumerate(sentences) if core.search(one.text)), 0)
    found, background = Findings(), Findings()
    for at, sentence in enumerate(sentences):
        part = read(sentence)
        tells = at >= start or sentence.section or sentence.marked
        short = len(sentence.text.split()) <= 5
        if tells or short:
            found = found.joined(part)
        else:
            background = background.joined(Findings(people=part.people))
        if found.full:
            break
    return found.joined(background)


def topic(features: Sequence[str], keywords: Sequence[str], kind: str) -> str:
    """What the product is about: its first keyword, or two of them when it has no kind."""
    if not keywords:
        return " ".join((features or ("",))[0].split()[:4])
    if kind or " " in keywords[0] or not features:
        return keywords[0]
    first = features[0].casefold()
    inside = [word for word in keywords if word.casefold() in first and " " not in word][:2]
    return " ".join(sorted(inside, key=lambda word: first.index(word.casefold()))) or keywords[0]


def distinct(finds: Iterable[str], most: int, longest: int = 80) -> tuple[str, ...]:
    """The first `most` finds, tidied, without any that says the same as an earlier one."""
    kept: list[str] = []
    for find in finds:
        tidy = _ACRONYM.sub(lambda word: word[0].upper(), trimmed(clip(flat(find, 400), longest)))
        if tidy and any(char.isalnum() for char in tidy) and not _already_said(tidy, kept):
            kept.append(tidy)
        if len(kept) == most:
            break
    return tuple(kept)


def _already_said(find: str, kept: list[str]) -> bool:
    said = find.casefold().split()
    return any(said == earlier.casefold().split() for earlier in kept)
