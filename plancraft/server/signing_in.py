"""How people sign in with a browser: a link that is used up by a button, or a key.

Opening a link changes nothing, so that mail scanners and previews of links cannot use it up.
"""

from typing import Annotated, Any
from urllib.parse import parse_qs

import orjson
from fastapi import APIRouter, Request
from fastapi import Query as InQuery
from starlette.responses import JSONResponse, RedirectResponse, Response

from plancraft.access import Identity, Permission, Session, require
from plancraft.access.tokens import csrf_of
from plancraft.errors import InvalidRequest, NotSignedIn, PlancraftError, RoleRefused
from plancraft.locale import say
from plancraft.server.asking import (
    SESSION_COOKIE,
    Reader,
    Served,
    csrf_sent,
    guards_itself,
    identify,
    is_own_origin,
    public,
    require_own_page,
    session_token,
)
from plancraft.server.pages import frame, own_path
from plancraft.server.pages.rendering import page
from plancraft.server.problems import status_of
from plancraft.server.service import Service

__all__ = ["CSRF_COOKIE", "router"]

router = APIRouter()
CSRF_COOKIE = "plancraft_csrf"
_LONGEST = 200
_LANDING = "/hitl"


@router.get("/sign-in", include_in_schema=False)
@public
async def sign_in_page(
    request: Request,
    service: Served,
    token: str = "",
    there: Annotated[str, InQuery(alias="next")] = "",
) -> Response:
    """A page with a button that signs in; with a field for a key where there is no link."""
    shown: dict[str, Any] = {"token": token[:_LONGEST], "next": own_path(there)}
    try:
        identity = await identify(service, request)
    except NotSignedIn:
        return _page(request, **shown)
    if identity.via == "session" and not token:
        return _page(request, identity, signed_in_as=identity.name)
    return _page(request, **shown)


@router.post("/sign-in", include_in_schema=False)
@public
async def sign_in(request: Request, service: Served) -> Response:
    """A session, for the `token` of a link or for the `key` of a reviewer; a form or JSON."""
    as_form, there = _is_form(request), None
    try:
        service.throttle.take(request.client.host if request.client else "")
        if not is_own_origin(request):
            raise RoleRefused("-", say("the request came from another site"))
        sent = await _sent(request)
        there = own_path(sent.get("next", ""))
        secret, opened = await service.call(_opened, service, sent)
    except PlancraftError as error:
        if not as_form:
            raise
        return _page(request, status=status_of(error), message=error.localized(), next=there)
    answer: Response = RedirectResponse(there or _LANDING, 303)
    if not as_form:
        answer = JSONResponse({"name": opened.name, "csrf_token": csrf_of(secret)})
    _set_cookies(answer, secret, opened, secure=_is_secure(request, service))
    return answer


@router.post("/sign-out", include_in_schema=False)
@guards_itself(Permission.LEAVE)
async def sign_out(request: Request, service: Served) -> Response:
    """The end of the session that this came from."""
    identity = await identify(service, request)
    require(identity, Permission.LEAVE)
    if identity.via != "session":
        raise RoleRefused(identity.name, say("a key has no session to end"))
    require_own_page(request, await csrf_sent(request), by=identity.name)
    await service.call(service.sessions.close, session_token(request))
    answer = RedirectResponse("/sign-in", 303) if _is_form(request) else Response(status_code=204)
    for name in (SESSION_COOKIE, CSRF_COOKIE):
        answer.delete_cookie(name, path="/")
    return answer


@router.get("/api/me")
async def who_am_i(request: Request, identity: Reader) -> dict[str, Any]:
    """Whom the key or the session stands for; to a session, what its pages send along."""
    csrf = csrf_of(session_token(request)) if identity.via == "session" else None
    return {"name": identity.name, "role": identity.role.value, "csrf_token": csrf}


def _opened(service: Service, sent: dict[str, str]) -> tuple[str, Session]:
    if token := sent.get("token"):
        return service.sessions.open_by_link(token)
    return service.sessions.open_by_key(sent.get("key", "").strip())


def _is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "")
    return kind.partition(";")[0].strip() == "application/x-www-form-urlencoded"


async def _sent(request: Request) -> dict[str, str]:
    body = await request.body()
    if _is_form(request):
        text = body.decode("utf-8", "replace")
        return {name: values[0] for name, values in parse_qs(text, max_num_fields=10).items()}
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest([say("the body is not JSON: {reason}", reason=error)]) from None
    if not isinstance(read, dict) or not all(isinstance(one, str) for one in read.values()):
        raise InvalidRequest([say("sign in with a token or a key")])
    return read


def _is_secure(request: Request, service: Service) -> bool:
    return request.url.scheme == "https" or (service.public_url or "").startswith("https:")


def _set_cookies(answer: Response, secret: str, session: Session, *, secure: bool) -> None:
    # Lax, so that a link in a mail finds its reader signed in; no GET changes anything.
    for name, value, hidden in (
        (SESSION_COOKIE, secret, True),
        (CSRF_COOKIE, csrf_of(secret), False),
    ):
        answer.set_cookie(
            name,
            value,
            expires=session.expires_at,
            path="/",
            secure=secure,
            httponly=hidden,
            samesite="lax",
        )


def _page(
    request: Request, identity: Identity | None = None, *, status: int = 200, **shown: Any
) -> Response:
    values: dict[str, Any] = {"token": "", "next": None, "message": "", "signed_in_as": None}
    return page("sign_in.html", status, **{**values, **shown}, **frame(request, identity))
