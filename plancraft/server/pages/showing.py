"""A request as its page shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from plancraft.access import Identity
from plancraft.access.permits import require_say
from plancraft.approvals import ApprovalRequest, ApprovalStatus, Event, Query, Store
from plancraft.errors import NotAllowed
from plancraft.interrupts.payloads import (
    ApprovalInterruptPayload,
    ConfirmInterruptPayload,
    FormInterruptPayload,
    InterruptPayload,
    OptionInterruptPayload,
    read_payload,
)
from plancraft.locale import N_, say
from plancraft.server.pages import fields
from plancraft.server.pages.fields import Field
from plancraft.timetravel import Change
from plancraft.timetravel.diffing import changes_between

__all__ = ["PRESETS", "Shown", "Tab", "Typed", "answer_fields", "asks_again", "shown"]

Kind = Literal["approval", "confirm", "option", "form", "json"]
PRESETS = (
    N_("Not enough information"),
    N_("There is a mistake in it"),
    N_("Too risky"),
    N_("Not now"),
)
"""Reasons that need not be typed."""
_CONSEQUENCES = "consequences"
"""Under which name whoever asks says what a yes and a no lead to."""
_LOOKED_THROUGH = 50
_MOST_CHANGES = 200


@dataclass(frozen=True)
class Tab:
    """A list on the page: its name in the address, and in words."""

    status: ApprovalStatus
    words: str


@dataclass(frozen=True)
class Typed:
    """What a person had typed when it was refused, so that nothing of it is lost."""

    message: str = ""
    action: str = ""
    reason: str = ""
    preset: str = ""
    text: str = ""
    chosen: tuple[str, ...] = ()
    fields: Sequence[Field] = ()
    problems: Sequence[str] = ()
    sure: bool = False
    """Whether a yes to something urgent still has to be said a second time."""


@dataclass(frozen=True)
class Shown:
    """What the template of a request shows."""

    request: ApprovalRequest
    kind: Kind
    payload: InterruptPayload | None
    fields: Sequence[Field]
    before: ApprovalRequest | None
    """The same thing when it was asked last and turned down."""
    changes: Sequence[Change]
    """What is different since then."""
    events: Sequence[Event]
    refusal: str
    """Why this person may not decide it; empty for one who may."""
    own: bool
    """Whether this person decided it and may still undo that."""
    now: datetime
    typed: Typed = Typed()

    @property
    def can_act(self) -> bool:
        """Whether there are buttons for this person."""
        return self.request.is_open and not self.refusal

    @property
    def content(self) -> Any:
        """What is to be judged, as text or JSON."""
        if isinstance(self.payload, ApprovalInterruptPayload):
            return self.payload.content
        if self.payload is not None:
            told = {name: one for name, one in self.payload.data.items() if name != _CONSEQUENCES}
            return told or None
        return self.request.payload

    @property
    def consequences(self) -> Mapping[str, str]:
        """What each button leads to, as whoever asks says it (`context` or `data`)."""
        data = self.payload.data if self.payload is not None else {}
        said = self.request.context.get(_CONSEQUENCES) or data.get(_CONSEQUENCES)
        told = (
            {str(name): str(text) for name, text in said.items()} if isinstance(said, dict) else {}
        )
        return {"approve": "", "reject": "", **told}


def shown(
    store: Store,
    request: ApprovalRequest,
    identity: Identity,
    now: datetime,
    typed: Typed | None = None,
) -> Shown:
    """All that the page of the request needs."""
    payload = read_payload(request.payload)
    typed = typed or Typed()
    before = _before(store, request)
    return Shown(
        request=request,
        kind=_kind(payload),
        payload=payload,
        fields=typed.fields or answer_fields(request),
        before=before,
        changes=_changes(before, request),
        events=store.events(request_id=request.id),
        refusal=_refusal(identity, request),
        own=request.decision is not None and request.decision.by == identity.name,
        now=now,
        typed=typed,
    )


def answer_fields(request: ApprovalRequest) -> list[Field]:
    """The fields in which the request is answered, or its content edited."""
    payload = read_payload(request.payload)
    match payload:
        case FormInterruptPayload():
            return fields.schema_fields(payload.form, payload.initial)
        case ApprovalInterruptPayload() if payload.editable:
            values = payload.content
            if not isinstance(values, dict):
                values = {"content": values}
            made = fields.edited_fields(values, payload.editable)
            return [replace(one, label=_label(one.name)) for one in made]
        case None:
            return _foreign(request.response_schema)
    return []


def asks_again(request: ApprovalRequest) -> bool:
    """Whether a yes is asked for a second time, in its place."""
    return request.priority >= 4


def _label(name: str) -> str:
    return say("New text") if name == "content" else name


def _foreign(schema: Any) -> list[Field]:
    """Fields for a question that is none of our kinds: by its schema, else one for any JSON."""
    if isinstance(schema, dict) and schema.get("type") == "object" and schema.get("properties"):
        return fields.schema_fields(schema, {})
    return [Field("answer", say("Answer, as JSON"), "json", required=True)]


def _kind(payload: InterruptPayload | None) -> Kind:
    match payload:
        case ApprovalInterruptPayload():
            return "approval"
        case ConfirmInterruptPayload():
            return "confirm"
        case OptionInterruptPayload():
            return "option"
        case FormInterruptPayload():
            return "form"
    return "json"


def _refusal(identity: Identity, request: ApprovalRequest) -> str:
    try:
        require_say(identity, request)
    except NotAllowed as error:
        return error.localized()
    if any(vote.by == identity.name for vote in request.votes) and request.is_open:
        return say("You approved it; others have to as well.")
    return ""


def _before(store: Store, request: ApprovalRequest) -> ApprovalRequest | None:
    """The newest request that asked for the same thing and was turned down."""
    turned_down = Query(
        status=ApprovalStatus.REJECTED,
        type=request.type,
        requested_by=request.requested_by,
        graph=request.graph,
        thread_id=request.thread_id,
        newest_first=True,
        limit=_LOOKED_THROUGH,
    )
    for one in store.find(turned_down):
        if one.id != request.id and one.created_at <= request.created_at and _alike(one, request):
            return one
    return None


def _alike(one: ApprovalRequest, other: ApprovalRequest) -> bool:
    """Whether two requests of one asker ask for the same thing: by name in a graph, else title."""
    if one.requested_by is None and one.thread_id is None:
        return False
    names = [_name(request) for request in (one, other)]
    return names[0] == names[1] if any(names) else one.title == other.title


def _name(request: ApprovalRequest) -> Any:
    return request.payload.get("interrupt_id") if isinstance(request.payload, dict) else None


def _changes(before: ApprovalRequest | None, request: ApprovalRequest) -> list[Change]:
    if before is None:
        return []
    found = list(changes_between(_judged(before), _judged(request)))
    return found[:_MOST_CHANGES]


def _judged(request: ApprovalRequest) -> Any:
    payload = read_payload(request.payload)
    if isinstance(payload, ApprovalInterruptPayload):
        return payload.content
    return request.payload
