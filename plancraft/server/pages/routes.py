"""The addresses of the pages. GET shows; every form is a POST, and says what came of it."""

import asyncio
import json
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from plancraft.access import Identity, Permission
from plancraft.access.permits import require_say
from plancraft.access.tokens import csrf_of
from plancraft.approvals import ApprovalRequest, ApprovalStatus, ApprovalType
from plancraft.errors import (
    AlreadyAnswered,
    InvalidRequest,
    PlancraftError,
    RequestExpired,
    StaleView,
    TooLateToUndo,
    UnknownInterrupt,
)
from plancraft.locale import LANGUAGES, language, say
from plancraft.server.asking import Gate, Served, public, session_token
from plancraft.server.envelope import LANGUAGE_COOKIE
from plancraft.server.listing import Filters, listed
from plancraft.server.pages import acting
from plancraft.server.pages.presence import LASTS, Presence
from plancraft.server.pages.rendering import STATIC_TYPES, page, static_file
from plancraft.server.pages.showing import PRESETS, Shown, Tab, Typed, judged, shown
from plancraft.server.pages.threads import thread_of
from plancraft.server.pages.wording import age_words, status_words
from plancraft.server.problems import status_of
from plancraft.server.routes.bodies import DecideSeveral, RequestId
from plancraft.server.routes.decisions import decide_all
from plancraft.server.service import Service, service_of
from plancraft.server.strictness import StrictRoute
from plancraft.timetravel.diffing import changes_between

__all__ = ["FRAGMENT", "error_page", "frame", "own_path", "posted", "router", "wants_page"]

router = APIRouter(prefix="/hitl", include_in_schema=False)
Reviewer = Annotated[Identity, Depends(Gate(Permission.DECIDE))]
"""Pages show what anybody asked, so they are for those who may decide."""
FRAGMENT = "X-Fragment"
"""A header by which the scripts ask for a piece of a page instead of all of it."""
_YEAR = 365 * 86400
_TABS = tuple(ApprovalStatus)
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


class Looking(BaseModel):
    """Which request somebody has open."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern="^[0-9a-f]{8,64}$")


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
    look = _look(request)
    return await service.call(_inbox, service, request, identity, look)


@router.get("/rows")
async def rows(request: Request, identity: Reviewer, service: Served) -> Response:
    """The rows of a list alone, for the scripts."""
    look = _look(request)
    found = await service.call(listed, service, identity, look.tab, look.filters)
    values = _list_values(service, look, found)
    return page("rows.html", headers=_counted(service), **values)


@router.get("/requests/{request_id:request_id}")
async def one_request(
    request: Request, request_id: RequestId, identity: Reviewer, service: Served
) -> Response:
    """One request on a page of its own, to be decided without any script."""
    return await service.call(_request_page, service, request, identity, request_id)


@router.get("/requests/{request_id:request_id}/row")
async def one_row(
    request: Request, request_id: RequestId, identity: Reviewer, service: Served
) -> Response:
    """One row of a list, as the request is now."""
    found = await service.call(service.found, identity, request_id)
    values: dict[str, Any] = {
        "request": found,
        "now": service.desk.clock(),
        "look": _look(request),
        "open_id": None,
    }
    return page("row.html", headers=_counted(service), **values)


@router.get("/requests/{request_id:request_id}/content")
async def content(request_id: RequestId, identity: Reviewer, service: Served) -> Response:
    """All that is to be judged, as text."""
    whole = judged(await service.call(service.found, identity, request_id))
    text = whole if isinstance(whole, str) else json.dumps(whole, ensure_ascii=False, indent=2)
    return PlainTextResponse(text)


@router.get("/pending")
async def pending(identity: Reviewer, service: Served) -> Response:
    """How many requests are open."""
    return JSONResponse({"pending": service.metrics.open_count})


@router.get("/requests/{request_id:request_id}/thread")
async def thread(request_id: RequestId, identity: Reviewer, service: Served) -> Response:
    """The steps of a graph's thread, and what each of them changed."""
    found = await service.call(service.found, identity, request_id)
    steps = await asyncio.to_thread(thread_of, service, found)
    return page("thread.html", request=found, steps=steps, now=service.desk.clock())


@router.post("/requests/{request_id:request_id}/decide")
async def decide(
    request: Request, request_id: RequestId, identity: Reviewer, service: Served
) -> Response:
    """A decision; it can be undone for a while."""
    form = await posted(request)
    return await service.call(_decide, service, request, identity, request_id, form)


