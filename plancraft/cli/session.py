"""A graph with its checkpointer and store, as the command line calls it."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from langgraph.pregel import Pregel

from plancraft import threads
from plancraft.approvals import Store
from plancraft.cli.failing import Refused
from plancraft.locale import say
from plancraft.threads.flows import arun, run
from plancraft.threads.target import host_of
from plancraft.timetravel import Fork, StateDiff, TimeTravel

__all__ = ["DEFAULT_DB", "Session"]

T = TypeVar("T")

DEFAULT_DB = Path("plancraft.db")


@dataclass(frozen=True)
class Session:
    """Calls the operations of `plancraft.threads` on one graph, async nodes included."""

    graph: Pregel[Any, Any, Any, Any] | threads.GraphServer
    db: Path | None
    store: Store | str | None = None
    settings: threads.InterruptConfig | None = None
    """What holds for the questions that its worker opens."""

    def start(self, given: Any, thread_id: str, *, replace: bool = False) -> Any:
        """As `plancraft.start`."""
        return self._call(threads.start, threads.astart, given, thread_id, replace=replace)

    def resume(self, thread_id: str, answers: dict[str, Any], *, by: str) -> Any:
        """As `plancraft.resume`."""
        return self._call(threads.resume, threads.aresume, thread_id, answers, by=by)

    def cancel(self, thread_id: str, *, by: str, reason: str | None = None) -> Any:
        """As `plancraft.cancel`."""
        return self._call(threads.cancel, threads.acancel, thread_id, by=by, reason=reason)

    def status(self, thread_id: str) -> dict[str, Any]:
        """As `plancraft.get_interrupt_status`."""
        call = threads.get_interrupt_status, threads.aget_interrupt_status
        found: dict[str, Any] = self._call(*call, thread_id)
        return found

    def recover(
        self, thread_id: str | None, *, ask_again: bool = False
    ) -> list[threads.RecoveredThread]:
        """As `plancraft.recover`."""
        found: list[threads.RecoveredThread] = self._call(
            threads.recover, threads.arecover, thread_id, ask_again=ask_again
        )
        return found

    def expire_due(self) -> list[Any]:
        """As `plancraft.expire_due`."""
        found: list[Any] = self._call(threads.expire_due, threads.aexpire_due)
        return found

    def new_thread_id(self) -> str:
        """An id that nobody has; a server's are UUIDs.

        Raises:
            Refused: nothing says which graph of the server is to run.
        """
        id_ = uuid.uuid4()
        if not isinstance(self.graph, threads.GraphServer):
            return id_.hex[:12]
        if self.graph.assistant is None:
            where = self.graph.url
            raise Refused(say("name the assistant for a new thread: {graph}#NAME", graph=where))
        return str(id_)

    def names(self) -> list[str]:
        """The names of the graph, or of the server's graphs, as requests have them."""
        return run(host_of(self.graph).names())

    def find_paused(self) -> None:
        """Open requests for what a server's threads ask; a graph of ours has none unknown."""
        if isinstance(self.graph, threads.GraphServer):
            asyncio.run(threads.Watcher(self.graph, store=self.store).look())

    def values(self, thread_id: str) -> Any:
        """The thread's state."""

        async def awaited(graph: Any, **_: Any) -> Any:
            return await arun(host_of(graph).look(thread_id))

        look = self._call(lambda graph, **_: run(host_of(graph).look(thread_id)), awaited)
        return look.snapshot.values

    def look_back(self, thread_id: str, work: Callable[[TimeTravel], T]) -> T:
        """What `work` makes of the thread's past."""

        def plain(graph: Any, **named: Any) -> T:
            return work(TimeTravel(graph, thread_id, **named))

        async def awaited(graph: Any, **named: Any) -> T:
            return await asyncio.to_thread(plain, graph, **named)

        found: T = self._call(plain, awaited)
        return found

    def go_another_way(
        self, thread_id: str, prepare: Callable[[TimeTravel], Fork], *, by: str
    ) -> tuple[Fork, StateDiff]:
        """The fork after it was run, and what differs at its end."""

        def plain(graph: Any, **named: Any) -> tuple[Fork, StateDiff]:
            fork = prepare(TimeTravel(graph, thread_id, **named))
            fork.run(by=by)
            return fork, fork.compare()

        async def awaited(graph: Any, **named: Any) -> tuple[Fork, StateDiff]:
            travel = await asyncio.to_thread(TimeTravel, graph, thread_id, **named)
            fork = await asyncio.to_thread(prepare, travel)
            await fork.arun(by=by)
            return fork, await asyncio.to_thread(fork.compare)

        found: tuple[Fork, StateDiff] = self._call(plain, awaited)
        return found

    async def work(self, **named: Any) -> None:
        """As `Worker(…).run()`, until it is stopped; `started` is given the worker."""

        async def work(
            graph: Any, *, started: Callable[[threads.Worker], None], **more: Any
        ) -> None:
            worker = threads.Worker(graph, settings=self.settings, **more)
            started(worker)
            await worker.run()

        if self.db is None:
            await work(self.graph, store=self.store, **named)
        else:
            await self._awaited(work, **named)

    async def deliver(self, **named: Any) -> None:
        """As `work`, until cancelled: then it takes nothing new and ends what is under way."""
        workers: list[threads.Worker] = []
        task = asyncio.create_task(self.work(started=workers.append, **named))
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            for worker in workers:
                worker.stop()
            await task
            raise

    def _call(self, plain: Callable[..., Any], awaited: Any, *args: Any, **named: Any) -> Any:
        if self.db is None and self._is_plain:
            return plain(self.graph, *args, store=self.store, **named)
        return asyncio.run(self._awaited(awaited, *args, **named))

    @property
    def _is_plain(self) -> bool:
        return isinstance(self.graph, threads.GraphServer) or host_of(self.graph).sync_only

    async def _awaited(self, operation: Any, *args: Any, **named: Any) -> Any:
        if self.db is None:
            return await operation(self.graph, *args, store=self.store, **named)
        from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

        async with AsyncSqliteSaver.from_conn_string(str(self.db)) as saver:
            assert isinstance(self.graph, Pregel)
            graph = self.graph.copy({"checkpointer": saver})
            return await operation(graph, *args, store=self.store or str(self.db), **named)
