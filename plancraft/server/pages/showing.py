"""A request as its page shows it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from plancraft.access import Identity
from plancraft.access.permits import require_say
from plancraft.approvals import ApprovalRequest, ApprovalStatus, Event, Query, Store
from plancraft.approvals.desk import Desk
from plancraft.errors import NotAllowed
from plancraft.interrupts.payloads import (
    ApprovalInterruptPayload,
    ConfirmInterruptPayload,
    FormInterruptPayload,
    InterruptPayload,
    OptionInterruptPayload,
)
from plancraft.locale import N_, say
from plancraft.server.pages import fields
from plancraft.server.pages.fields import Field
from plancraft.timetravel import Change
from plancraft.timetravel.diffing import changes_between

__all__ = [
    "MOST_SHOWN",
    "PRESETS",
    "Shown",
    "Typed",
    "answer_fields",
    "asks_again",
    "judged",
    "shown",
]

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
MOST_SHOWN = 200_000
"""Larger content is cut on the page, which says so; in characters."""
_FEW_OPTIONS = 8
_EXTENSIONS = (300, 900, 3600)
_LOOKED_THROUGH = 50
_MOST_CHANGES = 200


@dataclass(frozen=True)
class Typed:
    """What a person had typed when it was refused, so that nothing of it is lost."""

    message: str = ""
    action: str = ""
    reason: str = ""
    reason_problem: str = ""
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
    more_changes: int
    """How many differences are not among them."""
    events: Sequence[Event]
    refusal: str
    """Why this person may not decide it; empty for one who may."""
    own: bool
    """Whether this person decided it and may still undo that."""
    longest: float
    """How far from now a deadline may be put, in seconds."""
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
    def has_content(self) -> bool:
        """Whether there is anything to be judged beside the title."""
        payload = self.payload
        told = payload is not None and (payload.hint or payload.question != self.request.title)
        return bool(told) or self.kind == "approval" or self.content is not None

    @property
    def size(self) -> int:
        """How large the content is as JSON, in characters."""
        return 0 if isinstance(self.content, str) else len(json.dumps(self.content))

    @property
    def is_cut(self) -> bool:
        """Whether some of what is to be judged does not stand on the page."""
        return self.size > MOST_SHOWN or self.more_changes > 0

    @property
    def is_long(self) -> bool:
        """Whether the ways to answer would hide what is asked."""
        options = getattr(self.payload, "options", ())
        return len(options) > _FEW_OPTIONS

    @property
    def as_approved(self) -> Any:
        """What was approved in place of what was asked; None where nothing was edited."""
        answer = self._answer
        return answer.get("content") if answer.get("decision") == "edit" else None

    @property
    def chosen(self) -> Sequence[str]:
        """What was chosen among options, and what was written beside them."""
        if not isinstance(self.payload, OptionInterruptPayload):
            return ()
        titles = {option.id: option.title for option in self.payload.options}
        text = self._answer.get("text")
        found = [titles.get(id_, id_) for id_ in self._answer.get("selected", ())]
        return [*found, text] if text else found

    @property
    def _answer(self) -> Mapping[str, Any]:
        answer = self.request.decision.answer if self.request.decision else None
        return answer if isinstance(answer, dict) else {}

    @property
    def extensions(self) -> Sequence[int]:
        """By how many seconds more the deadline can be put off."""
        if self.request.deadline is None:
            return ()
        left = (self.request.deadline - self.now).total_seconds()
        return [seconds for seconds in _EXTENSIONS if left + seconds <= self.longest]

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
    desk: Desk, request: ApprovalRequest, identity: Identity, typed: Typed | None = None
) -> Shown:
    """All that the page of the request needs."""
    store = desk.store
    payload = request.asks
    typed = typed or Typed()
    before = _before(store, request)
    changes = _changes(before, request)
    return Shown(
        request=request,
        kind=_kind(payload),
        payload=payload,
        fields=typed.fields or answer_fields(request),
        before=before,
        changes=changes[:_MOST_CHANGES],
        more_changes=max(len(changes) - _MOST_CHANGES, 0),
        events=store.events(request_id=request.id),
        refusal=_refusal(identity, request),
        own=request.decision is not None and request.decision.by == identity.name,
        longest=desk.policy.max_timeout,
        now=desk.clock(),
        typed=typed,
    )


def answer_fields(request: ApprovalRequest) -> list[Field]:
    """The fields in which the request is answered, or its content edited."""
    payload = request.asks
    match payload:
        case FormInterruptPayload():
            return fields.schema_fields(payload.form, payload.initial)
        case ApprovalInterruptPayload() if payload.editable and request.terms.needed == 1:
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
    return list(changes_between(judged(before), judged(request)))


def judged(request: ApprovalRequest) -> Any:
    """What is to be judged, as it was asked."""
    payload = request.asks
    if isinstance(payload, ApprovalInterruptPayload):
        return payload.content
    return request.payload
