"""The messages that could not be sent, and buttons to send them again or let them go."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from plancraft.errors import UnknownNotification
from plancraft.notifications import NotificationService
from plancraft.server.asking import Served
from plancraft.server.pages.framing import Reviewer, frame, posted
from plancraft.server.pages.rendering import page
from plancraft.server.service import Service

__all__ = ["router"]

router = APIRouter(prefix="/hitl/messages", include_in_schema=False)


@router.get("")
async def messages(request: Request, identity: Reviewer, service: Served) -> Response:
    """What still waits to be sent, and what was given up."""
    box = await service.call(_box(service).outbox.items)
    csrf = frame(request, identity)
    return page("messages.html", items=box, now=service.desk.clock(), **csrf)


@router.post("/retry")
async def retry(request: Request, identity: Reviewer, service: Served) -> Response:
    """Send again what was given up."""
    id_ = "".join((await posted(request)).get("id", ()))
    box = _box(service)
    await service.call(lambda: [box.retry(id_)] if id_ else box.retry_all())
    return RedirectResponse("/hitl/messages", 303)


@router.post("/drop")
async def drop(request: Request, identity: Reviewer, service: Served) -> Response:
    """Let a message go for good."""
    id_ = "".join((await posted(request)).get("id", ()))
    await service.call(_box(service).drop, id_)
    return RedirectResponse("/hitl/messages", 303)


def _box(service: Service) -> NotificationService:
    if service.notifications is None:
        raise UnknownNotification("-")
    return service.notifications
