"""Fills the outbox and sends from it, in one process at a time of all that share a store."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from plancraft.approvals import HITLPolicy, Store
from plancraft.approvals.news import Woken, reader_of
from plancraft.errors import StoreUnavailable
from plancraft.notifications.calling import call, holding
from plancraft.notifications.channels import Channel, NotNow, TaskChannel
from plancraft.notifications.following import Follower
from plancraft.notifications.sending import Sender
from plancraft.notifications.settings import NotificationSettings

__all__ = ["AGAIN_SECONDS", "LOCK", "TASKS_LOCK", "Runner", "of_requests", "of_tasks"]

_log = logging.getLogger("plancraft")
LOCK = "plancraft:notifications"
"""Held by the process that fills and sends what is told of requests."""
TASKS_LOCK = "plancraft:notifications:tasks"
"""With a source behind it, held by the process that sends what is told of the tasks there."""
AGAIN_SECONDS = 5.0
"""How often to look without news: for what others put back, and whether who held the lock died."""


class Runner:
    """One loop's work on the outbox of a store. Made and used within that loop.

    Args:
        store: Whose log and outbox.
        lock: Names the lock that is held while working, by one process at a time.
        woken: Ends a wait.
        sender: Sends, and sets `woken` when something was dealt with.
        follower: Fills the outbox from the log; None where that is somebody else's work.
    """

    def __init__(
        self,
        store: Store,
        lock: Callable[[], Awaitable[str]],
        woken: Woken,
        sender: Sender,
        follower: Follower | None,
    ) -> None:
        self._store, self._lock, self._woken = store, lock, woken
        self._sender, self._follower = sender, follower
        self._look_now = True

    def wake(self) -> None:
        """Look now, into the outbox too. From any thread."""
        self._look_now = True
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled; while the store cannot be reached, wait for it."""
        stop = reader_of(self._store).listen("", self._woken.set)
        try:
            while True:
                await self._woken.wait(await self._seen_to())
        finally:
            stop()

    async def deliver(self) -> bool:
        """Fill, and send each item that is due once; False if another process is at it."""
        async with holding(self._store, await self._lock()) as mine:
            if mine:
                await self._once()
        return mine

    async def _once(self) -> None:
        try:
            await self._fill()
            await self._sender.look()
            self._sender.start()
            while self._sender.busy:
                await self._woken.wait(AGAIN_SECONDS)
                self._sender.start()
        finally:
            await self._sender.stop()

    async def _seen_to(self) -> float:
        """Send while anything is on its way; the seconds until there may be more."""
        try:
            async with holding(self._store, await self._lock()) as mine:
                return await self._work() if mine else AGAIN_SECONDS
        except StoreUnavailable as error:
            _log.warning("store_unreachable: %s", error)
        except NotNow as error:
            _log.warning("tasks_unreachable: %s", error)
        return AGAIN_SECONDS

    async def _work(self) -> float:
        loop = asyncio.get_running_loop()
        looked = float("-inf")
        try:
            while True:
                await self._fill()
                if self._look_now or loop.time() - looked >= AGAIN_SECONDS:
                    self._look_now = False
                    await self._sender.look()
                    looked = loop.time()
                self._sender.start()
                pause = min(self._sender.pause() or AGAIN_SECONDS, AGAIN_SECONDS)
                if not self._sender.busy:
                    return pause
                await self._woken.wait(pause)
        finally:
            await self._sender.stop()

    async def _fill(self) -> None:
        if self._follower is not None:
            self._sender.add(await call(self._store, self._follower.follow))


def of_requests(
    store: Store,
    channels: Mapping[str, Channel],
    policy: HITLPolicy,
    settings: NotificationSettings,
    clock: Callable[[], datetime],
) -> Runner:
    """What fills the outbox from the log, and sends by these channels.

    Args:
        store: Whose log and outbox.
        channels: Those that are configured here.
        policy: By which channels graphs' questions are told.
        settings: Whose secrets are kept out of what is recorded.
        clock: The time, UTC.
    """

    async def lock() -> str:
        return LOCK

    woken = Woken()
    sender = Sender(store, channels, settings, clock, woken.set)
    return Runner(store, lock, woken, sender, Follower(store, channels, policy, clock))


def of_tasks(
    store: Store,
    channel: TaskChannel,
    settings: NotificationSettings,
    clock: Callable[[], datetime],
) -> Runner:
    """What sends from the outbox by this channel. Arguments as for `of_requests`."""

    async def lock() -> str:
        return f"{TASKS_LOCK}:{await channel.source()}"

    woken = Woken()
    sender = Sender(store, {}, settings, clock, woken.set, {channel.name: channel})
    return Runner(store, lock, woken, sender, None)
