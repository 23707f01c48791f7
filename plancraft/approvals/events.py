"""What happened to a request, one line each, never changed afterwards.

The lines form a chain: each one's hash is over the hash before it and its own text, so that a line
that was altered, removed or moved no longer fits. `plancraft.approvals.audit` looks for it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from plancraft.approvals.requests import ApprovalRequest

__all__ = [
    "START",
    "Entry",
    "Event",
    "EventKind",
    "Head",
    "chained",
    "event_of",
    "is_undoable",
    "link",
    "spelled",
]

EventKind = Literal[
    "opened",
    "voted",
    "decided",
    "refused",
    "undone",
    "released",
    "assigned",
    "delivered",
    "superseded",
    "cancelled",
    "expired",
    "extended",
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
        data={"version": request.version, "digest": request.digest, **_made(kind, request), **data},
    )


def spelled(time: datetime | None) -> str | None:
    """A time as it stands in the data of an event."""
    return None if time is None else time.astimezone(UTC).isoformat()


def _made(kind: EventKind, request: ApprovalRequest) -> dict[str, Any]:
    """What a request was when it was made, for who checks later whether it still is."""
    if kind != "opened":
        return {}
    return {"seal": request.seal, "deadline": spelled(request.deadline)}


def is_undoable(event: Event) -> bool:
    """Whether it tells of a decision that was held, or of its undoing.

    Whoever asked hears of it by `released`, once it is for good.
    """
    return event.data.get("held") is True


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends: the number of its last entry, and that one's hash."""

    seq: int
    hash: str


START = Head(0, "0" * 64)
"""The chain before its first entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as it stands in the log: numbered from 1 without gaps, in the order of commits."""

    seq: int
    body: str
    """The event as JSON, letter by letter as it was hashed."""
    hash: str

    @property
    def event(self) -> Event:
        """What the entry says."""
        return Event.model_validate_json(self.body)


def link(previous: str, body: str) -> str:
    """The hash of an entry that follows `previous`: SHA-256, as 64 hexadecimal digits."""
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def chained(head: Head, events: Iterable[Event]) -> Iterator[Entry]:
    """The events as the next entries."""
    seq, previous = head.seq, head.hash
    for event in events:
        seq, body = seq + 1, event.model_dump_json()
        previous = link(previous, body)
        yield Entry(seq, body, previous)
