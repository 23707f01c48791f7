"""A2A agents that are really served, and clients that really call them."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict

import httpx
import uvicorn
from a2a.client import Client, ClientConfig, create_client
from a2a.types import (
    AgentSkill,
    GetTaskRequest,
    Message,
    Part,
    Role,
    SendMessageConfiguration,
    SendMessageRequest,
    Task,
)
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from starlette.applications import Starlette

from plancraft import ApprovalInterruptPayload, InterruptConfig, ask, open_store
from plancraft.a2a import A2AService, GraphExecutor, build_card
from plancraft.a2a.messages import data_in
from plancraft.a2a.tasks import open_tasks
from plancraft.a2a.telling import PARKED, TERMINAL
from plancraft.access import Keys
from plancraft.access import Role as KeyRole
from plancraft.app.a2a import authenticate_by, checkpointer_at, mount
from plancraft.approvals import ApprovalRequest, HITLPolicy, Store
from plancraft.approvals.desk import Desk
from plancraft.server.app import create_app
from tests.ports import free_port

SOON = 20.0
"""Seconds within which what is waited for comes, on the busiest machine."""
OWN = HITLPolicy.model_validate({"types": {"general": {"requester_may_decide": True}}})


class Said(TypedDict, total=False):
    query: str
    gates: int
    passed: int
    outcome: str


class Work:
    """What nodes do besides asking, in the hands of a test."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.ended: list[str] = []
        self.holding = asyncio.Event()
        self.fails: Exception | None = None

    async def step(self, state: Said) -> Said:
        self.began.append(state["query"])
        if self.fails is not None:
            raise self.fails
        if state["query"].startswith("slow") and state.get("passed", 0) == state.get("gates", 1):
            await self.holding.wait()
        self.ended.append(state["query"])
        return {}


def gated(work: Work, gates: int = 1) -> CompiledStateGraph[Any, Any, Any, Any]:
    """A graph that works, asks, and works, as often as there are gates."""

    def gate(state: Said) -> Said:
        passed = state.get("passed", 0)
        answer = ask(
            ApprovalInterruptPayload(
                question=f"Gate {passed + 1}?",
                content={"query": state["query"], "gate": passed + 1},
                editable=["query"],
                interrupt_id=f"gate{passed + 1}",
            )
        )
        if answer.decision == "reject":
            return {"outcome": "rejected", "passed": gates}
        return {"passed": passed + 1, "outcome": "approved", "gates": gates}

    def onward(state: Said) -> str:
        return "gate" if state.get("passed", 0) < gates else END

    builder = StateGraph(Said)
    builder.add_node("work", work.step)
    builder.add_node("gate", gate)
    builder.add_edge(START, "gate")
    builder.add_edge("gate", "work")
    builder.add_conditional_edges("work", onward, ["gate", END])
    return builder.compile(name="gated")


@dataclass
class Living:
    """One served agent."""

    url: str
    origin: str
    store: Store
    executor: GraphExecutor
    service: A2AService
    tokens: dict[str, str]
    http: list[httpx.AsyncClient] = field(default_factory=list)
    grpc: str | None = None

    @property
    def desk(self) -> Desk:
        return Desk(self.store)

    def headers(self, name: str | None, **more: str) -> dict[str, str]:
        known = {"Authorization": f"Bearer {self.tokens[name]}"} if name else {}
        return {"A2A-Version": "1.0", **known, **more}

    async def client(self, name: str | None = "agent", **headers: str) -> Client:
        http = httpx.AsyncClient(headers=self.headers(name, **headers), timeout=SOON)
        self.http.append(http)
        return await create_client(self.url, ClientConfig(httpx_client=http, streaming=True))

    async def request(self, task_id: str) -> ApprovalRequest:
        """The task's open request."""
        async with asyncio.timeout(SOON):
            while True:
                rows = await asyncio.to_thread(self.store.live, task_id)
                if found := [row for row in rows if row.is_open]:
                    return found[0]
                await asyncio.sleep(0.02)


