"""Lists of requests, one request, and what happened to it."""

from typing import Annotated

from fastapi import APIRouter
from fastapi import Query as InQuery
from starlette.responses import Response

from plancraft.approvals import ApprovalStatus
from plancraft.server import listing
from plancraft.server.asking import Reader, Served
from plancraft.server.routes.bodies import ANSWERS, RequestId
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


def _list_of(status: ApprovalStatus) -> None:
    """Add the list of the requests that have this status."""

    async def list_them(
        identity: Reader, service: Served, filters: Annotated[listing.Filters, InQuery()]
    ) -> Response:
        page = await service.call(listing.listed, service, identity, status, filters)
        return page_response(page.items, page.next_cursor, page.head)

    order = "oldest first" if status is ApprovalStatus.PENDING else "newest first"
    router.add_api_route(
        f"/{status.value}",
        list_them,
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
