"""Waiting for a decision over HTTP: held, not polled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from plancraft.access import Identity
from plancraft.approvals import ApprovalRequest
from plancraft.approvals.news import Woken, reader_of
from plancraft.errors import StoreUnavailable
from plancraft.server.asking import Reader, Served
from plancraft.server.routes.bodies import ANSWERS, RequestId
from plancraft.server.service import Service
from plancraft.server.strictness import StrictRoute
from plancraft.server.views import RequestView, as_response, told_to

__all__ = ["router"]

router = APIRouter(prefix="/api/approvals", route_class=StrictRoute, tags=["requests"])
LONGEST = 60.0
_AGAIN_SECONDS = 0.5


@router.get("/{request_id:request_id}/wait", responses={**ANSWERS, 200: {"model": RequestView}})
async def wait(
    http: Request,
    request_id: RequestId,
    identity: Reader,
    service: Served,
    timeout: Annotated[
        float, Query(ge=0, le=LONGEST, allow_inf_nan=False, description="Seconds")
    ] = 30,
) -> Response:
    """The request once it is no longer open, or as it is when the time is up; `status` tells."""
    async with _woken_by(service, http, request_id) as (woken, gone):
        request = await service.call(service.found, identity, request_id)
        ends = asyncio.get_running_loop().time() + timeout
        while request.is_asked and not service.stopping and not gone.done():
            left = ends - asyncio.get_running_loop().time()
            if left <= 0:
                break
            if request.turns_at is not None:
                due = (request.turns_at - service.desk.clock()).total_seconds()
                left = min(left, max(due, 0.001))
            await woken.wait(left)
            request = await _again(service, identity, request)
    return as_response(told_to(identity, request))


@asynccontextmanager
async def _woken_by(
    service: Service, http: Request, request_id: str
) -> AsyncIterator[tuple[Woken, asyncio.Task[None]]]:
    """What is set by news of the request, by a stop of the server, and when the asker has left."""
    woken = Woken()
    stop = reader_of(service.store).listen(request_id, woken.set)
    gone = asyncio.create_task(_left(http, woken))
    try:
        with service.held(woken.set):
            yield woken, gone
    finally:
        stop()
        gone.cancel()
        with suppress(asyncio.CancelledError):
            await gone


async def _left(http: Request, woken: Woken) -> None:
    while (await http.receive())["type"] != "http.disconnect":
        pass
    woken.set()


async def _again(service: Service, identity: Identity, request: ApprovalRequest) -> ApprovalRequest:
    """The request as it is now; as it was while the store cannot be reached."""
    try:
        return await service.call(service.found, identity, request.id)
    except StoreUnavailable:
        await asyncio.sleep(_AGAIN_SECONDS)
        return request
