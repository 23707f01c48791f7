"""Who is asking over HTTP, and whether this route is for them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from fastapi import Depends, FastAPI, Request, Security
from fastapi.routing import APIRoute, APIWebSocketRoute
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute

from plancraft.access import Identity, Permission, require
from plancraft.access.tokens import csrf_of, equal
from plancraft.errors import NotSignedIn, RoleRefused
from plancraft.locale import say
from plancraft.server.service import Service, service_of

__all__ = [
    "CSRF_HEADER",
    "OPENAPI",
    "SESSION_COOKIE",
    "Gate",
    "csrf_sent",
    "guards_itself",
    "identify",
    "is_own_origin",
    "permission_of",
    "public",
    "refuse_undeclared",
    "require_own_page",
    "routes_of",
    "session_token",
]

SESSION_COOKIE = "plancraft_session"
CSRF_HEADER = "X-CSRF-Token"
OPENAPI = "/openapi.json"
"""The only route that FastAPI itself adds; for anybody."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_BEARER = HTTPBearer(auto_error=False, description="A key that `plancraft keys add` printed")
_COOKIE = APIKeyCookie(
    name=SESSION_COOKIE,
    auto_error=False,
    description=f"A reviewer's session; whatever changes something also needs {CSRF_HEADER}",
)
Handler = TypeVar("Handler", bound=Callable[..., Any])


class Gate:
    """Lets in who has the permission, and tells the handler who that is."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(
        self,
        request: Request,
        bearer: Annotated[Any, Security(_BEARER)],
        cookie: Annotated[Any, Security(_COOKIE)],
    ) -> Identity:
        """Raises:
        NotSignedIn: nobody knows who is asking.
        RoleRefused: this role may not, or a browser was sent here by another page.
        """
        identity = await identify(service_of(request), request)
        require(identity, self.permission)
        if identity.via == "session" and request.method not in _SAFE:
            require_own_page(request, await csrf_sent(request), by=identity.name)
        return identity


async def csrf_sent(request: Request) -> str:
    """What the page sent along: in a header, or in the `csrf_token` of a form."""
    given = request.headers.get(CSRF_HEADER)
    if given is not None:
        return given
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        return ""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return parse_qs(body, max_num_fields=1000).get("csrf_token", [""])[0]
    except ValueError:
        return ""


async def identify(service: Service, connection: HTTPConnection) -> Identity:
    """Who sent this: by the key it carries, else by the session of its cookie.

    Raises:
        NotSignedIn: neither counts.
    """
    given = connection.headers.get("authorization")
    if given is not None:
        scheme, _, token = given.partition(" ")
        key = await service.call(service.keys.find, token.strip())
        if scheme.lower() != "bearer" or key is None:
            raise NotSignedIn()
        return key.identity
    token = session_token(connection)
    session = await service.call(service.sessions.find, token) if token else None
    if session is None:
        raise NotSignedIn()
    return session.identity


def session_token(connection: HTTPConnection) -> str:
    """The session's secret, as the browser sent it; empty without one."""
    return connection.cookies.get(SESSION_COOKIE, "")


def require_own_page(connection: HTTPConnection, csrf: str, *, by: str) -> None:
    """For what a browser sends by itself, cookie and all.

    Raises:
        RoleRefused: it was not one of this session's own pages that sent it.
    """
    if not is_own_origin(connection):
        raise RoleRefused(by, say("the request came from another site"))
    if not equal(csrf, csrf_of(session_token(connection))):
        raise RoleRefused(by, say("{header} is missing or wrong", header=CSRF_HEADER))


def is_own_origin(connection: HTTPConnection, *, missing: bool = True) -> bool:
    """Whether the page that sent this is ours; `missing` is what holds where it does not say."""
    origin = connection.headers.get("origin")
    if origin is None:
        return missing
    public_url = service_of(connection).public_url
    own = {connection.headers.get("host", "")}
    if public_url:
        own.add(urlsplit(public_url).netloc)
    return urlsplit(origin).netloc in own - {""}


def public(handler: Handler) -> Handler:
    """Marks a handler that anybody may call."""
    handler.needs = None  # type: ignore[attr-defined]
    return handler


def guards_itself(permission: Permission) -> Callable[[Handler], Handler]:
    """Marks a handler that asks who it is, and for this permission, by itself."""

    def mark(handler: Handler) -> Handler:
        handler.needs = permission  # type: ignore[attr-defined]
        return handler

    return mark


def permission_of(route: APIRoute | APIWebSocketRoute) -> Permission | None:
    """What a route needs; None where it is for anybody.

    Raises:
        LookupError: it does not say.
    """
    for dependency in route.dependant.dependencies:
        if isinstance(dependency.call, Gate):
            return dependency.call.permission
    if not hasattr(route.endpoint, "needs"):
        raise LookupError(f"{route.path} does not say who may use it")
    needs: Permission | None = route.endpoint.needs
    return needs


def routes_of(routes: Iterable[BaseRoute]) -> Iterator[APIRoute | APIWebSocketRoute]:
    """All handlers, those of included routers too.

    Raises:
        LookupError: among them is something that cannot say who may use it.
    """
    for route in routes:
        if isinstance(route, APIRoute | APIWebSocketRoute):
            yield route
        elif (included := getattr(route, "original_router", None)) is not None:
            yield from routes_of(included.routes)
        elif getattr(route, "path", None) != OPENAPI:
            raise LookupError(f"{route} does not say who may use it")


def refuse_undeclared(app: FastAPI) -> None:
    """Raises:
    LookupError: a route does not say who may use it, so nobody is served.
    """
    for route in routes_of(app.routes):
        permission_of(route)


Asker = Annotated[Identity, Depends(Gate(Permission.ASK))]
Reader = Annotated[Identity, Depends(Gate(Permission.READ))]
Canceller = Annotated[Identity, Depends(Gate(Permission.CANCEL))]
Decider = Annotated[Identity, Depends(Gate(Permission.DECIDE))]
Served = Annotated[Service, Depends(service_of)]
