"""How a request changes. Pure: the request as it is and the time go in, its successor comes out."""

from datetime import datetime, timedelta
from typing import Any

from plancraft.approvals.kinds import ApprovalStatus, Delivery
from plancraft.approvals.policy import same_name
from plancraft.approvals.requests import ApprovalRequest, Decision, Vote
from plancraft.errors import AlreadyAnswered, RequestExpired, TooLateToUndo, UnknownInterrupt

__all__ = [
    "NO_HOLD",
    "assign",
    "cancel",
    "decide",
    "expire",
    "extend",
    "mark_delivered",
    "outcome_of",
    "release",
    "reopen",
    "scrub",
    "supersede",
    "undo",
    "unheard",
]

NO_HOLD = timedelta()


def decide(
    request: ApprovalRequest, decision: Decision, *, now: datetime, hold: timedelta = NO_HOLD
) -> ApprovalRequest:
    """The request with its one answer, due to be delivered to its graph.

    Where several people must approve, an approval that is not the last is a vote, and the
    request stays open. Within `hold` it may still be undone, and is delivered to nobody.

    Raises:
        AlreadyAnswered: somebody was first, or this person approved already.
        RequestExpired: a person answered at or after the deadline.
        UnknownInterrupt: the request was closed without an answer.
    """
    _refuse_unless_open(request)
    late = request.deadline is not None and now >= request.deadline
    if late and decision.via == "person":
        assert request.deadline is not None
        raise RequestExpired(request.id, deadline=request.deadline)
    outcome, votes = outcome_of(request, decision), request.votes
    if outcome["status"] is ApprovalStatus.APPROVED and decision.via == "person":
        votes = (*votes, _vote(request, decision))
        if len(votes) < request.terms.needed:
            return request.succeed(at=now, votes=votes, held_until=_until(now, hold))
    return request.succeed(
        at=now,
        decision=decision,
        votes=votes,
        delivery=Delivery.HELD if hold else _onward(request),
        held_until=_until(now, hold),
        **outcome,
    )


def undo(request: ApprovalRequest, *, by: str, now: datetime) -> ApprovalRequest:
    """The request open again, as it was before this person decided.

    Raises:
        TooLateToUndo: nothing of this person's is held any more, or its deadline has passed.
    """
    held = request.held_until is not None and now < request.held_until
    in_time = request.deadline is None or now < request.deadline
    if request.decision is not None:
        is_own = request.is_held and request.decision.by == by
    else:
        is_own = request.is_open and bool(request.votes) and request.votes[-1].by == by
    if not (held and in_time and is_own):
        raise TooLateToUndo(request.id)
    votes = request.votes
    if votes and (request.decision is None or request.status is ApprovalStatus.APPROVED):
        votes = votes[:-1]  # a no is no vote, and leaves those before it alone
    return reopen(request, now=now).model_copy(update={"votes": votes})


def unheard(request: ApprovalRequest) -> ApprovalRequest:
    """The request as it was before a decision that may still be undone, for whoever asked."""
    if not request.is_held:
        return request
    votes = request.votes[:-1] if request.status is ApprovalStatus.APPROVED else request.votes
    return request.model_copy(
        update={
            "status": ApprovalStatus.PENDING,
            "delivery": Delivery.NONE,
            "decision": None,
            "held_until": None,
            "approved_by": None,
            "approved_at": None,
            "rejection_reason": None,
            "votes": votes,
            "updated_at": None,
            "version": request.version - 1,
        }
    )


def release(request: ApprovalRequest, *, now: datetime) -> ApprovalRequest:
    """The request whose decision is for good: told to whoever waits, due to its graph."""
    return request.succeed(at=now, delivery=_onward(request))


def assign(request: ApprovalRequest, to: str | None, *, now: datetime) -> ApprovalRequest:
    """The request with this person to decide it; with nobody in particular for None.

    Raises:
        AlreadyAnswered, RequestExpired, UnknownInterrupt: it is not open any more.
    """
    _refuse_unless_open(request)
    return request.succeed(at=now, assignee=to)


def _onward(request: ApprovalRequest) -> Delivery:
    return Delivery.DUE if request.graph is not None else Delivery.NONE


def _until(now: datetime, hold: timedelta) -> datetime | None:
    return now + hold if hold else None


