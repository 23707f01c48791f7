"""From the outbox to the channels: a few at once by each way, none held up by another's."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta

from plancraft.approvals import ApprovalRequest, Store
from plancraft.errors import StoreUnavailable
from plancraft.notifications.calling import call
from plancraft.notifications.channels import (
    Channel,
    Letter,
    NotNow,
    TaskChannel,
    TaskLetter,
    Undeliverable,
)
from plancraft.notifications.outbox import Outbox, OutboxItem, after_failure, given_up
from plancraft.notifications.settings import NotificationSettings

__all__ = ["CONCURRENCY", "Sender"]

_log = logging.getLogger("plancraft")
CONCURRENCY = 8
"""How many are on their way at once by one channel to one server."""
_ALTOGETHER = 64
_LONGEST_SEND = 60.0
_SHORTEST = 0.05
_A_MOMENT = timedelta(seconds=1)


class Sender:
    """Sends the items that are due, for whoever holds the lock of notifications.

    Args:
        store: Whose outbox.
        channels: Those that are configured here; items of others are left alone.
        settings: Whose secrets are kept out of what is recorded.
        clock: The time, UTC.
        freed: Called when an item was dealt with.
        task_channels: As `channels`, for what is told of agents' tasks.
    """

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        settings: NotificationSettings,
        clock: Callable[[], datetime],
        freed: Callable[[], None],
        task_channels: Mapping[str, TaskChannel] | None = None,
    ) -> None:
        self._store, self._settings = store, settings
        self._channels, self._task_channels = channels, task_channels or {}
        self._clock, self._freed = clock, freed
        self._outbox = Outbox(store, clock)
        self._items: dict[str, OutboxItem] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._sent: set[str] = set()
        """Sent, but still in the outbox, as the store could not be reached."""
        self._quiet_until: dict[tuple[str, str], datetime] = {}

    @property
    def busy(self) -> bool:
        """Whether anything is on its way."""
        return bool(self._tasks)

    def pause(self) -> float | None:
        """Seconds until there is more to do that nobody tells of; None if there is nothing."""
        now = self._clock()
        first = self._first()
        times = [
            max(item.next_at, self._quiet_until.get(_way(item), item.next_at))
            for item in self._items.values()
            if item.id not in self._tasks and not _is_behind(item, first)
        ]
        # What is due and waits for room is seen to when something comes to its end.
        later = [time for time in times if time > now or not self.busy]
        return max((min(later) - now).total_seconds(), _SHORTEST) if later else None

    async def look(self) -> None:
        """Learn what is in the outbox, and take out what had been sent before.

        Raises:
            NotNow: a channel of tasks cannot say whose it tells of.
        """
        for id_ in list(self._sent):
            await call(self._store, self._outbox.remove, id_)
            self._sent.discard(id_)
        # What comes to its end meanwhile may still be in what is read.
        on_their_way = set(self._tasks)
        sources = {name: await channel.source() for name, channel in self._task_channels.items()}
        waiting = await call(self._store, self._outbox.waiting)
        read = {item.id: item for item in waiting if self._is_mine(item, sources)}
        known = {id_: self._items[id_] for id_ in on_their_way if id_ in self._items}
        self._items = {id_: read[id_] for id_ in read.keys() - on_their_way} | known

    def add(self, items: Iterable[OutboxItem]) -> None:
        """New items of the outbox."""
        self._items |= {item.id: item for item in items}

    def start(self) -> None:
        """Send what is due, as far as there is room."""
        now, first = self._clock(), self._first()
        under_way = Counter(_way(self._items[id_]) for id_ in self._tasks if id_ in self._items)
        due = (
            one for one in self._items.values() if one.next_at <= now and not _is_behind(one, first)
        )
        for item in sorted(due, key=lambda one: (one.next_at, one.seq)):
            way = _way(item)
            if len(self._tasks) >= _ALTOGETHER:
                return
            if item.id in self._tasks or item.id in self._sent or under_way[way] >= CONCURRENCY:
                continue
            if self._quiet_until.get(way, now) > now:
                continue
            under_way[way] += 1
            self._tasks[item.id] = asyncio.create_task(self._deal_with(item))

    async def stop(self) -> None:
        """Let go of what is on its way; it is sent again by the next who starts."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _deal_with(self, item: OutboxItem) -> None:
        try:
            await self._send(item)
        except StoreUnavailable as error:
            _log.warning("store_unreachable: %s", error)
            self._postpone(item, self._clock() + _A_MOMENT)
        finally:
            self._tasks.pop(item.id, None)
            self._freed()

    def _is_mine(self, item: OutboxItem, sources: Mapping[str, str]) -> bool:
        if item.task_id is None:
            return item.channel in self._channels
        return item.source == sources.get(item.channel, "")

    def _first(self) -> dict[tuple[str, str, str], int]:
        """The number of the first that waits or is on its way, by lane."""
        first: dict[tuple[str, str, str], int] = {}
        for item in self._items.values():
            if item.lane is not None:
                first[item.lane] = min(item.seq, first.get(item.lane, item.seq))
        return first

    async def _send(self, item: OutboxItem) -> None:
        if item.task_id is None:
            await self._send_request(item)
            return
        letter = TaskLetter(item.id, item.to, item.task_id, item.seq, self._clock())
        await self._attempt(item, self._task_channels[item.channel].send(letter))

    async def _send_request(self, item: OutboxItem) -> None:
        letter = await call(self._store, self._letter, item)
        if letter is None or (item.while_open and not letter.request.is_asked):
            await self._forget(item)
            return
        if item.while_open and letter.request.is_held:
            self._postpone(item, letter.request.held_until or self._clock() + _A_MOMENT)
            return
        await self._attempt(item, self._channels[item.channel].send(letter))

    async def _attempt(self, item: OutboxItem, sending: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(_LONGEST_SEND):
                await sending
        except Undeliverable as error:
            await self._keep(given_up(item, self._reason(error)))
        except NotNow as error:
            await self._again(item, error, retry_after=error.retry_after)
        except Exception as error:  # noqa: BLE001 - a channel of somebody else's may raise anything
            await self._again(item, error)
        else:
            await self._forget(item)

    def _letter(self, item: OutboxItem) -> Letter | None:
        """The item as it is to be sent; None when the log has no such entry. Blocking."""
        now = self._clock()
        entries = self._store.log(after=item.seq - 1, limit=1)
        request = self._store.get(item.about)
        if request is None or not entries or entries[0].event.request_id != item.request_id:
            return None
        if item.while_open and _is_over(request, now):
            return None
        return Letter(
            key=item.id,
            to=item.to,
            kind=item.kind,
            event=entries[0].event,
            request=request,
            language=item.language,
            at=now,
        )

    async def _again(
        self, item: OutboxItem, error: Exception, *, retry_after: float | None = None
    ) -> None:
        now, reason = self._clock(), self._reason(error)
        later = after_failure(item, reason, now=now, retry_after=retry_after, chance=random.random)
        if retry_after is not None and later.state == "waiting" and item.lane is None:
            self._quiet_until[_way(item)] = later.next_at
        await self._keep(later)

    async def _keep(self, item: OutboxItem) -> None:
        if item.state == "dead":
            _log.warning("notification_given_up: %s: %s", item.id, item.error)
            self._items.pop(item.id, None)
        else:
            _log.info("notification_put_off: %s: %s", item.id, item.error)
            self._items[item.id] = item
        await call(self._store, self._outbox.put_off, item)

    async def _forget(self, item: OutboxItem) -> None:
        self._sent.add(item.id)
        self._items.pop(item.id, None)
        await call(self._store, self._outbox.remove, item.id)
        self._sent.discard(item.id)

    def _postpone(self, item: OutboxItem, until: datetime) -> None:
        """For this process only, and not counted as an attempt."""
        if item.id in self._items:
            self._items[item.id] = item.model_copy(update={"next_at": until})

    def _reason(self, error: Exception) -> str:
        text = str(error) if isinstance(error, NotNow | Undeliverable) else repr(error)
        return self._settings.scrubbed(text)


def _way(item: OutboxItem) -> tuple[str, str]:
    """What a slow or refusing receiver holds up: one webhook's URL, or all mail, all of Slack; what
    is told of one owner's tasks, or of one task that is nobody's."""
    if item.task_id is not None:
        return item.channel, item.owner or item.task_id
    return item.channel, item.to if item.channel == "webhook" else ""


def _is_behind(item: OutboxItem, first: Mapping[tuple[str, str, str], int]) -> bool:
    """Whether another one of its lane is to leave before it."""
    return item.lane is not None and item.seq > first[item.lane]


def _is_over(request: ApprovalRequest, now: datetime) -> bool:
    return request.deadline is not None and request.deadline <= now
