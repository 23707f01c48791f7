"""Carries decisions to parked tasks, and looks after those that a crash left behind."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from plancraft.a2a.callers import call_context_of
from plancraft.a2a.executing import GraphExecutor
from plancraft.a2a.handling import GraphHandler
from plancraft.a2a.ledger import OpenTask
from plancraft.a2a.messages import questions_in
from plancraft.a2a.telling import PARKED
from plancraft.errors import StoreUnavailable
from plancraft.threads import Worker
from plancraft.threads.target import Target
from plancraft.threads.upkeep import Gone, RecoveredThread

__all__ = ["TaskWorker"]

_log = logging.getLogger("plancraft")
_STOP_SECONDS = 0.5
"""How often running tasks are looked up for a cancellation that another process took."""
_SWEEP_SECONDS = 30.0
_UNBORN = timedelta(minutes=2)
"""After which an entry without a task is one whose client never heard of it."""


class TaskWorker(Worker):
    """A worker whose threads are A2A tasks: their clients hear of what it does.

    Args:
        executor: Whose tasks.
        handler: That wakes them.
    """

    def __init__(self, executor: GraphExecutor, handler: GraphHandler) -> None:
        super().__init__(executor.graph, store=executor.store, settings=executor.settings)
        self._executor, self._handler = executor, handler

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(super().run())
            group.create_task(self._stop_cancelled())
            group.create_task(self._sweep())

    async def _recover(self, target: Target, thread_id: str) -> RecoveredThread | Gone | None:
        executor = self._executor
        entry = await executor.call(executor.ledger.get, thread_id)
        if entry is None:
            return await super()._recover(target, thread_id)
        if thread_id in executor.running:
            return None
        await self._handler.wake(entry)
        return executor.outcome(thread_id)

    async def _stop_cancelled(self) -> None:
        executor = self._executor
        while True:
            await asyncio.sleep(_STOP_SECONDS)
            try:
                for task_id in executor.running:
                    entry = await executor.call(executor.ledger.get, task_id)
                    if entry is not None and entry.cancellation is not None:
                        executor.stop_here(task_id)
            except StoreUnavailable as error:
                _log.warning("store_unreachable: %s", error)

    async def _sweep(self) -> None:
        while True:
            try:
                for entry in await self._executor.call(self._executor.ledger.all):
                    await self._look_after(entry)
            except StoreUnavailable as error:
                _log.warning("store_unreachable: %s", error)
            except Exception:  # noqa: BLE001 - the next look may be luckier
                _log.exception("sweep_failed")
            await asyncio.sleep(_SWEEP_SECONDS)

    async def _look_after(self, entry: OpenTask) -> None:
        """Wake a task that is not what its thread says, if nobody works on it."""
        executor = self._executor
        if entry.id in executor.running or not await self._is_behind(entry):
            return
        lock = await executor.call(executor.store.try_lock, entry.id)
        if lock is None:
            return
        lock.release()
        await self._handler.wake(entry)

    async def _is_behind(self, entry: OpenTask) -> bool:
        context = call_context_of(entry.owner)
        stored = await self._handler.task_store.get(entry.id, context)
        task: Any = getattr(stored, "task", None)
        if task is None:
            return datetime.now(UTC) - entry.created_at > _UNBORN
        if task.status.state not in PARKED:
            return True
        told = {one["id"] for one in questions_in(task.status)}
        rows = await self._executor.call(self._executor.store.live, entry.id)
        return told != {row.id for row in rows if row.is_asked}
