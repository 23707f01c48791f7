"""A graph's thread together with where its questions are kept: what every flow works on."""

import asyncio
import sqlite3
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.pregel import Pregel

from plancraft.approvals import Changes, Lock, Store
from plancraft.errors import NoCheckpointer, StateError, StoreNotGiven, ThreadBusy
from plancraft.interrupts.answers import Delivering, delivering
from plancraft.interrupts.observing import log_hitl_event
from plancraft.stores import MemoryStore, open_store
from plancraft.stores.urls import url_from_environment
from plancraft.threads.config import InterruptConfig
from plancraft.threads.flows import Call, Flow, sleep
from plancraft.threads.looking import Glance, Look, glance_at, look_at

__all__ = ["Target", "is_sync_only", "plain_graph", "store_of", "utc_now"]

_stores_of_savers: "weakref.WeakKeyDictionary[Any, Store]" = weakref.WeakKeyDictionary()
_stores_by_url: dict[str, Store] = {}
_readers: "weakref.WeakKeyDictionary[Any, SqliteSaver]" = weakref.WeakKeyDictionary()
"""For an async saver on a file: a plain one beside it. Its reads take one hop to a worker thread
where the async saver's take up to eight."""


def utc_now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Target:
    """One thread of one graph, its store, and how to run it."""

    graph: Pregel[Any, Any, Any, Any]
    thread_id: str
    store: Store
    settings: InterruptConfig
    config: RunnableConfig
    options: Mapping[str, Any] = field(default_factory=dict)
    clock: Callable[[], datetime] = utc_now

    @property
    def name(self) -> str:
        """The graph's name, by which its threads are found again."""
        return self.graph.get_name()

    @property
    def place(self) -> RunnableConfig:
        """The config that names the thread and nothing else."""
        return {"configurable": {"thread_id": self.thread_id}}

    def look(self) -> Flow[Look]:
        """The thread as it is now."""
        graph, place = self.graph, self.place
        snapshot = yield Call(lambda: graph.get_state(place), lambda: graph.aget_state(place))
        return look_at(snapshot)

    def stored(self, checkpoint_id: str | None = None) -> Flow[CheckpointTuple | None]:
        """The thread's newest checkpoint, or the one with this id, as the saver has it."""
        saver: Any = self.graph.checkpointer
        reader = _readers.get(saver) if _is_async_sqlite(saver) else None
        configurable = {"thread_id": self.thread_id, "checkpoint_ns": ""}
        if checkpoint_id is not None:
            configurable["checkpoint_id"] = checkpoint_id
        place: RunnableConfig = {"configurable": configurable}
        if reader is not None:
            call = Call(partial(reader.get_tuple, place))
        else:
            call = Call(lambda: saver.get_tuple(place), lambda: saver.aget_tuple(place))
        found: CheckpointTuple | None = yield call
        return found

    def glance(self) -> Flow[Glance | None]:
        """The thread's open questions; None when there is no such thread."""
        return glance_at((yield from self.stored()))

    def invoke(self, command: Any, with_: Delivering) -> Flow[Any]:
        """What the graph returns for the input or command, its steps written before the next."""

        def plain() -> Any:
            with delivering(with_):
                return self.graph.invoke(command, self.config, durability="sync", **self.options)

        async def awaited() -> Any:
            with delivering(with_):
                return await self.graph.ainvoke(
                    command, self.config, durability="sync", **self.options
                )

        return (yield Call(plain, awaited))

    def update(self, values: Any, as_node: str | None) -> Flow[None]:
        """Write to the thread's state as a node would."""
        graph, place = self.graph, self.place
        yield Call(
            lambda: graph.update_state(place, values, as_node=as_node),
            lambda: graph.aupdate_state(place, values, as_node=as_node),
        )

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

    def hold(self) -> Flow[Lock]:
        """The thread's lock; waits while another worker has it.

        Raises:
            ThreadBusy: it was not free within `BUSY_TIMEOUT`.
        """
        waited, pause = 0.0, 0.001
        while (lock := self.store.try_lock(self.thread_id)) is None:
            if waited >= self.settings.BUSY_TIMEOUT:
                raise ThreadBusy(self.thread_id)
            yield sleep(pause)
            waited, pause = waited + pause, min(pause * 1.5, 0.05)
        return lock


