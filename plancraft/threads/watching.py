"""A watcher brings what a server's threads ask into the store, and decisions back to them."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Unpack

from plancraft.approvals import ApprovalRequest, Query
from plancraft.errors import ServerUnavailable, StoreUnavailable
from plancraft.threads.calls import Surroundings, target_of
from plancraft.threads.complaining import Complaint
from plancraft.threads.driving import ask_anew, is_stuck
from plancraft.threads.flows import Flow, arun
from plancraft.threads.hosting import NO_THREAD
from plancraft.threads.langgraph_server import GraphServer, ServerHost
from plancraft.threads.settling import live_rows, settle
from plancraft.threads.target import Target
from plancraft.threads.upkeep import RecoveredThread
from plancraft.threads.working import Worker

__all__ = ["Watcher"]

_log = logging.getLogger("plancraft")
_ROUND_SECONDS = 1.0
"""How often the server is asked what has changed."""
_OVERLAP = timedelta(seconds=5)
"""How far behind the newest change is looked again, since a server's replicas tell the time
differently."""
_SWEEP_SECONDS = 60.0
"""How often threads with open requests are looked for, to find those that are there no more."""
_SHIFT = 5
_PAGE, _FEW = 100, 20
"""How many threads are asked for at once, and first in a round, in which few have changed."""
_ASKING = ("interrupted", "error")

Thread = Mapping[str, Any]


@dataclass
class _Changes:
    """Which changes of threads were seen: all up to a time, and those right before it."""

    until: datetime | None = None
    seen: dict[str, str] = field(default_factory=dict)
    noted: float = 0.0
    """When the newest of them was first seen, on this process's own clock."""

    @property
    def since(self) -> datetime | None:
        """From when on changes are to be asked for."""
        if self.until is None:
            return None
        is_late = time.monotonic() - self.noted > _OVERLAP.total_seconds()
        return self.until if is_late else self.until - _OVERLAP

    def is_new(self, thread: Thread) -> bool:
        """Whether this change of the thread was not yet seen."""
        if (since := self.since) and _time(thread) < since:
            return False
        return bool(self.seen.get(thread["thread_id"]) != thread["updated_at"])

    def note(self, threads: Sequence[Thread]) -> None:
        """Take these for seen."""
        self.seen |= {one["thread_id"]: one["updated_at"] for one in threads}
        newest = max((_time(one) for one in threads), default=None)
        if newest is not None and (self.until is None or newest > self.until):
            self.until, self.noted = newest, time.monotonic()
        since = self.since
        self.seen = {
            id_: at
            for id_, at in self.seen.items()
            if since is None or datetime.fromisoformat(at) >= since
        }


