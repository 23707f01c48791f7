"""A compiled graph in this process, with its checkpointer."""

import asyncio
import sqlite3
import weakref
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.pregel import Pregel

from plancraft.approvals import ApprovalRequest, Store
from plancraft.errors import NoCheckpointer, StateError, StoreNotGiven
from plancraft.interrupts.answers import Delivering, delivering
from plancraft.interrupts.fitting import takes_envelope
from plancraft.stores import MemoryStore, open_store
from plancraft.threads.flows import Call, Flow
from plancraft.threads.hosting import RunOptions
from plancraft.threads.looking import (
    Glance,
    Look,
    at_breakpoint,
    glance_at,
    glance_of,
    is_edited,
    look_at,
    tasks_asking,
)

__all__ = ["LocalGraph", "plain_graph"]

_STEPS_BACK = 100
"""How far behind the newest checkpoint the completion of a step is looked for."""
_stores_of_savers: "weakref.WeakKeyDictionary[Any, Store]" = weakref.WeakKeyDictionary()
_readers: "weakref.WeakKeyDictionary[Any, SqliteSaver]" = weakref.WeakKeyDictionary()
"""For an async saver on a file: a plain one beside it. Its reads take one hop to a worker thread
where the async saver's take up to eight."""


@dataclass(frozen=True)
class LocalGraph:
    """The host of a compiled graph.

    Raises:
        NoCheckpointer: the graph cannot pause.
    """

    graph: Pregel[Any, Any, Any, Any]

    def __post_init__(self) -> None:
        saver = getattr(self.graph, "checkpointer", None)
        if saver is None or isinstance(saver, bool):
            raise NoCheckpointer

    @property
    def name(self) -> str:
        return self.graph.get_name()

    def names(self) -> Flow[list[str]]:
        return [self.name]
        yield

    @property
    def sync_only(self) -> bool:
        """Whether the saver's async methods refuse, as those of the sync SQL savers do."""
        saver: Any = self.graph.checkpointer
        if isinstance(saver, SqliteSaver):
            return True
        lookup = getattr(type(saver), "aget_tuple", None)
        return lookup is None or lookup is BaseCheckpointSaver.aget_tuple

    @property
    def lends_secrets(self) -> bool:
        return True

    @property
    def longest_pause(self) -> float:
        return 0.05

    def own_store(self) -> Flow[Store]:
        saver: Any = self.graph.checkpointer
        if saver not in _stores_of_savers:
            _stores_of_savers[saver] = yield from _beside(saver)
        return _stores_of_savers[saver]

    def of(self, thread_id: str) -> "Flow[LocalGraph]":
        return self
        yield

    def begin(self, thread_id: str) -> Flow[bool]:
        return (yield from self._stored(thread_id)) is None

    def look(self, thread_id: str) -> Flow[Look]:
        graph, place = self.graph, _place(thread_id)
        snapshot = yield Call(lambda: graph.get_state(place), lambda: graph.aget_state(place))
        look = look_at(snapshot)
        return at_breakpoint(look) if self._rests(look) else look

    def glance(self, thread_id: str) -> Flow[Glance | None]:
        return glance_at((yield from self._stored(thread_id)))

    def peek(self, thread_id: str) -> Flow[Glance | None]:
        return (yield from self.glance(thread_id))

    def is_busy(self, thread_id: str) -> Flow[bool]:
        return False
        yield

    def warnings(self, thread_id: str) -> Flow[list[str]]:
        return []
        yield

    def was_taken(self, request: ApprovalRequest) -> Flow[bool | None]:
        """A task's question is stored in one slot, so a question no longer there was followed by
        another; a task with output beside it has finished."""
        stored = yield from self._stored(request.thread_id or "", request.checkpoint_id)
        if stored is None:
            return None
        for _, interrupts, finished in tasks_asking(stored.pending_writes or []):
            if any(interrupt.id == request.interrupt_id for interrupt in interrupts):
                return finished or (yield from self._went_on(request))
        return True

    def _went_on(self, request: ApprovalRequest) -> Flow[bool]:
        """Whether the step that asked was completed. A saver with several connections may have
        written the next checkpoint, when it was killed, and not yet the output of the task."""
        later = yield from self._stored(request.thread_id or "", None)
        for _ in range(_STEPS_BACK):
            if later is None or later.parent_config is None:
                return False
            parent = later.parent_config["configurable"]["checkpoint_id"]
            if parent == request.checkpoint_id:
                return later.metadata.get("source") == "loop"
            later = yield from self._stored(request.thread_id or "", parent)
        return False

    def was_sent(self, request: ApprovalRequest) -> Flow[bool]:
        return True
        yield

    def run(
        self,
        thread_id: str,
        command: Any,
        options: RunOptions,
        delivery: Delivering,
        *,
        at: str | None = None,
    ) -> Flow[Any]:
        configurable = {**options.config.get("configurable", {}), "thread_id": thread_id}
        if at is not None:
            configurable["checkpoint_id"] = at
        config: RunnableConfig = {**options.config, "configurable": configurable}

        def plain() -> Any:
            with delivering(delivery):
                return self.graph.invoke(command, config, durability="sync", **options.more)

        async def awaited() -> Any:
            with delivering(delivery):
                return await self.graph.ainvoke(command, config, durability="sync", **options.more)

        return (yield Call(plain, awaited))

    def asked(self, result: Any, delivery: Delivering, delivered: Collection[str]) -> Glance | None:
        if not isinstance(result, dict) or self._has_breakpoints:
            return None
        if not set(delivered) <= delivery.taken:
            return None
        asked = result.get("__interrupt__", ())
        told = delivery.asked_at and all(takes_envelope(one.response_schema) for one in asked)
        return glance_of(delivery.asked_at, asked) if told or not asked else None

    def update(self, thread_id: str, values: Any, as_node: str | None) -> Flow[None]:
        graph, place = self.graph, _place(thread_id)
        yield Call(
            lambda: graph.update_state(place, values, as_node=as_node),
            lambda: graph.aupdate_state(place, values, as_node=as_node),
        )

    def nodes_before(self, look: Look) -> Flow[list[str]]:
        graph, snapshot = self.graph, look.snapshot
        while (place := snapshot.parent_config) is not None:
            was_edited = is_edited(snapshot)
            snapshot = yield Call(partial(graph.get_state, place), partial(graph.aget_state, place))
            if not was_edited:
                return [name for name in snapshot.next if name in graph.nodes]
        return []

    def output(self, values: Any) -> Any:
        names = self.graph.output_channels
        if not isinstance(values, dict) or isinstance(names, str):
            return values
        return {name: values[name] for name in names if name in values}

    @property
    def _has_breakpoints(self) -> bool:
        return bool(self.graph.interrupt_before_nodes or self.graph.interrupt_after_nodes)

    def _rests(self, look: Look) -> bool:
        """Whether the thread may have been stopped on purpose before its next node."""
        if not self._has_breakpoints:
            return False
        before, after = self.graph.interrupt_before_nodes, self.graph.interrupt_after_nodes
        return before == "*" or bool(after) or bool(set(look.snapshot.next) & set(before))

    def _stored(
        self, thread_id: str, checkpoint_id: str | None = None
    ) -> Flow[CheckpointTuple | None]:
        """The thread's newest checkpoint, or the one with this id, as the saver has it."""
        saver: Any = self.graph.checkpointer
        reader = _readers.get(saver) if _is_async_sqlite(saver) else None
        configurable = {"thread_id": thread_id, "checkpoint_ns": ""}
        if checkpoint_id is not None:
            configurable["checkpoint_id"] = checkpoint_id
        place: RunnableConfig = {"configurable": configurable}
        if reader is not None:
            call = Call(partial(reader.get_tuple, place))
        else:
            call = Call(lambda: saver.get_tuple(place), lambda: saver.aget_tuple(place))
        found: CheckpointTuple | None = yield call
        return found


def _place(thread_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread_id}}


def plain_graph(graph: Any) -> Flow[Any]:
    """The graph for reading in plain code: an async SQLite saver gives way to a plain one."""
    saver = graph.checkpointer
    if not _is_async_sqlite(saver):
        return graph
    reader = _readers.get(saver) or (yield from _reader_beside(saver))
    return graph.copy({"checkpointer": reader}) if reader else graph


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
