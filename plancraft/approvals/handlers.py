"""What code does when requests are decided: at least once each, wherever the process died."""

import asyncio
import inspect
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from plancraft.approvals.events import Entry, EventKind, is_undoable
from plancraft.approvals.kinds import ApprovalStatus
from plancraft.approvals.news import Woken, reader_of
from plancraft.approvals.requests import ApprovalRequest
from plancraft.approvals.store import Changes, Lock, Store
from plancraft.errors import StoreUnavailable

__all__ = ["Handler", "Handlers"]

Handler = Callable[..., Any]
_log = logging.getLogger("plancraft")
_AGAIN_SECONDS = 5.0
"""How often a reader looks without news, should the process that had its work have died."""
_ATTEMPTS = 6
_PASSED_OVER = 500
"""After so many entries that were for others the bookmark is moved on as well."""
_DECIDED = (ApprovalStatus.APPROVED, ApprovalStatus.REJECTED, ApprovalStatus.ANSWERED)
_STATUS_OF: dict[EventKind, tuple[ApprovalStatus, ...]] = {
    "opened": (ApprovalStatus.PENDING,),
    "decided": _DECIDED,
    "released": _DECIDED,
    "expired": (ApprovalStatus.EXPIRED,),
    "cancelled": (ApprovalStatus.CANCELLED,),
    "superseded": (ApprovalStatus.SUPERSEDED,),
}


class Handlers:
    """The functions by status, and the task that calls them in the running loop."""

    def __init__(self) -> None:
        self._handlers: list[tuple[ApprovalStatus, Handler]] = []
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def add(self, status: ApprovalStatus, handler: Handler) -> None:
        """Have the function called with requests of this status."""
        self._handlers.append((status, handler))

    async def watch(self, store: Store) -> None:
        """Call the functions from now on, in the running loop."""
        for status, handler in self._handlers:
            name = f"handler:{status.value}:{handler.__module__}.{handler.__qualname__}"
            task = self._tasks.get(name)
            if task is None or task.done() or task.get_loop() is not asyncio.get_running_loop():
                reader = _Reader(store, name, status, handler)
                await reader.begin()
                self._tasks[name] = asyncio.create_task(reader.run(), name=name)

    async def close(self) -> None:
        """Stop; a call that is under way is cancelled and made again by the next who watches."""
        tasks, self._tasks = list(self._tasks.values()), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Reader:
    """Reads the log for one function. Its bookmark moves on after each call that succeeded."""

    def __init__(self, store: Store, name: str, status: ApprovalStatus, handler: Handler) -> None:
        self.store, self.name, self.status, self.handler = store, name, status, handler
        self._at = 0
        """Up to where this process has seen to it that the work is done."""

    async def begin(self) -> None:
        """See to it that there is a bookmark: a new reader's work begins here."""
        if await self._call(self.store.bookmark, self.name) is None:
            await self._keep((await self._call(self.store.head)).seq)

    async def run(self) -> None:
        woken = Woken()
        stop = reader_of(self.store).listen("", woken.set)
        try:
            while True:
                try:
                    await self._read()
                except StoreUnavailable as error:
                    _log.warning("store_unreachable: %s", error)
                await woken.wait(_AGAIN_SECONDS)
        finally:
            stop()

    async def _read(self) -> None:
        lock = await self._locked()
        if lock is None:  # another process does this reader's work
            return
        try:
            kept = await self._call(self.store.bookmark, self.name) or 0
            self._at = max(self._at, kept)
            while entries := await self._call(partial(self.store.log, after=self._at)):
                for entry in entries:
                    if await self._handle(entry):
                        kept = entry.seq
                        await self._keep(kept)
                    self._at = entry.seq
                if self._at - kept >= _PASSED_OVER:
                    await self._keep(kept := self._at)
        finally:
            await self._call(lock.release)

    async def _locked(self) -> Lock | None:
        """The lock for this reader's work; not held by nobody when this task is cancelled."""
        taking = asyncio.ensure_future(self._call(self.store.try_lock, self.name))
        try:
            taken: Lock | None = await asyncio.shield(taking)
        except asyncio.CancelledError:
            if (lock := await taking) is not None:
                await self._call(lock.release)
            raise
        return taken

    async def _handle(self, entry: Entry) -> bool:
        """Whether the entry was for this function."""
        event = entry.event
        if self.status not in _STATUS_OF.get(event.kind, ()) or is_undoable(event):
            return False
        request = await self._call(self.store.get, event.request_id)
        if request is None or self.status not in (request.status, ApprovalStatus.PENDING):
            return False
        await self._insist(request, f"{request.id}:{self.status.value}")
        return True

    async def _insist(self, request: ApprovalRequest, key: str) -> None:
        pause = 0.5
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                await self._run(request, key)
                return
            except Exception:  # noqa: BLE001 - a user's code may raise anything
                _log.exception("handler_failed: %s, %s, attempt %s", self.name, key, attempt)
            await asyncio.sleep(pause)
            pause *= 2
        _log.error("handler_gave_up: %s, %s", self.name, key)

    async def _run(self, request: ApprovalRequest, key: str) -> None:
        named = {"key": key} if "key" in inspect.signature(self.handler).parameters else {}
        if inspect.iscoroutinefunction(self.handler):
            await self.handler(request, **named)
        else:
            await asyncio.to_thread(self.handler, request, **named)

    async def _keep(self, seq: int) -> None:
        changes = Changes(bookmarks={self.name: seq})
        await self._call(lambda: self.store.commit(changes, durable=True))

    async def _call(self, function: Callable[..., Any], *args: Any) -> Any:
        if not self.store.blocking:
            return function(*args)
        return await asyncio.to_thread(function, *args)
