"""A thread together with where it runs and where its questions are kept: what flows work on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from langgraph.pregel import Pregel

from plancraft.approvals import ApprovalRequest, Changes, Lock, Store
from plancraft.errors import ThreadBusy
from plancraft.interrupts.answers import Delivering
from plancraft.interrupts.observing import log_hitl_event
from plancraft.stores.urls import url_from_environment
from plancraft.threads.config import Asker, InterruptConfig
from plancraft.threads.flows import Call, Flow, sleep
from plancraft.threads.hosting import Host, RunOptions, store_at
from plancraft.threads.langgraph_server import GraphServer
from plancraft.threads.local import LocalGraph
from plancraft.threads.looking import Glance, Look

__all__ = ["Graph", "Target", "host_of", "store_of", "utc_now"]

Graph = Pregel[Any, Any, Any, Any] | GraphServer | str
"""A compiled graph; or a LangGraph Server, which its URL alone names too."""


def utc_now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


def host_of(graph: Graph) -> Host:
    """Where the graph runs.

    Raises:
        NoCheckpointer: it is a compiled graph that cannot pause.
        ValueError: it is a text and no URL.
    """
    if isinstance(graph, str):
        return GraphServer(graph).host
    return graph.host if isinstance(graph, GraphServer) else LocalGraph(graph)


@dataclass(frozen=True)
class Target:
    """One thread, its store, and how to run it."""

    host: Host
    thread_id: str
    store: Store
    settings: InterruptConfig
    options: RunOptions = field(default_factory=RunOptions)
    asker: Asker = field(default_factory=Asker)
    clock: Callable[[], datetime] = utc_now

    @property
    def name(self) -> str:
        """The graph's name, by which its threads are found again."""
        return self.host.name

    def look(self) -> Flow[Look]:
        """The thread as it is now."""
        return (yield from self.host.look(self.thread_id))

    def glance(self) -> Flow[Glance | None]:
        """The thread's open questions; None when there is no such thread."""
        return (yield from self.host.glance(self.thread_id))

    def was_taken(self, request: ApprovalRequest) -> Flow[bool | None]:
        """Whether a node took the answer to a question that is gone; None: it was not asked
        here."""
        return (yield from self.host.was_taken(request))

    def run(self, command: Any, delivery: Delivering, *, at: str | None = None) -> Flow[Any]:
        """What the graph returns for the input or command; `at` names an older checkpoint."""
        return (yield from self.host.run(self.thread_id, command, self.options, delivery, at=at))

    def update(self, values: Any, as_node: str | None) -> Flow[None]:
        """Write to the thread's state as a node would."""
        yield from self.host.update(self.thread_id, values, as_node)

    def ask_store(self, method: Callable[..., Any], *args: Any, **named: Any) -> Flow[Any]:
        """What a method of the store returns."""
        if not self.store.blocking:
            return method(*args, **named)
        return (yield Call(partial(method, *args, **named)))

    def commit(self, changes: Changes, *, durable: bool) -> Flow[bool]:
        """Write the changes and log their events; False when another writer was first."""
        written = yield from self.ask_store(self.store.commit, changes, durable=durable)
        if written:
            for event in changes.events:
                log_hitl_event(event.kind, partial(event.model_dump, mode="json", exclude={"kind"}))
        return bool(written)

    def try_hold(self) -> Flow[Lock | None]:
        """The thread's lock, while nobody runs the thread, strangers included; else None."""
        lock = self.store.try_lock(self.thread_id)
        if lock is None:
            return None
        try:
            busy = yield from self.host.is_busy(self.thread_id)
        except BaseException:
            lock.release()
            raise
        if not busy:
            return lock
        lock.release()
        return None

    def hold(self) -> Flow[Lock]:
        """The thread's lock; waits while another worker has it. A stranger's run on a server
        needs no lock; a run beside it is refused there.

        Raises:
            ThreadBusy: it was not free within `BUSY_TIMEOUT`.
        """
        waited, pause = 0.0, 0.001
        while (lock := self.store.try_lock(self.thread_id)) is None:
            if waited >= self.settings.BUSY_TIMEOUT:
                raise ThreadBusy(self.thread_id)
            yield sleep(pause)
            waited, pause = waited + pause, min(pause * 1.5, self.host.longest_pause)
        return lock


def store_of(graph: Graph, given: "Store | str | None") -> Flow[Store]:
    """The store for a graph's questions: as given, as the environment says, or its host's own.

    Raises:
        NoCheckpointer: the graph cannot pause.
        StoreNotGiven: nothing was given and the saver is of another kind.
    """
    host = host_of(graph)
    url = given if isinstance(given, str) else url_from_environment()
    if given is not None and not isinstance(given, str):
        return given
    if url:
        return store_at(url)
    return (yield from host.own_store())
