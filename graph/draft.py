"""What goes into a plan before it is put in words: its parts, their order, and its length."""

import re
from collections.abc import Sequence
from functools import reduce
from typing import Literal

from pydantic import BaseModel

from graph.analysis import Analysis
from graph.brief import Brief, Direction
from graph.feedback import Remark, remarks_in, speaks_of
from graph.phrases import phrases_in
from graph.prose import flat, trimmed
from graph.traits import effort_of

MOST_PARTS = 60


class Part(BaseModel, frozen=True):
    """One thing to build, where it came from, and how it was stressed."""

    name: str
    origin: Literal["idea", "must", "assumed", "added", "general"] = "idea"
    detailed: bool = False
    thrifty: bool = False


class Change(BaseModel, frozen=True):
    """One effect a remark had."""

    kind: Literal["added", "emphasised", "dropped", "not_there", "cheaper", "sooner", "general"]
    remark: str
    part: str = ""


class Draft(BaseModel, frozen=True):
    """A plan's content; the first part leads."""

    parts: tuple[Part, ...]
    weeks: int
    dropped: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()

    def wished(self, kind: str) -> bool:
        """Whether feedback asked for this kind of change."""
        return any(change.kind == kind for change in self.changes)

    @property
    def features(self) -> tuple[Part, ...]:
        """The parts to build, without remarks to settle."""
        return tuple(part for part in self.parts if part.origin != "general")

    @property
    def remarks(self) -> tuple[str, ...]:
        """Remarks that ask for no part in particular."""
        return tuple(part.name for part in self.parts if part.origin == "general")

    def find(self, subject: str) -> Part | None:
        """The part the subject speaks of."""
        exact = (part for part in self.features if part.name.casefold() == subject.casefold())
        near = (part for part in self.features if speaks_of(subject, part.name))
        return next(exact, None) or next(near, None)

    def changed(self, change: Change, parts: Sequence[Part]) -> "Draft":
        """The successor with these parts and one change more."""
        kept = tuple(parts)[:MOST_PARTS]
        return self.model_copy(update={"parts": kept, "changes": (*self.changes, change)})


def own_parts(analysis: Analysis) -> tuple[Part, ...]:
    """The idea's features; when it names one at most, with what such a product always needs."""
    parts = tuple(Part(name=feature) for feature in analysis.features)
    if len(parts) > 1:
        return parts
    if parts[0].name.casefold() == analysis.title.casefold():
        parts = ()
    names = (
        template.format(topic=analysis.keywords[0])
        for template in phrases_in(analysis.language).fallback_parts
    )
    return (*parts, *(Part(name=name, origin="assumed") for name in names))


def riskiest(parts: Sequence[Part]) -> Part:
    """The part that takes most; of equals the later one, which was thought of last."""
    return max(reversed(parts), key=lambda part: effort_of(part.name))


def musts(brief: Brief, parts: Sequence[Part]) -> tuple[str, ...]:
    """The must-haves one by one; commas part them only when nothing stronger does."""
    whole = trimmed(flat(brief.must_have, 500))
    if any(part.name.casefold() == whole.casefold() for part in parts):
        return (whole,)
    mark = r"[;\n]" if re.search(r"[;\n]", brief.must_have.strip()) else r",\s"
    found = (trimmed(flat(piece, 120)) for piece in re.split(mark, brief.must_have))
    return tuple(dict.fromkeys(piece for piece in found if piece))[:8]


def first_draft(analysis: Analysis, direction: Direction, brief: Brief) -> Draft:
    """The parts in the order the direction asks, the must-haves among them."""
    parts = own_parts(analysis)
    lead = riskiest(parts) if direction.id == "riskiest_first" else parts[0]
    draft = Draft(parts=parts, weeks=brief.weeks)
    required = {}
    for must in musts(brief, parts):
        known = draft.find(must)
        name = known.name if known else must
        required[name] = Part(name=name, origin="must")
    known_parts = [required.pop(part.name, part) for part in parts]
    everything = [*known_parts, *required.values()]
    if direction.id == "broad_launch":
        return Draft(parts=tuple(everything), weeks=brief.weeks)
    ranked = sorted(everything, key=lambda part: (part.name != lead.name, part.origin != "must"))
    return Draft(parts=tuple(ranked), weeks=brief.weeks)


def reviewed(draft: Draft, feedback: Sequence[str]) -> Draft:
    """The draft after every remark, in the order given."""
    remarks = (remark for item in feedback for remark in remarks_in(item))
    return reduce(_after, remarks, draft)


def _after(draft: Draft, remark: Remark) -> Draft:
    match remark.wish:
        case "added":
            return _with_added(draft, remark)
        case "dropped":
            return _with_dropped(draft, remark)
        case "emphasised":
            return _with_emphasised(draft, remark)
        case "cheaper":
            return _made_cheaper(draft, remark)
        case "sooner":
            weeks = max(1, draft.weeks - max(1, draft.weeks // 4))
            sooner = draft.changed(Change(kind="sooner", remark=remark.text), draft.parts)
            return sooner.model_copy(update={"weeks": weeks})
    return _with_general(draft, remark)


def _with_added(draft: Draft, remark: Remark) -> Draft:
    known = draft.find(remark.subject)
    if known is not None and known.name.casefold() == remark.subject.casefold():
        return _with_emphasised(draft, remark)
    change = Change(kind="added", remark=remark.text, part=remark.subject)
    added = draft.changed(change, (*draft.parts, Part(name=remark.subject, origin="added")))
    kept = tuple(name for name in draft.dropped if name.casefold() != remark.subject.casefold())
    return added.model_copy(update={"dropped": kept})


def _with_dropped(draft: Draft, remark: Remark) -> Draft:
    known = draft.find(remark.subject)
    if known is not None and known in draft.features and len(draft.features) == 1:
        return _with_general(draft, remark)
    name = known.name if known else remark.subject
    kind: Literal["dropped", "not_there"] = "dropped" if known else "not_there"
    parts = [part for part in draft.parts if part is not known]
    less = draft.changed(Change(kind=kind, remark=remark.text, part=name), parts)
    return less.model_copy(update={"dropped": (*draft.dropped, name)})


def _with_emphasised(draft: Draft, remark: Remark) -> Draft:
    known = draft.find(remark.subject)
    if known is None:
        change = Change(kind="added", remark=remark.text, part=remark.subject)
        new = Part(name=remark.subject, origin="added", detailed=True)
        return draft.changed(change, (*draft.parts, new))
    stressed = known.model_copy(update={"detailed": True})
    others = [part for part in draft.parts if part.name != known.name]
    change = Change(kind="emphasised", remark=remark.text, part=known.name)
    return draft.changed(change, (stressed, *others))


def _made_cheaper(draft: Draft, remark: Remark) -> Draft:
    known = draft.find(remark.subject) if remark.subject else None
    if remark.subject and known is None:
        return _with_general(draft, remark)
    plain = [part for part in draft.features if not part.thrifty] or list(draft.features)
    chosen = known or max(plain, key=lambda part: effort_of(part.name))
    thrifty = chosen.model_copy(update={"thrifty": True})
    change = Change(kind="cheaper", remark=remark.text, part=chosen.name)
    return draft.changed(change, [thrifty if part == chosen else part for part in draft.parts])


def _with_general(draft: Draft, remark: Remark) -> Draft:
    part = Part(name=flat(remark.text, 80), origin="general")
    change = Change(kind="general", remark=remark.text, part=part.name)
    others = (other for other in draft.parts if other.name != part.name)
    return draft.changed(change, (*others, part))
