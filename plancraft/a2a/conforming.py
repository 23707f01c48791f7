"""Where the SDK's server falls short of the protocol: mended from outside.

A2A 1.0: 3.6.2 (versions, over gRPC too), 9.5 (content types of JSON-RPC), 3.4.3 (the context of a
message that names a task only), 8.3 (caching of the card).
"""

import json
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any

import orjson
from a2a.server.agent_execution import RequestContext, SimpleRequestContextBuilder
from a2a.server.cluster import VersionedTaskStore
from a2a.server.context import ServerCallContext
from a2a.server.routes import create_agent_card_routes
from a2a.server.tasks import TaskStore
from a2a.types import AgentCard, SendMessageRequest, Task
from a2a.utils.error_handlers import build_error_details
from a2a.utils.errors import (
    JSON_RPC_ERROR_CODE_MAP,
    A2AError,
    ContentTypeNotSupportedError,
    InvalidParamsError,
    JSONParseError,
)
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["ContextOfTask", "JsonOnly", "card_routes"]

_CACHED = "public, max-age=300"


class JsonOnly:
    """ASGI before a JSON-RPC endpoint: what is not JSON is refused by its code, whatever a parser
    has to say of it, and so is what does not call itself JSON."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
        if kind and kind != "application/json" and not kind.endswith("+json"):
            error = ContentTypeNotSupportedError(message="the content type is application/json")
            await _refused(error)(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        if (wrong := _wrong_with(body)) is not None:
            await wrong(scope, receive, send)
            return
        await self._app(scope, _again(body, receive), send)


def _wrong_with(body: bytes) -> Response | None:
    try:
        call = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _refused(JSONParseError(message="the body is not JSON"))
    if not isinstance(call, dict) or isinstance(call.get("params", {}), dict):
        return None
    id_ = call.get("id")
    known = id_ if isinstance(id_, str | int) else None
    return _refused(InvalidParamsError(message="params is an object"), known)


def _refused(error: A2AError, id_: str | int | None = None) -> Response:
    code = JSON_RPC_ERROR_CODE_MAP[type(error)]
    told = {"code": code, "message": str(error), "data": build_error_details(error)}
    body = {"jsonrpc": "2.0", "id": id_, "error": told}
    return Response(json.dumps(body), media_type="application/json")


def _again(body: bytes, receive: Receive) -> Receive:
    """The body, which was read already, and what comes behind it."""
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return left.pop() if left else await receive()

    return read


class ContextOfTask(SimpleRequestContextBuilder):
    """A message that names its task and no context belongs to the task's context."""

    def __init__(self, store: TaskStore | VersionedTaskStore) -> None:
        super().__init__(should_populate_referred_tasks=False)
        self._tasks = store

    async def build(
        self,
        context: ServerCallContext,
        params: SendMessageRequest | None = None,
        task_id: str | None = None,
        context_id: str | None = None,
        task: Task | None = None,
    ) -> RequestContext:
        if task_id and not context_id:
            found = await self._tasks.get(task_id, context)
            known: Any = getattr(found, "task", found)
            context_id = known.context_id if known else None
        return await super().build(context, params, task_id, context_id, task)


def card_routes(
    card: AgentCard, modifier: Callable[[AgentCard], Awaitable[AgentCard]] | None = None
) -> list[BaseRoute]:
    """Routes for the card, which says how long it may be kept and since when it is so."""
    since = formatdate(usegmt=True)

    def dated(endpoint: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            response: Response = await endpoint(request)
            response.headers["Last-Modified"] = since
            return response

        return answer

    routes = create_agent_card_routes(card, modifier, cache_control=_CACHED)
    return [Route(one.path, dated(one.endpoint), methods=["GET"]) for one in routes]
