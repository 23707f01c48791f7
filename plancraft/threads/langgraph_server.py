"""Graphs deployed on LangGraph Server: its threads through the SDK, as flows."""

import asyncio
import weakref
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
from langgraph.constants import END
from langgraph.types import StateSnapshot
from langgraph_sdk import get_client, get_sync_client
from langgraph_sdk.client import LangGraphClient, SyncLangGraphClient

from plancraft.approvals import ApprovalRequest, Store
from plancraft.errors import (
    ServerRefused,
    ServerUnavailable,
    StateError,
    ThreadBusy,
    UnknownThread,
)
from plancraft.interrupts.answers import Delivering
from plancraft.locale import say
from plancraft.threads.flows import Call, Flow
from plancraft.threads.hosting import NO_THREAD, RunOptions, store_at
from plancraft.threads.looking import Glance, Look, at_breakpoint, glance_of, is_edited, look_at
from plancraft.threads.wire import (
    CARRIES,
    carried_by,
    interrupt_of,
    is_uuid,
    refusal_of,
    result_of_run,
    said_to_run,
    snapshot_of,
)

__all__ = ["GraphServer", "ServerHost"]

_DEFAULT_STORE = "sqlite:///plancraft.db"
_MOST_REMEMBERED = 10_000
_PAGE = 100
_COLUMNS = ["thread_id", "status", "updated_at", "metadata"]


class GraphServer:
    """A graph on a LangGraph Server, to be given wherever a compiled graph may be.

    Args:
        server: The server's URL, or a client of `langgraph_sdk` for it. With a client only calls
            of its kind can be made: `resume` with a sync one, `aresume` with an async one.
        assistant: Name of the graph or id of an assistant; by default the thread's own.
        name: What the server is called in requests; by default its host and port.
        headers: More for each call, as an authorization.
        api_key: As `langgraph_sdk.get_client` takes it; by default from the environment.

    Raises:
        ValueError: `server` is a text and no URL.
    """

    def __init__(
        self,
        server: str | LangGraphClient | SyncLangGraphClient,
        assistant: str | None = None,
        *,
        name: str | None = None,
        headers: Mapping[str, str] | None = None,
        api_key: str | None = None,
    ) -> None:
        url = server if isinstance(server, str) else _url_of(server)
        parts = urlsplit(url)
        if isinstance(server, str) and (parts.scheme not in ("http", "https") or not parts.netloc):
            raise ValueError(f"a server is named by its URL, as http://127.0.0.1:2024: {server!r}")
        self.url = url
        self.assistant = assistant
        where = name or parts.netloc.rpartition("@")[2] or "server"
        self.host = ServerHost(
            _Clients(server, dict(headers or {}), api_key),
            where,
            assistant,
            None if is_uuid(assistant) else assistant,
        )

    def __repr__(self) -> str:
        return f"GraphServer({self.host.name!r})"

    def get_name(self) -> str:
        """As a compiled graph's: by which its requests are found in the store."""
        return self.host.name


@dataclass
class _Clients:
    """The SDK's clients: one for plain code, one for each event loop."""

    given: str | LangGraphClient | SyncLangGraphClient
    headers: dict[str, str]
    api_key: str | None
    _plain: SyncLangGraphClient | None = None
    _of_loops: "weakref.WeakKeyDictionary[Any, LangGraphClient]" = field(
        default_factory=weakref.WeakKeyDictionary
    )
    assistants: dict[str, str] = field(default_factory=dict)
    """Which assistant ran a thread last, by thread id."""
    graphs: set[str] = field(default_factory=set)
    """The ids of the server's graphs as far as they were seen, empty before they are asked for."""
    kind: str | None = None
    """What the server calls itself; None before it was asked."""

    def plain(self) -> SyncLangGraphClient:
        if isinstance(self.given, SyncLangGraphClient):
            return self.given
        if not isinstance(self.given, str):
            raise StateError(say("an async client wants apending(), aresume(), …"))
        if self._plain is None:
            self._plain = get_sync_client(url=self.given, headers=self.headers, **self._key())
        return self._plain

    def awaited(self) -> LangGraphClient:
        if isinstance(self.given, LangGraphClient):
            return self.given
        if not isinstance(self.given, str):
            raise StateError(say("a sync client wants pending(), resume(), …"))
        loop = asyncio.get_running_loop()
        if loop not in self._of_loops:
            made = get_client(url=self.given, headers=self.headers, **self._key())
            self._of_loops[loop] = made
        return self._of_loops[loop]

    def _key(self) -> dict[str, Any]:
        return {} if self.api_key is None else {"api_key": self.api_key}


