"""What the passing of time does to a request. Pure."""

from datetime import datetime
from typing import Any

from plancraft.approvals.deciding import decision_changes, decision_on
from plancraft.approvals.events import event_of
from plancraft.approvals.kinds import Delivery
from plancraft.approvals.requests import ApprovalRequest
from plancraft.approvals.store import Changes
from plancraft.approvals.transitions import expire, release
from plancraft.errors import InvalidAnswer
from plancraft.interrupts.payloads import (
    ApprovalInterruptPayload,
    ConfirmInterruptPayload,
    FormInterruptPayload,
    OptionInterruptPayload,
)

__all__ = ["DEADLINE", "is_for_good", "lapse", "let_go", "timeout_answer"]

DEADLINE = "policy:deadline"
"""Who decided, where nobody did."""


def lapse(request: ApprovalRequest, *, now: datetime) -> Changes:
    """What to write for an open request whose time is up: its default answer, or its end.

    Raises:
        AlreadyAnswered: a decision came in time.
    """
    answer = timeout_answer(request)
    if answer is not None:
        try:
            decided = decision_on(request, answer, by=DEADLINE, now=now, via="deadline")
            return decision_changes([decided])
        except InvalidAnswer:  # one bad default must not stop the sweep
            pass
    closed = expire(request, now=now)
    if request.graph is not None:  # its thread is to be ended
        closed = closed.model_copy(update={"delivery": Delivery.DUE})
    return Changes(replaced=[closed], events=[event_of("expired", closed, actor=DEADLINE)])


def is_for_good(request: ApprovalRequest, now: datetime) -> bool:
    """Whether a held decision can be undone no more, and is to be let go."""
    return request.is_held and (request.held_until is None or request.held_until <= now)


def let_go(request: ApprovalRequest, *, now: datetime) -> Changes:
    """What to write for a held decision that is for good."""
    assert request.decision is not None
    freed = release(request, now=now)
    return Changes(
        replaced=[freed], events=[event_of("released", freed, actor=request.decision.by)]
    )


def timeout_answer(request: ApprovalRequest) -> Any:
    """The answer that silence gives; None when silence closes the request instead."""
    if request.graph is None:
        approves = request.terms.silence == "approve"
        return {"decision": "approve", "reason": None, "content": None} if approves else None
    if request.timeout_action == "cancel":
        return None
    if reading := request.reading:
        return reading.silence
    match request.asks:
        case OptionInterruptPayload(default=[_, *_] as chosen):
            return {"selected": chosen, "text": None}
        case ConfirmInterruptPayload():
            return {"confirmed": False}
        case ApprovalInterruptPayload():
            return {"decision": "reject", "reason": "timeout", "content": None}
        case FormInterruptPayload(default=dict() as values):
            return values
    return None