@router.post("/requests/{request_id:request_id}/undo")
async def undo(
    request: Request, request_id: RequestId, identity: Reviewer, service: Served
) -> Response:
    """Take one's own decision back."""

    def act() -> ApprovalRequest:
        return service.desk.undo(request_id, by=identity.name)

    return await service.call(_acted, service, request, identity, request_id, act)


@router.post("/requests/{request_id:request_id}/claim")
async def claim(
    request: Request, request_id: RequestId, identity: Reviewer, service: Served
) -> Response:
    """Say that oneself decides it; or, with `release`, that anybody may."""
    form = await posted(request)
    to = None if "release" in form else identity.name

    def act() -> ApprovalRequest:
        _require_say(service, identity, request_id)
        return service.desk.assign(request_id, to, by=identity.name)

    return await service.call(_acted, service, request, identity, request_id, act)


@router.post("/requests/{request_id:request_id}/extend")
async def extend(
    request: Request, request_id: RequestId, identity: Reviewer, service: Served
) -> Response:
    """Give it more time."""
    form = await posted(request)
    given = "".join(form.get("seconds", ()))
    seconds = int(given) if given.isascii() and given.isdecimal() and len(given) < 8 else 0

    def act() -> ApprovalRequest:
        _require_say(service, identity, request_id)
        return service.desk.extend(request_id, seconds, by=identity.name)

    return await service.call(_acted, service, request, identity, request_id, act)


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
    again = LASTS.total_seconds() / 2
    return JSONResponse({"others": others, "again": again})


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
async def static(name: str) -> Response:
    """A style sheet, a script or the icon; its address changes when it does."""
    found = static_file(name)
    if found is None:
        return Response(status_code=404)
    kind = STATIC_TYPES[f".{name.rpartition('.')[2]}"]
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(found[0], headers=kept, media_type=kind)


for _path, _handler in (("/decide", decide_several), ("/looking", looking)):
    router.add_api_route(_path, _handler, methods=["POST"], route_class_override=StrictRoute)


def wants_page(request: Request) -> bool:
    """Whether a person's browser asked for a page, and not a script or a program for an answer."""
    inside = request.url.path == "/hitl" or request.url.path.startswith("/hitl/")
    return inside and "text/html" in request.headers.get("accept", "")


def error_page(request: Request, error: PlancraftError) -> Response:
    """What went wrong, and what to do, as a page."""
    status = status_of(error)
    if status == 401:
        there = request.url.path if request.method == "GET" else "/hitl"
        if request.method == "GET" and request.url.query:
            there += f"?{request.url.query}"
        return RedirectResponse(f"/sign-in?{urlencode({'next': there})}", 303)
    message = error.localized()
    if isinstance(error, UnknownInterrupt):
        message = say("There is no such request, or it is not for you.")
    return page("error.html", status, message=message, **frame(request, None))


def own_path(given: str) -> str | None:
    """The path, if it is one of the pages; None for any other address."""
    plain = given.isprintable() and "\\" not in given and len(given) < 1000
    return given if plain and (given == "/hitl" or given.startswith(("/hitl?", "/hitl/"))) else None


async def posted(request: Request) -> dict[str, list[str]]:
    """The form that was sent.

    Raises:
        InvalidRequest: it is no form, or has too many fields.
    """
    body = await request.body()
    try:
        read = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        raise InvalidRequest([say("this is not a form that can be read")]) from None
    for values in read.values():
        if any("\0" in value for value in values):
            raise InvalidRequest([say("a text holds the sign U+0000")])
    return read


def _inbox(service: Service, request: Request, identity: Identity, look: Look) -> Response:
    found = listed(service, identity, look.tab, look.filters)
    opened = look.open or (found.items[0].id if found.items else None)
    panel = None
    if opened is not None:
        panel = _shown(service, identity, service.found(identity, opened))
    return page(
        "inbox.html",
        panel=panel,
        chosen=look.open is not None,
        **_list_values(service, look, found, opened),
        **frame(request, identity),
        **_panel_values(request, identity),
    )


def _list_values(
    service: Service, look: Look, found: Any, opened: str | None = None
) -> dict[str, Any]:
    return {
        "look": look,
        "tabs": [Tab(status, status_words(status)) for status in _TABS],
        "types": list(ApprovalType),
        "requests": found.items,
        "next_cursor": found.next_cursor,
        "head": found.head,
        "open_id": opened,
        "pending": service.metrics.open_count,
        "now": service.desk.clock(),
    }