@dataclass(frozen=True)
class ServerHost:
    """The host of a server's threads. `graph_id` None: each thread says itself what it runs."""

    clients: _Clients
    where: str
    assistant: str | None
    graph_id: str | None

    @property
    def name(self) -> str:
        return f"{self.graph_id or self.assistant or '-'}@{self.where}"

    @property
    def sync_only(self) -> bool:
        return isinstance(self.clients.given, SyncLangGraphClient)

    @property
    def lends_secrets(self) -> bool:
        return False

    @property
    def longest_pause(self) -> float:
        return 0.5

    def own_store(self) -> Flow[Store]:
        return store_at(_DEFAULT_STORE)
        yield

    def of(self, thread_id: str) -> "Flow[ServerHost]":
        if self.graph_id is not None:
            return self
        thread = yield from self.thread(thread_id)
        return self.for_graph(((thread or {}).get("metadata") or {}).get("graph_id"))

    def for_graph(self, graph_id: str | None) -> "ServerHost":
        """The host for threads that are known to run this graph."""
        if graph_id and self.clients.graphs:
            self.clients.graphs.add(graph_id)
        return replace(self, graph_id=self.graph_id or graph_id)

    def names(self) -> Flow[list[str]]:
        if self.graph_id is not None:
            return [self.name]
        if not self.clients.graphs:
            self.clients.graphs |= set((yield from self._graphs()))
        return [f"{graph}@{self.where}" for graph in sorted(self.clients.graphs)]

    def begin(self, thread_id: str) -> Flow[bool]:
        if not is_uuid(thread_id):
            text = say("a server's thread has a UUID for its id, not {thread}", thread=thread_id)
            raise StateError(text)
        try:
            yield from self.call(
                thread_id, lambda c: c.threads.create(thread_id=thread_id, if_exists="raise")
            )
        except ThreadBusy:  # it conflicts with one that is there
            return False
        return True

    def look(self, thread_id: str) -> Flow[Look]:
        return (yield from self._look(thread_id))

    def glance(self, thread_id: str) -> Flow[Glance | None]:
        look = yield from self._look(thread_id)
        return Glance(look.checkpoint_id, look.questions) if look.exists else None

    def peek(self, thread_id: str) -> Flow[Glance | None]:
        thread = yield from self.thread(thread_id)
        if thread is None:
            return None
        if thread["status"] == "busy":
            raise ThreadBusy(thread_id)
        asked = [one for told in (thread.get("interrupts") or {}).values() for one in told]
        if thread["status"] == "interrupted" and asked:
            return glance_of("", [interrupt_of(one) for one in asked])
        return (yield from self.glance(thread_id))  # failed, at a breakpoint, or on aegra

    def is_busy(self, thread_id: str) -> Flow[bool]:
        thread = yield from self.thread(thread_id)
        return (thread or {}).get("status") == "busy"

    def was_taken(self, request: ApprovalRequest) -> Flow[bool | None]:
        thread_id, checkpoint_id = request.thread_id or "", request.checkpoint_id
        try:
            snapshot = yield from self.state(thread_id, checkpoint_id)
        except ServerRefused:  # no checkpoint has that id here
            return None
        if snapshot.created_at is None:
            return None
        waiting = [one for one in snapshot.tasks if one.name in snapshot.next and not one.result]
        if any(one.id == request.interrupt_id for task in waiting for one in task.interrupts):
            return False
        return (yield from self.was_sent(request))

    def was_sent(self, request: ApprovalRequest) -> Flow[bool]:
        """Each run names what it carries; what none carried was not sent."""
        if request.decision is None:
            return False
        thread_id, offset = request.thread_id or "", 0
        while True:
            about = partial(_page_of_runs, thread_id=thread_id, offset=offset)
            page = yield from self.call(thread_id, about)
            if any(request.id in carried_by(run) for run in page):
                return True
            if len(page) < _PAGE or _started(page[-1]) < request.decision.at:
                return False
            offset += len(page)

    def run(
        self,
        thread_id: str,
        command: Any,
        options: RunOptions,
        delivery: Delivering,
        *,
        at: str | None = None,
    ) -> Flow[Any]:
        assistant = yield from self.assistant_of(thread_id)
        said = {**said_to_run(command, options), "metadata": {CARRIES: " ".join(delivery.carries)}}
        if at is None and command is None and (yield from self.is_aegra()):
            # Without input it goes on from a checkpoint only that is named.
            at = (yield from self.state(thread_id)).config["configurable"]["checkpoint_id"]
        if at is not None:
            said["checkpoint"] = {"checkpoint_id": at, "checkpoint_ns": ""}
        return result_of_run((yield from self._wait(thread_id, assistant, said)))

    def asked(self, result: Any, delivery: Delivering, delivered: Collection[str]) -> Glance | None:
        """In strict resume a run that ends has taken its answers. A result names no checkpoint,
        at which a question would have to be opened; a breakpoint is found by the next look."""
        ended = isinstance(result, dict) and not result.get("__interrupt__")
        return Glance("", {}) if ended and set(delivered) <= set(delivery.carries) else None

    def update(self, thread_id: str, values: Any, as_node: str | None) -> Flow[None]:
        if as_node == END and (yield from self.is_aegra()):
            raise StateError(say("aegra cannot end thread {thread}; delete it", thread=thread_id))
        yield from self.call(
            thread_id, lambda c: c.threads.update_state(thread_id, values, as_node=as_node)
        )

    def nodes_before(self, look: Look) -> Flow[list[str]]:
        snapshot = look.snapshot
        while (place := snapshot.parent_config) is not None:
            ids, was_edited = place["configurable"], is_edited(snapshot)
            snapshot = yield from self.state(ids["thread_id"], ids["checkpoint_id"])
            if not was_edited:
                return list(snapshot.next)
        return []

    def output(self, values: Any) -> Any:
        return values

    def thread(self, thread_id: str) -> Flow[dict[str, Any] | None]:
        """The server's row of the thread; None when there is none."""
        try:
            found = yield from self.call(thread_id, lambda c: c.threads.get(thread_id))
        except UnknownThread:
            return None
        thread: dict[str, Any] = found
        if assistant := (thread.get("metadata") or {}).get("assistant_id"):
            if len(self.clients.assistants) >= _MOST_REMEMBERED:
                self.clients.assistants.clear()
            self.clients.assistants[thread_id] = str(assistant)
        return thread

    def is_aegra(self) -> Flow[bool]:
        """Whether it is not LangGraph's own server but aegra, which speaks nearly the same API."""
        if self.clients.kind is None:
            try:
                told = yield from self.call(NO_THREAD, lambda c: c.http.get("/info"))
            except ServerRefused:
                told = {}
            self.clients.kind = str(told.get("name") if isinstance(told, dict) else "")
        return self.clients.kind.casefold() == "aegra"

    def search(self, **named: Any) -> Flow[list[dict[str, Any]]]:
        """Threads of this graph, the last changed first, as `threads.search` gives them."""
        if self.assistant is not None:
            key = "assistant_id" if is_uuid(self.assistant) else "graph_id"
            named["metadata"] = {key: self.assistant}
        named = {"sort_by": "updated_at", "sort_order": "desc", **named}
        if not (yield from self.is_aegra()):
            named["select"] = _COLUMNS
        found: list[dict[str, Any]] = yield from self.call(
            NO_THREAD, lambda c: c.threads.search(**named)
        )
        return found

    def _graphs(self) -> Flow[list[str]]:
        found: list[str] = []
        page: list[Any] = []
        while not found or len(page) == _PAGE:
            about = partial(_page_of_assistants, offset=len(found))
            page = yield from self.call(NO_THREAD, about)
            found += [one["graph_id"] for one in page]
            if not page:
                break
        return found

    def warnings(self, thread_id: str) -> Flow[list[str]]:
        """What may take a paused thread's question away: its crons."""
        try:
            crons = yield from self.call(thread_id, lambda c: c.crons.search(thread_id=thread_id))
        except (ServerRefused, UnknownThread):  # this server has no crons
            return []
        text = say("a cron gives this thread new input, which takes the place of its question")
        return [f"{text}: {one['schedule']}" for one in crons]

    def state(self, thread_id: str, checkpoint_id: str | None = None) -> Flow[StateSnapshot]:
        """The thread's newest state, or that of a checkpoint; one without a time when there is
        none."""
        try:
            found = yield from self.call(
                thread_id,
                lambda c: c.threads.get_state(
                    thread_id,
                    checkpoint={"checkpoint_id": checkpoint_id, "checkpoint_ns": ""}
                    if checkpoint_id
                    else None,
                ),
            )
        except UnknownThread:
            found = {}
        return snapshot_of(thread_id, found)

    def call(self, about: str, ask: Callable[[Any], Any]) -> Flow[Any]:
        """What the SDK's call gives.

        Args:
            about: The thread it is about.
            ask: Makes the call on a client of either kind.

        Raises:
            UnknownThread, ThreadBusy, ServerRefused, ServerUnavailable: what the server said.
        """
        try:
            return (
                yield Call(lambda: ask(self.clients.plain()), lambda: ask(self.clients.awaited()))
            )
        except httpx.HTTPStatusError as error:
            raise refusal_of(error.response, about, self.where) from error
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise ServerUnavailable(self.where, reason) from error

    def _look(self, thread_id: str) -> Flow[Look]:
        look = look_at((yield from self.state(thread_id)))
        if look.questions or look.errors or not look.snapshot.next:
            return look
        thread = yield from self.thread(thread_id)
        rests = (thread or {}).get("status") in ("interrupted", "idle")
        return at_breakpoint(look) if rests else look

    def assistant_of(self, thread_id: str) -> Flow[str]:
        if self.assistant is not None:
            return self.assistant
        if thread_id not in self.clients.assistants:
            yield from self.thread(thread_id)
        if thread_id not in self.clients.assistants:
            text = say("thread {thread} has run nothing yet: name the assistant", thread=thread_id)
            raise StateError(text)
        return self.clients.assistants[thread_id]

    def _wait(self, thread_id: str, assistant: str, said: dict[str, Any]) -> Flow[Any]:
        return (
            yield from self.call(
                thread_id,
                lambda c: c.runs.wait(
                    thread_id,
                    assistant,
                    durability="sync",
                    if_not_exists="create",
                    multitask_strategy="reject",
                    on_disconnect="continue",
                    raise_error=False,
                    **said,
                ),
            )
        )


def _page_of_runs(client: Any, *, thread_id: str, offset: int) -> Any:
    return client.runs.list(thread_id, limit=_PAGE, offset=offset)


def _started(run: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(run["created_at"])


def _page_of_assistants(client: Any, *, offset: int) -> Any:
    return client.assistants.search(limit=_PAGE, offset=offset)


def _url_of(client: Any) -> str:
    return str(getattr(client.http.client, "base_url", ""))
