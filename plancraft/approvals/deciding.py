"""From an answer to the recorded decision: checked, then one compare-and-swap."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Required, TypedDict, Unpack

from plancraft.approvals.events import Event, event_of
from plancraft.approvals.policy import require_right
from plancraft.approvals.requests import ApprovalRequest, Decision, Via
from plancraft.approvals.store import Changes, Store
from plancraft.approvals.transitions import NO_HOLD, decide
from plancraft.errors import InvalidAnswer, StaleView, UnknownInterrupt
from plancraft.interrupts.fitting import fit_answer, secret_fields
from plancraft.interrupts.observing import log_hitl_event
from plancraft.interrupts.payloads import (
    ApprovalInterruptPayload,
    ConfirmInterruptPayload,
    FormInterruptPayload,
)
from plancraft.locale import say

__all__ = [
    "Deciding",
    "commit",
    "decided",
    "decision_changes",
    "decision_on",
    "record_answer",
    "require_named",
    "swap",
]


class Deciding(TypedDict, total=False):
    """Who decides, and on what.

    `by` is who; `roles` what this person is; `seen` the digest of what was seen, where it may
    have changed meanwhile; `hold` how long it may be undone and is delivered to nobody.
    """

    by: Required[str]
    roles: Iterable[str]
    seen: str | None
    hold: timedelta


def require_named(given: Mapping[str, Any], names: Any) -> None:
    """Raises:
    TypeError: a keyword is none of this TypedDict's, or one that it needs is missing, which a
        call with `Unpack` does not look at by itself.
    """
    unknown = given.keys() - names.__annotations__.keys()
    missing = names.__required_keys__ - given.keys()
    if unknown or missing:
        raise TypeError(f"unknown keywords: {sorted(unknown)}, missing: {sorted(missing)}")


def decided(
    rows: Sequence[ApprovalRequest],
    answers: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
    via: Via = "person",
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
    return [
        decision_on(known[id_], answer, by=by, now=now, via=via) for id_, answer in answers.items()
    ]


def decision_changes(successors: Sequence[ApprovalRequest]) -> Changes:
    """The one commit that makes decisions count."""
    return Changes(replaced=successors, events=[_decision_event(row) for row in successors])


def _decision_event(row: ApprovalRequest) -> Event:
    if row.decision is None:  # an approval among several that are needed
        return event_of("voted", row, actor=row.votes[-1].by)
    decision = row.decision
    held = {"held": True} if row.is_held else {}
    return event_of(
        "decided", row, actor=decision.by, answer=decision.answer, via=decision.via, **held
    )


def record_answer(
    store: Store,
    request: ApprovalRequest | str,
    answer: Any,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    **deciding: Unpack[Deciding],
) -> ApprovalRequest:
    """The request with its answer on record, to be delivered by whoever has the graph.

    Args:
        store: Where the request is.
        request: Its id, or itself as it was just read.
        answer: As the question's kind takes it.
        now: The time.
        deciding: As `Deciding` says.

    Raises:
        UnknownInterrupt, InvalidAnswer, AlreadyAnswered, RequestExpired: as `resume` does.
        NotAllowed: this person may not decide it.
        StaleView: `seen` is not what the request asks.
    """

    require_named(deciding, Deciding)
    seen, hold = deciding.get("seen"), deciding.get("hold", NO_HOLD)
    by, roles = deciding["by"], tuple(deciding.get("roles", ()))

    def decided_now(row: ApprovalRequest) -> ApprovalRequest:
        if seen is not None and row.is_open and seen != row.digest:
            raise StaleView(row.id)
        return decision_on(row, answer, by=by, now=now(), roles=roles, hold=hold)

    return swap(store, request, decided_now, _decision_event)


def swap(
    store: Store,
    request: ApprovalRequest | str,
    succeed: Callable[[ApprovalRequest], ApprovalRequest],
    event: Callable[[ApprovalRequest], Event],
    *,
    forgets: bool = False,
) -> ApprovalRequest:
    """Put the successor in the request's place, made anew when another writer was first.

    Args:
        store: Where the request is.
        request: Its id, or itself as it was just read.
        succeed: Makes its successor.
        event: Makes the event that tells of it.
        forgets: Whether a secret value is dropped by it.

    Raises:
        UnknownInterrupt: there is no such request; and what `succeed` raises.
    """
    id_ = request if isinstance(request, str) else request.id
    row = store.get(id_) if isinstance(request, str) else request
    while row is not None:
        successor = succeed(row)
        changes = Changes(replaced=[successor], events=[event(successor)], forgets=forgets)
        if commit(store, changes):
            return successor
        row = store.get(id_)
    raise UnknownInterrupt(id_)


def commit(store: Store, changes: Changes) -> bool:
    """Write the changes and log their events; False when another writer was first."""
    written = store.commit(changes, durable=True)
    if written:
        for one in changes.events:
            log_hitl_event(one.kind, one.model_dump(mode="json", exclude={"kind"}))
    return written


def decision_on(
    row: ApprovalRequest,
    answer: Any,
    *,
    by: str,
    now: datetime,
    via: Via = "person",
    roles: Iterable[str] = (),
    hold: timedelta = NO_HOLD,
) -> ApprovalRequest:
    """The request's successor with this answer, checked.

    Raises:
        UnknownInterrupt, InvalidAnswer, AlreadyAnswered, RequestExpired, NotAllowed: the first
            that holds.
    """
    if not row.is_open:
        # Who was first matters more than whether this answer fits.
        return decide(row, Decision(answer=None, by=by, at=now, via=via), now=now)
    if via == "person":
        require_right(row.terms, by=by, roles=roles, requested_by=row.requested_by)
    fitted = fit_answer(row.payload, row.response_schema, answer)
    if row.terms.needed > 1:
        _refuse_unlike_others(row, fitted)
    open_part, secrets = _parted(row, fitted)
    decision = Decision(answer=open_part, by=by, at=now, via=via, secrets=secrets)
    return decide(row, decision, now=now, hold=hold)


def _refuse_unlike_others(row: ApprovalRequest, fitted: Any) -> None:
    """Raises:
    InvalidAnswer: nobody else could vote for just this. A vote is for what its voter saw.
    """
    if isinstance(fitted, dict) and fitted.get("decision") == "edit":
        problem = say("several must approve it, so it is not edited: reject it, and say why")
        raise InvalidAnswer(row.title, [problem])
    reading = row.reading
    if reading is None or reading.verdict(fitted) in ("approve", "reject"):
        return
    yes_or_no = isinstance(reading.payload, ApprovalInterruptPayload | ConfirmInterruptPayload)
    if reading.tools or yes_or_no:
        problem = say("several must approve it, so all of it is approved, or all of it rejected")
        raise InvalidAnswer(row.title, [problem])


def _parted(row: ApprovalRequest, fitted: Any) -> tuple[Any, dict[str, Any]]:
    names = _secret_names(row)
    if not isinstance(fitted, dict) or not names & fitted.keys():
        return fitted, {}
    secrets = {name: value for name, value in fitted.items() if name in names}
    return {name: "***" if name in names else value for name, value in fitted.items()}, secrets


def _secret_names(row: ApprovalRequest) -> set[str]:
    asked = row.asks
    form = asked.form if isinstance(asked, FormInterruptPayload) else None
    return set(secret_fields(form or row.response_schema))
