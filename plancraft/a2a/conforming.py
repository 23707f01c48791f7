"""Where the SDK's server falls short of the protocol: mended from outside.

A2A 1.0: 3.6.2 (versions, over gRPC too), 9.5 (content types of JSON-RPC), 3.4.3 (the context of a
message that names a task only), 8.3 (caching of the card).
"""

import json
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any

from a2a.server.agent_execution import RequestContext, SimpleRequestContextBuilder
from a2a.server.cluster import VersionedTaskStore
from a2a.server.context import ServerCallContext
from a2a.server.request_handlers.response_helpers import build_error_response
from a2a.server.routes import create_agent_card_routes
from a2a.server.tasks import TaskStore
from a2a.types import AgentCard, SendMessageRequest, Task
from a2a.utils.errors import ContentTypeNotSupportedError
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["ContextOfTask", "JsonOnly", "card_routes"]

_CACHED = "public, max-age=300"


class JsonOnly:
    """ASGI before a JSON-RPC endpoint: what does not call itself JSON is refused as such."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
        if not kind or kind == "application/json" or kind.endswith("+json"):
            await self._app(scope, receive, send)
            return
        error = ContentTypeNotSupportedError(message="the content type is application/json")
        body = json.dumps(build_error_response(None, error))
        await Response(body, media_type="application/json")(scope, receive, send)


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
