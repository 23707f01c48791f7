"""How a request changes. Pure: the request as it is and the time go in, its successor comes out."""

from datetime import datetime
from typing import Any

from plancraft.approvals.requests import ApprovalRequest, ApprovalStatus, Decision, Delivery
from plancraft.errors import AlreadyAnswered, RequestExpired, UnknownInterrupt

__all__ = ["cancel", "decide", "expire", "mark_delivered", "reopen", "scrub", "supersede"]


def decide(request: ApprovalRequest, decision: Decision, *, now: datetime) -> ApprovalRequest:
    """The request with its one answer, due to be delivered.

    Raises:
        AlreadyAnswered: somebody was first.
        RequestExpired: a person answered at or after the deadline.
        UnknownInterrupt: the request was closed without an answer.
    """
    _refuse_unless_open(request)
    late = request.deadline is not None and now >= request.deadline
    if late and decision.via == "person":
        assert request.deadline is not None
        raise RequestExpired(request.id, deadline=request.deadline)
    return request.succeed(at=now, decision=decision, delivery=Delivery.DUE, **_outcome(decision))


def reopen(request: ApprovalRequest, *, now: datetime) -> ApprovalRequest:
    """The request open again, after its node refused the answer; nothing was delivered."""
    return request.succeed(
        at=now,
        status=ApprovalStatus.PENDING,
        decision=None,
        delivery=Delivery.NONE,
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


def _outcome(decision: Decision) -> dict[str, Any]:
    match decision.answer:
        case {"confirmed": True} | {"decision": "approve" | "edit"}:
            status = ApprovalStatus.APPROVED
        case {"confirmed": False}:
            return {"status": ApprovalStatus.REJECTED}
        case {"decision": "reject", **rest}:
            reason = rest.get("reason")
            return {"status": ApprovalStatus.REJECTED, "rejection_reason": reason}
        case _:
            return {"status": ApprovalStatus.ANSWERED}
    return {"status": status, "approved_by": decision.by, "approved_at": decision.at}
