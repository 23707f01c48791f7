"""Decisions, by reviewers alone; withdrawals and more time."""

from datetime import timedelta
from functools import partial
from typing import Any

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from plancraft.access import Identity, Role
from plancraft.access.permits import require_say
from plancraft.approvals import ApprovalRequest
from plancraft.approvals.transitions import NO_HOLD
from plancraft.errors import PlancraftError
from plancraft.server.asking import Canceller, Decider, Served
from plancraft.server.problems import problem_of
from plancraft.server.routes.bodies import (
    ANSWERS,
    Answer,
    Approve,
    Cancel,
    DecideOne,
    DecideSeveral,
    Extend,
    Reject,
    RequestId,
)
from plancraft.server.service import Service
from plancraft.server.strictness import StrictRoute, check_text
from plancraft.server.views import RequestView, as_json, as_response

__all__ = ["decide_all", "router"]

router = APIRouter(prefix="/api/approvals", route_class=StrictRoute, tags=["decisions"])
_RESPONSES = {**ANSWERS, 200: {"model": RequestView}}


@router.post("/{request_id:request_id}/approve", responses=_RESPONSES)
async def approve(
    request_id: RequestId, identity: Decider, service: Served, body: Approve | None = None
) -> Response:
    """Say yes, with edits if need be. Where several must approve, the request may stay open."""
    one = DecideOne(id=request_id, action="approve", **_fields(body))
    return as_response(await service.call(decided, service, identity, one))


@router.post("/{request_id:request_id}/reject", responses=_RESPONSES)
async def reject(
    request_id: RequestId, identity: Decider, service: Served, body: Reject | None = None
) -> Response:
    """Say no."""
    one = DecideOne(id=request_id, action="reject", **_fields(body))
    return as_response(await service.call(decided, service, identity, one))


@router.post("/{request_id:request_id}/answer", responses=_RESPONSES)
async def answer(
    request_id: RequestId, identity: Decider, service: Served, body: Answer
) -> Response:
    """Answer what is more than a yes or a no."""
    one = DecideOne(id=request_id, action="answer", **_fields(body))
    return as_response(await service.call(decided, service, identity, one))


@router.post("/{request_id:request_id}/cancel", responses=_RESPONSES)
async def cancel(
    request_id: RequestId, identity: Canceller, service: Served, body: Cancel | None = None
) -> Response:
    """Withdraw what one asked; a reviewer, what he may decide."""
    reason = body.reason if body else None
    return as_response(await service.call(_cancelled, service, identity, request_id, reason))


@router.post("/{request_id:request_id}/extend", responses=_RESPONSES)
async def extend(
    request_id: RequestId, identity: Decider, service: Served, body: Extend
) -> Response:
    """Give it more time."""
    return as_response(await service.call(_extended, service, identity, request_id, body.seconds))


@router.post("/decide", responses={**ANSWERS, 200: {"description": "One result for each"}})
async def decide_several(identity: Decider, service: Served, body: DecideSeveral) -> Response:
    """Decide many: each gets `id` and `status`, and its `request` or its `problem`."""
    return await decide_all(service, identity, body)


async def decide_all(
    service: Service, identity: Identity, body: DecideSeveral, hold: timedelta = NO_HOLD
) -> Response:
    """One result for each decision, in order; each counts or not by itself."""
    results = [await service.call(result, service, identity, one, hold) for one in body.decisions]
    text = orjson.dumps({"results": [orjson.Fragment(one) for one in results]})
    return Response(text, media_type="application/json")


def decided(
    service: Service, identity: Identity, one: DecideOne, hold: timedelta = NO_HOLD
) -> ApprovalRequest:
    """The request as this one decides it.

    Raises:
        PlancraftError: as `Desk.answer` does; nothing was decided.
    """
    desk = service.desk
    who: dict[str, Any] = {
        "by": identity.name,
        "roles": identity.roles,
        "seen": one.seen,
        "hold": hold,
    }
    match one.action:
        case "approve":
            if isinstance(one.edits, str):
                check_text(one.edits)
            act = partial(desk.approve, one.id, edits=one.edits, reason=one.reason, **who)
        case "reject":
            act = partial(desk.reject, one.id, reason=one.reason, **who)
        case "answer":
            act = partial(desk.answer, one.id, one.answer, **who)
    return service.changed(one.id, act)


def result(
    service: Service, identity: Identity, one: DecideOne, hold: timedelta = NO_HOLD
) -> bytes:
    """The decision's result as JSON: its `id` and `status`, and its `request` or its `problem`."""
    try:
        request = decided(service, identity, one, hold)
    except PlancraftError as error:
        problem = problem_of(error)
        return orjson.dumps({"id": one.id, "status": problem["status"], "problem": problem})
    shown = orjson.Fragment(as_json(request))
    return orjson.dumps({"id": one.id, "status": 200, "request": shown})


def _cancelled(
    service: Service, identity: Identity, request_id: str, reason: str | None
) -> ApprovalRequest:
    request = service.found(identity, request_id)
    if identity.role is Role.REVIEWER and request.requested_by != identity.name:
        require_say(identity, request)
    act = partial(service.desk.cancel, request_id, by=identity.name, reason=reason)
    return service.changed(request_id, act)


def _extended(
    service: Service, identity: Identity, request_id: str, seconds: float
) -> ApprovalRequest:
    require_say(identity, service.found(identity, request_id))
    act = partial(service.desk.extend, request_id, seconds, by=identity.name)
    return service.changed(request_id, act)


def _fields(body: Approve | Reject | Answer | None) -> dict[str, Any]:
    return dict(body) if body is not None else {}