def _request_page(
    service: Service, request: Request, identity: Identity, request_id: str
) -> Response:
    found = service.found(identity, request_id)
    return _panel(service, request, _shown(service, identity, found), identity)


def _decide(
    service: Service,
    request: Request,
    identity: Identity,
    request_id: str,
    form: dict[str, list[str]],
) -> Response:
    found = service.found(identity, request_id)
    try:
        decided = service.changed(
            request_id, lambda: acting.decide(service.desk, identity, found, form)
        )
    except acting.Refused as refused:
        status = 200 if refused.typed.sure else 422
        outcome = "sure" if refused.typed.sure else "refused"
        view = _shown(service, identity, found, refused.typed)
        return _panel(service, request, view, identity, status=status, outcome=outcome)
    except PlancraftError as error:
        typed = acting.typed_in(found, form)
        return _lost(service, request, identity, request_id, error, typed)
    return _done(service, request, identity, decided)


def _acted(
    service: Service, request: Request, identity: Identity, request_id: str, act: Any
) -> Response:
    try:
        changed = service.changed(request_id, act)
    except PlancraftError as error:
        return _lost(service, request, identity, request_id, error)
    return _done(service, request, identity, changed)


def _lost(
    service: Service,
    request: Request,
    identity: Identity,
    request_id: str,
    error: PlancraftError,
    typed: Typed | None = None,
) -> Response:
    """The request as it really is, with why this did not count."""
    if status_of(error) not in (403, 409, 422):
        raise error
    now = service.desk.clock()
    message = error.localized()
    if isinstance(error, AlreadyAnswered):
        message = say("{who} decided this {when}.", who=error.by, when=age_words(error.at, now))
    elif isinstance(error, TooLateToUndo):
        message = say("The decision is for good; it cannot be undone any more.")
    elif isinstance(error, StaleView):
        message = say("What is asked has changed. Look again, then decide.")
    elif isinstance(error, RequestExpired):
        message = say("The time was up before this arrived.")
    kept = replace(typed or Typed(), message=message, sure=False)
    view = _shown(service, identity, service.found(identity, request_id), kept)
    return _panel(service, request, view, identity, status=status_of(error), outcome="lost")


def _done(
    service: Service, request: Request, identity: Identity, changed: ApprovalRequest
) -> Response:
    if FRAGMENT not in request.headers:
        return RedirectResponse(f"/hitl/requests/{changed.id}", 303)
    outcome = "open" if changed.is_open else "decided"
    return _panel(service, request, _shown(service, identity, changed), identity, outcome=outcome)


def _shown(
    service: Service, identity: Identity, found: ApprovalRequest, typed: Typed | None = None
) -> Shown:
    return shown(service.desk, found, identity, typed)


def _panel(
    service: Service,
    request: Request,
    view: Shown,
    identity: Identity,
    *,
    status: int = 200,
    outcome: str = "shown",
) -> Response:
    """The request's panel, on a page of its own unless a script asked."""
    headers = {"X-Outcome": outcome, **_counted(service)}
    held = view.request.held_until
    if held is not None and view.own:
        left = (held - view.now).total_seconds()
        headers["X-Held-Seconds"] = f"{max(left, 0):.1f}"
    values = {"panel": view, **_panel_values(request, identity)}
    if FRAGMENT in request.headers:
        return page("panel.html", status, headers, **values)
    values["head"] = service.store.head().seq
    return page("request.html", status, headers, **values, **frame(request, identity))


def _panel_values(request: Request, identity: Identity) -> dict[str, Any]:
    return {
        "csrf": csrf_of(session_token(request)),
        "me": identity.name,
        "presets": PRESETS,
    }


def frame(request: Request, identity: Identity | None) -> dict[str, Any]:
    """What the frame of every page shows."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return {
        "who": identity.name if identity else None,
        "csrf_frame": csrf_of(session_token(request)) if identity else "",
        "here": own_path(here) or "/hitl",
        "lang": language(),
        "tells": service_of(request).notifications is not None,
        "origin": str(request.base_url).rstrip("/"),
    }


def _counted(service: Service) -> dict[str, str]:
    return {"X-Pending": str(service.metrics.open_count)}


def _require_say(service: Service, identity: Identity, request_id: str) -> None:
    require_say(identity, service.found(identity, request_id))
