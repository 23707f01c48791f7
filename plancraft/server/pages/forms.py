"""What the pages' forms do: decide, take back, claim, extend. Each says what came of it."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from plancraft.access.permits import require_say
from plancraft.approvals import ApprovalRequest
from plancraft.errors import InvalidRequest, PlancraftError
from plancraft.server.asking import Served
from plancraft.server.pages import acting
from plancraft.server.pages.framing import Form, Reviewer, Visit, posted
from plancraft.server.pages.presence import Presence
from plancraft.server.pages.rendering import page
from plancraft.server.routes.bodies import DecideSeveral, RequestId
from plancraft.server.routes.decisions import decide_all
from plancraft.server.strictness import StrictRoute
from plancraft.timetravel.diffing import changes_between

__all__ = ["router"]

router = APIRouter(prefix="/hitl", include_in_schema=False)


class Looking(BaseModel):
    """Which request somebody has open."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern="^[0-9a-f]{8,64}$")


@router.post("/requests/{request_id:request_id}/decide")
async def decide(
    request: Request, request_id: RequestId, identity: Reviewer, service: Served
) -> Response:
    """A decision; it can be undone for a while."""
    visit = Visit(service, request, identity)
    return await service.call(_decide, visit, request_id, await posted(request))


@router.post("/requests/{request_id:request_id}/undo")
async def undo(
    request: Request, request_id: RequestId, identity: Reviewer, service: Served
) -> Response:
    """Take one's own decision back."""

    def act() -> ApprovalRequest:
        return service.desk.undo(request_id, by=identity.name)

    return await service.call(_acted, Visit(service, request, identity), request_id, act)


@router.post("/requests/{request_id:request_id}/claim")
async def claim(
    request: Request, request_id: RequestId, identity: Reviewer, service: Served
) -> Response:
    """Say that oneself decides it; or, with `release`, that anybody may."""
    to = None if "release" in await posted(request) else identity.name
    visit = Visit(service, request, identity)

    def act() -> ApprovalRequest:
        require_say(identity, visit.found(request_id))
        return service.desk.assign(request_id, to, by=identity.name)

    return await service.call(_acted, visit, request_id, act)


@router.post("/requests/{request_id:request_id}/extend")
async def extend(
    request: Request, request_id: RequestId, identity: Reviewer, service: Served
) -> Response:
    """Give it more time."""
    given = "".join((await posted(request)).get("seconds", ()))
    seconds = int(given) if given.isascii() and given.isdecimal() and len(given) < 8 else 0
    visit = Visit(service, request, identity)

    def act() -> ApprovalRequest:
        require_say(identity, visit.found(request_id))
        return service.desk.extend(request_id, seconds, by=identity.name)

    return await service.call(_acted, visit, request_id, act)


@router.post("/requests/{request_id:request_id}/preview")
async def preview(
    request: Request, request_id: RequestId, identity: Reviewer, service: Served
) -> Response:
    """What the edits in the form would change; nothing is decided."""
    form = await posted(request)
    found = await service.call(service.found, identity, request_id)
    try:
        before, after, fields = acting.edited(found, form)
    except acting.Refused as refused:
        raise InvalidRequest([refused.typed.message]) from None
    problems = [f"{one.label}: {one.problem}" for one in fields if one.problem]
    changes = [] if problems else list(changes_between(before, after))
    return page("preview.html", changes=changes, problems=problems)


async def decide_several(identity: Reviewer, service: Served, body: DecideSeveral) -> Response:
    """Several decisions at once, which can be undone for a while."""
    return await decide_all(service, identity, body, acting.HOLD)


async def looking(identity: Reviewer, service: Served, body: Looking) -> Response:
    """Who else has this request open."""
    presence = Presence(service.store, service.desk.clock)
    others = await service.call(presence.look, identity.name, body.id)
    return JSONResponse({"others": others})


for _path, _handler in (("/decide", decide_several), ("/looking", looking)):
    router.add_api_route(_path, _handler, methods=["POST"], route_class_override=StrictRoute)


def _decide(visit: Visit, request_id: str, form: Form) -> Response:
    found = visit.found(request_id)
    try:
        decided = visit.service.changed(
            request_id, lambda: acting.decide(visit.service.desk, visit.identity, found, form)
        )
    except acting.Refused as refused:
        view = visit.shown(found, refused.typed)
        if refused.typed.sure:
            return visit.panel(view, outcome="sure")
        return visit.panel(view, status=422, outcome="refused")
    except PlancraftError as error:
        return visit.lost(request_id, error, acting.typed_in(found, form))
    return visit.done(decided)


def _acted(visit: Visit, request_id: str, act: Callable[[], ApprovalRequest]) -> Response:
    try:
        changed = visit.service.changed(request_id, act)
    except PlancraftError as error:
        return visit.lost(request_id, error)
    return visit.done(changed)
