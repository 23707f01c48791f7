"""What happened to a request, one line each, never changed afterwards."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from plancraft.approvals.requests import ApprovalRequest

__all__ = ["Event", "EventKind", "event_of"]

EventKind = Literal[
    "opened", "decided", "refused", "delivered", "superseded", "cancelled", "expired"
]


class Event(BaseModel):
    """One thing that happened. `data` never holds a secret value."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: EventKind
    request_id: str
    thread_id: str | None
    actor: str
    at: AwareDatetime
    data: dict[str, Any] = Field(default_factory=dict)


def event_of(kind: EventKind, request: ApprovalRequest, *, actor: str, **data: Any) -> Event:
    """The event that turned a request into this version of it."""
    return Event(
        kind=kind,
        request_id=request.id,
        thread_id=request.thread_id,
        actor=actor,
        at=request.updated_at or request.created_at,
        data={"version": request.version, "digest": request.digest, **data},
    )