class Watcher:
    """Opens a request for each question of a server's threads, and delivers what was decided.

    Whoever started the runs need not know of plancraft. Any number may watch one server with one
    store; all that matters is in the store and on the server, so that a watcher or the server may
    be killed at any time. A round asks the server for changed threads only.

    Args:
        server: The server, or its URL; with an assistant, only threads of that one.
        concurrency: How many threads of a graph are run at once.
        on_opened: Told of each request that was opened.
        on_done: Told of each thread that was run, and how it ended.
        around: `store`, `config`, `settings`, `context`, as `resume` takes them.
    """

    def __init__(
        self,
        server: GraphServer | str,
        *,
        concurrency: int = 8,
        on_opened: Callable[[ApprovalRequest], None] | None = None,
        on_done: Callable[[RecoveredThread], None] | None = None,
        **around: Unpack[Surroundings],
    ) -> None:
        self.server = GraphServer(server) if isinstance(server, str) else server
        self.around = around
        self._concurrency = concurrency
        self._on_opened = on_opened or (lambda opened: None)
        self._worker = Worker(self.server, concurrency=concurrency, on_done=on_done, **around)
        self._changes = _Changes()
        self._again: dict[str, Thread] = {}
        """Threads that were not free when they were to be looked at."""
        self._hopeless: set[str] = set()
        """Threads whose node fails before it asks: to ask anew runs it, which is a change too."""
        self._swept: float | None = None
        self._complaint = Complaint("watch_waits")
        self._stopping = asyncio.Event()

    @property
    def busy(self) -> int:
        """How many threads are being run."""
        return self._worker.busy

    def stop(self) -> None:
        """Take nothing new; `run` returns when what is under way has ended."""
        self._stopping.set()
        self._worker.stop()

    async def run(self) -> None:
        """Watch until `stop` is called or this is cancelled.

        While the server or the store cannot be reached it waits for them.
        """
        delivering = asyncio.create_task(self._worker.run())
        try:
            while not self._stopping.is_set() and not delivering.done():
                try:
                    await self.look()
                except (ServerUnavailable, StoreUnavailable) as error:
                    self._complaint.say(error)
                else:
                    self._complaint.over()
                await self._rest()
            await delivering
        finally:
            delivering.cancel()

    async def look(self) -> None:
        """Open requests for what is asked since the last look; with the first, for all of it.

        Raises:
            ServerUnavailable, StoreUnavailable: one of them cannot be reached.
        """
        now = asyncio.get_running_loop().time()
        if self._swept is None:
            await self._first_round()
        else:
            await self._round()
        if self._swept is None or now - self._swept >= _SWEEP_SECONDS:
            await self._sweep()
            self._swept = now

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), _ROUND_SECONDS)

    async def _first_round(self) -> None:
        """Begin with all threads that may ask."""
        host = self.server.host
        newest = await self._search(host, limit=1)
        seen: set[str] = set()
        # Who is answered meanwhile leaves the list, and others move up past where it was read.
        while fresh := [one for one in await self._asking() if one["thread_id"] not in seen]:
            seen |= {one["thread_id"] for one in fresh}
            await self._look_at(fresh)
        self._changes.note(newest)

    async def _asking(self) -> list[Thread]:
        return [
            one
            for status in _ASKING
            async for page in self._pages(self.server.host, status=status)
            for one in page
        ]

    async def _round(self) -> None:
        fresh, again = [], list(self._again.values())
        self._again.clear()
        async for page in self._pages(self.server.host, first=_FEW):
            fresh += [one for one in page if self._changes.is_new(one)]
            if (since := self._changes.since) and _time(page[-1]) < since:
                break
        settled = [one for one in fresh if one["status"] != "busy"]
        changed = {one["thread_id"] for one in settled}
        await self._look_at([*settled, *(one for one in again if one["thread_id"] not in changed)])
        self._changes.note(settled)

    async def _sweep(self) -> None:
        """Close the requests of threads that the server no longer has, and look at the others
        that changed while nobody watched."""
        target = await arun(target_of(self.server, NO_THREAD, self.around))
        asking = await arun(_asking(target))
        for start in range(0, len(asking), _PAGE):
            ids = asking[start : start + _PAGE]
            found = await self._search(self.server.host, ids=ids, limit=_PAGE)
            await self._look_at([one for one in found if one["status"] not in _ASKING])
            for id_ in set(ids) - {one["thread_id"] for one in found}:
                await arun(_given_up(replace(target, thread_id=id_)))

    async def _look_at(self, threads: Sequence[Thread]) -> None:
        gate = asyncio.Semaphore(self._concurrency)

        async def one(thread: Thread) -> None:
            async with gate:
                await self._take_stock(thread)

        await asyncio.gather(*(one(thread) for thread in threads))

    async def _take_stock(self, thread: Thread) -> None:
        id_, graph = thread["thread_id"], (thread.get("metadata") or {}).get("graph_id")
        if not graph or thread["status"] == "busy":
            return
        if id_ in self._hopeless and thread["status"] == "error":
            return
        self._hopeless.discard(id_)
        target = await arun(target_of(self.server, NO_THREAD, self.around))
        one = replace(target, host=self.server.host.for_graph(graph), thread_id=id_)
        try:
            # At a breakpoint a thread of aegra's is idle.
            asks = thread["status"] in _ASKING or await arun(self.server.host.is_aegra())
            opened = await arun(_stock(one, may_ask=asks))
        except (ServerUnavailable, StoreUnavailable):
            self._again[id_] = thread
            raise
        except Exception as error:  # noqa: BLE001 - one thread's trouble is not the others'
            _log.warning("watch_failed: thread %s: %s: %s", id_, type(error).__name__, error)
            self._hopeless.add(id_)
            return
        if opened is None:
            self._again[id_] = thread
            return
        for request in opened:
            self._on_opened(request)
        if opened:
            for warning in await arun(one.host.warnings(id_)):
                _log.warning("thread_at_risk: thread %s: %s", id_, warning)

    async def _pages(self, host: ServerHost, first: int = _PAGE, **named: Any) -> Any:
        offset, limit = 0, first
        while page := await self._search(host, offset=offset, limit=limit, **named):
            yield page
            if len(page) < limit:
                return
            # Threads that are deleted meanwhile make the others move up.
            offset, limit = offset + len(page) - _SHIFT, _PAGE

    async def _search(self, host: ServerHost, **named: Any) -> list[Thread]:
        return list(await arun(host.search(**named)))


def _stock(target: Target, *, may_ask: bool) -> Flow[list[ApprovalRequest] | None]:
    """The requests that were opened for the thread, what it asks no more being closed; None
    while somebody runs it."""
    rows = yield from live_rows(target)
    if not rows and not may_ask:
        return []
    lock = yield from target.try_hold()
    if lock is None:
        return None
    try:
        look = yield from target.look()
        rows = yield from live_rows(target)
        known = {row.id for row in rows}
        if is_stuck(look, rows):
            look, rows = yield from ask_anew(target, look, rows)
        else:
            rows = yield from settle(target, look, rows)
        return [row for row in rows if row.is_open and row.id not in known]
    finally:
        lock.release()


def _given_up(target: Target) -> Flow[None]:
    """Close what a thread asked that is there no more."""
    lock = yield from target.try_hold()
    if lock is None:
        return
    try:
        look = yield from target.look()
        if not look.exists:
            rows = yield from live_rows(target)
            yield from settle(target, look, rows, void=[row.id for row in rows], mark=False)
    finally:
        lock.release()


def _asking(target: Target) -> Flow[list[str]]:
    """The threads that have open requests."""
    ids: dict[str, None] = {}
    for name in (yield from target.host.names()):
        query = Query(graph=name, limit=500)
        while page := (yield from target.ask_store(target.store.find, query)):
            ids |= dict.fromkeys(row.thread_id for row in page if row.thread_id)
            query = replace(query, after=page[-1])
    return list(ids)


def _time(thread: Thread) -> datetime:
    return datetime.fromisoformat(thread["updated_at"])
