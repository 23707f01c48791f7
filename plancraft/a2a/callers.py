"""Who calls over A2A: by which key, in which language."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass

from a2a.auth.user import User
from a2a.server.context import ServerCallContext
from a2a.server.routes.common import DefaultServerCallContextBuilder
from a2a.types import Message
from a2a.utils.constants import AGENT_CARD_WELL_KNOWN_PATH
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from plancraft.a2a.messages import text_of
from plancraft.access import Identity
from plancraft.locale import LANGUAGES, Language, language, language_in, language_of

__all__ = [
    "ANONYMOUS",
    "KEYS_PATH",
    "Admission",
    "Authenticate",
    "Caller",
    "ContextBuilder",
    "call_context_of",
    "caller_of",
    "identity_now",
    "wished_language",
    "with_caller",
]

ANONYMOUS = "anonymous"
"""The name, in what is recorded, of callers that a server without keys cannot tell apart."""
Authenticate = Callable[[str | None], Awaitable[Identity | None]]
"""From an Authorization header to who that is; None for nobody."""
KEYS_PATH = "/.well-known/jwks.json"
PUBLIC = frozenset({AGENT_CARD_WELL_KNOWN_PATH, KEYS_PATH})
"""What is for anybody."""
_IDENTITY = "plancraft_identity"
_ACCEPTED = "plancraft_accept_language"
identity_now: ContextVar[Identity | None] = ContextVar("plancraft_a2a_identity", default=None)
"""Who sent the request that is being handled."""


@dataclass(frozen=True)
class Caller:
    """Who sent a message."""

    owner: str
    """By which the task store finds this caller's tasks; empty where there are no keys."""
    identity: Identity | None
    language: Language

    @property
    def name(self) -> str:
        """Who acts, in what is recorded."""
        return self.owner or ANONYMOUS

    @property
    def roles(self) -> tuple[str, ...]:
        """What this caller is, for requests that only some may decide."""
        return self.identity.roles if self.identity else ()


class _Named(User):
    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def is_authenticated(self) -> bool:
        return bool(self._name)

    @property
    def user_name(self) -> str:
        return self._name


def call_context_of(owner: str) -> ServerCallContext:
    """A context in which the tasks of this owner are found."""
    return ServerCallContext(user=_Named(owner))


def caller_of(context: ServerCallContext, message: Message | None = None) -> Caller:
    """Who called, and in which language to answer: as the message's metadata says (`language`),
    the Accept-Language header, the message's own script, or the server's language."""
    return Caller(
        owner=context.user.user_name,
        identity=context.state.get(_IDENTITY),
        language=_language(context, message),
    )


def wished_language(context: ServerCallContext) -> Language | None:
    """The language of the caller's Accept-Language header; None without one."""
    return language_of(context.state.get(_ACCEPTED))


def _language(context: ServerCallContext, message: Message | None) -> Language:
    wished = message.metadata["language"] if message and "language" in message.metadata else None
    if wished in LANGUAGES:
        return "ko" if wished == "ko" else "en"
    if accepted := wished_language(context):
        return accepted
    if message is not None and (text := text_of(message)):
        return language_in(text)
    return language()


class ContextBuilder(DefaultServerCallContextBuilder):
    """Puts who called, as `Admission` found, into the SDK's context."""

    def build(self, request: Request) -> ServerCallContext:
        context = super().build(request)
        identity = identity_now.get()
        if identity is not None:
            context.user = _Named(identity.name)
        context.state[_IDENTITY] = identity
        context.state[_ACCEPTED] = request.headers.get("accept-language")
        # No credential goes on into an executor, whoever wrote it.
        context.state["headers"].pop("authorization", None)
        return context


def with_caller(
    context: ServerCallContext, identity: Identity | None, accepted: str | None
) -> ServerCallContext:
    """The context of a call that did not come over HTTP."""
    if identity is not None:
        context.user = _Named(identity.name)
    context.state[_IDENTITY] = identity
    context.state[_ACCEPTED] = accepted
    return context


class Admission:
    """ASGI that lets in who has a key; the agent's card is for anybody."""

    def __init__(self, app: ASGIApp, authenticate: Authenticate | None) -> None:
        self._app, self._authenticate = app, authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._authenticate is None or _is_public(scope):
            await self._app(scope, receive, send)
            return
        identity = await self._authenticate(Headers(scope=scope).get("authorization"))
        if identity is None:
            await _refusal()(scope, receive, send)
            return
        token = identity_now.set(identity)
        try:
            await self._app(scope, receive, send)
        finally:
            identity_now.reset(token)


def _is_public(scope: Scope) -> bool:
    path = str(scope["path"]).removeprefix(scope.get("root_path", ""))
    return path in PUBLIC and scope["method"] in ("GET", "HEAD")


def _refusal() -> JSONResponse:
    error = {"code": 401, "status": "UNAUTHENTICATED", "message": "a bearer key is needed"}
    return JSONResponse({"error": error}, 401, {"WWW-Authenticate": 'Bearer realm="a2a"'})
