"""A worker carries decisions made anywhere back to their threads, for as long as it runs."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, Unpack

from plancraft.approvals.desk import Desk
from plancraft.approvals.news import Woken, reader_of
from plancraft.errors import PlancraftError, ServerUnavailable, StoreUnavailable
from plancraft.threads.calls import Surroundings, target_of
from plancraft.threads.complaining import Complaint
from plancraft.threads.flows import Flow, arun, run
from plancraft.threads.hosting import NO_THREAD
from plancraft.threads.target import Graph, Target, host_of
from plancraft.threads.upkeep import Gone, RecoveredThread, left_behind, recover_if_free

__all__ = ["Worker"]

T = TypeVar("T")
_log = logging.getLogger("plancraft")
_ROUND_SECONDS = 0.5
"""How often deadlines are looked at, and threads that were not free."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
"""How long a thread whose node failed is left alone, doubled from failure to failure."""


@dataclass
class _Trouble:
    pause: float
    until: float


class Worker:
    """Delivers what was decided on the questions of one graph, and what deadlines decided.

    Any number may run, on any number of machines that share the store: a thread's lock lets one
    of them at it, and is free again when its holder dies. A thread whose node fails is tried
    again, later and later; the others go on meanwhile.

    Args:
        graph: The compiled graph, with its checkpointer, or a `GraphServer`.
        concurrency: How many threads are run at once.
        on_done: Told of each thread that was run, and how it ended.
        around: `store`, `config`, `settings`, `context`, as `resume` takes them.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        concurrency: int = 8,
        on_done: Callable[[RecoveredThread], None] | None = None,
        **around: Unpack[Surroundings],
    ) -> None:
        if concurrency < 1:
            raise ValueError("concurrency is 1 or more")
        self.graph, self.around = graph, around
        self._concurrency = concurrency
        self._on_done = on_done or (lambda done: None)
        self._plain = host_of(graph).sync_only
        self._stopping = False
        self._woken: Woken | None = None
        self._running: dict[str, asyncio.Task[None]] = {}
        self._ended: set[str] = set()
        self._troubles: dict[str, _Trouble] = {}
        self._complaint = Complaint("delivery_waits")

    @property
    def busy(self) -> int:
        """How many threads are being run."""
        return len(self._running)

    def stop(self) -> None:
        """Take nothing new; `run` returns when what is under way has ended."""
        self._stopping = True
        if self._woken is not None:
            self._woken.set()

    async def run(self) -> None:
        """Deliver until `stop` is called or this is cancelled.

        While the store or the server cannot be reached nothing is delivered; then everything goes
        on.
        """
        target = await self._do(target_of(self.graph, NO_THREAD, self.around))
        self._woken = woken = Woken()
        end = reader_of(target.store).listen("", woken.set)
        try:
            while not self._stopping:
                try:
                    await self._round(target)
                except (StoreUnavailable, ServerUnavailable) as error:
                    self._complaint.say(error)
                else:
                    self._complaint.over()
                await woken.wait(_ROUND_SECONDS)
            await asyncio.gather(*self._running.values())
        finally:
            end()
            for task in self._running.values():
                task.cancel()

    async def _round(self, target: Target) -> None:
        """Close what is overdue, begin on what is due."""
        desk = Desk(target.store, clock=target.clock)
        await self._call(target, desk.keep_time)
        self._ended.clear()
        found = await self._do(left_behind(target))
        now = asyncio.get_running_loop().time()
        for thread_id in found:
            trouble = self._troubles.get(thread_id)
            # What ended while they were looked for may have been found before its end.
            if thread_id in self._running or thread_id in self._ended:
                continue
            if trouble is not None and now < trouble.until:
                continue
            if len(self._running) >= self._concurrency:
                return
            task = asyncio.create_task(self._deliver(target, thread_id))
            self._running[thread_id] = task

    async def _deliver(self, target: Target, thread_id: str) -> None:
        try:
            done = await self._recover(target, thread_id)
        except PlancraftError as error:
            _log.warning("delivery_put_off: thread %s: %s", thread_id, error)
            self._put_off(thread_id)
        except Exception:  # noqa: BLE001 - one thread's trouble is not the others'
            _log.exception("delivery_failed: thread %s", thread_id)
            self._put_off(thread_id)
        else:
            self._note(thread_id, done)
        finally:
            self._running.pop(thread_id, None)
            self._ended.add(thread_id)
            if self._woken is not None and len(self._running) == self._concurrency - 1:
                self._woken.set()  # others may have waited for the place

    async def _recover(self, target: Target, thread_id: str) -> RecoveredThread | Gone | None:
        """What was done for a thread with something due; None while another worker runs it."""
        return await self._do(recover_if_free(target, thread_id))

    def _note(self, thread_id: str, done: RecoveredThread | Gone | None) -> None:
        if done is None:  # another worker has it
            return
        if isinstance(done, Gone) or done.error is not None:
            self._put_off(thread_id)
        else:
            self._troubles.pop(thread_id, None)
        if isinstance(done, RecoveredThread):
            self._on_done(done)

    def _put_off(self, thread_id: str) -> None:
        known = self._troubles.get(thread_id)
        pause = _FIRST_PAUSE if known is None else min(known.pause * 2, _LONGEST_PAUSE)
        self._troubles[thread_id] = _Trouble(pause, asyncio.get_running_loop().time() + pause)

    async def _do(self, flow: Flow[T]) -> T:
        return await (asyncio.to_thread(run, flow) if self._plain else arun(flow))

    async def _call(self, target: Target, function: Callable[[], T]) -> T:
        return await asyncio.to_thread(function) if target.store.blocking else function()
