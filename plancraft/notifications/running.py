"""Fills the outbox and sends from it, in one process at a time of all that share a store."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from plancraft.approvals import HITLPolicy, Store
from plancraft.approvals.news import Woken, reader_of
from plancraft.errors import StoreUnavailable
from plancraft.notifications.calling import call, holding
from plancraft.notifications.channels import Channel
from plancraft.notifications.following import Follower
from plancraft.notifications.sending import Sender
from plancraft.notifications.settings import NotificationSettings

__all__ = ["AGAIN_SECONDS", "LOCK", "Runner"]

_log = logging.getLogger("plancraft")
LOCK = "plancraft:notifications"
"""Held by the process that fills and sends."""
AGAIN_SECONDS = 5.0
"""How often to look without news: for what others put back, and whether who held the lock died."""


class Runner:
    """One loop's work on the outbox of a store. Made and used within that loop.

    Args:
        store: Whose log and outbox.
        channels: Those that are configured here.
        policy: By which channels graphs' questions are told.
        settings: Whose secrets are kept out of what is recorded.
        clock: The time, UTC.
    """

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        policy: HITLPolicy,
        settings: NotificationSettings,
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._woken = store, Woken()
        self._follower = Follower(store, channels, policy, clock)
        self._sender = Sender(store, channels, settings, clock, self._woken.set)

    def wake(self) -> None:
        """Look now. From any thread."""
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
        async with holding(self._store, LOCK) as mine:
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
            async with holding(self._store, LOCK) as mine:
                return await self._work() if mine else AGAIN_SECONDS
        except StoreUnavailable as error:
            _log.warning("store_unreachable: %s", error)
            return AGAIN_SECONDS

    async def _work(self) -> float:
        loop = asyncio.get_running_loop()
        looked = float("-inf")
        try:
            while True:
                await self._fill()
                if loop.time() - looked >= AGAIN_SECONDS:
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
        self._sender.add(await call(self._store, self._follower.follow))