@asynccontextmanager
async def living(
    place: Path | str,
    graph: CompiledStateGraph[Any, Any, Any, Any],
    *,
    policy: HITLPolicy | None = None,
    settings: InterruptConfig | None = None,
    make: Callable[..., GraphExecutor] = GraphExecutor,
    beside_inbox: bool = False,
    secured: bool = True,
    grpc: bool = False,
    more: dict[str, Any] | None = None,
    **executor: Any,
) -> AsyncIterator[Living]:
    """The graph as an agent on a real port. `place` is a folder, or a store's URL."""
    url = place if isinstance(place, str) else f"sqlite:///{place / 'store.db'}"
    store = open_store(url)
    tokens = _tokens(store)
    port, address = free_port(), f"127.0.0.1:{free_port()}" if grpc else None
    origin = f"http://127.0.0.1:{port}"
    agent_url = f"{origin}/a2a" if beside_inbox else origin
    skill = AgentSkill(id="gated", name="gated", description="asks", tags=["test"])
    running = make(
        graph, store=store, settings=settings or InterruptConfig(POLICY=policy), **executor
    )
    service = A2AService(
        running,
        build_card("gated", "asks", agent_url, skills=[skill], grpc_url=address, secured=secured),
        tables=open_tasks(url),
        authenticate=authenticate_by(store) if secured else None,
        checkpointer=lambda: checkpointer_at(url),
        prefix="/a2a" if beside_inbox else "",
        **(more or {}),
    )
    served = Living(agent_url, origin, store, running, service, tokens, grpc=address)
    async with _serving(_app(service, store, beside_inbox), port):
        await asyncio.wait_for(service.started.wait(), SOON)
        try:
            yield served
        finally:
            for http in served.http:
                await http.aclose()
    store.close()


def _app(service: A2AService, store: Store, beside_inbox: bool) -> Any:
    if beside_inbox:
        app = create_app(Desk(store), background=[service.run], research=service.start)
        mount(app, service)
        return app

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        running = asyncio.create_task(service.run())
        yield
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    from starlette.routing import Mount

    return Starlette(routes=[Mount("/", service.app)], lifespan=lifespan)


@asynccontextmanager
async def _serving(app: Any, port: int) -> AsyncIterator[None]:
    config = uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(SOON):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


_known_tokens: dict[str, dict[str, str]] = {}


def _tokens(store: Store) -> dict[str, str]:
    """Keys of the store; a second server on it knows those of the first."""
    if store.url not in _known_tokens:
        keys = Keys(store)
        _known_tokens[store.url] = {
            name: keys.add(name, role)
            for name, role in (
                ("agent", KeyRole.AGENT),
                ("other", KeyRole.AGENT),
                ("kim", KeyRole.REVIEWER),
                ("lee", KeyRole.REVIEWER),
            )
        }
    return _known_tokens[store.url]


def message(text: str | None = None, *, task: str = "", data: Any = None, id_: str = "") -> Message:
    parts = [Part(text=text)] if text is not None else []
    if data is not None:
        from plancraft.a2a.messages import data_part

        parts.append(data_part(data))
    return Message(
        role=Role.ROLE_USER, message_id=id_ or str(uuid.uuid4()), task_id=task, parts=parts
    )


async def send(client: Client, one: Message, *, wait: bool = True) -> Task:
    """The task after the message was handled."""
    request = SendMessageRequest(
        message=one, configuration=SendMessageConfiguration(return_immediately=not wait)
    )
    task_id = one.task_id
    async with asyncio.timeout(SOON):
        async for event in client.send_message(request):
            if event.HasField("task"):
                task_id = event.task.id
                if not wait:
                    break
    return await client.get_task(GetTaskRequest(id=task_id))


async def until(client: Client, task_id: str, is_so: Callable[[Task], bool]) -> Task:
    """The task, as soon as it is so."""
    async with asyncio.timeout(SOON):
        while True:
            task = await client.get_task(GetTaskRequest(id=task_id))
            if is_so(task):
                return task
            await asyncio.sleep(0.02)


def ended(task: Task) -> bool:
    return task.status.state in TERMINAL


def parked(task: Task) -> bool:
    return task.status.state in PARKED


def told(task: Task) -> Any:
    """The data in the task's status."""
    [data] = [data_in(part) for part in task.status.message.parts if part.HasField("data")]
    return data


def words(task: Task) -> str:
    return "\n".join(part.text for part in task.status.message.parts if part.HasField("text"))
