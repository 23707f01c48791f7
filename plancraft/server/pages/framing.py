"""What every page has: its frame, its language, and whom it is for."""

from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from plancraft.access import Identity, Permission
from plancraft.access.tokens import csrf_of
from plancraft.approvals import ApprovalRequest
from plancraft.errors import (
    AlreadyAnswered,
    InvalidRequest,
    PlancraftError,
    RequestExpired,
    StaleView,
    TooLateToUndo,
    UnknownInterrupt,
)
from plancraft.locale import language, say
from plancraft.server.asking import Gate, session_token
from plancraft.server.pages.rendering import page
from plancraft.server.pages.showing import PRESETS, Shown, Typed, shown
from plancraft.server.pages.wording import age_words
from plancraft.server.problems import status_of
from plancraft.server.service import Service, service_of

__all__ = [
    "FRAGMENT",
    "Form",
    "Reviewer",
    "Visit",
    "error_page",
    "frame",
    "own_path",
    "posted",
    "wants_page",
]

Reviewer = Annotated[Identity, Depends(Gate(Permission.DECIDE))]
"""Pages show what anybody asked, so they are for those who may decide."""
FRAGMENT = "X-Fragment"
"""A header by which the scripts ask for a piece of a page instead of all of it."""
Form = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Visit:
    """A reviewer's request for a page, or a form that was sent from one."""

    service: Service
    request: Request
    identity: Identity

    @property
    def by_script(self) -> bool:
        """Whether a piece of a page will do."""
        return FRAGMENT in self.request.headers

    @property
    def values(self) -> dict[str, Any]:
        """What the panel of a request shows beside the request."""
        csrf = csrf_of(session_token(self.request))
        return {"csrf": csrf, "me": self.identity.name, "presets": PRESETS}

    def found(self, request_id: str) -> ApprovalRequest:
        """As `Service.found`."""
        return self.service.found(self.identity, request_id)

    def shown(self, request: ApprovalRequest, typed: Typed | None = None) -> Shown:
        """What its panel shows of the request."""
        return shown(self.service.desk, request, self.identity, typed)

    def panel(self, view: Shown, *, status: int = 200, outcome: str = "shown") -> Response:
        """The request's panel, on a page of its own unless a script asked."""
        headers = {"X-Outcome": outcome}
        held = view.request.held_until
        if held is not None and view.own:
            left = (held - view.now).total_seconds()
            headers["X-Held-Seconds"] = f"{max(left, 0):.1f}"
        values = {"panel": view, **self.values}
        if self.by_script:
            return page("panel.html", status, headers, **values)
        values |= {"head": self.service.store.head().seq, **frame(self.request, self.identity)}
        return page("request.html", status, headers, **values)

    def done(self, changed: ApprovalRequest) -> Response:
        """What follows a form that counted."""
        if not self.by_script:
            return RedirectResponse(f"/hitl/requests/{changed.id}", 303)
        outcome = "open" if changed.is_open else "decided"
        return self.panel(self.shown(changed), outcome=outcome)

    def lost(self, request_id: str, error: PlancraftError, typed: Typed | None = None) -> Response:
        """The request as it really is, why the form did not count, and what was typed in it."""
        if status_of(error) not in (403, 409, 422):
            raise error
        message = _reason(error, self)
        kept = replace(typed or Typed(), message=message, sure=False)
        view = self.shown(self.found(request_id), kept)
        return self.panel(view, status=status_of(error), outcome="lost")


def _reason(error: PlancraftError, visit: Visit) -> str:
    """The error in words that suit who looks at the request already."""
    match error:
        case AlreadyAnswered():
            when = age_words(error.at, visit.service.desk.clock())
            return say("{who} decided this {when}.", who=error.by, when=when)
        case TooLateToUndo():
            return say("The decision is for good; it cannot be undone any more.")
        case StaleView():
            return say("What is asked has changed. Look again, then decide.")
        case RequestExpired():
            return say("The time was up before this arrived.")
    return error.localized()


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


async def posted(request: Request) -> Form:
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
