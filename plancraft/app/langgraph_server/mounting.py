"""The inbox as a part of LangGraph Server: `http.app` in langgraph.json."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NoReturn
from urllib.parse import urlsplit

from fastapi import FastAPI
from langgraph_sdk import get_client
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Receive, Scope, Send

from plancraft.app.defaults import default_store
from plancraft.app.langgraph_server.paths import is_in_inbox, is_shut
from plancraft.app.telling import notifications_of
from plancraft.approvals import HITLPolicy, Store
from plancraft.approvals.desk import Desk
from plancraft.server import create_app
from plancraft.threads import GraphServer, InterruptConfig, Watcher

__all__ = ["inbox", "mount_inbox"]


def mount_inbox(
    open_store: Callable[[], Store] = default_store, policy: HITLPolicy | None = None
) -> Starlette:
    """The application to name in `http.app`, with a watcher for the server's own threads.

    It is built when the server starts, not on import.

    Args:
        open_store: Gives the store of the requests and keys, when the server starts.
        policy: Who decides, how many, until when.
    """
    door = _Door()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        store = open_store()
        door.inside = app = _application(store, policy)
        async with app.router.lifespan_context(app), _watching(store, policy):
            yield

    return Starlette(routes=[door], middleware=[Middleware(_Shutter)], lifespan=lifespan)


@asynccontextmanager
async def _watching(store: Store, policy: HITLPolicy | None) -> AsyncIterator[None]:
    """Open requests for what the server's threads ask, and deliver what is decided."""
    # Called from within, the server asks nobody who it is; who may decide was asked before.
    where = urlsplit(os.environ.get("LANGGRAPH_API_URL", "")).netloc or "server"
    server = GraphServer(get_client(), name=where)
    watcher = Watcher(server, store=store, settings=InterruptConfig(POLICY=policy))
    task = asyncio.create_task(watcher.run())
    try:
        yield
    finally:
        watcher.stop()
        await task


def _application(store: Store, policy: HITLPolicy | None) -> FastAPI:
    """The same as `plancraft serve` makes of the environment."""
    public_url = os.environ.get("PLANCRAFT_BASE_URL") or None
    # The address at which the dev server says that it is reached.
    address = public_url or os.environ.get("LANGGRAPH_API_URL") or "http://127.0.0.1:2024"
    return create_app(
        Desk(store, policy),
        public_url=public_url,
        notifications=notifications_of(store, policy, address),
    )


class _Door(BaseRoute):
    """Hands whatever is for the inbox to the application, as it came.

    A route of its own, instead of the application itself, so that the middleware and the error
    pages of the inbox do not stand around the server's routes.
    """

    def __init__(self) -> None:
        self.inside: FastAPI | None = None
        self.app: ASGIApp = self._hand_on
        """The server puts its authentication around this."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """All of the inbox's addresses, and no other."""
        known = scope["type"] in ("http", "websocket") and is_in_inbox(scope["path"])
        return (Match.FULL, {"endpoint": self}) if known else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand it on."""
        await self.app(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> NoReturn:
        """Raises:
        NoMatchFound: addresses within are the application's own business.
        """
        raise NoMatchFound(name, path_params)

    async def _hand_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.inside is not None  # the server serves nobody before the lifespan began
        await self.inside(scope, receive, send)


class _Shutter:
    """ASGI around the server: what nobody's key is asked for is not there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and is_shut(scope["path"]):
            gone = JSONResponse({"detail": "Not Found"}, status_code=404)
            return await gone(scope, receive, send)
        return await self._app(scope, receive, send)


inbox = mount_inbox()
"""On the store that the environment names."""
