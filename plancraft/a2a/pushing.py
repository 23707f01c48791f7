"""From tasks' events to the outbox: each one becomes an item for each receiver, once."""

import hashlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from plancraft.a2a.pushing_addresses import is_allowed, screened
from plancraft.a2a.pushing_channel import NAME, PushChannel
from plancraft.a2a.pushing_events import Receiver, TaskEvent, TaskEvents
from plancraft.approvals import Store
from plancraft.approvals.news import Woken
from plancraft.errors import StoreUnavailable
from plancraft.notifications import Outbox, OutboxItem
from plancraft.notifications.calling import call, holding

__all__ = ["BOOKMARK", "LOCK", "PushChannel", "PushFollower", "is_allowed", "screened"]

_log = logging.getLogger("plancraft")
BOOKMARK = "a2a:pushes"
LOCK = "plancraft:a2a:pushes"
"""Held by the process that fills the outbox. Behind both stands whose tasks' events they are for:
the database's own name (`TaskEvents.source`)."""
_LOOK_SECONDS = 1.0
_PAGE = 500


class PushFollower:
    """Reads the events of an A2A server's tasks and puts into the outbox who is to be told of them.

    It begins with the first event there is. An event from just before a config was set may be told
    by it too; one from after always is.

    Args:
        engine: Of the database in which the SDK keeps tasks' events (`a2a_task_events`) and push
            configs (`a2a_push_configs`). The newest event is to stay when old ones are deleted.
        store: Whose outbox, and where the bookmark is.
        told: Called when there is something new to send; `NotificationService.wake`.
        clock: The time, UTC.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        store: Store,
        *,
        told: Callable[[], None] = lambda: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._events, self._store = TaskEvents(engine), store
        self._outbox, self._told, self._clock = Outbox(store, clock), told, clock
        self._woken: Woken | None = None

    def wake(self) -> None:
        """Look now: something has happened to a task. From any thread."""
        if self._woken is not None:
            self._woken.set()

    async def run(self) -> None:
        """Follow until cancelled; while a database cannot be reached, wait for it."""
        self._woken = woken = Woken()
        while True:
            await self._seen_to()
            await woken.wait(_LOOK_SECONDS)

    async def follow(self) -> bool:
        """Put into the outbox what happened since; False if another process is at it."""
        source = await self._events.source()
        async with holding(self._store, f"{LOCK}:{source}") as mine:
            if mine and await self._fill(source):
                self._told()
        return mine

    async def _seen_to(self) -> None:
        try:
            head = await self._events.head()
            if head is not None and head != await self._bookmark(await self._events.source()):
                await self.follow()
        except StoreUnavailable as error:
            _log.warning("store_unreachable: %s", error)
        except (SQLAlchemyError, OSError) as error:
            _log.warning("task_events_unreachable: %s", getattr(error, "orig", None) or error)

    async def _fill(self, source: str) -> int:
        """How many items were made."""
        at, head = await self._bookmark(source), await self._events.head()
        if head is None:
            return 0
        if head < at:
            _log.warning("task_events_begin_anew: at %s, after %s", head, at)
            at = 0
        made = 0
        while events := await self._events.after(at, _PAGE):
            items = await self._items(events, source)
            at = events[-1].seq
            # One commit: after a crash an event is either behind the bookmark or in the outbox.
            await call(self._store, self._outbox.add, items, {f"{BOOKMARK}:{source}": at})
            made += len(items)
        return made

    async def _items(self, events: list[TaskEvent], source: str) -> list[OutboxItem]:
        receivers = await self._events.receivers({event.task_id for event in events})
        now = self._clock()
        return [
            _item(event, receiver, source, now)
            for event in events
            for receiver in receivers.get(event.task_id, ())
            if receiver.owner == event.owner
        ]

    async def _bookmark(self, source: str) -> int:
        return await call(self._store, self._store.bookmark, f"{BOOKMARK}:{source}") or 0


def _item(event: TaskEvent, receiver: Receiver, source: str, now: datetime) -> OutboxItem:
    """The item that tells this receiver of this event: the same whoever makes it."""
    named = f"{source}\n{event.task_id}\n{event.version}\n{receiver.config_id}"
    return OutboxItem(
        id=f"{event.seq}:{NAME}:{hashlib.sha256(named.encode()).hexdigest()[:16]}",
        seq=event.seq,
        channel=NAME,
        to=receiver.config_id,
        while_open=False,
        kind="task",
        task_id=event.task_id,
        owner=event.owner,
        source=source,
        created_at=now,
        next_at=now,
    )
