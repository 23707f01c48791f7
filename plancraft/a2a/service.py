"""An A2A agent as an application: its routes, and what runs beside them."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from a2a.server.agent_execution import AgentExecutor
from a2a.server.context import ServerCallContext
from a2a.server.request_handlers import DefaultRequestHandler, RequestHandler
from a2a.server.routes import create_jsonrpc_routes, create_rest_routes
from a2a.server.tasks import InMemoryPushNotificationConfigStore, InMemoryTaskStore
from a2a.types import AgentCard, Message, Role, SendMessageConfiguration, SendMessageRequest, Task
from a2a.utils.errors import TaskNotCancelableError
from langgraph.checkpoint.base import BaseCheckpointSaver
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from plancraft.a2a.callers import (
    KEYS_PATH,
    Admission,
    Authenticate,
    ContextBuilder,
    with_caller,
)
from plancraft.a2a.cards import CardKey
from plancraft.a2a.conforming import ContextOfTask, JsonOnly, card_routes
from plancraft.a2a.executing import GraphExecutor
from plancraft.a2a.handling import GraphHandler
from plancraft.a2a.messages import text_part
from plancraft.a2a.pushing import PushChannel, PushFollower, is_allowed
from plancraft.a2a.refusing import Discreet
from plancraft.a2a.tasks import TaskTables, open_tasks
from plancraft.a2a.working import TaskWorker
from plancraft.access import Identity
from plancraft.approvals import Store
from plancraft.locale import Language
from plancraft.notifications import NotificationService

__all__ = ["A2AService", "build_app"]

_log = logging.getLogger("plancraft")
_AGAIN_SECONDS = 1.0
Checkpointer = Callable[[], AbstractAsyncContextManager[BaseCheckpointSaver[Any]]]


class A2AService:
    """One agent: `app` to be served, `run` to be run beside them.

    Args:
        executor: A `GraphExecutor`, or any other of the SDK's.
        card: What it says of itself.
        tables: Where tasks are kept; by default in memory.
        authenticate: Who a caller is; without it anybody is let in, and nobody is told apart.
        compat: Whether clients of protocol 0.3 are served too.
        key: What the card is signed with.
        push_url_validator: Whether a URL may be told of a task's changes; for a graph's tasks by
            default only hosts on the public internet, and those of `PLANCRAFT_A2A_PUSH_ALLOW`.
        sends_pushes: Whether to send push notifications of a graph's tasks here; not where a
            `NotificationService` has the `push_channel`.
        checkpointer: Opens the graph's checkpointer for as long as the service runs; by default
            the graph has one.
        grpc_address: Where to serve gRPC too, as `host:port`; by default where the card says that
            it is, an empty text for nowhere.
        prefix: The path at which `app` will be mounted, which the card's URLs have before theirs.

    Raises:
        ModuleNotFoundError: gRPC is wanted, and `plancraft-hitl[grpc]` is not installed.
        InvalidSettings: the card's key cannot be used.
    """

    def __init__(  # noqa: PLR0913 - what a service is made of
        self,
        executor: AgentExecutor,
        card: AgentCard,
        *,
        tables: TaskTables | None = None,
        authenticate: Authenticate | None = None,
        compat: bool = False,
        key: CardKey | None = None,
        push_url_validator: Callable[[str], Awaitable[bool]] | None = None,
        checkpointer: Checkpointer | None = None,
        grpc_address: str | None = None,
        sends_pushes: bool = True,
        prefix: str = "",
    ) -> None:
        self._checkpointer, self._prefix = checkpointer, prefix
        named = next(iter(_addresses_of(card, "GRPC")), "")
        self._grpc_address = named if grpc_address is None else grpc_address
        if self._grpc_address:
            import plancraft.a2a.grpc_serving  # noqa: F401 - at once, if its package is missing
        self.executor, self.card, self.key = executor, card, key
        self.authenticate, self._compat = authenticate, compat
        if isinstance(executor, GraphExecutor) and tables is None:
            tables = open_tasks("memory://")
        self.tables = tables
        self._sends_pushes = sends_pushes
        self.started = asyncio.Event()
        self.handler = self._handler(push_url_validator)
        if key is not None and not card.signatures:
            key.sign(card, f"{_origin_of(card)}{KEYS_PATH}")

    @cached_property
    def push_channel(self) -> PushChannel:
        """By which push notifications of a graph's tasks leave the outbox.

        Raises:
            InvalidSettings: the environment names what is no host to send to.
        """
        assert self.tables is not None
        return PushChannel(self.tables.engine, self.tables.push_configs)

    @property
    def app(self) -> ASGIApp:
        """JSON-RPC, REST and the card, admission before them; to be mounted anywhere."""
        return Admission(Starlette(routes=self._routes()), self.authenticate)

    @property
    def well_known(self) -> list[BaseRoute]:
        """The routes of the card, and of the key it is signed with, which belong to the host."""
        routes = card_routes(self.card)
        if self.key is not None:
            routes.append(Route(KEYS_PATH, self._keys, methods=["GET"]))
        return routes

    async def run(self) -> None:
        """What runs beside the routes, until cancelled: decisions are carried to their tasks."""
        try:
            while True:
                try:
                    await self._run_once()
                except Exception:  # noqa: BLE001 - a database that is down now may be up later
                    _log.exception("a2a_service_failed; it is started again")
                await asyncio.sleep(_AGAIN_SECONDS)
        finally:
            await self._close()

    async def _run_once(self) -> None:
        async with AsyncExitStack() as stack:
            if self.tables is not None:
                await self.tables.begin()
            if self._grpc_address:
                await stack.enter_async_context(self._grpc(self._grpc_address))
            if isinstance(self.executor, GraphExecutor) and self._checkpointer is not None:
                stack.callback(self.executor.ready.clear)
                saver = await stack.enter_async_context(self._checkpointer())
                self.executor.graph = self.executor.graph.copy({"checkpointer": saver})
                self.executor.ready.set()
            self.started.set()
            if isinstance(self.handler, GraphHandler):
                await self._work_on(self.handler)
            else:
                await asyncio.Event().wait()

    async def start(self, identity: Identity, text: str, language: Language | None) -> str:
        """The id of a task that was begun for this caller, which goes on by itself."""
        message = Message(
            message_id=str(uuid.uuid4()), role=Role.ROLE_USER, parts=[text_part(text)]
        )
        if language is not None:
            message.metadata["language"] = language
        request = SendMessageRequest(
            message=message, configuration=SendMessageConfiguration(return_immediately=True)
        )
        context = with_caller(ServerCallContext(), identity, None)
        task = await self.handler.on_message_send(request, context)
        assert isinstance(task, Task)
        return task.id

    def _grpc(self, address: str) -> AbstractAsyncContextManager[int]:
        from plancraft.a2a.grpc_serving import served

        handler: Any = Discreet(self.handler)
        return served(handler, address, self.authenticate)

    async def cancel(self, task_id: str, *, by: str) -> Task:
        """The task, cancelled from code, whoever works on it and wherever.

        Raises:
            TaskNotFoundError: there is none that has not ended.
            TaskNotCancelableError: it came to its end first, or is no graph's.
        """
        if not isinstance(self.handler, GraphHandler):
            raise TaskNotCancelableError
        return await self.handler.cancel(task_id, by=by)

    async def _work_on(self, handler: GraphHandler) -> None:
        assert self.tables is not None
        executor = handler.agent_executor
        async with asyncio.TaskGroup() as group:
            group.create_task(TaskWorker(executor, handler).run())
            if self.card.capabilities.push_notifications:
                sender = self._sender(executor.store)
                follower = PushFollower(
                    self.tables.engine, executor.store, told=sender.wake if sender else _nobody
                )
                self.tables.stream.on_event = follower.wake
                group.create_task(follower.run())
                if sender is not None:
                    group.create_task(sender.run())

    def _sender(self, store: Store) -> NotificationService | None:
        if not self._sends_pushes:
            return None
        return NotificationService(store, channels=(), task_channels=[self.push_channel])

    async def _close(self) -> None:
        close = getattr(self.handler, "aclose", None)
        if close is not None:
            await close()
        if self.tables is not None:
            await self.tables.close()

    def _handler(self, validator: Callable[[str], Awaitable[bool]] | None) -> RequestHandler:
        more: dict[str, Any] = {"agent_card": self.card, "push_url_validator": validator}
        if isinstance(self.executor, GraphExecutor):
            assert self.tables is not None
            more["push_url_validator"] = validator or is_allowed
            return GraphHandler(self.executor, self.tables, **more)
        if self.tables is not None:
            more |= {"event_stream": self.tables.stream}
        store = self.tables.store if self.tables else InMemoryTaskStore()
        configs = self.tables.push_configs if self.tables else InMemoryPushNotificationConfigStore()
        return DefaultRequestHandler(
            self.executor,
            store,
            push_config_store=configs,
            request_context_builder=ContextOfTask(store),
            **more,
        )

    def _routes(self) -> list[BaseRoute]:
        """Where the card says, and at the root in any case."""
        more: dict[str, Any] = {
            "context_builder": ContextBuilder(),
            "enable_v0_3_compat": self._compat,
        }
        handler: Any = Discreet(self.handler)
        [rpc] = create_jsonrpc_routes(handler, "/", **more)
        rest = create_rest_routes(handler, **more)
        return [
            *self.well_known,
            *(Route(one, JsonOnly(rpc.app), methods=["POST"]) for one in self._paths("JSONRPC")),
            *(Mount(one, routes=rest) for one in self._paths("HTTP+JSON") if one != "/"),
            *rest,
        ]

    def _paths(self, binding: str) -> list[str]:
        """The paths of a binding, with and without a slash at the end, as clients spell them."""
        found = {"/"}
        for url in _addresses_of(self.card, binding):
            path = urlsplit(url).path.removeprefix(self._prefix).rstrip("/")
            found |= {path, f"{path}/"} if path else {"/"}
        return sorted(found)

    async def _keys(self, _: Request) -> Response:
        assert self.key is not None
        return JSONResponse(self.key.public)


def build_app(executor: AgentExecutor, card: AgentCard, **service: Any) -> Starlette:
    """The whole application around an executor, at `/`.

    Args:
        executor: As `A2AService` takes it.
        card: Its card.
        service: As `A2AService` takes it: `tables`, `authenticate`, `compat`, `key`, ….
    """
    agent = A2AService(executor, card, **service)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(agent.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    app = Starlette(routes=[Mount("/", agent.app)], lifespan=lifespan)
    app.state.a2a = agent
    return app


def _nobody() -> None:
    """Who sends looks by himself."""


def _addresses_of(card: AgentCard, binding: str) -> list[str]:
    interfaces = card.supported_interfaces
    return [one.url for one in interfaces if one.protocol_binding == binding]


def _origin_of(card: AgentCard) -> str:
    scheme, _, rest = card.supported_interfaces[0].url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