def store_of(graph: Any, given: "Store | str | None") -> Flow[Store]:
    """The store for a graph's questions: as given, as the environment says, or its saver's own.

    Raises:
        NoCheckpointer: the graph cannot pause.
        StoreNotGiven: nothing was given and the saver is of another kind.
    """
    saver = getattr(graph, "checkpointer", None)
    if saver is None or isinstance(saver, bool):
        raise NoCheckpointer
    url = given if isinstance(given, str) else url_from_environment()
    if given is not None and not isinstance(given, str):
        return given
    if url:
        return _by_url(url)
    if saver not in _stores_of_savers:
        _stores_of_savers[saver] = yield from _beside(saver)
    return _stores_of_savers[saver]


def is_sync_only(saver: Any) -> bool:
    """Whether the saver's async methods refuse, as those of the sync SQL savers do."""
    if isinstance(saver, SqliteSaver):
        return True
    lookup = getattr(type(saver), "aget_tuple", None)
    return lookup is None or lookup is BaseCheckpointSaver.aget_tuple


def plain_graph(graph: Any) -> Flow[Any]:
    """The graph for reading in plain code: an async SQLite saver gives way to a plain one."""
    saver = graph.checkpointer
    if not _is_async_sqlite(saver):
        return graph
    reader = _readers.get(saver) or (yield from _reader_beside(saver))
    return graph.copy({"checkpointer": reader}) if reader else graph


def _by_url(url: str) -> Store:
    if url not in _stores_by_url:
        _stores_by_url[url] = open_store(url)
    return _stores_by_url[url]


def _beside(saver: Any) -> Flow[Store]:
    if isinstance(saver, InMemorySaver):
        return MemoryStore()
    if isinstance(saver, SqliteSaver):
        file = _file_of(saver)
    elif _is_async_sqlite(saver):
        file = yield from _file_of_any(saver)
        yield from _reader_beside(saver)
    else:
        raise StoreNotGiven(type(saver).__name__)
    return open_store(f"sqlite:///{file}") if file else MemoryStore()


def _reader_beside(saver: Any) -> Flow[SqliteSaver | None]:
    file = yield from _file_of_any(saver)
    if file:
        _readers[saver] = _reader_of(file, saver)
    return _readers.get(saver)


def _file_of_any(saver: Any) -> Flow[str]:
    file: str = yield Call(lambda: _file_of_async_from_sync(saver), lambda: _file_of_async(saver))
    return file


def _file_of(saver: SqliteSaver) -> str:
    with saver.cursor(transaction=False) as cursor:
        return _main_file(cursor.execute("PRAGMA database_list").fetchall())


async def _file_of_async(saver: Any) -> str:
    await saver.setup()
    async with saver.conn.execute("PRAGMA database_list") as cursor:
        return _main_file(await cursor.fetchall())


def _file_of_async_from_sync(saver: Any) -> str:
    try:
        inside = asyncio.get_running_loop() is saver.loop
    except RuntimeError:
        inside = False
    if inside or not saver.loop.is_running():
        # From within its own loop, waiting for it would wait for ever.
        raise StateError(
            "in async code an async checkpointer wants astart(), aresume(), …; "
            "what has no such form goes through asyncio.to_thread()"
        )
    return asyncio.run_coroutine_threadsafe(_file_of_async(saver), saver.loop).result()


def _reader_of(file: str, saver: Any) -> SqliteSaver:
    connection = sqlite3.connect(file, timeout=30, check_same_thread=False)
    reader = SqliteSaver(connection, serde=saver.serde)
    weakref.finalize(reader, connection.close)
    return reader


def _main_file(rows: Any) -> str:
    return next((row[2] for row in rows if row[1] == "main"), "")


def _is_async_sqlite(saver: Any) -> bool:
    # By name, since its module needs aiosqlite.
    return any(kind.__name__ == "AsyncSqliteSaver" for kind in type(saver).__mro__)
