"""What a person says to a thread: to which question, and how it is carried back. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from plancraft.approvals import ApprovalRequest
from plancraft.errors import InvalidAnswer, UnknownInterrupt
from plancraft.locale import say

__all__ = ["UNSET", "Deliver", "Said", "named_answers"]


class Unset:
    """Tells an answer that was not given from one that is None."""


UNSET = Unset()

Deliver = Literal["step", "each"]


@dataclass(frozen=True)
class Said:
    """What a person said: a map of answers, or one answer to the only open question."""

    answers: Mapping[str, Any] | None
    answer: Any
    by: str
    deliver: Deliver

    def __post_init__(self) -> None:
        if self.deliver not in ("step", "each"):
            raise ValueError("deliver is 'step' or 'each'")
        if not isinstance(self.by, str) or not self.by.strip():
            raise ValueError("by names who decides")

    @property
    def ids(self) -> set[Any]:
        """The interrupt ids that are named."""
        return set(self.answers) if isinstance(self.answers, Mapping) else set()


def named_answers(rows: Sequence[ApprovalRequest], said: Said) -> dict[str, Any]:
    """The answers by id; `answer` alone is for the only open question, else for the last closed.

    Raises:
        InvalidAnswer: neither or both were given, or they are no map.
        UnknownInterrupt: `answer` alone, but not exactly one question is open.
    """
    answers, answer = said.answers, said.answer
    if answers is not None and not isinstance(answers, Mapping):
        raise InvalidAnswer("-", [say("answers are a map {{interrupt_id: answer}}")])
    if isinstance(answer, Unset):
        if not answers:
            raise InvalidAnswer("-", [say("no answer was given")])
        return dict(answers)
    if answers:
        raise InvalidAnswer("-", [say("give a map of answers or answer=, not both")])
    asked = [row for row in rows if row.is_open] or rows[-1:]
    if len(asked) != 1:
        raise UnknownInterrupt(None, open=[row.interrupt_id or row.id for row in asked])
    return {asked[0].id: answer}
