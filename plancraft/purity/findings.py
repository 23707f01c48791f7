"""What the linter says: one finding, at one place."""

import re
from dataclasses import dataclass

from plancraft.locale import N_, say
from plancraft.purity.rules import RULES

__all__ = ["Finding", "Place"]


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands: path as given, line and column from 1."""

    path: str
    line: int
    column: int
    last_line: int = 0
    cell: int = 0
    """In a notebook, the code cell, from 1; the lines are counted in it."""


@dataclass(frozen=True, order=True)
class Finding:
    """One breach of a rule. `what` is the code at fault, `detail` where it comes from."""

    place: Place
    code: str
    what: str
    detail: str = ""

    @property
    def message(self) -> str:
        """The finding in a sentence, in the reader's language."""
        text = say(RULES[self.code].message, what=self.what)
        return f"{text} ({_said(self.detail)})" if self.detail else text


_LABELS = {
    *(N_("network"), N_("file"), N_("database"), N_("process"), N_("environment"), N_("model")),
    *(N_("person"), N_("code"), N_("counter"), N_("by its name")),
}
_DETAILS = {
    N_("{what} in line {line}"): re.compile(r"(?P<what>`.*`) in line (?P<line>\d+)"),
    N_("{what} outlives the run"): re.compile(r"(?P<what>`.*`) outlives the run"),
}


def _said(detail: str) -> str:
    if detail in _LABELS:
        return say(detail)
    for sentence, pattern in _DETAILS.items():
        if match := pattern.fullmatch(detail):
            return say(sentence, **match.groupdict())
    return detail
