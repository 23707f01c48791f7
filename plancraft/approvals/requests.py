"""The durable row behind one question, wherever it came from."""

import hashlib
from datetime import UTC, datetime
from typing import Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from plancraft.approvals.kinds import ApprovalStatus, ApprovalType, Delivery
from plancraft.approvals.policy import Terms
from plancraft.interrupts.dialects import Reading, recognise
from plancraft.interrupts.payloads import InterruptPayload, TimeoutAction, read_payload

__all__ = ["SEARCHED", "ApprovalRequest", "Decision", "Via", "Vote"]

Via = Literal["person", "deadline", "policy"]
_FIXED = {
    *("type", "title", "content", "context", "created_at", "timeout", "priority", "requested_by"),
    *("tool", "terms", "source", "graph", "thread_id", "checkpoint_id", "interrupt_id"),
    *("generation", "response_schema", "digest", "timeout_action"),
}
SEARCHED = 2000
"""How much of a content a search looks at, in characters."""


class Vote(BaseModel):
    """One of several approvals that a request needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: str = Field(min_length=1)
    at: AwareDatetime


class Decision(BaseModel):
    """The recorded answer: who, when, what. `via` tells a person from a deadline or a policy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: JsonValue
    by: str = Field(min_length=1)
    at: AwareDatetime
    via: Via = "person"
    secrets: dict[str, JsonValue] = Field(default_factory=dict, repr=False)
    """Secret form values, kept apart until the thread has moved on, then dropped."""


class ApprovalRequest(BaseModel):
    """One question to one person, from opening to delivery. Times are UTC, `timeout` seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    type: ApprovalType = ApprovalType.GENERAL
    title: str
    content: str
    context: dict[str, Any] = Field(default_factory=dict)
    created_at: AwareDatetime
    updated_at: AwareDatetime | None = None
    timeout: float = 300
    status: ApprovalStatus = ApprovalStatus.PENDING
    approved_by: str | None = None
    approved_at: AwareDatetime | None = None
    rejection_reason: str | None = None
    priority: int = Field(default=1, ge=1, le=5)

    requested_by: str | None = None
    assignee: str | None = None
    tool: str | None = None
    terms: Terms = Terms()
    votes: tuple[Vote, ...] = ()
    """Who approved so far, where several must."""
    source: str = "code"
    graph: str | None = None
    thread_id: str | None = None
    checkpoint_id: str | None = None
    interrupt_id: str | None = None
    generation: int = 1
    payload: Any = None
    response_schema: dict[str, Any] | None = None
    digest: str
    deadline: AwareDatetime | None = None
    timeout_action: TimeoutAction = "cancel"
    decision: Decision | None = None
    delivery: Delivery = Delivery.NONE
    held_until: AwareDatetime | None = None
    """Until when who decided may undo it, and nobody hears of it."""
    version: int = 1

    @staticmethod
    def id_for(thread_id: str, interrupt_id: str, generation: int) -> str:
        """The id of a graph's question: the same whoever opens it."""
        key = f"{thread_id}\n{interrupt_id}\n{generation}"
        return hashlib.sha256(key.encode()).hexdigest()[:24]

    @property
    def asks(self) -> InterruptPayload | None:
        """What it asks as one of our kinds, whoever wrote it; None for JSON that nobody knows."""
        if payload := read_payload(self.payload):
            return payload
        reading = self.reading
        return reading.payload if reading else None

    @property
    def reading(self) -> Reading | None:
        """What is known of another library's question; None for our own and for any other JSON."""
        return recognise(self.payload, self.response_schema)

    @property
    def searched(self) -> str:
        """What a search for text looks through."""
        return f"{self.title}\n{self.content[:SEARCHED]}".casefold()

    @property
    def live(self) -> bool:
        """Whether its thread still has something to do with it."""
        return self.is_asked or self.is_due or self.holds_secrets

    @property
    def holds_secrets(self) -> bool:
        """Whether secret values of its answer are still stored with it."""
        return self.decision is not None and bool(self.decision.secrets)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a decision."""
        return self.status is ApprovalStatus.PENDING

    @property
    def is_held(self) -> bool:
        """Whether its decision may still be undone."""
        return self.delivery is Delivery.HELD

    @property
    def is_asked(self) -> bool:
        """Whether whoever asked is to go on waiting, for a decision or until it is for good."""
        return self.is_open or self.is_held

    @property
    def turns_at(self) -> datetime | None:
        """When time alone will change it: at its deadline, or when its decision is for good."""
        return self.held_until if self.is_held else self.deadline

    @property
    def is_due(self) -> bool:
        """Whether its answer is still to be carried back."""
        return self.delivery is Delivery.DUE

    @property
    def seal(self) -> str:
        """SHA-256, in hex, of all that never changes after it was made."""
        fixed = self.model_dump_json(include=_FIXED)
        return hashlib.sha256(fixed.encode()).hexdigest()

    def succeed(self, *, at: datetime, **changes: Any) -> Self:
        """The next version of this request."""
        changes |= {"version": self.version + 1, "updated_at": at.astimezone(UTC)}
        return self.model_copy(update=changes)