def _vote(request: ApprovalRequest, decision: Decision) -> Vote:
    for vote in request.votes:
        if same_name(vote.by, decision.by):
            raise AlreadyAnswered(request.id, by=vote.by, at=vote.at)
    return Vote(by=decision.by, at=decision.at)


def extend(request: ApprovalRequest, *, until: datetime, now: datetime) -> ApprovalRequest:
    """The request with a later deadline.

    Raises:
        AlreadyAnswered, RequestExpired, UnknownInterrupt: it is not open any more.
    """
    _refuse_unless_open(request)
    if request.deadline is not None and now >= request.deadline:
        raise RequestExpired(request.id, deadline=request.deadline)
    return request.succeed(at=now, deadline=until)


def reopen(request: ApprovalRequest, *, now: datetime) -> ApprovalRequest:
    """The request open again, after its node refused the answer; nothing was delivered."""
    return request.succeed(
        at=now,
        status=ApprovalStatus.PENDING,
        decision=None,
        votes=(),
        delivery=Delivery.NONE,
        held_until=None,
        approved_by=None,
        approved_at=None,
        rejection_reason=None,
    )


def mark_delivered(
    request: ApprovalRequest, *, now: datetime, moved_on: bool = True
) -> ApprovalRequest:
    """The request after its node took the answer.

    Until the thread has `moved_on` past the checkpoint, the node may run again and need the
    secret values once more; after that they are dropped.
    """
    changes: dict[str, Any] = {"delivery": Delivery.DONE}
    if moved_on and request.decision is not None and request.decision.secrets:
        changes["decision"] = _without_secrets(request.decision)
    return request.succeed(at=now, **changes)


def scrub(request: ApprovalRequest, *, now: datetime) -> ApprovalRequest:
    """The request without the secret values of its answer."""
    assert request.decision is not None
    return request.succeed(at=now, decision=_without_secrets(request.decision))


def supersede(request: ApprovalRequest, *, now: datetime) -> ApprovalRequest:
    """The request closed because its graph no longer asks this; an answer to it is void."""
    changes: dict[str, Any] = {"status": ApprovalStatus.SUPERSEDED}
    if request.decision is not None:
        changes |= {"delivery": Delivery.WITHDRAWN, "decision": _without_secrets(request.decision)}
    return request.succeed(at=now, **changes)


def cancel(request: ApprovalRequest, *, now: datetime) -> ApprovalRequest:
    """The request withdrawn before it was delivered."""
    withdrawn = supersede(request, now=now)
    return withdrawn.model_copy(update={"status": ApprovalStatus.CANCELLED})


def expire(request: ApprovalRequest, *, now: datetime) -> ApprovalRequest:
    """The request closed by its deadline, without an answer.

    Raises:
        AlreadyAnswered: a decision came in time.
    """
    _refuse_unless_open(request)
    return request.succeed(at=now, status=ApprovalStatus.EXPIRED)


def _refuse_unless_open(request: ApprovalRequest) -> None:
    if request.is_open:
        return
    if request.decision is not None:
        raise AlreadyAnswered(request.id, by=request.decision.by, at=request.decision.at)
    if request.status is ApprovalStatus.EXPIRED and request.deadline is not None:
        raise RequestExpired(request.id, deadline=request.deadline)
    raise UnknownInterrupt(request.interrupt_id or request.id)


def _without_secrets(decision: Decision) -> Decision:
    return decision.model_copy(update={"secrets": {}})


def outcome_of(request: ApprovalRequest, decision: Decision) -> dict[str, Any]:
    """What the decision makes of a request: its status, who approved when, why it was rejected."""
    reading = request.reading
    verdict = reading.verdict(decision.answer) if reading else None
    match decision.answer:
        case {"confirmed": True} | {"decision": "approve" | "edit"}:
            status = ApprovalStatus.APPROVED
        case {"confirmed": False}:
            return {"status": ApprovalStatus.REJECTED}
        case {"decision": "reject", **rest}:
            reason = rest.get("reason")
            return {"status": ApprovalStatus.REJECTED, "rejection_reason": reason}
        case _ if verdict in ("approve", "edit"):
            status = ApprovalStatus.APPROVED
        case _ if verdict == "reject":
            return {"status": ApprovalStatus.REJECTED}
        case _:
            return {"status": ApprovalStatus.ANSWERED}
    return {"status": status, "approved_by": decision.by, "approved_at": decision.at}
