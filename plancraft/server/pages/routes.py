"""The pages that are looked at. GET changes nothing."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from plancraft.approvals import ApprovalStatus, ApprovalType
from plancraft.errors import InvalidRequest
from plancraft.locale import LANGUAGES, say
from plancraft.server.asking import Served, public
from plancraft.server.envelope import LANGUAGE_COOKIE
from plancraft.server.listing import Filters, listed
from plancraft.server.pages.framing import Reviewer, Visit, frame, own_path, posted
from plancraft.server.pages.rendering import STATIC_TYPES, page, static_file
from plancraft.server.pages.showing import judged
from plancraft.server.pages.threads import thread_of
from plancraft.server.routes.bodies import RequestId
from plancraft.server.service import Service

__all__ = ["router"]

router = APIRouter(prefix="/hitl", include_in_schema=False)
_YEAR = 365 * 86400
_ROWS = 50


class Look(BaseModel):
    """What the address of the inbox says: which list, what in it, which request is open."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tab: ApprovalStatus = ApprovalStatus.PENDING
    type: ApprovalType | None = None
    priority: int | None = Field(default=None, ge=1, le=5)
    assignee: str | None = Field(default=None, max_length=200)
    thread: str | None = Field(default=None, max_length=500)
    text: str | None = Field(default=None, max_length=200)
    cursor: str | None = Field(default=None, max_length=500)
    open: str | None = Field(default=None, pattern="^[0-9a-f]{8,64}$")

    @property
    def filters(self) -> Filters:
        """The same as the lists of the API take it."""
        named = self.model_dump(exclude={"tab", "open"})
        return Filters(limit=_ROWS, **named)

    def address(self, **changes: Any) -> str:
        """The inbox's address with this and that changed."""
        values = {**self.model_dump(mode="json", exclude_none=True), **changes}
        if values.get("tab") == ApprovalStatus.PENDING.value:
            del values["tab"]
        query = urlencode({name: value for name, value in values.items() if value is not None})
        return f"/hitl?{query}" if query else "/hitl"


def _look(request: Request) -> Look:
    # Forms send empty fields as well; they mean nothing.
    given = {name: value for name, value in request.query_params.items() if value}
    try:
        return Look.model_validate(given)
    except ValueError:
        raise InvalidRequest(
            [say("this address names a filter or a value that is unknown")]
        ) from None


@router.get("")
async def inbox(request: Request, identity: Reviewer, service: Served) -> Response:
    """The list, and beside it the request that is open: the first one unless the address says."""
    return await service.call(_inbox, Visit(service, request, identity), _look(request))


@router.get("/rows")
async def rows(request: Request, identity: Reviewer, service: Served) -> Response:
    """The rows of a list alone, for the scripts."""
    look = _look(request)
    found = await service.call(listed, service, identity, look.tab, look.filters)
    return page("rows.html", **_list_values(service, look, found))


@router.get("/pending")
async def pending(identity: Reviewer, service: Served) -> Response:
    """How many requests are open."""
    return JSONResponse({"pending": service.metrics.open_count})


@router.get("/requests/{request_id:request_id}")
async def one_request(
    request: Request, request_id: RequestId, identity: Reviewer, service: Served
) -> Response:
    """One request on a page of its own, to be decided without any script."""
    visit = Visit(service, request, identity)
    return await service.call(lambda: visit.panel(visit.shown(visit.found(request_id))))


@router.get("/requests/{request_id:request_id}/row")
async def one_row(
    request: Request, request_id: RequestId, identity: Reviewer, service: Served
) -> Response:
    """One row of a list, as the request is now."""
    found = await service.call(service.found, identity, request_id)
    values: dict[str, Any] = {"request": found, "look": _look(request), "open_id": None}
    return page("row.html", now=service.desk.clock(), **values)


@router.get("/requests/{request_id:request_id}/content")
async def content(request_id: RequestId, identity: Reviewer, service: Served) -> Response:
    """All that is to be judged, as text."""
    whole = judged(await service.call(service.found, identity, request_id))
    text = whole if isinstance(whole, str) else json.dumps(whole, ensure_ascii=False, indent=2)
    return PlainTextResponse(text)


@router.get("/requests/{request_id:request_id}/thread")
async def thread(
    request: Request, request_id: RequestId, identity: Reviewer, service: Served
) -> Response:
    """The steps of a graph's thread, and what each of them changed."""
    found = await service.call(service.found, identity, request_id)
    steps = await asyncio.to_thread(thread_of, service, found)
    values: dict[str, Any] = {"request": found, "steps": steps, "now": service.desk.clock()}
    if Visit(service, request, identity).by_script:
        return page("thread.html", **values)
    return page("thread_page.html", **values, **frame(request, identity))


@router.post("/language")
@public
async def choose_language(request: Request) -> Response:
    """Keep the language in which this browser reads."""
    form = await posted(request)
    chosen = "".join(form.get("lang", ()))
    back = own_path("".join(form.get("back", ())))
    answer = RedirectResponse(back or "/hitl", 303)
    if chosen in LANGUAGES:
        answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_YEAR, path="/", samesite="lax")
    return answer


@router.get("/static/{name}")
@public
async def static(request: Request, name: str, v: str = "") -> Response:
    """A style sheet, a script or the icon. Under the address that carries its hash it is kept for
    ever; scripts that are loaded by other scripts are asked for anew each time."""
    found = static_file(name)
    if found is None:
        return Response(status_code=404)
    body, digest = found
    tag = f'"{digest}"'
    kept = f"public, max-age={_YEAR}, immutable" if v == digest else "no-cache"
    headers = {"Cache-Control": kept, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=STATIC_TYPES[f".{name.rpartition('.')[2]}"])


def _inbox(visit: Visit, look: Look) -> Response:
    found = listed(visit.service, visit.identity, look.tab, look.filters)
    opened = look.open or (found.items[0].id if found.items else None)
    panel = visit.shown(visit.found(opened)) if opened is not None else None
    return page(
        "inbox.html",
        panel=panel,
        chosen=look.open is not None,
        **_list_values(visit.service, look, found, opened),
        **frame(visit.request, visit.identity),
        **visit.values,
    )


def _list_values(
    service: Service, look: Look, found: Any, opened: str | None = None
) -> dict[str, Any]:
    return {
        "look": look,
        "tabs": list(ApprovalStatus),
        "types": list(ApprovalType),
        "requests": found.items,
        "next_cursor": found.next_cursor,
        "head": found.head,
        "open_id": opened,
        "pending": service.metrics.open_count,
        "now": service.desk.clock(),
    }
