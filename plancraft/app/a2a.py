"""An A2A agent on the configured store: its checkpoints, its tasks, its keys; alone or served
beside the inbox."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from a2a.types import AgentSkill
from fastapi import FastAPI
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.pregel import Pregel
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from plancraft.a2a.cards import CardKey, build_card
from plancraft.a2a.executing import GraphExecutor
from plancraft.a2a.research import Library
from plancraft.a2a.research_agent import RESEARCH_SKILL, HITLResearchAgent
from plancraft.a2a.service import A2AService
from plancraft.a2a.tasks import open_tasks
from plancraft.access import Identity, Keys, Permission, allow
from plancraft.approvals import Store
from plancraft.threads import InterruptConfig

__all__ = ["PATH", "AgentOptions", "authenticate_by", "checkpointer_at", "mount", "service_of"]

_TRIES, _MOMENT = 5, 0.3
PATH = "/a2a"
"""Where an agent is, beside the inbox."""


@dataclass(frozen=True)
class AgentOptions:
    """Which agent, and how it is reached."""

    address: str
    """Where the application is, as `http://host:port`."""
    tasks: str
    """URL of the database of its tasks and checkpoints."""
    graph: Pregel[Any, Any, Any, Any] | None = None
    """Whose agent; the research agent without one."""
    documents: Path | None = None
    """What the research agent reads."""
    auth_required: bool = False
    compat: bool = False
    grpc_address: str | None = None
    key: CardKey | None = None
    model: Any = None
    retriever: Any = None


def service_of(options: AgentOptions, store: Store, settings: InterruptConfig) -> A2AService:
    """The agent, with the store's keys before it. Its `push_channel` is for who sends
    notifications.

    Raises:
        NoDocuments: the research agent has nothing to read.
        StoreUnavailable: tasks cannot be kept there.
    """
    executor = _executor(options, store, settings)
    skill = RESEARCH_SKILL if options.graph is None else _skill_of(executor.agent_id)
    card = build_card(
        executor.agent_id,
        skill.description,
        f"{options.address}{PATH}",
        skills=[skill],
        grpc_url=options.grpc_address,
        compat=options.compat,
    )
    own = options.graph is not None and options.graph.checkpointer not in (None, False, True)
    return A2AService(
        executor,
        card,
        tables=open_tasks(options.tasks),
        authenticate=authenticate_by(store),
        compat=options.compat,
        key=options.key,
        checkpointer=None if own else lambda: checkpointer_at(options.tasks),
        grpc_address=options.grpc_address,
        sends_pushes=False,
        prefix=PATH,
    )


def _skill_of(agent_id: str) -> AgentSkill:
    described = f"Runs the graph {agent_id}. People are asked where it pauses."
    tags = ["langgraph", "human-in-the-loop"]
    return AgentSkill(id=agent_id, name=agent_id, description=described, tags=tags)


def _executor(options: AgentOptions, store: Store, settings: InterruptConfig) -> GraphExecutor:
    around: dict[str, Any] = {
        "store": store,
        "settings": settings,
        "pause": "auth_required" if options.auth_required else "input_required",
        "inbox": f"{options.address}/hitl",
    }
    if options.graph is not None:
        return GraphExecutor(options.graph, **around)
    return HITLResearchAgent(
        Library.open(options.documents or Path()),
        model=options.model,
        retriever=options.retriever,
        **around,
    )


def mount(app: FastAPI, service: A2AService) -> None:
    """Serve the agent under `/a2a`, and its card where clients look for it."""
    agent = service.app
    app.router.routes.extend(
        [*service.well_known, Route(PATH, _AtItsRoot(agent)), Mount(PATH, agent)]
    )


class _AtItsRoot:
    """ASGI that takes the path without a slash for the root of what is mounted there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        root = scope.get("root_path", "") + PATH
        await self._app({**scope, "root_path": root, "path": f"{root}/"}, receive, send)


def authenticate_by(store: Store) -> Callable[[str | None], Awaitable[Identity | None]]:
    """Who a caller is, by the keys of a store."""
    keys = Keys(store)

    def find(given: str) -> Identity | None:
        scheme, _, token = given.partition(" ")
        key = keys.find(token.strip()) if scheme.lower() == "bearer" else None
        if key is None or not allow(key.identity, Permission.TASK):
            return None
        return key.identity

    async def authenticate(given: str | None) -> Identity | None:
        if given is None:
            return None
        return await asyncio.to_thread(find, given) if store.blocking else find(given)

    return authenticate


@asynccontextmanager
async def checkpointer_at(url: str) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    """A checkpointer in the database at `url`: SQLite, PostgreSQL, or in memory."""
    scheme, _, rest = url.partition("://")
    if scheme == "memory":
        yield InMemorySaver()
    elif scheme == "sqlite":
        from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

        async with AsyncSqliteSaver.from_conn_string(rest.removeprefix("/")) as saver:
            yield saver
    else:
        async with _postgres_saver(url) as saver:
            yield saver


@asynccontextmanager
async def _postgres_saver(url: str) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
    from psycopg.rows import dict_row
    from psycopg_pool import AsyncConnectionPool

    wanted = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    async with AsyncConnectionPool[Any](url, kwargs=wanted, min_size=1, open=False) as pool:
        saver = AsyncPostgresSaver(pool)
        await _set_up(saver)
        yield saver


async def _set_up(saver: Any) -> None:
    """Make the tables that are missing. Of two servers that try at once one is refused, and tries
    again."""
    from psycopg import OperationalError
    from psycopg.errors import UniqueViolation

    for left in reversed(range(_TRIES)):
        try:
            await saver.setup()
        except (OperationalError, UniqueViolation):
            if not left:
                raise
            await asyncio.sleep(_MOMENT)
        else:
            return
