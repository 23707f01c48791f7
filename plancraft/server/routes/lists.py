"""Lists of requests, one request, and what happened to it."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter
from fastapi import Query as InQuery
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from plancraft.access import Identity, Role
from plancraft.approvals import ApprovalRequest, ApprovalStatus, ApprovalType, Query
from plancraft.errors import InvalidRequest
from plancraft.locale import say
from plancraft.server.asking import Reader, Served
from plancraft.server.routes.bodies import ANSWERS, RequestId
from plancraft.server.service import Service
from plancraft.server.strictness import StrictRoute
from plancraft.server.views import (
    EventsView,
    Page,
    RequestView,
    as_response,
    events_response,
    page_response,
    told_to,
)

__all__ = ["router"]

router = APIRouter(prefix="/api/approvals", route_class=StrictRoute, tags=["requests"])


class Filters(BaseModel):
    """Which requests; all that is given holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ApprovalType | None = None
    priority: int | None = Field(default=None, ge=1, le=5)
    assignee: str | None = Field(default=None, max_length=200)
    thread: str | None = Field(default=None, max_length=500)
    text: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=500)


def _list_of(status: ApprovalStatus) -> None:
    """Add the list of the requests that have this status."""

    async def listed(
        identity: Reader, service: Served, filters: Annotated[Filters, InQuery()]
    ) -> Response:
        query = _query(status, filters, identity)
        head, found = await service.call(_found, service, query)
        more = len(found) > filters.limit
        page = found[: filters.limit]
        told = [request for request in page if told_to(identity, request) is request]
        return page_response(told, _cursor(status, page[-1]) if more else None, head)

    order = "oldest first" if status is ApprovalStatus.PENDING else "newest first"
    router.add_api_route(
        f"/{status.value}",
        listed,
        methods=["GET"],
        name=f"list_{status.value}",
        summary=f"The {status.value} requests, {order}; an agent sees its own",
        responses={**ANSWERS, 200: {"model": Page}},
        response_model=None,
    )


for _status in ApprovalStatus:
    _list_of(_status)


@router.get("/{request_id:request_id}", responses={**ANSWERS, 200: {"model": RequestView}})
async def get_request(request_id: RequestId, identity: Reader, service: Served) -> Response:
    """The request as it is now."""
    request = await service.call(service.found, identity, request_id)
    return as_response(told_to(identity, request))


@router.get("/{request_id:request_id}/events", responses={**ANSWERS, 200: {"model": EventsView}})
async def get_events(request_id: RequestId, identity: Reader, service: Served) -> Response:
    """What happened to the request, in order."""
    request = await service.call(service.found, identity, request_id)
    events = await service.call(service.store.events, request_id=request.id)
    return events_response(identity, events)


def _query(status: ApprovalStatus, filters: Filters, identity: Identity) -> Query:
    return Query(
        status=status,
        type=filters.type,
        priority=filters.priority,
        assignee=filters.assignee,
        thread_id=filters.thread,
        text=filters.text,
        requested_by=identity.name if identity.role is Role.AGENT else None,
        after=_place(status, filters.cursor) if filters.cursor else None,
        newest_first=status is not ApprovalStatus.PENDING,
        limit=filters.limit + 1,
    )


def _found(service: Service, query: Query) -> tuple[int, list[ApprovalRequest]]:
    # The end of the log comes first: what happens while we look is in the news behind it.
    head = service.store.head().seq
    return head, service.store.find(query)


def _cursor(status: ApprovalStatus, last: ApprovalRequest) -> str:
    place = orjson.dumps([status.value, last.created_at.isoformat(), last.id])
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def _place(status: ApprovalStatus, cursor: str) -> ApprovalRequest:
    """The place that a cursor names, as a request that has only a place.

    Raises:
        InvalidRequest: it is none of ours, or of another list.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        place: Any = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        of, created_at, id_ = place
        at = datetime.fromisoformat(created_at)
        if of != status.value or not isinstance(id_, str) or at.tzinfo is None:
            raise ValueError(cursor)
        at.timestamp()
    except (ValueError, TypeError, OverflowError, binascii.Error):
        raise InvalidRequest([say("cursor is not one that this list gave")]) from None
    return ApprovalRequest(id=id_, title="", content="", created_at=at, digest="")
