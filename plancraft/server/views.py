"""Requests and events as they leave the house: without the secrets of a decision."""

from collections.abc import Iterable
from typing import Any

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue
from starlette.responses import Response

from plancraft.access import Identity, Role
from plancraft.approvals import ApprovalRequest, Event
from plancraft.approvals.events import is_undoable
from plancraft.approvals.requests import Via
from plancraft.approvals.transitions import unheard

__all__ = [
    "EventView",
    "Page",
    "RequestView",
    "as_json",
    "as_response",
    "events_response",
    "page_response",
    "told_to",
]

_KEPT_BACK = {"decision": {"secrets"}}


class DecisionView(BaseModel):
    """The recorded answer: who, when, what. A secret value reads `***`."""

    answer: JsonValue
    by: str
    at: AwareDatetime
    via: Via


class RequestView(ApprovalRequest):
    """One question to one person, from opening to delivery. Times are UTC, `timeout` seconds."""

    # What the document says; none is ever made.
    decision: DecisionView | None  # type: ignore[assignment]


class Page(BaseModel):
    """Some requests, and where the next ones begin; null behind the last."""

    items: list[RequestView]
    next_cursor: str | None


class EventView(BaseModel):
    """Something that happened to a request. `data` never holds a secret value."""

    model_config = ConfigDict(extra="allow")

    kind: str
    request_id: str
    actor: str
    at: AwareDatetime
    data: dict[str, Any]


class EventsView(BaseModel):
    """What happened to a request, in order."""

    items: list[EventView]


def as_json(request: ApprovalRequest) -> str:
    """The request as JSON that may leave the house."""
    return request.model_dump_json(exclude=_KEPT_BACK)


def told_to(identity: Identity, request: ApprovalRequest) -> ApprovalRequest:
    """The request as this one may know it: to an agent it is open while its decision is held."""
    return unheard(request) if identity.role is Role.AGENT else request


def as_response(request: ApprovalRequest, status: int = 200) -> Response:
    """The request as a response."""
    return _json(as_json(request), status)


def page_response(
    requests: Iterable[ApprovalRequest], next_cursor: str | None, head: int
) -> Response:
    """A page; its `Plancraft-Cursor` is where `/ws` goes on from without a gap."""
    items = ",".join(as_json(request) for request in requests)
    cursor = orjson.dumps(next_cursor).decode()
    response = _json(f'{{"items":[{items}],"next_cursor":{cursor}}}')
    response.headers["Plancraft-Cursor"] = str(head)
    return response


def events_response(identity: Identity, events: Iterable[Event]) -> Response:
    """What happened to a request, as far as this one may know."""
    told = (one for one in events if identity.role is not Role.AGENT or not is_undoable(one))
    items = ",".join(event.model_dump_json() for event in told)
    return _json(f'{{"items":[{items}]}}')


def _json(text: str, status: int = 200) -> Response:
    return Response(text, status, media_type="application/json")
