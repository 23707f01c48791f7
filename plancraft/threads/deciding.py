"""From what people said to recorded decisions. Pure but for the one commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from plancraft.approvals import ApprovalRequest, Changes, Decision, Store
from plancraft.approvals.events import event_of
from plancraft.approvals.transitions import decide
from plancraft.errors import InvalidAnswer, UnknownInterrupt
from plancraft.interrupts.fitting import fit_answer, secret_fields
from plancraft.interrupts.observing import log_hitl_event
from plancraft.locale import say

__all__ = [
    "UNSET",
    "Deliver",
    "Said",
    "decided",
    "decision_changes",
    "named_answers",
    "record_answer",
]


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
    """The answers by interrupt id; `answer` alone is for the only open question.

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
    open_ids = [row.interrupt_id or row.id for row in rows if row.is_open]
    if len(open_ids) != 1:
        raise UnknownInterrupt("answer=", open=open_ids)
    return {open_ids[0]: answer}


def decided(
    rows: Sequence[ApprovalRequest],
    answers: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
    via: Literal["person", "deadline"] = "person",
) -> list[ApprovalRequest]:
    """The rows' successors, each with its answer; all of them or none.

    Raises:
        UnknownInterrupt, InvalidAnswer, AlreadyAnswered, RequestExpired: the first that holds.
    """
    known = {row.interrupt_id: row for row in rows} | {row.id: row for row in rows}
    for id_ in answers:
        if id_ not in known:
            open_ids = [row.interrupt_id or row.id for row in rows if row.is_open]
            raise UnknownInterrupt(str(id_), open=open_ids)
    return [_decide(known[id_], answer, by=by, now=now, via=via) for id_, answer in answers.items()]


def decision_changes(successors: Sequence[ApprovalRequest]) -> Changes:
    """The one commit that makes decisions count."""
    events = [
        event_of("decided", row, actor=row.decision.by, answer=row.decision.answer)
        for row in successors
        if row.decision is not None
    ]
    return Changes(replaced=successors, events=events)


def record_answer(store: Store, request_id: str, answer: Any, *, by: str) -> ApprovalRequest:
    """The request with its answer on record, to be delivered by whoever has the graph.

    Raises:
        UnknownInterrupt, InvalidAnswer, AlreadyAnswered, RequestExpired: as `resume` does.
    """
    while True:
        row = store.get(request_id)
        if row is None:
            raise UnknownInterrupt(request_id)
        (successor,) = decided([row], {row.id: answer}, by=by, now=datetime.now(UTC))
        changes = decision_changes([successor])
        if store.commit(changes, durable=True):
            for event in changes.events:
                log_hitl_event(event.kind, event.model_dump(mode="json", exclude={"kind"}))
            return successor


def _decide(
    row: ApprovalRequest, answer: Any, *, by: str, now: datetime, via: Literal["person", "deadline"]
) -> ApprovalRequest:
    if not row.is_open:
        # Who was first matters more than whether this answer fits.
        return decide(row, Decision(answer=None, by=by, at=now, via=via), now=now)
    fitted = fit_answer(row.payload, row.response_schema, answer)
    open_part, secrets = _parted(row, fitted)
    decision = Decision(answer=open_part, by=by, at=now, via=via, secrets=secrets)
    return decide(row, decision, now=now)


def _parted(row: ApprovalRequest, fitted: Any) -> tuple[Any, dict[str, Any]]:
    names = _secret_names(row)
    if not isinstance(fitted, dict) or not names & fitted.keys():
        return fitted, {}
    secrets = {name: value for name, value in fitted.items() if name in names}
    return {name: "***" if name in names else value for name, value in fitted.items()}, secrets


def _secret_names(row: ApprovalRequest) -> set[str]:
    shown = row.payload if isinstance(row.payload, dict) else {}
    return set(secret_fields(shown.get("form") or row.response_schema))
