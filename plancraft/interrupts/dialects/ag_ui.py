"""AG-UI's interrupts and resume entries, as `ag_ui.core` has them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from plancraft.interrupts.dialects.calls import unknown_fields
from plancraft.interrupts.dialects.reading import Reading, Verdict
from plancraft.interrupts.dialects.values import Valued, form_of
from plancraft.interrupts.payloads import ConfirmInterruptPayload, InterruptPayload
from plancraft.locale import say

__all__ = ["read_interrupt"]

_TELLING = {"toolCallId", "responseSchema", "expiresAt"}
"""One of these is there: a mere id, reason and message anybody may show."""


class _Interrupt(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    reason: str
    message: str | None = None
    toolCallId: str | None = None  # noqa: N815 - as the protocol spells it
    responseSchema: dict[str, Any] | None = None  # noqa: N815
    expiresAt: str | None = None  # noqa: N815
    subagentRunId: str | None = None  # noqa: N815
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class _Entry(Reading):
    """Answered with a list of one resume entry."""

    id: str
    value: Valued | None
    """The way of its answer's payload; None where any will do, and yes or no is asked."""

    def speaks(self, answer: Any) -> bool:
        return isinstance(answer, list)

    def problems(self, native: Any) -> list[str]:
        entry = native[0] if len(native) == 1 else None
        if not isinstance(entry, dict):
            return [say("a list of one entry: interruptId, status and payload")]
        if unknown := unknown_fields(entry, "interruptId", "status", "payload", "metadata"):
            return unknown
        if entry.get("interruptId") != self.id:
            return [say("interruptId is {id}", id=self.id)]
        if entry.get("status") not in ("resolved", "cancelled"):
            return [say("status is resolved or cancelled")]
        if entry["status"] == "cancelled" or self.value is None:
            return []
        return self.value.problems(entry.get("payload"))

    def ours(self, native: Any) -> Any:
        entry = native[0]
        bare = entry.keys() <= {"interruptId", "status", "payload"}
        resolved, payload = entry["status"] == "resolved", entry.get("payload")
        if not bare:
            return native
        if self.value is not None:
            return self.value.ours(payload) if resolved else native
        plain = payload is True if resolved else payload is None
        return {"confirmed": resolved} if plain else native

    def native(self, ours: Any) -> Any:
        if self.speaks(ours):
            return ours
        if self.value is not None:
            return [self._entry("resolved", self.value.native(ours))]
        return [self._entry("resolved", True) if ours["confirmed"] else _cancelled(self.id)]

    def verdict(self, recorded: Any) -> Verdict | None:
        return "reject" if recorded == [_cancelled(self.id)] else super().verdict(recorded)

    def _entry(self, status: str, payload: Any) -> dict[str, Any]:
        return {"interruptId": self.id, "status": status, "payload": payload}


def read_interrupt(shown: Any, _schema: Any) -> Reading | None:
    """An interrupt of AG-UI.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(shown, dict) or not _TELLING & shown.keys():
        return None
    one = _Interrupt.model_validate(shown)
    about = {"reason": one.reason, "toolCallId": one.toolCallId, "metadata": one.metadata}
    asked: dict[str, Any] = {
        "question": one.message or one.reason,
        "data": {name: value for name, value in about.items() if value},
        "interrupt_id": one.id,
    }
    schema, value = one.responseSchema, None
    payload: InterruptPayload | None = ConfirmInterruptPayload(**asked)
    if schema is not None:
        if (payload := form_of(schema, **asked)) is None:
            return None
        value = Valued(dialect="ag-ui", payload=payload, schema=schema)
    assert payload is not None
    return _Entry(
        dialect="ag-ui",
        payload=payload,
        id=one.id,
        value=value,
        silence=[_cancelled(one.id)] if value else {"confirmed": False},
        expires_at=_time(one.expiresAt),
    )


def _cancelled(id_: str) -> dict[str, Any]:
    return {"interruptId": id_, "status": "cancelled", "payload": None}


def _time(text: str | None) -> datetime | None:
    """The time, UTC where it names no zone; None for what is none, which sets no limit."""
    try:
        found = datetime.fromisoformat(text or "")
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
